"""Places that are not in the district: said so, never rejected by force."""

from __future__ import annotations

import re

from backend.contracts.understanding import Span
from backend.domain.language.tables import load_table

_TABLE = load_table("places")
_NAMES = _TABLE["outside"]
_PLAIN = "|".join([*_NAMES["districts"], *_NAMES["counties"], *_NAMES["cities"]])
_SUFFIXED = "|".join([*_NAMES["only_with_suffix"]])
_OUTSIDE = re.compile(rf"(?:(?P<plain>{_PLAIN})(?P<suffix>[区市县])?|(?:{_SUFFIXED})区)")
# 沈阳路, 北京烤鸭, 铁西派出所's phone …: the name belongs to something else.
_NOT_A_PLACE = re.compile(
    r"\s*(?:路|街|大街|大道|道|巷|烤鸭|味|菜|话|人(?!民)|牌|产|户口|时间|号线|银行|儿子|闺女|女儿|亲戚|打工|上班"
    r"|出差|开会|旅游|上学|读书|念书|看病|住院|回来|回家|买的|的车牌|的亲)"
)
_WAY = re.compile(r"(?:从|去|回|到|往|飞|由|上|奔|发|来自|在)$")
_PLACE_BEFORE = re.compile(
    r"(?:住|住在|在|家在|是|位于|地址|我家|俺家|咱家|家|我们|我|俺们|俺|咱|搁|地点|市|省|报|反映|咨询|:|,|。|\s|^)$"
)
_PLACE_AFTER = re.compile(
    r"\s*(?:的?(?:这边|这块|这儿|这里)|.{1,8}?(?:小区|花园|家园|新村|路|街|号楼|社区|街道|镇|村|大厦|公寓"
    r"|广场)|的?(?:住户|居民|业主))"
)


def find_outside(text: str) -> Span | None:
    """The first name of another district, county or city that is meant as the place of the problem (normalised text)."""
    for match in _OUTSIDE.finditer(text):
        if _NOT_A_PLACE.match(text, match.end()):
            continue
        before, official = text[: match.start()], bool(match["suffix"]) or match["plain"] is None
        if _WAY.search(before) and not re.search(r"(?:住|家)?在$", before):
            continue
        if _PLACE_AFTER.match(text, match.end()) or (_PLACE_BEFORE.search(before) and (official or _ends(text, match.end()))):
            return Span(match.start(), match.end(), match[0])
    return None


def _ends(text: str, position: int) -> bool:
    """The bare name closes its clause: 我家在海城, 我们立山的."""
    return bool(re.match(r"\s*(?:的|这|那边的|呢|啊|,|。|!|\?|$|住)", text[position:]))
