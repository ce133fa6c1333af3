"""Collecting a complaint: nothing is asked twice, everything said is taken, a partial place is asked about once."""

from __future__ import annotations

import pytest

from backend.contracts.conversations import TimeKind
from backend.domain.draft import advance
from backend.domain.drafting.asking import question_of, read_back
from backend.domain.drafting.model import Ask, Outcome
from tests.unit.assistant.builders import FULL, NOW, REPORT, fresh, told, turn


def test_everything_in_one_message_is_read_back_at_once() -> None:
    step = told(fresh(), FULL)
    assert step.form.requested is Ask.CONFIRM
    assert step.form.draft.missing == ()
    summary = question_of(step.form).values["summary"]
    assert "翠园小区6号楼2单元301" in summary
    assert "前天夜里" in summary
    assert "17000001234" in summary


def test_one_fact_per_message_asks_each_question_once() -> None:
    asked = []
    step = told(fresh(), turn("我要投诉", "report_complaint", content=False))
    for text, intent in (
        REPORT,
        ("翠园小区6号楼2单元301", "provide_info"),
        ("前天晚上", "provide_info"),
        ("17000001234", "provide_info"),
    ):
        asked.append(step.form.requested)
        step = advance(step.form, turn(text, intent))
    assert asked == [Ask.DESCRIPTION, Ask.ADDRESS, Ask.OCCURRED_AT, Ask.CONTACT_PHONE]
    assert step.form.requested is Ask.CONFIRM


def test_an_announcement_is_no_description() -> None:
    step = told(fresh(), turn("我要投诉", "report_complaint", content=False, guesses=()))
    assert step.form.draft.description == ""
    assert step.form.requested is Ask.DESCRIPTION


def test_a_complaint_of_two_characters_is_a_description() -> None:
    step = told(fresh(), ("停水", "report_complaint"))
    assert step.form.draft.description == "停水"


def test_an_answer_to_another_question_than_the_one_asked_is_taken() -> None:
    step = told(fresh(), REPORT, "17000001234")
    assert step.form.draft.contact_phone == "17000001234"
    assert step.form.requested is Ask.ADDRESS


def test_a_partial_place_is_asked_about_once_and_then_accepted() -> None:
    step = told(fresh(), REPORT, "翠园小区")
    assert step.form.requested is Ask.ADDRESS_DETAIL
    assert "翠园小区" in question_of(step.form).values["known"]
    step = told(step.form, "就是翠园小区啊")
    assert step.form.requested is Ask.OCCURRED_AT


def test_the_detail_completes_the_place() -> None:
    step = told(fresh(), REPORT, "翠园小区", "6号楼2单元")
    address = step.form.draft.address
    assert (address.estate, address.building, address.unit) == ("翠园小区", "6", "2")
    assert step.form.requested is Ask.OCCURRED_AT


def test_words_that_are_no_known_place_are_kept_as_a_landmark() -> None:
    step = told(fresh(), REPORT, "老刘家烧烤摊子那旮旯")
    assert "老刘家烧烤摊子那旮旯" in step.form.draft.address.text


def test_words_that_are_no_known_time_are_kept_as_a_vague_one() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼", "自打老王搬来那阵儿")
    assert step.form.draft.occurred_at is not None
    assert step.form.draft.occurred_at.kind in (TimeKind.VAGUE, TimeKind.SINCE)


def test_the_senders_number_is_the_phone_on_sms() -> None:
    step = told(fresh(phone="17000002222"), REPORT, "翠园小区6号楼", "昨天开始")
    assert step.form.requested is Ask.CONFIRM
    assert step.form.draft.contact_phone == "17000002222"


@pytest.mark.parametrize("refusal", ["不留", "不想留", "跳过", "不知道", "不方便"])
def test_the_phone_may_be_left_out(refusal: str) -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼", "昨天开始", refusal)
    assert step.form.requested is Ask.CONFIRM
    assert step.form.draft.contact_phone == ""


