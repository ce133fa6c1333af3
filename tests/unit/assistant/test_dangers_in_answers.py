"""While the form asks for something, what only resembles a danger raises no alarm; what names one always does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import yaml

from backend.contracts.understanding import EmergencyHit, Facts, Span
from backend.domain.drafting.context import facts_in_context
from backend.domain.drafting.model import Ask
from backend.domain.drafting.stored import form_to_json
from backend.domain.language.emergency import screen_emergency
from backend.domain.language.facts import draw_facts
from backend.services.draft_place import danger_in
from backend.storage.tables.conversations import ConversationRow
from bot.corpus import ROOT
from tests.unit.assistant.builders import PLACES, fresh

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FAINT = EmergencyHit("medical", Span(0, 2, "冷冷"), faint=True)
RESEMBLING = [
    *("楼上402 敲门不开", "电话不留了 怕他们找我", "打我电话就行 别打给我妈 她听不清", "我妈82了 一个人住"),
    *("有小孩掉下去咋整 快点", "屋里就我一个老太太", "不用管我了 谢谢啊", "别打了 我接着了", "车挡着 出不去"),
]


def asking(ask: Ask) -> ConversationRow:
    """A conversation whose form has this question open."""
    return ConversationRow(draft=form_to_json(replace(fresh(), requested=ask)))


ASKED = asking(Ask.CONTACT_PHONE)


@pytest.mark.parametrize("said", RESEMBLING)
def test_an_answer_that_only_resembles_a_danger_raises_no_alarm(said: str) -> None:
    facts = draw_facts(said, message_time=NOW, gazetteer=PLACES)
    assert facts_in_context(facts, Ask.CONTACT_PHONE.value).emergency is None
    assert danger_in(ASKED, screen_emergency(said)) is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        *(("着火了", "fire"), ("等等 屋里全是煤气味", "gas"), ("哎呀电梯掉下去了 我妈在里头", "lift")),
        *(("我爸晕倒了", "medical"), ("他拿刀要砍我", "violence"), ("不想活了", "suicide"), ("孩子被卡在门里了", "trapped")),
    ],
)
def test_a_danger_that_is_named_raises_it_in_any_question(said: str, kind: str) -> None:
    hit = danger_in(ASKED, screen_emergency(said))
    assert hit is not None
    assert hit.kind == kind
    facts = draw_facts(said, message_time=NOW, gazetteer=PLACES)
    assert facts_in_context(facts, Ask.CONTACT_PHONE.value) == facts


def test_of_what_is_said_in_a_form_hardly_anything_alarms() -> None:
    rows = yaml.safe_load((ROOT / "nlu_data/danger/said_in_the_form_calm.yml").read_text("utf-8"))
    alarmed = [text for texts in rows.values() for text in texts if danger_in(ASKED, screen_emergency(text))]
    assert len(alarmed) <= 1, alarmed


@pytest.mark.parametrize(("asked", "heard"), [(Ask.DESCRIPTION, FAINT), (Ask.CONTACT_PHONE, None), (Ask.ADDRESS, None)])
def test_the_question_what_happened_is_answered_by_dangers_too(asked: Ask, heard: EmergencyHit | None) -> None:
    assert danger_in(asking(asked), FAINT) is heard
    assert facts_in_context(Facts(emergency=FAINT), asked.value).emergency is heard


def test_where_no_form_is_open_nothing_is_answered() -> None:
    assert danger_in(ConversationRow(draft=None), FAINT) is FAINT
    assert facts_in_context(Facts(emergency=FAINT), "").emergency is FAINT


def test_what_names_a_danger_is_never_faint_and_what_only_resembles_one_may_be() -> None:
    assert [screen_emergency(said).faint for said in ("着火了", "煤气漏了", "他拿刀要砍我")] == [False, False, False]
    hits = [hit for said in RESEMBLING if (hit := screen_emergency(said)) is not None]
    assert hits
    assert all(hit.faint for hit in hits)


def about(leaf: str) -> ConversationRow:
    """A conversation whose form is about this."""
    form = replace(fresh(), requested=Ask.DESCRIPTION)
    return ConversationRow(draft=form_to_json(replace(form, draft=replace(form.draft, subcategory=leaf))))


@pytest.mark.parametrize(
    ("leaf", "said"), [("占道摊贩", "烟还特别大"), ("下水堵塞返水", "一屋子味儿"), ("异味油烟扬尘", "冒的烟直往屋里灌")]
)
def test_the_smoke_and_the_smell_of_the_matter_itself_are_no_danger(leaf: str, said: str) -> None:
    assert danger_in(about(leaf), screen_emergency(said)) is None
    facts = draw_facts(said, message_time=NOW, gazetteer=PLACES)
    assert facts_in_context(facts, Ask.DESCRIPTION.value, leaf).emergency is None


@pytest.mark.parametrize(
    ("leaf", "said", "kind"),
    [
        ("占道摊贩", "烟特别大 棚子着了", "fire"),
        ("下水堵塞返水", "一屋子煤气味", "gas"),
        ("路灯", "一股煤气味呛死了", "gas"),
    ],
)
def test_what_is_more_than_the_smoke_and_the_smell_of_the_matter_alarms(leaf: str, said: str, kind: str) -> None:
    hit = danger_in(about(leaf), screen_emergency(said))
    assert hit is not None
    assert hit.kind == kind
