"""The queue of programs that write to one SQLite file, kept with locked files.

The kernel gives a file lock to whoever asks first after it was let go: mostly the program that has just let it go and has more to
write, while another one is still being woken. So there is a second lock for who is next: who waits for its turn holds it, and the
one before has to line up behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
from collections.abc import AsyncIterator
from io import BufferedWriter
from pathlib import Path


class WriterQueue:
    """One place in the queue for each program; `file` is locked by who writes, `file`.next by who is next."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._next = file.with_name(f"{file.name}.next")

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for our turn without stopping the program, and keep it inside the block. One caller at a time."""
        with self._file.open("ab") as writing:  # closing it lets the next one in
            with self._next.open("ab") as waiting:
                try:
                    _lock(waiting, fcntl.LOCK_NB)
                    _lock(writing, fcntl.LOCK_NB)
                except BlockingIOError:  # another program is writing: wait in a thread, because this one must go on
                    await asyncio.to_thread(_line_up, waiting, writing)
            yield


def _line_up(waiting: BufferedWriter, writing: BufferedWriter) -> None:
    _lock(waiting)
    _lock(writing)


def _lock(file: BufferedWriter, how: int = 0) -> None:
    fcntl.flock(file, fcntl.LOCK_EX | how)
