"""Doing something to one of the resident's orders: which one is meant, the verb, and what is said about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import correcting, each_clause, orders, picking, restoring, with_people
from actions.backend import BackendRefused
from actions.drafting import FORM
from actions.turn import Events, Talk
from actions.wording import due_text, order_choices, order_in_words, order_name, status_line
from backend.contracts.messages import Choice

_UNIT = "办理单位"
_YES_NO = (Choice("withdraw_yes", "撤回"), Choice("withdraw_no", "不撤"))
_LOST_NUMBER = "单号"
_NEWEST = frozenset({"note"})
_REPORTS_AGAIN = frozenset({"dispute", "urge"})
FOR_ALL = frozenset({"urge", "status"})
_TOLD_WHERE_IT_IS = frozenset({"urge", "withdraw", "note"})
_BESIDE_QUESTION = (("urges", "urge"), ("instructs", "note"))
_TELLS_WHY = 6  # characters from which a complaint about a result says what is wrong
_ALLOWED_STATES: dict[str, tuple[str, ...]] = {
    "status": (*orders.OPEN, *orders.DONE, "declined", "withdrawn"),
    "urge": orders.OPEN,
    "withdraw": orders.OPEN,
    "note": orders.OPEN,
    "dispute": (*orders.DONE, *orders.OPEN),
}


async def on_one_order(talk: Talk, verb: str, *, none: str) -> Events:
    """Do it to the one order that can be meant, ask which where there are several, say so where there is none."""
    found = _likeliest(verb, picking.pointed_at(talk, await orders.meant(talk, verb, _ALLOWED_STATES[verb])))
    verb = _fitting(verb, found)
    each = await on_each(talk, [*reversed(await open_orders(talk))]) if verb in each_clause.VERBS else None
    if each is not None:
        return each
    if not found:
        return await _none_of_it(talk, verb, none)
    if len(found) > 1 and "all_of_them" in talk.wishes and verb in FOR_ALL:
        return await apply_to_all(talk, verb, found, talk.text)
    by_place = each_clause.placed(talk, [*reversed(found)], verb) if len(found) > 1 else []
    if by_place:
        return await _of_place(talk, verb, by_place[0])
    if len(found) > 1 and verb not in _NEWEST:
        talk.say(f"{verb}_pick", order_choices(verb, found))
        kept = [order["number"] for order in found]
        asked = {"kind": "pick", "verb": verb, "numbers": kept, "text": talk.text, "also": _second(talk, verb)}
        return [SlotSet("pending", asked)]
    if len(found) > 1:
        return await _note_newest(talk, found)
    if verb == "urge" and "asks_after" in talk.wishes:  # 有没有人管啊 能不能快点: what is asked is answered first
        return await apply(talk, "status", found[0], talk.text, also=verb)
    return await apply(talk, verb, found[0], talk.text, also=_second(talk, verb))


async def on_each(talk: Talk, offered: list[dict[str, Any]]) -> Events | None:
    """井盖那个催一下 噪音那个不用管了: to each of these orders what is wanted of it; None where nothing is wanted of several.
    Raises BackendDown, BackendRefused."""
    each = each_clause.wishes_of_each(talk, offered)
    verbs = {verb for _, verb, _ in each}
    if len(verbs) == 1 and verbs <= FOR_ALL:
        return await apply_to_all(talk, verbs.pop(), [order for order, _, _ in each], talk.text)
    events: Events = []
    for order, wished, said in each:
        events = [*events, *await apply(talk, wished, order, said)]
    return events if each else None


async def _of_place(talk: Talk, verb: str, order: dict[str, Any]) -> Events:
    """头一个快着点, without a list: the first that was reported, which is named, so that a wrong one is noticed."""
    if verb != "urge":
        return await apply(talk, verb, order, talk.text)
    if await _is_urged(talk, order["number"], talk.text):
        talk.say("urged_all", what=order_name(order))
    return []


def _fitting(verb: str, found: list[dict[str, Any]]) -> str:
    """两个都没动静: of orders of which none is done there is nothing to dispute, they are urged."""
    undone = len(found) > 1 and all(order["state"] in orders.OPEN for order in found)
    return "urge" if verb == "dispute" and undone else verb


async def _none_of_it(talk: Talk, verb: str, none: str) -> Events:
    """Nothing that this could be done to: a number that is not theirs tells nothing; of what is done, that it is done."""
    own = await orders.own_orders(talk)
    number = orders.named(talk, verb, [order["number"] for order in own])
    if number and number not in {order["number"] for order in own}:
        talk.say("number_not_yours")
        return [SlotSet("pending", {"kind": "tail", "number": number})]  # who knows the tail may ask after it
    waiting = [order for order in own if order["number"] == number or (not number and order["state"] == "resolved")]
    if waiting and verb in _TOLD_WHERE_IT_IS:
        return await tell_status(talk, waiting[0]["number"])
    if verb in _REPORTS_AGAIN and talk.draft is None and ("reports_now" in talk.wishes or talk.matter is not None):
        return [FollowupAction(FORM)]  # taken back a moment ago: 哎呀 又脏了 还是给我报上吧
    offered = await restoring.offered(talk) if verb in _REPORTS_AGAIN and talk.draft is None and not number else None
    if offered is None:
        talk.say("with_people" if with_people.told(talk) and talk.draft is None else none)
    return offered or []


async def open_orders(talk: Talk) -> list[dict[str, Any]]:
    """What is being worked on for this resident. Raises BackendDown."""
    return [order for order in await orders.own_orders(talk) if order["state"] in orders.OPEN]


async def apply(talk: Talk, verb: str, order: dict[str, Any], said: str, *, also: str = "") -> Events:
    """Do `verb` to this order, and `also` a second one; `said` are the resident's words that asked for it. Raises BackendDown,
    BackendRefused."""
    events = await _DOERS[verb](talk, order, said)
    if also and order["state"] in _ALLOWED_STATES[also]:
        events = [*events, *await _DOERS[also](talk, order, said)]
    return events


async def apply_to_all(talk: Talk, verb: str, chosen: list[dict[str, Any]], said: str) -> Events:
    """Tell of all of them, or urge them all, in one answer: `verb` is one of FOR_ALL. Raises BackendDown, BackendRefused."""
    if verb == "status":
        talk.say_text("\n".join(map(status_line, chosen)))
        return []
    for order in chosen:
        if not await _is_urged(talk, order["number"], said):
            return []
    talk.say("urged_all", what="、".join(map(order_name, chosen)))
    return []


async def reopen(talk: Talk, number: str, reason: str) -> Events:
    """Send a handled order back to its unit, with the reason. Raises BackendDown, BackendRefused."""
    after = await orders.do(talk, number, "reopen", reason=reason, **orders.files(talk))
    due = due_text(after["on_site_due_at"], after["due_at"], talk.at)
    talk.say("reopened", unit=after["unit_name"] or _UNIT, number=after["number"], due=due)
    return []


def _second(talk: Talk, verb: str) -> str:
    """啥时候能到?能不能快点儿: the question is answered, and the order urged; 提前打个招呼 is noted."""
    if verb != "status":
        return ""
    return next((also for wish, also in _BESIDE_QUESTION if wish in talk.wishes), "")


async def tell_status(talk: Talk, number: str, tail: str = "") -> Events:
    """Say where an order is; ask for the phone's last four digits when it is not this resident's."""
    try:
        status = await orders.status_of(talk, number, tail)
    except BackendRefused as refused:
        if not orders.is_too_often(refused):
            raise
        talk.say("too_often")
        return []
    if status is None:
        talk.say("status_tail_wrong" if tail else "status_not_found")
        return [SlotSet("pending", {"kind": "tail", "number": number})]
    text = talk.other_than_last("status", status["text"], str(status.get("again") or status["text"]))
    # In the middle of another complaint 这件事 would be that one.
    talk.say_text(
        text.replace("您这件事", f"您报的“{status['subcategory'] or status['category']}”", 1) if talk.draft is not None else text
    )
    if (_LOST_NUMBER in talk.text or "asks_number" in talk.wishes) and number not in talk.text:
        talk.say("status_number", number=number)
    return []


def _likeliest(verb: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A question about one's orders is about those that go on; a complaint about a result is about one that has a result."""
    wanted = {"status": (*orders.OPEN, "resolved"), "dispute": orders.DONE}.get(verb, ())
    narrowed = [order for order in found if order["state"] in wanted]
    if verb == "status" and not narrowed:
        return found[:1]
    return narrowed or found


