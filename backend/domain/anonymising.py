"""Residents' words for people who label them: what points to one person is gone, what the words mean is still there.

Stronger than `mask_text`, which is for logs: phones are also found with blanks, in full width and in Chinese digits, and the room
and the given name go. The place itself stays, because labelling it is part of the work.
"""

from __future__ import annotations

import re

from backend.domain.language.names import find_name
from backend.domain.language.normalise import normalise
from backend.domain.masking import mask_text

_DIGIT = r"[\d〇零一二三四五六七八九幺]"
_KEPT = 3  # leading digits: enough to see what kind of number it is
# Seven digits and more, also grouped or masked in part already: phones, meter and order numbers, identity cards.
_NUMBER = re.compile(rf"{_DIGIT}(?:[\s\-–—-]?(?:{_DIGIT}|\*)){{6,}}[Xx]?")
_ROOM_DIGIT = r"[\d〇零一二三四五六七八九十百幺]"
_NO_MORE = rf"(?!{_ROOM_DIGIT}|[多几来个天年月度家块楼樓层層])"
_ROOMS = (
    re.compile(rf"(单元\s*){_ROOM_DIGIT}{{2,5}}{_NO_MORE}"),
    re.compile(rf"([号號]?[楼樓栋棟]\s*){_ROOM_DIGIT}{{3,5}}{_NO_MORE}"),
    re.compile(rf"({_DIGIT}[\-–—-]{_DIGIT}{{1,2}}[\-–—-]){_DIGIT}{{2,4}}(?!{_DIGIT})"),
    re.compile(rf"()(?<!{_ROOM_DIGIT}){_ROOM_DIGIT}{{2,5}}(?=室|房间|住户)"),
)


def anonymised(text: str) -> str:
    """The text with phones and other long numbers, room numbers, given names, identity numbers and openids hidden."""
    text = _without_name(mask_text(text))
    text = _NUMBER.sub(_shortened, text)
    for room in _ROOMS:
        text = room.sub(r"\1***", text)
    return text


def _shortened(match: re.Match[str]) -> str:
    seen = 0
    out = []
    for char in match[0]:
        counted = re.fullmatch(rf"{_DIGIT}|[Xx*]", char) is not None
        seen += counted
        out.append("*" if counted and seen > _KEPT else char)
    return "".join(out)


def _without_name(text: str) -> str:
    """我叫李淑芬 -> 我叫李某; the surname tells a labeller what stood there."""
    name = find_name(text)
    if len(name) < 2:
        return text
    if name not in text:  # written in Traditional script or with odd spaces: the reading we know it from
        text = normalise(text).text
    return text.replace(name, f"{name[0]}某")
