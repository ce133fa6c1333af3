"""Keyset paging: `{items, next}`, where `next` is an opaque cursor or null."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from backend.domain.errors import InvalidField

Limit = Annotated[int, Query(ge=1, le=200, description="how many items at most")]


class Page[Item](BaseModel):
    """One page of a list; pass `next` back as `cursor` to get the following one."""

    items: list[Item]
    next: str | None = None


def encode_cursor(*key: Any) -> str:
    """Pack the sort key of the last item; times as ISO strings."""
    return base64.urlsafe_b64encode(json.dumps(key, default=str).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[Any]:
    """Unpack a cursor of `length` parts. Raises InvalidField when it is not one of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (ValueError, binascii.Error) as error:
        raise InvalidField("cursor 不是本接口给出的", field="cursor") from error
    if not isinstance(key, list) or len(key) != length:
        raise InvalidField("cursor 不是本接口给出的", field="cursor")
    return key
