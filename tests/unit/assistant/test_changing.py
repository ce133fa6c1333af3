"""Corrections, digressions, cancelling, resuming, several problems, the numbered choice of categories."""

from __future__ import annotations

import pytest

from backend.contracts.conversations import Address
from backend.contracts.understanding import CategoryGuess, Issue
from backend.domain.drafting.asking import question_of
from backend.domain.drafting.menus import answer_of_menu
from backend.domain.drafting.model import DIGRESSIONS, Ask, Outcome, Previous
from backend.domain.drafting.several import next_form
from backend.domain.drafting.stored import form_from_json, form_to_json
from tests.unit.assistant.builders import COLD, DARK_STAIRS, FULL, LAMP, REPORT, fresh, later, told, turn

FIX = "correct_previous_detail"


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ("不对,是5号楼", "building", "5"),
        ("说错了,是3单元", "unit", "3"),
        ("楼号往后数一个", "building", "7"),
        ("是常青小区", "estate", "常青小区"),
    ],
)
def test_a_correction_of_the_place_changes_only_what_it_names(said: str, field: str, value: str) -> None:
    before = told(fresh(), FULL).form.draft
    after = told(fresh(), FULL, (said, FIX)).form.draft
    assert getattr(after.address, field) == value
    assert (after.contact_phone, after.occurred_at) == (before.contact_phone, before.occurred_at)
    assert value in after.description
    assert getattr(before.address, field) not in after.description.replace("17000001234", "")


def test_a_correction_of_the_tail_changes_the_tail_of_the_phone() -> None:
    step = told(fresh(), FULL, turn("后四位说错了,是8765", FIX, previous_phone="17000001234"))
    assert step.form.draft.contact_phone == "17000008765"


def test_a_correction_of_the_time_replaces_the_time() -> None:
    step = told(fresh(), FULL, ("时间不对,是昨天早上", FIX))
    assert step.form.draft.occurred_at is not None
    assert "昨天" in step.form.draft.occurred_at.text


def test_a_plain_fact_after_the_read_back_is_a_correction() -> None:
    step = told(fresh(), FULL, "3单元")
    assert step.form.draft.address.unit == "3"
    assert step.form.requested is Ask.CONFIRM


def test_a_supplement_does_not_overwrite_what_is_known() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼", ("楼下7号楼也不热呢冻得够呛", "report_complaint"))
    assert step.form.draft.address.building == "6"
    assert "7号楼也不热" in step.form.draft.description


def test_the_category_is_corrected_in_a_sentence() -> None:
    step = told(fresh(), FULL, turn("我说的是路灯不亮", FIX))
    assert step.form.draft.subcategory == "路灯"


@pytest.mark.parametrize("intent", sorted(DIGRESSIONS))
def test_a_digression_leaves_the_draft_and_the_open_question_alone(intent: str) -> None:
    before = told(fresh(), REPORT)
    after = told(before.form, turn("哈哈你真逗", intent, guesses=()))
    assert (after.form.draft, after.form.requested) == (before.form.draft, before.form.requested)


def test_a_fact_inside_a_digression_is_taken() -> None:
    step = told(fresh(), REPORT, ("翠园小区6号楼,多久能来?", "ask_faq"))
    assert step.form.draft.address.estate == "翠园小区"
    assert step.form.requested is Ask.OCCURRED_AT


def test_cancelling_asks_once() -> None:
    step = told(fresh(), REPORT, ("算了不报了", "cancel"))
    assert step.form.requested is Ask.CANCEL
    assert told(step.form, "是").outcome is Outcome.CANCELLED
    kept = told(step.form, "不")
    assert kept.outcome is Outcome.ASK
    assert kept.form.requested is Ask.ADDRESS


def test_an_answer_instead_of_yes_or_no_to_cancelling_goes_on() -> None:
    step = told(fresh(), REPORT, ("算了不报了", "cancel"), "翠园小区6号楼")
    assert step.form.draft.address.estate == "翠园小区"
    assert step.form.requested is Ask.OCCURRED_AT


def test_another_problem_during_the_first_is_kept_for_after_it() -> None:
    step = told(fresh(), REPORT, ("还有小区路灯也不亮", "report_complaint"))
    assert [issue.subcategory for issue in step.form.also] == ["路灯"]
    assert step.form.draft.subcategory == "室温不达标"
    assert "second_noted" in step.remarks


def test_the_kept_problem_takes_over_place_time_and_phone() -> None:
    form = told(fresh(), FULL, ("还有小区路灯也不亮", "report_complaint")).form
    following = next_form(form, draft_id="d2")
    assert following is not None
    assert (following.id, following.draft.subcategory) == ("d2", "路灯")
    assert following.draft.address == form.draft.address
    assert following.draft.contact_phone == form.draft.contact_phone
    assert next_form(following, draft_id="d3") is None


def test_several_problems_in_one_message_become_one_draft_and_the_rest() -> None:
    issues = (Issue("暖气不热", "供暖", "室温不达标", "0101", 0.9), Issue("路灯不亮", "道路设施", "路灯", "1101", 0.9))
    step = told(fresh(), turn("暖气不热,路灯不亮", "report_complaint", issues=issues))
    assert step.form.draft.subcategory == "室温不达标"
    assert [issue.text for issue in step.form.also] == ["路灯不亮"]


