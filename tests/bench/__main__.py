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
from pathlib import Path

import aiohttp
from rich.console import Console
from yarl import URL

from channels.programs import http_ok
from channels.wechat.accounts import demo_accounts
from tests.bench.diet import bench_diet
from tests.bench.load import as_fast_as_possible, at_rate
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
async def bare_endpoint() -> AsyncIterator[str]:
    """The baseline under the same server with the same options."""
    port = free_port()
    options = ("--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "warning")
    process = subprocess.Popen([sys.executable, "-m", "uvicorn", "tests.bench.bare:app", *options])
    try:
        answers = http_ok(f"http://127.0.0.1:{port}/bare")
        while not await answers():
            await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}/bare"
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
        ours = await as_fast_as_possible(lambda number: push(COUNT + number), connections=CONNECTIONS, seconds=SECONDS)
        bare = await _bare_rate(http)
        console.print(f"  highest rate, {CONNECTIONS} connections: {ours:.0f}/s stored; bare endpoint {bare:.0f}/s")
        console.print(f"  [bold]ratio {ours / bare:.2f}[/bold] (aim: at least 0.5)")


async def _bare_rate(http: aiohttp.ClientSession) -> float:
    body = b"<xml>" + b"x" * 600 + b"</xml>"
    async with bare_endpoint() as url:

        async def call(_number: int) -> None:
            async with http.post(url, data=body) as answer:
                await answer.read()

        return await as_fast_as_possible(call, connections=CONNECTIONS, seconds=SECONDS)


BENCHES = {"acks": bench_acks, "turns": bench_turns, "diet": bench_diet}


async def main(names: list[str]) -> None:
    for name in names or list(BENCHES):
        await BENCHES[name]()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
