"""Categories and leaves out of two rankings that must agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.components.category_shares import NO_MATTER, combine, matter_labels

LEAVES = ("供水/停水", "供水/水压", "动迁/棚改/补偿", f"{NO_MATTER}/{NO_MATTER}")
CATEGORIES = ("供水", "动迁/棚改", NO_MATTER)
shares = st.floats(1e-6, 1.0)


def test_what_both_rankings_say_wins_over_what_one_says_louder() -> None:
    guesses = combine([("供水", 0.6), ("动迁/棚改", 0.4)], [("动迁/棚改/补偿", 0.9), ("供水/停水", 0.1)])
    assert guesses[0].category == "动迁/棚改"
    assert guesses[0].category_confidence == pytest.approx(0.6 / (0.6 + 0.06**0.5), abs=1e-3)


def test_leaves_share_what_their_category_has() -> None:
    first, second = combine([("供水", 1.0)], [("供水/停水", 0.6), ("供水/水压", 0.2)])
    assert (first.subcategory, second.subcategory) == ("停水", "水压")
    assert (first.confidence, second.confidence) == (pytest.approx(0.75), pytest.approx(0.25))


def test_small_talk_is_never_offered_and_leaves_little_for_the_rest() -> None:
    guesses = combine([(NO_MATTER, 0.9), ("供水", 0.1)], [(f"{NO_MATTER}/{NO_MATTER}", 0.9), ("供水/停水", 0.1)])
    assert [guess.category for guess in guesses] == ["供水"]
    assert guesses[0].category_confidence == pytest.approx(0.1)


@given(st.lists(shares, min_size=3, max_size=3), st.lists(shares, min_size=4, max_size=4))
def test_the_shares_of_all_leaves_are_never_more_than_one(categories: list[float], leaves: list[float]) -> None:
    ranked = [(name, share / sum(categories)) for name, share in zip(CATEGORIES, categories, strict=True)]
    told = [(name, share / sum(leaves)) for name, share in zip(LEAVES, leaves, strict=True)]
    guesses = combine(ranked, told)
    assert 0 < sum(guess.confidence for guess in guesses) < 1 + 1e-9
    assert all(guess.confidence <= guess.category_confidence + 1e-9 for guess in guesses)
    assert [guess.confidence for guess in guesses] == sorted((guess.confidence for guess in guesses), reverse=True)


def test_no_ranking_at_all_is_no_guess() -> None:
    assert combine([], []) == []


@pytest.mark.parametrize(
    ("intent", "category", "labels"),
    [
        ("report_complaint", "供水", {"category": "供水", "leaf": "供水/停水"}),
        ("chitchat", "", {"category": NO_MATTER, "leaf": f"{NO_MATTER}/{NO_MATTER}"}),
        ("report_complaint", "", {}),
        ("query_status", "", {}),
    ],
)
def test_only_reports_and_talk_teach_categories(intent: str, category: str, labels: dict[str, str]) -> None:
    assert matter_labels(intent, category, "停水" if category else "") == labels
