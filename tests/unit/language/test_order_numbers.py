"""Order numbers: the check digit, and numbers that are mistyped or cut short."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.understanding import NumberCheck
from backend.domain.language.order_numbers import check_digit, find_order_numbers, is_valid

VALID = "261121123459"

FOUND = [
    (VALID, VALID, NumberCheck.VALID),
    ("261121 123459", VALID, NumberCheck.VALID),
    ("2611-2112-3459", VALID, NumberCheck.VALID),
    ("２６１１２１１２３４５９", VALID, NumberCheck.VALID),
    ("单号是261121123459,到哪了", VALID, NumberCheck.VALID),
    ("二六一一二一一二三四五九", VALID, NumberCheck.VALID),
    ("我查261121123459这个", VALID, NumberCheck.VALID),
    ("261121123458", "261121123458", NumberCheck.MISTYPED),
    ("261121132459", "261121132459", NumberCheck.MISTYPED),
    ("2611211234590", "2611211234590", NumberCheck.MISTYPED),
    ("号码是261121123450", "261121123450", NumberCheck.MISTYPED),
    ("单号991121123459", "991121123459", NumberCheck.MISTYPED),
    ("单号26112112", "26112112", NumberCheck.TRUNCATED),
    ("工单123456", "123456", NumberCheck.TRUNCATED),
    ("编号 26112112345", "26112112345", NumberCheck.TRUNCATED),
    ("26112112345", "26112112345", NumberCheck.TRUNCATED),
    ("261121", "261121", NumberCheck.TRUNCATED),
]

NONE = [
    "17000001234",
    "单号忘了,电话17000001234",
    "电表号261121123459",
    "快递单号261121123459",
    "300000块",
    "2026-11-21",
    "26-11-21",
    "12345",
    "6号楼301",
    "260230123456户号",
    "20261121",
    "",
]


@pytest.mark.parametrize(("text", "digits", "check"), FOUND)
def test_an_order_number_is_recognised_with_its_state(text: str, digits: str, check: NumberCheck) -> None:
    assert [(mention.digits, mention.check) for mention in find_order_numbers(text)] == [(digits, check)]


@pytest.mark.parametrize("text", NONE)
def test_other_numbers_are_no_order_numbers(text: str) -> None:
    assert find_order_numbers(text) == ()


@pytest.mark.parametrize(
    "number", ["", "26112112345", "261121123458", "261321123459", "261131123456", "26112112345x", "２６１１２１１２３４５９"]
)
def test_what_is_no_number_is_not_valid(number: str) -> None:
    assert not is_valid(number)


@pytest.mark.parametrize("first", ["", "123", "123456789012", "2611211234x", "２６１１２１１２３４５"])
def test_a_check_digit_needs_eleven_digits(first: str) -> None:
    with pytest.raises(ValueError, match="eleven"):
        check_digit(first)


DATES = st.dates(min_value=date(2026, 1, 1), max_value=date(2049, 12, 31))


@given(DATES, st.integers(min_value=0, max_value=99999))
def test_a_number_with_its_check_digit_is_valid(day: date, serial: int) -> None:
    first = f"{day:%y%m%d}{serial:05d}"
    assert is_valid(first + check_digit(first))


@given(DATES, st.integers(0, 99999), st.integers(0, 11), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(day: date, serial: int, position: int, by: int) -> None:
    first = f"{day:%y%m%d}{serial:05d}"
    number = first + check_digit(first)
    wrong = str((int(number[position]) + by) % 10)
    assert not is_valid(number[:position] + wrong + number[position + 1 :])


@given(DATES, st.integers(0, 99999), st.integers(0, 10))
def test_every_swap_of_neighbours_is_caught(day: date, serial: int, position: int) -> None:
    first = f"{day:%y%m%d}{serial:05d}"
    number = first + check_digit(first)
    swapped = number[:position] + number[position + 1] + number[position] + number[position + 2 :]
    assert swapped == number or not is_valid(swapped)


@given(st.text(max_size=60))
def test_no_text_breaks_the_search(text: str) -> None:
    for mention in find_order_numbers(text):
        assert 6 <= len(mention.digits) <= 14
