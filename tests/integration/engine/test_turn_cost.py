"""What a turn may cost the database, and that saving transactions gave up none of the guarantees."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import event

from backend.contracts.messages import OutboundMessage, Reply
from backend.contracts.understanding import Understood
from backend.services.delivery import Deliverer
from backend.services.ports import AssistantTurn
from backend.services.turns import TurnWorker
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.deliveries import CallBackTaskRow, DeliveryAttemptRow
from backend.storage.tables.outbox import OutboxRow
from tests.integration.engine.world import World, eventually

TRANSACTIONS, STATEMENTS = 3, 30


@pytest.fixture
def joined(world: World) -> World:
    """A world wired as the worker program is: the deliverer gets an answer from the turn that makes it."""

    async def answer(_turn: AssistantTurn) -> tuple[Reply, ...]:
        return (Reply("好的", understood=Understood("report_complaint", 0.9)),)

    world.assistant.answer = answer
    world.turns = world.turn_worker(deliverer=world.deliverer)
    return world


async def finished(deliverer: Deliverer) -> None:
    while deliverer._active:
        await asyncio.wait(list(deliverer._active.values()))


async def test_a_turn_takes_three_transactions_and_few_statements(joined: World) -> None:
    for text in ("一", "二", "三"):
        await joined.talk(text)
    await joined.hears("四")
    conversation = await joined.conversation()
    seen: Counter[str] = Counter()
    engine = joined.db.engine.sync_engine
    event.listen(engine, "begin", lambda _connection: seen.update(["transaction"]))
    event.listen(engine, "before_cursor_execute", lambda *_args: seen.update(["statement"]))
    joined.turns.start(conversation.id)
    await asyncio.wait(list(joined.turns._active.values()))
    await finished(joined.deliverer)
    assert len(joined.wechat.sent) == 4
    assert seen["transaction"] <= TRANSACTIONS
    assert seen["statement"] <= STATEMENTS


async def test_an_answer_goes_out_without_anybody_looking_for_it(joined: World) -> None:
    await joined.hears("屋里冷")
    await joined.turns.drain()
    await finished(joined.deliverer)
    assert joined.wechat.texts == ["好的"]
    assert (await joined.messages())[-1].status == "sent"
    assert [row.done_at is not None for row in await joined.rows(OutboxRow)] == [True]
    conversation = await joined.conversation()
    assert (conversation.send_due_at, conversation.send_holder, conversation.turn_holder) == (None, None, None)


async def test_the_intent_is_on_record_before_the_request_leaves(joined: World) -> None:
    seen: list[Any] = []

    async def look(message: OutboundMessage) -> None:
        attempts = await joined.rows(DeliveryAttemptRow)
        seen.extend((attempt.message_id == message.id, attempt.finished_at) for attempt in attempts)

    joined.wechat.on_send = look
    await joined.hears("屋里冷")
    await joined.turns.drain()
    await finished(joined.deliverer)
    assert seen == [(True, None)]


async def test_a_program_that_dies_after_the_commit_leaves_a_task_for_a_person_and_nobody_sends_again(joined: World) -> None:
    dying = joined.new_deliverer()
    dying.go_on = lambda _lease, _job: None  # type: ignore[method-assign]
    joined.turns = joined.turn_worker(deliverer=dying)
    await joined.hears("屋里冷")
    await joined.turns.drain()
    await joined.leases_run_out()
    await joined.deliverer.drain()
    assert joined.wechat.sent == []
    assert (await joined.messages())[-1].status == "unknown"
    assert len(await joined.rows(CallBackTaskRow)) == 1


async def test_while_another_program_sends_an_answer_waits_its_turn_behind_it(joined: World) -> None:
    let_go = asyncio.Event()

    async def hold(message: OutboundMessage) -> None:
        if len(joined.wechat.sent) == 1:
            await let_go.wait()

    joined.wechat.on_send = hold
    other = joined.new_deliverer()
    await joined.hears("一")
    await joined.turn_worker(deliverer=other).drain()
    await joined.hears("二")
    await joined.turns.drain()
    assert len(joined.wechat.sent) == 1
    let_go.set()
    await finished(other)
    await joined.deliverer.drain()
    assert [row.status for row in await joined.messages(direction="out")] == ["sent", "sent"]
    assert [message.id for message in joined.wechat.sent] == [row.id for row in await joined.messages(direction="out")]


async def test_several_messages_in_a_row_are_answered_in_order_and_once(joined: World) -> None:
    async def echo(turn: AssistantTurn) -> tuple[Reply, ...]:
        return (Reply(f"听到:{turn.text}"),)

    joined.assistant.answer = echo
    for number in range(6):
        await joined.hears(f"第{number}句")
    joined.clock.advance(seconds=1)
    await joined.turns.drain()
    await finished(joined.deliverer)
    await joined.deliverer.drain()
    sent = [row.text for row in await joined.messages(direction="out") if row.status == "sent"]
    assert sent == [f"听到:第{number}句" for number in range(5)]  # WeChat takes five; the sixth finds its window used up
    assert joined.wechat.texts == sent


async def test_a_program_that_stops_sends_the_answers_that_it_has_written(joined: World) -> None:
    stop, asked = asyncio.Event(), asyncio.Event()

    async def slowly(_turn: AssistantTurn) -> tuple[Reply, ...]:
        asked.set()
        await asyncio.sleep(0.1)
        return (Reply("好的"),)

    async def take_time(_message: OutboundMessage) -> None:
        await asyncio.sleep(0.1)

    joined.assistant.answer, joined.wechat.on_send = slowly, take_time
    await joined.hears("屋里冷")
    turns = joined.turn_worker(deliverer=joined.deliverer, poll=0.02)
    running = asyncio.create_task(turns.run(stop))
    await asked.wait()
    stop.set()
    await running
    assert [row.status for row in await joined.messages(direction="out")] == ["sent"]


async def test_conversations_that_are_asked_for_together_are_taken_in_one_transaction(joined: World) -> None:
    residents = [f"o-resident-{number}" for number in range(6)]
    for resident in residents:
        await joined.hears("屋里冷", user=resident)
    held = asyncio.Event()
    joined.assistant.answer = _waiting_for(held)
    seen: Counter[str] = Counter()
    event.listen(joined.db.engine.sync_engine, "begin", lambda _connection: seen.update(["transaction"]))
    ids = [(await joined.conversation(resident)).id for resident in residents]
    for conversation_id in ids:
        joined.turns.start(conversation_id)
    await eventually(_all_asked(joined, len(residents)))
    assert seen["transaction"] <= 2  # the first alone, whoever came meanwhile together
    held.set()
    await joined.turns.drain()
    await finished(joined.deliverer)
    assert sorted(message.channel_user_id for message in joined.wechat.sent) == residents


async def test_one_conversation_that_cannot_be_taken_does_not_hold_up_the_others(
    joined: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await joined.hears("坏", user="o-broken")
    await joined.hears("好", user="o-fine")
    broken = (await joined.conversation("o-broken")).id
    take = TurnWorker.take

    async def failing(worker: TurnWorker, session: Any, conversation: ConversationRow) -> Any:
        if conversation.id == broken:
            raise ValueError("a row that nobody understands")
        return await take(worker, session, conversation)

    monkeypatch.setattr(TurnWorker, "take", failing)
    for resident in ("o-broken", "o-fine"):
        joined.turns.start((await joined.conversation(resident)).id)
    await asyncio.wait(list(joined.turns._active.values()))
    await finished(joined.deliverer)
    assert [message.channel_user_id for message in joined.wechat.sent] == ["o-fine"]


def _waiting_for(held: asyncio.Event) -> Any:
    async def answer(_turn: AssistantTurn) -> tuple[Reply, ...]:
        await held.wait()
        return (Reply("好的"),)

    return answer


def _all_asked(world: World, count: int) -> Any:
    async def asked() -> bool:
        return len(world.assistant.turns) == count

    return asked
