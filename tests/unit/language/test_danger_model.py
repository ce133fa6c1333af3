"""The second opinion hears dangers that no rule names, overrules a rule only when it is sure, and is not needed for the rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.language import danger_model, emergency
from backend.domain.language.danger_model import BUCKETS, KINDS_FILE, MODEL_FILE, danger_score, features, kind_scores
from backend.domain.language.emergency import screen_emergency
from backend.domain.language.emergency_kinds import EMERGENCY_KINDS
from bot.train import fingerprint
from tests.unit.language.emergency_sentences import DANGERS, HARMLESS, MORE_DANGERS, every, none_of

ROOT = Path(__file__).parents[3]
INDIRECT = ["老爷子那屋黑了两天了 喊也不吱声", "厨房那股味儿顶得我直迷糊 没敢开灯", "对门小子抡着斧头撵他妈呢"]


@pytest.fixture
def without_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(danger_model, "MODEL_FILE", tmp_path / "none.bin")
    monkeypatch.setattr(danger_model, "KINDS_FILE", tmp_path / "none.bin")
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    danger_model._model.cache_clear()
    danger_model._kinds.cache_clear()
    emergency.emergency_in.cache_clear()


def test_the_weights_were_learnt_from_the_tables_that_are_here() -> None:
    """After a change of the tables: bot/.venv/bin/python -m bot.danger_model."""
    tables = sorted((ROOT / "nlu_data" / "danger").glob("*.yml"))
    concepts = ROOT / "backend" / "domain" / "language" / "data" / "danger_concepts.yml"
    assert danger_model.learnt_from() == fingerprint([*tables, concepts])


def test_the_weights_are_two_small_files() -> None:
    assert MODEL_FILE.stat().st_size < BUCKETS + 200
    assert KINDS_FILE.stat().st_size < 160_000


@pytest.mark.parametrize("text", INDIRECT)
def test_a_danger_that_is_told_indirectly_is_heard(text: str) -> None:
    assert screen_emergency(text) is not None


@pytest.mark.usefixtures("without_model")
@pytest.mark.parametrize("text", ["着火了", "煤气漏了", "有人困电梯里了", "我爸晕倒了", "他拿刀堵着门"])
def test_without_the_model_the_rules_stand_alone(text: str) -> None:
    assert danger_score(text) is None
    assert kind_scores(text) == {}
    assert screen_emergency(text) is not None


@pytest.mark.usefixtures("without_model")
def test_without_the_model_no_rule_is_overruled_and_most_known_dangers_are_found() -> None:
    none_of(text for text in every(DANGERS) if screen_emergency(text) is None)
    more = every(MORE_DANGERS)
    assert sum(screen_emergency(text) is not None for text in more) > len(more) * 0.6


def test_what_surely_is_calm_overrules_a_rule_but_a_clear_clause_does_not_go_under() -> None:
    assert screen_emergency("打架的事派出所已经处理了") is None
    assert screen_emergency("我要报修暖气,哎呀不对,楼下着火了") is not None


def test_one_alarming_sentence_in_a_long_calm_text_is_heard() -> None:
    calm = "我们小区的路灯坏了半个月了,物业说下周来修,到现在也没动静,麻烦你们催一下。" * 3
    assert screen_emergency(calm) is None
    assert screen_emergency(f"{calm}对了,对门小子抡着斧头撵他妈呢。{calm}") is not None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("电梯里黑了门扒不开", "lift"),
        ("摸着铁栏杆浑身过电", "electricity"),
        ("水没到胸口在房顶上", "drowning"),
        ("喘不上气脸都紫了", "medical"),
        ("前夫说今天不让我活着出这个门", "violence"),
        ("两岁的拿降压药当糖吃了小半瓶", "poison"),
        ("我把一瓶安定都吃了", "overdose"),
        ("猫托付给楼下大姐了,东西都收拾好了", "suicide"),
    ],
)
def test_the_kind_is_the_one_that_the_words_sound_like_most(text: str, kind: str) -> None:
    scores = kind_scores(text)
    assert max(scores, key=lambda name: scores[name]) == kind


def test_the_kinds_of_the_model_and_of_the_tables_are_the_kinds_of_emergency() -> None:
    tables = (ROOT / "nlu_data" / "danger").glob("*danger.yml")
    assert set(kind_scores("着火了")) == set(EMERGENCY_KINDS)
    assert {kind for table in tables for kind in yaml.safe_load(table.read_text(encoding="utf-8"))} == set(EMERGENCY_KINDS)


@given(st.text(max_size=120))
def test_any_text_has_a_score_and_its_features_lie_in_the_buckets(text: str) -> None:
    assert danger_score(text) is not None
    assert all(0 <= bucket < BUCKETS and share > 0 for bucket, share in features(text).items())


def test_known_dangers_score_higher_than_known_calm() -> None:
    dangers = [danger_score(text) or 0.0 for text in every(DANGERS)]
    calm = [danger_score(text) or 0.0 for text in every(HARMLESS)]
    assert sum(dangers) / len(dangers) > 3 > 0 > sum(calm) / len(calm)