@pytest.mark.parametrize("answer", ["不知道", "记不清了", "跳过", "回头再说"])
@pytest.mark.parametrize("before", [(REPORT,), (REPORT, "翠园小区6号楼2单元301")])
def test_a_field_that_is_left_open_is_not_asked_again(before: tuple, answer: str) -> None:
    step = told(fresh(), *before)
    field = step.form.requested
    step = told(step.form, answer)
    assert step.form.requested is not field
    assert field.value not in step.form.draft.missing


def test_a_wrong_phone_is_never_stored() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼", "昨天开始", "170000123")
    assert step.form.draft.contact_phone == ""
    assert step.form.requested is Ask.CONTACT_PHONE
    assert "phone_invalid" in step.remarks


def test_the_wish_to_stay_anonymous_drops_the_phone_question() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼,匿名", "昨天开始")
    assert step.form.draft.anonymous
    assert step.form.requested is Ask.CONFIRM


def test_a_message_delivered_twice_changes_nothing() -> None:
    message = turn(*REPORT)
    once = told(fresh(), message)
    twice = told(once.form, message)
    assert twice.form == once.form


def test_yes_files_the_form_and_no_asks_what_is_wrong() -> None:
    step = told(fresh(), FULL)
    assert told(step.form, "对").outcome is Outcome.FILE
    assert told(step.form, "1").outcome is Outcome.FILE
    assert told(step.form, "不对").form.requested is Ask.CHANGE


def test_the_read_back_leaves_out_what_only_says_where_and_when() -> None:
    step = told(fresh(), FULL)
    assert read_back(step.form).count("翠园小区") == 1


def test_the_time_is_read_against_the_messages_own_time() -> None:
    step = told(fresh(), ("暖气不热,昨天开始的", "report_complaint"))
    occurred = step.form.draft.occurred_at
    assert occurred is not None
    assert occurred.start is not None
    assert (NOW - occurred.start).days <= 2


def test_two_misunderstandings_in_a_row_are_counted_and_reset() -> None:
    step = told(fresh(), FULL, ("嘎嘎咕咕", "nlu_fallback"), ("咕咕嘎嘎", "nlu_fallback"))
    assert step.form.misunderstood == 2
    assert told(step.form, "是7号楼").form.misunderstood == 0


@pytest.mark.parametrize("answer", ["明天", "明儿来修行不", "后天上午吧"])
def test_no_trouble_began_at_a_time_that_is_still_to_come(answer: str) -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼2单元301", answer)
    assert step.form.draft.occurred_at is None
    assert (step.form.requested, step.remarks) == (Ask.OCCURRED_AT, ("time_ahead",))


@pytest.mark.parametrize("answer", ["明天开始停水", "下周要动工了", "通知说明天要拆"])
def test_a_trouble_that_is_announced_has_its_time_ahead(answer: str) -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼2单元301", answer)
    assert step.form.draft.occurred_at is not None
    assert step.form.draft.occurred_at.kind is TimeKind.FUTURE


def test_a_visit_that_is_wished_for_is_not_when_it_happened() -> None:
    step = told(fresh(), ("明天能来修不 屋里暖气不热", "report_complaint"))
    assert step.form.draft.occurred_at is None


@pytest.mark.parametrize(
    ("wish", "back"), [("匿名", "不用匿名了"), ("我想匿名", "刚才说匿名 现在不用了"), ("不留名", "还是留个名吧")]
)
def test_the_wish_to_stay_anonymous_can_be_taken_back(wish: str, back: str) -> None:
    step = told(fresh(), REPORT, wish)
    assert step.form.draft.anonymous
    assert not told(step.form, back).form.draft.anonymous


def test_the_wish_for_confidence_can_be_taken_back_and_is_not_by_anything_else() -> None:
    step = told(fresh(), REPORT, "替我保密")
    assert step.form.confidential
    assert not told(step.form, "不用保密了").form.confidential
    assert told(step.form, "翠园小区6号楼").form.confidential
