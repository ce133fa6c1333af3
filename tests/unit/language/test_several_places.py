"""Several problems of one message: each at its own place and time, or all at the one that was told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.conversations import Address
from backend.domain.language.several_places import own_places, own_times, place_after

THREE = Address(estate="翠园小区", building="3", unit="2", text="翠园小区3号楼2单元")


def test_one_place_is_meant_for_all_wherever_it_is_told() -> None:
    assert own_places([THREE, None, None]) == [None, None, None]
    assert own_places([None, THREE]) == [None, None]
    assert own_places([None, None]) == [None, None]


def test_a_further_building_lies_in_the_same_estate_without_the_door_of_the_first() -> None:
    first, second = own_places([THREE, Address(building="8", landmark="后面")])
    assert first == THREE
    assert second == Address(estate="翠园小区", building="8", landmark="后面", text="翠园小区8号楼后面")


def test_another_estate_stands_alone() -> None:
    other = Address(estate="和平家园", building="1", text="和平家园1号楼")
    assert own_places([THREE, other]) == [THREE, other]


def test_a_problem_without_a_place_is_where_the_one_before_was() -> None:
    other = Address(road="解放路", house_number="8", text="解放路8号")
    assert own_places([THREE, other, None]) == [THREE, other, other]
    assert own_places([None, THREE, other]) == [THREE, THREE, other]


def test_the_same_place_told_twice_is_one_place() -> None:
    assert own_places([THREE, Address(building="3", text="3号楼")]) == [None, None]


def test_downstairs_is_no_place_of_its_own() -> None:
    assert own_places([Address(landmark="楼下", text="楼下"), THREE]) == [None, None]
    assert own_places([THREE, Address(landmark="门口", text="门口")]) == [None, None]


def test_a_gate_is_another_place_of_the_same_estate() -> None:
    east, west = own_places([Address(estate="翠园小区", landmark="东门"), Address(landmark="西门")])
    assert east is not None
    assert west is not None
    assert (east.landmark, west.landmark, west.estate) == ("东门", "西门", "翠园小区")


@pytest.mark.parametrize(
    ("told", "own"),
    [
        (["周一", None], [None, None]),
        (["周一", "周二"], ["周一", "周二"]),
        ([None, "周一", "周二", None], ["周一", "周一", "周二", "周二"]),
    ],
)
def test_a_time_told_once_is_meant_for_all(told: list[str | None], own: list[str | None]) -> None:
    assert own_times(told) == own


@given(
    st.builds(
        Address, estate=st.sampled_from(["", "甲"]), building=st.sampled_from(["", "1", "2"]), unit=st.sampled_from(["", "1"])
    )
)
def test_what_is_said_of_a_further_place_is_never_lost(said: Address) -> None:
    placed = place_after(THREE, said)
    assert all(getattr(placed, name) == getattr(said, name) for name in ("estate", "building", "unit") if getattr(said, name))
