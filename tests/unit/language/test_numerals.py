"""Numerals as people write and dictate them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.language.numerals import parse_numeral, spoken_to_ascii, to_digits

NUMERALS = [
    ("三百零一", 301),
    ("三零一", 301),
    ("三百五", 350),
    ("三百五十", 350),
    ("十二", 12),
    ("十", 10),
    ("二十", 20),
    ("一百一十二", 112),
    ("两", 2),
    ("俩", 2),
    ("仨", 3),
    ("廿五", 25),
    ("卅", 30),
    ("幺", 1),
    ("幺二零", 120),
    ("301", 301),
    ("3百", 300),
    ("1千5", 1500),
    ("一千零五", 1005),
    ("三万", 30000),
    ("三万五", 35000),
    ("十二万三千", 123000),
    ("零", 0),
    ("零五", 5),
    (" 六 ", 6),
]


@pytest.mark.parametrize(("text", "value"), NUMERALS)
def test_a_numeral_has_its_value(text: str, value: int) -> None:
    assert parse_numeral(text) == value


@pytest.mark.parametrize("text", ["", " ", "楼", "三楼", "3a", "万万", "万", "二十几", "零十", "-3", "1.5"])
def test_what_is_no_numeral_has_no_value(text: str) -> None:
    assert parse_numeral(text) is None


@pytest.mark.parametrize(("text", "digits"), [("三零一", "301"), ("三百零一", "301"), ("零五", "05"), ("十二", "12"), ("楼", "")])
def test_a_door_plate_is_written_in_digits(text: str, digits: str) -> None:
    assert to_digits(text) == digits


def test_spoken_digits_keep_their_places() -> None:
    assert spoken_to_ascii("电话幺七零") == "电话170"


CHINESE = "零一二三四五六七八九"


def _written(value: int) -> str:
    """The usual Chinese writing of 1 to 999."""
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    text = f"{CHINESE[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else CHINESE[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (CHINESE[ones] if ones else "")


@given(st.integers(1, 999))
def test_every_written_number_comes_back(value: int) -> None:
    assert parse_numeral(_written(value)) == value


@given(st.integers(0, 99999))
def test_every_number_read_digit_by_digit_comes_back(value: int) -> None:
    assert parse_numeral("".join(CHINESE[int(digit)] for digit in str(value))) == value


@given(st.text(max_size=12))
def test_no_text_breaks_the_reader(text: str) -> None:
    value = parse_numeral(text)
    assert value is None or value >= 0
