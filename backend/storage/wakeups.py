"""Waking other programs through Redis. Redis carries no truth: a lost wake-up costs the second until the next poll."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

LIVE_CHANNEL = "youshi:live"
_QUEUE = "youshi:wake:{kind}"
_GATHER_S = (
    0.05  # what changes within it is told to the consoles together: under load each telling would cost more than a statement
)
_KEPT = 1000  # wake-ups nobody fetches are worthless: the poll finds the work


class Wakeups:
    """Tells workers which conversation has something to do, and the console what changed. Nothing here raises or waits long."""

    def __init__(self, redis: Redis | None, *, timeout: float = 0.5) -> None:
        self._redis = redis
        self._timeout = timeout
        self._tasks: set[asyncio.Task[None]] = set()
        self._news: dict[str, None] = {}
        self._local: defaultdict[str, asyncio.Queue[str]] = defaultdict(asyncio.Queue)  # without Redis: this program only

    def wake(self, kind: str, *conversation_ids: str) -> None:
        """Wake one worker of `kind` (turn, send) per conversation; returns at once."""
        if self._redis is None:
            for conversation_id in conversation_ids:
                if self._local[kind].qsize() < _KEPT:
                    self._local[kind].put_nowait(conversation_id)
        elif conversation_ids:
            self._spawn(self._push(_QUEUE.format(kind=kind), conversation_ids))

    def live(self, what: str, *conversation_ids: str) -> None:
        """Tell open consoles that something changed in these conversations, in a moment; returns at once."""
        if self._redis is None or not conversation_ids:
            return
        if not self._news:
            self._spawn(self._publish_soon())
        self._news |= dict.fromkeys(json.dumps({"conversation": each, "what": what}) for each in conversation_ids)

    async def wait(self, kind: str, seconds: float) -> str | None:
        """The id of a conversation to look at, or None after `seconds` (also when Redis is away)."""
        if self._redis is None:
            return await self._wait_locally(kind, seconds)
        try:
            async with asyncio.timeout(seconds + self._timeout):
                found: Any = await self._redis.blpop([_QUEUE.format(kind=kind)], timeout=seconds)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("redis_away", error=type(error).__name__)
            await asyncio.sleep(seconds)
            return None
        if found is None:
            return None
        return str(found[1].decode() if isinstance(found[1], bytes) else found[1])

    async def _wait_locally(self, kind: str, seconds: float) -> str | None:
        try:
            async with asyncio.timeout(seconds):
                return await self._local[kind].get()
        except TimeoutError:
            return None

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(self._quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _quietly(self, work: Any) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await work
        except (RedisError, OSError, TimeoutError) as error:
            log.debug("wake_up_lost", error=type(error).__name__)

    async def _push(self, queue: str, conversation_ids: tuple[str, ...]) -> None:
        if self._redis is not None:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.rpush(queue, *conversation_ids)
                pipe.ltrim(queue, -_KEPT, -1)
                await pipe.execute()

    async def _publish_soon(self) -> None:
        await asyncio.sleep(_GATHER_S)
        news, self._news = self._news, {}
        if self._redis is not None:
            async with self._redis.pipeline(transaction=False) as pipe:
                for text in news:
                    pipe.publish(LIVE_CHANNEL, text)
                await pipe.execute()
