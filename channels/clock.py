"""The clocks of the programs.

The simulated clock is a file with an offset in seconds, read by every program of one installation, so that windows, deadlines,
reminders and expiries can be watched without waiting. It is refused where real platforms are configured (`make_clock`).
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend.services.ports import Clock
from backend.settings import Settings

CLOCK_FILE = "clock.json"


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


_FURTHEST = timedelta(days=100 * 366)


class SimulatedClock:
    """The machine's clock plus an offset kept in `path`; a missing file means no offset."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._current_offset()

    def advance(self, step: timedelta) -> datetime:
        """Move the time of all programs by `step`; returns the new time. Raises ValueError for a step back or too far."""
        if step < timedelta():
            raise ValueError("the clock only moves forward")
        return self._store(self._current_offset() + step)

    def set(self, moment: datetime) -> datetime:
        """Set the time of all programs to `moment` (aware). Raises ValueError when it lies in the past of the simulated time."""
        if moment < self.now():
            raise ValueError("the clock only moves forward")
        return self._store(moment - datetime.now(UTC))

    def _current_offset(self) -> timedelta:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return self._offset
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp != self._seen:
            self._offset = timedelta(seconds=json.loads(self._path.read_text())["offset_seconds"])
            self._seen = stamp
        return self._offset

    def _store(self, offset: timedelta) -> datetime:
        # a time that cannot be computed with would stay in the file, and no program could go on or be set right
        if offset > _FURTHEST:
            raise ValueError(f"the clock moves at most {_FURTHEST.days} days ahead")
        # replaced as a whole: another program never reads half a file
        draft = self._path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
        draft.replace(self._path)
        return self.now()


def make_clock(settings: Settings) -> Clock:
    """The clock that the settings ask for. Raises ValueError when a simulated one is asked for outside demo."""
    if settings.clock == "system":
        return SystemClock()
    if settings.is_live:
        raise ValueError("YOUSHI_CLOCK=simulated is refused where real people are reached: unset it")
    settings.home_dir.mkdir(parents=True, exist_ok=True)
    return SimulatedClock(settings.home_dir / CLOCK_FILE)
