"""The ladder of routes, as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.messages import Channel, MessageStatus, Route
from backend.domain.delivery_plan import (
    MAX_ATTEMPTS,
    Situation,
    Step,
    advances,
    choose,
    next_morning,
    pause_before_retry,
    reached_at,
)
from backend.domain.session_window import Window

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
WECHAT_ROUTES = frozenset({Route.SESSION, Route.SUBSCRIBE_LONG_TERM, Route.SUBSCRIBE_ONE_TIME})
OPEN = Window("w", allowed=5, used=0, expires_at=NOON + timedelta(hours=40))
FOUR_USED = replace(OPEN, used=4)
FULL = replace(OPEN, used=5)
EXPIRED = replace(OPEN, expires_at=NOON)
PHONE = "17000001234"

WECHAT = Situation(Channel.WECHAT_OA, WECHAT_ROUTES, session_limited=True, now=NOON)
WECHAT_NOTICE = replace(WECHAT, notification=True)
SMS = Situation(Channel.SMS, frozenset({Route.SMS}), session_limited=False, now=NOON, phone=PHONE)
SMS_NOTICE = replace(SMS, notification=True)
WEB = Situation(Channel.WEB, frozenset({Route.SESSION}), session_limited=False, now=NOON)

ROUTES = [
    ("an open window is cheapest", replace(WECHAT, windows=(OPEN,), phone=PHONE), Route.SESSION),
    ("an answer may use the last message", replace(WECHAT, windows=(FOUR_USED,)), Route.SESSION),
    ("a notice leaves the last message", replace(WECHAT_NOTICE, windows=(FOUR_USED,), phone=PHONE), Route.SMS),
    ("a used window is passed over", replace(WECHAT, windows=(FULL,), phone=PHONE), Route.SMS),
    ("all pieces of a long text fit", replace(WECHAT, windows=(replace(OPEN, used=2),), pieces=3, phone=PHONE), Route.SESSION),
    (
        "a long text is not begun when its end would not fit",
        replace(WECHAT, windows=(FOUR_USED,), pieces=2, phone=PHONE),
        Route.SMS,
    ),
    ("an expired window is closed", replace(WECHAT, windows=(EXPIRED,), phone=PHONE), Route.SMS),
    ("windows are not added up", replace(WECHAT, windows=(FULL, replace(FULL, id="v")), phone=PHONE), Route.SMS),
    ("the larger of two windows applies", replace(WECHAT, windows=(FULL, replace(OPEN, id="v"))), Route.SESSION),
    ("long term before one time", replace(WECHAT_NOTICE, long_term_consent=True, one_time_consents=1), Route.SUBSCRIBE_LONG_TERM),
    ("one time before SMS", replace(WECHAT_NOTICE, one_time_consents=1, phone=PHONE), Route.SUBSCRIBE_ONE_TIME),
    ("no template, no subscribe message", replace(WECHAT, long_term_consent=True, phone=PHONE, templated=False), Route.SMS),
    (
        "a route that failed is not tried again",
        replace(WECHAT, windows=(OPEN,), closed=frozenset({Route.SESSION}), phone=PHONE),
        Route.SMS,
    ),
    ("an answer by SMS goes at once", SMS, Route.SMS),
    ("an answer by SMS goes also at night", replace(SMS, now=NIGHT), Route.SMS),
    ("an answer by SMS goes also after an opt-out", replace(SMS, opted_out=True), Route.SMS),
    ("a notice by SMS goes in the day", SMS_NOTICE, Route.SMS),
    ("an urgent notice goes also at night", replace(SMS_NOTICE, now=NIGHT, urgent=True), Route.SMS),
    ("a page has no window", replace(WEB, notification=True), Route.SESSION),
    ("an opt-out of SMS leaves WeChat alone", replace(WECHAT_NOTICE, windows=(OPEN,), opted_out=True), Route.SESSION),
    (
        "a WeChat notice at night does not ring",
        replace(WECHAT_NOTICE, windows=(replace(OPEN, expires_at=NIGHT + timedelta(1)),), now=NIGHT),
        Route.SESSION,
    ),
]


@pytest.mark.parametrize(("situation", "route"), [row[1:] for row in ROUTES], ids=[row[0] for row in ROUTES])
def test_the_cheapest_permitted_way_is_taken(situation: Situation, route: Route) -> None:
    plan = choose(situation)
    assert (plan.step, plan.route) == (Step.SEND, route)


STEPS = [
    ("nothing works: a person calls", WECHAT, Step.CALL_BACK),
    ("an unimportant notice is not worth a call", replace(WECHAT_NOTICE, essential=False), Step.SUPPRESS),
    ("an important notice is", WECHAT_NOTICE, Step.CALL_BACK),
    ("opted out and unimportant", replace(SMS_NOTICE, opted_out=True, essential=False), Step.SUPPRESS),
    ("opted out and important", replace(SMS_NOTICE, opted_out=True), Step.CALL_BACK),
    ("a notice by SMS rests at night", replace(SMS_NOTICE, now=NIGHT), Step.WAIT),
    ("a fallback SMS rests at night", replace(WECHAT_NOTICE, now=NIGHT, phone=PHONE), Step.WAIT),
]


@pytest.mark.parametrize(("situation", "step"), [row[1:] for row in STEPS], ids=[row[0] for row in STEPS])
def test_when_no_way_is_open_now(situation: Situation, step: Step) -> None:
    assert choose(situation).step is step


def test_a_landline_gets_a_call_and_no_text() -> None:
    plan = choose(replace(WECHAT_NOTICE, windows=(EXPIRED,), phone="0412-0001234", now=NIGHT))
    assert plan.step is Step.CALL_BACK  # nothing rings, so nothing waits for the morning
    assert plan.why.endswith("短信:座机收不了短信")


@pytest.mark.parametrize(
    ("known", "given", "by_sms", "reached"),
    [
        ("", "17000000002", False, "17000000002"),
        ("17000000001", "", False, "17000000001"),
        ("17000000001", "17000000002", False, "17000000002"),
        ("17000000001", "17000000002", True, "17000000001"),
        ("17000000001", "0412-0000002", False, "17000000001"),
        ("0412-0000001", "17000000002", False, "17000000002"),
        ("0412-0000001", "0412-0000002", False, "0412-0000002"),
        ("", "", False, ""),
    ],
)
def test_the_last_number_that_was_given_reaches_a_resident(known: str, given: str, by_sms: bool, reached: str) -> None:
    assert reached_at(known, given, by_sms=by_sms) == reached


def test_the_reasons_for_passing_over_are_told() -> None:
    plan = choose(replace(WECHAT_NOTICE, windows=(FULL,), phone=PHONE))
    assert plan.why == "会话消息:窗口已关或条数用完;长期订阅消息:没有长期订阅;一次性订阅消息:没有一次性订阅"


def test_a_long_text_that_does_not_fit_is_told_with_its_pieces() -> None:
    assert choose(replace(WECHAT, windows=(FOUR_USED,), pieces=3)).why.startswith("会话消息:要分3条发,")


@pytest.mark.parametrize(
    ("hour", "minute", "rings"), [(6, 59, False), (7, 0, True), (12, 0, True), (21, 59, True), (22, 0, False), (0, 0, False)]
)
def test_phones_ring_from_seven_to_ten(hour: int, minute: int, rings: bool) -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)
    assert (choose(replace(SMS_NOTICE, now=at)).step is Step.SEND) == rings


def test_what_rests_at_night_is_due_at_seven() -> None:
    assert next_morning(NIGHT) == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    assert next_morning(NIGHT + timedelta(hours=4)) == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)


@given(
    used=st.integers(0, 6),
    notification=st.booleans(),
    consents=st.integers(0, 2),
    long_term=st.booleans(),
    phone=st.sampled_from(["", PHONE]),
    opted_out=st.booleans(),
    essential=st.booleans(),
    hour=st.integers(0, 23),
    closed=st.frozensets(st.sampled_from(list(Route))),
)
def test_no_plan_uses_what_is_not_permitted(
    used: int,
    notification: bool,
    consents: int,
    long_term: bool,
    phone: str,
    opted_out: bool,
    essential: bool,
    hour: int,
    closed: frozenset[Route],
) -> None:
    now = NOON + timedelta(hours=hour)
    situation = replace(
        WECHAT,
        now=now,
        windows=(replace(OPEN, used=used, expires_at=NOON + timedelta(days=2)),),
        notification=notification,
        one_time_consents=consents,
        long_term_consent=long_term,
        phone=phone,
        opted_out=opted_out,
        essential=essential,
        closed=closed,
    )
    plan = choose(situation)
    assert plan.route not in closed
    permitted = {
        Route.SESSION: used < (4 if notification else 5),
        Route.SUBSCRIBE_LONG_TERM: long_term,
        Route.SUBSCRIBE_ONE_TIME: consents > 0,
        Route.SMS: bool(phone) and not (opted_out and notification),
    }
    assert plan.route is None or permitted[plan.route]
    if plan.step is Step.SUPPRESS:
        assert not essential


# --- statuses and retries ------------------------------------------------------------------------------------------------------

S = MessageStatus
FORWARD = [
    (S.QUEUED, S.SUBMITTED),
    (S.SUBMITTED, S.SENT),
    (S.SUBMITTED, S.UNKNOWN),
    (S.UNKNOWN, S.SENT),
    (S.UNKNOWN, S.FAILED),
    (S.SENT, S.FAILED),
    (S.SENT, S.DELIVERED),
    (S.FAILED, S.DELIVERED),
]


@pytest.mark.parametrize(("before", "after"), FORWARD)
def test_statuses_only_move_forward(before: MessageStatus, after: MessageStatus) -> None:
    assert advances(before, after)
    assert not advances(after, before)


@pytest.mark.parametrize("status", [S.STORED, S.SUPPRESSED])
def test_inbound_and_suppressed_messages_have_no_way_out(status: MessageStatus) -> None:
    assert not any(advances(status, other) for other in S)


@given(st.lists(st.sampled_from([S.SUBMITTED, S.SENT, S.UNKNOWN, S.FAILED, S.DELIVERED])))
def test_after_a_delivery_report_nothing_changes_any_more(reports: list[MessageStatus]) -> None:
    status = S.QUEUED
    for report in [*reports, S.DELIVERED, *reports]:
        status = report if advances(status, report) else status
    assert status is S.DELIVERED


@given(st.integers(1, MAX_ATTEMPTS), st.floats(0, 1))
def test_pauses_grow_and_stay_under_ten_minutes(attempts: int, jitter: float) -> None:
    pause = pause_before_retry(attempts, jitter)
    assert timedelta(seconds=1) <= pause <= timedelta(minutes=10)
    assert pause_before_retry(attempts, 0.0) * 2 == pause_before_retry(attempts, 1.0)
