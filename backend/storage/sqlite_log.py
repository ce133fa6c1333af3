"""Bringing what SQLite has committed to the disk, outside the queue of writers: one wait for the disk serves all who wait.

With `synchronous=NORMAL` a commit appends to the write-ahead log and does not wait for the disk. Whoever committed waits here
until the log is on the disk, before anybody is told; meanwhile the next one writes. The log is one file written in one order:
what builds on an earlier commit cannot reach the disk without it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os


class WriteAheadLog:
    """The `-wal` file beside a database file. Any program may write it; syncing it syncs what all of them wrote."""

    def __init__(self, database: str) -> None:
        self._path = f"{database}-wal"
        self._running: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None

    async def reach_disk(self) -> None:
        """Return when everything committed before the call survives a power cut. Raises OSError when the disk fails."""
        if self._next is None:  # the one that runs may have begun before our commit
            self._next = asyncio.create_task(self._sync_after(self._running))
        await asyncio.shield(self._next)

    async def _sync_after(self, earlier: asyncio.Task[None] | None) -> None:
        if earlier is not None:
            await asyncio.wait([earlier])
        self._running, self._next = self._next, None
        await asyncio.to_thread(self._sync)

    def _sync(self) -> None:
        with contextlib.suppress(FileNotFoundError):  # the last connection closed: SQLite moved all into the database, synced
            log = os.open(self._path, os.O_RDONLY)
            try:
                os.fdatasync(log)
            finally:
                os.close(log)
