"""The rating: the score is stored at once, so that nothing is lost when the resident says no more; the other answers revise
it.

A low score or "not solved" sends the order back to its unit; the reason that follows is added to it. A mere 1 or a tap on it may
be a slip (it is taken for the best, or for a yes): it waits for its reason, and goes back without one a few minutes later.
"""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import doing, orders, picking
from actions.backend import BackendRefused, backend
from actions.drafting import FORM
from actions.turn import Events, Talk
from actions.wording import is_rated_now, order_choices
from backend.contracts.messages import Choice

_LOWEST_GOOD = 3
_SOLVED = (Choice("solved_yes", "解决了"), Choice("solved_partly", "解决一部分"), Choice("solved_no", "没解决"))
_SCORES = tuple(
    Choice(f"rate_{score}", word) for score, word in enumerate(("非常不满意", "不满意", "基本满意", "满意", "非常满意"), start=1)
)
_LONGEST_COMMENT = 1000
_LONGEST_SLIP = 20  # characters
_TAKEN_FOR_BEST = 1  # 1分不是最好的吗; or the first entry, tapped for a yes
_BUT = re.compile(r"但|就是|可是|不过|只是|没|不[^错赖]|还[有是]|要不")
_GOOD_NEWS = re.compile(r"没(?:有)?(?:啥|什么)?(?:问题|毛病|事|说的|得说|再)|不(?:再)?[漏堵响臭吵冷]了?|不[错赖]")
_STANDS = "verdict_stands"
TELLS_WHY = 6  # characters from which "not solved" says what is wrong
_PARTLY = re.compile(
    r"部分|一半|不(?:太|大|够)?彻底|还(?:有|差)(?:一)?点|大半|差不离"
    r"|还(?:有|剩|差)[^,。]{1,6}(?:不|没|漏|堵|坏|响|黑|脏)(?!错)"
)
# No score, and none is pressed for.
_PUT_OFF = {"declines_rating": "rate_left", "verdict_later": "rate_later"}
_NO_TROUBLE = frozenset({"adds", "instructs"})
_HALF, _HOW = "half_good", "asks_how_to_rate"
_ASKED = {_HOW: "rate_how", _HALF: "rate_ask_half"}
_ALREADY = "already_rated"
_ANSWERS = {"solved_yes": "yes", "solved_partly": "partly", "solved_no": "no"}
_BY_CHOICE = {1: "yes", 2: "partly", 3: "no"}
_BY_ANSWER = {"yes": "yes", "no": "no"}


def score_of(talk: Talk) -> int:
    """The score that was given by menu, digits or words; 0 for none."""
    if talk.menu_id.startswith("rate_") and talk.menu_id[5:].isdigit() and len(talk.menu_id) == len("rate_5"):
        return int(talk.menu_id[5:])
    return int(talk.message.get("rating") or 0)


async def start(talk: Talk) -> Events:
    """A score came, or somebody wants to give one: find the order, then store it."""
    if talk.draft is None and tells_more(talk)[1]:
        return [FollowupAction(FORM)]  # whose first step stores the score
    waiting = await _waiting(talk)
    score = score_of(talk)
    if not waiting and not score and talk.draft is None and talk.matter is not None:
        return [FollowupAction(FORM)]  # nothing waits for a verdict, and a clear matter is told: it is a report
    put_off = next((key for wish, key in _PUT_OFF.items() if wish in talk.wishes), "")
    if not score and put_off:
        talk.say(put_off)
        return []
    if not waiting and 0 < score < _LOWEST_GOOD and len(talk.text) >= TELLS_WHY - 1:
        return await doing.on_one_order(talk, "dispute", none="rate_none")  # 态度太差了, while they are at it
    if not waiting:
        talk.say("rate_none")
        return []
    if len(waiting) > 1:
        talk.say("rate_pick", order_choices("rate", waiting))
        numbers = [order["number"] for order in waiting]
        asked = {"kind": "pick", "verb": "rate", "numbers": numbers, "score": score, "text": talk.text, "verdict": talk.verdict}
        return [SlotSet("pending", asked)]
    return await _of_one(talk, waiting[0], score)


