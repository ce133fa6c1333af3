"""When it happened, against the message's own time in Asia/Shanghai: point, interval, since, recurring, vague, future."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from backend.contracts.conversations import OccurredAt, TimeKind
from backend.contracts.understanding import Span, TimeMention
from backend.domain.language.denied import BLANK, PADDING, behind_slip, is_denied, without_denied_first
from backend.domain.language.normalise import normalise
from backend.domain.language.tables import load_table
from backend.domain.language.time_frames import find_frames
from backend.domain.language.time_values import SHANGHAI, Found, to_utc

# 今天天气真冷 and 今天必须给个说法 name no day on which something happened.
_NOT_THEN = re.compile(
    r"今[天儿日]个?(?=必须|务必|就?得给|之内|一定)|(?:今天|今儿个?|今日|明天|这)?(?:的)?天(?:气|儿(?=[^,。]{0,3}[冷热好]))"
)
_PINYIN: dict[str, str] = load_table("times")["pinyin"]
_PINYIN_WORD = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(sorted(_PINYIN, key=len, reverse=True))})(?![A-Za-z])", re.IGNORECASE)


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
    text = _spelt_out(_NOT_THEN.sub(_blank, without_denied_first(text)))
    slip = behind_slip(text)
    frames = [frame for frame in find_frames(text, now) if frame.begin == slip or not is_denied(text, frame.begin)]
    frames = [frame for frame in frames if frame.begin >= slip] or frames
    if not frames:
        return None
    best = max(frames, key=lambda frame: (frame.rank, -frame.begin))
    return _mention(text, best)


def _blank(match: re.Match[str]) -> str:
    return BLANK * len(match[0])


def _spelt_out(text: str) -> str:
    """zuotian as 昨天, with blanks for the letters that are left over: positions stay."""
    return _PINYIN_WORD.sub(lambda match: _PINYIN[match[0].lower()].ljust(len(match[0]), PADDING), text)


def _within_calendar(moment: datetime) -> datetime:
    """The lunar tables and the arithmetic hold from 1950 to 2100; a clock outside that is wrong anyway."""
    low, high = datetime(1950, 1, 1, tzinfo=timezone.utc), datetime(2099, 12, 30, tzinfo=timezone.utc)
    return min(max(moment, low), high)


def _mention(text: str, found: Found) -> TimeMention:
    words = text[found.begin : found.finish].replace(PADDING, "")
    behind = text[found.finish :]
    finish = found.finish + len(behind) - len(behind.lstrip(PADDING))
    known = found.kind not in (TimeKind.RECURRING, TimeKind.VAGUE)
    start, end = (to_utc(found.start), to_utc(found.end)) if known else (None, None)
    if start is not None and end is not None and end < start:
        end = start + timedelta(0)
    return TimeMention(Span(found.begin, finish, words), OccurredAt(words, found.kind, start, end))
