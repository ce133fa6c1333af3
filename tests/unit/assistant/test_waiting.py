"""What is said about a problem that waits while the one before it is read back."""

from dataclasses import replace

import pytest

from backend.contracts.conversations import Address
from backend.contracts.understanding import Issue
from backend.domain.drafting.model import Ask, OpenForm
from backend.domain.drafting.several import next_form
from tests.unit.assistant.builders import fresh, told, turn

DRAIN = Issue(
    "9号楼一楼下水堵了往外返",
    "环境卫生",
    "下水堵塞返水",
    "0702",
    0.9,
    Address(text="翠园小区9号楼", estate="翠园小区", building="9"),
)
STAIRS = Issue("楼道灯不亮", "房屋维修", "楼道设施", "0505", 0.9)
LAMP = ("翠园小区3号楼前头路灯不亮,从前天夜里起的,17000001234", "report_complaint")


def read_back(*waiting: Issue) -> OpenForm:
    """The street lamp read back, with these problems kept for after it."""
    form = told(fresh(), LAMP).form
    assert form.requested is Ask.CONFIRM
    return replace(form, also=waiting)


@pytest.mark.parametrize(
    "text", ["下水那个不用报了", "下水堵了那件事算了 物业给通了", "第二个不报了", "堵了的不用管了", "后面那个不用了"]
)
def test_a_waiting_problem_is_taken_away_by_its_name_or_its_number(text: str) -> None:
    step = told(read_back(DRAIN), (text, "cancel"))
    assert step.form.also == ()
    assert step.remarks == ("waiting_dropped",)
    assert (step.form.draft.category, step.form.requested) == ("道路设施", Ask.CONFIRM)


@pytest.mark.parametrize("text", ["路灯那个不用报了", "不报了", "那个算了", "第三个不报了"])
def test_what_names_the_open_problem_or_none_takes_no_waiting_one_away(text: str) -> None:
    assert told(read_back(DRAIN), (text, "cancel")).form.also == (DRAIN,)


def test_of_two_that_wait_the_named_one_goes() -> None:
    assert told(read_back(DRAIN, STAIRS), ("楼道灯那个不用报了", "cancel")).form.also == (DRAIN,)
    assert told(read_back(DRAIN, STAIRS), ("第三个不报了", "cancel")).form.also == (DRAIN,)


def test_the_house_of_a_waiting_problem_is_put_right_and_the_open_one_keeps_its_own() -> None:
    step = told(read_back(DRAIN), ("说错了 下水那个是7号楼", "correct_previous_detail"))
    assert step.remarks == ("waiting_changed",)
    assert step.form.draft.address.building == "3"
    following = next_form(step.form, draft_id="d2")
    assert following is not None
    assert (following.draft.address.estate, following.draft.address.building) == ("翠园小区", "7")
    assert following.draft.description == "7号楼一楼下水堵了往外返"


def test_the_time_of_a_waiting_problem_is_put_right() -> None:
    form = read_back(DRAIN)
    step = told(form, ("下水那个是昨天开始的", "correct_previous_detail"))
    assert step.form.draft.occurred_at == form.draft.occurred_at
    [waiting] = step.form.also
    assert waiting.occurred_at is not None
    assert waiting.occurred_at.text.startswith("昨天")


def test_a_correction_that_names_the_open_problem_stays_with_it() -> None:
    step = told(read_back(DRAIN), ("路灯那个是5号楼前头", "correct_previous_detail"))
    assert step.form.draft.address.building == "5"
    assert step.form.also == (DRAIN,)


def test_words_about_a_waiting_problem_that_change_nothing_are_not_swallowed() -> None:
    step = told(read_back(DRAIN), turn("下水那个可臭了", "report_complaint", guesses=(), issues=()))
    assert step.form.also == (DRAIN,)
    assert "waiting_changed" not in step.remarks
