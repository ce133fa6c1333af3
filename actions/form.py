"""The complaint form: every message goes to the backend's draft once; its answer says what to ask, and when to file."""

from __future__ import annotations

from typing import Any

import structlog
from rasa_sdk.events import SlotSet

from actions.backend import BackendDown, BackendRefused, backend
from actions.base import ResidentAction
from actions.drafting import MIRRORED, ask, hear, is_handback, mirror, stay, tells_on
from actions.form_digressions import RESPONDERS
from actions.handing_over import hand_over
from actions.noting import is_more_of_it, is_said_after
from actions.rating_steps import store_beside
from actions.talk_actions import answer_beside
from actions.turn import Events, Talk
from actions.with_people import whether_same
from actions.wording import due_text

log = structlog.get_logger()
_LOST_AFTER = 2
_BARE_DIRECTION = 3  # characters
_ASKED_FIELD = {"address": "address", "address_detail": "address"}
_SAYS_ITSELF = frozenset({"confirm", "address_detail"})  # these repeat what was heard: no "noted" in front


class ValidateComplaintForm(ResidentAction):
    """Called by Rasa for every message inside the form, and when it opens."""

    action_name = "validate_complaint_form"
    # Without a slot event Rasa would take the message for one that the form rejects.
    on_failure: Events = [SlotSet("confirmed", None)]

    async def respond(self, talk: Talk) -> Events:
        told_on = await tells_on(talk)
        aside = await _aside(talk) if not told_on else None
        if aside is not None:
            return aside
        beside = await _belongs_elsewhere(talk) if talk.draft is None else None
        if beside is not None:
            return beside
        told = await hear(talk, told_on=told_on)
        if told["outcome"] == "cancelled":
            talk.say("cancelled")
            return [*_end(None), SlotSet("pending", None)]
        if told["outcome"] == "add":
            return _added(talk, told)
        if told["outcome"] == "file":
            return _end(told["draft"]["form"]["id"])
        await answer_beside(talk, told)
        if told["misunderstood"] >= _LOST_AFTER:
            await hand_over(talk, reason="low_confidence", key="handed_over_lost")
            return _end(None)
        _remark(talk, told)
        ask(talk, told["question"])
        return mirror(told)

    async def _answer(self, talk: Talk) -> Events:
        """An answer to a question outside the form that only looked like a complaint ends the form again."""
        events = await super()._answer(talk)
        decided = any(event.get("event") == "slot" and event.get("name") == "requested_slot" for event in events)
        return events if decided else [*events, *_end(None)]


class SubmitComplaint(ResidentAction):
    """Files the confirmed draft. Nothing is lost when that fails: the draft stays, and the next "对" tries again."""

    action_name = "action_submit_complaint"
    first_answers_pending = False

    async def respond(self, talk: Talk) -> Events:
        draft_id = talk.tracker.get_slot("draft_id")
        if not draft_id:
            return []
        try:
            filed = await backend().call("POST", f"conversations/{talk.conversation}/draft/file", body={"draft_id": draft_id})
        except BackendDown as down:
            log.warning("not_filed_yet", conversation=talk.conversation, error=str(down))
            return [SlotSet("draft_id", None)]
        except BackendRefused as refused:
            log.warning("not_filed_yet", conversation=talk.conversation, error=str(refused))
            talk.say("not_filed_yet")
            return [SlotSet("draft_id", None)]
        due = due_text(filed["on_site_due_at"], filed["due_at"], talk.at)
        talk.say("filed" if filed["unit_name"] else "filed_no_unit", number=filed["number"], unit=filed["unit_name"], due=due)
        if filed["following"]:
            # Rasa would run a form that is opened here at once and ask twice; the next message finds the draft and opens it.
            talk.say("filed_next")
            ask(talk, filed["following"]["question"])
        return [SlotSet(name, None) for name in (*MIRRORED, "confirmed", "draft_id")]


async def _aside(talk: Talk) -> Events | None:
    """What is said beside the form, answered as it is outside of it; None for what belongs to the form."""
    responder = RESPONDERS.get(talk.intent) if talk.draft is not None else None
    if responder is None or is_handback(talk):
        return None
    agreed = await _agreed_asking(talk)
    if agreed is not None:
        return agreed
    events = await responder.respond(talk)
    decided = any(event.get("name") == "requested_slot" for event in events)
    return events if decided else [*events, *stay(talk)]


async def _agreed_asking(talk: Talk) -> Events | None:
    """对 这个多久能来人, at the read-back: filed, and the question is answered as well. None for everything else."""
    if _requested(talk) != "confirm" or "agrees_and_asks" not in talk.wishes:
        return None
    told = await hear(talk)
    if told["outcome"] != "file":
        return None
    if "how_long" not in talk.wishes:  # the day until which it is done is told with the number
        await answer_beside(talk, {**told, "changed": (), "remarks": ()})
    return _end(told["draft"]["form"]["id"])


def _requested(talk: Talk) -> str:
    return str(((talk.draft or {}).get("form") or {}).get("requested") or "")


async def _belongs_elsewhere(talk: Talk) -> Events | None:
    """What would open a form and belongs to an order, or to what a person was told; None where it is a report. A score beside it
    is stored."""
    await store_beside(talk)
    if await is_more_of_it(talk) or await is_said_after(talk):
        return _end(None)
    asked = await whether_same(talk)
    return [*asked, *_end(None)] if asked else None


def _added(talk: Talk, told: dict[str, Any]) -> Events:
    """It went to the order that exists; what was kept for after it comes next."""
    talk.say("same_added", number=told["number"])
    if not told["question"]["key"]:
        return _end(None)
    talk.say("filed_next")
    ask(talk, told["question"])
    return mirror(told)


def _remark(talk: Talk, told: dict[str, Any]) -> None:
    if not told["understood"]:
        talk.say("not_understood")
        return
    for remark in told["remarks"]:
        talk.say(remark)
    if told["remarks"] or not told["changed"]:
        return
    known = talk.draft or {}
    asked = _ASKED_FIELD.get(_requested(talk), "")
    corrected = any(_is_replaced(known.get(name), told["draft"].get(name), name == asked) for name in told["changed"])
    if "description" in told["changed"] and not known.get("description"):
        talk.say("sorry_to_hear")
    elif corrected or told["question"]["key"] not in _SAYS_ITSELF:
        talk.say("changed" if corrected else "noted")


def _is_replaced(old: Any, new: Any, was_asked: bool) -> bool:
    """Whether something that was known is another now; what is added to it (翠园小区, then 6号楼) is no correction, nor is a
    spot that is told more exactly because we asked (幼儿园门口, then 童星幼儿园)."""
    if isinstance(old, dict) and isinstance(new, dict):
        old = {**old, "landmark": ""} if was_asked and "landmark" in old else old
        return any(old[name] and new.get(name) and old[name] != new[name] for name in old if not _says_little(name, old[name]))
    return bool(old) and isinstance(old, str) and old != new and not str(new).startswith(old)


def _says_little(name: str, value: Any) -> bool:
    """楼下 is no place that another word puts right."""
    return name == "text" or (name == "landmark" and len(str(value)) <= _BARE_DIRECTION)


def _end(draft_id: str | None) -> Events:
    return [SlotSet("draft_id", draft_id), SlotSet("requested_slot", None)]
