"""The hash chain of an order's events, and the order that they add up to.

Each event's hash covers its own content and the hash before it, so a changed, removed or inserted event breaks the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True)
class ChainedEvent:
    """One event as stored. `changes` holds the order fields that it set, as JSON values."""

    seq: int
    type: str
    at: datetime
    actor: str
    from_state: str
    to_state: str
    note: str
    data: Mapping[str, Any]
    changes: Mapping[str, Any]
    hash: str = ""


def json_value(value: Any) -> Any:
    """A value as it stands in `changes`: times as ISO strings in UTC."""
    return value.astimezone(timezone.utc).isoformat() if isinstance(value, datetime) else value


def event_hash(number: str, previous: str, event: ChainedEvent) -> str:
    """SHA-256 over the previous hash and the canonical JSON of the event of order `number`."""
    content = {
        "number": number,
        "seq": event.seq,
        "type": event.type,
        "at": json_value(event.at),
        "actor": event.actor,
        "from": event.from_state,
        "to": event.to_state,
        "note": event.note,
        "data": event.data,
        "changes": event.changes,
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


@dataclass(frozen=True)
class Break:
    """The first thing that is wrong with an order's log; `seq` 0 is the order row itself."""

    number: str
    seq: int
    reason: str


def find_break(number: str, events: Iterable[ChainedEvent]) -> Break | None:
    """The first event that does not follow from the one before, or None."""
    previous, state, expected = GENESIS, "", 1
    for event in events:
        if event.seq != expected:
            return Break(number, expected, "missing")
        if event_hash(number, previous, event) != event.hash:
            return Break(number, event.seq, "hash")
        if event.from_state != state:
            return Break(number, event.seq, "state")
        previous, state, expected = event.hash, event.to_state, expected + 1
    return None


def replay(events: Iterable[ChainedEvent]) -> dict[str, Any]:
    """The order fields that the events add up to, with `state` and `version` (the number of events)."""
    fields: dict[str, Any] = {"state": "", "version": 0}
    for event in events:
        fields.update(event.changes)
        fields["state"] = event.to_state
        fields["version"] = event.seq
    return fields
