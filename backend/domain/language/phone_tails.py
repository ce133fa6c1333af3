"""Corrections of a part of a phone number that was given before: 后四位说错了,是8765 · 尾号改成0033 · 前三位是170."""

from __future__ import annotations

import re

from backend.contracts.understanding import PhoneKind, PhoneMention, Span
from backend.domain.language.numerals import SPOKEN_DIGITS, parse_numeral, spoken_to_ascii

_DIGIT = rf"[\d{SPOKEN_DIGITS}]"
_WRONG = rf"(?:(?:不是|别|不要|不对)\s*{_DIGIT}{{1,8}}[^\d{SPOKEN_DIGITS}]{{0,6}})?"
_FILLER = rf"(?:[^\d{SPOKEN_DIGITS}。;]{{0,10}}?)"
_TAIL = re.compile(
    rf"(?P<part>(?:后|末|最后|后面|后头|后边|尾)的?(?P<size>[一两二三四五六七八\d])?(?:个)?(?:位|数字?|号)?(?:数字?)?"
    rf"|尾数|末位|末尾|尾巴)(?={_FILLER}{_DIGIT}|{_FILLER}不是)"
    rf"{_FILLER}{_WRONG}(?P<digits>(?<![\d]){_DIGIT}(?:[ \-,、]?{_DIGIT}){{0,7}}(?!\d))"
)
_HEAD = re.compile(
    r"(?:前|开头|头|前面)的?(?P<size>[两二三四\d])?(?:个)?(?:位"
    rf"|数)(?:数字?)?{_FILLER}{_WRONG}(?P<digits>{_DIGIT}{{2,4}})(?!{_DIGIT})"
)
_OTHER_TAIL = re.compile(r"(?:单号|工单|编号|卡号?|身份证号?|车牌号?|户号|表号|账号)的?$")
_PHONE_BEFORE = re.compile(r"(?:电话|手机|号码?)(?:也|都|还|有点|好像)?(?:错|不对|弄反|打错|写错|说错|记错)")
_TAIL_SIZES = range(2, 5)
# 后两天, 后三个月, 最后一次, 后3号楼: time and places, not digits.
_NOT_DIGITS = re.compile(
    r"\s*(?:天|个|次|年|月|周|号楼|栋|单元|楼|层|点|分|块|元|度|小时|户|家|趟|回|遍|门|期|批|米|排|道|片"
    r"|位师傅)"
)


def tails_in(text: str, previous: str) -> tuple[PhoneMention, ...]:
    """Mentions of corrected tails (kind TAIL) or heads (kind FULL, needs `previous`); normalised text only."""
    mentions = [mention for match in _TAIL.finditer(text) for mention in _tail(match, text, previous)]
    if previous and not mentions:
        mentions = [mention for match in _HEAD.finditer(text) for mention in _head(match, previous)]
    return tuple(mentions)


def _tail(match: re.Match[str], text: str, previous: str) -> list[PhoneMention]:
    digits = _digits(match["digits"])
    size = parse_numeral(match["size"] or "") or len(digits)
    if _OTHER_TAIL.search(text[: match.start()]) or _NOT_DIGITS.match(text, match.end()) or len(digits) != size:
        return []
    of_phone = match["part"] == "最后" and len(digits) in _TAIL_SIZES and _PHONE_BEFORE.search(text[: match.start()])
    if not match["size"] and not of_phone and not re.search(r"尾|末", match["part"]):
        return []
    number = previous[:-size] + digits if _plain_size(previous) > size else digits
    return [PhoneMention(Span(match.start(), match.end(), match[0]), number, PhoneKind.TAIL)]


def _head(match: re.Match[str], previous: str) -> list[PhoneMention]:
    digits = _digits(match["digits"])
    size = parse_numeral(match["size"] or "") or len(digits)
    if len(digits) != size or not re.fullmatch(r"1[3-9]\d{9}", digits + previous[size:]):
        return []
    return [PhoneMention(Span(match.start(), match.end(), match[0]), digits + previous[size:], PhoneKind.FULL)]


def _plain_size(number: str) -> int:
    return sum(char.isdigit() for char in number)


def _digits(raw: str) -> str:
    return "".join(char for char in spoken_to_ascii(raw) if "0" <= char <= "9")