async def _of_one(talk: Talk, order: dict[str, Any], score: int) -> Events:
    if is_rated(order) and score >= _LOWEST_GOOD:
        return await revised(talk, order, score)
    if is_rated(order) and not score and is_slip(talk):
        return await taken_back(talk, order["number"])
    return await with_order(talk, order["number"], score, talk.verdict)


def is_rated(order: dict[str, Any]) -> bool:
    """Whether its last result has a score: what was done again waits for a new one; while it is done, the one before may be
    revised."""
    return bool(order["rating"]) and (order["state"] in orders.OPEN or is_rated_now(order))


def tells_more(talk: Talk) -> tuple[str, str]:
    """The verdict, and what is told after 另外, 对了 and is a trouble of its own; two "" where nothing is."""
    before, rest = talk.around_another
    tells = talk.facts.get("address") or talk.facts.get("occurred_at") or talk.matter is not None
    return (before, rest) if tells and len(rest) >= TELLS_WHY and not talk.wishes & _NO_TROUBLE else ("", "")


async def store_beside(talk: Talk) -> bool:
    """5分,对了楼下井盖没了: the score is stored where one order waits for it, and the rest of the message goes on as a report.
    Raises BackendDown, BackendRefused."""
    verdict, (before, rest) = talk.verdict, tells_more(talk)
    if not ((verdict.get("named") or (rest and verdict)) and talk.meta.get("rating_pending")):
        return False
    waiting = [order for order in await orders.own_orders(talk) if order["state"] == "resolved"]
    score = int(verdict["score"])
    if len(waiting) != 1 or (score < _LOWEST_GOOD and not rest):
        return False
    good = score >= _LOWEST_GOOD
    comment = "" if good else before
    if await _store(talk, waiting[0]["number"], score=score, resolved="yes" if good else "partly", comment=comment):
        talk.say("rated_done" if good else "rated_low_told", score=str(score))
    talk.go_on_with(rest) if rest else talk.leave_out(str(verdict["clause"]))
    return True


def is_slip(talk: Talk) -> bool:
    """点错了, 1分不是最好的吗: the score was not meant, in a few words that tell of nothing else."""
    return "slips" in talk.wishes and len(talk.text) <= _LONGEST_SLIP


async def taken_back(talk: Talk, number: str) -> Events:
    """Forget a low score that waits for its reason, and ask for another. Raises BackendDown, BackendRefused."""
    try:
        await backend().call("POST", f"work-orders/{number}/rating/take-back", body=talk.resident)
    except BackendRefused as refused:
        if refused.code != _STANDS:
            raise
    talk.say("rate_anew", _SCORES)
    return [SlotSet("pending", {"kind": "score", "number": number})]


async def otherwise(talk: Talk, number: str) -> Events | None:
    """Said instead of the reason for a low score: it was a slip, or here is another score; None for anything else. Raises
    BackendDown, BackendRefused."""
    score, plain = score_of(talk), not talk.verdict.get("comment")
    slip = is_slip(talk)
    if not slip and "wrong" not in talk.wishes and not (plain and talk.verdict.get("named")) and not _is_content(talk):
        return None
    if not score:
        return await taken_back(talk, number) if slip else None
    if score < _LOWEST_GOOD:
        return await with_order(talk, number, score, talk.verdict)
    known = [order for order in await orders.own_orders(talk) if order["number"] == number and is_rated(order)]
    return await revised(talk, known[0], score) if known else await with_order(talk, number, score, talk.verdict)


def _is_content(talk: Talk) -> bool:
    """其实挺好, 水清亮了 挺满意: content in a few words, without a but."""
    good = score_of(talk) >= _LOWEST_GOOD and talk.intent != "dispute_result"
    return good and len(talk.text) <= _LONGEST_SLIP and not _BUT.search(talk.text)


async def revised(talk: Talk, order: dict[str, Any], score: int) -> Events:
    """Another score for what was rated: the other answers stay as they were given, and are not asked again."""
    known = order["rating"]
    said = str(talk.verdict.get("comment") or "") if "wrong" not in talk.wishes else ""  # 按错了,给五分 is no verdict
    comment = _joined(str(known["comment"] or ""), said)
    guessed = known["satisfaction"] < _LOWEST_GOOD and known["resolved"] == "partly"  # nobody said so
    resolved = "yes" if guessed else str(known["resolved"])
    if await _store(talk, order["number"], score=score, resolved=resolved, comment=comment):
        talk.say("rated_revised_undone" if order["state"] in orders.OPEN else "rated_revised", score=str(score))
    return []


