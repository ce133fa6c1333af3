"""Working days of the State Council calendar, and the arithmetic on them. Days are local days of Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_END_OF_DAY = time(23, 59, 59)
_SATURDAY = 5


@dataclass(frozen=True)
class WorkingCalendar:
    """`days`: local day -> is it a working day, for the years that the calendar table knows.

    Outside them Monday to Friday count, and results are `provisional`: nobody can know a year before the State Council notice.
    """

    days: Mapping[date, bool]

    def is_working(self, day: date) -> bool:
        known = self.days.get(day)
        return day.weekday() < _SATURDAY if known is None else known

    def is_provisional(self, day: date) -> bool:
        return day not in self.days

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (day 1 is the first working day after it). `count` 0 is the day itself."""
        while count > 0:
            day += timedelta(days=1)
            if self.is_working(day):
                count -= 1
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`."""
        span = max(0, (end - start).days)
        return sum(self.is_working(start + timedelta(days=offset)) for offset in range(1, span + 1))


@dataclass(frozen=True)
class Due:
    """A point in time (aware, UTC); `provisional` when it lies in, or was counted through, a year without a calendar."""

    at: datetime
    provisional: bool = False


def local_day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """The last second of a local day, in UTC."""
    return datetime.combine(day, _END_OF_DAY, tzinfo=SHANGHAI).astimezone(timezone.utc)


def at_local(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=SHANGHAI).astimezone(timezone.utc)


def due(start: datetime, count: int, calendar: WorkingCalendar) -> Due:
    """24:00 local (23:59:59) of the `count`-th working day after the day of `start` (casework rule: from the day after receipt).

    `count` must be at least 1; raises ValueError otherwise.
    """
    if count < 1:
        raise ValueError("a term has at least one working day")
    return shift(start, count, calendar)


def shift(start: datetime, count: int, calendar: WorkingCalendar) -> Due:
    """The end of the `count`-th working day after the day of `start`; also used to move a due date by `count` working days."""
    last = calendar.add(local_day(start), count)
    return Due(end_of(last), calendar.is_provisional(last))
