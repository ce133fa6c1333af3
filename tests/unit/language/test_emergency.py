"""The emergency screen finds every danger and is not alarmed by idioms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.language.emergency import EMERGENCY_KINDS, instruction_for, screen_emergency
from backend.domain.language.normalise import normalise
from tests.unit.language.emergency_sentences import DANGERS, HARMLESS

LONGEST_SMS = 134


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in DANGERS.items() for text in texts])
def test_a_danger_is_found_with_its_kind(kind: str, text: str) -> None:
    hit = screen_emergency(text)
    assert hit is not None
    assert hit.kind == kind


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_like_danger_raises_no_alarm(text: str) -> None:
    assert screen_emergency(text) is None


def test_the_tables_are_as_large_as_they_must_be() -> None:
    assert sum(len(texts) for texts in DANGERS.values()) >= 80
    assert len(HARMLESS) >= 120
    assert set(DANGERS) == set(EMERGENCY_KINDS)


@pytest.mark.parametrize("kind", sorted(EMERGENCY_KINDS))
def test_an_instruction_fits_one_sms_names_the_number_and_asks_only_where(kind: str) -> None:
    words = instruction_for(kind)
    assert len(words) <= LONGEST_SMS
    assert EMERGENCY_KINDS[kind].call in words
    assert "我们已通知值班人员" in words
    assert words.count("?") == 1
    assert words.endswith("?")
    assert normalise(words).text == words


@pytest.mark.parametrize("kind", sorted(EMERGENCY_KINDS))
def test_an_emergency_is_filed_under_a_category(kind: str) -> None:
    assert EMERGENCY_KINDS[kind].category
    assert EMERGENCY_KINDS[kind].subcategory


def test_an_unknown_kind_has_no_instruction() -> None:
    with pytest.raises(KeyError):
        instruction_for("boredom")


@pytest.mark.parametrize(
    "text",
    [
        "着火了\n翠园小区6号楼",
        "翠园小区6号楼2单元301 着火了 17000001234",
        "刚才还好好的,现在屋里全是煤气味",
        "ＨＥＬＰ!着火了!!!",
        "😱😱着火了",
        "上次漏过一次煤气,今天又漏了,快来",
        "以前修过,现在水龙头又麻手",
    ],
)
def test_danger_among_other_words_is_found(text: str) -> None:
    assert screen_emergency(text) is not None


@given(st.text(max_size=80))
def test_the_screen_never_fails_and_its_span_lies_in_the_text(text: str) -> None:
    hit = screen_emergency(text)
    if hit is not None:
        assert normalise(text).text[hit.span.start : hit.span.end] == hit.span.text
        assert hit.kind in EMERGENCY_KINDS


@given(
    st.lists(st.sampled_from([text for texts in DANGERS.values() for text in texts]), min_size=1, max_size=1),
    st.text(max_size=10),
)
def test_a_danger_is_found_whatever_stands_in_the_sentence_after(danger: list[str], tail: str) -> None:
    neutral = "".join(char for char in tail if char.isascii() and char.isalnum())
    assert screen_emergency(f"{danger[0]}。{neutral}") is not None
