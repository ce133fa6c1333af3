"""The turn: order, ownership, dialogues."""

from __future__ import annotations

import asyncio

import pytest

from backend.contracts.messages import Attachment, Author, Channel, Choice, EventName, Location, MessageKind, PlatformEvent, Reply
from backend.domain import phrases
from backend.domain.errors import Conflict
from backend.services import conversations as talk
from backend.services.ports import AssistantTurn
from backend.services.turns import TurnTimes
from tests.integration.engine.world import PHONE, World


async def test_a_message_is_answered_and_the_answer_is_delivered(world: World) -> None:
    await world.talk("屋里暖气冰凉")
    assert world.wechat.texts == ["听到:屋里暖气冰凉"]
    inbound, outbound = await world.messages()
    assert inbound.handled_at is not None
    assert (outbound.author, outbound.status, outbound.in_reply_to) == ("bot", "sent", inbound.id)


async def test_the_assistant_is_told_what_the_actions_need(world: World) -> None:
    location = Location(41.11, 122.99, "翠园小区")
    await world.talk("", kind=MessageKind.LOCATION, location=location)
    turn = world.assistant.turns[0]
    conversation = await world.conversation()
    assert turn.sender == f"{conversation.id}.1"
    assert turn.text == "[位置]"
    expected = {"conversation": conversation.id, "channel": "wechat_oa", "kind": "location", "grid": "", "menu_id": ""}
    assert expected.items() <= turn.metadata.items()
    assert turn.metadata["location"]["label"] == "翠园小区"
    assert turn.metadata["message_time"] == "2026-11-21T04:00:00+00:00"


async def test_on_sms_the_sender_is_the_known_phone(world: World) -> None:
    await world.talk("路灯不亮", channel=Channel.SMS, user=PHONE)
    assert world.assistant.turns[0].metadata["known_phone"] == PHONE
    assert world.sms.sent[0].channel_user_id == PHONE


async def test_a_leading_slash_reaches_the_assistant_as_text(world: World) -> None:
    await world.talk("/restart")
    assert world.assistant.turns[0].text == "／restart"


FILE = PlatformEvent(EventName.OTHER, key="file", data={"msg_type": "file", "title": "合同.pdf"})


async def test_who_sends_what_cannot_be_read_is_asked_to_say_it_without_the_assistant(world: World) -> None:
    await world.talk("", kind=MessageKind.EVENT, event=FILE)
    await world.talk(" ")
    assert world.wechat.texts == [phrases.UNREADABLE] * 2
    assert world.assistant.turns == []


async def test_what_a_caseworker_is_sent_is_not_commented_by_the_bot(world: World) -> None:
    await world.talk("转人工")
    async with world.writing() as session:
        await talk.takeover(session, conversation_id=(await world.conversation()).id, user="li", now=world.clock.now())
    await world.talk("", kind=MessageKind.EVENT, event=FILE)
    assert phrases.UNREADABLE not in world.wechat.texts


async def test_photos_travel_as_metadata(world: World) -> None:
    await world.talk("", kind=MessageKind.IMAGE, attachments=(Attachment(MessageKind.IMAGE, media_id="m1"),))
    turn = world.assistant.turns[0]
    assert turn.text == "[图片]"
    assert turn.metadata["attachments"][0]["media_id"] == "m1"


async def test_scanning_a_grid_code_opens_a_report_with_the_place(world: World) -> None:
    event = PlatformEvent(EventName.SCAN, key="g=TD-0102", data={"grid": "TD-0102"})
    await world.talk("", kind=MessageKind.EVENT, event=event)
    assert world.assistant.turns[0].metadata["grid"] == "TD-0102"
    assert (await world.conversation()).grid_code == "TD-0102"


@pytest.mark.parametrize("name", [EventName.UNSUBSCRIBE, EventName.CONSENT, EventName.ENTER, EventName.OTHER])
async def test_events_that_ask_nothing_get_no_answer(world: World, name: EventName) -> None:
    await world.talk("", kind=MessageKind.EVENT, event=PlatformEvent(name))
    assert world.assistant.turns == []
    assert world.wechat.sent == []


async def test_many_replies_become_as_many_bubbles_as_the_channel_takes(world: World) -> None:
    async def chatty(turn: AssistantTurn) -> tuple[Reply, ...]:
        return (Reply("一"), Reply("二"), Reply("三", (Choice("yes", "是"),)))

    world.assistant.answer = chatty
    await world.talk("你好")
    assert world.wechat.texts == ["一", "二\n三"]
    assert world.wechat.sent[1].choices == (Choice("yes", "是"),)


