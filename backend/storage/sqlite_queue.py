"""The queue of programs that write to one SQLite file, kept with locked files.

The kernel gives a file lock to whoever asks first after it was let go: mostly the program that has just let it go and has more to
write, while another one is still being woken. So there is a second lock for who is next: who waits for its turn holds it, and the
one before has to line up behind.

Handing over costs more than a short transaction: the next program is woken, and may be busy with something else just then. So a
program whose callers wait already does some of them in one turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
from collections.abc import AsyncIterator
from io import BufferedWriter
from pathlib import Path

_IN_ONE_TURN = 8  # callers; at some milliseconds each, another program waits less than a tenth of a second


class WriterQueue:
    """One place in the queue for each program; `file` is locked by who writes, `file`.next by who is next."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._next = file.with_name(f"{file.name}.next")
        self._callers = asyncio.Lock()  # one of this program at a time
        self._waiting = 0
        self._held: BufferedWriter | None = None  # closing it lets the next program in
        self._served = 0

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for our turn without stopping the program, and keep it inside the block."""
        self._waiting += 1
        try:
            await self._callers.acquire()
        finally:
            self._waiting -= 1
            self._let_go_when_unused()  # whoever it was kept for may have given up
        try:
            self._held = self._held or await self._line_up()
            self._served += 1
            yield
        finally:
            self._callers.release()
            if self._served >= _IN_ONE_TURN:
                self._let_go()
            self._let_go_when_unused()

    def _let_go_when_unused(self) -> None:
        if not self._waiting and not self._callers.locked():
            self._let_go()

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.close()
        self._held, self._served = None, 0

    async def _line_up(self) -> BufferedWriter:
        """The file, locked by us."""
        with contextlib.ExitStack() as until_ours, self._next.open("ab") as waiting:
            writing = until_ours.enter_context(self._file.open("ab"))
            try:
                _lock(waiting, fcntl.LOCK_NB)
                _lock(writing, fcntl.LOCK_NB)
            except BlockingIOError:  # another program is writing: wait in a thread, because this one must go on
                await asyncio.to_thread(_lock_both, waiting, writing)
            until_ours.pop_all()
        return writing


def _lock_both(waiting: BufferedWriter, writing: BufferedWriter) -> None:
    _lock(waiting)
    _lock(writing)


def _lock(file: BufferedWriter, how: int = 0) -> None:
    fcntl.flock(file, fcntl.LOCK_EX | how)
