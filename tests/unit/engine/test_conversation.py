"""Ownership, dialogues, windows, opt-out, bubbles, and what the assistant is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.conversations import Owner
from backend.contracts.messages import Channel, Choice, Reply
from backend.domain.assistant_text import LONGEST_HEARD, chosen, is_unreadable, text_for_assistant
from backend.domain.bubbles import merge
from backend.domain.conversation import (
    DraftState,
    Ownership,
    draft_state,
    hand_back,
    in_service_hours,
    may_apologise,
    needs_new_dialogue,
    next_service_start,
    same_emergency,
    take_over,
    to_queue,
)
from backend.domain.errors import Conflict
from backend.domain.opt_out import OptOutWord, screen
from backend.domain.session_window import Window, may_send, remaining

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
BOT, QUEUE, LI = Ownership(Owner.BOT, None, 3), Ownership(Owner.QUEUE, None, 3), Ownership(Owner.HUMAN, "li", 3)


@pytest.mark.parametrize("before", [BOT, QUEUE])
def test_taking_over_makes_older_bot_replies_stale(before: Ownership) -> None:
    assert take_over(before, "li") == Ownership(Owner.HUMAN, "li", 4)


def test_taking_over_ones_own_changes_nothing() -> None:
    assert take_over(LI, "li") == LI


def test_the_second_caseworker_is_told_who_was_first() -> None:
    with pytest.raises(Conflict) as caught:
        take_over(LI, "wang")
    assert caught.value.extra["assignee"] == "li"


@pytest.mark.parametrize(("before", "user"), [(LI, "li"), (QUEUE, "wang"), (QUEUE, None)])
def test_handing_back_starts_a_new_epoch(before: Ownership, user: str | None) -> None:
    assert hand_back(before, user) == Ownership(Owner.BOT, None, 4)


def test_handing_back_what_the_bot_has_changes_nothing() -> None:
    assert hand_back(BOT, "li") == BOT


def test_nobody_hands_back_for_another() -> None:
    with pytest.raises(Conflict):
        hand_back(LI, "wang")


def test_the_bot_may_still_say_goodbye_when_it_hands_over() -> None:
    assert to_queue(BOT) == Ownership(Owner.QUEUE, None, 3)
    assert to_queue(LI) == Ownership(Owner.QUEUE, None, 4)
    assert to_queue(QUEUE) == QUEUE


@given(st.lists(st.sampled_from(["li", "wang", "back:li", "back:wang", "queue"])))
def test_no_sequence_of_clicks_lets_an_epoch_go_back_or_two_people_own(clicks: list[str]) -> None:
    state = Ownership(Owner.BOT, None, 0)
    for click in clicks:
        before = state
        try:
            if click == "queue":
                state = to_queue(state)
            elif click.startswith("back:"):
                state = hand_back(state, click.removeprefix("back:"))
            else:
                state = take_over(state, click)
        except Conflict:
            state = before
        assert state.epoch >= before.epoch
        assert (state.owner is Owner.HUMAN) == (state.assignee is not None)
        if before.owner is not Owner.HUMAN and state.owner is Owner.HUMAN:
            assert state.epoch > before.epoch


@pytest.mark.parametrize(
    ("local", "there", "next_start"),
    [
        ("2026-11-21T07:59", False, "2026-11-21T08:00"),
        ("2026-11-21T08:00", True, "2026-11-22T08:00"),
        ("2026-11-21T19:59", True, "2026-11-22T08:00"),
        ("2026-11-21T20:00", False, "2026-11-22T08:00"),
        ("2026-12-31T23:30", False, "2027-01-01T08:00"),
    ],
)
def test_caseworkers_are_there_from_eight_to_eight(local: str, there: bool, next_start: str) -> None:
    at = datetime.fromisoformat(f"{local}+08:00")
    assert in_service_hours(at) is there
    assert next_service_start(at) == datetime.fromisoformat(f"{next_start}+08:00")


@pytest.mark.parametrize(
    ("ended", "silence", "new"),
    [(False, timedelta(minutes=60), False), (False, timedelta(minutes=61), True), (True, timedelta(0), True)],
)
def test_a_dialogue_ends_with_its_form_or_an_hour_of_silence(ended: bool, silence: timedelta, new: bool) -> None:
    assert needs_new_dialogue(ended=ended, last_turn_at=NOW - silence, now=NOW) is new
    assert needs_new_dialogue(ended=False, last_turn_at=None, now=NOW)


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (None, DraftState.NONE),
        (timedelta(hours=1), DraftState.OPEN),
        (timedelta(hours=2), DraftState.RESUME),
        (timedelta(days=3), DraftState.RESUME),
        (timedelta(days=3, seconds=1), DraftState.EXPIRED),
    ],
)
def test_drafts_are_kept_three_days(age: timedelta | None, state: DraftState) -> None:
    assert draft_state(updated_at=None if age is None else NOW - age, now=NOW) is state


@pytest.mark.parametrize(("minutes", "allowed"), [(None, True), (9.9, False), (10, True)])
def test_apologies_are_ten_minutes_apart(minutes: float | None, allowed: bool) -> None:
    last = None if minutes is None else NOW - timedelta(minutes=minutes)
    assert may_apologise(last_apology_at=last, now=NOW) is allowed


@pytest.mark.parametrize(
    ("kind", "minutes", "same"), [("fire", 30, True), ("fire", 31, False), ("gas", 1, False), ("fire", None, False)]
)
def test_what_counts_as_the_same_emergency(kind: str, minutes: float | None, same: bool) -> None:
    known_at = None if minutes is None else NOW - timedelta(minutes=minutes)
    assert same_emergency(kind=kind, known_kind="fire", known_at=known_at, now=NOW) is same


def test_who_was_hurt_and_what_no_rule_names_belong_to_the_danger_of_a_moment_ago() -> None:
    known_at = NOW - timedelta(minutes=5)
    assert same_emergency(kind="medical", known_kind="co", known_at=known_at, now=NOW)
    assert same_emergency(kind="suicide", known_kind="co", known_at=known_at, now=NOW, named=False)
    assert not same_emergency(kind="fire", known_kind="co", known_at=known_at, now=NOW)
    assert not same_emergency(kind="suicide", known_kind="co", known_at=NOW - timedelta(minutes=31), now=NOW, named=False)


# --- windows -------------------------------------------------------------------------------------------------------------------


def _window(allowed: int, used: int, minutes: float) -> Window:
    return Window(f"{allowed}-{used}-{minutes}", allowed, used, NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("windows", "left"),
    [
        ([], 0),
        ([_window(5, 0, 60)], 5),
        ([_window(5, 5, 60)], 0),
        ([_window(5, 7, 60)], -2),
        ([_window(5, 0, 0)], 0),
        ([_window(5, 3, 60), _window(3, 0, 1)], 3),
        ([_window(5, 0, -1), _window(3, 2, 1)], 1),
    ],
)
def test_grants_are_not_added_up(windows: list[Window], left: int) -> None:
    assert remaining(windows, NOW) == left


@pytest.mark.parametrize(("used", "answer", "notice"), [(3, True, True), (4, True, False), (5, False, False)])
def test_the_last_message_is_kept_for_people(used: int, answer: bool, notice: bool) -> None:
    windows = [_window(5, used, 60)]
    assert may_send(windows, NOW, notification=False) is answer
    assert may_send(windows, NOW, notification=True) is notice


@pytest.mark.parametrize(
    ("used", "pieces", "answer", "notice"),
    [(0, 5, True, False), (0, 4, True, True), (0, 6, False, False), (3, 2, True, False), (3, 3, False, False)],
)
def test_every_piece_of_a_long_text_counts(used: int, pieces: int, answer: bool, notice: bool) -> None:
    windows = [_window(5, used, 60)]
    assert may_send(windows, NOW, notification=False, pieces=pieces) is answer
    assert may_send(windows, NOW, notification=True, pieces=pieces) is notice


# --- opt-out -------------------------------------------------------------------------------------------------------------------

STOP, RESUME = OptOutWord.STOP, OptOutWord.RESUME
WORDS = [
    ("退订", STOP),
    (" 退订 ", STOP),
    ("退訂", STOP),
    ("TD", STOP),
    ("td", STOP),
    ("TD", STOP),
    ("T", STOP),
    ("t", STOP),
    ("R", STOP),
    ("恢复", RESUME),
    ("恢复通知", RESUME),
    ("恢复短信。", RESUME),
    ("恢复供暖", None),
    ("恢復", RESUME),
    ("退 订", STOP),
    ("退订。", STOP),
    ("“TD”", STOP),
    ("Ｔ　Ｄ", STOP),
    ("恢 复!", RESUME),
    ("退订?", None),
    ("T恤脏了", None),
    ("TD线停电", None),
    ("怎么退订", None),
    ("退订了吗", None),
    ("T1", None),
    ("261121456789", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "word"), WORDS)
def test_only_the_exact_word_opts_out(text: str, word: OptOutWord | None) -> None:
    assert screen(channel=Channel.SMS, text=text) is word


@pytest.mark.parametrize("text", ["R", "n", "T"])
def test_a_letter_that_was_just_offered_is_an_answer(text: str) -> None:
    assert screen(channel=Channel.SMS, text=text, offered=["R", "N", "T"]) is None
    assert screen(channel=Channel.SMS, text=text, offered=["yes"]) is STOP


def test_the_full_word_opts_out_whatever_is_offered() -> None:
    assert screen(channel=Channel.SMS, text="退订", offered=["退订"]) is STOP


@pytest.mark.parametrize("channel", [Channel.WECHAT_OA, Channel.WECHAT_MP, Channel.WEB])
def test_only_sms_knows_the_words(channel: Channel) -> None:
    assert screen(channel=channel, text="TD") is None


# --- bubbles -------------------------------------------------------------------------------------------------------------------


def test_empty_bubbles_vanish() -> None:
    assert merge([Reply(""), Reply("好"), Reply("  ")], 3) == (Reply("好"),)


def test_the_question_keeps_its_choices() -> None:
    choices = (Choice("y", "是"), Choice("n", "否"))
    assert merge([Reply("一"), Reply("二"), Reply("三", choices)], 1) == (Reply("一\n二\n三", choices),)


@given(st.lists(st.text("甲乙丙 ", max_size=5)), st.integers(1, 5))
def test_nothing_is_lost_in_merging(texts: list[str], limit: int) -> None:
    merged = merge([Reply(text) for text in texts], limit)
    assert len(merged) <= limit
    said = "".join("".join(text.split()) for text in texts)
    assert "".join("".join(reply.text.split()) for reply in merged) == said


# --- text for the assistant ----------------------------------------------------------------------------------------------------

TEXTS: list[tuple[dict[str, Any], str | None]] = [
    ({"kind": "text", "text": " 暖气不热 "}, "暖气不热"),
    ({"kind": "text", "text": "/restart"}, "／restart"),
    ({"kind": "text", "text": "  /affirm"}, "／affirm"),
    ({"kind": "text", "text": "1/2"}, "1/2"),
    ({"kind": "image", "text": ""}, "[图片]"),
    ({"kind": "voice", "text": "路灯坏了"}, "路灯坏了"),
    ({"kind": "voice", "text": ""}, "[语音]"),
    ({"kind": "location", "text": ""}, "[位置]"),
    ({"kind": "text", "text": "2", "label": "不对"}, "不对"),
    ({"kind": "text", "text": ""}, None),
    ({"kind": "event", "text": "", "event": {"name": "subscribe", "key": ""}}, "你好"),
    ({"kind": "event", "text": "", "event": {"name": "menu_click", "key": "status"}}, "查进度"),
    ({"kind": "event", "text": "", "event": {"name": "menu_click", "key": "elsewhere"}}, "你好"),
    ({"kind": "event", "text": "", "event": {"name": "unsubscribe", "key": ""}}, None),
]


@pytest.mark.parametrize(("given_", "text"), TEXTS)
def test_what_the_assistant_is_given(given_: dict[str, Any], text: str | None) -> None:
    assert text_for_assistant(**{"event": None, **given_}) == text


def test_of_an_endless_message_the_beginning_is_listened_to() -> None:
    assert text_for_assistant(kind="text", text="冷" * 60_000, event=None) == "冷" * LONGEST_HEARD


@pytest.mark.parametrize(
    ("kind", "text", "event", "unreadable"),
    [
        ("text", " ", None, True),
        ("text", "好", None, False),
        ("image", "", None, False),
        ("voice", "", None, False),
        ("event", "", {"name": "other", "key": "file", "data": {"msg_type": "file"}}, True),
        ("event", "", {"name": "other", "key": "", "data": {"event": "wxa_media_check"}}, False),
        ("event", "", {"name": "enter", "key": "", "data": {}}, False),
    ],
)
def test_what_cannot_be_made_out(kind: str, text: str, event: dict[str, Any] | None, unreadable: bool) -> None:
    assert is_unreadable(kind=kind, text=text, event=event) is unreadable


OFFERED = [{"id": "yes", "label": "对的"}, {"id": "no", "label": "不对"}]


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("1", ("yes", "对的")),
        (" 2。", ("no", "不对")),
        ("2", ("no", "不对")),
        ("3", ("", "")),
        ("0", ("", "")),
        ("12", ("", "")),
        ("好", ("", "")),
    ],
)
def test_a_number_chooses_what_was_offered(text: str, entry: tuple[str, str]) -> None:
    assert chosen(text, OFFERED) == entry
