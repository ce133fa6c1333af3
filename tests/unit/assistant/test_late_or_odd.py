"""Words that come a day too late, that mean nothing, or that are said of two things at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.contracts.understanding import UNSAID, CategoryGuess, Issue
from backend.domain.drafting.model import Ask, OpenForm, Outcome
from tests.unit.assistant.builders import NOW, fresh, told, turn
from tests.unit.assistant.test_context import intent

REPORT = "report_complaint"
DARK = CategoryGuess("道路设施", "路灯", "1101", 0.97)
PARKED = CategoryGuess("违章停车/交通", "违停占道", "0901", 0.95)
DOGS = CategoryGuess("治安", "犬只", "1405", 0.95)


def read_back() -> OpenForm:
    form = told(fresh("17000000009"), turn("路灯不亮 翠园小区9号楼 昨天", REPORT, guesses=(DARK,))).form
    assert form.requested is Ask.CONFIRM
    return form


@pytest.mark.parametrize(("hours", "outcome"), [(3, Outcome.FILE), (20, Outcome.FILE), (50, Outcome.ASK)])
def test_a_yes_on_the_next_day_files_and_a_later_one_is_asked_what_it_is_about(hours: int, outcome: Outcome) -> None:
    step = told(read_back(), turn("对", "affirm", at=NOW + timedelta(hours=hours)))
    assert step.outcome is outcome
    assert (step.form.requested is Ask.RESUME) is (outcome is Outcome.ASK)


def test_words_that_name_nothing_are_not_written_into_the_matter() -> None:
    vague = CategoryGuess("环境卫生", "异味油烟扬尘", "0703", 0.2)
    step = told(read_back(), turn("大萝卜土豆子", REPORT, guesses=(vague,), content=True, issues=()))
    assert not step.understood
    assert "萝卜" not in step.form.draft.description


def test_a_fault_that_is_named_at_the_read_back_is_written_down() -> None:
    unsaid = CategoryGuess("其他", UNSAID, "2299", 0.3)
    step = told(read_back(), turn("灯杆也歪了", REPORT, guesses=(unsaid,), content=True, issues=()))
    assert "灯杆也歪了" in step.form.draft.description


@pytest.mark.parametrize(("tail", "known"), [("天天这样", True), ("天天都这样", True), ("天天晚上叫唤", False)])
def test_a_habit_that_is_said_of_all_is_also_that_of_the_first(tail: str, known: bool) -> None:
    first, second = "翠园小区5号楼门口车乱停堵道", f"还有人遛狗不拴绳,{tail}"
    issues = tuple(
        Issue(words, guess.category, guess.subcategory, guess.service_code, guess.confidence)
        for words, guess in ((first, PARKED), (second, DOGS))
    )
    form = told(fresh("17000000009"), turn(f"{first},{second}", REPORT, guesses=(PARKED, DOGS), issues=issues)).form
    assert (form.draft.occurred_at is not None) is known


def test_who_cannot_read_so_fast_presses_nobody() -> None:
    said = "回得忒快了 我都看不过来"
    assert intent(said, "address", ("urge", 0.48), (REPORT, 0.1)) == "provide_info"
    assert intent("快点派人 别磨叽", "address", ("urge", 0.9)) == "urge"
