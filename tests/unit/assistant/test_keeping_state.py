"""What a message must not do to a form: give it up, lose a question, move the category, store a question as a fact."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.contracts.understanding import CategoryGuess, Issue
from backend.domain.drafting.model import Ask, OpenForm, Outcome
from tests.unit.assistant.builders import FULL, REPORT, fresh, told, turn

FIX = "correct_previous_detail"
FIRE = CategoryGuess("消防/安全隐患", "火灾", "1301", 0.7)
PLACED = (REPORT, "翠园小区6号楼2单元", "从昨天开始的")


def asked_to_cancel() -> OpenForm:
    return told(fresh(), REPORT, ("取消吧", "cancel")).form


@pytest.mark.parametrize("intent", ["affirm", "cancel", "deny", "provide_info"])
@pytest.mark.parametrize("said", ["别 还是接着报吧", "算了 还是留着吧", "先别取消", "继续"])
def test_a_word_of_keeping_goes_on_whatever_the_classifier_took_it_for(said: str, intent: str) -> None:
    step = told(asked_to_cancel(), (said, intent))
    assert (step.outcome, step.form.requested) == (Outcome.ASK, Ask.ADDRESS)
    assert step.remarks == ("going_on",)


@pytest.mark.parametrize("said", ["是", "1", "不报了", "取消", "算了"])
def test_a_clear_yes_gives_the_form_up(said: str) -> None:
    assert told(asked_to_cancel(), (said, "affirm")).outcome is Outcome.CANCELLED


def test_a_cancel_without_a_clear_word_keeps() -> None:
    assert told(asked_to_cancel(), ("哎呀这个事儿吧", "cancel")).outcome is Outcome.ASK


def test_going_on_puts_the_question_that_stood_before_even_after_it_was_asked_twice() -> None:
    form = told(fresh(), *PLACED).form
    assert form.requested is Ask.CONTACT_PHONE
    for _ in range(3):
        form = told(form, ("取消吧", "cancel"), ("接着报", "affirm")).form
        assert form.requested is Ask.CONTACT_PHONE


@pytest.mark.parametrize("times", [2, 4])
def test_photos_set_the_open_question_aside_without_using_it_up(times: int) -> None:
    form = told(fresh(), *PLACED).form
    for number in range(times):
        form = told(form, turn("[图片]", attachments=({"kind": "image", "media_id": f"p{number}"},))).form
    assert form.requested is Ask.CONTACT_PHONE
    assert len(form.draft.attachments) == times


def test_another_fact_sets_the_open_question_aside_without_using_it_up() -> None:
    form = told(fresh(), REPORT, "从昨天开始的", "17000001234").form
    assert form.requested is Ask.ADDRESS


def test_refusing_in_a_sentence_settles_the_phone_and_keeps_the_wish_beside_it() -> None:
    step = told(fresh(), *PLACED, "电话就不留了吧 怕人打击报复")
    assert step.form.requested is Ask.CONFIRM
    assert step.form.confidential


@pytest.mark.parametrize("said", ["多久能来人", "啥时候能修好?", "大萝卜土豆子"])
def test_what_is_no_time_is_not_stored_as_one(said: str) -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼2单元", said)
    assert step.form.draft.occurred_at is None
    assert not step.understood


@pytest.mark.parametrize("said", ["咬着孩子咋整", "多久能来人", "大萝卜土豆子"])
def test_what_is_no_place_is_not_stored_as_one(said: str) -> None:
    step = told(fresh(), REPORT, said)
    assert step.form.draft.address.text == ""
    assert not step.understood


def test_a_relative_correction_of_the_building_never_moves_the_category() -> None:
    before = told(fresh(), FULL).form.draft
    step = told(fresh(), FULL, turn("说岔了 楼号往后数一个", FIX, guesses=(FIRE,)))
    assert step.form.draft.address.building == "7"
    assert (step.form.draft.category, step.form.draft.description) == (before.category, FULL[0].replace("6号楼", "7号楼"))


@pytest.mark.parametrize("intent", [FIX, "deny", "report_complaint"])
def test_not_this_number_but_that_changes_only_the_component_that_had_it(intent: str) -> None:
    step = told(fresh(), FULL, turn("不是301是702", intent, guesses=()))
    address = step.form.draft.address
    assert (address.building, address.unit, address.room) == ("6", "2", "702")
    assert step.form.draft.description == FULL[0].replace("301", "702")


def test_another_phone_than_the_channels_is_taken_when_it_is_told() -> None:
    said = turn("我替我妈报的 暖气不热 打她电话17000008221", "report_complaint", known_phone="17000000035")
    assert told(fresh("17000000035"), said).form.draft.contact_phone == "17000008221"


def test_a_phone_that_the_resident_gave_is_not_replaced_in_passing() -> None:
    step = told(fresh(), REPORT, "17000001234", turn("邻居是17000009999", known_phone="17000000035"))
    assert step.form.draft.contact_phone == "17000001234"


def test_starting_anew_drops_the_old_draft_whatever_the_intent() -> None:
    form = replace(told(fresh(), REPORT).form, requested=Ask.RESUME, resume_to=Ask.ADDRESS)
    step = told(form, ("不用了 重新说", "dispute_result"))
    assert (step.form.draft.description, step.form.requested) == ("", Ask.DESCRIPTION)


@pytest.mark.parametrize(
    ("share", "subcategory", "kept"), [(0.9, "路灯", 1), (0.5, "路灯", 1), (0.3, "路灯", 0), (0.9, "未说明", 0)]
)
def test_a_clause_without_a_clear_matter_of_its_own_becomes_no_order(share: float, subcategory: str, kept: int) -> None:
    issues = (
        Issue("暖气不热", "供暖", "室温不达标", "0101", 0.9),
        Issue("楼后头也没人管", "道路设施", subcategory, "1101", share),
    )
    step = told(fresh(), turn("暖气不热,楼后头也没人管", "report_complaint", issues=issues))
    assert len(step.form.also) == kept
    assert step.form.draft.category == "供暖"
