"""After a person had the conversation: what was told to them is in their hands, and opens no form a second time."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import SlotSet

from actions import drafting, orders
from actions.handing_over import hand_over
from actions.turn import Events, Talk
from backend.contracts.messages import Choice

ASKED = "with_people"
_TELLS = 6  # characters from which a person was told of something
_A_PLACE = ("estate", "road", "building", "community")
_CHOICES = (Choice("told_same", "是那件"), Choice("told_another", "另一件"))
_ANSWERS = {"told_same": "yes", "told_another": "no"}
_BY_INTENT = {"affirm": "yes", "deny": "no", "urge": "yes", "query_status": "yes", "ask_human": "yes"}


def told(talk: Talk) -> bool:
    """Whether a person heard of something from this resident lately, and answered."""
    return len(str(talk.meta.get("told_to_people") or "")) >= _TELLS


async def whether_same(talk: Talk) -> Events:
    """屋里才14度, right after a person had the conversation: asked whether it is what they were told. [] where it is plainly a
    matter of its own, or an order was filed. Raises BackendDown."""
    place = (talk.facts.get("address") or {}).get("address") or {}
    is_own = "another" in talk.wishes or any(place.get(name) for name in _A_PLACE)
    if not told(talk) or is_own or await orders.own_orders(talk):
        return []
    talk.say("same_as_told", _CHOICES)
    return [SlotSet("pending", {"kind": ASKED, "body": drafting.as_body(talk)})]


async def which_it_is(talk: Talk, pending: dict[str, Any]) -> Events | None:
    """The answer: the same goes back to people, another opens the form with what was said; None for anything else. Raises
    BackendDown, BackendRefused."""
    verdict = _ANSWERS.get(talk.menu_id) or {1: "yes", 2: "no"}.get(talk.choice) or talk.answer or _BY_INTENT.get(talk.intent)
    if verdict == "yes":
        await hand_over(talk, reason="asked", priority=1)
        return []
    if verdict != "no":
        return None
    answer = await drafting.put(talk, dict(pending["body"]))
    talk.say("sorry_to_hear")
    drafting.ask(talk, answer["question"])
    return [SlotSet("pending", None), SlotSet("strangers", 0)]
