"""Texts that residents read: complete, short, and right about what they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.conversations import Address
from backend.contracts.work_orders import EventType
from backend.domain import phrases
from backend.domain.language.emergency_kinds import EMERGENCY_KINDS, EmergencyKind
from backend.domain.notices import (
    LONGEST,
    NoticeFacts,
    is_essential,
    is_notification,
    notice_for,
    rating_choices,
    rating_reminder,
)

NUMBER = "261121456782"
FACTS = NoticeFacts(
    number=NUMBER,
    subject="停暖",
    unit="园林街道办事处",
    due_at=datetime(2026, 11, 24, 10, 0, tzinfo=UTC),
    detail="已更换阀门",
    door="市住建局(0412-0001234)",
)
TOLD = [
    (EventType.ACCEPTED, ["已登记", "最晚11月24日晚上6点给您答复"], True),
    (EventType.DISPATCHED, ["已交给园林街道办事处", "11月24日晚上6点"], False),
    (EventType.ACKNOWLEDGED, ["已接到", "园林街道办事处"], False),
    (EventType.ARRIVED, ["已到现场"], False),
    (EventType.EXTENDED, ["已更换阀门", "改为11月24日晚上6点前"], True),
    (EventType.SUSPENDED, ["暂时办不了", "已更换阀门"], True),
    (EventType.RESUMED, ["接着办理"], False),
    (EventType.RESOLVED, ["已办完", "已更换阀门", "打个分"], True),
    (EventType.CLOSED, ["谢谢"], False),
    (EventType.REOPENED, ["重新办理", "11月24日晚上6点"], True),
    (EventType.WITHDRAWN, ["撤回"], False),
    (EventType.DECLINED, ["已更换阀门", "请找市住建局"], True),
]
UNTOLD = [event for event in EventType if event not in {row[0] for row in TOLD}]


@pytest.mark.parametrize(("event", "parts", "essential"), TOLD)
def test_each_event_tells_what_a_resident_needs(event: EventType, parts: list[str], essential: bool) -> None:
    notice = notice_for(event, FACTS)
    assert notice is not None
    assert all(part in notice.text for part in [NUMBER, *parts])
    assert notice.essential is essential is is_essential(notice.purpose)
    assert is_notification(notice.purpose)


def test_a_filing_that_names_its_unit_tells_both_and_must_arrive() -> None:
    notice = notice_for(EventType.ACCEPTED, FACTS, with_unit=True)
    assert notice is not None
    assert all(part in notice.text for part in (NUMBER, "已登记", "交给园林街道办事处办理", "最晚11月24日晚上6点给您答复"))
    assert notice.essential
    assert is_essential(notice.purpose)


def test_a_promise_for_the_whole_day_names_the_day_alone_and_does_not_end_the_evening_before() -> None:
    notice = notice_for(EventType.DISPATCHED, replace(FACTS, due_at=datetime(2026, 11, 24, 15, 59, tzinfo=UTC)))
    assert notice is not None
    assert "最晚11月24日(周二)给您答复" in notice.text


def test_only_a_filing_is_told_together_with_its_unit() -> None:
    others = [event for event in EventType if event is not EventType.ACCEPTED]
    assert [notice_for(event, FACTS, with_unit=True) for event in others] == [notice_for(event, FACTS) for event in others]


@pytest.mark.parametrize("event", UNTOLD)
def test_our_own_affairs_are_not_told(event: EventType) -> None:
    assert notice_for(event, FACTS) is None


@given(
    event=st.sampled_from([row[0] for row in TOLD]),
    detail=st.text("修好了换阀门", max_size=400),
    unit=st.text("园林街道办", min_size=1, max_size=15),
    due=st.booleans(),
    with_unit=st.booleans(),
)
def test_every_notice_fits_two_sms_parts(event: EventType, detail: str, unit: str, due: bool, with_unit: bool) -> None:
    facts = NoticeFacts(NUMBER, "消防通道堵塞", unit, FACTS.due_at if due else None, detail, "市住建局")
    notice = notice_for(event, facts, with_unit=with_unit)
    assert notice is not None
    choices = sum(len(choice.label) + 3 for choice in notice.choices)
    assert len(notice.text) + choices <= LONGEST
    assert NUMBER in notice.text
    assert "{" not in notice.text


def test_a_notice_without_facts_still_reads_well() -> None:
    notice = notice_for(EventType.RESOLVED, NoticeFacts(NUMBER, ""))
    assert notice is not None
    assert notice.text == f"您反映的事(单号{NUMBER})已办完:已处理。解决了吗?请您打个分:"


def test_a_full_stop_is_not_doubled() -> None:
    notice = notice_for(EventType.RESOLVED, NoticeFacts(NUMBER, "停暖", detail="修好了。 "))
    assert notice is not None
    assert "修好了。解决" in notice.text


def test_a_typed_number_is_the_score() -> None:
    assert [choice.label for choice in rating_choices()] == ["非常不满意", "不满意", "基本满意", "满意", "非常满意"]
    assert rating_choices()[4].id == "rate_5"


def test_the_reminder_asks_again_and_is_no_reason_to_call() -> None:
    reminder = rating_reminder(FACTS)
    assert NUMBER in reminder.text
    assert len(reminder.choices) == 5
    assert not is_essential(reminder.purpose)


def test_the_template_gets_local_times() -> None:
    notice = notice_for(EventType.DISPATCHED, FACTS)
    assert notice is not None
    assert notice.template_fields["time"] == "2026-11-24 18:00"
    assert notice.template_fields["state"] == "已派单"


@pytest.mark.parametrize("purpose", ["reply", "apology", "caseworker", "emergency", "opt_out"])
def test_answers_are_no_notifications_and_always_matter(purpose: str) -> None:
    assert not is_notification(purpose)
    assert is_essential(purpose)


# --- phrases -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [*EMERGENCY_KINDS.values()], ids=list(EMERGENCY_KINDS))
def test_each_danger_names_what_to_do_and_whom_to_call(kind: EmergencyKind) -> None:
    reply = phrases.emergency_reply(kind.kind, NUMBER, needs_address=True)
    assert reply.replace(f"单号{NUMBER}。", "") == kind.instruction
    assert kind.call in reply
    assert NUMBER in reply


def test_a_danger_without_advice_of_its_own_still_names_the_numbers() -> None:
    assert all(number in phrases.emergency_advice("something new") for number in ("110", "119", "120"))


@pytest.mark.parametrize("kind", [*EMERGENCY_KINDS, "something new"])
def test_the_only_question_in_an_emergency_is_where(kind: str) -> None:
    asking = phrases.emergency_reply(kind, NUMBER, needs_address=True)
    knowing = phrases.emergency_reply(kind, NUMBER, needs_address=False)
    assert asking.endswith("?")
    assert "?" not in knowing
    assert asking.startswith(knowing)


@pytest.mark.parametrize("kind", [*EMERGENCY_KINDS, "something new"])
def test_a_place_that_was_told_for_something_else_is_read_back_within_two_parts(kind: str) -> None:
    reply = phrases.emergency_reply(kind, NUMBER, needs_address=False, assumed="山南街道翠园社区翠园小区十六号楼三单元五零一")
    assert "翠园小区" in reply
    assert "不对马上告诉我" in reply
    assert "?" not in reply
    assert len(reply) <= 134 - len("【有事请找我】")


@pytest.mark.parametrize(
    ("local", "part"),
    [
        ("2026-11-21T12:00", "马上来"),
        ("2026-11-21T21:00", "11月22日(周日)上午8点"),
        ("2026-11-21T03:00", "11月21日(周六)上午8点"),
    ],
)
def test_the_apology_promises_a_person_now_or_on_a_date(local: str, part: str) -> None:
    assert part in phrases.apology(datetime.fromisoformat(f"{local}+08:00"))


def test_an_address_is_told_in_the_residents_words() -> None:
    assert phrases.address_text(Address(text="翠园6号楼", estate="翠园小区")) == "翠园6号楼"
    assert phrases.address_text(Address(street="园林街道", estate="翠园小区")) == "园林街道翠园小区"
