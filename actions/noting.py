"""What is said outside the form and belongs to an order: a correction, a further fact, a photo."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction

from actions import orders
from actions.doing import on_one_order, open_orders
from actions.drafting import FORM
from actions.small_matters import small_matter
from actions.turn import Events, Talk

_SHORTEST_NOTE = 4
_ADDING = frozenset({"adds", "starts_correction", "new_phone", "instructs"})


async def add_note(talk: Talk) -> Events:
    """Note what was said on the order that it belongs to; where it belongs to none, the form hears it. Raises BackendDown,
    BackendRefused."""
    small = await small_matter(talk)
    if small is not None:
        return small
    if not _worth_noting(talk):
        talk.say("what_now")
        return []
    if await _belongs_to_an_order(talk):
        return await on_one_order(talk, "note", none="what_now")
    if _tells_facts(talk) or talk.matter is not None:
        return [FollowupAction(FORM)]
    talk.say("what_now")
    return []


async def _belongs_to_an_order(talk: Talk) -> bool:
    """Not when another clear matter is told without a word of adding: that is a complaint of its own."""
    being_done = await open_orders(talk)
    if not being_done or talk.matter is None or talk.wishes & _ADDING or orders.mentions(talk):
        return bool(being_done)
    return any(order["category"] == talk.matter["category"] for order in being_done)


def _tells_facts(talk: Talk) -> bool:
    """A photo, a position or a place and the like: somebody begins to report."""
    facts = talk.facts
    told = facts.get("address") or facts.get("occurred_at") or facts.get("phones")
    return bool(talk.meta.get("attachments") or talk.meta.get("location") or told)


def _worth_noting(talk: Talk) -> bool:
    return _tells_facts(talk) or (len(talk.text) >= _SHORTEST_NOTE and not talk.answer)
