"""Two wishes in one message, each for another order: 井盖那个催一下 噪音那个不用管了."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from actions import picking
from actions.turn import Talk

_CLAUSE = re.compile(r"[^,。;!?、\s]+")
_NOT = r"(?<!别)(?<!甭)(?<!不用)(?<!不要)(?<!不能)(?<!别给)(?<!别再)"
# What a clause wants of the order that it names; the first that fits. Taking back is asked once more anyway.
_WANTED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("withdraw", re.compile(rf"{_NOT}(?:撤(?!不)|取消|作废)|(?:不用|甭|别)(?:再)?(?:管|办|修|弄|来)")),
    ("urge", re.compile(rf"{_NOT}(?:催|快(?:点|些)|抓紧|赶紧|赶快)")),
)
VERBS = frozenset(verb for verb, _ in _WANTED)
Wished = tuple[dict[str, Any], str, str]


def wishes_of_each(talk: Talk, being_done: list[dict[str, Any]]) -> list[Wished]:
    """(order, verb, clause) for a message whose clauses want different things of different open orders, what is only asked about
    last; [] for every other message."""
    if len(being_done) < len(VERBS):
        return []
    found = [wished for clause in _CLAUSE.findall(talk.text) for wished in _wish_of(talk, clause, being_done)]
    numbers, verbs = {order["number"] for order, _, _ in found}, {verb for _, verb, _ in found}
    return sorted(found, key=lambda wished: wished[1] == "withdraw") if len(numbers) == len(verbs) == len(found) > 1 else []


def _wish_of(talk: Talk, clause: str, being_done: list[dict[str, Any]]) -> list[Wished]:
    verb = next((verb for verb, pattern in _WANTED if pattern.search(clause)), "")
    alone = replace(talk, message={**talk.message, "text": clause, "categories": [], "facts": {}})
    meant = picking.by_words(alone, being_done) if verb else []
    return [(meant[0], verb, clause)] if meant else []
