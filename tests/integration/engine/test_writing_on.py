"""Several messages in a row are answered together: what only leads on is not said when the resident has written on."""

from __future__ import annotations

import pytest

from backend.contracts.conversations import Draft
from backend.contracts.messages import Channel, Choice, EventName, MessageKind, PlatformEvent, Reply
from backend.domain.conversation import GOES_ON
from backend.domain.drafting.model import Ask, OpenForm
from backend.domain.drafting.stored import form_from_json, form_to_json
from backend.services.ports import AssistantTurn
from tests.integration.engine.world import World


async def leads_on(turn: AssistantTurn) -> tuple[Reply, ...]:
    return (Reply(f"听到:{turn.text}", passing=not turn.text.startswith("查")),)


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        (["在吗"], ["在吗"]),
        (["在吗", "没水", "翠园小区"], ["翠园小区"]),
        (["没水", "查进度", "翠园小区"], ["查进度", "翠园小区"]),
        (["查进度", "在吗"], ["查进度", "在吗"]),
    ],
)
async def test_only_the_last_of_the_answers_that_lead_on_is_said(world: World, said: list[str], answered: list[str]) -> None:
    world.assistant.answer = leads_on
    for text in said:
        await world.hears(text)
    await world.settle()
    assert world.wechat.texts == [f"听到:{text}" for text in answered]
    assert [turn.text for turn in world.assistant.turns] == said
    assert all(row.handled_at is not None for row in await world.messages(direction="in"))
    notes = [row for row in await world.messages(direction="out") if row.status == "suppressed"]
    assert {row.status_reason for row in notes} <= {GOES_ON}
    assert len(notes) == len(said) - len(answered)


async def test_messages_with_time_between_them_each_get_an_answer(world: World) -> None:
    world.assistant.answer = leads_on
    await world.talk("在吗")
    await world.talk("没水")
    assert world.wechat.texts == ["听到:在吗", "听到:没水"]


async def test_a_photo_behind_a_text_is_something_said(world: World) -> None:
    world.assistant.answer = leads_on
    await world.hears("没水")
    await world.hears("", kind=MessageKind.IMAGE)
    await world.settle()
    assert world.wechat.texts == ["听到:[图片]"]


@pytest.mark.parametrize("following", [{"text": "着火了"}, {"text": "", "kind": MessageKind.EVENT, "event": "menu"}])
async def test_what_is_answered_by_others_lets_the_question_be_put(world: World, following: dict[str, object]) -> None:
    event = PlatformEvent(EventName.MENU_CLICK, key="x") if following.get("event") else None
    world.assistant.answer = leads_on
    await world.hears("没水")
    await world.hears(**{**following, **({"event": event} if event else {})})  # type: ignore[arg-type]
    await world.settle()
    assert world.wechat.texts[0] == "听到:没水"


async def test_an_opt_out_behind_a_text_lets_the_question_be_put(world: World) -> None:
    world.assistant.answer = leads_on
    for text in ("没水", "TD"):
        await world.hears(text, channel=Channel.SMS, user="17000001234")
    await world.settle()
    assert world.sms.texts[0] == "听到:没水"


async def test_who_is_not_answered_by_the_bot_any_more_gets_no_note_of_this_kind(world: World) -> None:
    async def and_is_taken_over(turn: AssistantTurn) -> tuple[Reply, ...]:
        await world.takeover()
        return (Reply("在哪儿?", passing=True),)

    world.assistant.answer = and_is_taken_over
    await world.hears("没水")
    await world.hears("翠园小区")
    await world.settle()
    reasons = [row.status_reason for row in await world.messages(direction="out")]
    assert GOES_ON not in reasons


async def test_a_question_that_was_not_put_does_not_count_and_its_menu_is_no_menu(world: World) -> None:
    await world.talk("你好")
    now = world.clock.now()
    form = OpenForm("d1", Draft(description="没水"), now, now, requested=Ask.ADDRESS, asked={"address": 1})
    async with world.writing() as session:
        row = await session.merge(await world.conversation())
        row.draft, row.draft_updated_at, row.open_form = form_to_json(form), now, True

    async def asks(turn: AssistantTurn) -> tuple[Reply, ...]:
        return (Reply("什么时候?", (Choice("since_1", "今天"),), passing=turn.text == "急死了"),)

    world.assistant.answer = asks
    await world.hears("急死了")
    await world.hears("快点")
    await world.settle()
    conversation = await world.conversation()
    assert conversation.draft is not None
    assert form_from_json(conversation.draft).asked == {"address": 0}
    assert world.wechat.texts[1:] == ["什么时候?"]
    assert [choice["id"] for choice in conversation.last_choices] == ["since_1"]
