"""The key of the next page of a list, as it stands in an address."""

from __future__ import annotations

from datetime import datetime

from backend.domain.errors import InvalidField
from backend.domain.moments import is_usable


def write_cursor(key: tuple[datetime, str]) -> str:
    """`2026-11-21T08:00:00+00:00~id`."""
    return f"{key[0].isoformat()}~{key[1]}"


def read_cursor(text: str) -> tuple[datetime, str] | None:
    """The inverse; None for "". Raises InvalidField."""
    if not text:
        return None
    at, _, row_id = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise InvalidField("翻页的地址不对,请从第一页看起", field="cursor") from error
    if not is_usable(moment) or not row_id:
        raise InvalidField("翻页的地址不对,请从第一页看起", field="cursor")
    return moment, row_id
