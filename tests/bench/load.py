"""A load generator for our own programs on this machine: open loop at a given rate, and closed loop for the highest rate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

Call = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class Latencies:
    """Seconds of every call, sorted."""

    seconds: Sequence[float]

    def at(self, share: float) -> float:
        return self.seconds[min(int(len(self.seconds) * share), len(self.seconds) - 1)]

    def __str__(self) -> str:
        return f"p50 {self.at(0.5) * 1000:.1f} ms, p95 {self.at(0.95) * 1000:.1f} ms, p99 {self.at(0.99) * 1000:.1f} ms"


async def at_rate(call: Call, *, per_second: float, count: int) -> Latencies:
    """Start a call every 1/`per_second` s whether or not earlier ones are answered; returns what each took."""
    begun, tasks = time.perf_counter(), []

    async def timed(number: int) -> float:
        started = time.perf_counter()
        await call(number)
        return time.perf_counter() - started

    for number in range(count):
        await asyncio.sleep(max(begun + number / per_second - time.perf_counter(), 0))
        tasks.append(asyncio.create_task(timed(number)))
    return Latencies(sorted(await asyncio.gather(*tasks)))


async def as_fast_as_possible(call: Call, *, connections: int, seconds: float) -> float:
    """Calls per second with so many callers, each waiting for its answer before the next call."""
    until, done = time.perf_counter() + seconds, 0

    async def caller(first: int) -> None:
        nonlocal done
        number = first
        while time.perf_counter() < until:
            await call(number)
            done += 1
            number += connections

    started = time.perf_counter()
    await asyncio.gather(*(caller(index) for index in range(connections)))
    return done / (time.perf_counter() - started)
