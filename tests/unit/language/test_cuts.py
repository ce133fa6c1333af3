"""What the models count in a message."""

from __future__ import annotations

import pytest

from bot.components.cuts import chars_of, gaps_of, marks_of, shape_of, sounds_of, words_of
from bot.components.reading import MARKS_AFTER, reading


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("OK的", "⟨ok的⟩"),
        ("给5分", "⟨给5分⟩"),
        ("屋里15度", "⟨屋里δδ度⟩"),
        ("欠我12000", "⟨欠我δδδ⟩"),
        ("", "⟨⟩"),
    ],
)
def test_letters_are_small_and_long_numbers_only_long(text: str, words: str) -> None:
    assert words_of(text) == words


def test_characters_and_pairs_are_counted_with_the_ends_of_the_message() -> None:
    assert chars_of("没来") == ["⟨", "没", "来", "⟩", "⟨没", "没来", "来⟩"]


@pytest.mark.parametrize(("wrong", "right"), [("在见", "再见"), ("崔一下", "催一下"), ("转人公", "转人工"), ("没秀好", "没修好")])
def test_words_that_sound_alike_are_the_same_sounds(wrong: str, right: str) -> None:
    assert sounds_of(wrong) == sounds_of(right)
    assert chars_of(wrong) != chars_of(right)


def test_neighbours_are_counted_over_one_character_between_them() -> None:
    assert set(gaps_of("没人来")) == {"没_来"}
    assert set(gaps_of("没再来")) == {"没_来"}
    assert gaps_of("没来") == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("修好了吗", {"asks", "done", "negations0"}),
        ("修好了", {"done", "negations0"}),
        ("还没来人", {"again", "negations1"}),
        ("不是不对 没有", {"negations3", "parts2"}),
        ("多久能来?", {"asks", "question_mark", "negations0"}),
    ],
)
def test_the_shape_says_question_negation_and_what_is_over(text: str, names: set[str]) -> None:
    assert names <= set(shape_of(text))


def test_a_statement_asks_nothing() -> None:
    assert not {"asks", "question_mark", "done", "again"} & set(shape_of("楼道灯坏"))


def test_marks_of_facts_are_no_words() -> None:
    seen = reading("电话17000001234")
    assert "phone" in marks_of(seen)
    assert "phone" not in words_of(seen)
    assert marks_of(f"没有{MARKS_AFTER}") == []
