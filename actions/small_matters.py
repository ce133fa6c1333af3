"""What residents say after a notice that is neither a wish nor a verdict: 知道了, 师傅来了, 弄完了, 我给你们发张照片."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from actions import orders
from actions.doing import open_orders
from actions.turn import Events, Talk
from actions.wording import order_name

_FEW = 20  # characters; who tells more has something to report or to add
# From the most telling to the least.
_ANSWERS = {"tells_progress": "progress_noted", "solved": "solved_noted", "came_whole": "came_noted"}
_PROGRESS = frozenset(_ANSWERS)
_SAYS_OTHERWISE = frozenset({"asks", "urges", "nobody_came", "new_phone", "starts_correction"})
_ASKED_FOR_SCORE = "rating_pending"
_SEEN = "asks_seen"
_OF_FILES = frozenset({_SEEN, "announces_file"})
_CAME = re.compile(r"(?:来|到)(?:人|家)?了")
_LEAVES = "leaves_now"
_OF_A_CALL = 40  # characters: who called, when, and where one is now
_UNIT = "办事的人"


async def small_matter(talk: Talk) -> Events | None:
    """Answer it, and write on the order what its handlers want to know; None for everything else. Raises BackendDown,
    BackendRefused."""
    if talk.draft is None and "missed_call" in talk.wishes and len(talk.text) <= _OF_A_CALL:
        return await _missed_call(talk)
    if talk.draft is not None or talk.matter_is_told or len(talk.text) > _FEW:
        return None
    for is_so, answered in _KINDS:
        told = await answered(talk) if is_so(talk) else None
        if told is not None:
            return told
    return None


async def _not_urged(talk: Talk) -> Events | None:
    """不用催了 人来了: they are there, and nothing is taken back."""
    key = "came_noted" if _CAME.search(talk.text) else "no_hurry_noted"
    return [] if await _noted(talk, key) else None


async def _unhurried(talk: Talk) -> Events | None:
    return [] if await _noted(talk, "no_hurry_noted") else None


def _says(key: str) -> Callable[[Talk], Awaitable[Events]]:
    async def answer(talk: Talk) -> Events:
        talk.say(key)
        return []

    return answer


async def _acknowledged(talk: Talk) -> Events:
    talk.say("rate_when_ready" if talk.meta.get(_ASKED_FOR_SCORE) else "acknowledged")
    return []


async def _missed_call(talk: Talk) -> Events:
    """Somebody called in vain: those who have the order are asked to call again; we cannot see who it was."""
    being_done = orders.by_subject(talk, await open_orders(talk))
    if not being_done:
        talk.say("called_by_whom")
        return []
    order: dict[str, Any] = being_done[0]
    await orders.do(talk, order["number"], "note", note=f"居民没接着电话,请再打:{talk.text}")
    talk.say("called_noted", unit=order.get("unit_name") or _UNIT, number=order["number"])
    return []


async def _rated(talk: Talk) -> Events | None:
    """我打的分记上了吗: the score of what was rated last."""
    rated = [order for order in await orders.own_orders(talk) if order["rating"]]
    if not rated:
        return None
    order = max(rated, key=lambda each: str(each["rating"]["rated_at"]))
    talk.say("score_known", what=order_name(order), score=str(order["rating"]["satisfaction"]))
    return []


async def _written_down(talk: Talk) -> Events | None:
    """都改过来没, after something was put right or added: where it stands."""
    told = [order for order in await open_orders(talk) if any(_is_residents(event) for event in order.get("events", ()))]
    if not told:
        return None
    talk.say("noted_there", number=orders.by_subject(talk, told)[0]["number"])
    return []


def _is_residents(event: dict[str, Any]) -> bool:
    return bool(event["type"] == "noted" and event["actor"] == "resident")


async def _files(talk: Talk) -> Events:
    """我给你们发张照片: it may be sent. 照片看着没: what was sent goes along with the order, if one is open."""
    being_done = orders.by_subject(talk, await open_orders(talk)) if _SEEN in talk.wishes else []
    if being_done:
        talk.say("files_seen", number=being_done[0]["number"])
    else:
        talk.say("send_it")
    return []


async def _progress(talk: Talk) -> Events | None:
    """They came, or it works again: noted for the handlers. Where a verdict is waited for, that is another action's."""
    key = next(key for wish, key in _ANSWERS.items() if wish in talk.wishes)
    return [] if not talk.meta.get(_ASKED_FOR_SCORE) and await _noted(talk, key) else None


async def _noted(talk: Talk, key: str) -> bool:
    """Write what was said on the open order that it is about, and say `key`; False where no order is open."""
    being_done = orders.by_subject(talk, await open_orders(talk))
    if not being_done:
        return False
    order: dict[str, Any] = being_done[0]
    await orders.do(talk, order["number"], "note", note=f"居民说:{talk.text}")
    talk.say(key, number=order["number"])
    return True


# The first that answers: when it is so, and what is said then.
_KINDS: tuple[tuple[Callable[[Talk], bool], Callable[[Talk], Awaitable[Events | None]]], ...] = (
    (lambda talk: "no_urging" in talk.wishes, _not_urged),
    (lambda talk: "no_hurry" in talk.wishes, _unhurried),
    (lambda talk: "apologises" in talk.wishes, _says("no_offence")),
    (lambda talk: "asks_rated" in talk.wishes, _rated),
    (lambda talk: "asks_noted" in talk.wishes, _written_down),
    (lambda talk: _LEAVES in talk.wishes and not talk.wishes & _SAYS_OTHERWISE, _says("no_hurry")),
    (lambda talk: bool(talk.wishes & _OF_FILES) and not talk.meta.get("attachments"), _files),
    (lambda talk: bool(talk.wishes & _PROGRESS) and not talk.wishes & _SAYS_OTHERWISE, _progress),
    (lambda talk: "acknowledges_whole" in talk.wishes, _acknowledged),
)
