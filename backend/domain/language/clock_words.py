"""Parts of the day and clock times: 早上, 后半夜, 擦黑, 晚上八点半, 20:30."""

from __future__ import annotations

import re
from datetime import timedelta

from backend.domain.language.numerals import parse_numeral
from backend.domain.language.tables import load_table
from backend.domain.language.time_values import Hours

_TABLE = load_table("times")
_PARTS: dict[str, tuple[float, float]] = {
    word: (entry["from"], entry["to"]) for entry in _TABLE["parts_of_day"] for word in entry["words"] if len(word) > 1
}
_SHORT: dict[str, tuple[float, float]] = {word: (hours[0], hours[1]) for word, hours in _TABLE["short_parts"].items()}
_PART_WORDS = "|".join(sorted(_PARTS, key=len, reverse=True))
# 一晚上几十车 counts, and names no evening.
# 楼上半夜砸墙, 楼下午休: the floor above and the shop below are no parts of the day.
# 晚上好 师傅 greets, 晚上好冷 does not.
# 中午吃了吗 is small talk, 周末上班不 asks when we are there.
_GREETING = (
    r"(?:好(?=[,。!?~ 啊呀哈哟]|$|师傅|您|你|客服|领导|同志|大家)|(?:你|您|你们)?吃(?:饭|点)?(?:了(?=[吗么没嘛,。!?\s]|$)"
    r"|啥|什么|没|过(?=[没吗])))"
)
_PER_NIGHT = r"(?!(?<=一)晚上[一-龥]{0,2}(?:[\d两二三四五六七八九十几]|一(?!直|个劲|样)))"
_PART = re.compile(
    rf"(?<!楼(?=[上下])){_PER_NIGHT}(?<!初(?=一早))(?!早起来(?![水电气人]))(?P<part>{_PART_WORDS}|(?<![每今昨明前当天])[早晚](?=\d{{1,2}}[点:]|(?!一点)[一二三四五六七八九十]{{1,2}}点))(?!{_GREETING})(?:儿|的时候|那会儿?)?"
)
_AFTER_DAY = re.compile(rf"(?:的|儿|个)?\s*(?P<part>{'|'.join(_SHORT)})(?!点(?:来|修|处|解)|些|(?<=早)(?:就|已))")
_HOUR = r"(?:2[0-4]|1\d|0?\d|零|十[一二]?|二十[一二三四]?|[一二两三四五六七八九])"
_MINUTE = r"(?:[0-5]?\d|[一二三四五]?十[一二三四五六七八九]?|零[一二三四五六七八九]|[一二三四五六七八九])"
_CLOCK = re.compile(
    rf"(?<![\d.:一二三四五六七八九十第])(?:(?P<early>{_HOUR})[、~\-到至](?={_HOUR}点)|(?P<near>[一二两三四五六七八])(?=[两二三四五六七八九十]点))?(?P<hour>{_HOUR})(?:点钟?|时(?!候|间|不|常|段|刻))(?P<minute>半|一刻"
    rf"|三刻|{_MINUTE}(?=分|$|[,。\s左就停开到多来])分?|整)?(?P<about>多钟?|左右|来钟|前后|那会儿?|那阵儿?|许)?"
)
_DIGITAL = re.compile(r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::\d\d)?(?![\d:])")
# 三点意见, 一点水, 快一点: 点 is a clock only with a part of the day in front or a clock word behind.
_CLOCK_BEHIND = re.compile(r"\s*(?:就|开始|到|停|来的?电|起|吧|左右|多|半|的时候|那会|前|后|钟|至|-|~|我|发现|突然|发生|着)")
_EDGES = {"半": 30, "一刻": 15, "三刻": 45, "整": 0}


def find_hours(text: str, day_ends: frozenset[int]) -> list[Hours]:
    """Parts of the day and clock times in normalised text; `day_ends` are the positions where an expression of days ends."""
    found: list[Hours] = []
    parts = [(match.start(), match.end(), _PARTS.get(match["part"]) or _SHORT[match["part"]]) for match in _PART.finditer(text)]
    for end in day_ends:
        match = _AFTER_DAY.match(text, end)
        if match and not any(begin < match.end() and match.start("part") < finish for begin, finish, _ in parts):
            parts.append((match.start("part"), match.end(), _SHORT[match["part"]]))
    used: set[int] = set()
    for match in [*_CLOCK.finditer(text), *_DIGITAL.finditer(text)]:
        clock = _clock(match, text, parts, day_ends, used)
        if clock is not None:
            found.append(clock)
    found += [Hours(begin, finish, _hours(span[0]), _last(span[1])) for begin, finish, span in parts if begin not in used]
    return sorted(found, key=lambda hours: hours.begin)


def _clock(
    match: re.Match[str], text: str, parts: list[tuple[int, int, tuple[float, float]]], day_ends: frozenset[int], used: set[int]
) -> Hours | None:
    part = next(
        (
            part
            for part in parts
            if part[1] <= match.start() and not text[part[1] : match.start()].strip(" ,的大概约也就是在快差不多")
        ),
        None,
    )
    digital = ":" in match[0]
    after_day = any(end <= match.start() and not text[end : match.start()].strip(" 的大约快") for end in day_ends)
    after_clock = bool(re.search(r"(?:[点分半刻\d]钟?|点[一二三四五六七八九十]{1,3})(?:到|至|-|~)$", text[: match.start()]))
    if not (
        digital
        or part
        or after_day
        or after_clock
        or match["minute"]
        or match["about"]
        or "钟" in match[0]
        or _CLOCK_BEHIND.match(text, match.end())
    ):
        return None
    hour, early = parse_numeral(match["hour"]), _earlier(match.groupdict())
    raw = match["minute"] or ""
    minute = _EDGES[raw] if raw in _EDGES else parse_numeral(raw.rstrip("分")) or 0
    if hour is None or hour > 24 or minute > 59 or (early is not None and early >= hour):
        return None
    if part:
        used.add(part[0])
    start = timedelta(hours=_hour_in_part(hour, part[2]) if part else hour, minutes=minute)
    begin = part[0] if part else match.start()
    loose = part is None and not digital and 1 <= hour <= 11
    about = match.groupdict().get("about") or ""
    end = start + timedelta(minutes=59 - minute if minute < 59 else 0) if about.startswith("多") else start
    start -= timedelta(hours=hour - early if early is not None else 0)
    return Hours(begin, match.end(), start, end, exact=True, loose=loose)


def _earlier(groups: dict[str, str | None]) -> int | None:
    """The first of two hours: 一两点, 两到四点."""
    return parse_numeral(groups.get("early") or groups.get("near") or "")


def _hour_in_part(hour: int, span: tuple[float, float]) -> int:
    """The hour of the day that a clock of twelve means in that part: 下午三点 15, 晚上12点 24, 半夜两点 26, 中午一点 13."""
    if hour > 12:
        return hour
    start, end = span
    if end > 24:  # 半夜: from eleven to three
        return hour + 12 if 9 <= hour < 12 else 24 + hour % 12
    if start == 18:  # 晚上: six to twelve; 夜里两点 is already the next morning
        return hour + 12 if 5 <= hour <= 12 else 24 + hour
    if start >= 11:
        return hour if hour in (11, 12) and start < 16 else hour % 12 + 12
    return hour % 12 if start == 0 else hour


def _hours(value: float) -> timedelta:
    return timedelta(hours=value)


def _last(value: float) -> timedelta:
    """The end of a part of the day; one that ends at midnight ends with the last second of the day."""
    return _hours(value) - timedelta(seconds=1 if value == 24 else 0)
