"""Places in a list, as they are said: 第一个, 头一件, 最后那个, 另一个."""

from __future__ import annotations

import re

LAST = -1
_NUMERALS = "一二三四五"
_PLACE = re.compile(rf"第\s*([1-5{_NUMERALS}])\s*(?:个|件|条|单)?(?!天|次|回|遍|排|层|栋|门)")
_FIRST = re.compile(r"头一?(?:个|件|条)|前一(?:个|件|条)|(?:前头|前面|先头|头里)(?:的)?那(?:个|件)(?!楼|院|小区|路|胡同|门)")
_LAST = re.compile(
    r"(?:最后(?:面)?(?:的)?(?:那)?一?|后一)(?:个|件|条)|(?:后头|后面|后来|后边)(?:的)?那(?:个|件)(?!楼|院|小区|路|胡同|门)"
)
_OTHERS = re.compile(r"另(?:外)?(?:的)?[一两几]?(?:个|件)|剩下|余下|其(?:他|它|余)")
# 第一个撤了第二个催催: a place begins what is said of it.
_BEGINS = re.compile(rf"(?<=[^\s,。;、])(?={_PLACE.pattern}|{_OTHERS.pattern})")


def place_in(text: str) -> int:
    """The first place that is named: 1 for the first, LAST for the last, 0 for none."""
    named = _PLACE.search(text)
    if named:
        return int(named[1]) if named[1].isdigit() else _NUMERALS.index(named[1]) + 1
    return 1 if _FIRST.search(text) else LAST if _LAST.search(text) else 0


def names_others(text: str) -> bool:
    """Whether those are meant that were not named yet: 另一个, 剩下的."""
    return _OTHERS.search(text) is not None


def cut_at_places(text: str) -> str:
    """The text with a blank before each place that follows right on something else."""
    return _BEGINS.sub(" ", text)
