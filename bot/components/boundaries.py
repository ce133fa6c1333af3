"""Where one statement ends and the next begins in words without marks, as voice messages have them.

Nobody has to label anything for it: wherever the sentences of the training data have a comma or a full stop, there is a
boundary. The marks are taken out, and a linear model learns from the characters around each place where they had been.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

_MARKS = re.compile(r"[\s,。!?;:、…~.]+")
_DIGITS = re.compile(r"\d")
_AROUND = 3
_EDGE = 2  # no statement is shorter
# From, to: characters beside a place, counted from it.
_WINDOWS = ((-1, 0), (0, 1), (-2, 0), (0, 2), (-1, 1), (-3, 0), (0, 3), (-1, 2), (-2, 1))


@dataclass(frozen=True)
class Boundaries:
    """What the characters around a place say for and against a boundary there."""

    weights: Mapping[str, float]
    bias: float

    def shares(self, text: str) -> list[float]:
        """For each position in a text without marks how likely a statement begins there; 0 near both ends."""
        inner = range(_EDGE, len(text) - _EDGE + 1)
        padded = _padded(text)
        found = [0.0] * len(text)
        for position in inner:
            score = self.bias + sum(self.weights.get(piece, 0.0) for piece in _around(padded, position))
            found[position] = 1 / (1 + math.exp(-score))
        return found


def places_of(text: str) -> Iterator[tuple[list[str], bool]]:
    """Each place of a punctuated text, marks taken out, and whether there had been one; a text without marks says nothing."""
    parts = [part for part in _MARKS.split(text) if part]
    if len(parts) < 2:
        return
    begins = set(accumulate(map(len, parts)))
    whole = "".join(parts)
    padded = _padded(whole)
    for position in range(_EDGE, len(whole) - _EDGE + 1):
        yield _around(padded, position), position in begins


def _padded(text: str) -> str:
    return "⟨" * _AROUND + _DIGITS.sub("8", text) + "⟩" * _AROUND


def _around(padded: str, position: int) -> list[str]:
    here = position + _AROUND
    return [f"{start}{end}{padded[here + start : here + end]}" for start, end in _WINDOWS]
