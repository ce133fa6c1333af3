"""A commit is told when it is on the disk, and who waits for the disk does not keep others from writing."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from backend.storage import sqlite_log
from backend.storage.database import Database

_real_sync = os.fdatasync


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'log.db'}")
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE said (number INTEGER PRIMARY KEY, words TEXT)"))
    yield database
    await database.close()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], None]], None]:
    """Replaces what happens when the log is brought to the disk."""
    return lambda sync: monkeypatch.setattr(os, "fdatasync", sync)


async def say(db: Database, words: str) -> None:
    async with db.transaction() as session:
        await session.execute(text("INSERT INTO said (words) VALUES (:words)"), {"words": words})


def said_in(file: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(file)) as other:
        return [words for (words,) in other.execute("SELECT words FROM said ORDER BY number")]


class Machine:
    """What would be left after a power cut: the files as they were when the last sync that has ended began."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._copies = (folder / f"copy{number}" for number in itertools.count())
        self._left = self._copy()
        self.syncs = 0

    def sync(self, log: int) -> None:
        begun = self._copy()
        _real_sync(log)
        self._left = begun
        self.syncs += 1

    def _copy(self) -> Path:
        copy = next(self._copies)
        copy.mkdir()
        for file in ("log.db", "log.db-wal"):
            shutil.copy(self._folder / file, copy)
        return copy

    def after_power_cut(self) -> list[str]:
        return said_in(Path(shutil.copytree(self._left, next(self._copies))) / "log.db")


async def test_what_was_told_survives_a_power_cut_at_that_very_moment(
    db: Database, tmp_path: Path, disk: Callable[..., None]
) -> None:
    machine = Machine(tmp_path)
    disk(machine.sync)

    async def say_and_look(words: str) -> bool:
        await say(db, words)
        return words in machine.after_power_cut()

    survived = await asyncio.gather(*(say_and_look(f"第{number}句") for number in range(60)))
    assert all(survived)


async def test_who_waits_for_the_disk_shares_the_wait(db: Database, tmp_path: Path, disk: Callable[..., None]) -> None:
    machine = Machine(tmp_path)
    disk(machine.sync)
    await asyncio.gather(*(say(db, f"第{number}句") for number in range(60)))
    assert 1 <= machine.syncs < 30
    assert len(said_in(tmp_path / "log.db")) == 60


async def test_nobody_is_told_before_the_disk_has_it_but_others_may_write_meanwhile(
    db: Database, tmp_path: Path, disk: Callable[..., None]
) -> None:
    may_end = threading.Event()

    def slow(log: int) -> None:
        may_end.wait(5)
        _real_sync(log)

    disk(slow)
    first, second = asyncio.create_task(say(db, "先说的")), asyncio.create_task(say(db, "后说的"))
    try:
        async with asyncio.timeout(3):
            while len(said_in(tmp_path / "log.db")) < 2:
                await asyncio.sleep(0.01)
        assert not first.done()
        assert not second.done()
    finally:
        may_end.set()
    await asyncio.wait_for(asyncio.gather(first, second), 5)


async def test_a_commit_during_a_sync_waits_for_the_next_one(db: Database, disk: Callable[..., None]) -> None:
    gates = [threading.Event(), threading.Event()]
    waiting_at = iter(gates)

    def one_gate_each(log: int) -> None:
        next(waiting_at).wait(5)
        _real_sync(log)

    disk(one_gate_each)
    first = asyncio.create_task(say(db, "先说的"))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(say(db, "后说的"))
    await asyncio.sleep(0.05)
    gates[0].set()
    await asyncio.wait_for(first, 5)
    await asyncio.sleep(0.05)
    assert not second.done()
    gates[1].set()
    await asyncio.wait_for(second, 5)


async def test_a_disk_that_fails_is_told_to_everybody_who_waited_and_the_next_may_succeed(
    db: Database, disk: Callable[..., None]
) -> None:
    def broken(_log: int) -> None:
        raise OSError(5, "Input/output error")

    disk(broken)
    results = await asyncio.gather(*(say(db, "?") for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [OSError] * 3
    disk(_real_sync)
    await say(db, "好了")


async def test_a_transaction_that_raises_does_not_wait_for_the_disk(db: Database, disk: Callable[..., None]) -> None:
    async def breaks_off() -> None:
        async with db.transaction():
            raise RuntimeError

    def never(_log: int) -> None:
        pytest.fail("nothing was committed")

    disk(never)
    with pytest.raises(RuntimeError):
        await breaks_off()


async def test_the_log_does_not_grow_without_end(db: Database, tmp_path: Path) -> None:
    words = "话" * 1000
    for _ in range(450):
        await say(db, words)
    grown = (tmp_path / "log.db-wal").stat().st_size
    assert grown < 3 * 1024 * 1024, "twice as much was written"
    assert len(said_in(tmp_path / "log.db")) == 450


async def test_moving_the_log_leaves_no_statement_behind(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = []

    async def holding_on(work: Callable[..., Any], *arguments: Any) -> Any:
        held.append(work(*arguments))  # as a thread does that has not yet let go of what it made
        return held[-1]

    monkeypatch.setattr(asyncio, "to_thread", holding_on)
    for _ in range(205):
        await say(db, "话")
    assert len(said_in(tmp_path / "log.db")) == 205


async def test_without_a_log_there_is_nothing_to_wait_for(tmp_path: Path) -> None:
    await asyncio.wait_for(sqlite_log.WriteAheadLog(str(tmp_path / "never-opened.db")).reach_disk(), 5)
