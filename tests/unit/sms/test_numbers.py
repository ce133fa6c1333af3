from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms.fields import BadMessage
from channels.sms.numbers import international, is_mobile, national


@pytest.mark.parametrize(
    ("given_number", "kept"),
    [
        ("17000001234", "17000001234"),
        ("+8617000001234", "17000001234"),
        ("8617000001234", "17000001234"),
        ("008617000001234", "17000001234"),
        ("+17000001234", "17000001234"),  # marked as international by the carrier, without the country
        ("+86 170-0000-1234", "17000001234"),
        ("１７０００００１２３４", "17000001234"),
        ("106900000001", "106900000001"),
        ("+106900000001", "106900000001"),
        ("+86106900000001", "106900000001"),
        ("10086", "10086"),
        ("8610086", "10086"),
        ("95598", "95598"),
        ("+864120001234", "04120001234"),
        ("04120001234", "04120001234"),
        ("+85261234567", "+85261234567"),
        ("0085261234567", "+85261234567"),
    ],
)
def test_every_way_of_writing_a_number_comes_to_one(given_number: str, kept: str) -> None:
    assert national(given_number) == kept


@pytest.mark.parametrize("text", ["", "CMCC", "+", "12", "1" * 30, "17000001234,17000001235", "170x0001234", "٣٤٥٦"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        national(text)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+", "86", "+86", "0086"]))
def test_a_mobile_is_recognised_with_every_prefix(mobile: str, prefix: str) -> None:
    assert national(prefix + mobile) == mobile
    assert is_mobile(national(prefix + mobile))


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = national(text)
    except BadMessage:
        return
    assert number.lstrip("+").isdigit()
    assert number.isascii()


def test_the_normal_form_is_stable() -> None:
    for number in ("+8617000001234", "+106900000001", "+864120001234", "+85261234567"):
        assert national(national(number)) == national(number)


@pytest.mark.parametrize(
    ("number", "out"), [("17000001234", "+8617000001234"), ("+8617000001234", "+8617000001234"), ("106900000001", "106900000001")]
)
def test_gateways_get_mobiles_with_their_country(number: str, out: str) -> None:
    assert international(number) == out


@pytest.mark.parametrize("number", ["04120001234", "106900000001", "12345", "+85261234567"])
def test_only_mainland_mobiles_receive_texts(number: str) -> None:
    assert not is_mobile(number)
