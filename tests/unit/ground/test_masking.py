"""Personal data never reaches a log line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.masking import for_others, mask_phone, mask_text, mask_user
from channels.logs import mask_event


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        ("17000001234", "170****1234"),
        ("我电话17000001234,快点来", "我电话170****1234,快点来"),
        ("+8617000001234", "170****1234"),
        ("210302195001011234", "210302********1234"),
        ("单号261121123456", "单号261121123456"),
        ("openid oABCD1234567890abcdefghijklm 来了", "openid oABCD1… 来了"),
    ],
)
def test_free_text_is_masked(raw: str, masked: str) -> None:
    assert mask_text(raw) == masked


def test_a_user_is_recognisable_but_not_usable() -> None:
    assert mask_user("17000001234") == "170****1234"
    assert mask_user("oABCD1234567890abcdefghijklm") == "oABC…lm"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_no_mobile_number_survives_masking(number: str) -> None:
    assert number not in mask_phone(number)
    assert number not in mask_text(f"请打{number}找我")


def test_a_log_line_hides_texts_and_masks_the_rest() -> None:
    event = {"event": "received", "text": "我家住翠园", "phone": "17000001234", "detail": "call 17000001234", "count": 3}
    assert mask_event(None, "info", event) == {
        "event": "received",
        "text": "(5 characters)",
        "phone": "170****1234",
        "detail": "call 170****1234",
        "count": 3,
    }


@pytest.mark.parametrize(
    ("said", "name", "shown"),
    [
        ("我姓赵,家里漏水,电话17000000555", "赵大爷", "家里漏水"),
        ("赵大爷说晚上在家", "赵大爷", "说晚上在家"),
        ("固话0412-0001234,水管裂了", "", "固话,水管裂了"),
        ("身份证210302195001011234", "", "身份证210302********1234"),
        ("三楼的赵姐家漏水", "赵", "三楼的赵姐家漏水"),
        ("", "", ""),
    ],
)
def test_words_about_a_hidden_reporter_keep_the_matter_and_lose_the_person(said: str, name: str, shown: str) -> None:
    assert for_others(said, name) == shown