def test_problems_at_two_places_become_two_drafts_at_their_own_places() -> None:
    here, there = (Address(estate="翠园小区", building=number, text=f"翠园小区{number}号楼") for number in ("3", "8"))
    issues = (
        Issue("电梯坏了", "房屋维修", "电梯故障", "0503", 0.9, here),
        Issue("路灯不亮", "道路设施", "路灯", "1101", 0.9, there),
    )
    form = told(fresh(), turn("翠园小区3号楼电梯坏了,8号楼路灯不亮", "report_complaint", issues=issues)).form
    following = next_form(form, draft_id="d2")
    assert following is not None
    assert (form.draft.address.building, following.draft.address.building) == ("3", "8")
    assert following.draft.address.estate == "翠园小区"
    assert form_from_json(form_to_json(form)).also[0].address == there


def test_each_of_several_problems_is_described_in_its_own_words() -> None:
    issues = (Issue("暖气不热", "供暖", "室温不达标", "0101", 0.9), Issue("路灯不亮", "道路设施", "路灯", "1101", 0.9))
    step = told(fresh(), turn("暖气不热,路灯不亮", "report_complaint", issues=issues))
    following = next_form(step.form, draft_id="d2")
    assert step.form.draft.description == "暖气不热"
    assert following is not None
    assert following.draft.description == "路灯不亮"


def test_one_problem_is_described_by_the_whole_message() -> None:
    issues = (Issue("暖气不热", "供暖", "室温不达标", "0101", 0.9),)
    step = told(fresh(), turn("暖气不热,老人冻感冒了", "report_complaint", issues=issues))
    assert step.form.draft.description == "暖气不热,老人冻感冒了"


@pytest.mark.parametrize(("answer", "subcategory"), [("1", "楼道设施"), ("2", "路灯"), ("3", "")])
def test_an_unsure_category_is_a_numbered_choice(answer: str, subcategory: str) -> None:
    unsure = (DARK_STAIRS, CategoryGuess("道路设施", "路灯", "1101", 0.3))
    step = told(fresh(), turn("灯坏了一直没人修", "report_complaint", guesses=unsure, issues=()))
    assert step.form.requested is Ask.CATEGORY
    assert [choice.label for choice in question_of(step.form).choices] == ["楼道设施", "路灯", "都不是"]
    step = told(step.form, answer)
    assert step.form.draft.subcategory == subcategory
    assert step.form.requested is Ask.ADDRESS


def test_a_sure_category_is_not_asked() -> None:
    assert told(fresh(), turn("暖气不热", "report_complaint", guesses=(COLD,))).form.requested is Ask.ADDRESS


def test_after_an_hour_the_draft_is_offered_again() -> None:
    step = told(fresh(), REPORT, turn("你好", "greet", at=later(2)))
    assert step.form.requested is Ask.RESUME
    assert told(step.form, turn("1", "affirm", at=later(2))).form.requested is Ask.ADDRESS


def test_what_was_said_meanwhile_goes_into_the_resumed_draft() -> None:
    step = told(fresh(), REPORT, turn("翠园小区6号楼", at=later(2)), turn("接着说", "affirm", at=later(2)))
    assert step.form.draft.address.estate == "翠园小区"
    assert step.form.draft.description == REPORT[0]


def test_what_was_said_meanwhile_begins_a_new_draft_when_the_old_one_is_dropped() -> None:
    step = told(fresh(), REPORT, turn("路灯不亮", "report_complaint", at=later(30)), turn("2", "deny", at=later(30)))
    assert step.form.draft.description == "路灯不亮"
    assert step.form.draft.subcategory == "路灯"


def test_the_same_as_last_time_takes_place_and_phone_of_the_last_order() -> None:
    last = Previous(Address(text="翠园小区6号楼", estate="翠园小区", building="6"), "17000009999")
    step = told(fresh(), REPORT, turn("跟上次一样", previous=last), "昨天开始", turn("跟上次一样", previous=last))
    assert step.form.draft.address.estate == "翠园小区"
    assert step.form.draft.contact_phone == "17000009999"


def test_a_photo_and_a_position_fill_the_draft_before_anything_is_said() -> None:
    place = Address(text="胜利广场", landmark="胜利广场", lat=41.1, lon=122.9)
    photo = {"kind": "image", "media_id": "p1"}
    step = told(fresh(), turn("[位置]", place=place, guesses=()), turn("[图片]", attachments=(photo,), guesses=()))
    assert step.form.draft.attachments == (photo,)
    assert step.form.draft.address.lat == 41.1
    assert step.form.requested is Ask.DESCRIPTION


@pytest.mark.parametrize("menu_id", ["confirm_yes", "confirm_no", "phone_skip", "cancel_yes", "resume_no", "category_none"])
def test_every_entry_of_our_menus_is_an_answer(menu_id: str) -> None:
    assert answer_of_menu(menu_id, ()) is not None


def test_an_entry_of_an_older_choice_of_categories_is_no_answer() -> None:
    assert answer_of_menu("category_0101", (LAMP,)) is None
    assert answer_of_menu("category_1101", (LAMP,)) is not None


def test_a_stored_form_is_read_back_as_it_was() -> None:
    form = told(fresh(), FULL, ("还有小区路灯也不亮", "report_complaint"), turn("你好", "greet", at=later(2))).form
    assert form_from_json(form_to_json(form)) == form


def test_the_stored_form_shows_the_public_draft_on_top() -> None:
    stored = form_to_json(told(fresh(), REPORT).form)
    assert stored["missing"] == ["address", "occurred_at", "contact_phone"]
    assert stored["subcategory"] == "室温不达标"
