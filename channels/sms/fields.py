"""The front door for what SMS providers push: untrusted bytes become records of clean text, or BadMessage. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timezone
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes

from backend.domain.storable import UNSTORABLE

_TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S")
_ASCII = "".join(map(chr, range(128)))
_MAX_FIELDS = 64
_KEY_LIMIT = 80

type Record = Mapping[str, Any]


class BadMessage(Exception):
    """A push that is not of a shape the provider documents; answered with 400."""


def read_records(body: bytes) -> list[Record]:
    """Return the records of a push: a JSON object, a JSON array of objects, or one form. Raises BadMessage."""
    if body.lstrip()[:1] in (b"{", b"["):
        return _json_records(body)
    record = read_form(body, "utf-8")
    if not record:
        raise BadMessage("neither JSON nor a form")
    return [record]


def _json_records(body: bytes) -> list[Record]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadMessage("broken JSON") from error
    records = found if isinstance(found, list) else [found]
    if not records:
        raise BadMessage("an empty list")
    return [record if isinstance(record, dict) else {} for record in records]


def read_form(raw: bytes, charset: str) -> dict[str, str]:
    """Return the fields of a query or form whose bytes, percent-encoded or not, are in `charset`. Raises BadMessage."""
    encoded = quote_from_bytes(raw, safe=_ASCII)
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, encoding=charset, errors="replace", max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise BadMessage("too many fields") from error
    return dict(pairs)


def text_of(record: Record, name: str) -> str:
    """Return a field as storable text, "" when it is absent. Raises BadMessage for objects and lists."""
    value = record.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadMessage(f"{name} is not a text or a number")
    return UNSTORABLE.sub("�", str(value))


def required(record: Record, name: str) -> str:
    """Like `text_of`, but the field must be there; it may be empty. Raises BadMessage."""
    if record.get(name) is None:
        raise BadMessage(f"{name} is missing")
    return text_of(record, name)


def flag_of(record: Record, name: str) -> bool:
    """Return a truth value that may be written as a word or number. Raises BadMessage for anything else."""
    value = str(record.get(name)).lower()
    if value not in ("true", "false", "1", "0"):
        raise BadMessage(f"{name} is neither true nor false")
    return value in ("true", "1")


def time_of(text: str, zone: timezone, fallback: datetime) -> datetime:
    """Return a provider's time (seconds since 1970, or a date and time in `zone`) in UTC; `fallback` when it cannot be read.

    A message must not be lost for its time stamp.
    """
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= 10:
        return datetime.fromtimestamp(int(text), UTC)
    for pattern in _TIME_FORMATS:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return fallback


def dedupe_key(provider: str, provider_id: str, phone: str, *content: str) -> str:
    """Return the key by which a repeated push is known: the provider's id with the phone, or a hash of what was said and when.

    The id alone is not enough: a gateway that counts anew after a restart would make one resident's text swallow another's.
    """
    if provider_id and len(provider_id) + len(phone) <= _KEY_LIMIT:
        return f"sms:{provider}:{phone.strip()}:{provider_id}"
    digest = hashlib.sha256("\x1f".join((provider_id, phone, *content)).encode()).hexdigest()
    return f"sms:{provider}:{digest[:32]}"
