"""Keeping the programs' logs to a size: the files that the supervisor gave them, cut off while they go on writing.

A program holds its file open and would follow it under another name, and a pipe through the supervisor would stop all programs
with it. So the file is copied and emptied in place, as logrotate's `copytruncate` does; what is written in the moment between is
lost. Programs append, so they go on at the new beginning.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterable
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

log = structlog.get_logger()

KEPT = 4  # older files beside the current one: web.log.1 is the youngest
LOOK_S = 10.0


async def keep_small(paths: Iterable[Path], *, bytes_in_all: int) -> None:
    """Look every ten seconds, until cancelled, that each log with its older files takes no more than `bytes_in_all`."""
    while True:
        await asyncio.sleep(LOOK_S)
        for path in paths:
            await asyncio.to_thread(cut_off, path, bytes_in_all // (KEPT + 1))


def cut_off(path: Path, most: int) -> bool:
    """Make what is in a log of `most` bytes and more its youngest older file; returns whether it did. What cannot be copied
    (a full disk) is given up: an installation must not die of its logs."""
    try:
        if path.stat().st_size < most:
            return False
        older = RotatingFileHandler(path, backupCount=KEPT, delay=True)
        older.rotator = _copy_and_empty
        older.doRollover()
    except OSError as error:
        log.warning("log_not_cut_off", file=path.name, error=error.strerror)
        return False
    return True


def _copy_and_empty(source: str, target: str) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        log.warning("log_given_up", file=Path(source).name, error=error.strerror)
        Path(target).unlink(missing_ok=True)
    os.truncate(source, 0)
