"""Questions of ours outside the form: which order, really withdraw, the phone's tail, the steps of a rating."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from rasa_sdk.events import SlotSet

from actions import doing, drafting, listed, orders, picking, rating_steps, restoring, with_people
from actions.turn import Events, Talk
from actions.wording import order_choices

_TAIL = re.compile(r"(?<!\d)(\d{4})(?!\d)")
# Said instead of a reason, these are something else.
_SAYS_NOTHING = frozenset({"skip", "dont_know", "refuse", "later"})
_NO_REASON = frozenset({"ask_human", "query_status", "ask_faq", "emergency", "opt_out", "urge", "greet"})
_CLEAR_YES = frozenset({"gives_up", "agrees_with_reason"})
_LEAVES_IT = frozenset({"keeps", "gives_up_softly"})
_WISHES_OF_ORDERS = frozenset({"urge", "cancel", "dispute_result", "rate", "report_complaint"})
_TELLS_ON = frozenset({"adds", "instructs"})
_FEW_BESIDE = 4  # characters beside what names the order
_ASKS = frozenset({"asks", "asks_after", "asks_status_whole"})
_FEW = 10  # characters; who says more wants something else
_ROOM = 60  # characters of an answer beside which the question with its entries still fits into two parts of an SMS
_INSISTS = re.compile(r"没有?(?:他|她|那|人家)?的?(?:电话|手机|号)|直接(?:告诉|说|给我)|就(?:告诉|跟)我|通融|帮帮忙|不能说")
_PERSON = re.compile(r"人工|真人|客服|热线")
# Asked which, who answers by pressing means them all.
_PRESSED, _PRESSES = frozenset({"urge"}), frozenset({"urge", "dispute_result", "abuse"})
_POINTS = re.compile(r"那[个件]|[上下]面|第|头一|[说问]的|的事|最[后先早近]")  # after something else was said, only these choose
_LISTS = frozenset({"pick", "listed"})
_LEAVES_OFFER = frozenset({"cancel", "bye"})
_MENU_YES = "withdraw_yes"
_OFFER = {"offer_yes": "yes", "offer_no": "no"}
_BY_INTENT = {"affirm": "yes", "deny": "no", "cancel": "no", "bye": "no"}  # 不用报了 我自己问社区去
# Said instead of an answer to "shall we take it back?", these are something else; the order stays as it is.
_ANOTHER_WISH = frozenset({"query_status", "ask_faq", "ask_human", "urge", "report_complaint", "emergency", "opt_out", "rate"})


async def continue_pending(talk: Talk) -> Events | None:
    """Take the message as the answer to the open question; None when it is no answer to it. Raises BackendDown,
    BackendRefused."""
    pending = talk.pending or {}
    handler = _HANDLERS.get(str(pending.get("kind")))
    events = await _each_of_list(talk, pending)
    events = await handler(talk, pending) if events is None and handler else events
    if events is None or any(event.get("name") == "pending" for event in events):
        return events
    return [*events, SlotSet("pending", None)]


async def _each_of_list(talk: Talk, pending: dict[str, Any]) -> Events | None:
    """第一个撤了 第二个催催, of the orders that were listed."""
    if pending.get("kind") not in _LISTS:
        return None
    offered = await _of_numbers(talk, list(pending["numbers"]))
    return await doing.on_each(talk, [order for order in offered if order["state"] in orders.OPEN])


async def _pick(talk: Talk, pending: dict[str, Any]) -> Events | None:
    verb, numbers = str(pending["verb"]), list(pending["numbers"])
    offered = await _of_numbers(talk, numbers)
    chosen = picking.picked(talk, verb, offered)
    if len(chosen) > 1:
        return await doing.apply_to_all(talk, verb, chosen, str(pending["text"])) if verb in doing.FOR_ALL else None
    if pending.get("aged") and not (talk.choice or _POINTS.search(talk.text)):
        return None
    if not chosen and talk.wishes & _LEAVES_IT and len(talk.text) <= _FEW:
        talk.say("left_as_is")
        return []
    if not chosen and "leaves_now" in talk.wishes:
        talk.say("no_hurry")
        return [SlotSet("pending", pending)]
    if not chosen and verb in _PRESSED and talk.intent in _PRESSES and len(talk.text) <= _FEW:
        return await doing.apply_to_all(talk, verb, offered, str(pending["text"]))  # 到底管不管
    if not chosen:
        return None
    if verb == "rate":
        return await rating_steps.with_order(talk, chosen[0]["number"], int(pending["score"]), pending.get("verdict") or {})
    events = await doing.apply(talk, verb, chosen[0], str(pending["text"]), also=str(pending.get("also") or ""))
    return _with_list(events, verb, numbers, [chosen[0]["number"]])


async def _listed(talk: Talk, pending: dict[str, Any]) -> Events | None:
    """Another entry of the list from which one was chosen: 第三个也问问."""
    numbers = list(pending["numbers"])
    served = await listed.from_list(talk, pending, await _of_numbers(talk, numbers))
    if served is None:
        return None
    events, done = served
    return _with_list(events, str(pending["verb"]), numbers, [*pending["done"], *done])


def _with_list(events: Events, verb: str, numbers: list[str], done: list[str]) -> Events:
    """The list stays in mind where nothing is asked now."""
    asks = any(event.get("name") == "pending" for event in events)
    return events if asks else [*events, SlotSet("pending", listed.remembered(verb, numbers, done))]


async def _noted(talk: Talk, pending: dict[str, Any]) -> Events | None:
    """麻将那个的照片, after it went to the newest of several orders."""
    if talk.intent in _WISHES_OF_ORDERS or talk.wishes & (_ASKS | _TELLS_ON) or talk.meta.get("attachments"):
        return None
    chosen = picking.picked(talk, "note", await _of_numbers(talk, list(pending["numbers"])))
    if len(chosen) != 1 or picking.says_beside(talk, chosen[0]) > _FEW_BESIDE:  # 井盖边上还有个钢筋头 is a note of its own
        return None
    return await doing.note_moved(talk, chosen[0], pending)


async def _of_numbers(talk: Talk, numbers: list[str]) -> list[dict[str, Any]]:
    """The orders in the order in which they were offered."""
    own = {order["number"]: order for order in await orders.own_orders(talk)}
    return [own[number] for number in numbers if number in own]


async def put_again(talk: Talk) -> Events:
    """After a question that came instead of the answer: our own question once more, where there is room for it."""
    pending = talk.pending or {}
    again = _AGAIN.get(str(pending.get("kind")))
    if again is not None and sum(map(len, talk.pieces)) <= _ROOM:
        await again(talk, pending)
    return [SlotSet("pending", talk.pending)] if pending.get("kind") in _STAYS else []


async def _pick_again(talk: Talk, pending: dict[str, Any]) -> None:
    offered = await _of_numbers(talk, list(pending["numbers"]))
    talk.say(f"{pending['verb']}_pick", order_choices(str(pending["verb"]), offered))


async def _withdraw_again(talk: Talk, pending: dict[str, Any]) -> None:
    for order in await _of_numbers(talk, [pending["number"]]):
        doing.ask_to_withdraw(talk, order)


async def _score_again(talk: Talk, _pending: dict[str, Any]) -> None:
    rating_steps.ask_score(talk)


async def _withdraw(talk: Talk, pending: dict[str, Any]) -> Events | None:
    """Only a clear yes takes an order back; whatever else is said keeps it."""
    if talk.menu_id != _MENU_YES and not talk.wishes & _CLEAR_YES:
        stays = talk.wishes & _LEAVES_IT and not _PERSON.search(talk.text)  # 算了 还是让人来说说吧 calls nobody here
        if "asks" in talk.wishes or (talk.intent in _ANOTHER_WISH and not stays):
            return None
        talk.say("withdraw_kept")
        return []
    after = await orders.do(talk, pending["number"], "withdraw", reason=str(pending["text"]) or "居民要求撤回")
    talk.say("withdrawn", number=after["number"])
    return [SlotSet("pending", restoring.just_withdrawn(after["number"]))]


async def _withdrawn(talk: Talk, pending: dict[str, Any]) -> Events | None:
    """点错了, after an order was taken back; 我要撤的是井盖那个: the other one is asked about as well."""
    back = await restoring.after_withdrawal(talk, pending)
    meant = picking.by_words(talk, await doing.open_orders(talk)) if "withdraws_other" in talk.wishes else []
    if back is None or len(meant) != 1:
        return back
    doing.ask_to_withdraw(talk, meant[0])
    return [SlotSet("pending", {"kind": "withdraw", "number": meant[0]["number"], "text": talk.text})]


async def _dispute(talk: Talk, pending: dict[str, Any]) -> Events | None:
    """What is wrong, asked after a bare "not solved": reopened with it, also when no more is said."""
    if talk.intent in _NO_REASON:
        return None
    said = talk.text if talk.answer not in _SAYS_NOTHING else ""
    return await doing.reopen(talk, pending["number"], "。".join(part for part in (str(pending["text"]), said) if part))


async def _offer(talk: Talk, pending: dict[str, Any]) -> Events | None:
    """Whether the message that was not understood is to be reported: then it goes into a new draft, as it was."""
    verdict = _OFFER.get(talk.menu_id) or {1: "yes", 2: "no"}.get(talk.choice) or talk.answer or _BY_INTENT.get(talk.intent)
    if verdict == "no":
        talk.say("nothing_more" if talk.intent in _LEAVES_OFFER else "what_now")
        return []
    tells = talk.facts.get("address") or talk.facts.get("occurred_at") or talk.facts.get("phones")
    if verdict != "yes" and not (tells or talk.intent == "provide_info"):  # 两千, of the deposit: it goes on as well
        return None
    told = await drafting.put(talk, dict(pending["body"]))
    if verdict != "yes":  # a place or a phone instead of a yes: it goes on
        told = await drafting.hear(talk)
    talk.say("sorry_to_hear")
    drafting.ask(talk, told["question"])
    return [SlotSet("pending", None), SlotSet("strangers", 0)]


async def _tail(talk: Talk, pending: dict[str, Any]) -> Events | None:
    match = _TAIL.search(talk.text)
    if match:
        return await doing.tell_status(talk, pending["number"], match[1])
    if "gives_up_softly" in talk.wishes and talk.intent not in _NO_REASON and not orders.mentions(talk):  # 算了 我回头问她
        talk.say("no_matter")
        return []
    if orders.mentions(talk) or not (talk.answer in _SAYS_NOTHING or "knows_not" in talk.wishes or _INSISTS.search(talk.text)):
        return None
    talk.say("tail_needed")
    return [SlotSet("pending", pending)]


async def _beside(talk: Talk, pending: dict[str, Any]) -> Events | None:
    """What was told beside a verdict that is stored: the form hears the rest alone."""
    talk.go_on_with(str(pending["rest"]))
    return None


async def _score(talk: Talk, pending: dict[str, Any]) -> Events | None:
    score = rating_steps.score_of(talk)
    if not score and rating_steps.asks_how(talk):
        rating_steps.ask_score(talk)
        return [SlotSet("pending", pending)]
    if score and talk.matter is not None:
        return await rating_steps.start(talk)  # it names the order that it is about
    return await rating_steps.scored(talk, pending, score) if score else None


async def _why(talk: Talk, pending: dict[str, Any]) -> Events | None:
    other_score = await rating_steps.otherwise(talk, pending["number"])
    if other_score is not None:
        return other_score
    if talk.intent in _NO_REASON or (pending.get("told") and _is_something_else(talk)):
        return None
    if await rating_steps.is_about_another(talk, pending["number"]):
        return None
    if talk.intent in ("thanks", "bye") or talk.answer in _SAYS_NOTHING:
        return await rating_steps.unexplained(talk, pending)
    return await rating_steps.reason(talk, pending)


def _is_something_else(talk: Talk) -> bool:
    """Beside a reason that was given already: a trouble at a place of its own, or no more than a word."""
    return (
        bool(talk.facts.get("address"))
        or "another" in talk.wishes
        or bool(talk.answer)
        or len(talk.text) < rating_steps.TELLS_WHY
    )


_AGAIN: dict[str, Callable[[Talk, dict[str, Any]], Awaitable[None]]] = {
    "pick": _pick_again,
    "withdraw": _withdraw_again,
    "score": _score_again,
}
_STAYS = frozenset({*_AGAIN, "tail", "dispute", "solved", "why"})
_HANDLERS: dict[str, Callable[[Talk, dict[str, Any]], Awaitable[Events | None]]] = {
    "pick": _pick,
    "listed": _listed,
    "withdraw": _withdraw,
    "dispute": _dispute,
    "offer": _offer,
    "tail": _tail,
    "score": _score,
    "beside": _beside,
    "noted": _noted,
    "withdrawn": _withdrawn,
    restoring.OFFERED: restoring.after_offer,
    with_people.ASKED: with_people.which_it_is,
    "solved": rating_steps.solved,
    "why": _why,
}
