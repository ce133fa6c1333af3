"""The draft in the backend, as the actions use it: one message in, the open question out."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import orders
from actions.backend import backend
from actions.turn import A_STORY, Events, Talk
from backend.contracts.messages import Choice

FORM = "complaint_form"
MIRRORED = ("description", "address", "occurred_at", "contact_phone")
# Rasa asks for the first required slot that is empty; these questions are about the form itself.
_SLOT_OF_QUESTION = {
    "category": "description",
    "description_more": "description",
    "address_detail": "address",
    "address_outdoors": "address",
    "address_venue": "address",
}
_READS_BACK = frozenset({"confirm", "confirm_extra"})
_HANDBACK, _SCAN = "handback", "scan"
REPORT = "report_complaint"
_INFORMATION = "provide_info"
_ABOUT_ORDERS = frozenset({"dispute_result", "urge", "query_status"})


async def hear(talk: Talk, *, asks_only: bool = False, told_on: bool = False) -> dict[str, Any]:
    """Take the message into the draft and return what the backend says; `told_on`: it tells more of the matter, whatever it
    sounds like. Raises BackendDown, BackendRefused."""
    meant = {"intent": _INFORMATION} if told_on else {}
    return await put(talk, {**as_body(talk), **meant, "asks_only": asks_only or is_handback(talk)})


async def tells_on(talk: Talk) -> bool:
    """物业不管 派出所来了就关 走了又开, in the form of somebody who has no order: what came of the matter so far."""
    if talk.draft is None or talk.intent not in _ABOUT_ORDERS or orders.mentions(talk):
        return False
    disputes = talk.intent == "dispute_result" or (talk.intent == "urge" and "urges" not in talk.wishes)  # 说护士休假
    if (len(talk.text) < A_STORY and not disputes) or talk.wishes & {"asks", "reads_back", "presses_whole"}:
        return False
    return not await orders.own_orders(talk)


async def put(talk: Talk, body: dict[str, Any]) -> dict[str, Any]:
    """Take a message that `as_body` made, now or earlier, into the draft. Raises BackendDown, BackendRefused."""
    answer: dict[str, Any] = await backend().call("PATCH", f"conversations/{talk.conversation}/draft", body=body)
    return answer


def as_body(talk: Talk) -> dict[str, Any]:
    """The message as the backend wants it; plain data, so that it can wait in a slot."""
    message = talk.message
    return {
        "message_id": str(talk.meta.get("message_id") or message.get("message_id") or ""),
        "text": talk.text,
        "intent": _intent(talk),
        "message_time": talk.meta.get("message_time"),
        "facts": message.get("facts") or {},
        "guesses": message.get("categories") or [],
        "issues": message.get("issues") or [],
        "content": bool(message.get("content", True)),
        "menu_id": talk.menu_id,
        "attachments": [_plain(item) for item in talk.meta.get("attachments") or []],
        "location": talk.meta.get("location"),
        "grid": str(talk.meta.get("grid") or "") if talk.meta.get("event") == _SCAN else "",
    }


def _intent(talk: Talk) -> str:
    """A message that opens the form is a report where it tells a clear matter, and where it was taken for a word about an order
    by somebody who has none."""
    opens = talk.draft is None and (talk.matter is not None or talk.intent in _ABOUT_ORDERS)
    return REPORT if opens else talk.intent


def is_handback(talk: Talk) -> bool:
    """A caseworker gave the conversation back: nothing was said, the open question is to be put again."""
    return bool(talk.meta.get("event") == _HANDBACK)


def stay(talk: Talk) -> Events:
    """The events that keep the form where it is."""
    return [SlotSet("confirmed", None), SlotSet("requested_slot", talk.tracker.get_slot("requested_slot") or "description")]


def ask(talk: Talk, question: dict[str, Any]) -> None:
    """Put the open question."""
    choices = tuple(Choice(choice["id"], choice["label"]) for choice in question["choices"])
    talk.say(f"ask_{question['key']}", choices, **question["values"])


async def after_digression(talk: Talk, told: dict[str, Any] | None = None) -> Events:
    """After the answer to something else: what the message held for the draft is kept (`told`, where it was heard already), and
    the open question put again."""
    if talk.draft is None:
        return []
    told = told or await hear(talk)
    for remark in told["remarks"]:
        talk.say(remark)
    if told["question"]["key"]:
        ask(talk, told["question"])
    return mirror(told)


async def read_back(talk: Talk) -> Events:
    """What is written down so far, and the open question again; at the read-back that is the same."""
    told = await hear(talk, asks_only=True)
    if told["question"]["key"] not in _READS_BACK:
        talk.say("told_so_far", summary=told["summary"])
    ask(talk, told["question"])
    return mirror(told)


def back_to_form(talk: Talk) -> Events | None:
    """A message for a draft that Rasa does not know of (it was restarted, or the conversation came back): let the form have
    it."""
    return [FollowupAction(FORM)] if talk.draft is not None and not talk.tracker.active_loop.get("name") else None


def mirror(told: dict[str, Any]) -> Events:
    """The slots that tell Rasa's form how far the draft is; what the resident leaves open counts as filled."""
    draft, key = told["draft"], told["question"]["key"]
    missing = set(draft["missing"])
    events: Events = [SlotSet(name, None if name in missing else True) for name in MIRRORED]
    slot = key if key in MIRRORED else _SLOT_OF_QUESTION.get(key, "confirmed")
    return [*events, SlotSet("confirmed", None), SlotSet("requested_slot", slot)]


def _plain(item: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in item.items() if value}
