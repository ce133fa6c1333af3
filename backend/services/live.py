"""Tells open console pages that something changed: woken through Redis, by polling the database when Redis is away."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.services.desk import last_change
from backend.storage.database import Database
from backend.storage.wakeups import LIVE_CHANNEL

log = structlog.get_logger()
POLL_SECONDS = 2.0
REDIS_AWAY_SECONDS = 5.0


class LiveFeed:
    """One per process: however many pages are open, there is one subscription and one query every two seconds.

    It runs only while somebody watches. `redis_url` "" means polling only.
    """

    def __init__(self, database: Database, redis_url: str) -> None:
        self._database = database
        self._redis_url = redis_url
        self._changed = asyncio.Event()
        self._watchers = 0
        self._tasks: list[asyncio.Task[None]] = []
        self.version = 0

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Keep the feed running inside the block."""
        self._watchers += 1
        if self._watchers == 1:
            self._tasks = [asyncio.create_task(self._poll()), asyncio.create_task(self._listen())]
        try:
            yield
        finally:
            self._watchers -= 1
            if self._watchers == 0:
                for task in self._tasks:
                    task.cancel()

    async def changed_since(self, version: int, seconds: float) -> int:
        """Wait until something changed after `version`, at most `seconds`; returns the current version."""
        if self.version == version:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
        return self.version

    def touch(self) -> None:
        """Something changed: wake every page of this process."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def _poll(self) -> None:
        seen: Any = None
        while True:
            try:
                async with self._database.reading() as session:
                    now = await last_change(session)
            except Exception as error:  # the database may be away for a while: the pages stay open and go on afterwards
                log.warning("live_poll_failed", error=type(error).__name__)
            else:
                if now != seen:
                    seen = now
                    self.touch()
            await asyncio.sleep(POLL_SECONDS)

    async def _listen(self) -> None:
        while self._redis_url:
            try:
                await self._subscribe()
            except (RedisError, OSError, TimeoutError) as error:
                log.debug("live_redis_away", error=type(error).__name__)
            await asyncio.sleep(REDIS_AWAY_SECONDS)

    async def _subscribe(self) -> None:
        async with Redis.from_url(self._redis_url, socket_connect_timeout=2) as redis, redis.pubsub() as channel:
            await channel.subscribe(LIVE_CHANNEL)
            self.touch()  # whatever happened while nobody listened
            async for message in channel.listen():
                if message["type"] == "message" and _is_ours(message["data"]):
                    self.touch()


def _is_ours(data: bytes | str) -> bool:
    try:
        return "conversation" in json.loads(data)
    except (ValueError, TypeError):
        return False
