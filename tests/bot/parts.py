"""Checks of bot code, run with the bot's own Python by `test_bot_parts.py`: `python -m tests.bot.parts`.

Prints a JSON object: the name of each check, "" where it holds and the error where it does not.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.without_tensorflow import TensorflowNeeded, install

install()  # before anything of Rasa

import joblib  # noqa: E402
import numpy as np  # noqa: E402
import yaml  # noqa: E402
from jsonschema import ValidationError  # noqa: E402
from rasa.core.actions.action import RemoteAction  # noqa: E402
from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402
from rasa.shared.nlu.constants import INTENT_RANKING_KEY, METADATA, TEXT  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402

from backend.domain.drafting.codec import to_json  # noqa: E402
from backend.domain.drafting.context import ALONE, facts_in_context, intents_of_parse  # noqa: E402
from backend.domain.drafting.heard import RATING  # noqa: E402
from backend.domain.drafting.last_question import asked_by  # noqa: E402
from backend.domain.language.facts import draw_facts  # noqa: E402
from bot.components.boundary_learning import learn_boundaries  # noqa: E402
from bot.components.clause_model import ClauseModels, Told, learn_clauses, own_shares  # noqa: E402
from bot.components.context_rules import ContextRules  # noqa: E402
from bot.components.fact_extractor import FactExtractor, PlacesFile  # noqa: E402
from bot.components.normaliser import Normaliser  # noqa: E402
from bot.components.reading import reading  # noqa: E402
from bot.components.text_model import TextModel  # noqa: E402
from bot.components.validator_cache import validate_action_result  # noqa: E402
from bot.components.views import VIEWS  # noqa: E402
from bot.recent_trackers import RecentTrackers  # noqa: E402

DOMAIN = Domain.from_yaml("version: '3.1'\nslots:\n  said:\n    type: any\n    mappings:\n    - type: custom\n")
TEXTS = ("屋里暖气冰凉", "路灯不亮了", "要投诉 3楼漏水", "对", "17000001234", "不对  是3单元", "", "abc路灯路灯路灯")
NOW = datetime.fromisoformat("2026-11-22T10:00:00+08:00")
PLACES = PlacesFile(Path(__file__).parents[2] / "nlu_data" / "lookups" / "places.yml")
FACTS_OF = FactExtractor({"places": "nlu_data/lookups/places.yml"})
SHORT = (
    *(
        "1",
        "2",
        "5",
        "对",
        "不对",
        "不知道",
        "跳过",
        "不想留",
        "算了",
        "催一下",
        "转人工",
        "冻死我了",
        "急死个人",
        "气死我了",
        "要出人命",
    ),
    *("火冒三丈", "👍", "没了", "嗯呢", "拉倒吧", "行", "啥时候能修好", "谢谢", "楼下着火了", "一股煤气味", "TD", "", "。"),
)
SENTENCES = (
    *("", "什么时候开始的?", "请问是哪个小区、几号楼?", "留个电话好吗?", "您核对一下:停水,翠园小区。对吗?", "请您打个分,1到5。"),
    *("您要反映什么事?", "是下面哪一种?", "真的不报了吗?", "接着上次的说?"),
)
RANKINGS = (
    (("report_complaint", 0.62), ("provide_info", 0.2), ("emergency", 0.1)),
    (("provide_info", 0.9), ("report_complaint", 0.05)),
    (("emergency", 0.97), ("report_complaint", 0.02)),
    (("opt_out", 0.5), ("cancel", 0.3), ("deny", 0.1)),
    (("query_status", 0.4), ("urge", 0.35), ("ask_faq", 0.2)),
)
CHECKS: dict[str, Callable[[], None]] = {}


def check(function: Callable[[], None]) -> Callable[[], None]:
    CHECKS[function.__name__] = function
    return function


def dialogue(sender: str, *texts: str) -> DialogueStateTracker:
    events: list[Event] = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]
    for text in texts:
        events += [
            UserUttered(text),
            SlotSet("said", {"last": text}),
            BotUttered(f"听到:{text}"),
            ActionExecuted("action_listen"),
        ]
    return DialogueStateTracker.from_events(sender, events, DOMAIN.slots)


def words(tracker: DialogueStateTracker | None) -> list[str]:
    return [event.text for event in tracker.events if isinstance(event, UserUttered)] if tracker else []


def store(*trackers: DialogueStateTracker, ready: int = 2, kept: int = 3) -> RecentTrackers:
    made = RecentTrackers(DOMAIN, ready=ready, kept=kept)
    for tracker in trackers:
        asyncio.run(made.save(tracker))
    return made


@check
def a_kept_dialogue_comes_back_with_its_words_and_slots() -> None:
    found = asyncio.run(store(dialogue("a", "一", "二")).retrieve("a"))
    assert words(found) == ["一", "二"]
    assert found is not None
    assert found.get_slot("said") == {"last": "二"}


@check
def a_quiet_dialogue_comes_back_the_same_after_it_was_put_away() -> None:
    made = store(*(dialogue(name, f"{name}说") for name in "abc"))
    found = asyncio.run(made.retrieve("a"))
    assert words(found) == ["a说"]
    assert found is not None
    assert found.get_slot("said") == {"last": "a说"}


@check
def what_is_not_saved_does_not_count() -> None:
    made = store(dialogue("a", "一"))
    broken = asyncio.run(made.retrieve("a"))
    assert broken is not None
    broken.update(UserUttered("半路出错"))
    broken.update(SlotSet("said", None))
    again = asyncio.run(made.retrieve("a"))
    assert words(again) == ["一"]
    assert again is not None
    assert again.get_slot("said") == {"last": "一"}


@check
def the_oldest_dialogues_are_forgotten() -> None:
    made = store(*(dialogue(str(number), "话") for number in range(9)))
    assert sorted(asyncio.run(made.keys())) == ["4", "5", "6", "7", "8"]
    assert asyncio.run(made.retrieve("0")) is None


@check
def only_the_last_session_is_given_to_the_policies() -> None:
    tracker = dialogue("a", "从前")
    for event in dialogue("a", "现在").events:
        tracker.update(event)
    made = store(tracker)
    assert words(asyncio.run(made.retrieve("a"))) == ["现在"]
    assert words(asyncio.run(made.retrieve_full_tracker("a"))) == ["从前", "现在"]


@check
def rasa_takes_the_store_for_an_asynchronous_one() -> None:
    from rasa.core.tracker_store import check_if_tracker_store_async

    assert check_if_tracker_store_async(store())


@check
def one_text_gets_the_same_shares_as_scikit_learn_gives_it() -> None:
    readings = [reading(text) for text in TEXTS]
    targets = {"two": ["a", "b"] * 4, "four": ["a", "b", "c", "d"] * 2}
    twice = {name: [*labels, *labels] for name, labels in targets.items()}  # some views want a piece to occur twice
    model = TextModel(views=tuple(VIEWS)).fit([*readings, *readings], twice, calibrate=False)
    features = model._sight.rows(readings)
    for index, answers in enumerate(model.predict(readings)):
        for name, head in model.heads.items():
            slow = dict(zip(head.labels, head.probabilities(features)[index]))  # noqa: B905 - as long as its labels
            assert all(np.isclose(share, slow[label], atol=1e-5) for label, share in answers[name])
            assert [share for _, share in answers[name]] == sorted((share for _, share in answers[name]), reverse=True)


@check
def few_and_many_texts_are_told_apart_alike() -> None:
    readings = [reading(text) for text in TEXTS]
    model = TextModel().fit(readings, {"four": ["a", "b", "c", "d"] * 2}, calibrate=False)
    many = model.predict([*readings, *readings])
    assert [answer["four"][0][0] for answer in many[: len(readings)]] == [
        answer["four"][0][0] for answer in model.predict(readings)
    ]


GOOD = {"events": [{"event": "slot", "name": "said", "value": None, "timestamp": None}], "responses": [{"text": "好"}]}
BAD = (
    {"events": [{"event": "slot", "name": 7}]},
    {"events": [{"event": "never heard of"}]},
    {"events": [{"name": "said"}]},
    {"events": [{"event": "slot", "name": "said", "value": None, "timestamp": "now"}]},
    {"events": "none"},
    {"events": [], "responses": ["text"]},
    {"responses": {}},
)


@check
def well_formed_answers_of_the_actions_pass() -> None:
    for answer in (GOOD, {"events": [], "responses": []}, {}):
        assert RemoteAction._validate_action_result(None, answer)


@check
def malformed_answers_are_refused_as_rasa_would_refuse_them() -> None:
    from jsonschema import validate

    for answer in BAD:
        for judge in (validate_action_result, lambda _, each: validate(each, RemoteAction.action_response_format_spec())):
            try:
                judge(None, answer)
            except ValidationError:
                continue
            raise AssertionError(f"accepted: {answer}")


SPOKEN = [
    f"{thing}{fault},{other}{added}"
    for thing in ("路灯", "电梯", "暖气", "井盖", "门禁")
    for fault in ("坏了", "不好使了")
    for other in ("垃圾", "水管", "护栏")
    for added in ("没人管", "也没人修")
]


@check
def where_statements_begin_is_learnt_from_the_marks_of_others() -> None:
    learnt = learn_boundaries(SPOKEN)
    assert learnt is not None
    for text, begins in (("路灯坏了垃圾没人管", 4), ("门禁不好使了护栏也没人修", 6)):
        shares = learnt.shares(text)
        assert shares[begins] == max(shares) > 0.8
        assert sorted(shares)[-2] < 0.5
    assert learn_boundaries(["路灯坏了", "垃圾没人管", ",。"]) is None


@check
def clause_models_come_back_from_their_file() -> None:
    told = [Told(text, reading(text), "道路设施", "道路设施/路灯") for text in SPOKEN]
    told += [
        Told(text, reading(text), "供水", "供水/停水") for text in ("停水了", "水停了一天", "没水,饭也做不了", "水龙头不出水")
    ]
    models = learn_clauses(told, SPOKEN)
    with TemporaryDirectory() as directory:
        path = Path(directory) / "clauses.joblib"
        models.save(path)
        loaded = ClauseModels.load(path)
        assert (loaded.company, loaded.boundaries) == (models.company, models.boundaries)
        assert own_shares(loaded.own, ["停水了"]) == own_shares(models.own, ["停水了"])
        joblib.dump({}, path)
        try:
            ClauseModels.load(path)
        except TypeError:
            return
    raise AssertionError("took another file for clause models")


@check
def rasa_runs_without_tensorflow() -> None:
    import rasa.core.agent
    import rasa.server

    assert rasa.core.agent.load_agent
    assert rasa.server.create_app
    assert not any(name.startswith("tensorflow.python") for name in sys.modules)


@check
def whatever_needs_tensorflow_in_earnest_says_so() -> None:
    for name in ("rasa.nlu.classifiers.diet_classifier", "rasa.core.policies.ted_policy", "tensorflow.compat.v2", "keras"):
        assert "YOUSHI_RASA_TENSORFLOW=yes" in why_not(name)


def told_sentences() -> list[str]:
    """Every text of the tables of facts, and short answers to our questions."""
    tables = sorted((Path(__file__).parents[1] / "unit" / "language" / "told").glob("*.yml"))
    rows = [row for table in tables for half in yaml.safe_load(table.read_text(encoding="utf-8")).values() for row in half]
    return [*(row[0] for row in rows), *SHORT]


def heard_by_the_bot(text: str, meta: dict[str, object], ranking: tuple[tuple[str, float], ...]) -> Message:
    """The message as the components of rules leave it, the model having said `ranking`."""
    message = Message({TEXT: text, **({METADATA: meta} if meta else {})})
    message.set(INTENT_RANKING_KEY, [{"name": name, "confidence": share} for name, share in ranking])
    message.set("categories", [{"category": "供暖", "subcategory": "停暖", "confidence": 0.5, "category_confidence": 0.6}])
    for component in (Normaliser({}), FACTS_OF, ContextRules({})):
        component.process([message])
    return message


@check
def understanding_reads_every_fact_as_the_bot_does() -> None:
    for text in told_sentences():
        made = heard_by_the_bot(text, {"message_time": NOW.isoformat()}, RANKINGS[0])
        assert made.get("facts") == to_json(draw_facts(text, message_time=NOW, gazetteer=PLACES.gazetteer())), text


@check
def understanding_hears_every_intent_as_the_bot_does_in_the_same_place() -> None:
    texts = told_sentences()
    for index, text in enumerate(texts):
        ranking = RANKINGS[index % len(RANKINGS)]
        alone = heard_by_the_bot(text, {}, ranking)
        parsed = {name: alone.get(name) for name in (INTENT_RANKING_KEY, "categories", ALONE)}
        for sentence in SENTENCES:
            asked = asked_by(sentence)
            meta = {"rating_pending": True} if asked == RATING else {"draft": {"form": {"requested": asked}}}
            meta = {**meta, "channel": "sms", "message_time": NOW.isoformat()}
            by_the_bot = heard_by_the_bot(text, meta, ranking).get(INTENT_RANKING_KEY)
            facts = facts_in_context(draw_facts(text, message_time=NOW, gazetteer=PLACES.gazetteer()), asked)
            by_itself = intents_of_parse(text, parsed, facts, sentence)
            assert [(entry["name"], entry["confidence"]) for entry in by_the_bot] == list(by_itself), (text, sentence)


def why_not(module: str) -> str:
    try:
        importlib.import_module(module)
    except TensorflowNeeded as error:
        return str(error)
    return ""


def verdict(function: Callable[[], None]) -> str:
    try:
        function()
    except Exception:
        return traceback.format_exc()
    return ""


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: verdict(function) for name, function in CHECKS.items()}))
