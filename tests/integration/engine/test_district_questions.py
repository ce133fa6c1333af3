"""A question that an administrator added is answered in the next turn, whatever the model would make of it."""

from __future__ import annotations

import pytest

from backend.services import conversations as talk
from backend.services.faqs import Edit, FaqText, add_faq, edit_faq, set_told
from backend.storage.tables.directory import FaqRow
from tests.integration.engine.world import World

QUESTION = FaqText("供暖几号开始", "今年11月1日开始供暖。", ("啥时候来暖气",))


async def added(world: World, text: FaqText = QUESTION) -> str:
    async with world.writing() as session:
        return (await add_faq(session, text, Edit("admin:chen", world.clock.now()))).key


@pytest.mark.parametrize("said", ["供暖几号开始", "请问供暖几号开始呀?", "師傅 供暖幾號開始", "啥时候来暖气"])
async def test_it_is_answered_without_asking_the_assistant(world: World, said: str) -> None:
    await added(world)
    await world.talk(said)
    assert world.wechat.texts == ["今年11月1日开始供暖。"]
    assert world.assistant.turns == []


async def test_it_is_answered_with_the_assistant_dead(world: World) -> None:
    await added(world)
    world.assistant.answer = dead
    await world.talk("供暖几号开始")
    assert world.wechat.texts == ["今年11月1日开始供暖。"]


async def dead(_turn: object) -> tuple[object, ...]:
    raise AssertionError("the assistant was asked")


@pytest.mark.parametrize("said", ["暖气不热,供暖几号开始", "没有暖气了"])
async def test_what_says_more_or_something_else_goes_to_the_assistant(world: World, said: str) -> None:
    await added(world, FaqText("供暖几号开始", "今年11月1日开始供暖。", ("没有暖气了",)))
    await world.talk(said)
    assert world.wechat.texts == [f"听到:{said}"]


async def test_a_change_is_heard_in_the_next_turn_and_a_withdrawn_one_no_more(world: World) -> None:
    key = await added(world)
    edit = Edit("admin:chen", world.clock.now())
    await world.talk("供暖几号开始")
    async with world.writing() as session:
        await edit_faq(session, key, FaqText("供暖几号开始", "今年10月25日就开始。"), edit, expected_version=1)
    await world.talk("供暖几号开始")
    async with world.writing() as session:
        await set_told(session, key, False, edit, expected_version=2)
    await world.talk("供暖几号开始")
    assert world.wechat.texts == ["今年11月1日开始供暖。", "今年10月25日就开始。", "听到:供暖几号开始"]


async def test_what_the_model_knows_is_left_to_it(world: World) -> None:
    async with world.writing() as session:
        session.add(FaqRow(key="fee", question="办事要钱吗", answer="不要。", synonyms=[], service_prefix=""))
    await world.talk("办事要钱吗")
    assert world.wechat.texts == ["听到:办事要钱吗"]


async def test_nothing_is_said_where_a_person_has_the_conversation(world: World) -> None:
    await added(world)
    await world.talk("你好")
    conversation = await world.conversation()
    async with world.writing() as session:
        await talk.takeover(session, conversation_id=conversation.id, user="zhou", now=world.clock.now())
    await world.talk("供暖几号开始")
    assert world.wechat.texts == ["听到:你好"]
