"""The numbers of one reading, as the counters of a Sight make them, without their cost per call.

scikit-learn's counters are made for many texts at once: for a single sentence they spend a millisecond on checks and sparse
matrices. The same numbers here from the same vocabularies (`tests/bot/parts.py` holds one against the other).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import log
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

Row = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


class QuickView:
    """One counter that has learnt; `offset` is its first column. Rare pieces weigh more where it knows how rare they are."""

    def __init__(self, cut: Callable[[str], list[str]], counter: CountVectorizer, *, weight: float, offset: int) -> None:
        self._cut, self._weight, self._offset = cut, weight, offset
        self._columns: dict[str, int] = counter.vocabulary_
        self._rarity: list[float] | None = counter.idf_.tolist() if hasattr(counter, "idf_") else None
        self.width = len(self._columns)

    def of(self, reading: str) -> tuple[list[int], list[float]]:
        """The columns that a reading has something in, and how much."""
        counts = Counter(self._cut(reading))
        found = {column: count for piece, count in counts.items() if (column := self._columns.get(piece)) is not None}
        columns = [self._offset + column for column in found]
        if self._rarity is None:
            return columns, [self._weight] * len(columns)
        values = [(1.0 + log(count)) * self._rarity[column] for column, count in found.items()]
        scale = self._weight / (sum(value * value for value in values) ** 0.5 or 1.0)
        return columns, [value * scale for value in values]


def row_of(views: list[QuickView], reading: str) -> Row:
    """Columns and values of a reading in all views."""
    columns, values = list[int](), list[float]()
    for view in views:
        more_columns, more_values = view.of(reading)
        columns += more_columns
        values += more_values
    return np.array(columns, dtype=np.intp), np.array(values, dtype=np.float32)
