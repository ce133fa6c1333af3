"""Corrections of a part of a phone number that was given before: 后四位说错了,是8765 · 尾号改成0033 · 前三位是170."""

from __future__ import annotations

import re

from backend.contracts.understanding import PhoneKind, PhoneMention, Span
from backend.domain.language.numerals import SPOKEN_DIGITS, parse_numeral, spoken_to_ascii

# 再往后一个门洞: in a tail 洞 is no nought.
_SPOKEN = SPOKEN_DIGITS.replace("洞", "")
_DIGIT = rf"[\d{_SPOKEN}]"
_WRONG = (
    rf"(?:(?:不是|别|不要|不对)\s*{_DIGIT}{{1,8}}[^\d{_SPOKEN}]{{0,6}}"
    rf"|{_DIGIT}{{1,8}}[^\d{_SPOKEN}]{{0,4}}(?:不对|错了?)[^\d{_SPOKEN}]{{0,8}}(?={_DIGIT}))?"
)
# 后四位3344不对: said to be wrong, and nothing in its place.
_IS_WRONG = re.compile(r"\s*(?:这|那|是)*(?:不对|错了|错的|说错|写错|打错|不是我)")
_FILLER = rf"(?:[^\d{_SPOKEN}。;]{{0,10}}?)"
_TAIL = re.compile(
    rf"(?P<part>(?:末尾|末位|后|末|最后|后面|后头|后边|尾)的?(?P<size>[一两二三四五六七八\d])?(?:个)?(?:位|数字?|号)?(?:数字?)?"
    rf"|尾数|末位|末尾|尾巴)(?={_FILLER}{_DIGIT}|{_FILLER}不是)"
    rf"{_FILLER}{_WRONG}(?P<digits>(?<![\d]){_DIGIT}(?:[ \-,、]?{_DIGIT}){{0,7}}(?!\d)(?!\s*[位个]))"
)
_HEAD = re.compile(
    r"(?:前|开头|头|前面)的?(?P<size>[两二三四\d])?(?:个)?(?:位"
    rf"|数)(?:数字?)?{_FILLER}{_WRONG}(?P<digits>{_DIGIT}{{2,4}})(?!{_DIGIT})"
)
# 上周末,6-1003 is no tail.
_PERIODS = ("周", "月", "年", "期", "学")
_OTHER_TAIL = re.compile(r"(?:单号|工单|编号|卡号?|身份证号?|车牌号?|户号|表号|账号)的?$")
_PHONE_BEFORE = re.compile(r"(?:电话|手机|号码?)(?:也|都|还|有点|好像)?(?:错|不对|弄反|打错|写错|说错|记错)")
_ONLY_A_TAIL = re.compile(
    rf"(?:不对|错了|说错了?|写错了?|等等|哎呀?|啊|[,。!\s])*最后(?:面)?(?:应该)?是\s*{_DIGIT}{{2,4}}[啊呀吧。!\s]*"
)
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
    if (
        _IS_WRONG.match(text, match.end())
        or _not_of_a_phone(text, match.start())
        or _NOT_DIGITS.match(text, match.end())
        or len(digits) != size
    ):
        return []
    told = _PHONE_BEFORE.search(text[: match.start()]) or (previous and _ONLY_A_TAIL.fullmatch(text))
    of_phone = match["part"] == "最后" and len(digits) in _TAIL_SIZES and told
    if not match["size"] and not of_phone and not re.search(r"尾|末", match["part"]):
        return []
    number = previous[:-size] + digits if _plain_size(previous) > size else digits
    return [PhoneMention(Span(match.start(), match.end(), match[0]), number, PhoneKind.TAIL)]


def _not_of_a_phone(text: str, start: int) -> bool:
    """单号后四位, 周末."""
    return bool(_OTHER_TAIL.search(text[:start])) or (text.startswith("末", start) and text[:start].endswith(_PERIODS))


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
