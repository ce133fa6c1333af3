"""What a platform's session window still allows (WeChat: 5 messages in 48 h after a message, 3 in 1 min after a click)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

RESERVED_FOR_PEOPLE = 1  # the last message of a window is kept for a caseworker; notifications leave it alone


@dataclass(frozen=True)
class Window:
    """One grant. Several grants are not added up: the larger applies, and a message counts in all that are open."""

    id: str
    allowed: int
    used: int
    expires_at: datetime


def open_windows(windows: Sequence[Window], now: datetime) -> tuple[Window, ...]:
    """Those that have not expired; the last instant is closed."""
    return tuple(window for window in windows if now < window.expires_at)


def remaining(windows: Sequence[Window], now: datetime) -> int:
    """How many messages may still be sent."""
    return max((window.allowed - window.used for window in open_windows(windows, now)), default=0)


def may_send(windows: Sequence[Window], now: datetime, *, notification: bool, pieces: int = 1) -> bool:
    """Whether a message of so many pieces fits; a notification only if one is left for a caseworker afterwards."""
    return remaining(windows, now) >= pieces + (RESERVED_FOR_PEOPLE if notification else 0)
