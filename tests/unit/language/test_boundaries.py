"""Where statements begin in words without marks: what is learnt from, and what an answer looks like.

What it learns is checked under the bot's Python (tests/bot/parts.py).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.components.boundaries import Boundaries, places_of

AFTER_LE = Boundaries({"-10了": 3.0, "01们": -2.0}, -1.0)


def test_a_statement_begins_where_the_characters_around_speak_for_it() -> None:
    shares = AFTER_LE.shares("路灯坏了垃圾没人管")
    assert max(range(9), key=shares.__getitem__) == 4
    assert shares[4] > 0.8
    assert AFTER_LE.shares("路灯坏了们垃圾没人管")[4] == pytest.approx(0.5)


def test_which_digit_it_is_does_not_matter() -> None:
    seen = Boundaries({"018": 2.0}, 0.0)
    assert seen.shares("东门3号路灯坏了") == seen.shares("东门7号路灯坏了")


@given(st.text(alphabet="路灯坏了垃圾没人管38", max_size=20))
def test_there_is_one_share_for_each_character_and_none_near_the_ends(text: str) -> None:
    shares = AFTER_LE.shares(text)
    assert len(shares) == len(text)
    assert all(0 <= share <= 1 for share in shares)
    assert not any(shares[:2])
    assert not any(shares[len(text) - 1 :])


def test_a_punctuated_sentence_shows_where_statements_begin() -> None:
    rows = list(places_of("路灯坏了,垃圾 没人管!"))
    assert [begins for _, begins in rows] == [False, False, True, False, True, False]
    assert {len(pieces) for pieces, _ in rows} == {9}


@pytest.mark.parametrize("text", ["", "路灯坏了", ",。", "路灯坏了。"])
def test_a_sentence_without_marks_inside_shows_nothing(text: str) -> None:
    assert list(places_of(text)) == []
