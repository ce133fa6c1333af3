"""Programs that write to one SQLite file take turns, also when one of them always has more to write."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.storage.sqlite_queue import WriterQueue


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "queue.db.writers"


class Busy:
    """A program that always has more to write; every `WriterQueue` opens the files anew, as another process does."""

    def __init__(self, file: Path) -> None:
        self._queue = WriterQueue(file)
        self.turns = 0

    async def run(self) -> None:
        while True:
            async with self._queue.turn():
                await asyncio.sleep(0.005)
            self.turns += 1


@contextlib.asynccontextmanager
async def running(*programs: Busy) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(program.run()) for program in programs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_who_waits_gets_the_next_turn_although_the_other_one_asks_again_at_once(file: Path) -> None:
    busy, queue = Busy(file), WriterQueue(file)
    async with running(busy):
        await asyncio.sleep(0.05)
        for _ in range(10):
            before = busy.turns
            async with queue.turn():
                assert busy.turns - before <= 2
            await asyncio.sleep(0.012)
        assert busy.turns > 10


async def test_nobody_passes_one_who_was_next_and_is_still_waking_up(file: Path) -> None:
    async def write() -> None:
        async with WriterQueue(file).turn():
            pass

    with file.with_name(f"{file.name}.next").open("ab") as sleeper:
        fcntl.flock(sleeper, fcntl.LOCK_EX)
        passing = asyncio.create_task(write())
        await asyncio.sleep(0.1)
        assert not passing.done(), "nobody writes, but somebody was next"
    await asyncio.wait_for(passing, 3)


async def test_two_that_always_have_more_to_write_take_turns(file: Path) -> None:
    one, other = Busy(file), Busy(file)
    async with running(one, other):
        async with asyncio.timeout(10):
            while one.turns + other.turns < 60:
                await asyncio.sleep(0.01)
        assert abs(one.turns - other.turns) <= 6


async def test_only_one_has_its_turn(file: Path) -> None:
    inside, most = 0, 0

    async def write() -> None:
        nonlocal inside, most
        async with WriterQueue(file).turn():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.002)
            inside -= 1

    await asyncio.wait_for(asyncio.gather(*(write() for _ in range(12))), 10)
    assert most == 1


async def test_who_gives_up_waiting_keeps_nobody_out(file: Path) -> None:
    first, given_up, last = WriterQueue(file), WriterQueue(file), WriterQueue(file)

    async def give_up() -> None:
        async with asyncio.timeout(0.05), given_up.turn():
            pytest.fail("it was not its turn")

    async with first.turn():
        with pytest.raises(TimeoutError):
            await give_up()
    async with asyncio.timeout(3), last.turn():
        pass


async def test_a_turn_that_raises_is_over(file: Path) -> None:
    async def breaks_off() -> None:
        async with WriterQueue(file).turn():
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await breaks_off()
    async with asyncio.timeout(3), WriterQueue(file).turn():
        pass


async def test_callers_of_one_program_share_a_turn_and_another_program_is_not_kept_out_by_them(file: Path) -> None:
    queue, other = WriterQueue(file), WriterQueue(file)
    order: list[str] = []

    async def write(by: str, turns: WriterQueue) -> None:
        async with turns.turn():
            order.append(by)
            await asyncio.sleep(0.002)

    async with queue.turn():
        many = [asyncio.create_task(write("us", queue)) for _ in range(40)]
        one = asyncio.create_task(write("other", other))
        await asyncio.sleep(0.05)  # all have lined up
    await asyncio.wait_for(asyncio.gather(*many, one), 10)
    assert 1 <= order.index("other") <= 8


async def test_a_turn_kept_for_a_caller_who_gives_up_goes_to_another_program(file: Path) -> None:
    queue = WriterQueue(file)

    async def write() -> None:
        async with queue.turn():
            pytest.fail("it had given up")

    async with queue.turn():
        giving_up = asyncio.create_task(write())
        await asyncio.sleep(0)
    giving_up.cancel()  # the turn is kept for it, and it has not run yet
    await asyncio.gather(giving_up, return_exceptions=True)
    async with asyncio.timeout(3), WriterQueue(file).turn():
        pass
