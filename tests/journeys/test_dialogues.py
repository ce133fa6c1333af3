"""Dialogues as residents really write, through the real webhooks and the real model, on WeChat and SMS."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from tests.journeys.conftest import World, running_world
from tests.journeys.dialogue_checks import Seen, complaints, reply_complaints
from tests.journeys.dialogue_files import BadDialogue, Dialogue, load_dialogues
from tests.journeys.dialogue_runner import Played, play_all

DIALOGUES = load_dialogues()
THEMES = {
    "one_message", "one_fact_per_message", "corrections", "partial_address", "skip_and_unknown", "digressions", "cancel",
    "second_complaint", "several_problems", "attachments", "silence_and_resume", "status", "others_orders", "urge_add_withdraw",
    "dispute", "rating", "human", "out_of_scope", "emergency", "sms_short", "traditional", "faq", "takeover", "same_again",
    "own_question",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def quiet_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """An installation of its own on SQLite: these dialogues move its clock by days."""
    async with running_world(tmp_path_factory.mktemp("home-dialogues"), "") as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def results(quiet_world: World, request: pytest.FixtureRequest) -> dict[str, Played]:
    """The dialogues that this run of pytest selected, played several at a time."""
    params = [
        item.callspec.params for item in request.session.items if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    ]
    chosen = {str(getattr(each["dialogue"], "name", "")) for each in params if "dialogue" in each}
    return await play_all(quiet_world, [dialogue for dialogue in DIALOGUES if dialogue.name in chosen])


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: f"{dialogue.theme}: {dialogue.name}")
async def test_dialogue(dialogue: Dialogue, results: dict[str, Played]) -> None:
    played = results[dialogue.name]
    if played.failures:
        pytest.fail(f"\n{played}", pytrace=False)


def test_there_are_at_least_120_dialogues_on_both_channels_and_every_theme_is_there() -> None:
    channels = Counter(dialogue.channel for dialogue in DIALOGUES)
    assert len(DIALOGUES) >= 120
    assert channels["sms"] >= 100
    assert channels["wechat_oa"] >= 0.5 * len(DIALOGUES)
    assert {dialogue.theme for dialogue in DIALOGUES} >= THEMES


def test_no_two_dialogues_begin_with_the_same_words() -> None:
    begin = Counter(str(turn.what) for dialogue in DIALOGUES for turn in dialogue.turns[:1] if turn.act == "say")
    assert [text for text, count in begin.items() if count > 1 and len(text) > 8] == []


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("- {name: a, channel: fax, turns: [{say: 你好, expect: {asks: none}}]}", "channel"),
        ("- {name: a, channel: sms, turns: [{say: 你好}]}", "cannot fail"),
        ("- {name: a, channel: sms, turns: [{say: 你好, image: true, expect: {asks: none}}]}", "exactly one"),
        ("- {name: a, channel: sms, turns: [{say: 你好, expect: {mood: good}}]}", "mood"),
        ("- {name: a, channel: sms, turn: []}", "turn"),
    ],
)
def test_a_file_that_is_not_written_as_the_format_asks_is_refused_with_the_place(
    tmp_path: Path, written: str, complaint: str
) -> None:
    (tmp_path / "theme.yml").write_text(written, "utf-8")
    with pytest.raises(BadDialogue, match=complaint) as caught:
        load_dialogues(tmp_path)
    assert "theme.yml" in str(caught.value)


ORDER = {
    "number": "261121123450", "state": "dispatched", "rating": {"satisfaction": 2}, "version": 3,
    "events": [{"type": "accepted", "note": "", "data": {}}, {"type": "noted", "note": "还是冰凉", "data": {}}],
    "address": {"building": "6"},
}  # fmt: skip
DRAFT = {
    "missing": ["contact_phone"], "attachments": [{}], "address": {"building": "6"},
    "occurred_at": {"kind": "since", "start": "2026-11-19T16:00:00+00:00"},
}  # fmt: skip
CONVERSATION = {"owner": "bot", "draft": DRAFT, "queued_at": None, "priority": 0, "opted_out": False}


def seen(**changes: object) -> Seen:
    known = {
        "replies": [{"text": "请您留个电话", "choices": [{"label": "不留"}]}], "conversation": CONVERSATION, "orders": [ORDER],
        "before": [ORDER], "at": datetime(2026, 11, 21, 2, tzinfo=UTC),
    }  # fmt: skip
    return Seen(**{**known, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fits", "does_not"),
    [
        ({"asks": "contact_phone"}, {"asks": "confirmed"}),
        ({"draft": {"address.building": "6"}}, {"draft": {"address.building": "7"}}),
        ({"draft": {"occurred_at.day": -1}}, {"draft": {"occurred_at.day": 0}}),
        ({"draft": {"attachments": 1}}, {"draft": {"attachments": 2}}),
        ({"reply": ["电话"]}, {"reply": ["119"]}),
        ({"reply_not": ["地址"]}, {"reply_not": ["电话"]}),
        ({"owner": "bot"}, {"owner": "queue"}),
        ({"filed": False}, {"filed": True}),
        ({"orders": 1}, {"orders": 2}),
        ({"order": {"notes": ["~冰凉"], "events": ["noted"]}}, {"order": {"events": ["urged"]}}),
        ({"order": {"address.building": "!7"}}, {"order": {"address.building": "!6"}}),
        ({"state": "dispatched"}, {"state": "withdrawn"}),
        ({"rating": {"satisfaction": 2}}, {"rating": None}),
        ({"alarm": False}, {"alarm": True}),
        ({"bubbles": 1}, {"bubbles": 0}),
        ({"choices": 1}, {"choices": 2}),
        ({"opted_out": False}, {"opted_out": True}),
        ({"silent": False}, {"silent": True}),
    ],
)
def test_every_expectation_passes_where_it_holds_and_complains_where_it_does_not(
    fits: dict[str, object], does_not: dict[str, object]
) -> None:
    assert complaints(seen(), fits) == []
    assert complaints(seen(), does_not) != []


def test_a_simplified_answer_to_a_traditional_question_is_a_complaint() -> None:
    assert complaints(seen(), {"traditional": True}) != []
    assert complaints(seen(replies=[{"text": "請您留個電話"}]), {"traditional": True}) == []


def test_an_sms_over_two_parts_and_a_sentence_said_twice_in_a_row_are_complaints() -> None:
    assert reply_complaints("sms", [["好" * 134]]) == []
    assert reply_complaints("sms", [["好" * 135]]) != []
    assert reply_complaints("wechat_oa", [["好" * 135]]) == []
    assert reply_complaints("wechat_oa", [["请问是什么时候开始的呢?"], ["记下了。请问是什么时候开始的呢?"]]) != []
    assert reply_complaints("wechat_oa", [["请问是什么时候开始的呢?"], ["您在哪儿?"], ["请问是什么时候开始的呢?"]]) == []
