"""The resident's own orders: finding the one that is meant, and doing something to it."""

from __future__ import annotations

from typing import Any

from actions import own_numbers
from actions.backend import BackendRefused, backend
from actions.turn import Talk
from backend.contracts.matters import spoken_matter
from backend.contracts.work_orders import OPEN_STATES

OPEN = tuple(sorted(state.value for state in OPEN_STATES))
DONE = ("resolved", "closed")
_MOST = 5
_NOT_FOUND = 404
_TOO_OFTEN = 429
_SOUNDS_LIKE = 0.6


async def own_orders(talk: Talk) -> list[dict[str, Any]]:
    """The newest orders of this resident. Raises BackendDown."""
    page = await backend().call("GET", "work-orders", query={**talk.resident, "limit": str(_MOST)})
    items: list[dict[str, Any]] = page["items"]
    return items


def chosen_number(talk: Talk, verb: str) -> str:
    """The order that a menu entry of this verb, or a valid number in the text, names; "" for none."""
    prefix = f"{verb}_"
    if talk.menu_id.startswith(prefix):
        return talk.menu_id.removeprefix(prefix)
    return next((mention["digits"] for mention in mentions(talk) if mention["check"] == "valid"), "")


def named(talk: Talk, verb: str, own: list[str]) -> str:
    """The order that `chosen_number` names, else the own one that a number with a slip or a part of a number means; "" for
    none."""
    chosen = chosen_number(talk, verb)
    if chosen:
        return chosen
    near = (own_numbers.like(mention["digits"], own) for mention in mentions(talk))
    return next((number for number in near if number), "") or own_numbers.by_tail(talk.text, own)


def speaks_of_tail(talk: Talk) -> bool:
    """Whether an order is named by its last digits (尾号1592)."""
    return own_numbers.names_tail(talk.text)


def mentions(talk: Talk) -> list[dict[str, Any]]:
    """Order numbers in the text, with what the check digit says."""
    return list(talk.facts.get("order_numbers") or [])


async def status_of(talk: Talk, number: str, tail: str = "") -> dict[str, Any] | None:
    """The status in two sentences, None when there is nothing to tell. Raises BackendRefused only for too many tries."""
    body = {"number": number, "phone_tail": tail, **talk.resident}
    try:
        status: dict[str, Any] = await backend().call("POST", "work-orders/lookup", body=body)
    except BackendRefused as refused:
        if refused.status == _NOT_FOUND:
            return None
        raise
    return status


async def do(talk: Talk, number: str, verb: str, **data: Any) -> dict[str, Any]:
    """Apply a verb as this resident, once for each message, however often we are asked. Raises BackendDown, BackendRefused."""
    message = str(talk.meta.get("message_id") or "")
    once = {"Idempotency-Key": message} if message else None
    order: dict[str, Any] = await backend().call(
        "POST", f"work-orders/{number}/{verb}", body={**data, **talk.resident}, headers=once
    )
    return order


def is_too_often(refused: BackendRefused) -> bool:
    return refused.status == _TOO_OFTEN


def files(talk: Talk) -> dict[str, Any]:
    """The photos and the like of this message, as the data of a note; {} without any."""
    attached = [{key: str(value) for key, value in item.items() if value} for item in talk.meta.get("attachments") or []]
    return {"attachments": attached} if attached else {}


async def meant(talk: Talk, verb: str, states: tuple[str, ...]) -> list[dict[str, Any]]:
    """The orders that the resident may mean: the named one, those of the matter that is named, or all own ones in these
    states."""
    own = await own_orders(talk)
    number = named(talk, verb, [order["number"] for order in own])
    found = [order for order in own if order["state"] in states]
    return [order for order in found if order["number"] == number] if number else by_subject(talk, found)


def by_subject(talk: Talk, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """ "那个路灯的事": the orders whose leaf the words name, else of the category that they sound like, if there are any."""
    named_leaf = by_leaf(talk, found)
    if named_leaf:
        return named_leaf
    guesses = talk.message.get("categories") or []
    sure = [guess["category"] for guess in guesses[:1] if guess.get("category_confidence", 0.0) >= _SOUNDS_LIKE]
    return [order for order in found if order["category"] in sure] or found


def by_leaf(talk: Talk, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The orders whose leaf stands in the text by its name."""
    names = [(order, {order["subcategory"], spoken_matter(order["category"], order["subcategory"])} - {""}) for order in found]
    return [order for order, called in names if any(name in talk.text for name in called)]
