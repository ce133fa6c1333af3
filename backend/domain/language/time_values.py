"""What the time rules hand to each other, and the arithmetic of days in Asia/Shanghai."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from backend.contracts.conversations import TimeKind
from backend.domain.calendar import SHANGHAI
from backend.domain.language.numerals import DIGITS, parse_numeral

_DAY_END = time(23, 59, 59)


@dataclass(frozen=True)
class Days:
    """Whole days, both ends included, that stand at text[begin:finish].

    `several` when the words name a stretch (上周); `weekly` for a bare weekday, which may step back a week.
    """

    begin: int
    finish: int
    first: date
    last: date
    several: bool = False
    weekly: bool = False


@dataclass(frozen=True)
class Hours:
    """A part of a day or a clock time as offsets from midnight of the day it belongs to; may run past midnight.

    `exact` for a clock time; `loose` when only the latest of morning and evening can tell (三点半).
    """

    begin: int
    finish: int
    start: timedelta
    end: timedelta
    exact: bool = False
    loose: bool = False


@dataclass(frozen=True)
class Found:
    """A time expression: kind, local bounds, and its rank among several of one message (the higher wins, then the earlier)."""

    begin: int
    finish: int
    kind: TimeKind
    start: datetime | None = None
    end: datetime | None = None
    rank: int = 0


def at(day: date, offset: timedelta) -> datetime:
    """Local time `offset` after midnight of `day`."""
    return datetime.combine(day, time(), SHANGHAI) + offset


def day_start(day: date) -> datetime:
    """00:00:00 local time."""
    return datetime.combine(day, time(), SHANGHAI)


def day_end(day: date) -> datetime:
    """23:59:59 local time: a day is covered whole."""
    return datetime.combine(day, _DAY_END, SHANGHAI)


def to_utc(moment: datetime | None) -> datetime | None:
    """Aware UTC, None stays None."""
    return None if moment is None else moment.astimezone(timezone.utc)


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier (later for a negative count), the last one where it does not exist."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, last_day(year, month + 1)))


def approximate_count(raw: str) -> int | None:
    """A count in words of time: 三 3, 两三 3 (the larger of two neighbours), 十几 and 二十多 their lower bound."""
    plain = raw.rstrip("几多来好")
    if len(plain) == 2 and all(char in DIGITS for char in plain) and DIGITS[plain[1]] == DIGITS[plain[0]] + 1:
        return DIGITS[plain[1]]
    return parse_numeral(plain)


def last_day(year: int, month: int) -> int:
    """The number of days in a month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day
