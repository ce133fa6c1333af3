"""Everything that is said beside complaints and orders."""

from __future__ import annotations

import re
from typing import Any

import structlog
from rasa_sdk.events import ActiveLoop, SlotSet

from actions import orders, rating_steps, replies
from actions.backend import BackendError, backend
from actions.base import ResidentAction
from actions.doing import on_one_order, open_orders
from actions.drafting import REPORT, after_digression, as_body, back_to_form, hear
from actions.handing_over import hand_over, puzzled
from actions.noting import add_note, is_hidden, keep_secret
from actions.own_limit import due_of, order_asked_about
from actions.pending import put_again
from actions.small_matters import small_matter
from actions.turn import Events, Talk
from backend.contracts.messages import Choice

log = structlog.get_logger()
_HAN = re.compile(r"[一-龥]")  # what is written in letters alone sounds like nothing that could be offered
# What the model calls a question → the key of the answer that an administrator edits.
_FAQ_KEYS = {"responsible_unit": "who", "how_to_check": "progress", "how_to_rate": "rating"}
_WHO = "who"
_OTHER = "other"  # no row answers it: knowledge of units and offices
_SURE_OF_KEY = 0.4  # with less, a question is taken for one that no row answers
# Words that say which question it is, whatever the model thinks.
_APPLIES = "how_to_apply"
_HOW_LONG = "time_limit"
_FAQ_OF_WISH = {
    "asks_hotline": "hotline",
    "asks_photo": "media",
    _APPLIES: "",
    "how_long": _HOW_LONG,
    "who_handles": "who",
    "asks_fee": "fee",
    "process": "process",
    "asks_weekend": "weekend",
    "asks_awake": "hours",
    "others_see": "privacy",
    "asks_scope": "scope",
}
# Asked about another city, these are answered with where to turn there.
_PRIVACY = "privacy"
_ELSEWHERE, _OF_OUR_DISTRICT = "elsewhere", frozenset({"", "scope", "who", "responsible_unit", "process", "hotline"})
_LONGEST_QUESTION = 1000
_AGAIN = "再跟您说一遍:"
_ROOM_FOR_AGAIN = 110  # two parts of an SMS hold 134 with the signature
# What a question sounds like that an administrator has just added and the model was never taught.
_MAY_BE_ASKED = frozenset({"chitchat", "out_of_scope"})
# What was asked whether it can be had, and is given: 我匿名行不行.
_GRANTED = frozenset({"anonymous_noted", "confidential_noted"})
_MERELY_HEARD = frozenset({"noted", "no_hurry", "heard_already"})  # remarks that an answer stands well in place of
_IN_FORM = {"greet": "here", "chitchat": "chitchat_in_form"}
_SURE_OF_NEED = 0.9
_WORTH_OFFERING = 0.5
_OFFERED = (Choice("offer_yes", "要报"), Choice("offer_no", "不是"))


class AnswerFaq(ResidentAction):
    """Answers from the district's own table; "how long" depends on the matter of the draft."""

    action_name = "action_answer_faq"

    async def respond(self, talk: Talk) -> Events:
        secret = await keep_secret(talk)
        if secret is not None:  # 给我保密行不: granted, not explained
            return secret
        told = await hear(talk) if talk.draft is not None else None
        if told is not None and _GRANTED & set(told["remarks"]):
            return await after_digression(talk, told)
        key = _question(talk)
        if key == _PRIVACY and talk.draft is None and await is_hidden(talk):
            return []
        kept = _kept_secret(talk.draft or {}) if key == _PRIVACY else ""
        if kept:  # 会不会泄露啊, where it is kept secret already
            talk.say(kept)
            return await after_digression(talk, told)
        if _FAQ_KEYS.get(key, key) == _WHO and talk.draft is None and await _is_of_own(talk):
            return [*await on_one_order(talk, "status", none="status_none"), *await put_again(talk)]
        own = await order_asked_about(talk) if key == _HOW_LONG else None
        answer = await _from_table(talk, _FAQ_KEYS.get(key, key), order=own)
        if answer:
            talk.say_text(f"{answer}{due_of(own)}")
        elif talk.draft is None and (_APPLIES in talk.wishes or key == _OTHER):
            return _offer_to_ask(talk)
        else:
            talk.say("faq_unknown" if talk.draft is None else "faq_unknown_in_form")
        return [*await put_again(talk), *await after_digression(talk, told)]


def _kept_secret(draft: dict[str, Any]) -> str:
    """The sentence for what somebody who wants to stay unknown was granted already; "" for everybody else."""
    confidential = (draft.get("form") or {}).get("confidential")
    return "confidential_noted" if confidential else "anonymous_noted" if draft.get("anonymous") else ""


