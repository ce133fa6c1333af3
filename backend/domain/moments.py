"""Which moments can be worked with at all: stored, moved between time zones, counted on from. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

_YEARS = range(1900, 9000)  # at the very ends of the calendar a time in another zone, or ten working days later, does not exist


_AHEAD = timedelta(hours=1)  # clocks differ


def plausible(moment: datetime, now: datetime, *, oldest: timedelta) -> datetime:
    """The moment that a message claims for itself, or `now` when it cannot have been written then."""
    return moment if now - oldest <= moment <= now + _AHEAD else now


def is_usable(moment: datetime) -> bool:
    """Tell whether a moment has a time zone and leaves room for arithmetic."""
    return moment.tzinfo is not None and moment.year in _YEARS
