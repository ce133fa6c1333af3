"""What kinds of problem come along with which, without being problems of their own: a power cut spoils food.

Counted from the training data, where each example is about one problem: a clause of it that is taken for another category.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_HELD = 10  # examples that the general rate counts as much as


@dataclass(frozen=True)
class Company:
    """How often a clause of an example of a leaf is taken for another category; logarithms."""

    of_leaf: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    of_any: Mapping[str, float] = field(default_factory=dict)

    def keeps(self, leaf: str, category: str) -> float:
        """How much oftener than usual a clause of this category stands in a message about that leaf, 0 when nothing is known."""
        usual = self.of_any.get(category, 0.0)
        return self.of_leaf.get(leaf, {}).get(category, usual) - usual


def learn_company(told: Sequence[tuple[str, str]], strangers: Sequence[tuple[str, str]]) -> Company:
    """From the (category, leaf) of each example, and the (leaf, other category) of each clause taken for another one: rates per
    leaf, held towards those of its category, and those towards the rates of all."""
    total = len(told)
    usual = _rates(Counter(other for _, other in strangers), total, {category: 1 / total for category, _ in told})
    category_of = {leaf: category for category, leaf in told}
    of_category = {
        category: _rates(Counter(other for leaf, other in strangers if category_of[leaf] == category), count, usual)
        for category, count in Counter(category for category, _ in told).items()
    }
    of_leaf = {
        leaf: _rates(Counter(other for known, other in strangers if known == leaf), count, of_category[category_of[leaf]])
        for leaf, count in Counter(leaf for _, leaf in told).items()
    }
    return Company({leaf: _logs(rates) for leaf, rates in of_leaf.items()}, _logs(usual))


def _rates(count: Counter[str], total: int, usual: Mapping[str, float]) -> dict[str, float]:
    return {category: (count[category] + _HELD * rate) / (total + _HELD) for category, rate in usual.items()}


def _logs(rates: Mapping[str, float]) -> dict[str, float]:
    return {category: math.log(rate) for category, rate in rates.items()}
