"""What residents say after a notice that is neither a wish nor a verdict: 知道了, 师傅来了, 弄完了, 我给你们发张照片."""

from __future__ import annotations

from typing import Any

from actions import orders
from actions.doing import open_orders
from actions.turn import Events, Talk

_FEW = 20  # characters; who tells more has something to report or to add
# From the most telling to the least.
_ANSWERS = {"tells_progress": "progress_noted", "solved": "solved_noted", "came_whole": "came_noted"}
_PROGRESS = frozenset(_ANSWERS)
_SAYS_OTHERWISE = frozenset({"asks", "urges", "nobody_came"})
_ASKED_FOR_SCORE = "rating_pending"
_SEEN = "asks_seen"
_OF_FILES = frozenset({_SEEN, "announces_file"})
_OF_A_CALL = 40  # characters: who called, when, and where one is now
_UNIT = "办事的人"


async def small_matter(talk: Talk) -> Events | None:
    """Answer it, and write on the order what its handlers want to know; None for everything else. Raises BackendDown,
    BackendRefused."""
    if talk.draft is None and "missed_call" in talk.wishes and len(talk.text) <= _OF_A_CALL:
        return await _missed_call(talk)
    if talk.draft is not None or talk.matter_is_told or len(talk.text) > _FEW:
        return None
    if "no_hurry" in talk.wishes and await _noted(talk, "no_hurry_noted"):
        return []
    if "apologises" in talk.wishes:
        talk.say("no_offence")
        return []
    if talk.wishes & _OF_FILES and not talk.meta.get("attachments"):
        return await _files(talk)
    if talk.wishes & _PROGRESS and not talk.wishes & _SAYS_OTHERWISE:
        return await _progress(talk)
    if "acknowledges_whole" in talk.wishes:
        talk.say("rate_when_ready" if talk.meta.get(_ASKED_FOR_SCORE) else "acknowledged")
        return []
    return None


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
