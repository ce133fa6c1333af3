"""The features of one text, as the two vectorisers of a TextModel make them, without their cost per call.

scikit-learn's vectorisers are made for many texts at once: for a single sentence they spend a millisecond on checks and sparse
matrices. Same numbers here from the same vocabularies (`tests/bot/test_quick_features.py` holds one against the other).
"""

from __future__ import annotations

import re
from collections import Counter
from math import log
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

_SPACES = re.compile(r"\s\s+")


class QuickFeatures:
    """Reads with vectorisers that have been fitted: single characters and longer runs with their weights, marks as they are."""

    def __init__(self, chars: TfidfVectorizer, marks: CountVectorizer, *, words_weight: float, marks_weight: float) -> None:
        self._chars: dict[str, int] = chars.vocabulary_
        self._marks: dict[str, int] = marks.vocabulary_
        self._rarity: list[float] = chars.idf_.tolist()
        self._lengths = range(chars.ngram_range[0], chars.ngram_range[1] + 1)
        self._words_weight, self._marks_weight = words_weight, marks_weight

    def of(self, text: str, marks: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Columns and values for a prepared text and its marks."""
        text = _SPACES.sub(" ", text)
        counts = Counter(text[at : at + length] for length in self._lengths for at in range(len(text) - length + 1))
        found = {column: count for run, count in counts.items() if (column := self._chars.get(run)) is not None}
        values = [(1.0 + log(count)) * self._rarity[column] for column, count in found.items()]
        length = sum(value * value for value in values) ** 0.5 or 1.0
        shown = {self._marks[mark] + len(self._chars) for mark in marks.split() if mark in self._marks}
        columns = np.fromiter((*found, *shown), dtype=np.intp, count=len(found) + len(shown))
        scaled = (value / length * self._words_weight for value in values)
        return columns, np.fromiter((*scaled, *(self._marks_weight for _ in shown)), dtype=np.float32, count=len(columns))
