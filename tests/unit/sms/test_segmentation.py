from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.segmentation import GSM7, MAX_PARTS, UCS2, Limits, TooLong, cut, header, is_gsm7, parts, split, units

ORDER = "261121123456"
MOBILE = "17000001234"

# letters, emoji, digits in runs, dashes: what our texts are made of, with more digits than they have
texts = st.lists(
    st.one_of(
        st.sampled_from(["字", "。", " ", "\n", "a", "😀", "👨‍👩‍👧", "-", "+", "é", "^", "€"]),
        st.sampled_from([ORDER, MOBILE, "0412-0001234", "3", "2026-11-21"]),
        st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=20),
    ),
    max_size=120,
).map("".join)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("字" * 70, 1),
        ("字" * 71, 2),
        ("字" * 134, 2),
        ("字" * 135, 3),
        ("字" * 160, 3),
        ("a" * 70, 1),
        ("a" * 71, 2),  # billed as Chinese all the same
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_messages_are_counted_as_mainland_providers_bill_them(text: str, count: int) -> None:
    assert parts(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 69 + "字", 1),
        ("`" * 71, 2),
    ],
)
def test_the_seven_bit_alphabet_holds_more_where_the_text_allows_it(text: str, count: int) -> None:
    assert parts(text, gsm7=True) == count


def test_the_signature_is_part_of_what_is_counted_and_stands_first() -> None:
    assert parts("字" * 66, "【示例】") == 1
    assert parts("字" * 67, "【示例】") == 2
    assert split("字" * 67, "【示例】")[0].startswith("【示例】字")


def test_a_surrogate_pair_moves_to_the_next_part_as_a_whole() -> None:
    first, second = split("字" * 66 + "😀" + "字" * 10)
    assert units(first) == 66
    assert second.startswith("😀")


def test_an_extension_letter_does_not_straddle_two_parts() -> None:
    first, second = split("a" * 152 + "€" + "a" * 20, gsm7=True)
    assert first == "a" * 152
    assert second.startswith("€")


@pytest.mark.parametrize("number", [ORDER, MOBILE, "0412-0001234", "+8617000001234"])
@pytest.mark.parametrize("before", range(55, 68))
def test_a_number_at_the_seam_stays_whole(number: str, before: int) -> None:
    found = split("字" * before + number + "字" * 20)
    assert len(found) == 2
    assert any(number in part for part in found)


def test_digits_that_are_no_number_are_cut_where_the_part_is_full() -> None:
    assert [len(part) for part in split("7" * 100)] == [67, 33]


def test_a_text_for_more_parts_than_a_header_can_count_is_refused() -> None:
    assert parts("字" * 67 * MAX_PARTS) == MAX_PARTS
    with pytest.raises(TooLong):
        split("字" * (67 * MAX_PARTS + 1))


@given(texts)
def test_the_parts_joined_are_the_text_and_none_is_too_long(text: str) -> None:
    found = split(text)
    assert "".join(found) == text
    limit = UCS2.single if len(found) == 1 else UCS2.part
    for part in found:
        # what goes over the line: two bytes for each unit; a lone half of a pair could not be encoded
        assert len(part.encode("utf-16-be")) <= 2 * limit


@given(texts)
def test_no_number_is_ever_cut(text: str) -> None:
    seams = set()
    position = 0
    for part in split(text)[:-1]:
        position += len(part)
        seams.add(position)
    for match in re.finditer(r"[0-9]{3,24}", text):
        if match.end() - match.start() <= 20 and not re.search(r"[-+0-9]{25,}", text):
            assert not seams & set(range(match.start() + 1, match.end()))


@given(st.text(alphabet=sorted(set("abc €^[]~|{}\\@£0123456789\n")), max_size=500))
def test_seven_bit_parts_keep_their_limit_too(text: str) -> None:
    found = split(text, gsm7=True)
    assert is_gsm7(text)
    assert "".join(found) == text
    limit = GSM7.single if len(found) == 1 else GSM7.part
    assert all(units(part, seven_bit=True) <= limit for part in found)


@pytest.mark.parametrize(
    ("text", "plain"), [("hello\r\n@£$", True), ("{}[]~^|\\€", True), ("a\tb", False), ("`", False), ("ç", False)]
)
def test_the_seven_bit_alphabet_is_the_one_of_the_standard(text: str, plain: bool) -> None:
    assert is_gsm7(text) is plain


def test_a_single_message_has_no_header() -> None:
    assert header("id", 1, 1) == b""


def test_a_header_names_reference_total_and_part() -> None:
    first, second = header("id", 1, 2), header("id", 2, 2)
    assert first[:3] == bytes((5, 0, 3))
    assert first[4:] == bytes((2, 1))
    assert second[4:] == bytes((2, 2))
    assert first[3] == second[3]


def test_the_reference_is_the_same_when_a_message_is_sent_again_and_differs_between_messages() -> None:
    assert header("id", 1, 2) == header("id", 1, 2)
    assert len({header(f"message-{n}", 1, 2)[3] for n in range(100)}) > 50


def test_header_and_part_fit_into_the_140_bytes_of_a_message() -> None:
    text = "字" * 66 + "😀" * 200
    found = split(text)
    for number, part in enumerate(found, start=1):
        assert len(header("id", number, len(found)) + part.encode("utf-16-be")) <= 140


def test_a_provider_that_splits_by_itself_gets_longer_texts() -> None:
    assert cut("字" * 300, Limits(single=480, part=480)) == ("字" * 300,)
    assert [len(part) for part in cut("字" * 1000, Limits(single=480, part=480))] == [480, 480, 40]