async def with_order(talk: Talk, number: str, score: int, verdict: dict[str, Any]) -> Events:
    """The order is known: store the score with what was said beside it, or ask for it."""
    if not score:
        ask_score(talk)
        partly = talk.text if _HALF in talk.wishes else ""
        if partly:  # who gives no score has said it all the same
            await orders.do(talk, number, "note", note=f"居民说:{partly}")
        return [SlotSet("pending", {"kind": "score", "number": number, "solved": "solved" in talk.wishes, "partly": partly})]
    comment = str(verdict.get("comment") or "")[:_LONGEST_COMMENT]
    good = score >= _LOWEST_GOOD
    told = told_solved(talk) if good else ""
    if told:
        return await _rated_and_told(talk, number, score, told, comment)
    given = bool(talk.menu_id) or bool(verdict.get("named"))  # a word is no slip
    waits = score == _TAKEN_FOR_BEST and not comment and given
    if not await _store(talk, number, score=score, resolved="yes" if good else "partly", comment=comment, waits=waits):
        return []
    if good:
        talk.say("rated_solved", _SOLVED, score=str(score))
        return [SlotSet("pending", {"kind": "solved", "number": number, "score": score, "comment": comment})]
    talk.say("rated_why" if waits else "rated_low_told" if comment else "rated_why_redone", score=str(score))
    known = {"number": number, "score": score, "resolved": "partly", "comment": comment}
    return [SlotSet("pending", {"kind": "why", **known, "told": bool(comment), "waits": waits})]


async def _rated_and_told(talk: Talk, number: str, score: int, told: str, comment: str) -> Events:
    """这回行了 给个四分, 给3分吧 还有一盏不亮: how far it is solved stands beside the score, and is not asked."""
    if await _store(talk, number, score=score, resolved=told, comment=comment):
        talk.say("rated_done" if told == "yes" else "rated_partly", score=str(score))
    return []


def told_solved(talk: Talk) -> str:
    """yes or partly, where the words say how far it is solved; "" where they do not."""
    if _PARTLY.search(talk.text):
        return "partly"
    return "yes" if "solved" in talk.wishes and not _BUT.search(_GOOD_NEWS.sub("", talk.text)) else ""


def asks_how(talk: Talk) -> bool:
    """Whether it is asked how points are given."""
    return _HOW in talk.wishes


def ask_score(talk: Talk) -> None:
    """How many points?"""
    key = next((key for wish, key in _ASKED.items() if wish in talk.wishes), "rate_ask")
    talk.say(key, _SCORES)


async def scored(talk: Talk, pending: dict[str, Any], score: int) -> Events:
    """The score after "修好了" or "亮是亮了 一闪一闪的": how far it is solved was said already."""
    if pending.get("partly"):
        return await _scored_partly(talk, pending, score)
    if not (pending.get("solved") and score >= _LOWEST_GOOD):
        return await with_order(talk, pending["number"], score, talk.verdict)
    if await _store(talk, pending["number"], score=score, resolved="yes", comment=""):
        talk.say("rated_done", score=str(score))
    return []


async def _scored_partly(talk: Talk, pending: dict[str, Any], score: int) -> Events:
    comment = _joined(str(pending["partly"]), str(talk.verdict.get("comment") or ""))
    if score < _LOWEST_GOOD:
        return await with_order(talk, pending["number"], score, {**talk.verdict, "comment": comment})
    if await _store(talk, pending["number"], score=score, resolved="partly", comment=comment):
        talk.say("rated_partly")
    return []


