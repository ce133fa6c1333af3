"""After one of a list was chosen: 第三个也问问, 另一个呢, 剩下的也催催 still speak of that list."""

from __future__ import annotations

import re
from typing import Any

from actions import doing, list_places, orders
from actions.turn import Events, Talk

_KIND, _ASKED = "listed", "pick"
_LONGEST = 16  # characters; a longer message is something else
_DIGIT = re.compile(r"[1-5]")
_VERB_OF_WISH = (("urges", "urge"), ("gives_up", "withdraw"))
_VERB_OF_INTENT = {"query_status": "status", "urge": "urge", "cancel": "withdraw", "dispute_result": "dispute"}


def remembered(verb: str, numbers: list[str], done: list[str]) -> dict[str, Any]:
    """The list as a pending matter: its numbers as they were offered, and those that were served."""
    return {"kind": _KIND, "verb": verb, "numbers": numbers, "done": done}


def aged(pending: dict[str, Any]) -> dict[str, Any] | None:
    """The list after something else was said: only named places (第三个) still choose from it, and once the answer to "which
    one?" that points at one. None for any other question."""
    once_more = pending.get("kind") == _ASKED and not pending.get("aged")
    return {**pending, "aged": True} if once_more or pending.get("kind") == _KIND else None


async def from_list(talk: Talk, pending: dict[str, Any], offered: list[dict[str, Any]]) -> tuple[Events, list[str]] | None:
    """Serve another entry of the list, with what is wanted of it (the same as before where nothing else is said): the events and
    the numbers served. None where the message speaks of no entry. Raises BackendDown, BackendRefused."""
    if len(talk.text) > _LONGEST or orders.mentions(talk):
        return None
    verb = _verb(talk, str(pending["verb"]))
    left = [order for order in offered if order["number"] not in pending["done"]]
    chosen = left if list_places.names_others(talk.text) else _placed(talk, pending, offered)
    if not chosen or (len(chosen) > 1 and verb not in doing.FOR_ALL):
        return None
    served = [order["number"] for order in chosen]
    if len(chosen) > 1:
        return await doing.apply_to_all(talk, verb, chosen, talk.text), served
    return await doing.apply(talk, verb, chosen[0], talk.text), served


def _verb(talk: Talk, before: str) -> str:
    wished = next((verb for wish, verb in _VERB_OF_WISH if wish in talk.wishes), "")
    return wished or _VERB_OF_INTENT.get(talk.intent, before)


def _placed(talk: Talk, pending: dict[str, Any], offered: list[dict[str, Any]]) -> list[dict[str, Any]]:
    place = _place(talk, takes_digits=not (talk.meta.get("rating_pending") or pending.get("aged")))
    if place == list_places.LAST:
        return offered[-1:]
    return offered[place - 1 : place] if place else []


def _place(talk: Talk, *, takes_digits: bool) -> int:
    """1 for the first, -1 for the last, 0 for none. A bare digit is a score where one is waited for."""
    bare = _DIGIT.fullmatch(talk.text.strip())
    if bare:
        return int(bare[0]) if takes_digits else 0
    return list_places.place_in(talk.text)
