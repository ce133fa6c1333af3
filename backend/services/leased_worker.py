"""A worker that takes conversations one by one under a lease: the common part of answering and delivering."""

from __future__ import annotations

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.storage import leases
from backend.storage.conversations import get_conversation
from backend.storage.database import Database
from backend.storage.leases import Lease, LeaseLost, Work, wall_now
from backend.storage.tables.conversations import ConversationRow
from backend.storage.wakeups import Wakeups

log = structlog.get_logger()

_GRACE = 10.0  # seconds that running work is given when the program stops


class LeasedWorker[Job](ABC):
    """Up to `slots` conversations at a time, each by one worker of all programs; within a conversation strictly in order.

    Redis tells which conversation has something to do; once a second the database is asked, so that a dead Redis only slows.
    """

    work: Work

    def __init__(
        self, *, db: Database, wakeups: Wakeups, slots: int = 16, poll: float = 1.0, lease_seconds: float = 30.0
    ) -> None:
        self.db = db
        self.wakeups = wakeups
        self.lease_seconds = lease_seconds
        self._holder = uuid4().hex
        self._slots = slots
        self._poll = poll
        self._active: dict[str, asyncio.Task[None]] = {}
        self._asked: list[str] = []
        self._taken: dict[str, tuple[Lease, Job]] = {}
        self._taking = asyncio.Lock()

    @abstractmethod
    async def next_job(self, session: AsyncSession, conversation: ConversationRow, lease: Lease) -> Job | None:
        """The next thing to do in a conversation that is ours and locked; None after giving the lease back."""

    @abstractmethod
    async def process(self, job: Job) -> Job | None:
        """Do it, record it, and return the next job of the same conversation (see `next_job`)."""

    def due_now(self) -> datetime:
        """Up to which time work is due."""
        return wall_now()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; survives a database or Redis that is away for a while."""
        next_poll = 0.0
        while not stop.is_set():
            if time.monotonic() >= next_poll:
                await self._start_due()
                next_poll = time.monotonic() + self._poll
            if len(self._active) >= self._slots:
                await asyncio.wait(self._active.values(), timeout=self._poll, return_when=asyncio.FIRST_COMPLETED)
                continue
            found = await self.wakeups.wait(self.work, max(next_poll - time.monotonic(), 0.01))
            if found:
                self.start(found)
        await self.finish()

    async def finish(self) -> None:
        """Let running work end, for ten seconds."""
        if self._active:
            await asyncio.wait(list(self._active.values()), timeout=_GRACE)
        for task in list(self._active.values()):
            task.cancel()

    async def drain(self) -> None:
        """Work off all that is due now, then return."""
        while True:
            await self._start_due()
            if not self._active:
                return
            await asyncio.wait(list(self._active.values()))

    def start(self, conversation_id: str) -> None:
        """Begin work on a conversation unless this worker is at it already."""
        if conversation_id in self._active:
            return
        self._asked.append(conversation_id)
        self._run(conversation_id, self._guarded(conversation_id, self._take_and_work(conversation_id)))

    async def take(self, session: AsyncSession, conversation: ConversationRow) -> tuple[Lease, Job] | None:
        """Take the lease of a conversation that the transaction has locked, and its next job; None when there is nothing to do
        or somebody else is at it. After the commit the taker has to call `go_on`."""
        lease = leases.take(conversation, self.work, now=self.due_now(), holder=self._holder, seconds=self.lease_seconds)
        job = await self.next_job(session, conversation, lease) if lease else None
        return None if lease is None or job is None else (lease, job)

    def go_on(self, lease: Lease, job: Job) -> None:
        """Work on what `take` returned, now that it is committed."""
        self._run(lease.conversation_id, self._guarded(lease.conversation_id, self._work(lease, job)))

    def _run(self, conversation_id: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._active[conversation_id] = task
        task.add_done_callback(lambda done: self._forget(conversation_id, done))

    def _forget(self, conversation_id: str, done: asyncio.Task[None]) -> None:
        if self._active.get(conversation_id) is done:
            del self._active[conversation_id]

    async def _start_due(self) -> None:
        try:
            async with self.db.reading() as session:
                found = await leases.due(session, self.work, now=self.due_now(), limit=self._slots)
        except (SQLAlchemyError, OSError) as error:
            log.warning("database_away", work=self.work, error=type(error).__name__)
            return
        for conversation_id in found:
            if len(self._active) < self._slots:
                self.start(conversation_id)

    async def _take_and_work(self, conversation_id: str) -> None:
        async with self._taking:  # who waits here is taken along by the one before
            if conversation_id in self._asked:
                await self._take_asked(conversation_id)
        taken = self._taken.pop(conversation_id, None)
        if taken is not None:
            await self._work(*taken)

    async def _take_asked(self, first: str) -> None:
        """Take the conversations that were asked for until now, in one transaction; only `first` where together fails."""
        asked, self._asked = self._asked, []
        try:
            self._taken |= await self._take_all(asked)
        except Exception:
            if asked == [first]:
                raise
            self._asked = [each for each in asked if each != first]  # one that cannot be taken must not hold up the others
            self._taken |= await self._take_all([first])

    async def _take_all(self, conversation_ids: list[str]) -> dict[str, tuple[Lease, Job]]:
        found: dict[str, tuple[Lease, Job]] = {}
        async with self.db.transaction() as session:
            for conversation_id in sorted(conversation_ids):  # in one order: two programs cannot deadlock
                taken = await self.take(session, await get_conversation(session, conversation_id, lock=True))
                if taken is not None:
                    found[conversation_id] = taken
        return found

    async def _work(self, lease: Lease, first: Job) -> None:
        job: Job | None = first
        async with self._renewing(lease):
            while job is not None:
                job = await self.process(job)

    async def _guarded(self, conversation_id: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except LeaseLost:
            log.warning("lease_lost", work=self.work, conversation=conversation_id)
        except (SQLAlchemyError, OSError) as error:
            log.warning("database_away", work=self.work, conversation=conversation_id, error=type(error).__name__)
        except Exception as error:  # the lease runs out and the work is tried again; others go on meanwhile
            log.exception("work_failed", work=self.work, conversation=conversation_id, error=type(error).__name__)

    @contextlib.asynccontextmanager
    async def _renewing(self, lease: Lease) -> AsyncIterator[None]:
        task = asyncio.create_task(self._renew(lease))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _renew(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(self.lease_seconds / 3)
            try:
                async with self.db.transaction() as session:
                    await leases.renew(session, lease, seconds=self.lease_seconds)
            except (SQLAlchemyError, OSError) as error:
                log.warning("lease_not_renewed", work=self.work, error=type(error).__name__)
            except LeaseLost:
                return
