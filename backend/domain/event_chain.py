"""The hash chain of an order's events, and the order that they add up to.

Each event's hash covers its own content and the hash before it, so a changed, removed or inserted event breaks the chain. The
words of an event may be erased when a later event of the same chain vouches for it: `erasure` says how.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

GENESIS = "0" * 64
ERASED_WORDS = "(内容已删除)"
_VOUCHED = "erased"  # in the data of the event that vouches: seq -> what is left of the event, hashed
_WORDS = ("note", "reason")  # where an event has what somebody said in words


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


def without_words(event: ChainedEvent) -> ChainedEvent:
    """The event without what somebody said in words; everything else stays, its hash too."""
    data = {name: ERASED_WORDS if name in _WORDS and value else value for name, value in event.data.items()}
    return replace(event, note=ERASED_WORDS if event.note else "", data=data)


def erasure(number: str, events: Sequence[ChainedEvent], chosen: Iterable[int]) -> dict[str, Any]:
    """The data of the event that vouches for erasing the words of the `chosen` ones (by seq), as `without_words` leaves them.

    An erased event keeps its hash, which the next one is chained to; what is left of it has the hash that is vouched for here. So
    nothing of it can be changed afterwards, and nothing can be erased without an event that says so.
    """
    before = {event.seq: event.hash for event in events}
    picked = {event.seq: event for event in events}
    left = {seq: event_hash(number, before.get(seq - 1, GENESIS), without_words(picked[seq])) for seq in chosen}
    return {_VOUCHED: {str(seq): digest for seq, digest in left.items()}}


def find_break(number: str, events: Sequence[ChainedEvent]) -> Break | None:
    """The first event that does not follow from the one before, or None."""
    previous, state, expected = GENESIS, "", 1
    vouched = {(event.seq, seq): digest for event in events for seq, digest in event.data.get(_VOUCHED, {}).items()}
    for event in events:
        if event.seq != expected:
            return Break(number, expected, "missing")
        left = {digest for (by, seq), digest in vouched.items() if seq == str(event.seq) and by > event.seq}
        if event_hash(number, previous, event) not in (left or {event.hash}):
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
