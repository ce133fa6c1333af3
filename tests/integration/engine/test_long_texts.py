"""A text that WeChat takes in several pieces costs the window as many messages, and its writer is told before it is too late."""

from __future__ import annotations

import pytest

from backend.contracts.messages import OutboundMessage, Route, SendOutcome, SendResult
from backend.services import conversations as talk
from backend.services.session_room import NoRoom
from backend.storage.tables.conversations import SendWindowRow
from backend.storage.tables.deliveries import CallBackTaskRow
from tests.integration.engine.said import opened, say, statuses
from tests.integration.engine.world import PHONE, World

PIECE = 10


@pytest.fixture
async def taken(world: World) -> World:
    """A conversation that a caseworker has, with a window of five messages of ten characters each."""
    world.wechat.longest = PIECE
    await opened(world)
    await world.takeover()
    return world


async def _writes(world: World, text: str, *, note: bool = False) -> None:
    async with world.writing() as session:
        await talk.say_as_caseworker(
            session,
            conversation_id=(await world.conversation()).id,
            user="li",
            text=text,
            note=note,
            senders=world.senders,
            now=world.clock.now(),
        )


async def _used(world: World) -> int:
    (window,) = await world.rows(SendWindowRow)
    return window.used


async def test_every_piece_counts_in_the_window(taken: World) -> None:
    await _writes(taken, "字" * 25)
    await taken.deliverer.drain()
    assert await _used(taken) == 3
    (row,) = await taken.messages(direction="out")
    assert (row.status, row.status_reason) == ("sent", "session:3")


async def test_what_the_provider_did_not_take_is_given_back_with_all_its_pieces(taken: World) -> None:
    await _writes(taken, "字" * 25)
    taken.wechat.script = [SendResult(SendOutcome.RETRY_LATER, code="-1")]
    await taken.deliverer.drain()
    assert await _used(taken) == 0
    taken.clock.advance(minutes=1)
    await taken.deliverer.drain()
    assert (await _used(taken), len(taken.wechat.sent)) == (3, 2)


async def test_a_text_that_needs_more_than_is_left_is_refused_with_the_numbers_and_nothing_is_queued(taken: World) -> None:
    await _writes(taken, "字" * 25)
    await taken.deliverer.drain()
    with pytest.raises(NoRoom) as refusal:
        await _writes(taken, "字" * 21)
    assert refusal.value.extra == {"pieces": 3, "left": 2}
    assert "要分3条发,现在只还能发2条" in refusal.value.detail
    assert await statuses(taken) == ["sent"]
    await _writes(taken, "字" * 20)
    await taken.deliverer.drain()
    assert (await _used(taken), await statuses(taken)) == (5, ["sent", "sent"])


async def test_what_waits_to_be_sent_is_counted_too(taken: World) -> None:
    await _writes(taken, "字" * 30)
    with pytest.raises(NoRoom):
        await _writes(taken, "字" * 30)
    taken.wechat.script = [SendResult(SendOutcome.RETRY_LATER, code="-1")]
    await taken.deliverer.drain()
    with pytest.raises(NoRoom) as refusal:
        await _writes(taken, "字" * 30)
    assert refusal.value.extra["left"] == 2


async def test_a_note_is_as_long_as_it_likes(taken: World) -> None:
    await _writes(taken, "字" * 500, note=True)
    assert await statuses(taken) == ["suppressed"]


async def test_where_nothing_may_be_sent_a_long_text_goes_another_way_whole(taken: World) -> None:
    taken.clock.advance(hours=49)
    await _writes(taken, "字" * 25)
    await taken.deliverer.drain()
    assert (taken.wechat.sent, await statuses(taken)) == ([], ["failed"])
    (task,) = await taken.rows(CallBackTaskRow)
    assert task.text == "字" * 25


async def test_a_long_text_whose_window_was_used_meanwhile_is_not_begun(world: World) -> None:
    world.wechat.longest = PIECE
    await opened(world, phone=PHONE)
    await say(world, "一", "二", "三", "字" * 25)
    await world.deliverer.drain()
    assert world.wechat.texts == ["一", "二", "三"]
    assert [(sent.route, sent.text) for sent in world.sms.sent] == [(Route.SMS, "字" * 25)]
    assert await _used(world) == 3


async def test_a_window_opened_again_during_the_attempt_keeps_its_full_count(taken: World) -> None:
    async def resident_writes(message: OutboundMessage) -> None:
        taken.wechat.on_send = None
        taken.clock.advance(seconds=5)
        await taken.hears("在吗")

    await _writes(taken, "字" * 25)
    taken.wechat.on_send = resident_writes
    taken.wechat.script = [SendResult(SendOutcome.RETRY_LATER, code="-1")]
    await taken.deliverer.drain()
    assert await _used(taken) == 0
