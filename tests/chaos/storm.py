"""What residents and caseworkers do while programs are killed, and the killing itself."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from redis.asyncio import Redis
from redis.exceptions import RedisError

from channels.programs import REDIS_OFFSET
from channels.simulator.driver import ORDER_NUMBER, DidNotHappen, Resident, Site
from tests.installation import START_PATIENCE_S, Installation
from tests.postgres import OwnPostgres

AT_ONCE = 24
DATABASE, DATABASE_AWAY_S = "database", 4.0
ANSWERS = {"contact_phone": "17000001234", "occurred_at": "昨天晚上开始的", "confirmed": "对"}
PATIENCE_S = 600.0
PUSH_AGAIN_S = 1.0
ASKS_AGAIN = ("?", "\uff1f")  # a question put again; nobody is told to say anything twice because a program was away


@dataclass
class Storm:
    """One installation with a simulator that outlives whatever is killed, and the log of what residents did.

    `victims` are killed in this order, spread over the dialogues of `people` residents; `database` is a PostgreSQL of our own.
    """

    people: int
    victims: tuple[str, ...]
    database: OwnPostgres | None
    installation: Installation
    site: Site
    phones: Site
    residents: list[Resident] = field(default_factory=list)
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)


async def rage(storm: Storm) -> None:
    """All dialogues, with a kill whenever a further part of them is through; then wait until everything is quiet."""
    gate, finished = asyncio.Semaphore(AT_ONCE), asyncio.Event()
    helper = asyncio.create_task(people_at_work(storm, finished))
    tasks = [asyncio.create_task(dialogue(storm, index, gate)) for index in range(storm.people)]
    for count, victim in enumerate(storm.victims, start=1):
        while sum(task.done() for task in tasks) < storm.people * count / (len(storm.victims) + 1):
            await asyncio.sleep(0.2)
        await strike(storm, victim)
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*tasks)
    await until_quiet(storm)
    finished.set()
    await helper


async def strike(storm: Storm, victim: str) -> None:
    """Kill one program and wait until it is back; a database stays away for some seconds, and then recovers what it had."""
    if victim == DATABASE:
        assert storm.database is not None
        storm.database.crash()
        await asyncio.sleep(DATABASE_AWAY_S)
        await asyncio.to_thread(storm.database.start)
        return
    pid = storm.installation.kill(victim)
    await storm.installation.comes_back(victim, pid)
    await empty_redis(storm)


async def empty_redis(storm: Storm) -> None:
    """Forget all that Redis knows, streams and wake-ups with it: it carries no truth. It may be just coming back itself."""
    async with Redis(port=storm.installation.port + REDIS_OFFSET) as redis, asyncio.timeout(START_PATIENCE_S):
        while True:
            try:
                await redis.flushall()
            except RedisError:
                await asyncio.sleep(0.2)
            else:
                return


async def dialogue(storm: Storm, index: int, gate: asyncio.Semaphore) -> None:
    """A resident tells a complaint and answers what is asked until there is a number."""
    async with gate:
        channel = "sms" if index % 4 == 0 else "wechat_oa"
        resident = await Resident.with_new_phone(storm.phones, channel, f"居民{index}")
        resident.desk = storm.site
        storm.residents.append(resident)
        storm.acknowledged[resident.key] = []
        await say(storm, resident, f"园林街道翠园小区{index + 1}号楼2单元301屋里冰凉,暖气不热")
        waited = 0.0
        while resident.key not in storm.numbers:
            heard = await last_words(resident)
            number = ORDER_NUMBER.search(heard)
            if number:
                storm.numbers[resident.key] = number[0]
            elif waited > PATIENCE_S:
                raise DidNotHappen(f"{resident.key}: no number; the last words were {heard!r}\n{storm.installation.tails()}")
            elif heard:
                await answer(storm, resident, asked_again=any(words in heard for words in ASKS_AGAIN))
            await asyncio.sleep(0.5)
            waited += 0.5


async def answer(storm: Storm, resident: Resident, *, asked_again: bool) -> None:
    """Answer the open question once, and again only when told to: a resident who sees an apology waits."""
    with contextlib.suppress(DidNotHappen, aiohttp.ClientError):
        conversation = await resident.conversation()
        draft = conversation["draft"]
        if conversation["owner"] != "bot" or not (draft or asked_again):
            return
        missing = draft["missing"] if draft else []
        text = ANSWERS[missing[0] if missing else "confirmed"] if draft else storm.acknowledged[resident.key][0]
        if asked_again or text not in storm.acknowledged[resident.key]:
            await say(storm, resident, text)


async def say(storm: Storm, resident: Resident, text: str) -> None:
    """Say it until the platform says that it was delivered: while our web program is dead, WeChat tells the resident so."""
    while True:
        try:
            await resident.says(text)
        except DidNotHappen:
            await asyncio.sleep(PUSH_AGAIN_S)
        else:
            storm.acknowledged[resident.key].append(text)
            return


async def last_words(resident: Resident) -> str:
    """What our side said after the resident's last words, "" while nothing came."""
    bubbles = await resident.bubbles()
    return "" if not bubbles or bubbles[-1]["mine"] else str(bubbles[-1]["text"])


async def heard_by(resident: Resident) -> list[str]:
    """What our side said, without the numbered lines that a choice gets on SMS."""
    return [str(bubble["text"]).split("\n1 ")[0] for bubble in await resident.bubbles() if not bubble["mine"]]


async def people_at_work(storm: Storm, finished: asyncio.Event) -> None:
    """A caseworker who calls whoever may have missed a message. The queue is left to the bot, which must come back by itself."""
    while not finished.is_set():
        with contextlib.suppress(DidNotHappen, aiohttp.ClientError):
            for task in (await storm.site.call("GET", "/api/v1/call-backs"))["items"]:
                await call_back(storm, task)
        await asyncio.sleep(0.5)


async def call_back(storm: Storm, task: dict[str, Any]) -> None:
    """Ask the resident what the phone shows; what did not arrive is sent again, by decision of a person."""
    path = f"/api/v1/conversations/{task['conversation_id']}"
    conversation = await storm.site.call("GET", path)
    resident = next(each for each in storm.residents if each.user_id == conversation["channel_user_id"])
    messages = (await storm.site.call("GET", f"{path}/messages", params={"limit": "200"}))["items"]
    meant = [message["text"] for message in messages if message["id"] == task["message_id"]]
    if meant and meant[0] not in await heard_by(resident):
        await storm.site.call("POST", f"{path}/messages/{task['message_id']}/resend")
    await storm.site.call("POST", f"/api/v1/call-backs/{task['id']}/done", {"result": "asked by telephone"})


async def until_quiet(storm: Storm) -> None:
    """Wait until nothing has arrived on any phone for some seconds."""
    version = -1
    while True:
        world = await storm.phones.call("GET", "/simulator/world")
        if world["version"] == version:
            return
        version = world["version"]
        await asyncio.sleep(6)


async def stored(storm: Storm, resident: Resident) -> list[dict[str, Any]]:
    conversation = await resident.conversation()
    path = f"/api/v1/conversations/{conversation['id']}/messages"
    return list((await storm.site.call("GET", path, params={"limit": "200"}))["items"])
