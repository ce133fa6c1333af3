"""A fact that is put right is right in the resident's own words too.

Whoever reads 9号楼 in the story and 6号楼 in the place would have to ask which one it is.
"""

from __future__ import annotations

import re

from backend.contracts.conversations import Draft

_ENDINGS = {
    "building": r"(?=\s*(?:号楼|号院|栋|幢|#|号(?=\s*\d)|楼(?=\s*\d)))",
    "unit": r"(?=\s*(?:单元|门洞|门栋))",
    "floor": r"(?=\s*(?:楼(?![下上前后顶道])|层))",
    "room": r"(?!\d)",
}
_NAMES = {"estate": 3, "road": 3, "landmark": 4}  # and how long one is at least: 楼下 says many things
# 前天, then 昨天: a day for a day; since when it goes on is no other word for when of the day it happens.
_DAY = re.compile(
    r"(?:大前|前|昨|今)(?:天|儿|晚|早)|上?个?(?:周|礼拜|星期)[一二三四五六日天]|\d{1,2}月\d{1,2}[号日]|\d{1,2}[号日]"
    r"|(?:上{1,2}|这|本)个?(?:月|周|礼拜|星期)(?![一二三四五六日天])|[去前今]年"
)
_DIGITS = "零一二三四五六七八九"


def put_right(text: str, before: Draft, after: Draft) -> str:
    """`text` (of the story, or of its short line) with what was replaced between the two drafts, place, day or phone, replaced in
    it as well; a fact that the words do not hold changes nothing."""
    for name, ending in _ENDINGS.items():
        old, new = getattr(before.address, name), getattr(after.address, name)
        if old and new and old != new:
            text = re.sub(rf"(?<![\d.{_DIGITS}十]){_spelt(old)}{ending}", new, text)
    for old, new in _words(before, after):
        text = text.replace(old, new, 1)
    return text


def _words(before: Draft, after: Draft) -> list[tuple[str, str]]:
    places = [(getattr(before.address, name), getattr(after.address, name), least) for name, least in _NAMES.items()]
    pairs = [(old, new) for old, new, least in places if len(old) >= least]
    pairs.append((before.contact_phone, after.contact_phone))
    was, now = (_DAY.search(draft.occurred_at.text if draft.occurred_at else "") for draft in (before, after))
    named = [(old, new) for old, new in pairs if old and new and old not in new]
    return [*named, (was[0], now[0])] if was and now and was[0] != now[0] else named


def _spelt(number: str) -> str:
    """A pattern for the number in digits and as it is said: 6 and 六, 12 and 十二, 301 and 三零一."""
    if not re.fullmatch(r"\d+", number):
        return re.escape(number)
    if len(number) == 2:
        tens, ones = (int(digit) for digit in number)
        said = f"{_DIGITS[tens] if tens > 1 else ''}十{_DIGITS[ones] if ones else ''}"
    else:
        said = "".join(_DIGITS[int(digit)] for digit in number)
    return f"(?:{number}|{said})"
