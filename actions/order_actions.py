"""Status, urging, withdrawing, adding a note, disputing a result."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction

from actions import orders
from actions.base import ResidentAction
from actions.doing import has_open_order, on_one_order, tell_status
from actions.drafting import FORM, after_digression, back_to_form
from actions.turn import Events, Talk

_SHORTEST_NOTE = 4


class QueryStatus(ResidentAction):
    """By number, by the matter, or simply "my order"."""

    action_name = "action_query_status"

    async def respond(self, talk: Talk) -> Events:
        number = orders.chosen_number(talk, "status")
        broken = next((mention["check"] for mention in orders.mentions(talk)), "")
        events: Events = []
        if number:
            events = await tell_status(talk, number)
        elif broken:
            talk.say(f"number_{broken}")
        else:
            events = await on_one_order(talk, "status", none="status_none")
        return [*events, *await after_digression(talk)]


class Urge(ResidentAction):
    """Wants it faster."""

    action_name = "action_urge"

    async def respond(self, talk: Talk) -> Events:
        events = await on_one_order(talk, "urge", none="no_open_order")
        return [*events, *await after_digression(talk)]


class Withdraw(ResidentAction):
    """Takes an order back, after asking once. With an open draft it is the draft that is meant."""

    action_name = "action_withdraw"

    async def respond(self, talk: Talk) -> Events:
        back = back_to_form(talk)
        return back if back is not None else await on_one_order(talk, "withdraw", none="no_open_order")


class AddNote(ResidentAction):
    """Something said outside the form that belongs to an order: a correction, a further fact, a photo."""

    action_name = "action_add_note"

    async def respond(self, talk: Talk) -> Events:
        back = back_to_form(talk)
        if back is not None:
            return back
        if not _worth_noting(talk):
            talk.say("what_now")
            return []
        if await has_open_order(talk):
            return await on_one_order(talk, "note", none="what_now")
        if _tells_facts(talk):
            return [FollowupAction(FORM)]
        talk.say("what_now")
        return []


def _tells_facts(talk: Talk) -> bool:
    """A photo, a position or a place and the like: somebody begins to report."""
    facts = talk.facts
    told = facts.get("address") or facts.get("occurred_at") or facts.get("phones")
    return bool(talk.meta.get("attachments") or talk.meta.get("location") or told)


def _worth_noting(talk: Talk) -> bool:
    return _tells_facts(talk) or (len(talk.text) >= _SHORTEST_NOTE and not talk.answer)


class Dispute(ResidentAction):
    """The result is not what it is said to be: reopened with the reason."""

    action_name = "action_dispute"

    async def respond(self, talk: Talk) -> Events:
        events = await on_one_order(talk, "dispute", none="no_open_order")
        return [*events, *await after_digression(talk)]
