"""Keyset paging: `{items, next}`, where `next` is an opaque cursor or null."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from backend.domain.errors import InvalidField
from backend.domain.moments import is_usable

_NOT_OURS = "cursor 不是本接口给出的"
_TOO_MANY = 2**31

Limit = Annotated[int, Query(ge=1, le=200, description="how many items at most")]


class Page[Item](BaseModel):
    """One page of a list; pass `next` back as `cursor` to get the following one."""

    items: list[Item]
    next: str | None = None


def encode_cursor(*key: Any) -> str:
    """Pack the sort key of the last item; times as ISO strings."""
    return base64.urlsafe_b64encode(json.dumps(key, default=str).encode()).decode().rstrip("=")


def decode_time_cursor(cursor: str) -> tuple[datetime, str] | None:
    """Unpack (time, id) of the last item; None for "". Raises InvalidField when it is not one of ours."""
    if not cursor:
        return None
    at, item_id = decode_cursor(cursor, 2)
    try:
        moment = datetime.fromisoformat(str(at))
    except ValueError as error:
        raise InvalidField(_NOT_OURS, field="cursor") from error
    if not is_usable(moment):
        raise InvalidField(_NOT_OURS, field="cursor")
    return moment, str(item_id)


def decode_number_cursor(cursor: str) -> int:
    """Unpack the number of the last item; 0 for "". Raises InvalidField when it is not one of ours."""
    if not cursor:
        return 0
    (number,) = decode_cursor(cursor, 1)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < _TOO_MANY:
        raise InvalidField(_NOT_OURS, field="cursor")
    return number


def decode_cursor(cursor: str, length: int) -> list[Any]:
    """Unpack a cursor of `length` parts. Raises InvalidField when it is not one of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (ValueError, binascii.Error) as error:
        raise InvalidField(_NOT_OURS, field="cursor") from error
    if not isinstance(key, list) or len(key) != length:
        raise InvalidField(_NOT_OURS, field="cursor")
    return key