async def _status(talk: Talk, order: dict[str, Any], said: str) -> Events:
    return await tell_status(talk, order["number"])


async def _urge(talk: Talk, order: dict[str, Any], said: str) -> Events:
    if await _is_urged(talk, order["number"], said):
        talk.say("urged", unit=order.get("unit_name") or _UNIT, number=order["number"])
    return []


async def _is_urged(talk: Talk, number: str, said: str) -> bool:
    try:
        await orders.do(talk, number, "urge", reason=said[:200])
    except BackendRefused as refused:
        if not orders.is_too_often(refused):
            raise
        talk.say("urged_enough")
        return False
    return True


def ask_to_withdraw(talk: Talk, order: dict[str, Any]) -> None:
    """The one question before an order is taken back."""
    talk.say("withdraw_confirm", _YES_NO, number=order["number"], what=order_in_words(order))


async def _ask_withdraw(talk: Talk, order: dict[str, Any], said: str) -> Events:
    ask_to_withdraw(talk, order)
    return [SlotSet("pending", {"kind": "withdraw", "number": order["number"], "text": said})]


async def _note(talk: Talk, order: dict[str, Any], said: str) -> Events:
    changed = await _write(talk, order, said)
    if changed:
        talk.say("note_corrected", what=correcting.in_words(changed), number=order["number"])
    else:
        talk.say("note_added", number=order["number"])
    return []