async def test_a_typed_number_means_the_choice_just_offered(world: World) -> None:
    async def offering(turn: AssistantTurn) -> tuple[Reply, ...]:
        return (Reply("对吗?", (Choice("yes", "对的"), Choice("no", "不对"))),)

    world.assistant.answer = offering
    await world.talk("报修", channel=Channel.SMS, user=PHONE)
    await world.talk("2", channel=Channel.SMS, user=PHONE)
    assert (world.assistant.turns[1].text, world.assistant.turns[1].metadata["menu_id"]) == ("不对", "no")


async def test_messages_of_one_resident_are_answered_in_the_order_sent(world: World) -> None:
    async def slow_first(turn: AssistantTurn) -> tuple[Reply, ...]:
        await asyncio.sleep(0.1 if turn.text == "1" else 0)
        return (Reply(turn.text),)

    world.assistant.answer = slow_first
    for number in ("1", "2", "3"):
        await world.hears(number)
    await asyncio.gather(world.turns.drain(), world.turn_worker().drain())
    await world.deliverer.drain()
    assert world.wechat.texts == ["1", "2", "3"]


async def test_a_stuck_resident_delays_nobody_else(world: World) -> None:
    release = asyncio.Event()

    async def stuck(turn: AssistantTurn) -> tuple[Reply, ...]:
        if turn.text == "慢":
            await release.wait()
        return (Reply(turn.text),)

    world.assistant.answer = stuck
    worker = world.turn_worker(times=TurnTimes(answer=5.0))
    await world.hears("慢", user="o-slow")
    draining = asyncio.create_task(worker.drain())
    await asyncio.sleep(0.05)
    await world.hears("快", user="o-fast")
    await world.turn_worker().drain()
    assert [row.text for row in await world.messages("o-fast", direction="out")] == ["快"]
    release.set()
    await draining
    assert [row.text for row in await world.messages("o-slow", direction="out")] == ["慢"]


# --- ownership -----------------------------------------------------------------------------------------------------------------


async def test_a_bot_reply_computed_before_a_takeover_is_kept_as_a_note(world: World) -> None:
    async def interrupted(turn: AssistantTurn) -> tuple[Reply, ...]:
        await world.takeover()
        return (Reply("机器人的话"),)

    world.assistant.answer = interrupted
    await world.talk("你好")
    reply = (await world.messages(direction="out"))[0]
    assert (reply.status, reply.status_reason) == ("suppressed", "stale epoch")
    assert world.wechat.sent == []


async def test_of_two_caseworkers_one_wins_and_the_other_is_told_who(world: World) -> None:
    await world.talk("你好")
    results = await asyncio.gather(world.takeover("li"), world.takeover("wang"), return_exceptions=True)
    lost = [result for result in results if isinstance(result, Conflict)]
    assert len(lost) == 1
    winner = (await world.conversation()).assignee
    assert lost[0].extra["assignee"] == winner
    assert winner in lost[0].detail


async def test_taking_over_twice_changes_nothing(world: World) -> None:
    await world.talk("你好")
    await world.takeover()
    epoch = (await world.conversation()).epoch
    await world.takeover()
    assert (await world.conversation()).epoch == epoch


async def test_the_bot_is_silent_while_a_person_has_the_conversation(world: World) -> None:
    await world.talk("你好")
    await world.takeover()
    await world.talk("人呢")
    assert [turn.text for turn in world.assistant.turns] == ["你好"]
    assert (await world.messages(direction="in"))[1].handled_at is not None


async def test_a_caseworker_writes_to_the_resident_and_notes_stay_inside(world: World) -> None:
    await world.talk("你好")
    await world.takeover()
    conversation = await world.conversation()
    async with world.writing() as session:
        for text, note in (("我是小李", False), ("住户情绪激动", True)):
            await talk.say_as_caseworker(
                session,
                conversation_id=conversation.id,
                user="li",
                text=text,
                note=note,
                senders=world.senders,
                now=world.clock.now(),
            )
    await world.settle()
    assert world.wechat.texts[-1] == "我是小李"
    assert "住户情绪激动" not in world.wechat.texts


