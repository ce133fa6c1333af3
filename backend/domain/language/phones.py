"""Phone numbers a resident gives: mobiles, landlines, corrected tails; never hotlines, order, meter or room numbers."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from backend.contracts.understanding import PhoneKind, PhoneMention, Span
from backend.domain.language.digit_runs import UNITS, DigitRun, digit_runs, label_before
from backend.domain.language.normalise import normalise
from backend.domain.language.phone_tails import tails_in

# Anshan; a landline named without its area code is a local one.
AREA_CODE = "0412"
_MOBILE = re.compile(r"(?:0?86)?(1[3-9]\d{9})")
_LOCAL = re.compile(rf"(?:{AREA_CODE})?(\d{{7}})")
_FAR = re.compile(r"(010|02\d|0[3-9]\d{2})(\d{7,8})")
# Numbers everybody knows: emergency, government, utility and operator lines. They are called, never given as one's own.
_HOTLINE = re.compile(r"1[01]\d|12\d|12\d{3}|9[56]\d{3}|96\d{4}|10\d{3}|[48]00\d{7}|1010\d{4}")
_LANDLINE_WORD = re.compile(r"(?:电话|座机|固话|家里电话|宅电|联系方式|号码|来电)[^\d,。]{0,8}$")
_PHONE_WORD = re.compile(
    r"(?:电话|手机|座机|固话|联系方式|号码|微信同号)[号码]*(?:是|为|:|改成|换成|改为|应该是|留|写|就|我的|,"
    r"|这个|给你|\s){0,3}$"
)
# 物业电话…没人接: the phone of somebody else.
_THIRD_PARTY = re.compile(
    r"(?:物业|供热|热力|公司|他们|她们|它们|客服|维修|师傅|商家|老板|房东|中介|对方|施工|经理|单位|社区|街道"
    r"|派出所|自来水|供电|燃气|骗子|楼长|房主|车主|邻居|隔壁|(?:楼[上下]|他|她|人|那)家|那人|那户)"
    r"[^,。\d]{0,4}(?:电话|手机|号码)(?:是|:)?\s*$"
)
_NOT_THIS = re.compile(
    r"(?:不是|别打|不要打|别再打|不打|原来(?:的|是|那个|留的)*|以前(?:的|是|那个|留的)*|旧号(?:是|码)?"
    r"|老号(?:是|码)?|(?:刚才|之前)(?:的|说的|留的|那个)+)\s*$"
)
_GONE = re.compile(
    r"\s*(?:这个|那个|,)?(?:号|号码|电话)?(?:已经|早就|都|就|老是?|总是?|一直|也)?(?:不用了|不接|没接|停机|作废|不对|错了|是错的|写错|打不通"
    r"|没人接|无人接|占线|空号|关机|改成|换成|改为|改为了|注销|不要了)"
)
# 不接就打…: a second number for when the first is not answered.
_ELSE = re.compile(
    r"\s*(?:这个|,|要是|如果)?(?:不接|没接|打不通|没人接|无人接|占线|关机)(?:的话)?(?:,|\s)?(?:就|再|你?可以|可打|请|那就)"
)
_SLIP = re.compile(r"[\s,。]*(?:哦|啊|哎呀?|呃)*[\s,]*(?:不对|错了|(?:说|写|打|记)错了?)[\s,。]*(?=[最后末尾])")
_UNIT_AFTER = re.compile(rf"\s*(?:{UNITS}|号|室|月|层|楼|℃)")
_LONGEST = 15


def find_phones(text: str, previous: str = "") -> tuple[PhoneMention, ...]:
    """Phones in the order said. Mobiles come as 11 digits, landlines as `0412-1234567`.

    `previous` is the number that a corrected tail changes ("尾号改成0033"): the mention then holds the whole corrected number, or
    only the tail when there is no previous one. An `invalid` mention holds the digits as typed and must not be stored.
    """
    return phones_in(normalise(text).text, previous)


def phones_in(text: str, previous: str = "") -> tuple[PhoneMention, ...]:
    """`find_phones` for text that is normalised already."""
    mended = _put_right_at_once(text)
    if mended is not None:
        return (mended,)
    tails = tails_in(text, previous)
    mentions = [
        mention
        for run in digit_runs(text)
        if not any(tail.span.start < run.end and run.start < tail.span.end for tail in tails)
        for mention in _mention(run, text)
    ]
    mentions = _without_second_choice(mentions, text)
    whole = [mention for mention in mentions if mention.kind is PhoneKind.FULL]
    if whole:
        # A whole number that was said last is the whole truth; a tail behind it repeats or corrects its end.
        mentions, tails = [_with_tail(mention, whole, tails) for mention in whole], ()
    return tuple(sorted([*mentions, *tails], key=lambda mention: mention.span.start))


def _put_right_at_once(text: str) -> PhoneMention | None:
    """17000004108 不对 最后是103: the number that was just said, with the tail that stands behind it."""
    for run in digit_runs(text):
        number, slip = _number(run, text, label_before(text, run.start)), _SLIP.match(text, run.end)
        tails = tails_in(text[slip.end() :], number) if number and slip else ()
        if slip and tails and len(tails[-1].number) == len(number):
            end = slip.end() + tails[-1].span.end
            return PhoneMention(Span(run.start, end, text[run.start : end]), tails[-1].number, PhoneKind.FULL)
    return None


def _without_second_choice(mentions: list[PhoneMention], text: str) -> list[PhoneMention]:
    """17000005454 不接就打0412-0005454: the first is the phone, the other stays in the words."""
    for first, second in itertools.pairwise(mentions):
        if first.kind is second.kind is PhoneKind.FULL and _ELSE.match(text, first.span.end, second.span.start):
            return [mention for mention in mentions if mention is not second]
    return mentions


def _with_tail(mention: PhoneMention, whole: list[PhoneMention], tails: tuple[PhoneMention, ...]) -> PhoneMention:
    """17000008899,哦不对,后四位是8898: the last number before the tail gets that tail."""
    behind = [tail.span for tail in tails if tail.span.start >= mention.span.end]
    later = any(other.span.start > mention.span.start for other in whole)
    corrected = tails_in(behind[-1].text, mention.number) if behind and not later else ()
    number = corrected[0].number if corrected else mention.number
    return replace(mention, number=number) if len(number) == len(mention.number) else mention


def _mention(run: DigitRun, text: str) -> list[PhoneMention]:
    span = Span(run.start, run.end, text[run.start : run.end])
    label = label_before(text, run.start)
    if label == "other" or _HOTLINE.fullmatch(run.digits):
        return []
    before, number = text[: run.start], _number(run, text, label)
    if number:
        return [] if _not_theirs(before, text, run.end) else [PhoneMention(span, number, PhoneKind.FULL)]
    if _meant_as_phone(run, text, label) and not _THIRD_PARTY.search(before):
        return [PhoneMention(span, run.digits, PhoneKind.INVALID)]
    return []


def _not_theirs(before: str, text: str, end: int) -> bool:
    return bool(
        _THIRD_PARTY.search(before) or _NOT_THIS.search(before) or (_GONE.match(text, end) and not _ELSE.match(text, end))
    )


def _number(run: DigitRun, text: str, label: str) -> str:
    mobile = _MOBILE.fullmatch(run.digits)
    if mobile:
        return mobile[1]
    local = _LOCAL.fullmatch(run.digits)
    if local and ((run.digits.startswith(AREA_CODE) and len(run.digits) == 11) or _called_landline(run, text)):
        return f"{AREA_CODE}-{local[1]}"
    far = _FAR.fullmatch(run.digits)
    if far and (run.broken or label == "phone"):
        return f"{far[1]}-{far[2]}"
    return ""


def _called_landline(run: DigitRun, text: str) -> bool:
    return bool(_LANDLINE_WORD.search(text[: run.start])) and not _UNIT_AFTER.match(text, run.end)


def _meant_as_phone(run: DigitRun, text: str, label: str) -> bool:
    """A wrong length: said to be a phone, or begins like a mobile and misses it by a digit or two."""
    size = len(run.digits)
    if _UNIT_AFTER.match(text, run.end) or label == "order":
        return False
    if _PHONE_WORD.search(text[: run.start]):
        return size <= _LONGEST
    return bool(re.match(r"1[3-9]", run.digits)) and size in (9, 10, 12, 13)
