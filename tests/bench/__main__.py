"""`make bench`: speed as ratios against a baseline measured in the same run, on real programs with the trained model.

make bench                    everything
python -m tests.bench acks    one of: acks, turns, diet
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from rich.console import Console
from yarl import URL

from channels.programs import http_ok
from channels.wechat.accounts import demo_accounts
from tests.bench.diet import bench_diet
from tests.bench.load import Call, as_fast_as_possible, at_rate
from tests.bench.processes import cpu_seconds
from tests.bench.pushes import sealed_push
from tests.bench.turns import bench_turns
from tests.installation import Installation, free_port

console = Console(highlight=False)

RATE, COUNT = 50, 1000
CONNECTIONS, SECONDS = 32, 10.0
PREPARED = 30_000  # more than anybody stores in the measured time


@contextlib.asynccontextmanager
async def installation(**env: str) -> AsyncIterator[Installation]:
    """A fresh installation in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="youshi-bench-") as folder:
        running = Installation(Path(folder), free_port(), env)
        try:
            await running.start()
            yield running
        finally:
            running.stop()


@contextlib.asynccontextmanager
async def bare_endpoint() -> AsyncIterator[tuple[str, int]]:
    """The baseline under the same server with the same options: its address and process id."""
    port = free_port()
    options = ("--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "warning")
    process = subprocess.Popen([sys.executable, "-m", "uvicorn", "tests.bench.bare:app", *options])
    try:
        answers = http_ok(f"http://127.0.0.1:{port}/bare")
        while not await answers():
            await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}/bare", process.pid
    finally:
        process.terminate()
        process.wait()


async def bench_acks() -> None:
    """How fast and how often a push is stored and acknowledged while the assistant is dead."""
    console.print("\n[bold]acknowledgement, assistant down[/bold]")
    dead = "http://127.0.0.1:1"
    async with installation(YOUSHI_RASA_URL=dead, YOUSHI_ACTIONS_URL=dead) as running, aiohttp.ClientSession() as http:
        account = demo_accounts(running.home)["oa"]
        users = [f"obench{index:06d}" for index in range(500)]
        pushes = [sealed_push(account, running.base_url, users[number % len(users)], number) for number in range(PREPARED)]

        async def push(number: int) -> None:
            prepared = pushes[number]
            async with http.post(URL(prepared.url, encoded=True), data=prepared.body) as answer:
                if await answer.text() != "success":
                    raise RuntimeError(f"a push was answered with {answer.status}: the measurement would be worthless")

        steady = await at_rate(push, per_second=RATE, count=COUNT)
        console.print(f"  {COUNT} pushes at {RATE}/s: {steady}")
        web = running.pid_of("web")
        ours = await _highest(lambda number: push(COUNT + number), web)
        bare = await _bare_rate(http)
        console.print(f"  highest rate, {CONNECTIONS} connections: {ours} stored; bare endpoint {bare}")
        console.print(f"  [bold]ratio {ours.per_second / bare.per_second:.2f}[/bold] (aim: at least 0.5)")


@dataclass(frozen=True)
class Rate:
    """Calls per second, and the processor time that one call costs the program that answers, ms."""

    per_second: float
    cpu_ms: float

    def __str__(self) -> str:
        return f"{self.per_second:.0f}/s (processor time {self.cpu_ms:.2f} ms)"


async def _highest(call: Call, pid: int) -> Rate:
    before = cpu_seconds(pid)
    rate = await as_fast_as_possible(call, connections=CONNECTIONS, seconds=SECONDS)
    return Rate(rate, (cpu_seconds(pid) - before) / (rate * SECONDS) * 1000)


async def _bare_rate(http: aiohttp.ClientSession) -> Rate:
    body = b"<xml>" + b"x" * 600 + b"</xml>"
    async with bare_endpoint() as (url, pid):

        async def call(_number: int) -> None:
            async with http.post(url, data=body) as answer:
                await answer.read()

        return await _highest(call, pid)


BENCHES = {"acks": bench_acks, "turns": bench_turns, "diet": bench_diet}


async def main(names: list[str]) -> None:
    for name in names or list(BENCHES):
        await BENCHES[name]()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
