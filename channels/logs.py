"""Structured logs, one JSON line each, with personal data masked before anything is written."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog

from backend.domain.masking import mask_phone, mask_text, mask_user

# fields that hold nothing but personal data; free text in other fields is searched for phones and openids
MASKS = {"phone": mask_phone, "contact_phone": mask_phone, "channel_user_id": mask_user, "openid": mask_user, "to": mask_user}
HIDDEN = {"text", "body", "description", "contact_name"}


class Unfailing(io.TextIOBase):
    """A stream that drops what its file does not take: on a full disk a line of the log would else end the request or the turn
    that it tells of, also after its commit."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def mask_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor."""
    for key, value in event.items():
        if not isinstance(value, str):
            continue
        if key in HIDDEN:
            event[key] = f"({len(value)} characters)"
        else:
            event[key] = MASKS.get(key, mask_text)(value)
    return event


def configure(level: str) -> None:
    """Set up structlog for a program; `level` is a name such as INFO. Raises ValueError for an unknown one."""
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"YOUSHI_LOG_LEVEL={level}: use DEBUG, INFO, WARNING or ERROR")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask_event,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, Unfailing(sys.stderr))),
        cache_logger_on_first_use=True,
    )
