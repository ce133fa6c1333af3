"""Where the last order was, said in passing: 也是我们这个单元, 同一个地址."""

from __future__ import annotations

import re

from backend.contracts.conversations import Address
from backend.domain.language.address_merge import address_text
from backend.domain.language.addresses import COMPONENTS
from backend.domain.language.wishes import says

_AT_HOME = ("own_home", "by_own_home")
# How much of the place is the same, by the last word for it, from the most telling.
_LEVELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("unit", re.compile(r"单元|门洞|楼[上下道]|对门|隔壁")),
    ("building", re.compile(r"楼(?![上下道顶梯])|栋")),
    ("road", re.compile(r"小区|院")),
)


def speaks_of_it(text: str, *, just_filed: bool) -> bool:
    """Whether the text says that it is where the last order was; `just_filed` also takes 我们单元的灯也坏了 for that."""
    return says("same_place", text) or (just_filed and any(says(wish, text) for wish in ("same_place_loosely", *_AT_HOME)))


def same_place(text: str, before: Address, said: Address | None = None) -> Address:
    """As much of the last order's place as the text says is the same: 也是我们楼 keeps estate and building. The position of the
    last order is not taken over. 我家 is the home that was just told, if it was one, and no other is `said`."""
    level = next((name for name, words in _LEVELS if words.search(text)), COMPONENTS[-1])
    if not says("same_place", text) and not says("same_place_loosely", text):
        elsewhere = said is not None and (said.estate or said.road or said.community)
        if not before.building or elsewhere:
            return Address()
        own = says("own_home", text) and not (said is not None and (said.unit or said.room))  # not 我家对门2单元202
        level = COMPONENTS[-1] if own else level  # 楼上的水漏我家一墙
    values = {name: getattr(before, name) for name in COMPONENTS[: COMPONENTS.index(level) + 1]}
    part = "" if level == COMPONENTS[-1] else address_text(values)
    return Address(text=part or before.text, **values)
