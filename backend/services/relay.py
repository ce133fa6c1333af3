"""From the outbox to Redis Streams: one relay at a time, so that what is written first is told first."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.services import metrics
from backend.services.ports import Clock
from backend.storage import leases
from backend.storage.database import Database
from backend.storage.deliveries import mark_relayed, to_relay
from backend.storage.leases import wall_now
from backend.storage.streams import Streams, StreamsAway

log = structlog.get_logger()

_LEASE = 10.0
_BATCH = 200
_AGAIN_AFTER = timedelta(seconds=10)
_REST = timedelta(seconds=1)


class Relay:
    """Puts open outbox rows on the stream of their topic, and again after ten seconds while nobody has done them."""

    def __init__(self, *, db: Database, streams: Streams, clock: Clock, poll: float = 0.25) -> None:
        self._db = db
        self._clock = clock
        self._streams = streams
        self._poll = poll
        self._holder = uuid4().hex
        self._held_until = wall_now()

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop` is set; survives a database or Redis that is away for a while."""
        while not stop.is_set():
            try:
                moved = await self.step()
            except (SQLAlchemyError, OSError) as error:
                log.warning("database_away", work="relay", error=type(error).__name__)
                moved = 0
            except StreamsAway as error:
                log.warning("redis_away", work="relay", error=str(error))
                await asyncio.sleep(1.0)
                continue
            if moved < _BATCH:
                await asyncio.sleep(self._poll)

    async def step(self) -> int:
        """Relay one batch; returns how many rows. Raises StreamsAway and what the database raises."""
        if not await self._is_mine():
            await asyncio.sleep(self._poll * 4)
            return 0
        async with self._db.reading() as session:
            rested = self._clock.now() - _REST
            rows = await to_relay(session, wall=wall_now(), again_after=_AGAIN_AFTER, rested=rested, limit=_BATCH)
        if not rows:
            return 0
        await self._streams.add([(row.topic, row.key, row.id) for row in rows])
        async with self._db.transaction() as session:
            await mark_relayed(session, [row.id for row in rows], wall=wall_now())
        for row in rows:
            metrics.RELAYED.labels(row.topic).inc()
        return len(rows)

    async def _is_mine(self) -> bool:
        """Whether this relay holds the lease, renewed when a third of it has passed."""
        if self._held_until - wall_now() > timedelta(seconds=_LEASE * 2 / 3):
            return True
        until = wall_now() + timedelta(seconds=_LEASE)
        async with self._db.transaction() as session:
            mine = await leases.claim_named(session, "relay", holder=self._holder, seconds=_LEASE)
        self._held_until = until if mine else wall_now()
        return mine
