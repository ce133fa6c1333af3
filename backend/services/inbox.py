"""Where channels hand in what residents sent. When `receive` returns, the messages survive anything."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import DeliveryReceipt, InboundMessage
from backend.domain.moments import plausible
from backend.services import metrics, receipts
from backend.services.ports import Clock
from backend.services.spool import Spool
from backend.storage.conversations import (
    Correspondent,
    enter_consent,
    lock_or_create,
    open_send_windows,
    resident_key,
    update_correspondents,
)
from backend.storage.database import Database
from backend.storage.leases import wall_now
from backend.storage.messages import add_inbound, known_dedupe_keys
from backend.storage.wakeups import Wakeups

log = structlog.get_logger()

_BATCH = 200


class InboxUnavailable(Exception):
    """Neither the database nor the disk took the messages: the platform must send them again."""


@dataclass(frozen=True)
class _Waiting:
    messages: Sequence[InboundMessage]
    done: asyncio.Future[None]


class Inbox:
    """Stores inbound messages, several callers per transaction.

    Messages that arrive while a transaction is being committed wait for the next one and share it: one fsync serves all of them.
    """

    def __init__(self, *, db: Database, spool: Spool, wakeups: Wakeups, clock: Clock, timeout: float = 3.0) -> None:
        self._db = db
        self._spool = spool
        self._wakeups = wakeups
        self._clock = clock
        self._timeout = timeout
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def receive(self, messages: Sequence[InboundMessage]) -> None:
        """Store messages durably (database, else the fsynced spool) and wake a worker.

        A message that is stored already has no effect. Raises InboxUnavailable.
        """
        if not messages:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(messages, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        await asyncio.shield(done)

    async def record_receipts(self, reports: Sequence[DeliveryReceipt]) -> None:
        """Note what a provider reports about messages we sent; repeated and late reports are harmless.

        Raises InboxUnavailable when the database is away: providers report again.
        """
        try:
            async with asyncio.timeout(self._timeout), self._db.transaction() as session:
                await receipts.record(session, reports, now=self._clock.now())
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise InboxUnavailable(type(error).__name__) from error

    async def replay(self) -> int:
        """Move the oldest spooled messages into the database; returns how many. Raises what the database raises."""
        with self._spool.oldest() as messages:
            for start in range(0, len(messages), _BATCH):
                await self._store(messages[start : start + _BATCH])
            return len(messages)

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            try:
                await self._store_or_spool([message for waiting in batch for message in waiting.messages])
            except Exception as error:  # every caller must hear of it, whatever it is
                _finish(batch, InboxUnavailable(type(error).__name__))
                log.exception("inbox_unavailable", error=type(error).__name__)
            else:
                _finish(batch, None)

    async def _store_or_spool(self, messages: Sequence[InboundMessage]) -> None:
        if not self._spool.pending():
            try:
                async with asyncio.timeout(self._timeout):
                    await self._store(messages)
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("database_away_spooling", error=type(error).__name__, detail=str(getattr(error, "orig", ""))[:200])
            else:
                return
        await asyncio.to_thread(self._spool.append, messages)
        metrics.SPOOLED.inc(len(messages))

    async def _store(self, messages: Sequence[InboundMessage]) -> None:
        now = self._clock.now()
        async with self._db.transaction() as session:
            fresh = await store_inbound(session, messages, now=now)
        self._wakeups.wake("turn", *fresh)
        self._wakeups.live("message", *fresh)


def _finish(batch: Sequence[_Waiting], error: Exception | None) -> None:
    for waiting in batch:
        if waiting.done.done():
            continue
        if error is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(error)


async def store_inbound(session: AsyncSession, messages: Sequence[InboundMessage], *, now: datetime) -> list[str]:
    """Store what is new, with its effects on the conversation; returns the conversations that have something to do.

    A handful of statements for the whole batch: this is what platforms wait for.
    """
    correspondents = await lock_or_create(session, [resident_key(message) for message in messages], now=now)
    known = await known_dedupe_keys(session, (message.dedupe_key for message in messages))
    fresh: dict[str, InboundMessage] = {}
    for message in messages:
        repeated = message.dedupe_key in known or message.dedupe_key in fresh
        metrics.INBOUND.labels(message.channel.value, "repeated" if repeated else "stored").inc()
        if not repeated:
            fresh[message.dedupe_key] = message
    if not fresh:
        return []
    stored = [(message, correspondents[resident_key(message)]) for message in fresh.values()]
    changed = {correspondent.id: correspondent for _, correspondent in stored}
    await add_inbound(session, [(message, whose.id, _note(whose, message)) for message, whose in stored], now=now)
    await update_correspondents(session, list(changed.values()), now=now)
    await _enter_grants(session, stored, now=now)
    return list(changed)


def _note(correspondent: Correspondent, message: InboundMessage) -> int:
    """What a message changes in its conversation; returns the number of the message there."""
    seq = correspondent.next_seq
    correspondent.next_seq += 1
    correspondent.turn_due_at = correspondent.turn_due_at or wall_now()
    correspondent.phone = message.phone or correspondent.phone
    correspondent.grid_code = _grid_of(message) or correspondent.grid_code
    return seq


async def _enter_grants(session: AsyncSession, stored: Sequence[tuple[InboundMessage, Correspondent]], *, now: datetime) -> None:
    """What the platforms allow us to send from now on."""
    grants = [(whose.id, message.grant, _opened_at(message, now)) for message, whose in stored if message.grant is not None]
    if grants:
        await open_send_windows(session, grants)
    for message, whose in stored:
        for consent in message.event.consents if message.event else ():
            await enter_consent(session, whose.id, consent, now=now)


def _opened_at(message: InboundMessage, now: datetime) -> datetime:
    """When the window opened: a new message that claims to be older than its own window, or to come, arrived now all the same."""
    seconds = message.grant.seconds if message.grant else 0
    return plausible(message.message_time, now, oldest=timedelta(seconds=seconds))


def _grid_of(message: InboundMessage) -> str:
    return message.event.data.get("grid", "") if message.event else ""
