"""The machine's clock is set back by hours: what was written before lies in the future, and nobody waits for that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from backend.storage import leases
from backend.storage.leases import FARTHEST, wall_now
from backend.storage.tables.conversations import ConversationRow
from tests.integration.engine.world import World

AHEAD = timedelta(hours=8)  # a clock in local time, until it is told the time


async def written(world: World, **values: Any) -> None:
    async with world.writing() as session:
        await session.execute(update(ConversationRow).values(**values).execution_options(synchronize_session=False))


async def test_a_message_that_came_before_is_answered(world: World) -> None:
    await world.hears("屋里冷")
    await written(world, turn_due_at=wall_now() + AHEAD)
    await world.turns.drain()
    assert [turn.text for turn in world.assistant.turns] == ["屋里冷"]


@pytest.mark.parametrize("work", ["turn", "send"])
async def test_the_lease_of_a_worker_that_died_before_does_not_hold_up_the_next(world: World, work: str) -> None:
    if work == "turn":
        await world.hears("屋里冷")
    else:
        await world.talk("屋里冷")
        await world.hears("还有楼道灯")
    await written(world, **{f"{work}_holder": "dead", f"{work}_until": wall_now() + AHEAD, f"{work}_fence": 7})
    await world.turns.drain()
    await world.deliverer.drain()
    assert [message.status for message in await world.messages(direction="out")][-1] == "sent"


async def test_a_pause_and_a_lease_of_the_usual_length_are_kept(world: World) -> None:
    await world.hears("屋里冷")
    await written(world, turn_due_at=wall_now() + timedelta(seconds=5))
    await world.turns.drain()
    await written(world, turn_due_at=wall_now(), turn_holder="other", turn_until=wall_now() + FARTHEST / 2)
    await world.turns.drain()
    assert world.assistant.turns == []


async def test_a_notice_that_rests_until_the_morning_goes_on_resting(world: World) -> None:
    await world.talk("屋里冷")
    await written(world, send_due_at=world.clock.now() + AHEAD)
    async with world.db.reading() as session:
        assert await leases.due(session, "send", now=world.clock.now(), limit=10) == []
        assert len(await leases.due(session, "send", now=world.clock.now() + AHEAD, limit=10)) == 1


async def test_what_only_one_program_may_do_is_taken_over(world: World) -> None:
    hours = AHEAD.total_seconds()
    async with world.writing() as session:
        assert await leases.claim_named(session, "relay", holder="dead", seconds=hours)
        assert await leases.claim_named(session, "relay", holder="next", seconds=10)
        assert not await leases.claim_named(session, "relay", holder="third", seconds=10)
