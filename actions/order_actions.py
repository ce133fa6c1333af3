"""Status, urging, withdrawing, adding a note, disputing a result."""

from __future__ import annotations

import re

from rasa_sdk.events import FollowupAction

from actions import orders
from actions.base import ResidentAction
from actions.doing import on_one_order, open_orders, tell_status
from actions.drafting import FORM, after_digression, back_to_form, read_back
from actions.noting import add_note
from actions.restoring import restored
from actions.talk_actions import AnswerFaq
from actions.turn import A_STORY, Events, Talk

_IN_GENERAL = frozenset({"how_to_check", "time_limit", "process"})
_SURE_OF_QUESTION = 0.7
_TAKES_BACK = re.compile(r"撤|取消|作废|不用|不办|别")
_STAYS = re.compile(r"(?<!要)(?<!撤)(?:别|不要|不能|不许|不|没|谁)(?:说|想|要|让){0,2}(?:给我|给俺|再|把它)?(?:撤|取消|作废)")
_OF_OTHERS = frozenset({"anothers", "asks_of_others"})
_ABOUT_ORDERS = frozenset({"earlier", "aftermath", "urges", "solved", "gives_up"})
_TELLS, _SOUNDS_LIKE = 7, 0.2  # characters, and the share of the likeliest category, from which something is told


class QueryStatus(ResidentAction):
    """By number, by the matter, or simply "my order"."""

    action_name = "action_query_status"

    async def respond(self, talk: Talk) -> Events:
        if "reads_back" in talk.wishes and talk.draft is not None:
            return await read_back(talk)
        if talk.wishes & _OF_OTHERS and not orders.mentions(talk):
            talk.say("others_secret" if "asks_of_others" in talk.wishes else "others_order")
            return await after_digression(talk)
        if await _is_first_report(talk):
            return [FollowupAction(FORM)]
        number, broken = await _number_meant(talk)
        events: Events = []
        if number:
            if broken:
                talk.say(f"number_{broken}_guessed", number=number)
            events = await tell_status(talk, number)
        elif broken:
            talk.say(f"number_{broken}")
        elif (
            talk.draft is not None
            and "asks_status_whole" not in talk.wishes
            and _asks_in_general(talk)
            and not await orders.own_orders(talk)
        ):
            return await AnswerFaq().respond(talk)
        else:
            events = await on_one_order(talk, "status", none="status_none" if talk.draft is None else "status_in_form")
        return [*events, *await after_digression(talk)]


async def _number_meant(talk: Talk) -> tuple[str, str]:
    """The number that is asked about, "" for none, and what is wrong with it as it was written."""
    broken = next((str(mention["check"]) for mention in orders.mentions(talk) if mention["check"] != "valid"), "")
    number = orders.chosen_number(talk, "status")
    if number or not (broken or orders.speaks_of_tail(talk)):
        return number, ""
    return orders.named(talk, "status", [order["number"] for order in await orders.own_orders(talk)]), broken


class Urge(ResidentAction):
    """Wants it faster."""

    action_name = "action_urge"

    async def respond(self, talk: Talk) -> Events:
        if await _is_first_report(talk):
            return [FollowupAction(FORM)]
        if talk.draft is not None and "presses_whole" in talk.wishes:
            talk.say("urge_in_form")
            return await after_digression(talk)
        events = await on_one_order(talk, "urge", none="urge_in_form" if talk.draft is not None else "no_open_order")
        return [*events, *await after_digression(talk)]


class Withdraw(ResidentAction):
    """Takes an order back, after asking once. With an open draft it is the draft that is meant."""

    action_name = "action_withdraw"

    async def respond(self, talk: Talk) -> Events:
        back = back_to_form(talk)
        if back is None and (talk.pending or {}).get("kind") == "withdraw" and "asks" in talk.wishes:
            return await AnswerFaq().respond(talk)  # 撤了他们还能知道是我说的吗
        mistaken = back is None and "takes_back_withdrawal" in talk.wishes
        again = await restored(talk) if mistaken else None
        if again is not None:
            return again
        if back is None and not _TAKES_BACK.search(talk.text) and await _is_first_report(talk):
            return [FollowupAction(FORM)]  # 俺对象让人打了 人家不给立案
        stays = mistaken or _STAYS.search(talk.text) or ("keeps" in talk.wishes and not _TAKES_BACK.search(talk.text))
        if back is None and stays and await open_orders(talk):
            talk.say("withdraw_kept")
            return []
        return back if back is not None else await on_one_order(talk, "withdraw", none="no_open_order")


class AddNote(ResidentAction):
    """Something said outside the form that belongs to an order: a correction, a further fact, a photo."""

    action_name = "action_add_note"

    async def respond(self, talk: Talk) -> Events:
        back = back_to_form(talk)
        return back if back is not None else await add_note(talk)


async def _is_first_report(talk: Talk) -> bool:
    """A matter told by somebody who has no order: whatever it sounds like, it cannot be about an order. An unclear one must be
    told in some words, and none of them about an order; then the form asks what kind it is."""
    if talk.draft is not None or orders.mentions(talk) or not (talk.matter is not None or _tells_unclearly(talk)):
        return False
    if len(talk.text) < _TELLS and talk.wishes & _ABOUT_ORDERS:  # 查进度 tells of nothing but an order
        return False
    return not await orders.own_orders(talk)


def _tells_unclearly(talk: Talk) -> bool:
    guess = talk.guess
    story = len(talk.text) >= A_STORY and "asks" not in talk.wishes
    sounds = bool(talk.message.get("content")) and (story or guess.get("category_confidence", 0.0) >= _SOUNDS_LIKE)
    return sounds and len(talk.text) >= _TELLS and not talk.wishes & _ABOUT_ORDERS and not talk.answer


def _asks_in_general(talk: Talk) -> bool:
    """报上去以后咋查, 多久能办完: about orders as such, answered where there is none yet."""
    faq = talk.message.get("faq") or {}
    return faq.get("key") in _IN_GENERAL and float(faq.get("confidence") or 0.0) >= _SURE_OF_QUESTION


class Dispute(ResidentAction):
    """The result is not what it is said to be: reopened with the reason."""

    action_name = "action_dispute"

    async def respond(self, talk: Talk) -> Events:
        if await _is_first_report(talk):
            return [FollowupAction(FORM)]
        events = await on_one_order(talk, "dispute", none="no_open_order")
        return [*events, *await after_digression(talk)]
