"""How a reading is cut into pieces that can be counted: characters, sounds, near neighbours, shape, marks of facts.

Pure functions from what `bot.components.reading` gives to a list of pieces; `bot.components.views` counts and weighs them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from pypinyin import lazy_pinyin

from bot.components.reading import MARKS_AFTER

_DIGITS = re.compile(r"\d+")
_STOPS = re.compile(r"[\s,.!?:;、]+")
_NEGATIONS = re.compile("[不没别未无甭莫唔冇]")
_SHAPES = (
    ("asks", re.compile(r"[?吗呢不没]$")),
    ("question_mark", re.compile(r"\?")),
    ("done", re.compile("[了过]")),
    ("again", re.compile("还没|还不|还是|仍|又")),
)
_MANY_NEGATIONS, _MANY_PARTS, _LONG = 3, 5, 12


def words_of(reading: str) -> str:
    """Small letters, numbers by their length, the ends marked; without the marks of facts."""
    return f"⟨{_DIGITS.sub(_digits, reading.partition(MARKS_AFTER)[0].lower())}⟩"


def _digits(match: re.Match[str]) -> str:
    """One digit may be a score or a choice; two may be a temperature or an age; more are a room or an amount."""
    return match[0] if len(match[0]) == 1 else "δ" * min(len(match[0]), 3)


def marks_of(reading: str) -> list[str]:
    """The marks of the facts that `bot.components.reading` has set."""
    return reading.partition(MARKS_AFTER)[2].split()


def chars_of(reading: str) -> list[str]:
    """Single characters and pairs."""
    words = words_of(reading)
    return [*words, *map("".join, pairwise(words))]


def sounds_of(reading: str) -> list[str]:
    """Syllables and pairs of them: 在见 sounds like 再见."""
    syllables = [_syllable(char) for char in words_of(reading) if not char.isspace()]
    return [*syllables, *map(" ".join, pairwise(syllables))]


@lru_cache(maxsize=8192)
def _syllable(char: str) -> str:
    return str(lazy_pinyin(char)[0])


def gaps_of(reading: str) -> list[str]:
    """Characters with one between them: 没…来 in 没人来, 没再来."""
    words = reading.partition(MARKS_AFTER)[0]
    return [f"{first}_{third}" for first, third in zip(words, words[2:], strict=False)]


def shape_of(reading: str) -> list[str]:
    """Question, negation, what is over and what is still so, how many parts, how long."""
    words = reading.partition(MARKS_AFTER)[0]
    return [
        *(name for name, pattern in _SHAPES if pattern.search(words)),
        f"negations{min(len(_NEGATIONS.findall(words)), _MANY_NEGATIONS)}",
        f"parts{min(len(_STOPS.split(words)), _MANY_PARTS)}",
        f"length{min(len(words), _LONG)}",
    ]
