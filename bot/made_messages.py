"""Messages with one problem and with two, made from training sentences, each of which tells of one.

Two sentences of different leaves put together are two problems, whatever stands between them; two of the same leaf, or one with
a remark from another of its category, are one. The words do not matter here: what is fitted on them weighs what the models say
of the pieces (`bot/fit_problems.py`), and writers differ less in that than in their words.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from backend.contracts.understanding import UNSAID
from backend.domain.language.issues import clauses_in

Told = tuple[str, tuple[str, ...]]  # a text and the leaves of its problems
_ALSO = "也"
# What stands between two problems, and how often.
_BETWEEN = {
    ",": 30, "。": 12, " ": 8, "": 12, _ALSO: 16, ",还有": 5, ",另外": 5, ",而且": 4,
    ",再一个": 2, ",顺便说一下": 2, ",对了": 2, ",然后": 2,
}  # fmt: skip
_WITHIN = {",": 30, "。": 12, " ": 8, "": 12, _ALSO: 16, ",还有": 5, ",而且": 4}
_LISTED = re.compile("[也还又]")
_PREDICATE = re.compile("(?<=..)(?=没|不|老|总|天天|被|都|坏|堵|停)")
_MARKS = re.compile(r"[,。!?;:、\s]+")
_KINDS = {"two": 45, "one": 35, "same": 20}
_LENGTHS = (12, 20, 40)  # a second problem is mostly told shortly
_SHORTEST, _TRIES = 4, 50
_SHORTENED, _OF_CATEGORY, _THIRD, _BARE, _REMARK = 0.6, 0.25, 0.15, 0.22, 0.3


class Maker:
    """Makes messages from (normalised text, leaf); the same for the same seed."""

    def __init__(self, examples: Sequence[tuple[str, str]], seed: int) -> None:
        self._random = random.Random(seed)
        self._told = [example for example in examples if not example[1].endswith(UNSAID)]
        self._of_leaf, self._of_category = defaultdict(list), defaultdict(list)
        for text, leaf in self._told:
            self._of_leaf[leaf].append((text, leaf))
            self._of_category[_category(leaf)].append((text, leaf))
        self._long = [example for example in self._told if len(clauses_in(example[0])) > 1] or self._told

    def messages(self, count: int) -> Iterator[Told]:
        """So many messages; some of them without any marks, as they are spoken."""
        makers = {"two": self._two, "one": self._one, "same": self._same}
        for kind in self._random.choices(list(_KINDS), list(_KINDS.values()), k=count):
            text, leaves = makers[kind]()
            yield (_MARKS.sub("", text) if self._random.random() < _BARE else text), leaves

    def _two(self) -> Told:
        text, leaf = self._random.choice(self._told)
        text, leaves = self._shortened(text), [leaf]
        for _ in range(2 if self._random.random() < _THIRD else 1):
            further = self._other(leaves)
            if further:
                text = self._joined(text, self._shortened(further[0]), _BETWEEN)
                leaves.append(further[1])
        return text, tuple(leaves)

    def _one(self) -> Told:
        text, leaf = self._random.choice(self._long)
        other = self._random.choice(self._of_category[_category(leaf)])[0]
        clauses = clauses_in(other)
        remark = len(clauses) > 2 and self._random.random() < _REMARK
        return (f"{text},{clauses[-1].span.text}" if remark else text), (leaf,)

    def _same(self) -> Told:
        text, leaf = self._random.choice(self._told)
        other = self._random.choice(self._of_leaf[leaf])[0]
        return self._joined(self._shortened(text), self._shortened(other), _WITHIN), (leaf,)

    def _other(self, leaves: Sequence[str]) -> tuple[str, str] | None:
        """An example of another leaf, a quarter of them of the same category."""
        near = self._random.random() < _OF_CATEGORY
        among = self._of_category[_category(leaves[0])] if near else self._told
        for _ in range(_TRIES):
            example = self._random.choice(among)
            if example[1] not in leaves and len(example[0]) <= self._random.choice(_LENGTHS):
                return example
        return None

    def _shortened(self, text: str) -> str:
        first = next((clause.span.text for clause in clauses_in(text)), text)
        return first if len(first) >= _SHORTEST and self._random.random() < _SHORTENED else text

    def _joined(self, one: str, other: str, between: dict[str, int]) -> str:
        mark = self._random.choices(list(between), list(between.values()))[0]
        if mark != _ALSO:
            return one + mark + other
        added = other if _LISTED.search(other) else _PREDICATE.sub(_ALSO, other, count=1)
        return one + self._random.choice((",", ",", ",", "。", "")) + added


def _category(leaf: str) -> str:
    return leaf.rsplit("/", 1)[0]
