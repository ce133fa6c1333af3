"""Which of several places is the place of the matter: 我家住湖南小区,但是我说的是南湖小区那边的事."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend.domain.language.denied import BLANK
from backend.domain.language.tables import load_table

_TABLE = load_table("address_words")["elsewhere"]
_TRIGGER = re.compile(_TABLE["trigger"])
_KIN = _TABLE["kin"]
_ELSEWHERE = tuple(re.compile(pattern.replace("KIN", _KIN)) for pattern in _TABLE["patterns"])
_NAME = re.compile(_TABLE["names"])


def without_elsewhere(text: str, known: Iterable[tuple[int, int]]) -> str:
    """Normalised text with the clauses blotted out that name a place where nothing is wrong, positions kept: the resident's home
    beside the place that is meant, the work beside the home, the old home beside the new one.

    `known` are the ranges of names that the directory knows. A clause stays when no other place is named outside it.
    """
    if not _TRIGGER.search(text):
        return text
    ranges = tuple(known)
    for pattern in _ELSEWHERE:
        for match in pattern.finditer(text):
            start, end = match.span("elsewhere")
            if _named_in(text, start, end, ranges) and _named_outside(text, start, end, ranges):
                text = text[:start] + BLANK * (end - start) + text[end:]
    return text


def _named_in(text: str, start: int, end: int, known: tuple[tuple[int, int], ...]) -> bool:
    return any(start <= begin and finish <= end for begin, finish in known) or bool(_NAME.search(text, start, end))


def _named_outside(text: str, start: int, end: int, known: tuple[tuple[int, int], ...]) -> bool:
    """Whether a name stands outside text[start:end]; what is blotted out already names nothing."""
    rest = text[:start] + BLANK * (end - start) + text[end:]
    return any(BLANK not in rest[begin:finish] for begin, finish in known) or bool(_NAME.search(rest))
