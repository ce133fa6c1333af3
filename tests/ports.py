"""Ports for the programs that tests start."""

from __future__ import annotations

import secrets
import socket

# Below those that the system gives to outgoing connections (32768 and up on Linux): nobody gets one of these by chance between
# our look and the program's start.
_FIRST, _LAST = 12_000, 32_000
_given: set[int] = set()


def free_port(*offsets: int) -> int:
    """A loopback port that nobody uses and that was not given out before; the ports at `offsets` from it are free too."""
    while True:
        port = _FIRST + secrets.randbelow(_LAST - _FIRST)
        wanted = {port, *(port + offset for offset in offsets)}
        if not wanted & _given and all(map(_is_free, wanted)):
            _given.update(wanted)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
