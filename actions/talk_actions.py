"""Everything that is said beside complaints and orders."""

from __future__ import annotations

from typing import Any

import structlog
from rasa_sdk.events import ActiveLoop, SlotSet

from actions import rating_steps, replies
from actions.backend import BackendError, backend
from actions.base import ResidentAction
from actions.drafting import REPORT, after_digression, as_body, back_to_form
from actions.handing_over import hand_over
from actions.turn import Events, Talk
from backend.contracts.messages import Choice

log = structlog.get_logger()
_LOST_AFTER = 2
# What the model calls a question → the key of the answer that an administrator edits.
_FAQ_KEYS = {"responsible_unit": "who", "how_to_check": "progress", "how_to_rate": "rating"}
# Words that say which question it is, whatever the model thinks.
_FAQ_OF_WISH = {"how_long": "time_limit", "who_handles": "who", "process": "process"}
_SURE_OF_NEED = 0.9
_WORTH_OFFERING = 0.5
_OFFERED = (Choice("offer_yes", "要报"), Choice("offer_no", "不是"))


class AnswerFaq(ResidentAction):
    """Answers from the district's own table; "how long" depends on the matter of the draft."""

    action_name = "action_answer_faq"

    async def respond(self, talk: Talk) -> Events:
        wished = next((key for wish, key in _FAQ_OF_WISH.items() if wish in talk.wishes), "")
        key = wished or str((talk.message.get("faq") or {}).get("key") or "")
        page = await backend().call("GET", "faqs")
        answer = _answer(page["items"], _FAQ_KEYS.get(key, key), _service_code(talk))
        if answer:
            talk.say_text(answer)
        else:
            talk.say(f"faq_{key}" if f"faq_{key}" in replies.table() else "faq_unknown")
        return await after_digression(talk)


class SmallTalk(ResidentAction):
    """Greetings, thanks, goodbyes, jokes, and what we cannot do."""

    action_name = "action_small_talk"

    async def respond(self, talk: Talk) -> Events:
        talk.say(talk.intent if talk.intent in replies.table() else "greet")
        return await after_digression(talk)


class Abuse(ResidentAction):
    """Calm words; where a need stands behind it, a person."""

    action_name = "action_abuse"

    async def respond(self, talk: Talk) -> Events:
        talk.say("abuse")
        return await after_digression(talk)


class HandOver(ResidentAction):
    """A person is wanted; what was said so far goes along, the draft stays."""

    action_name = "action_hand_over"

    async def respond(self, talk: Talk) -> Events:
        await hand_over(talk, reason="asked", priority=1)
        return [ActiveLoop(None), SlotSet("requested_slot", None)]


class Rate(ResidentAction):
    """A score or a verdict on a handled order."""

    action_name = "action_rate"

    async def respond(self, talk: Talk) -> Events:
        if talk.draft is not None:
            return await after_digression(talk)
        return await rating_steps.start(talk)


class Answer(ResidentAction):
    """Yes, no or a number, outside the form and without a question of ours."""

    action_name = "action_answer"

    async def respond(self, talk: Talk) -> Events:
        back = back_to_form(talk)
        if back is None:
            talk.say("what_now")
        return back or []


class Emergency(ResidentAction):
    """The backend's screen answers emergencies before we hear of them; this is for those that only the model recognises."""

    action_name = "action_emergency"

    async def respond(self, talk: Talk) -> Events:
        guess: dict[str, Any] = next(iter(talk.message.get("categories") or []), {})
        body = {
            "message_id": str(talk.meta.get("message_id") or ""),
            "category": guess.get("category", ""),
            "subcategory": guess.get("subcategory", ""),
            "facts": talk.facts,
        }
        try:
            told = await backend().call("POST", f"conversations/{talk.conversation}/emergency", body=body)
        except BackendError as error:  # the number to call must be said, whatever else does not work
            log.error("emergency_not_passed_on", conversation=talk.conversation, error=str(error))
            talk.say("emergency_otherwise")
            return []
        talk.say_text(told["text"])
        return []


class OptOut(ResidentAction):
    """No more messages, in words that the exact screen of the backend does not know."""

    action_name = "action_opt_out"

    async def respond(self, talk: Talk) -> Events:
        told = await backend().call("POST", f"conversations/{talk.conversation}/opt-out", body={})
        talk.say_text(told["text"])
        return []


class Fallback(ResidentAction):
    """Not understood: once we ask, twice a person comes."""

    action_name = "action_default_fallback"

    async def respond(self, talk: Talk) -> Events:
        back = back_to_form(talk)
        if back is not None:
            return back
        strangers = int(talk.tracker.get_slot("strangers") or 0) + 1
        if strangers >= _LOST_AFTER:
            await hand_over(talk, reason="low_confidence", key="handed_over_lost")
            return [SlotSet("strangers", 0)]
        talk.say("not_understood")
        return [SlotSet("strangers", strangers), *_offer(talk)]


def _offer(talk: Talk) -> Events:
    """Where the words sound like a matter we know, ask whether it is to be reported; else what is wanted."""
    guess: dict[str, Any] = next(iter(talk.message.get("categories") or []), {})
    if talk.draft is not None or guess.get("category_confidence", 0.0) < _WORTH_OFFERING:
        talk.say("what_now")
        return []
    talk.say("offer_report", _OFFERED, what=str(guess["subcategory"]))
    return [SlotSet("pending", {"kind": "offer", "body": {**as_body(talk), "intent": REPORT}})]


def _answer(items: list[dict[str, Any]], key: str, service_code: str) -> str:
    fitting = [item for item in items if item["service_prefix"] and service_code.startswith(item["service_prefix"])]
    if key == "time_limit" and fitting:
        return str(max(fitting, key=lambda item: len(item["service_prefix"]))["answer"])
    return next((str(item["answer"]) for item in items if item["key"] == key), "")


def _service_code(talk: Talk) -> str:
    """The matter of the draft, else what the question itself is about (停电多久来人)."""
    if talk.draft and talk.draft.get("service_code"):
        return str(talk.draft["service_code"])
    guess: dict[str, Any] = next(iter(talk.message.get("categories") or []), {})
    return str(guess.get("service_code", "")) if guess.get("category_confidence", 0.0) >= _SURE_OF_NEED else ""
