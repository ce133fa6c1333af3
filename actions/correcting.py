"""What is put right after filing: named field by field for those who handle the order, and in the resident's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from actions.turn import Talk
from backend.contracts.work_orders import CONTACT_PHONE

_CORRECTS = frozenset({"starts_correction", "new_phone", "wrong"})
_INTENT = "correct_previous_detail"
# Component of a place: how it is called, how its value is said.
_PLACE: tuple[tuple[str, str, str], ...] = (
    ("street", "街道", "{}"),
    ("community", "社区", "{}"),
    ("estate", "小区", "{}"),
    ("road", "路名", "{}"),
    ("house_number", "门牌", "{}"),
    ("building", "楼号", "{}号楼"),
    ("unit", "单元", "{}单元"),
    ("floor", "楼层", "{}楼"),
    ("room", "房号", "{}室"),
    ("landmark", "位置", "{}"),
)
_NUMBERED = ("building", "unit", "floor", "room")
_INSTEAD = re.compile(r"(?:不是|不对|别写)(?P<old>\d{1,4})[^\d,。]{0,4}[\s,。]*(?:而是|应该是|那是|是)(?P<new>\d{1,4})(?!\d)")
_WORDS = (
    re.compile(r"不是(?P<old>[\u4e00-\u9fff]{2,6}?)[\s,。]*(?:而|应该)?是(?P<new>[\u4e00-\u9fff]{2,6})(?=$|[\s,。!])"),
    re.compile(r"是(?P<new>[\u4e00-\u9fff]{2,6}?)[\s,。]*不是(?P<old>[\u4e00-\u9fff]{2,6})(?=$|[\s,。!])"),
)
_ABOUT_TIME = re.compile(r"时间|日子|开始|起(?:的|就)|打(?:从)?|哪天|几号")
_OF_SPEECH = re.compile(r"^(?:刚才?|刚刚|方才|现在|这会儿|今天|昨天|前天|上午|下午|早上|晚上)$")
_A_SPAN = re.compile(r"[一二两三四五六七八九十几半\d]+个?(?:天|小时|钟头|周|月|年)")  # 隔一天 is no time of anything
_INSTEAD_WISH = "instead"
_FUTURE = "future"
_PHONE = "电话"
_SHORTEST_PHONE = 7  # digits; less is the end of one


@dataclass(frozen=True)
class Change:
    """One field that is put right; `old` is "" where nothing was written down."""

    label: str
    old: str
    new: str

    @property
    def for_handlers(self) -> str:
        """楼号:12号楼 → 21号楼."""
        return f"{self.label}:{self.old} → {self.new}" if self.old else f"{self.label}:{self.new}"


def is_correction(talk: Talk) -> bool:
    """Whether the message replaces something that was told, and does not only add to it."""
    return talk.intent == _INTENT or bool(talk.wishes & _CORRECTS)


def changes(talk: Talk, order: dict[str, Any]) -> list[Change]:
    """What the message puts right in this order; [] where no field of it is named."""
    replaces = _INSTEAD_WISH in talk.wishes  # 忘说了 是3单元不是2单元 adds by its words, and puts right all the same
    if not is_correction(talk) and not replaces:
        return []
    place, phones = _places(talk, order.get("address") or {}), _phones(talk, str(order.get("contact_phone") or ""))
    found = [*place, *_time(talk, order, beside=bool(place or phones)), *phones]
    found = found or _word(talk, order)
    return [change for change in found if change.old] if not is_correction(talk) else found


def changes_phone_alone(talk: Talk, order: dict[str, Any]) -> bool:
    """Whether it is the telephone that is put right, and nothing else."""
    return {change.label for change in changes(talk, order)} == {_PHONE}


def new_phone(changed: list[Change]) -> dict[str, str]:
    """The phone that notices go to from now on, as the data of a note; {} without a whole one."""
    numbers = [change.new for change in changed if change.label == _PHONE and CONTACT_PHONE.fullmatch(change.new)]
    return {"contact_phone": numbers[-1]} if numbers else {}


def note_of(talk: Talk, said: str, changed: list[Change]) -> str:
    """The note to those who handle it: which fields are right now, and the resident's own words."""
    if changed:
        return f"居民更正 {';'.join(change.for_handlers for change in changed)}。原话:{said}"
    return f"{'居民更正' if is_correction(talk) else '居民补充'}:{said}"


def in_words(changed: list[Change]) -> str:
    """For the resident: 21号楼、2单元, 电话17000004321."""
    named = {label for _, label, _ in _PLACE} | {"位置", "内容"}
    return "、".join(change.new if change.label in named else f"{change.label}{change.new}" for change in changed)


def _places(talk: Talk, known: dict[str, Any]) -> list[Change]:
    said = dict((talk.facts.get("address") or {}).get("address") or {})
    said |= _in_the_place_of(talk.text, known)
    return [
        Change(label, form.format(known[name]) if known.get(name) else "", form.format(said[name]))
        for name, label, form in _PLACE
        if said.get(name) and said[name] != known.get(name)
    ]


def _in_the_place_of(text: str, known: dict[str, Any]) -> dict[str, str]:
    """不是12是21: the number of the place that was 12."""
    match = _INSTEAD.search(text)
    name = next((name for name in _NUMBERED if match and known.get(name) == match["old"]), "")
    return {name: match["new"]} if match and name else {}


def _time(talk: Talk, order: dict[str, Any], *, beside: bool) -> list[Change]:
    told = (talk.facts.get("occurred_at") or {}).get("occurred_at") or {}
    text, known = str(told.get("text") or ""), str((order.get("occurred_at") or {}).get("text") or "")
    speaks_of_it = _ABOUT_TIME.search(talk.text) is not None
    means_it = speaks_of_it or not (beside or _OF_SPEECH.match(text))
    if not text or text == known or told.get("kind") == _FUTURE or not means_it or _A_SPAN.fullmatch(text):
        return []
    return [Change("时间", known, text)]


def _word(talk: Talk, order: dict[str, Any]) -> list[Change]:
    """是北门不是南门, 不是停车费 是卫生费: a word of the place or of the matter, where it was told."""
    told = (("位置", str((order.get("address") or {}).get("text") or "")), ("内容", str(order.get("description") or "")))
    for match in (match for pattern in _WORDS for match in pattern.finditer(talk.text)):
        label = next((label for label, text in told if match["old"] in text), "")
        if label:
            return [Change(label, match["old"], match["new"])]
    return []


def _phones(talk: Talk, known: str) -> list[Change]:
    mentions = talk.facts.get("phones") or []
    mention = next((mention for mention in reversed(mentions) if mention["kind"] != "invalid"), None)
    if mention is None or mention["number"] == known:
        return []
    number = str(mention["number"])
    if mention["kind"] == "tail" and len(number) < _SHORTEST_PHONE:
        number = f"{known[: -len(number)]}{number}" if known else f"后{len(number)}位{number}"
    return [Change(_PHONE, known, number)]