async def test_only_the_assignee_may_write(world: World) -> None:
    await world.talk("你好")
    await world.takeover()
    conversation = await world.conversation()
    with pytest.raises(Conflict):
        async with world.writing() as session:
            await talk.say_as_caseworker(
                session,
                conversation_id=conversation.id,
                user="wang",
                text="我也在",
                note=False,
                senders=world.senders,
                now=world.clock.now(),
            )


async def _handback(world: World, user: str = "li") -> None:
    conversation = await world.conversation()
    async with world.writing() as session:
        await talk.handback(session, conversation_id=conversation.id, user=user, now=world.clock.now())


async def test_after_a_hand_back_the_bot_says_one_line_and_answers_again(world: World) -> None:
    await world.talk("你好")
    await world.takeover()
    await _handback(world)
    await world.talk("谢谢")
    assert world.wechat.texts[-2:] == ["工作人员已处理完这边的事,我接着帮您。", "听到:谢谢"]


async def test_after_a_hand_back_an_open_form_goes_on(world: World) -> None:
    await world.talk("你好")
    await world.takeover()
    conversation = await world.conversation()
    async with world.writing() as session:
        row = await session.merge(conversation)
        row.draft, row.draft_updated_at, row.open_form = {"missing": ["address"]}, world.clock.now(), True

    async def asking(turn: AssistantTurn) -> tuple[Reply, ...]:
        assert turn.metadata["event"] == "handback"
        return (Reply("在哪里?"),)

    world.assistant.answer = asking
    await _handback(world)
    await world.settle()
    assert world.wechat.texts[-1] == "我接着帮您登记。在哪里?"


async def test_another_caseworker_may_not_hand_back(world: World) -> None:
    await world.talk("你好")
    await world.takeover()
    with pytest.raises(Conflict):
        await _handback(world, "wang")


async def test_the_goodbye_of_a_bot_that_hands_over_in_its_turn_is_sent(world: World) -> None:
    async def handing_over(turn: AssistantTurn) -> tuple[Reply, ...]:
        async with world.writing() as session:
            await talk.hand_over_to_queue(
                session, conversation_id=turn.metadata["conversation"], reason="asked", now=world.clock.now()
            )
        return (Reply("我请同事来"),)

    world.assistant.answer = handing_over
    await world.talk("转人工")
    assert world.wechat.texts == ["我请同事来"]
    conversation = await world.conversation()
    assert (conversation.owner, conversation.queue_reason) == ("queue", "asked")


# --- dialogues -----------------------------------------------------------------------------------------------------------------


async def test_a_dialogue_lasts_until_an_hour_of_silence(world: World) -> None:
    for minutes in (0, 30, 59, 61):
        world.clock.advance(minutes=minutes)
        await world.talk("你好")
    assert [turn.sender.rsplit(".")[-1] for turn in world.assistant.turns] == ["1", "1", "1", "2"]


async def test_a_finished_form_opens_a_new_dialogue(world: World) -> None:
    async def finishing(turn: AssistantTurn) -> tuple[Reply, ...]:
        async with world.writing() as session:
            await talk.end_dialogue(session, conversation_id=turn.metadata["conversation"], now=world.clock.now())
        return (Reply("登记好了"),)

    world.assistant.answer = finishing
    await world.talk("对")
    await world.talk("谢谢")
    assert [turn.sender.rsplit(".")[-1] for turn in world.assistant.turns] == ["1", "2"]


@pytest.mark.parametrize(("days", "kept", "resume"), [(0, True, False), (1, True, True), (4, False, False)])
async def test_a_draft_is_offered_again_for_three_days(world: World, days: int, kept: bool, resume: bool) -> None:
    await world.talk("暖气")
    async with world.writing() as session:
        row = await session.merge(await world.conversation())
        row.draft, row.draft_updated_at, row.open_form = {"description": "暖气"}, world.clock.now(), True
    world.clock.advance(days=days)
    await world.talk("我又来了")
    metadata = world.assistant.turns[-1].metadata
    assert (metadata["draft"] is not None, metadata["resume_draft"]) == (kept, resume)


async def test_a_resident_who_writes_traditional_is_answered_in_traditional(world: World) -> None:
    await world.talk("有人嗎")
    assert world.wechat.texts == ["[繁]听到:有人嗎"]


async def test_what_the_bot_says_has_its_epoch(world: World) -> None:
    await world.talk("你好")
    row = (await world.messages(direction="out"))[0]
    assert row.epoch == (await world.conversation()).epoch
    assert row.author == Author.BOT.value
