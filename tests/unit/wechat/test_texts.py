from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.contracts.messages import Choice
from channels.wechat.texts import TEXT_LIMIT_BYTES, harmless, numbered, size, split_text

NUMBER = "261121480057"


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_text_of_682_chinese_characters_is_one_message_and_683_are_two() -> None:
    assert split_text("字" * 682) == ["字" * 682]
    assert [len(piece) for piece in split_text("字" * 683)] == [682, 1]


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_nothing_to_say_is_no_message(text: str) -> None:
    assert split_text(text) == []


@given(st.text(alphabet="字。,\n aZ09😀é", max_size=300), st.integers(min_value=20, max_value=200))
@example("😀" * 60, 21)
@example("👨‍👩‍👧" * 20, 40)
def test_pieces_fit_lose_nothing_and_keep_the_order(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert all(0 < size(piece) <= limit for piece in pieces)
    assert squeezed("".join(pieces)) == squeezed(text)


@given(st.text(alphabet="字。,", min_size=0, max_size=400))
def test_a_cut_never_needs_more_than_twice_the_least_number_of_pieces(text: str) -> None:
    least = -(-size(text) // 100)
    assert len(split_text(text, 100)) <= 2 * least


@given(st.integers(min_value=0, max_value=60), st.sampled_from(["字", "字字。", "ab ", "1,000 "]))
def test_an_order_number_is_never_cut(before: int, filler: str) -> None:
    text = filler * before + "字" + NUMBER + "字" + filler * 60
    assert sum(NUMBER in piece for piece in split_text(text, 90)) == 1


@pytest.mark.parametrize(
    "whole", ["https://youshi.example/o/261121480057?t=ab", "1700000-1234", "12:30", "3.5", "1,000", "TD-96715"]
)
@pytest.mark.parametrize("before", range(20, 30))
def test_things_that_belong_together_stay_together(whole: str, before: int) -> None:
    pieces = split_text("字" * before + whole + "字" * 40, 110)
    assert sum(whole in piece for piece in pieces) == 1


def test_a_phone_number_written_in_groups_is_not_cut_at_its_spaces() -> None:
    for before in range(20, 34):
        pieces = split_text("字" * before + "170 0000 1234" + "字" * 40, 110)
        assert sum("170 0000 1234" in piece for piece in pieces) == 1


@pytest.mark.parametrize("emoji", ["👨‍👩‍👧‍👦", "👍🏽", "❤️", "é"])
@pytest.mark.parametrize("before", range(16, 30))
def test_joined_characters_stay_joined(emoji: str, before: int) -> None:
    pieces = split_text("字" * before + emoji + "字" * 40, 90)
    assert sum(emoji in piece for piece in pieces) == 1


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("字" * 20 + "\n\n" + "字。" + "字" * 30, "字" * 20),
        ("字" * 20 + "\n" + "字。" + "字" * 30, "字" * 20),
        ("字" * 20 + "。" + "字," + "字" * 30, "字" * 20 + "。"),
        ("字" * 20 + "," + "字 字" + "字" * 30, "字" * 20 + ","),
        ("字" * 20 + " " + "字" * 30, "字" * 20),
        ("字" * 60, "字" * 30),
    ],
)
def test_the_best_boundary_of_the_second_half_is_taken(text: str, first: str) -> None:
    assert split_text(text, 90)[0] == first


def test_a_word_longer_than_a_message_is_cut_all_the_same() -> None:
    assert [len(piece) for piece in split_text("x" * 250, 100)] == [100, 100, 50]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ('点<a href="http://bad.example">这里</a>', '点<a href="http://bad.example">这里</a>'),
        ("< A href=x>", "< A href=x>"),
        ("1<2 而且 3>2", "1<2 而且 3>2"),
        ("空\x00白\x07\x1b", "空白"),
        ("行\r\n行\t格", "行\n行\t格"),
        ("半\ud83d个", "半个"),
        ("😀 & &amp; ]]>", "😀 & &amp; ]]>"),
    ],
)
def test_a_text_cannot_smuggle_links_or_control_characters(text: str, made: str) -> None:
    assert harmless(text) == made


@given(st.text())
def test_a_harmless_text_can_always_be_sent(text: str) -> None:
    made = harmless(text)
    made.encode()
    assert "<a" not in made.lower()
    assert harmless(made) == made


def test_choices_are_written_out_with_numbers() -> None:
    choices = (Choice("yes", "解决了"), Choice("no", "没解决"))
    assert numbered("问题解决了吗?", choices) == "问题解决了吗?\n1. 解决了\n2. 没解决\n回复前面的数字就行。"
    assert numbered("", choices).startswith("1. 解决了")


def test_the_line_under_the_choices_is_in_the_script_of_the_text() -> None:
    choices = (Choice("yes", "解決了"), Choice("no", "沒解決"))
    assert numbered("問題解決了嗎?", choices).endswith("回覆前面的數字就行。")


def test_the_limit_is_the_platforms() -> None:
    assert TEXT_LIMIT_BYTES == 2048
