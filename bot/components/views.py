"""What a model can see of a reading, as rows of numbers.

Each view cuts a reading into pieces that are counted; a model takes the views that pay in cross-validation
(docs/decisions/0011-models-of-understanding.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from bot.components.cuts import chars_of, gaps_of, marks_of, shape_of, sounds_of

CHARS, SOUNDS, GAPS, SHAPE, MARKS = "chars", "sounds", "gaps", "shape", "marks"


@dataclass(frozen=True)
class View:
    """How a reading is cut, how much its pieces weigh, and in how many examples a piece must occur; `plain` ones are not weighed
    by how rare they are."""

    cut: Callable[[str], list[str]]
    weight: float
    least: int = 1
    plain: bool = False


VIEWS: Mapping[str, View] = {
    CHARS: View(chars_of, 1.2),
    SOUNDS: View(sounds_of, 0.6, least=2),
    GAPS: View(gaps_of, 0.5, least=2),
    SHAPE: View(shape_of, 0.3, plain=True),
    MARKS: View(marks_of, 0.4, plain=True),
}


class Sight:
    """Readings as rows of numbers, in the given views."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._counters = {name: _counter(VIEWS[name]) for name in self.names}
        self._rarity: dict[str, np.ndarray[Any, Any]] = {}

    def learn(self, readings: Sequence[str]) -> csr_matrix:
        """The rows of these readings, and from now on the same columns for others."""
        rows = hstack([self._counters[name].fit_transform(readings) * VIEWS[name].weight for name in self.names], format="csr")
        self._rarity = {name: self._counters[name].idf_.astype(np.float32) for name in self.names if not VIEWS[name].plain}
        return rows

    def rows(self, readings: Sequence[str]) -> csr_matrix:
        """One row per reading; what `learn` never met is left out."""
        return hstack([self._counters[name].transform(readings) * VIEWS[name].weight for name in self.names], format="csr")

    def row(self, reading: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Columns and values of one reading: the same numbers as `rows`, which spends a millisecond on checks and matrices."""
        offset, columns, values = 0, [], []
        for name in self.names:
            vocabulary = self._counters[name].vocabulary_
            counted = Counter(vocabulary[piece] for piece in VIEWS[name].cut(reading) if piece in vocabulary)
            known = np.fromiter(counted, dtype=np.intp, count=len(counted))
            columns.append(known + offset)
            values.append(self._weighed(name, known, np.fromiter(counted.values(), dtype=np.float32, count=len(counted))))
            offset += len(vocabulary)
        return np.concatenate(columns), np.concatenate(values)

    def _weighed(self, name: str, known: np.ndarray[Any, Any], counts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        view = VIEWS[name]
        if view.plain:
            return np.full(len(known), view.weight, dtype=np.float32)
        values = (1.0 + np.log(counts)) * self._rarity[name][known]
        length = float(np.sqrt(values @ values)) or 1.0
        return np.asarray(values * (view.weight / length), dtype=np.float32)

    def knows(self, name: str, piece: str) -> bool:
        """Whether a piece of a view occurred in what was learnt."""
        return piece in self._counters[name].vocabulary_


def _counter(view: View) -> CountVectorizer:
    if view.plain:
        return CountVectorizer(analyzer=view.cut, binary=True, dtype=np.float32)
    return TfidfVectorizer(analyzer=view.cut, sublinear_tf=True, min_df=view.least, dtype=np.float32)
