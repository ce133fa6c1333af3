"""Pieces of a message that may each hold a problem."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.language.issues import split_problems
from backend.domain.language.normalise import normalise

MESSAGES = [
    ("家里暖气不热,还有楼道灯坏了", ["家里暖气不热", "楼道灯坏了"]),
    ("1.路灯不亮 2.井盖没了 3.垃圾没人收", ["路灯不亮", "井盖没了", "垃圾没人收"]),
    ("1、路灯不亮\n2、井盖没了", ["路灯不亮", "井盖没了"]),
    ("暖气才13度,老人都冻感冒了。另外楼下烧烤店半夜还吵吵", ["暖气才13度", "老人都冻感冒了", "楼下烧烤店半夜还吵吵"]),
    ("第一,楼顶漏雨;第二,电梯老坏", ["楼顶漏雨", "电梯老坏"]),
    ("水压小,顺便问下停气啥时候来", ["水压小", "停气啥时候来"]),
    ("楼上漏水", ["楼上漏水"]),
    ("还有多久能来", ["多久能来"]),
    ("一是停水二是停电", ["停水", "停电"]),
    ("垃圾没人收再一个路灯也不亮", ["垃圾没人收", "路灯也不亮"]),
    ("路灯坏了!井盖也没了!", ["路灯坏了", "井盖也没了"]),
]


@pytest.mark.parametrize(("text", "pieces"), MESSAGES)
def test_a_message_is_cut_where_another_matter_begins(text: str, pieces: list[str]) -> None:
    assert [span.text for span in split_problems(text) if len(span.text) > 1] == pieces


def test_nothing_is_cut_out_of_nothing() -> None:
    assert split_problems("") == ()


@pytest.mark.parametrize("text", ["16.5度", "第三单元漏水", "第二天又停了", "停"])
def test_numbers_inside_a_sentence_do_not_cut_it(text: str) -> None:
    assert [span.text for span in split_problems(text)] == [text]


@given(st.text(max_size=80))
def test_pieces_stand_in_order_and_do_not_overlap(text: str) -> None:
    plain, last = normalise(text).text, 0
    for span in split_problems(text):
        assert plain[span.start : span.end] == span.text
        assert span.start >= last
        assert span.text
        last = span.end