async def _write(talk: Talk, order: dict[str, Any], said: str) -> list[correcting.Change]:
    """Write a note on the order; what it puts right is named in it, and returned."""
    changed = correcting.changes(talk, order)
    corrects = {"corrects": True} if changed or correcting.is_correction(talk) else {}
    data = {**corrects, **correcting.new_phone(changed), **orders.files(talk)}
    await orders.do(talk, order["number"], "note", note=correcting.note_of(talk, said, changed), **data)
    return changed


async def _note_newest(talk: Talk, found: list[dict[str, Any]]) -> Events:
    """A photo or a few words that fit several orders: written on the newest, which is named, so that a wrong one is noticed. A
    new telephone is one for all of them."""
    order, files = found[0], orders.files(talk)
    if correcting.changes_phone_alone(talk, order):
        return await _note_all(talk, found)
    changed = await _write(talk, order, talk.text)
    if changed:
        talk.say("note_corrected_of", what=order_name(order), new=correcting.in_words(changed), number=order["number"])
    else:
        talk.say("note_added_of", what=order_name(order), number=order["number"])
    said, numbers = correcting.note_of(talk, talk.text, changed), [each["number"] for each in found]
    return [SlotSet("pending", {"kind": "noted", "number": order["number"], "numbers": numbers, "said": said, "files": files})]


async def _note_all(talk: Talk, found: list[dict[str, Any]]) -> Events:
    for order in found:
        changed = await _write(talk, order, talk.text)
    talk.say("note_corrected_all", what=correcting.in_words(changed), count=str(len(found)))
    return []


async def note_moved(talk: Talk, order: dict[str, Any], noted: dict[str, Any]) -> Events:
    """What was written on the newest order (`noted`) belongs to this one. Raises BackendDown, BackendRefused."""
    there = order["number"] == noted["number"]
    if not there:
        await orders.do(talk, order["number"], "note", note=str(noted["said"]), **noted["files"])
    talk.say("note_there" if there else "note_moved", what=order_name(order), number=order["number"])
    return []


async def _dispute(talk: Talk, order: dict[str, Any], said: str) -> Events:
    if order["state"] in orders.OPEN and "nobody_came" in talk.wishes:
        return await _urge(talk, order, said)
    if order["state"] in orders.OPEN and "instructs" in talk.wishes:
        return await _note(talk, order, said)
    if order["state"] in orders.OPEN:
        after = await orders.do(talk, order["number"], "note", note=f"居民反映:{said}")
        talk.say("dispute_still_open", unit=after["unit_name"] or _UNIT, number=after["number"])
        return []
    if talk.answer or len(said) < _TELLS_WHY:
        talk.say("dispute_why")
        return [SlotSet("pending", {"kind": "dispute", "number": order["number"], "text": said})]
    return await reopen(talk, order["number"], said)


_DOERS: dict[str, Callable[[Talk, dict[str, Any], str], Awaitable[Events]]] = {
    "status": _status,
    "urge": _urge,
    "withdraw": _ask_withdraw,
    "note": _note,
    "dispute": _dispute,
}
