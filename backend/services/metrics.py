"""Counters of the engine for `/metrics`."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

INBOUND = Counter("youshi_inbound_messages", "Messages from residents", ["channel", "result"])
SPOOLED = Counter("youshi_spooled_messages", "Messages written to the spool while the database was away")
TURNS = Counter("youshi_turns", "Handled messages by outcome", ["outcome"])
TURN_SECONDS = Histogram(
    "youshi_turn_seconds", "From taking a message to its stored answer", buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16)
)
SENDS = Counter("youshi_sends", "Delivery attempts", ["channel", "route", "outcome"])
NOTICES = Counter("youshi_notices", "Notifications written", ["event"])
RELAYED = Counter("youshi_relayed", "Outbox rows put on a stream", ["topic"])
