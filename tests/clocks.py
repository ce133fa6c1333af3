"""Time in tests: a clock that stands still until it is moved, and moments as people in Anshan write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backend.contracts.spoken_time import LOCAL

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # Saturday 12:00 in Shanghai


@dataclass
class HandClock:
    """Stands still at `at` until it is moved."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def advance(self, **step: float) -> None:
        self.at += timedelta(**step)


def local(text: str) -> datetime:
    """2026-11-21T12:00, on the clocks of the district."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)
