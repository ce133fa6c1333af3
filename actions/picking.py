"""Which of several orders is meant: by its place in the list, by its number, or by what is said about it (暖气那个)."""

from __future__ import annotations

import re
from typing import Any

from actions import orders
from actions.turn import Talk
from backend.contracts.matters import spoken_matter

LAST = -1
_HAN = re.compile(r"[^\u4e00-\u9fff\dA-Za-z]")
# What stands in every answer to "which one?", and says nothing about it.
_EMPTY = re.compile(
    r"那个|这个|那件|这件|那档子?|的事儿?|事儿?|的|就|是|我|俺|要|想|催|查|撤|问|看|一下|评|先|吧|呗|啊|呢|嘛|件|个|报"
)
_LONGEST = 16  # characters; a longer message is something else
_SOUNDS_LIKE = 0.5
_CLEARLY = 2
# 最近报的那个, 头一个报的: said of the order in which they were reported. The newest is the first of the list.
_NEWEST = re.compile(
    r"(?:最近|最新|最后|末了|刚才?|刚刚|新)(?:一次|一回)?(?:又)?(?:报|反映|说|提|登记)?(?:的)?(?:那|这|一)(?:个|件|档子|单|回)"
    r"|(?:刚才?|刚刚|新|最后)(?:报|反映)的"
)
_OLDEST = re.compile(
    r"(?:最早|最先|头一(?:个|件|回|次)|第一(?:次|回)|最开始|先)(?:报|反映|说|提|登记)的|最[早先](?:的)?(?:那|这|一)(?:个|件|单)"
)
_PLACE = ("estate", "road", "building", "unit", "room")
# What is named right before 那个 or 的事: 鞋柜那个, 8号楼的事儿.
_NAMED = re.compile(r"([\u4e00-\u9fff\dA-Za-z]{2,10}?)(?:那个|那件|这个|这件|那单|那档子|的那|的事|那事|这事)")
_WHAT_OF = re.compile(r"^(?:那|还有|哎)*(?:个|我家|俺家)?([\u4e00-\u9fff]{1,6}?)(?:的|那个|那件)?呢")  # 那灯呢
_SAYS_OTHERWISE = frozenset({"starts_correction"})  # 不是4号楼是6号楼 names no order
_ELSEWHERE = frozenset({"ask_faq", "ask_human", "emergency", "opt_out", "greet", "thanks", "bye", "abuse"})


def picked(talk: Talk, verb: str, offered: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The chosen of the orders that were offered; [] where the message chooses none. All of them only where all are wanted."""
    by_number = {order["number"]: order for order in offered}
    number = orders.named(talk, verb, list(by_number))
    if number in by_number:
        return [by_number[number]]
    if talk.choice == LAST or 1 <= talk.choice <= len(offered):
        return [offered[talk.choice - 1 if talk.choice > 0 else LAST]]
    if "all_of_them" in talk.wishes:
        return offered
    return [] if talk.intent in _ELSEWHERE or len(talk.text) > _LONGEST else by_words(talk, offered)


def pointed_at(talk: Talk, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of several orders that the words point at, unasked: by when they were reported, by the place, by the matter that is
    named before 那个. All of them where the words point at none, or at several."""
    for narrowed in (_by_age, _at_place, _by_name):
        kept = narrowed(talk, found) if len(found) > 1 and not talk.wishes & _SAYS_OTHERWISE else found
        if len(kept) == 1:
            return kept
    return found


def _by_age(talk: Talk, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if _OLDEST.search(talk.text):
        return found[-1:]
    return found[:1] if _NEWEST.search(talk.text) else found


def _at_place(talk: Talk, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    said = (talk.facts.get("address") or {}).get("address") or {}
    named = {name: said[name] for name in _PLACE if said.get(name)}
    return [order for order in found if named and named.items() <= (order.get("address") or {}).items()]


def _by_name(talk: Talk, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = [*_NAMED.finditer(talk.text), *_WHAT_OF.finditer(talk.text)]
    said = "".join(_HAN.sub("", _EMPTY.sub("", match[1])) for match in names)
    scores = [_common(said, _told(order)) if said else 0 for order in found]
    best = max(scores, default=0)
    return [order for order, score in zip(found, scores, strict=True) if score == best and best > 0]


def by_words(talk: Talk, offered: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The one order that the words fit best; [] where none or several do. Words that name the matter or the place count for more
    than the model's guess."""
    said = _HAN.sub("", _EMPTY.sub("", talk.text))
    scores = [_common(said, _told(order)) for order in offered]
    if max(scores, default=0) == 0:
        scores = [_guessed(talk, order) for order in offered]
    best = max(scores, default=0)
    return [order for order, score in zip(offered, scores, strict=True) if score == best] if _is_alone(scores, best) else []


def says_beside(talk: Talk, order: dict[str, Any]) -> int:
    """How many characters are said beside what names this order and what stands in every such answer."""
    said = _EMPTY.sub("", talk.text)
    for name in (order["category"], order["subcategory"], spoken_matter(order["category"], order["subcategory"])):
        said = said.replace(name, "")
    return len(_HAN.sub("", said))


def shares_words(talk: Talk, order: dict[str, Any]) -> bool:
    """Whether the message tells of the trouble in words with which this order was told."""
    return _common(_HAN.sub("", talk.text), _HAN.sub("", str(order.get("description") or ""))) > 0


def _is_alone(scores: list[int], best: int) -> bool:
    return best > 0 and scores.count(best) == 1


def _told(order: dict[str, Any]) -> str:
    address = order.get("address") or {}
    words = (order["category"], order["subcategory"], spoken_matter(order["category"], order["subcategory"]))
    return _HAN.sub("", " ".join((*words, str(order.get("description") or ""), str(address.get("text") or ""))))


def _common(said: str, told: str) -> int:
    """How many pairs of characters both have; a single character counts only where nothing more is said."""
    if len(said) == 1:
        return int(said in told)
    return sum(said[place : place + 2] in told for place in range(len(said) - 1))


def _guessed(talk: Talk, order: dict[str, Any]) -> int:
    guess = talk.guess
    if guess.get("category_confidence", 0.0) < _SOUNDS_LIKE or guess.get("category") != order["category"]:
        return 0
    return _CLEARLY if guess.get("subcategory") == order["subcategory"] else 1
