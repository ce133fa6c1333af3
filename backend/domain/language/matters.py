"""What kinds of problem a piece of text names outright, and which kinds follow from which (data/problem_words.yml)."""

from __future__ import annotations

import re
from functools import lru_cache

from backend.domain.language.tables import load_table

_PAIR = " ~ "
_BETWEEN = "[^,。!?;]{0,10}?"  # a thing and its fault stand in one clause, near each other

_LONGEST_THING = 6  # characters

_SCOLDED = re.compile(load_table("problem_words")["scolded"])
_SCOLDING = re.compile(load_table("problem_words")["scolding"].replace(" ", ""))


@lru_cache(maxsize=4096)  # the pieces of a message are asked about several times
def kinds_named(text: str) -> frozenset[str]:
    """The leaves (`category/subcategory`) that the normalised text names with a thing and what is wrong with it."""
    return frozenset(leaf for leaf, pattern in _patterns().items() if pattern.search(text))


def names_only_a_thing(text: str) -> bool:
    """Whether the text names what it is about, and nothing that is wrong with it: 暖气有问题, 我爸医保的事儿, 狗."""
    table = load_table("problem_words")
    bare = re.sub(table["whose"], "", re.sub(table["vaguely"], "", text.strip(" ,。!?")))
    every = (*_things().values(), re.compile(table["topics"]))
    return 0 < len(bare) <= _LONGEST_THING and "漏" not in bare and any(thing.fullmatch(bare) for thing in every)


def thing_named(text: str, category: str) -> bool:
    """Whether the text names a thing that problems of this category are about, whatever it says of it."""
    pattern = _things().get(category)
    return bool(pattern and pattern.search(text))


def brings_along(cause: str, effect: str) -> bool:
    """Whether the first leaf brings the second along: a power cut stops the lift, a burst pipe makes ice."""
    return effect in load_table("problem_words")["brings"].get(cause, ())


def stops(cause: str, effect: str) -> bool:
    """Whether what the second leaf is about cannot run while the first lasts, or is the same seen twice."""
    return effect in load_table("problem_words")["stops"].get(cause, ())


def only_scolds(text: str) -> bool:
    """Whether the words name somebody to blame and nothing that is wrong: 物业就知道收钱啥也不管."""
    return _SCOLDED.search(text) is not None and not _SCOLDING.sub("", _SCOLDED.sub("", text))


def is_blame(leaf: str) -> bool:
    """Whether the leaf says who is blamed rather than what is broken (TAXONOMY 2)."""
    return leaf in load_table("problem_words")["blame"]


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    table = load_table("problem_words")
    return {leaf: re.compile("|".join(_one(item, table["faults"]) for item in items)) for leaf, items in table["kinds"].items()}


def _one(item: str, faults: dict[str, str]) -> str:
    for name, words in faults.items():
        item = item.replace(f"<{name}>", words)
    thing, _, fault = item.partition(_PAIR)
    return f"(?:{thing}){_BETWEEN}(?:{fault})" if fault else f"(?:{thing})"


@lru_cache(maxsize=1)
def _things() -> dict[str, re.Pattern[str]]:
    words: dict[str, list[str]] = {}
    for leaf, items in load_table("problem_words")["kinds"].items():
        words.setdefault(leaf.rsplit("/", 1)[0], []).extend(item.partition(_PAIR)[0] for item in items if _PAIR in item)
    return {category: re.compile("|".join(things)) for category, things in words.items()}
