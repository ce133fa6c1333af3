"""Toneless pinyin of single characters, for names that were typed by sound."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import lazy_pinyin

# Pairs that north-eastern speakers and pinyin keyboards mix up; both sides fold to the first.
_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"), ("iang", "ian"), ("uang", "uan"))


@lru_cache(maxsize=8192)
def syllable(char: str) -> str:
    """The commonest toneless reading of a character, itself when it has none."""
    return str(lazy_pinyin(char)[0]).lower() if "\u3400" <= char <= "\u9fff" else char.lower()


@lru_cache(maxsize=8192)
def sound(char: str) -> str:
    """A coarser key: flat and curled tongue, front and back nasal fall together (cui yuan = chui yuan)."""
    reading = syllable(char)
    for long, short in _FOLDS:
        if reading.startswith(long) and long in ("zh", "ch", "sh"):
            reading = short + reading[len(long) :]
        elif reading.endswith(long) and long not in ("zh", "ch", "sh"):
            reading = reading[: -len(long)] + short
    return reading


def pinyin(name: str) -> str:
    """The whole name without blanks: 翠园小区 -> cuiyuanxiaoqu."""
    return "".join(syllable(char) for char in name)
