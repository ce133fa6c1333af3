"""Where exactly at a place: what stands beside an estate or a road in an answer to "where?" and is no fact of another kind."""

from __future__ import annotations

import re

from backend.contracts.understanding import Facts
from backend.domain.drafting.words import BLOT, blotted
from backend.domain.language.tables import load_table

LONGEST = 16
_TABLE = load_table("spot_words")
_PIECES = re.compile(r"[\s,。!?;:、()\x01]+")
_LEAD = re.compile(f"^(?:{'|'.join(_TABLE['lead'])})+")
_NAMED = re.compile(f"^(?:{'|'.join(_TABLE['named'])})(?=.)")
_TRAIL = re.compile(f"(?:{'|'.join(_TABLE['trail'])})+$")
_NO_SPOT = re.compile("|".join(_TABLE["no_spot"]))
_SPOT = re.compile("|".join(_TABLE["spot"]))
_A_KIND = re.compile("学校|单位|公司|饭店|超市|商店|医院|诊所|幼儿园|厂子?|店")  # 学校在矿工新村旁边 叫第七中学
_NAME = re.compile("[一-龥A-Za-z0-9]{3,8}")
_SHORT_NAME = re.compile(r"[楼层号](?P<name>[一-龥]{2})")  # 长青花园2楼力健
_NO_NAME = re.compile("|".join(_TABLE["no_name"]))
_STOREY = re.compile(r"[负\d一二三四五六七八九十]+[楼层]")


def spot_of(text: str, facts: Facts) -> str:
    """小花园 of 常青小区小花园那块儿, 金海湾 of 解放路那个金海湾; "" where nothing tells a spot, and without a place to be at.

    `text` is normalised, as the spans of the facts are.
    """
    if facts.address is None or not facts.address.spans:
        return ""
    found = [spot for piece in _PIECES.split(_with_landmark(text, facts)) if (spot := spot_in(piece))]
    kept = [spot for spot in found if not (_A_KIND.fullmatch(spot) and len(set(found)) > 1)]
    return "".join(dict.fromkeys(kept))


def name_beside(text: str, facts: Facts) -> str:
    """启明星 of 启明星 就在翠园小区对过: the one piece beside the place that may be a name; "" for none, or several."""
    pieces = [_TRAIL.sub("", _LEAD.sub("", piece)) for piece in _PIECES.split(blotted(text, facts).replace(BLOT, " "))]
    told = [piece for piece in pieces if piece and not spot_in(piece)]
    short = _SHORT_NAME.search(text) if len(told) == 1 else None
    if short and short["name"] == told[0] and not (_NO_SPOT.search(told[0]) or _NO_NAME.search(told[0])):
        return told[0]
    is_name = len(told) == 1 and _NAME.fullmatch(told[0]) and not _NO_SPOT.search(told[0]) and not _NO_NAME.search(told[0])
    return told[0] if is_name else ""


def _with_landmark(text: str, facts: Facts) -> str:
    """The text without the facts in it, but with the words around a landmark whole: 万达后身那个工地, 大润发二楼卖鱼的."""
    place = facts.address.address if facts.address else None
    kept = list(blotted(text, facts))
    if place is None:
        return "".join(kept)
    at_home = place.building or place.unit or place.estate
    ranges = [match.span() for match in _STOREY.finditer(text)] if place.floor and not at_home else []
    begin = text.find(place.landmark) if place.landmark else -1
    ranges += [(begin, begin + len(place.landmark))] if begin >= 0 else []
    for start, end in ranges:
        kept[start:end] = text[start:end]
    return "".join(kept)


def spot_in(piece: str) -> str:
    """The spot that a piece between two marks names, "" for none."""
    bare = _LEAD.sub("", piece)
    named = _NAMED.match(bare)
    bare = _TRAIL.sub("", bare[named.end() :] if named else bare)
    if not 2 <= len(bare) <= LONGEST or _NO_SPOT.search(bare):
        return ""
    return bare if named or _SPOT.search(bare) else ""
