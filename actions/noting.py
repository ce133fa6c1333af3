"""What is said outside the form and belongs to an order: a correction, a further fact, a photo."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk.events import FollowupAction

from actions import orders, picking
from actions.doing import on_one_order, open_orders
from actions.drafting import FORM
from actions.handing_over import puzzled
from actions.small_matters import small_matter
from actions.turn import Events, Talk
from actions.wording import order_name

_JUST_NOW = timedelta(minutes=30)
_SURE_OF_LEAF = 0.6
_MORE = re.compile(r"还|也|又|都|就是|连")
_WISHED = re.compile(r"(?:能|给|可|帮|替)[^。]{0,6}(?:保密|匿名)|(?<!特)别(?!人)|不要|不想|千万")
_SHORTEST_NOTE = 4
_OF_THE_SAME = 26  # characters; who tells more has a trouble of its own
_GROWS = frozenset({"spreads", "worse"})
_A_HOME = ("estate", "road", "building")
_ADDING = frozenset({"adds", "starts_correction", "new_phone", "instructs"})


async def add_note(talk: Talk) -> Events:
    """Note what was said on the order that it belongs to; where it belongs to none, the form hears it. Raises BackendDown,
    BackendRefused."""
    secret = await keep_secret(talk)
    small = secret if secret is not None else await small_matter(talk)
    if small is not None:
        return small
    if not _worth_noting(talk):
        return await puzzled(talk)
    if await _belongs_to_an_order(talk):
        return await on_one_order(talk, "note", none="what_now")
    if _tells_facts(talk) or talk.matter is not None:
        return [FollowupAction(FORM)]
    return await puzzled(talk)


async def keep_secret(talk: Talk) -> Events | None:
    """别让他们知道是我报的, after filing: the reporter of the order is hidden from now on, and of several the newest that fits.
    None where that is not wished or no order is open; 匿名举报 is then a report. Raises BackendDown, BackendRefused."""
    asks_only = talk.intent == "ask_faq" and not _WISHED.search(talk.text)  # 会不会知道是我说的 asks, 能给我保密不 wishes
    if not talk.facts.get("privacy") or talk.draft is not None or talk.matter_is_told or asks_only:
        return None
    being_done = picking.pointed_at(talk, orders.by_subject(talk, await open_orders(talk)))
    if not being_done:
        return [FollowupAction(FORM)] if talk.intent != "ask_faq" else None
    number = being_done[0]["number"]
    await orders.do(talk, number, "note", note=f"居民要求保密:{talk.text}", confidential=True)
    talk.say("hidden_now", number=number)
    return []


async def is_more_of_it(talk: Talk) -> bool:
    """厨房顶上也开始渗了, of somebody whose leaking roof is being worked on: written on that order. False where it may be
    a trouble of its own. Raises BackendDown, BackendRefused."""
    place = (talk.facts.get("address") or {}).get("address") or {}
    alarmed = await _alarmed_just_now(talk)
    if alarmed is not None:
        return await _written_on(talk, alarmed["number"])
    is_new = not talk.wishes & _GROWS or "another" in talk.wishes  # 同一个地址 还有感应灯也不亮
    if is_new or len(talk.text) > _OF_THE_SAME or any(place.get(name) for name in _A_HOME):
        return False
    guess = talk.guess
    same = [order for order in await open_orders(talk) if order["category"] == guess.get("category")]
    if talk.matter is not None:  # a clear matter is the same one only in the same words: 对门也没水
        grown = "worse" in talk.wishes  # 坑又大了一圈: there must be one already
        same = [order for order in same if order["subcategory"] == guess.get("subcategory")]
        same = [order for order in same if grown or picking.shares_words(talk, order)]
    return len(same) == 1 and await _written_on(talk, same[0]["number"])


async def _alarmed_just_now(talk: Talk) -> dict[str, Any] | None:
    """The emergency that somebody reported minutes ago, where more of the same is told: 养狗的是4号楼的 不栓绳, after a bite."""
    number = talk.meta.get("alarmed")
    if not number or "another" in talk.wishes:
        return None
    alarmed = next((order for order in await open_orders(talk) if order["number"] == number), None)
    return alarmed if alarmed and alarmed["subcategory"] == talk.guess.get("subcategory") else None


async def _written_on(talk: Talk, number: str) -> bool:
    await orders.do(talk, number, "note", note=f"居民补充:{talk.text}", **orders.files(talk))
    talk.say("note_added", number=number)
    return True


async def is_said_after(talk: Talk) -> bool:
    """地上还有好多汤汤水水, minutes after the full bins were filed, of which no leaf would be sure, and 师傅白跑一趟 at any time:
    written on the newest order. False where it may be a trouble of its own. Raises BackendDown, BackendRefused."""
    visit = "of_the_visit" in talk.wishes
    is_sure = talk.matter is not None and float(talk.guess.get("confidence") or 0.0) >= _SURE_OF_LEAF
    if _is_of_its_own(talk) or not (visit or (_MORE.search(talk.text) and not is_sure)):
        return False
    being_done = await open_orders(talk)
    newest = next((each for each in being_done if not is_sure or each["category"] == talk.guess["category"]), None)
    if newest is None or (not visit and talk.at - datetime.fromisoformat(newest["requested_at"]) > _JUST_NOW):
        return False
    await orders.do(talk, newest["number"], "note", note=f"居民补充:{talk.text}", **orders.files(talk))
    talk.say("note_added_of", what=order_name(newest), number=newest["number"])
    return True


def _is_of_its_own(talk: Talk) -> bool:
    told = any(talk.facts.get(name) for name in ("address", "occurred_at", "phones"))
    return told or "another" in talk.wishes or len(talk.text) > _OF_THE_SAME


async def is_hidden(talk: Talk) -> bool:
    """Whether the newest open order hides its reporter already; then that is said. Raises BackendDown."""
    newest = next(iter(await open_orders(talk)), {})
    if newest.get("confidential"):
        talk.say("hidden_now", number=newest["number"])
    return bool(newest.get("confidential"))


async def _belongs_to_an_order(talk: Talk) -> bool:
    """Not when another clear matter is told without a word of adding: that is a complaint of its own."""
    being_done = await open_orders(talk)
    if "another" in talk.wishes and talk.matter is not None and not talk.wishes & _ADDING:
        return False  # 同一个地址 还有感应灯也不亮
    if not being_done or talk.matter is None or talk.wishes & _ADDING or orders.mentions(talk):
        return bool(being_done)
    return any(order["category"] == talk.matter["category"] for order in being_done)


def _tells_facts(talk: Talk) -> bool:
    """A photo, a position or a place and the like: somebody begins to report."""
    facts = talk.facts
    phones = [phone for phone in facts.get("phones") or [] if phone["kind"] == "full"]  # 尾号7711 alone tells nothing
    told = facts.get("address") or facts.get("occurred_at") or phones
    return bool(talk.meta.get("attachments") or talk.meta.get("location") or told)


def _worth_noting(talk: Talk) -> bool:
    return _tells_facts(talk) or (len(talk.text) >= _SHORTEST_NOTE and not talk.answer)
