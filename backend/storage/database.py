"""The database: one engine, one place that commits.

SQLite allows one writer at a time, and who finds it busy sleeps and asks again, up to 100 ms at a time, while others slip in.
A lock around writing transactions, in this process and (a locked file) between processes, turns that into a queue.
WAL lets readers go on meanwhile. Nobody in the queue waits for the disk: who committed waits behind it, together with others
(`backend.storage.sqlite_log`), because an acknowledged message must survive a power cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.util import await_only

from backend.storage.sqlite_connection import WriterConnection
from backend.storage.sqlite_log import WriteAheadLog
from backend.storage.sqlite_queue import WriterQueue
from backend.storage.tables.base import Base

log = structlog.get_logger()

SLOW_S = 1.0  # a writing transaction that takes longer, waiting included, is told in the log


class Database:
    """Opens transactions. `url` is an SQLAlchemy async URL (`sqlite+aiosqlite:///…`, `postgresql+asyncpg://…`)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        path = make_url(url).database
        file = path if self.is_sqlite and path and path != ":memory:" else None
        self.engine = _writing_engine(url, file) if file else _create_engine(url, is_sqlite=self.is_sqlite)
        self._reading_engine = _create_engine(url, is_sqlite=True) if file else self.engine
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        reading = self._reading_engine.execution_options(writes=False)
        self._reading_sessions = async_sessionmaker(reading, expire_on_commit=False)
        self._queue = WriterQueue(Path(f"{file}.writers")) if file else None
        self._memory_lock = asyncio.Lock()
        self._log = WriteAheadLog(file) if file else None

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that commits when the block ends and rolls back when it raises. No network call belongs inside.

        What was committed is on the disk when the block is left.
        """
        caller, asked = sys._getframe(2).f_code.co_qualname, time.monotonic()
        async with self._turn_to_write():
            begun = time.monotonic()
            async with self._sessions() as session, session.begin():
                yield session
        if self._log is not None:
            await self._log.reach_disk()
        ended = time.monotonic()
        if ended - asked > SLOW_S:
            log.warning("slow_transaction", caller=caller, waited_s=round(begun - asked, 2), held_s=round(ended - begun, 2))

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for queries only; nothing is committed."""
        async with self._reading_sessions() as session:
            yield session

    async def create_schema(self) -> None:
        """Create all tables: for unit tests. Programs migrate (`backend.storage.migrate`)."""
        async with self.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    async def close(self) -> None:
        await self.engine.dispose()
        await self._reading_engine.dispose()

    def _turn_to_write(self) -> contextlib.AbstractAsyncContextManager[None]:
        """SQLite has one writer at a time; who finds it busy would sleep and ask again while others slip in."""
        if self._queue is not None:
            return self._queue.turn()
        return self._memory_lock if self.is_sqlite else contextlib.nullcontext()


def _writing_engine(url: str, file: str) -> AsyncEngine:
    """For an SQLite file. Queries of `reading` keep their threads: a report may take long, a statement of a transaction not."""
    engine = create_async_engine(url, async_creator=partial(WriterConnection.open, file))

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        await_only(connection.connection.driver_connection.begin())

    return engine


def _create_engine(url: str, *, is_sqlite: bool) -> AsyncEngine:
    if not is_sqlite:
        return create_async_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10)
    engine = create_async_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's own BEGIN below, not the driver's late one
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        # IMMEDIATE takes the write lock at once: a read that later writes cannot fail with SQLITE_BUSY (several processes write)
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
