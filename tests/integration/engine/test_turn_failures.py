"""The turn when the assistant, a worker or an answer is lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from backend.contracts.conversations import Draft
from backend.contracts.messages import Reply
from backend.domain import phrases
from backend.domain.drafting.model import Ask, OpenForm, Twin
from backend.domain.drafting.stored import form_to_json
from backend.services import conversations as talk
from backend.services import drafts
from backend.services.directory import seed_directory
from backend.services.ports import AssistantFailed, AssistantTurn
from backend.services.turns import TurnTimes
from backend.storage.conversations import get_conversation
from backend.storage.leases import take, wall_now
from backend.storage.tables.work_orders import WorkOrderEventRow, WorkOrderRow
from tests.integration.engine.world import World

REASONS = ["down", "timeout", "http_error", "empty", "bad_json", "no_model", "actions_down"]


@pytest.mark.parametrize("reason", REASONS)
async def test_each_failure_gives_one_apology_and_the_human_queue(world: World, reason: str) -> None:
    async def failing(turn: AssistantTurn) -> tuple[Reply, ...]:
        raise AssistantFailed(reason)

    world.assistant.answer = failing
    await world.talk("暖气不热")
    conversation = await world.conversation()
    assert (conversation.owner, conversation.queue_reason) == ("queue", f"assistant:{reason}")
    assert len(world.wechat.sent) == 1
    assert "工作人员马上来" in world.wechat.texts[0]


async def test_an_answer_of_empty_texts_is_a_failure(world: World) -> None:
    async def empty(turn: AssistantTurn) -> tuple[Reply, ...]:
        return (Reply("  "),)

    world.assistant.answer = empty
    await world.talk("暖气不热")
    assert (await world.conversation()).queue_reason == "assistant:empty"


async def test_outside_service_hours_the_apology_promises_a_date(world: World) -> None:
    async def failing(turn: AssistantTurn) -> tuple[Reply, ...]:
        raise AssistantFailed("down")

    world.assistant.answer = failing
    world.clock.advance(hours=10)  # 22:00 in Shanghai
    await world.talk("暖气不热")
    assert "11月22日(周日)上午8点" in world.wechat.texts[0]


async def test_apologies_are_ten_minutes_apart(world: World) -> None:
    async def failing(turn: AssistantTurn) -> tuple[Reply, ...]:
        raise AssistantFailed("down")

    world.assistant.answer = failing
    for minutes, expected in ((0, 1), (5, 1), (6, 2)):
        world.clock.advance(minutes=minutes)
        await world.talk("在吗")
        assert len(world.wechat.sent) == expected
        await _handback_silently(world)


async def _handback_silently(world: World) -> None:
    conversation = await world.conversation()
    async with world.writing() as session:
        row = await session.merge(conversation)
        row.owner, row.queued_at = "bot", None


def _slow(world: World, release: asyncio.Event) -> Any:
    async def slow(turn: AssistantTurn) -> tuple[Reply, ...]:
        if turn.text == "慢":
            await release.wait()
        return (Reply(f"答:{turn.text}"),)

    world.assistant.answer = slow
    return slow


async def test_a_late_answer_is_used_when_nobody_took_over(world: World) -> None:
    release = asyncio.Event()
    _slow(world, release)
    await world.talk("慢")
    assert (await world.conversation()).owner == "queue"
    await world.talk("还在吗")  # while people have it, the bot keeps still
    assert len(world.wechat.sent) == 1
    release.set()
    await world.turns.late_answers()
    await world.settle()
    assert world.wechat.texts[1:] == ["答:慢", "答:还在吗"]
    conversation = await world.conversation()
    assert (conversation.owner, conversation.queued_at) == ("bot", None)


@pytest.mark.parametrize("reason", ["asked", "low_confidence"])
async def test_a_late_answer_that_called_a_person_leaves_the_resident_in_the_queue(world: World, reason: str) -> None:
    release = asyncio.Event()

    async def calls_a_person(turn: AssistantTurn) -> tuple[Reply, ...]:
        await release.wait()
        found = turn.sender.rpartition(".")[0]
        async with world.writing() as session:
            await talk.hand_over_to_queue(session, conversation_id=found, reason=reason, now=world.clock.now())
        return (Reply("给您转人工。"),)

    world.assistant.answer = calls_a_person
    await world.talk("我要找人")
    release.set()
    await world.turns.late_answers()
    await world.settle()
    assert world.wechat.texts[-1] == "给您转人工。"
    conversation = await world.conversation()
    assert (conversation.owner, conversation.queue_reason, conversation.priority) == ("queue", reason, 1)
    assert conversation.queued_at is not None


async def test_a_late_answer_is_dropped_when_somebody_took_over(world: World) -> None:
    release = asyncio.Event()
    _slow(world, release)
    await world.talk("慢")
    await world.takeover()
    release.set()
    await world.turns.late_answers()
    await world.settle()
    assert "答:慢" not in world.wechat.texts
    assert (await world.conversation()).assignee == "li"


def _down(world: World) -> None:
    async def down(turn: AssistantTurn) -> tuple[Reply, ...]:
        raise AssistantFailed("down")

    world.assistant.answer = down


def _up(world: World) -> None:
    async def up(turn: AssistantTurn) -> tuple[Reply, ...]:
        return (Reply(f"答:{turn.text}"),)

    world.assistant.answer = up


async def test_an_assistant_that_comes_back_answers_what_nobody_has_answered(world: World) -> None:
    world.turns = world.turn_worker(times=TurnTimes(answer=0.3, again=(0.05, 0.3)))
    _down(world)
    await world.talk("路灯坏了")
    await world.talk("三天了")
    assert len(world.wechat.sent) == 1  # one apology
    _up(world)
    await world.turns.late_answers()
    await world.settle()
    assert world.wechat.texts[1:] == ["答:路灯坏了", "答:三天了"]
    assert (await world.conversation()).owner == "bot"


async def _file(world: World) -> str:
    """The order of a confirmed form, as the actions have it made; its number."""
    conversation = await world.conversation()
    async with world.writing() as session:
        await seed_directory(session, world.clock.now())
        await drafts.hear(
            session, conversation_id=conversation.id, message=_heard("路灯坏了", "m1", world), now=world.clock.now()
        )
        row = await get_conversation(session, conversation.id)
        assert row.draft is not None
        draft_id = row.draft["form"]["id"]
        filed = await drafts.file_draft(session, conversation_id=conversation.id, draft_id=draft_id, now=world.clock.now())
        return filed.order.number


def _heard(text: str, message_id: str, world: World) -> drafts.HeardMessage:
    return drafts.HeardMessage(message_id=message_id, text=text, intent="report_complaint", message_time=world.clock.now())


async def test_a_yes_that_made_an_order_before_the_answer_was_lost_is_told_the_number_and_not_asked_again(world: World) -> None:
    world.turns = world.turn_worker(times=TurnTimes(answer=3.0, again=(0.05,)))
    numbers = []

    async def files_and_dies(turn: AssistantTurn) -> tuple[Reply, ...]:
        numbers.append(await _file(world))
        raise AssistantFailed("down")

    world.assistant.answer = files_and_dies
    await world.talk("对")
    await world.turns.late_answers()
    await world.settle()
    assert len(world.assistant.turns) == len(numbers) == 1
    assert world.wechat.texts[-1] == phrases.FILED.format(number=numbers[0])
    assert [order.number for order in await world.rows(WorkOrderRow)] == numbers


async def _add(world: World, number: str, message_id: str) -> None:
    """A message that says yes to "is it the same thing?", as the actions have it added to that order."""
    conversation, now = await world.conversation(), world.clock.now()
    async with world.writing() as session:
        row = await get_conversation(session, conversation.id)
        twin = Twin(number, "路灯坏了", "11月21日")
        form = OpenForm(
            id="d2", draft=Draft(description="路灯还是不亮"), opened_at=now, touched_at=now, twin=twin, requested=Ask.SAME
        )
        row.draft, row.draft_updated_at = form_to_json(form), now
        await session.flush()
        said = replace(_heard("是同一件", message_id, world), intent="affirm")
        await drafts.hear(session, conversation_id=conversation.id, message=said, now=now)


async def test_a_yes_that_added_to_an_order_before_the_answer_was_lost_is_told_so_and_adds_once(world: World) -> None:
    world.turns = world.turn_worker(times=TurnTimes(answer=3.0, again=(0.05,)))
    await world.talk("你好")
    number = await _file(world)
    world.clock.advance(minutes=1)

    async def adds_and_dies(turn: AssistantTurn) -> tuple[Reply, ...]:
        await _add(world, number, turn.metadata["message_id"])
        raise AssistantFailed("down")

    world.assistant.answer = adds_and_dies
    await world.talk("是同一件")
    await world.turns.late_answers()
    await world.settle()
    assert len(world.assistant.turns) == 2  # 你好, and the yes once
    assert world.wechat.texts[-1] == phrases.ADDED.format(number=number)
    notes = [row.note for row in await world.rows(WorkOrderEventRow) if row.type == "noted"]
    assert notes == ["居民又反映:路灯还是不亮"]


async def test_an_order_of_an_earlier_message_does_not_answer_the_next_one(world: World) -> None:
    world.turns = world.turn_worker(times=TurnTimes(answer=3.0))  # the first order of a process takes its time

    async def files(turn: AssistantTurn) -> tuple[Reply, ...]:
        await _file(world)
        return (Reply("报上了"),)

    world.assistant.answer = files
    await world.talk("对")
    world.clock.advance(minutes=1)
    _up(world)
    await world.talk("谢谢")
    assert world.wechat.texts == ["报上了", "答:谢谢"]


async def test_an_assistant_that_comes_back_keeps_still_when_a_person_has_the_conversation(world: World) -> None:
    world.turns = world.turn_worker(times=TurnTimes(answer=0.3, again=(0.05,)))
    _down(world)
    await world.talk("路灯坏了")
    await world.takeover()
    _up(world)
    await world.turns.late_answers()
    await world.settle()
    assert "答:路灯坏了" not in world.wechat.texts


async def test_a_hand_back_gives_the_bot_what_nobody_answered(world: World) -> None:
    world.turns = world.turn_worker(times=TurnTimes(answer=0.3, again=()))
    _down(world)
    await world.talk("路灯坏了")
    await world.takeover()
    _up(world)
    async with world.writing() as session:
        await talk.handback(session, conversation_id=(await world.conversation()).id, user="li", now=world.clock.now())
    await world.settle()
    assert world.wechat.texts[1:] == ["答:路灯坏了"]


async def test_a_message_that_breaks_the_worker_does_not_block_later_ones(world: World) -> None:
    calls = 0

    async def breaking(turn: AssistantTurn) -> tuple[Reply, ...]:
        nonlocal calls
        calls += turn.text == "坏"
        if turn.text == "坏":
            raise RuntimeError("a bug")
        return (Reply("好"),)

    world.assistant.answer = breaking
    await world.hears("坏")
    await world.hears("后面的")
    await world.settle()
    assert calls == 3
    assert all(row.handled_at for row in await world.messages(direction="in"))
    assert (await world.conversation()).queue_reason == "assistant:worker_error"
    assert len(world.wechat.sent) == 1


async def test_the_lease_of_a_dead_worker_is_taken_by_another(world: World) -> None:
    await world.hears("你好")
    conversation = await world.conversation()
    async with world.writing() as session:
        row = await get_conversation(session, conversation.id, lock=True)
        dead = take(row, "turn", now=wall_now(), holder="dead", seconds=0.05)
    assert dead is not None
    await asyncio.sleep(0.1)
    await world.settle()
    assert world.wechat.texts == ["听到:你好"]


async def test_a_worker_that_lost_its_lease_writes_nothing(world: World) -> None:
    async def robbed(turn: AssistantTurn) -> tuple[Reply, ...]:
        if len(world.assistant.turns) == 1:
            async with world.writing() as session:
                row = await session.merge(await world.conversation())
                row.turn_fence += 1
                row.turn_until = None
        return (Reply(f"第{len(world.assistant.turns)}次"),)

    world.assistant.answer = robbed
    await world.talk("你好")
    assert world.wechat.texts == ["第2次"]
