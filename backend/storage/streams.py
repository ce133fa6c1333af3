"""Redis Streams between the relay and those who act.

The outbox row stays open until the work is done, so nothing here is precious: an emptied Redis costs the seconds until the relay
or a poll looks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

log = structlog.get_logger()

_KEPT = 10_000
_ANSWER = 2.0  # seconds; the client would retry for longer than it takes to look again


class StreamsAway(Exception):
    """Redis does not answer."""


class Streams:
    """`youshi:{topic}` per topic, read by one consumer group that starts at the beginning."""

    def __init__(self, redis: Redis | None, *, group: str = "youshi", consumer: str = "one") -> None:
        self._redis = redis
        self._group = group
        self._consumer = consumer

    async def add(self, rows: Sequence[tuple[str, str, int]]) -> None:
        """Put (topic, key, outbox id) on their streams in this order, and trim them. Raises StreamsAway."""
        if self._redis is None:
            raise StreamsAway("no redis")
        try:
            async with asyncio.timeout(_ANSWER), self._redis.pipeline(transaction=False) as pipe:
                for topic, key, outbox_id in rows:
                    pipe.xadd(_name(topic), {"key": key, "id": str(outbox_id)}, maxlen=_KEPT, approximate=True)
                await pipe.execute()
        except (RedisError, OSError, TimeoutError) as error:
            raise StreamsAway(type(error).__name__) from error

    async def read(self, topic: str, *, count: int, seconds: float) -> list[str]:
        """Keys of new entries, waiting up to `seconds`; empty when there are none or Redis is away.

        Entries are not acknowledged one by one (NOACK): what is not done is published again by the relay.
        """
        if self._redis is None:
            await asyncio.sleep(seconds)
            return []
        try:
            return await self._read(self._redis, topic, count, seconds)
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                log.warning("stream_refused", topic=topic, error=str(error)[:200])
                await asyncio.sleep(seconds)
            else:
                await self._create_group(self._redis, topic)
            return []
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("redis_away", error=type(error).__name__)
            await asyncio.sleep(seconds)
            return []

    async def _read(self, redis: Redis, topic: str, count: int, seconds: float) -> list[str]:
        async with asyncio.timeout(seconds + _ANSWER):
            found: Any = await redis.xreadgroup(
                self._group, self._consumer, {_name(topic): ">"}, count=count, block=int(seconds * 1000) or 1, noack=True
            )
        return [_text(fields) for entries in _entries(found) for _, fields in entries]

    async def _create_group(self, redis: Redis, topic: str) -> None:
        try:
            async with asyncio.timeout(_ANSWER):
                await redis.xgroup_create(_name(topic), self._group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):  # another program created it at the same moment
                log.warning("stream_group_refused", topic=topic, error=str(error)[:200])
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("redis_away", error=type(error).__name__)


def _name(topic: str) -> str:
    return f"youshi:{topic}"


def _entries(found: Any) -> list[Any]:
    # RESP2 answers a list of (stream, entries), RESP3 a mapping of stream to lists of entries
    if isinstance(found, dict):
        return [entry for lists in found.values() for entry in lists]
    return [entries for _, entries in found or []]


def _text(fields: dict[Any, Any]) -> str:
    value = fields.get(b"key", fields.get("key", b""))
    return value.decode() if isinstance(value, bytes) else str(value)
