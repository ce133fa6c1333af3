"""A connection to an SQLite file for writing, without a thread between the program and each statement.

aiosqlite hands every step of every statement (cursor, execute, fetch, close) to a thread and waits for it: for the short
statements of a turn that costs several times the statement itself. Here statements run where they are called. What may take long
goes to a thread: opening, and the commit, which waits for the disk.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from typing import Any

_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "wal_autocheckpoint=0")
_CHECKPOINT_AFTER = 100  # commits; some megabytes of log, as many as SQLite's own limit
_PATIENCE_S = 30.0  # for a program that writes without queueing: a migration, somebody's sqlite3 shell
_ASK_AGAIN_S = 0.02
_PRIMARY = 0xFF  # the low byte of an extended result code


class WriterCursor:
    """What SQLAlchemy's adapter for aiosqlite expects of a cursor."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    async def __aenter__(self) -> WriterCursor:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self._cursor.close()

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self._cursor.execute(sql, parameters)

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        self._cursor.executemany(sql, parameters)

    async def fetchone(self) -> Any:
        return self._cursor.fetchone()

    async def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    async def close(self) -> None:
        self._cursor.close()

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid


class WriterConnection:
    """What SQLAlchemy's adapter for aiosqlite expects of a connection; made by `open`. `begin` starts a writing transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._commits = 0

    @classmethod
    async def open(cls, path: str) -> WriterConnection:
        """Open the file at `path`, made when it is not there. Raises sqlite3.OperationalError."""
        return cls(await asyncio.to_thread(_open, path))

    async def begin(self) -> None:
        """Take SQLite's write lock, asking again while another program has it. Raises sqlite3.OperationalError after 30 s."""
        deadline = time.monotonic() + _PATIENCE_S
        while not self._began():
            if time.monotonic() > deadline:
                raise sqlite3.OperationalError("database is locked")
            await asyncio.sleep(_ASK_AGAIN_S)  # no thread that waits: a caller that gives up must not begin later

    def _began(self) -> bool:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            return False
        return True

    def cursor(self) -> WriterCursor:
        return WriterCursor(self._connection.cursor())

    async def commit(self) -> None:
        """Commit into the log; it is on the disk when `WriteAheadLog.reach_disk` says so."""
        if not self._connection.in_transaction:
            return
        self._connection.commit()
        self._commits += 1
        if self._commits % _CHECKPOINT_AFTER == 0:  # now, while nobody else may write: only a log moved as a whole begins anew
            await asyncio.to_thread(_move_log, self._connection)

    async def rollback(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        self._connection.create_function(*arguments, **options)

    async def close(self) -> None:
        await asyncio.to_thread(self._connection.close)

    def stop(self) -> None:
        """Close at once, where nothing can be awaited any more."""
        self._connection.close()


def _move_log(connection: sqlite3.Connection) -> None:
    """Read to its end: a statement that still has rows when its cursor is let go later would keep the next commit from ending."""
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def _open(path: str) -> sqlite3.Connection:
    # not bound to a thread: only one at a time uses it, but opening and committing happen in others
    connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA busy_timeout=0")
    return connection
