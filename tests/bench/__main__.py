"""`make bench`: speed as ratios against a baseline measured in the same run, on real programs with the trained model.

make bench                    everything
python -m tests.bench acks    one of: acks, turns
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from yarl import URL

from channels.clock import SystemClock
from channels.programs import http_ok
from channels.simulator.driver import Resident, Site
from channels.wechat.accounts import demo_accounts
from tests.bench.load import Latencies, as_fast_as_possible, at_rate
from tests.bench.pushes import sealed_push
from tests.installation import ADMIN_PASSWORD, Installation, free_port

console = Console(highlight=False)

RATE, COUNT = 50, 1000
CONNECTIONS, SECONDS = 32, 10.0
PREPARED = 30_000  # more than anybody stores in the measured time
TALKERS = 16
SAYINGS = (
    "屋里暖气冰凉 从前天夜里起的",
    "园林街道翠园小区6号楼2单元301",
    "多久能来人啊",
    "17000001234",
    "不对 是3单元",
    "你们管不管路灯",
)


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


async def bench_turns() -> None:
    """Turns per second through everything, against the same turns sent straight to Rasa; and the time from push to reply."""
    console.print("\n[bold]turns[/bold]")
    async with installation() as running, aiohttp.ClientSession() as http:
        site = Site(http, running.base_url)
        await site.sign_in("admin", ADMIN_PASSWORD)
        residents = [await Resident.with_new_phone(site, "wechat_oa", f"bench{index}") for index in range(TALKERS)]
        started = time.perf_counter()
        waits = Latencies(sorted(wait for each in await asyncio.gather(*map(_talk, residents)) for wait in each))
        ours = len(waits.seconds) / (time.perf_counter() - started)
        conversations = [await resident.conversation() for resident in residents]
        straight = await _straight_to_rasa(running, http, conversations)
        alone = await Resident.with_new_phone(site, "wechat_oa", "alone")
        single = Latencies(sorted(await _talk(alone)))
    console.print(
        f"  {TALKERS} residents at once: {ours:.1f} turns/s through everything, {straight:.1f} turns/s straight to Rasa"
    )
    console.print(f"  [bold]ratio {ours / straight:.2f}[/bold] (aim: at least 0.8)")
    console.print(f"  push to reply on the phone: one resident {single}; {TALKERS} at once {waits}")


async def _talk(resident: Resident) -> list[float]:
    """Say everything, waiting for each reply; the seconds that each took."""
    waits = []
    for saying in SAYINGS:
        started = time.perf_counter()
        await resident.says(saying)
        await resident.hears("reply", bool, 60)
        waits.append(time.perf_counter() - started)
    return waits


async def _straight_to_rasa(running: Installation, http: aiohttp.ClientSession, conversations: list[dict[str, Any]]) -> float:
    """The same sayings, the same concurrency and metadata, without our web program, worker and delivery."""
    url = f"http://127.0.0.1:{running.port + 5}/webhooks/rest/webhook"

    async def talk(conversation: dict[str, Any]) -> None:
        known = {"conversation": conversation["id"], "channel": "wechat_oa", "channel_user_id": conversation["channel_user_id"]}
        for number, saying in enumerate(SAYINGS):
            when = SystemClock().now().isoformat()
            metadata = {
                **known,
                "message_id": f"bench-{number}",
                "message_time": when,
                "known_phone": "",
                "kind": "text",
                "draft": None,
            }
            body = {"sender": f"bench-{conversation['id']}", "message": saying, "metadata": metadata}
            async with http.post(url, json=body) as answer:
                if not await answer.json():
                    raise RuntimeError(f"Rasa said nothing to {saying!r}: the comparison would be unfair")

    started = time.perf_counter()
    await asyncio.gather(*(talk(conversation) for conversation in conversations))
    return len(conversations) * len(SAYINGS) / (time.perf_counter() - started)


BENCHES = {"acks": bench_acks, "turns": bench_turns}


async def main(names: list[str]) -> None:
    for name in names or list(BENCHES):
        await BENCHES[name]()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
