"""Days and hours that stand together become one moment; clock times without a part of the day take the latest one past."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from backend.domain.language.calendar_words import find_calendar_days
from backend.domain.language.clock_words import find_hours
from backend.domain.language.day_words import find_days
from backend.domain.language.denied import PADDING
from backend.domain.language.time_values import Days, Hours, at, day_end, day_start

_GLUE = re.compile(rf"{PADDING}*[ 的,儿)]{{0,2}}(?:大概|大约|差不多|约|快|是|就|在|那天|当天|当时|那晚)?[ 的,]?")
# 五点钟左右吧 昨天的事儿: the day is told behind the hours.
_DAY_BEHIND = re.compile(r"(?:吧|的?时候|那会儿?|左右|呢|啊|[ ,。])*")
_ENDS = re.compile(r"(?:的|儿)?(?:事儿?|时候)?(?:吧|啊|呢|了)?\s*(?:$|[,。!])")
_HALF_DAY = timedelta(hours=12)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Moment:
    """Local bounds of a day, a part of a day or a clock time at text[begin:finish]; `dated` when a day was named."""

    begin: int
    finish: int
    start: datetime
    end: datetime
    days: Days | None
    hours: Hours | None

    @property
    def several(self) -> bool:
        """True for a stretch of days."""
        return self.days is not None and self.days.several


def find_moments(text: str, now: datetime) -> list[Moment]:
    """Moments of normalised text from left to right; `now` is local time."""
    today = now.date()
    calendar = find_calendar_days(text, today)
    days = calendar + [
        item
        for item in find_days(text, today)
        if not any(item.begin < other.finish and other.begin < item.finish for other in calendar)
    ]
    days.sort(key=lambda item: item.begin)
    hours = find_hours(text, frozenset(item.finish for item in days))
    hours = [item for item in hours if not any(item.begin < day.finish and day.begin < item.finish for day in days)]
    moments: list[Moment] = []
    for item in days:
        behind = next(
            (hour for hour in hours if hour.begin >= item.finish and _GLUE.fullmatch(text, item.finish, hour.begin)), None
        )
        moments.append(dated(item, behind, now))
        if behind is not None:
            hours.remove(behind)
        elif (before := _told_before(item, hours, text)) is not None:
            moments[-1] = replace(dated(item, before, now), begin=before.begin, finish=item.finish)
            hours.remove(before)
    moments += [undated(hour, now) for hour in hours]
    return sorted(moments, key=lambda moment: moment.begin)


def _told_before(days: Days, hours: list[Hours], text: str) -> Hours | None:
    """The clock time right before a day that closes its clause."""
    if days.several or not _ENDS.match(text, days.finish):
        return None
    return next((hour for hour in hours if hour.exact and _DAY_BEHIND.fullmatch(text, hour.finish, days.begin)), None)


def dated(days: Days, hours: Hours | None, now: datetime) -> Moment:
    """The moment of these days, at these hours if there are any."""
    if hours is None:
        return Moment(days.begin, days.finish, day_start(days.first), day_end(days.last), days, None)
    hours = _settle(hours, days.first, now)
    start, end = at(days.first, hours.start), at(days.last, hours.end)
    if start > now and days.weekly and days.first == now.date():
        week = timedelta(days=7)
        return dated(replace(days, first=days.first - week, last=days.last - week), hours, now)
    if start > now and days.first == now.date() and hours.end > timedelta(hours=24):
        # 今天半夜, said in the daytime of a thing that happened, is the night that ended this morning.
        start, end = start - _DAY, end - _DAY
    return Moment(days.begin, hours.finish, start, end, days, hours)


def undated(hours: Hours, now: datetime) -> Moment:
    """The latest such hours that began before `now`."""
    today: date = now.date()
    if hours.loose:
        offsets = [offset + days for days in (timedelta(), -_DAY) for offset in (hours.start + _HALF_DAY, hours.start)]
        offset = next((item for item in offsets if at(today, item) <= now), hours.start)
        start = at(today, offset)
        return Moment(hours.begin, hours.finish, start, start + (hours.end - hours.start), None, hours)
    day = today
    while at(day, hours.start) > now:
        day -= _DAY
    return Moment(hours.begin, hours.finish, at(day, hours.start), at(day, hours.end), None, hours)


def _settle(hours: Hours, day: date, now: datetime) -> Hours:
    """Morning or evening for a bare clock time on a named day: the latest one past today, the waking hours on another day."""
    if not hours.loose:
        return hours
    later = at(day, hours.start + _HALF_DAY)
    evening = later <= now if day == now.date() else hours.start < timedelta(hours=6)
    shift = _HALF_DAY if evening else timedelta()
    return replace(hours, start=hours.start + shift, end=hours.end + shift, loose=False)
