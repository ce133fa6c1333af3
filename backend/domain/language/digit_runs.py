"""Runs of digits that may be a phone, an order number or a meter number, and the word in front that says which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from backend.domain.language.numerals import SPOKEN_DIGITS, spoken_to_ascii

_GAP = r"(?:[ \-.·)]{1,3}|、|(?<=\d{3})[,](?=\d{4})|(?<=\d{4})[,](?=\d{3}))"
_ARABIC = re.compile(rf"(?<![\dA-Za-z])\d+(?:{_GAP}\d+)*(?![\dA-Za-z])", re.ASCII)
_SPOKEN = re.compile(rf"[{SPOKEN_DIGITS}\d]+(?:(?:[ \-.·,、]{{1,2}})[{SPOKEN_DIGITS}\d]+)*")
# What recordings make of digits said one by one; believed only where eleven of them are a mobile: 腰七零零零零零四五幺幺.
_HEARD_AS = str.maketrans("腰妖邀要夭吆么拐勾钩动令两", "1111111799002")
_MISHEARD = re.compile(
    rf"(?<![{SPOKEN_DIGITS}\d])(?=[\d{SPOKEN_DIGITS} \-]*[腰妖邀要夭吆么拐勾钩动令两])"
    rf"[腰妖邀要夭吆么幺一1](?:[ \-]?[\d{SPOKEN_DIGITS}腰妖邀夭吆么拐勾钩动令两]){{10}}(?![{SPOKEN_DIGITS}\d])"
)
_GROUP = re.compile(rf"[{SPOKEN_DIGITS}\d]+", re.ASCII)
# A mobile (with or without 86), the district's landline, or twelve digits that begin with a date of the service years.
_WHOLE = re.compile(r"(?:86)?1[3-9]\d{9}|0412\d{7}|(?:2[4-9]|[34]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{6}")
_SHORTEST = 4
# Behind a number they say that it counts something: 2600块, 4500000字 on a meter.
UNITS = "块|元|万|度|吨|方|平|米|公里|号楼|栋|单元|年|个|户|人|次|字|克|斤|分|秒|%"

# What a number is, by the nearest word before it. "other" is every number that is neither a phone nor an order.
_LABELS: tuple[tuple[str, str], ...] = (
    ("other",
        r"(?:电|水|燃气|煤气|气|热)表(?:编号|表号|号)?|表号|用户号|户号|缴费号码?|缴费编[号码]|卡号|账号|帐号"
        r"|身份证号?码?|社保号|医保号|车牌号?|QQ号?|qq号?"
     r"|快递单号?|运单号?|物流单号|快递号|合同号|发票号|房号|房间号|门牌号?|验证码|邮编|学号|编码|取件码|燃气号"
     r"|供热号|热力卡|缴费卡|交费号"),
    ("order", r"工单编?号?码?|单号|单子|编号|受理号|查询号|订单号?|流水号|受理编号|查单|查件|查一下"),
    ("phone",
        r"手机号?码?|电话号?码?|座机|固话|联系方式|号码|联系号|来电|电联|联系我|联系|打给我|找我|call我|致电"
        r"|微信同号|tel|Tel|TEL|☎"),
)  # fmt: skip
_ANY_LABEL = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _LABELS))
_LABEL_WINDOW = 14
_CLAUSE_END = re.compile(r"[。!?;\n]")


@dataclass(frozen=True)
class DigitRun:
    """`digits` without gaps; `broken` when blanks or dashes stand inside."""

    start: int
    end: int
    digits: str
    broken: bool


@lru_cache(maxsize=256)
def digit_runs(text: str) -> tuple[DigitRun, ...]:
    """Runs of at least four digits with exact boundaries; Arabic digits first, dictated Chinese ones where those leave room.

    Phones and order numbers ask for the runs of the same text one after the other: the last answers are kept.
    """
    runs = [run for match in _ARABIC.finditer(text) for run in _split(text, match)]
    runs += [run for run in _misheard(text) if not any(run.start < other.end and other.start < run.end for other in runs)]
    if any(char in text for char in SPOKEN_DIGITS):
        taken = [run for run in runs if len(run.digits) >= _SHORTEST]
        for match in _SPOKEN.finditer(text):
            if not any(match.start() < run.end and run.start < match.end() for run in taken):
                runs.extend(_split(text, match))
    return tuple(sorted((run for run in runs if len(run.digits) >= _SHORTEST), key=lambda run: run.start))


def label_before(text: str, start: int) -> str:
    """What the nearest word before position `start` calls the number: order, phone, other, or "" when nothing does."""
    window = text[max(0, start - _LABEL_WINDOW) : start]
    window = _CLAUSE_END.split(window)[-1]
    found = ""
    for match in _ANY_LABEL.finditer(window):
        found = match.lastgroup or ""
    return found


def _misheard(text: str) -> list[DigitRun]:
    found = []
    for match in _MISHEARD.finditer(text):
        digits = re.sub(r"\D", "", spoken_to_ascii(match[0].translate(_HEARD_AS)), flags=re.ASCII)
        if _WHOLE.fullmatch(digits):
            found.append(DigitRun(match.start(), match.end(), digits, broken=True))
    return found


def _split(text: str, match: re.Match[str]) -> list[DigitRun]:
    """One run for all groups between blanks, unless some neighbouring groups make a whole number of their own."""
    groups = [(match.start() + part.start(), match.start() + part.end()) for part in _GROUP.finditer(match[0])]
    runs: list[DigitRun] = []
    index = 0
    while index < len(groups):
        last = _whole_number(text, groups, index)
        if last is not None:
            runs.append(_run(text, groups[index][0], groups[last][1]))
        index = index + 1 if last is None else last + 1
    if runs and len(groups) > 1:
        covered = {edge for run in runs for edge in range(run.start, run.end)}
        return runs + [_run(text, start, end) for start, end in groups if start not in covered]
    return runs or [_run(text, groups[0][0], groups[-1][1])]


def _whole_number(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """The index of the last group that completes a mobile, landline or order number beginning with group `first`."""
    for last in range(first, len(groups)):
        if _WHOLE.fullmatch(_run(text, groups[first][0], groups[last][1]).digits):
            return last
    return None


def _run(text: str, start: int, end: int) -> DigitRun:
    raw = spoken_to_ascii(text[start:end])
    digits = "".join(char for char in raw if "0" <= char <= "9")
    return DigitRun(start, end, digits, broken=len(digits) != end - start)
