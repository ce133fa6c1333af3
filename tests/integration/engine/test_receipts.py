"""Receipts of providers: a status moves on and never back, parts of a long SMS count together."""

from __future__ import annotations

from typing import Any

import pytest

from backend.contracts.messages import Channel, DeliveryReceipt, MessageStatus, OutboundMessage, SendOutcome, SendResult
from backend.services import conversations as talk
from backend.storage.tables.deliveries import CallBackTaskRow
from backend.storage.tables.messages import MessageRow
from tests.integration.engine.said import change, notice, opened, say, statuses
from tests.integration.engine.world import PHONE, World


async def _receipt(world: World, status: MessageStatus, **more: Any) -> None:
    await world.inbox.record_receipts([DeliveryReceipt(status, **more)])


async def test_a_receipt_moves_the_status_on_and_never_back(world: World) -> None:
    await opened(world)
    await say(world, "一")
    await world.deliverer.drain()
    (row,) = await world.messages(direction="out")
    for status in (MessageStatus.DELIVERED, MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.DELIVERED):
        await _receipt(world, status, provider_id=f"p-{row.id}", code="x")
    assert await statuses(world) == ["delivered"]


async def test_a_receipt_that_comes_before_the_answer_is_not_lost(world: World) -> None:
    await opened(world)
    await say(world, "一")

    async def report_first(message: OutboundMessage) -> None:
        await _receipt(world, MessageStatus.DELIVERED, provider_id=f"p-{message.id}")

    world.wechat.on_send = report_first
    await world.deliverer.drain()
    assert await statuses(world) == ["delivered"]


async def test_a_receipt_settles_what_was_unknown(world: World) -> None:
    await opened(world)
    await say(world, "一")
    world.wechat.script = [SendResult(SendOutcome.UNKNOWN)]
    await world.deliverer.drain()
    (row,) = await world.messages(direction="out")
    await _receipt(world, MessageStatus.DELIVERED, message_id=row.id)
    assert await statuses(world) == ["delivered"]
    assert [task.done_by for task in await world.rows(CallBackTaskRow)] == ["system"]


async def test_who_may_not_have_got_an_answer_waits_for_a_person_until_a_receipt_settles_it(world: World) -> None:
    await opened(world)
    await say(world, "一", "二")
    world.wechat.script = [SendResult(SendOutcome.UNKNOWN), SendResult(SendOutcome.UNKNOWN)]
    await world.deliverer.drain()
    conversation = await world.conversation()
    assert (conversation.owner, conversation.queue_reason, conversation.queued_at is None) == ("bot", "maybe_unsent", False)
    first, second = await world.messages(direction="out")
    await _receipt(world, MessageStatus.DELIVERED, message_id=first.id)
    assert (await world.conversation()).queued_at is not None
    await _receipt(world, MessageStatus.DELIVERED, message_id=second.id)
    conversation = await world.conversation()
    assert (conversation.queued_at, conversation.queue_reason, conversation.priority) == (None, "", 0)


@pytest.mark.parametrize("how", ["asked", "sent again"])
async def test_who_may_not_have_got_an_answer_waits_until_a_person_settles_it(world: World, how: str) -> None:
    await opened(world)
    await say(world, "一")
    world.wechat.script = [SendResult(SendOutcome.UNKNOWN)]
    await world.deliverer.drain()
    (row,), (task,) = await world.messages(direction="out"), await world.rows(CallBackTaskRow)
    now = world.clock.now()
    async with world.writing() as session:
        if how == "asked":
            await talk.finish_task(session, task.id, user="li", result="收到了", now=now)
            await talk.finish_task(session, task.id, user="wang", result="没收到", now=now)
        else:
            await talk.resend(session, conversation_id=row.conversation_id, message_id=row.id, now=now)
    (task,) = await world.rows(CallBackTaskRow)
    assert (task.done_by, task.result) == (("li", "收到了") if how == "asked" else ("system", "又发了一次"))
    assert (await world.conversation()).queued_at is None


async def test_who_asked_for_a_person_is_not_shown_as_one_who_may_have_missed_an_answer(world: World) -> None:
    await opened(world)
    await change(world, owner="queue", queue_reason="asked", queued_at=world.clock.now())
    await say(world, "一")
    world.wechat.script = [SendResult(SendOutcome.UNKNOWN)]
    await world.deliverer.drain()
    assert (await world.conversation()).queue_reason == "asked"


async def test_a_receipt_leaves_a_conversation_in_the_queue_that_waits_there_for_another_reason(world: World) -> None:
    await opened(world)
    await say(world, "一")
    world.wechat.script = [SendResult(SendOutcome.UNKNOWN)]
    await world.deliverer.drain()
    (row,) = await world.messages(direction="out")
    await change(world, owner="queue", queue_reason="asked")
    await _receipt(world, MessageStatus.DELIVERED, message_id=row.id)
    assert (await world.conversation()).queue_reason == "asked"


async def test_a_notice_that_may_not_have_arrived_is_a_task_and_no_reason_to_wait(world: World) -> None:
    await opened(world)
    await notice(world)
    world.wechat.script = [SendResult(SendOutcome.UNKNOWN)]
    await world.deliverer.drain()
    assert len(await world.rows(CallBackTaskRow)) == 1
    assert (await world.conversation()).queued_at is None


async def test_a_long_sms_is_delivered_when_all_its_parts_are(world: World) -> None:
    await world.talk("路灯不亮", channel=Channel.SMS, user=PHONE)
    (row,) = await world.messages(PHONE, direction="out")
    for part, repeated, expected in ((1, 1, "sent"), (1, 2, "sent"), (3, 1, "sent"), (2, 1, "delivered")):
        for _ in range(repeated):
            await _receipt(world, MessageStatus.DELIVERED, message_id=row.id, provider_id=f"p{part}", part=part, parts=3)
        assert await statuses(world, PHONE) == [expected]


async def test_a_long_sms_that_lost_a_part_failed(world: World) -> None:
    await world.talk("路灯不亮", channel=Channel.SMS, user=PHONE)
    (row,) = await world.messages(PHONE, direction="out")
    await _receipt(world, MessageStatus.DELIVERED, message_id=row.id, part=1, parts=2)
    await _receipt(world, MessageStatus.FAILED, message_id=row.id, part=2, parts=2)
    assert await statuses(world, PHONE) == ["failed"]


async def test_a_receipt_about_nothing_we_sent_is_harmless(world: World) -> None:
    await _receipt(world, MessageStatus.DELIVERED, provider_id="nobody")
    await _receipt(world, MessageStatus.DELIVERED, message_id="nothing")
    assert await world.rows(MessageRow) == []
