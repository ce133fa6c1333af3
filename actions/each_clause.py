"""Several wishes in one message, each for another order: 井盖那个催一下 噪音那个不用管了; 第一个撤了 第二个催催."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from actions import list_places, picking
from actions.turn import Talk

_CLAUSE = re.compile(r"[^,。;!?、\s]+")
_NOT = r"(?<!别)(?<!甭)(?<!不用)(?<!不要)(?<!不能)(?<!别给)(?<!别再)"
# What a clause wants of the order that it names; the first that fits. Taking back is asked once more anyway.
_WANTED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("withdraw", re.compile(rf"{_NOT}(?:撤(?!不)|取消|作废)|(?:不用|甭|别)(?:再)?(?:管|办|修|弄|来)")),
    ("urge", re.compile(rf"{_NOT}(?:催|快(?:着)?(?:点|些)|抓紧|赶紧|赶快)")),
    ("status", re.compile(r"查|问|到哪|(?:咋|怎么)样|进度|进展|啥时候|什么时候")),
)
VERBS = frozenset(verb for verb, _ in _WANTED)
_AT_LEAST = 2
Wished = tuple[dict[str, Any], str, str]


def wishes_of_each(talk: Talk, offered: list[dict[str, Any]]) -> list[Wished]:
    """(order, verb, clause) for a message whose clauses want something of different orders, what is only asked about last; []
    for every other message. `offered` are the open orders, in the order in which they were listed or reported: a clause names
    one by its matter or by its place."""
    if len(offered) < _AT_LEAST:
        return []
    found: list[Wished] = []
    for clause in _CLAUSE.findall(list_places.cut_at_places(talk.text)):
        found += _wish_of(talk, clause, offered, {order["number"] for order, _, _ in found})
    numbers = {order["number"] for order, _, _ in found}
    asked_about = sum(verb == "withdraw" for _, verb, _ in found)
    apart = len(numbers) == len(found) >= _AT_LEAST and asked_about <= 1
    return sorted(found, key=lambda wished: wished[1] == "withdraw") if apart else []


def placed(talk: Talk, offered: list[dict[str, Any]], verb: str) -> list[dict[str, Any]]:
    """The one of the orders whose place is named where `verb` is wanted (后一个先别急 头一个快着点); [] for none."""
    for clause in _CLAUSE.findall(list_places.cut_at_places(talk.text)):
        if _verb_of(clause) == verb and list_places.place_in(clause):
            return _at_place(clause, offered, set())
    return []


def _verb_of(clause: str) -> str:
    return next((verb for verb, pattern in _WANTED if pattern.search(clause)), "")


def _wish_of(talk: Talk, clause: str, offered: list[dict[str, Any]], named: set[str]) -> list[Wished]:
    verb = _verb_of(clause)
    if not verb:
        return []
    meant = _at_place(clause, offered, named)
    if not meant:
        alone = replace(talk, message={**talk.message, "text": clause, "categories": [], "facts": {}})
        meant = picking.by_words(alone, offered)
    return [(meant[0], verb, clause)] if len(meant) == 1 else []


def _at_place(clause: str, offered: list[dict[str, Any]], named: set[str]) -> list[dict[str, Any]]:
    """第二个; 另一个 where all but one were named before it."""
    if list_places.names_others(clause):
        return [order for order in offered if order["number"] not in named] if named else []
    place = list_places.place_in(clause)
    return offered[-1:] if place == list_places.LAST else offered[place - 1 : place] if place else []
