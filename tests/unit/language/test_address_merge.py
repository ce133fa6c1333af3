"""Later words about the place change only what they name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.conversations import Address
from backend.domain.language.address_merge import merge_address, relative_correction

HOME = Address(text="翠园小区6号楼2单元3楼301室", estate="翠园小区", building="6", unit="2", floor="3", room="301")

CORRECTIONS = [
    ("楼号往后数一个", {"building": "7"}),
    ("说岔了 楼号往后数一个", {"building": "7"}),
    ("楼号往前数一个", {"building": "5"}),
    ("往前数两栋", {"building": "4"}),
    ("单元说错了是3", {"unit": "3"}),
    ("单元错了,应该是一", {"unit": "1"}),
    ("单元往前一个", {"unit": "1"}),
    ("单元往后一个", {"unit": "3"}),
    ("再往上一层", {"floor": "4"}),
    ("往下一层", {"floor": "2"}),
    ("楼号应该是八", {"building": "8"}),
    ("楼层不对 是五", {"floor": "5"}),
    ("房号写错了,是302", {"room": "302"}),
    ("樓號說錯了是9", {"building": "9"}),
]


@pytest.mark.parametrize(("text", "changes"), CORRECTIONS)
def test_a_relative_correction_changes_one_component(text: str, changes: dict[str, str]) -> None:
    corrected = relative_correction(text, HOME)
    assert corrected is not None
    for name in ("estate", "building", "unit", "floor", "room"):
        assert getattr(corrected, name) == changes.get(name, getattr(HOME, name))


@pytest.mark.parametrize("text", ["没暖气", "前两个月就报过", "上一个师傅没修好", "后一次又坏了", "3号楼", "", "楼上漏水"])
def test_other_words_are_no_relative_correction(text: str) -> None:
    assert relative_correction(text, HOME) is None


def test_a_shift_needs_something_to_shift() -> None:
    assert relative_correction("楼号往后数一个", Address(estate="翠园小区")) is None


def test_a_shift_never_goes_below_one() -> None:
    assert relative_correction("楼号往前数一个", Address(estate="翠园小区", building="1")) is None


def test_letters_of_a_building_survive_a_shift() -> None:
    corrected = relative_correction("楼号往后数一个", Address(estate="翠园小区", building="甲47"))
    assert corrected is not None
    assert corrected.building == "甲48"


def test_the_text_follows_the_correction() -> None:
    corrected = relative_correction("单元说错了是3", HOME)
    assert corrected is not None
    assert corrected.text == "翠园小区6号楼3单元301室"


def test_a_named_component_replaces_only_itself() -> None:
    merged = merge_address(HOME, Address(unit="5"))
    assert (merged.estate, merged.building, merged.unit, merged.room) == ("翠园小区", "6", "5", "301")


def test_another_estate_clears_the_numbers_of_the_old_one() -> None:
    merged = merge_address(HOME, Address(estate="永乐小区"))
    assert merged == Address(text="永乐小区", estate="永乐小区")


def test_another_estate_with_a_building_keeps_only_what_it_names() -> None:
    merged = merge_address(HOME, Address(estate="永乐小区", building="9"))
    assert (merged.building, merged.unit, merged.room) == ("9", "", "")


def test_the_same_estate_again_clears_nothing() -> None:
    assert merge_address(HOME, Address(estate="翠园小区", unit="4")).room == "301"


def test_an_estate_after_a_bare_number_keeps_the_number() -> None:
    merged = merge_address(Address(building="6", unit="2"), Address(estate="翠园小区"))
    assert (merged.estate, merged.building, merged.unit) == ("翠园小区", "6", "2")
    assert merged.text == "翠园小区6号楼2单元"


def test_another_road_clears_the_house_number() -> None:
    merged = merge_address(Address(road="园林路", house_number="58"), Address(road="二一九路"))
    assert (merged.road, merged.house_number) == ("二一九路", "")


def test_coordinates_stay_until_the_place_moves() -> None:
    placed = Address(estate="翠园小区", lat=41.1, lon=123.0)
    assert merge_address(placed, Address(building="6")).lat == 41.1
    assert merge_address(placed, Address(estate="永乐小区")).lat is None
    assert merge_address(placed, Address(lat=41.2, lon=123.1)).lon == 123.1


COMPONENT = st.sampled_from(["", "1", "2"])
ADDRESSES = st.builds(
    Address, estate=st.sampled_from(["", "翠园小区", "永乐小区"]), building=COMPONENT, unit=COMPONENT, room=COMPONENT
)


@given(ADDRESSES, ADDRESSES)
def test_whatever_the_new_word_names_is_in_the_result(previous: Address, new: Address) -> None:
    merged = merge_address(previous, new)
    for name in ("estate", "building", "unit", "room"):
        if getattr(new, name):
            assert getattr(merged, name) == getattr(new, name)
        else:
            assert getattr(merged, name) in ("", getattr(previous, name))


@given(ADDRESSES)
def test_merging_nothing_changes_no_component(previous: Address) -> None:
    merged = merge_address(previous, Address())
    assert (merged.estate, merged.building, merged.unit, merged.room) == (
        previous.estate,
        previous.building,
        previous.unit,
        previous.room,
    )


@given(st.text(max_size=40))
def test_no_text_breaks_a_correction(text: str) -> None:
    corrected = relative_correction(text, HOME)
    assert corrected is None or corrected.estate == "翠园小区"
