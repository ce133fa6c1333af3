"""When it happened, against the message's own time in Asia/Shanghai: point, interval, since, recurring, vague, future."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from backend.contracts.conversations import OccurredAt, TimeKind
from backend.contracts.understanding import Span, TimeMention
from backend.domain.language.normalise import normalise
from backend.domain.language.time_frames import find_frames
from backend.domain.language.time_values import SHANGHAI, Found, to_utc

_DENIED = re.compile(r"(?<!是)不是(?:从|打)?\s*$")  # 不是昨天 是前天


def parse_time(text: str, message_time: datetime) -> TimeMention | None:
    """The time of the problem, None when none is named; `message_time` must be aware (ValueError otherwise).

    Bounds are aware UTC and inclusive; a day ends at 23:59:59 local time. Of several expressions the one tied to the start of the
    problem wins: a span that still lasts, then a stretch, a recurrence, a duration, a day, hours, and vague words last.
    """
    return time_in(normalise(text).text, message_time)


def time_in(text: str, message_time: datetime) -> TimeMention | None:
    """`parse_time` for text that is normalised already."""
    if message_time.tzinfo is None:
        raise ValueError("message_time must be aware")
    now = _within_calendar(message_time).astimezone(SHANGHAI)
    frames = [frame for frame in find_frames(text, now) if not _DENIED.search(text[: frame.begin])]
    if not frames:
        return None
    best = max(frames, key=lambda frame: (frame.rank, -frame.begin))
    return _mention(text, best)


def _within_calendar(moment: datetime) -> datetime:
    """The lunar tables and the arithmetic hold from 1950 to 2100; a clock outside that is wrong anyway."""
    low, high = datetime(1950, 1, 1, tzinfo=timezone.utc), datetime(2099, 12, 30, tzinfo=timezone.utc)
    return min(max(moment, low), high)


def _mention(text: str, found: Found) -> TimeMention:
    words = text[found.begin : found.finish]
    known = found.kind not in (TimeKind.RECURRING, TimeKind.VAGUE)
    start, end = (to_utc(found.start), to_utc(found.end)) if known else (None, None)
    if start is not None and end is not None and end < start:
        end = start + timedelta(0)
    return TimeMention(Span(found.begin, found.finish, words), OccurredAt(words, found.kind, start, end))