class SmallTalk(ResidentAction):
    """Greetings, thanks, goodbyes, jokes, and what we cannot do, unless the district's table answers just that."""

    action_name = "action_small_talk"

    async def respond(self, talk: Talk) -> Events:
        answer = await _just_added(talk) if talk.intent in _MAY_BE_ASKED else ""
        if answer:
            talk.say_text(answer)
            return await after_digression(talk)
        small = await small_matter(talk)
        if small is not None:
            return small
        if talk.draft is None and talk.intent == "out_of_scope" and _ELSEWHERE in talk.wishes:
            answer = await _from_table(talk, _ELSEWHERE)
        if answer:
            talk.say_text(answer)
            return []
        key = talk.intent if talk.intent in replies.table() else "greet"
        if talk.draft is None:
            talk.say(key)
            return []
        told = await hear(talk)
        if not told["remarks"]:  # 怪不得回得这么快 昨天没的: the answer counts, not the chat around it
            talk.say("noted" if told["changed"] else _IN_FORM.get(key, key))
        return await after_digression(talk, told)


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
        if back is not None:
            return back
        if talk.intent == "deny" and orders.speaks_of_tail(talk):  # 不是 我这个尾号7924
            return await on_one_order(talk, "status", none="status_none")
        if not talk.answer and (talk.matter is not None or orders.by_leaf(talk, await orders.own_orders(talk))):
            return await add_note(talk)  # 就是这个井盖, after its photo
        small = await small_matter(talk)
        if small is None and talk.intent != "deny" and not talk.answer:
            return await puzzled(talk)
        if small is None:
            talk.say("nothing_more" if talk.intent == "deny" else await _heard(talk))
        return small or []


async def _heard(talk: Talk) -> str:
    """What a thumb up or a mere 好 is answered with: of somebody whose order is being worked on it is "heard"."""
    return "acknowledged" if await orders.own_orders(talk) else "what_now"


class Emergency(ResidentAction):
    """The backend's screen answers emergencies before we hear of them; this is for those that only the model recognises."""

    action_name = "action_emergency"

    async def respond(self, talk: Talk) -> Events:
        guess = talk.guess
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
        answer = await _just_added(talk)
        small = await small_matter(talk) if not answer else None
        if answer:
            talk.say_text(answer)
        if answer or small is not None:
            return small or []
        events = await puzzled(talk, "not_understood")
        return [*events, *_offer(talk)] if events[0]["value"] else events


def _question(talk: Talk) -> str:
    """Which question it is: as the words say, else as the model hears it; what we see to is asked of another city as well."""
    wished = next((key for wish, key in _FAQ_OF_WISH.items() if wish in talk.wishes), None)
    key = wished if wished is not None else _key_of_model(talk)
    return _ELSEWHERE if _ELSEWHERE in talk.wishes and key in _OF_OUR_DISTRICT else key


async def answer_beside(talk: Talk, told: dict[str, Any]) -> None:
    """要不要钱哦 beside a phone, 你是机器人吗 instead of an answer: what the words ask, in the middle of the form, is answered
    before the next question. What tells of the matter (谁负责都不来) asks nothing."""
    tells = "description" in told["changed"] or set(told["remarks"]) - _MERELY_HEARD
    if talk.draft is None or "asks" not in talk.wishes or tells:
        return
    wished = next((key for wish, key in _FAQ_OF_WISH.items() if key and wish in talk.wishes), "")
    answer = await _from_table(talk, _FAQ_KEYS.get(wished, wished))
    if answer:
        talk.say_text(answer)
        told |= {"understood": True, "misunderstood": 0, "remarks": []}


async def _is_of_own(talk: Talk) -> bool:
    """谁去修啊, of somebody with an order in hand, and about no other matter."""
    being_done = await open_orders(talk)
    return bool(being_done) and (talk.matter is None or talk.matter["category"] in {order["category"] for order in being_done})


def _key_of_model(talk: Talk) -> str:
    faq = talk.message.get("faq") or {}
    return str(faq.get("key") or "") if float(faq.get("confidence", 1.0)) >= _SURE_OF_KEY else _OTHER


def _offer(talk: Talk) -> Events:
    """Where the words sound like a matter we know, ask whether it is to be reported; else what is wanted."""
    guess = talk.guess
    sounds = guess.get("category_confidence", 0.0) >= _WORTH_OFFERING and _HAN.search(talk.text)
    if talk.draft is not None or not sounds:
        talk.say("what_now")
        return []
    talk.say("offer_report", _OFFERED, what=str(guess["subcategory"]))
    return [SlotSet("pending", {"kind": "offer", "body": {**as_body(talk), "intent": REPORT}})]


def _offer_to_ask(talk: Talk) -> Events:
    """What only a unit knows (低保怎么申请) goes to it as a question, if the resident wants that."""
    talk.say("offer_to_ask", _OFFERED)
    return [SlotSet("pending", {"kind": "offer", "body": {**as_body(talk), "intent": REPORT}})]


async def _just_added(talk: Talk) -> str:
    """The answer to a wording that stands in the table; "" also where the table cannot be read, because it was not asked for."""
    try:
        return await _from_table(talk)
    except BackendError as error:
        log.warning("faq_not_looked_up", conversation=talk.conversation, error=str(error))
        return ""


async def _from_table(talk: Talk, key: str = "", *, order: dict[str, Any] | None = None) -> str:
    """The district's own answer to these words, or to the question they were taken for; "" when it has none. `order` is the one
    that the question is about."""
    code = str(order["service_code"]) if order else _service_code(talk)
    body = {"text": talk.text[:_LONGEST_QUESTION], "key": key, "service_code": code}
    found = await backend().call("POST", "faqs/answer", body=body)
    answer, told = str(found["answer"]), f"told_{found['key']}"
    talk.used |= {told: 0} if answer else {}
    return f"{_AGAIN}{answer}" if told in talk.said and len(answer) <= _ROOM_FOR_AGAIN else answer


def _service_code(talk: Talk) -> str:
    """The matter of the draft, else what the question itself is about (停电多久来人)."""
    if talk.draft and talk.draft.get("service_code"):
        return str(talk.draft["service_code"])
    guess = talk.guess
    return str(guess.get("service_code", "")) if guess.get("category_confidence", 0.0) >= _SURE_OF_NEED else ""
