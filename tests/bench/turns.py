"""Turns: what one costs, how many there are per second against Rasa alone, and how long a resident waits."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console

from channels.clock import SystemClock
from channels.simulator.driver import Site
from tests.bench.load import Latencies
from tests.bench.phones import Phones, phones_for
from tests.bench.processes import Meter, resident_mb
from tests.installation import ADMIN_PASSWORD, Installation, free_port

console = Console(highlight=False)

TALKERS, ROUNDS, ALONE = 16, 3, 6
SAYINGS = (
    "屋里暖气冰凉 从前天夜里起的",
    "园林街道翠园小区6号楼2单元301",
    "多久能来人啊",
    "17000001234",
    "不对 是3单元",
    "你们管不管路灯",
)
AIM_MS, AIM_RATIO, AIM_MB = 25, 0.8, 600


@contextlib.asynccontextmanager
async def talking() -> AsyncIterator[tuple[Installation, Phones]]:
    """A fresh installation whose phones are in this program."""
    with tempfile.TemporaryDirectory(prefix="youshi-bench-") as folder:
        port, platform = free_port(), free_port()
        running = Installation(Path(folder), port, {"YOUSHI_SIMULATOR_URL": f"http://127.0.0.1:{platform}/simulator"})
        async with phones_for(running.home, running.base_url, platform) as phones:
            try:
                await running.start()
                await phones.talk(phones.new(), SAYINGS)  # everything has been loaded once
                yield running, phones
            finally:
                running.stop()


async def bench_turns() -> None:
    """Turns per second through everything, against the same turns sent straight to Rasa; and what each costs."""
    console.print("\n[bold]turns[/bold]")
    async with talking() as (running, phones), aiohttp.ClientSession() as http:
        rasa = Straight(running, http)
        meter = Meter.start(running)
        single = Latencies(sorted([wait for _ in range(ALONE) for wait in await phones.talk(phones.new(), SAYINGS)]))
        console.print(f"  one resident alone, processor time per turn: {meter.per_turn(len(single.seconds))}")
        console.print(f"  one resident alone, push to answer on the phone: {single}")
        parts = Latencies(sorted([wait for each in await _known(running, phones, ALONE) for wait in await rasa.talk(each)]))
        console.print(f"  [bold]a turn of the assistant with its actions: {parts}[/bold] (aim: p50 at most {AIM_MS} ms)")
        ours, waits, spent = await _crowd(running, phones)
        console.print(f"  {TALKERS} residents at once, processor time per turn: {spent}")
        console.print(f"  {TALKERS} residents at once, push to answer on the phone: {waits}")
        known = await _known(running, phones, TALKERS)
        meter = Meter.start(running)
        straight = await rasa.crowd(known)
        console.print(f"  straight to Rasa, processor time per turn: {meter.per_turn(TALKERS * len(SAYINGS) * ROUNDS)}")
        console.print(f"  {ours:.1f} turns/s through everything, {straight:.1f} turns/s straight to Rasa")
        console.print(f"  [bold]ratio {ours / straight:.2f}[/bold] (aim: at least {AIM_RATIO})")
        memory = resident_mb(running.pid_of("rasa"))
        console.print(f"  [bold]Rasa's memory {memory} MB[/bold] (aim: under {AIM_MB} MB)")


async def _crowd(running: Installation, phones: Phones) -> tuple[float, Latencies, str]:
    """Everybody at once, several times: turns per second, the waits, the processor time per turn."""
    meter, started, waits = Meter.start(running), time.perf_counter(), list[float]()
    for _ in range(ROUNDS):
        for each in await asyncio.gather(*(phones.talk(phones.new(), SAYINGS) for _ in range(TALKERS))):
            waits += each
    return len(waits) / (time.perf_counter() - started), Latencies(sorted(waits)), meter.per_turn(len(waits))


async def _known(running: Installation, phones: Phones, count: int) -> list[dict[str, Any]]:
    """Conversations that the backend knows and that have said nothing to the assistant yet beyond a greeting."""
    people = [phones.new() for _ in range(count)]
    await asyncio.gather(*(phones.talk(phone, ["你好"]) for phone in people))
    async with running.site("admin", ADMIN_PASSWORD) as site:
        return [await _conversation(site, phone.user_id) for phone in people]


async def _conversation(site: Site, user_id: str) -> dict[str, Any]:
    found = await site.call("GET", "/api/v1/conversations", params={"channel": "wechat_oa", "channel_user_id": user_id})
    one: dict[str, Any] = found["items"][0]
    return one


@dataclass(frozen=True)
class Straight:
    """The same sayings and metadata to Rasa's REST channel, without our web program, worker and delivery."""

    running: Installation
    http: aiohttp.ClientSession

    async def crowd(self, conversations: list[dict[str, Any]]) -> float:
        """Turns per second with all of them at once."""
        started = time.perf_counter()
        for _ in range(ROUNDS):
            await asyncio.gather(*(self.talk(conversation) for conversation in conversations))
        return len(conversations) * len(SAYINGS) * ROUNDS / (time.perf_counter() - started)

    async def talk(self, conversation: dict[str, Any]) -> list[float]:
        """The seconds that each saying took, in a dialogue of its own. Raises RuntimeError for silence."""
        sender, waits = f"bench-{conversation['id']}-{time.time_ns()}", []
        for number, saying in enumerate(SAYINGS):
            body = {"sender": sender, "message": saying, "metadata": _metadata(conversation, f"{sender}-{number}")}
            started = time.perf_counter()
            async with self.http.post(self._url, json=body) as answer:
                if not await answer.json():
                    raise RuntimeError(f"Rasa said nothing to {saying!r}: the comparison would be unfair")
            waits.append(time.perf_counter() - started)
        return waits

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self.running.port + 5}/webhooks/rest/webhook"


def _metadata(conversation: dict[str, Any], message_id: str) -> dict[str, Any]:
    return {
        "conversation": conversation["id"],
        "channel": "wechat_oa",
        "channel_user_id": conversation["channel_user_id"],
        "message_id": message_id,
        "message_time": SystemClock().now().isoformat(),
        "known_phone": "",
        "kind": "text",
        "draft": None,
    }