async def solved(talk: Talk, pending: dict[str, Any]) -> Events | None:
    """The answer to "is it solved?"; None when it is something else."""
    verdict = _verdict(talk)
    if verdict is None or await is_about_another(talk, pending["number"]):
        return None
    rest = tells_more(talk)[1]
    if rest and verdict != "no":  # 解决了 对了还有个事 楼上天天半夜放音响: the rest is a report
        await _settled(talk, pending, verdict, "")
        return [SlotSet("pending", {"kind": "beside", "rest": rest}), FollowupAction(FORM)]
    says_more = not talk.answer and not talk.menu_id and len(talk.text) >= TELLS_WHY
    if verdict == "no" and says_more:
        return await reason(talk, {**pending, "resolved": verdict})
    await _settled(talk, pending, verdict, talk.text if says_more else "")
    return [SlotSet("pending", None if verdict != "no" else {**pending, "kind": "why", "resolved": "no"})]


async def _settled(talk: Talk, pending: dict[str, Any], verdict: str, said: str) -> None:
    if verdict != "yes":
        comment = _joined(pending["comment"], said)
        await _store(talk, pending["number"], score=pending["score"], resolved=verdict, comment=comment)
    talk.say({"yes": "rated_thanks", "partly": "rated_partly", "no": "rated_not_solved"}[verdict])


async def is_about_another(talk: Talk, number: str) -> bool:
    """Whether the words point at another of this resident's orders than the one of the open question: 狗屎那个还没清呢."""
    if talk.answer or talk.menu_id:
        return False
    own = await orders.own_orders(talk)
    named = picking.pointed_at(talk, orders.by_leaf(talk, own) or own)
    return len(own) > 1 and len(named) == 1 and named[0]["number"] != number


def _verdict(talk: Talk) -> str | None:
    """yes, partly or no; None when it is something else. 解决了一部分 is more than a no with a reason."""
    told = _ANSWERS.get(talk.menu_id) or _BY_CHOICE.get(talk.choice) or _BY_ANSWER.get(talk.answer)
    if told is not None:
        return told
    how_far = told_solved(talk)
    if how_far:
        return how_far
    if talk.intent == "dispute_result" and "solved_whole" not in talk.wishes:
        return "no"
    return "yes" if "solved" in talk.wishes else None


def _joined(*parts: str) -> str:
    return "。".join(part for part in parts if part)[:_LONGEST_COMMENT]


async def reason(talk: Talk, pending: dict[str, Any]) -> Events:
    """Why it is not good: goes with the rating, and as a note to those who do it again."""
    comment = _joined(pending["comment"], talk.text)
    await _store(talk, pending["number"], score=pending["score"], resolved=pending["resolved"], comment=comment)
    await orders.do(talk, pending["number"], "note", note=f"居民说的原因:{talk.text}", **orders.files(talk))
    talk.say("rated_redone" if pending.get("waits") or pending["kind"] == "solved" else "rated_reason_noted")
    return [SlotSet("pending", None)]


async def unexplained(talk: Talk, pending: dict[str, Any]) -> Events:
    """No reason is given: it goes back to its unit as it is. Raises BackendDown, BackendRefused."""
    if not pending.get("waits"):
        talk.say("rated_thanks")
        return []
    await _store(talk, pending["number"], score=pending["score"], resolved=pending["resolved"], comment=pending["comment"])
    talk.say("rated_again")
    return []


async def _waiting(talk: Talk) -> list[dict[str, Any]]:
    """Orders that a verdict is waited for; else the one that was rated last, whose rating may be revised for a day, or that was
    closed after a week in which nobody rated it."""
    own = await orders.own_orders(talk)
    number = orders.chosen_number(talk, "rate") if not talk.menu_id.startswith("rate_") else ""
    if number:
        return [order for order in own if order["number"] == number]
    waiting = [order for order in own if order["state"] == "resolved"]
    rated = [order for order in own if order["rating"]]
    named = picking.pointed_at(talk, orders.by_subject(talk, [*waiting, *rated]))
    if len(named) == 1:
        return named
    return waiting or [order for order in own if order["rating"] or order["state"] == "closed"][:1]


async def _store(talk: Talk, number: str, *, score: int, resolved: str, comment: str, waits: bool = False) -> bool:
    body = {"satisfaction": score, "resolved": resolved, "comment": comment, "reason_follows": waits, **talk.resident}
    try:
        await backend().call("POST", f"work-orders/{number}/rating", body=body)
    except BackendRefused as refused:
        if refused.code != _ALREADY:
            raise
        talk.say("rate_too_late")
        return False
    return True
