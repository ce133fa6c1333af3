"""Questions of ours outside the form: which order, really withdraw, the phone's tail, the steps of a rating."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from rasa_sdk.events import SlotSet

from actions import doing, orders, rating_steps
from actions.turn import Events, Talk

_TAIL = re.compile(r"(?<!\d)(\d{4})(?!\d)")
# Said instead of a reason, these are something else.
_NO_REASON = frozenset({"ask_human", "query_status", "ask_faq", "emergency", "opt_out", "urge", "greet"})
_YES = {"withdraw_yes": True, "withdraw_no": False}
_BY_ANSWER = {"yes": True, "no": False}
_BY_INTENT = {"affirm": True, "deny": False, "cancel": True}


async def continue_pending(talk: Talk) -> Events | None:
    """Take the message as the answer to the open question; None when it is no answer to it. Raises BackendDown,
    BackendRefused."""
    pending = talk.pending or {}
    handler = _HANDLERS.get(str(pending.get("kind")))
    events = await handler(talk, pending) if handler else None
    if events is None or any(event.get("name") == "pending" for event in events):
        return events
    return [*events, SlotSet("pending", None)]


async def _pick(talk: Talk, pending: dict[str, Any]) -> Events | None:
    numbers: list[str] = pending["numbers"]
    number = orders.chosen_number(talk, pending["verb"])
    if not number and 1 <= talk.choice <= len(numbers):
        number = numbers[talk.choice - 1]
    if number not in numbers:
        return None
    if pending["verb"] == "rate":
        return await rating_steps.with_order(talk, number, int(pending["score"]), str(pending["text"]))
    order = next(order for order in await orders.own_orders(talk) if order["number"] == number)
    return await doing.apply(talk, pending["verb"], order, str(pending["text"]))


async def _withdraw(talk: Talk, pending: dict[str, Any]) -> Events | None:
    sure = _YES.get(talk.menu_id)
    for table, key in ((_BY_ANSWER, talk.answer), (_BY_INTENT, talk.intent)):
        sure = table.get(key) if sure is None else sure
    if talk.choice and sure is None:
        sure = {1: True, 2: False}.get(talk.choice)
    if sure is None:
        return None
    if not sure:
        talk.say("withdraw_kept")
        return []
    after = await orders.do(talk, pending["number"], "withdraw", reason=str(pending["text"]) or "居民要求撤回")
    talk.say("withdrawn", number=after["number"])
    return []


async def _tail(talk: Talk, pending: dict[str, Any]) -> Events | None:
    match = _TAIL.search(talk.text)
    return await doing.tell_status(talk, pending["number"], match[1]) if match else None


async def _score(talk: Talk, pending: dict[str, Any]) -> Events | None:
    score = rating_steps.score_of(talk)
    return await rating_steps.with_order(talk, pending["number"], score, talk.text) if score else None


async def _why(talk: Talk, pending: dict[str, Any]) -> Events | None:
    if talk.intent in _NO_REASON:
        return None
    if talk.intent in ("thanks", "bye") or talk.answer in ("skip", "dont_know", "refuse", "later"):
        talk.say("rated_thanks")
        return []
    return await rating_steps.reason(talk, pending)


_HANDLERS: dict[str, Callable[[Talk, dict[str, Any]], Awaitable[Events | None]]] = {
    "pick": _pick,
    "withdraw": _withdraw,
    "tail": _tail,
    "score": _score,
    "solved": rating_steps.solved,
    "why": _why,
}
