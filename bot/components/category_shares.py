"""What the model of categories learns of an example, and the shares of the leaves from its two rankings: categories, and leaves
over all categories.

Small talk, greetings and bare answers are learnt as a category of their own that is never offered: without it the model
finds a matter in everything (cross-validated, small talk that was given a category with a share above a half: 41 % without,
8 % with it).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

SEPARATOR = "/"
NO_MATTER = "-"
_TALK = frozenset({"chitchat", "greet", "bye", "abuse", "affirm", "deny", "out_of_scope"})
_SEED = Path(__file__).resolve().parents[2] / "backend" / "seed" / "categories.yml"


@dataclass(frozen=True)
class Guess:
    """A leaf with its share of all probability, and the share of its category."""

    category: str
    subcategory: str
    confidence: float
    category_confidence: float

    def as_dict(self) -> dict[str, Any]:
        return {
            "category": self.category,
            "subcategory": self.subcategory,
            "service_code": service_codes().get((self.category, self.subcategory), ""),
            "confidence": round(self.confidence, 4),
            "category_confidence": round(self.category_confidence, 4),
        }


def matter_labels(intent: str, category: str, subcategory: str) -> dict[str, str]:
    """The labels of a training example by head, {} when nothing is to be learnt of it."""
    if category:
        return {"category": category, "leaf": category + SEPARATOR + subcategory}
    return {"category": NO_MATTER, "leaf": NO_MATTER + SEPARATOR + NO_MATTER} if intent in _TALK else {}


def combine(categories: list[tuple[str, float]], leaves: list[tuple[str, float]]) -> list[Guess]:
    """Share of a leaf = share of its category × its share among the leaves of that category; best first.

    The share of a category is the geometric mean of what both rankings give it: each errs in its own way (cross-validated,
    categories right: 0.838 by the first ranking alone, 0.856 by both).
    """
    totals: dict[str, float] = {}
    for leaf, share in leaves:
        category = _category_of(leaf)
        totals[category] = totals.get(category, 0.0) + share
    own = dict(categories)
    agreed = {category: math.sqrt(own.get(category, 0.0) * total) for category, total in totals.items()}
    whole = sum(agreed.values()) or 1.0
    guesses = []
    for leaf, share in leaves:
        category = _category_of(leaf)
        if category != NO_MATTER:
            of_category = agreed[category] / whole
            within = share / totals[category] if totals[category] else 0.0
            guesses.append(Guess(category, leaf[len(category) + 1 :], of_category * within, of_category))
    return sorted(guesses, key=lambda guess: -guess.confidence)


@lru_cache(maxsize=1)
def service_codes() -> dict[tuple[str, str], str]:
    """(category, subcategory) → code of the leaf, from the district's category table."""
    table = yaml.safe_load(_SEED.read_text(encoding="utf-8"))
    return {
        (category["name"], leaf["name"]): category["code"] + leaf["code"]
        for category in table["categories"]
        for leaf in category["leaves"]
    }


@cache
def _category_of(leaf: str) -> str:
    """Categories themselves may hold the separator (动迁/棚改), leaves do not."""
    return leaf.rsplit(SEPARATOR, 1)[0]
