"""Shares of the leaves from two rankings: categories, and leaves over all categories."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

SEPARATOR = "/"
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


def combine(categories: list[tuple[str, float]], leaves: list[tuple[str, float]]) -> list[Guess]:
    """Share of a leaf = share of its category × its share among the leaves of that category; best first."""
    totals: dict[str, float] = {}
    for leaf, share in leaves:
        category = _category_of(leaf)
        totals[category] = totals.get(category, 0.0) + share
    own = dict(categories)
    guesses = []
    for leaf, share in leaves:
        category = _category_of(leaf)
        within = share / totals[category] if totals[category] else 0.0
        guesses.append(Guess(category, leaf[len(category) + 1 :], own.get(category, 0.0) * within, own.get(category, 0.0)))
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
