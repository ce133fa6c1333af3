"""Three or four digits alone, in the middle of the form: the door of a house that was told, unless something else is asked."""

from __future__ import annotations

import pytest

from backend.domain.drafting.model import Ask
from tests.unit.assistant.builders import fresh, told, turn
from tests.unit.assistant.test_context import intent

COLD_FLAT = ("我妈家暖气不热", "report_complaint")


@pytest.mark.parametrize(("said", "door"), [("201", "201"), ("是1203的", "1203"), ("三零一", "301"), ("201吧 谢谢", "201")])
def test_digits_after_the_building_are_the_door(said: str, door: str) -> None:
    step = told(fresh("17000000001"), COLD_FLAT, "翠园小区8栋的", said)
    assert step.form.draft.address.room == door
    assert step.form.draft.address.text.startswith("翠园小区8号楼")
    assert step.form.requested is Ask.OCCURRED_AT
    assert step.form.misunderstood == 0


@pytest.mark.parametrize("said", ["2019", "12", "4", "20135"])
def test_a_year_a_day_an_entry_and_a_longer_number_are_no_door(said: str) -> None:
    step = told(fresh("17000000001"), COLD_FLAT, "翠园小区8栋的", said)
    assert step.form.draft.address.room == ""


def test_where_no_house_is_known_digits_are_no_door() -> None:
    assert told(fresh("17000000001"), COLD_FLAT, "翠园小区", "201").form.draft.address.room == ""


def test_a_door_that_is_known_stays() -> None:
    assert told(fresh("17000000001"), COLD_FLAT, "翠园小区8号楼301", "201").form.draft.address.room == "301"


def test_where_the_telephone_is_asked_for_digits_are_no_door() -> None:
    step = told(fresh(), COLD_FLAT, "翠园小区8栋的", "昨天")
    assert step.form.requested is Ask.CONTACT_PHONE
    assert told(step.form, turn("4521")).form.draft.address.room == ""


def test_digits_in_the_form_ask_after_no_order() -> None:
    assert intent("201", "occurred_at", ("query_status", 0.6)) == "provide_info"
    assert intent("201", "", ("query_status", 0.6)) == "query_status"
