"""Clocks of a work order: when somebody must be on site, when it must be finished, when the holder must react, when to warn.

Minutes run on the wall clock round the clock; everything else counts working days from the resident's report (casework.md 3.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from backend.contracts.conversations import Urgency
from backend.domain.calendar import SHANGHAI, Due, WorkingCalendar, at_local, due, end_of, local_day, shift

MAX_EXTENSIONS = 3
DAYS_TO_RETURN = 1
_LATE_EVENING = 22
_NEXT_MORNING = 6
_MORNING_OF_THE_LAST_DAY = 9
# The holder of an order must sign for it within this time; None is one working day.
HOLDER_MINUTES: dict[Urgency, int | None] = {Urgency.EMERGENCY: 10, Urgency.URGENT: 120, Urgency.NORMAL: None}


class Finish(str, Enum):
    MINUTES = "minutes"
    SAME_NIGHT = "same_night"
    WORKING_DAYS = "working_days"


class AlarmKind(str, Enum):
    """`target` of each kind: due_soon and on_site_due go to the holder, due and unacknowledged to the supervisor, overdue up."""

    DUE_SOON = "due_soon"
    DUE = "due"
    OVERDUE = "overdue"
    ON_SITE_DUE = "on_site_due"
    UNACKNOWLEDGED = "unacknowledged"


ALARM_TARGETS: dict[AlarmKind, str] = {
    AlarmKind.DUE_SOON: "holder",
    AlarmKind.ON_SITE_DUE: "supervisor",
    AlarmKind.UNACKNOWLEDGED: "supervisor",
    AlarmKind.DUE: "supervisor",
    AlarmKind.OVERDUE: "leader",
}


@dataclass(frozen=True)
class ClockSpec:
    """The promise of one leaf: minutes until somebody is on site (None: none promised) and the term for finishing."""

    finish: Finish
    amount: int = 0
    on_site_minutes: int | None = None

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> ClockSpec:
        """From the directory's JSON `{"finish": …, "amount": …, "on_site_minutes": …}`. Raises ValueError when it is wrong."""
        finish = Finish(data["finish"])
        amount = int(data.get("amount", 0))
        if finish is not Finish.SAME_NIGHT and amount < 1:
            raise ValueError(f"a clock in {finish.value} needs an amount")
        on_site = data.get("on_site_minutes")
        return cls(finish, amount, None if on_site is None else int(on_site))

    def to_data(self) -> dict[str, Any]:
        """The inverse."""
        amount = {} if self.finish is Finish.SAME_NIGHT else {"amount": self.amount}
        on_site = {} if self.on_site_minutes is None else {"on_site_minutes": self.on_site_minutes}
        return {"finish": self.finish.value, **amount, **on_site}


@dataclass(frozen=True)
class Pause:
    """A suspension; both ends aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Extension:
    """An approved extension by working days."""

    at: datetime
    days: int


def on_site_due(start: datetime, spec: ClockSpec) -> datetime | None:
    return None if spec.on_site_minutes is None else start + timedelta(minutes=spec.on_site_minutes)


def first_due(start: datetime, spec: ClockSpec, calendar: WorkingCalendar) -> Due:
    """When it must be finished, before any pause or extension."""
    if spec.finish is Finish.MINUTES:
        return Due(start + timedelta(minutes=spec.amount))
    if spec.finish is Finish.SAME_NIGHT:
        return Due(_same_night(start))
    return due(start, spec.amount, calendar)


def finish_due(start: datetime, spec: ClockSpec, calendar: WorkingCalendar, changes: Sequence[Pause | Extension] = ()) -> Due:
    """When it must be finished, recomputed from the history of this round; `changes` in the order in which they happened.

    A pause that began after the due time does not heal the breach; days off inside a pause cost nothing.
    """
    current = first_due(start, spec, calendar)
    for change in changes:
        if isinstance(change, Extension):
            current = _merge(current, shift(current.at, change.days, calendar))
        elif change.start <= current.at:
            current = _merge(current, _after_pause(current, change, spec, calendar))
    return current


def holder_due(dispatched_at: datetime, urgency: Urgency, calendar: WorkingCalendar) -> datetime:
    """Until when the unit that holds the order must sign for it; starts anew at each dispatch."""
    minutes = HOLDER_MINUTES[urgency]
    return due(dispatched_at, 1, calendar).at if minutes is None else dispatched_at + timedelta(minutes=minutes)


def return_until(dispatched_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Until when an order may be returned: one working day; silence counts as accepting it."""
    return due(dispatched_at, DAYS_TO_RETURN, calendar).at


def alarm_times(start: datetime, due_at: datetime, spec: ClockSpec, calendar: WorkingCalendar) -> dict[AlarmKind, datetime]:
    """When to warn about the finish clock: in the last quarter, at due, and when it took twice as long.

    In working days: at 09:00 of the due day, at due, and one working day later.
    """
    if spec.finish is Finish.WORKING_DAYS:
        soon = at_local(local_day(due_at), _MORNING_OF_THE_LAST_DAY)
        over = shift(due_at, 1, calendar).at
    else:
        soon = due_at - (due_at - start) / 4
        over = due_at + max(due_at - start, timedelta(minutes=30))
    return {AlarmKind.DUE_SOON: soon, AlarmKind.DUE: due_at, AlarmKind.OVERDUE: over}


def _same_night(start: datetime) -> datetime:
    """24:00 of the day of the report; a report after 22:00 has until 06:00, because nobody could make it by midnight."""
    local = start.astimezone(SHANGHAI)
    if local.hour >= _LATE_EVENING:
        return at_local(local.date() + timedelta(days=1), _NEXT_MORNING)
    return end_of(local.date())


def _after_pause(current: Due, pause: Pause, spec: ClockSpec, calendar: WorkingCalendar) -> Due:
    if spec.finish is not Finish.WORKING_DAYS:
        return Due(current.at + (pause.end - pause.start), current.provisional)
    return shift(current.at, calendar.between(local_day(pause.start), local_day(pause.end)), calendar)


def _merge(before: Due, after: Due) -> Due:
    return Due(max(before.at, after.at), before.provisional or after.provisional)
