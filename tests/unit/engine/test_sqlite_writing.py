"""Writing to SQLite: statements run where they are called, and nothing else of the program stops for them."""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from backend.storage.database import Database


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'writing.db'}")
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE said (number INTEGER PRIMARY KEY, words TEXT UNIQUE)"))
    yield database
    await database.close()


async def say(db: Database, words: str) -> None:
    async with db.transaction() as session:
        await session.execute(text("INSERT INTO said (words) VALUES (:words)"), {"words": words})


async def said(db: Database) -> list[str]:
    async with db.reading() as session:
        return list(await session.scalars(text("SELECT words FROM said ORDER BY number")))


async def test_what_was_committed_is_there_for_readers_and_for_other_programs(db: Database, tmp_path: Path) -> None:
    await say(db, "屋里冷")
    assert await said(db) == ["屋里冷"]
    with sqlite3.connect(tmp_path / "writing.db") as other:
        assert other.execute("SELECT words FROM said").fetchall() == [("屋里冷",)]


async def test_a_transaction_that_raises_leaves_nothing_behind(db: Database) -> None:
    async def breaks_off() -> None:
        async with db.transaction() as session:
            await session.execute(text("INSERT INTO said (words) VALUES ('半句')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await breaks_off()
    await say(db, "整句")
    assert await said(db) == ["整句"]


async def test_a_failing_statement_is_told_as_on_every_database_and_the_next_transaction_works(db: Database) -> None:
    await say(db, "一")
    with pytest.raises(Exception, match="UNIQUE constraint failed"):
        await say(db, "一")
    await say(db, "二")
    assert await said(db) == ["一", "二"]


async def test_readers_see_the_old_state_until_the_commit(db: Database) -> None:
    async with db.transaction() as session:
        await session.execute(text("INSERT INTO said (words) VALUES ('还没提交')"))
        assert await said(db) == []
    assert await said(db) == ["还没提交"]


async def test_many_writers_of_one_program_take_turns(db: Database) -> None:
    await asyncio.gather(*(say(db, f"第{number}句") for number in range(40)))
    assert len(await said(db)) == 40


async def ticks_while(waiting: asyncio.Task[None], seconds: float = 0.3) -> int:
    """How often the program could do something else while a writer waits."""
    count = 0
    for _ in range(int(seconds / 0.01)):
        await asyncio.sleep(0.01)
        count += not waiting.done()
    return count


async def test_a_program_that_writes_without_queueing_is_waited_for_in_the_background(db: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "writing.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(say(db, "等一会儿"))
    assert await ticks_while(waiting) > 10
    other.execute("COMMIT")
    await asyncio.wait_for(waiting, 5)
    assert await said(db) == ["等一会儿"]
    other.close()


async def test_a_program_in_the_queue_is_waited_for_in_the_background(db: Database, tmp_path: Path) -> None:
    with (tmp_path / "writing.db.writers").open("ab") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        waiting = asyncio.create_task(say(db, "排队"))
        assert await ticks_while(waiting) > 10
    await asyncio.wait_for(waiting, 5)
    assert await said(db) == ["排队"]


async def test_a_writer_that_is_given_up_does_not_keep_the_next_one_out(db: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "writing.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await say(db, "等不及了")
    other.execute("COMMIT")
    await asyncio.wait_for(say(db, "后来的"), 5)
    assert (await said(db))[-1] == "后来的"
    other.close()


async def test_the_log_and_foreign_keys_are_on(db: Database) -> None:
    async with db.transaction() as session:
        assert await session.scalar(text("PRAGMA synchronous")) == 1
        assert await session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert await session.scalar(text("PRAGMA foreign_keys")) == 1
