"""Residents hear what happens to their orders, once; emergencies get an order in the same turn."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.contracts.conversations import Address, Completeness, OccurredAt, TimeKind
from backend.contracts.messages import Channel, Reply, SendOutcome, SendResult
from backend.contracts.people import Role
from backend.contracts.understanding import AddressMention, Facts, PhoneKind, PhoneMention, Span, TimeMention
from backend.contracts.work_orders import Verb
from backend.services import conversations as talk
from backend.services import ratings
from backend.services.casework import Caller, Resident, apply_verb
from backend.services.ports import AssistantFailed, AssistantTurn
from backend.services.reminders import remind
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.deliveries import CallBackTaskRow
from backend.storage.tables.outbox import OutboxRow
from backend.storage.tables.work_orders import WorkOrderEventRow, WorkOrderRow
from tests.integration.engine.told import NOWHERE, PLACE, consumer, does, filed, praises, tell
from tests.integration.engine.world import PHONE, World


async def _resolved(world: World) -> str:
    await world.talk("你好")
    number = await filed(world, conversation_id=(await world.conversation()).id)
    await tell(world)
    for verb, data in ((Verb.ACKNOWLEDGE, {}), (Verb.ARRIVE, {}), (Verb.RESOLVE, {"note": "已更换阀门,室温21度。"})):
        await does(world, number, verb, **data)
    await world.talk("谢谢")  # opens the window again
    await tell(world)
    return number


async def test_a_resident_follows_an_order_to_its_end(district: World) -> None:
    number = await _resolved(district)
    notices = [text for text in district.wechat.texts if number in text]
    assert any("正在安排" in text for text in notices)
    assert any("到现场" in text for text in notices)
    assert "已更换阀门,室温21度。" in notices[-1]
    assert [choice.label for choice in district.wechat.sent[-1].choices][4] == "非常满意"


async def test_an_order_filed_by_the_bot_is_not_announced_again(district: World) -> None:
    await district.talk("你好")
    await filed(district, conversation_id=(await district.conversation()).id)
    await tell(district)
    assert not any("已登记" in text for text in district.wechat.texts)


async def test_an_event_is_told_once_whatever_is_repeated(district: World) -> None:
    await district.talk("你好")
    number = await filed(district, conversation_id=(await district.conversation()).id)
    await does(district, number, Verb.ACKNOWLEDGE)
    await asyncio.gather(*(consumer(district).step() for _ in range(3)))
    async with district.writing() as session:
        for row in await district.rows(OutboxRow):
            again = await session.merge(row)
            again.done_at = None
    await tell(district)
    told = [row.notice_key for row in await district.messages(direction="out") if row.notice_key]
    assert len(told) == len(set(told)) >= 1


async def test_what_the_filing_answer_said_is_not_said_again(district: World) -> None:
    await district.talk("你好")
    number = await filed(district, conversation_id=(await district.conversation()).id)
    await tell(district)
    assert [text for text in district.wechat.texts if number in text] == []


async def test_an_order_taken_by_telephone_is_announced_by_sms(district: World) -> None:
    number = await filed(district, channel="telephone", channel_user_id="", contact_phone=PHONE)
    await tell(district)
    assert any("已登记" in text and number in text for text in district.sms.texts)
    assert (await district.conversation(PHONE)).channel == Channel.SMS.value


@pytest.mark.parametrize("channel", ["telephone", "letter", "visit", "open311"])
async def test_an_order_that_goes_to_its_unit_at_once_is_one_message_and_two_events(district: World, channel: str) -> None:
    number = await filed(district, channel=channel, channel_user_id="", contact_phone=PHONE)
    await tell(district)
    (text,) = district.sms.texts
    (order,) = await district.rows(WorkOrderRow)
    unit = next(event.data["unit_name"] for event in await district.rows(WorkOrderEventRow) if event.type == "dispatched")
    assert all(part in text for part in (number, "已登记", f"交给{unit}办理"))
    assert [event.type for event in await district.rows(WorkOrderEventRow)][:2] == ["accepted", "dispatched"]
    assert order.state == "dispatched"


async def test_what_a_dispatcher_sends_on_by_hand_is_told_when_it_happens(district: World) -> None:
    number = await filed(district, channel="telephone", channel_user_id="", contact_phone=PHONE, **NOWHERE)
    await does(district, number, Verb.DISPATCH, unit="heating")  # in the same moment, by the clock
    await tell(district)
    first, second = district.sms.texts
    assert ("已登记" in first, "交给" in first, "已交给" in second) == (True, False, True)


async def test_the_first_message_about_an_order_must_arrive_also_when_its_unit_is_known(district: World) -> None:
    number = await filed(district, channel="telephone", channel_user_id="", contact_phone=PHONE)
    district.sms.script = [SendResult(SendOutcome.REJECTED, code="1", reason="空号")]
    await tell(district)
    (task,) = await district.rows(CallBackTaskRow)
    assert (task.order_number, number in task.text) == (number, True)


async def test_an_order_on_behalf_of_a_known_resident_uses_their_conversation(district: World) -> None:
    await district.talk("你好")
    number = await filed(district)
    await tell(district)
    assert any(number in text for text in district.wechat.texts)
    assert len(await district.rows(ConversationRow)) == 1


async def test_joined_residents_hear_the_same(district: World) -> None:
    await district.talk("你好")
    await district.talk("你好", user="o-neighbour")
    number = await filed(district, conversation_id=(await district.conversation()).id)
    neighbour = await district.conversation("o-neighbour")
    await does(district, number, Verb.JOIN, conversation_id=neighbour.id, channel="wechat_oa", channel_user_id="o-neighbour")
    await tell(district)
    await does(district, number, Verb.ACKNOWLEDGE)
    await tell(district)
    heard = {sent.channel_user_id for sent in district.wechat.sent if "正在安排" in sent.text}
    assert heard == {"o-resident-1", "o-neighbour"}


async def test_an_order_nobody_can_be_told_about_becomes_a_call_back(district: World) -> None:
    number = await filed(district, channel="visit", channel_user_id="")
    await tell(district)
    tasks = await district.rows(CallBackTaskRow)
    assert {task.order_number for task in tasks} == {number}
    assert all(task.reason == "没有可以通知的渠道" for task in tasks)


async def test_who_left_a_landline_is_called_and_never_texted(district: World) -> None:
    number = await filed(district, channel="telephone", channel_user_id="", contact_phone="0412-0001111")
    await does(district, number, Verb.ACKNOWLEDGE)
    await tell(district)
    (task,) = await district.rows(CallBackTaskRow)
    assert (task.phone, task.order_number) == ("0412-0001111", number)
    assert district.sms.sent == []
    assert await district.rows(ConversationRow) == []  # nobody can be written to there


async def test_a_day_that_is_over_is_not_promised(district: World) -> None:
    await district.talk("你好")
    early = await filed(district, conversation_id=(await district.conversation()).id)
    await does(district, early, Verb.ACKNOWLEDGE)
    await tell(district)
    assert "最晚" in district.wechat.texts[-1]
    late = await filed(district, conversation_id=(await district.conversation()).id, description="还是不热")
    district.clock.advance(days=30)
    await district.talk("你好")
    await does(district, late, Verb.ACKNOWLEDGE)
    await tell(district)
    assert "正在安排。" in district.wechat.texts[-1]
    assert "最晚" not in district.wechat.texts[-1]


async def test_an_extension_that_is_only_asked_for_is_not_told(district: World) -> None:
    await district.talk("你好")
    number = await filed(district, conversation_id=(await district.conversation()).id)
    await tell(district)
    before = len(district.wechat.sent)
    await does(district, number, Verb.EXTEND, reason="等配件", days=2, granted=False)
    await tell(district)
    assert len(district.wechat.sent) == before
    await does(district, number, Verb.EXTEND, reason="等配件", days=2)
    await tell(district)
    assert "等配件" in district.wechat.texts[-1]


async def test_the_rating_question_waits_in_the_conversation_until_it_is_rated(district: World) -> None:
    number = await _resolved(district)
    assert (await district.conversation()).rating_pending == [number]
    await district.talk("5")
    turn = district.assistant.turns[-1]
    assert (turn.metadata["menu_id"], turn.metadata["rating_pending"]) == ("rate_5", [number])
    await praises(district, number)
    await tell(district)
    assert (await district.conversation()).rating_pending == []


async def test_an_unanswered_rating_question_is_repeated_once_after_a_day(district: World) -> None:
    await _resolved(district)
    await district.talk("好")  # opens the window again
    for hours, reminders in ((23, 0), (2, 1), (24, 1)):
        district.clock.advance(hours=hours)
        async with district.writing() as session:
            await remind(session, now=district.clock.now())
        await district.deliverer.drain()
        assert sum("还想听听" in text for text in district.wechat.texts) == reminders


async def test_one_order_that_cannot_be_told_about_does_not_silence_the_others(
    district: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await district.talk("你好")
    conversation = (await district.conversation()).id
    bad, good = await filed(district, conversation_id=conversation), ""
    district.clock.advance(seconds=1)
    good = await filed(district, conversation_id=conversation)
    await does(district, good, Verb.ACKNOWLEDGE)
    failing = consumer(district)
    original = failing._tell

    async def tell(session: Any, number: str) -> list[str]:
        if number == bad:
            raise RuntimeError("a bug")
        return await original(session, number)

    monkeypatch.setattr(failing, "_tell", tell)
    await failing.step()
    await district.deliverer.drain()
    assert any(good in text for text in district.wechat.texts)
    open_rows = [row for row in await district.rows(OutboxRow) if row.done_at is None]
    assert {row.key for row in open_rows} == {bad}
    assert all(row.attempts == 1 for row in open_rows)


async def _asks(world: World, number: str, verb: Verb, conversation_id: str, user: str = "", **data: Any) -> None:
    """As the assistant does it: for the resident of a conversation, who gets the answer there."""
    caller = Caller(Role.SERVICE, resident=Resident(conversation_id, "wechat_oa" if user else "", user))
    async with world.writing() as session:
        await apply_verb(
            session,
            number=number,
            verb=verb,
            actor="resident",
            data=data,
            expected_version=None,
            now=world.clock.now(),
            caller=caller,
        )


async def _rateable(world: World) -> str:
    """A finished order, and a window that lets through what there is to tell."""
    number = await _resolved(world)
    await world.talk("好")
    return number


async def _rates(world: World, number: str, conversation_id: str, satisfaction: int) -> None:
    async with world.writing() as session:
        await ratings.rate(
            session,
            number=number,
            contacted=None,
            resolved="yes" if satisfaction > 2 else "no",
            satisfaction=satisfaction,
            comment="",
            actor="resident",
            now=world.clock.now(),
            caller=Caller(Role.SERVICE, resident=Resident(conversation_id)),
        )


async def test_what_a_resident_did_in_this_conversation_is_not_told_again(district: World) -> None:
    number = await _rateable(district)
    mine = (await district.conversation()).id
    heard = len(district.wechat.sent)
    await _asks(district, number, Verb.REOPEN, mine, reason="还是不热")
    await _asks(district, number, Verb.WITHDRAW, mine, reason="不用了")
    await tell(district)
    assert len(district.wechat.sent) == heard
    assert await district.rows(CallBackTaskRow) == []
    assert (await district.conversation()).rating_pending == []


@pytest.mark.parametrize("satisfaction", [1, 5])
async def test_what_follows_from_a_rating_in_this_conversation_is_not_told_again(district: World, satisfaction: int) -> None:
    number = await _rateable(district)
    heard = len(district.wechat.sent)
    await _rates(district, number, (await district.conversation()).id, satisfaction)
    await tell(district)
    assert len(district.wechat.sent) == heard
    (order,) = await district.rows(WorkOrderRow)
    assert order.state == ("closed" if satisfaction == 5 else "dispatched")


async def test_what_the_desk_does_for_a_resident_is_told(district: World) -> None:
    number = await _rateable(district)
    await does(district, number, Verb.REOPEN, reason="来电话说还是不热")
    await tell(district)
    assert "重新办理" in district.wechat.texts[-1]
    await district.talk("嗯")
    await does(district, number, Verb.WITHDRAW, reason="来电话说不用了")
    await tell(district)
    assert "撤回" in district.wechat.texts[-1]


async def test_what_was_asked_in_another_conversation_is_told_in_that_of_the_order(district: World) -> None:
    number = await _rateable(district)
    await district.talk("你好", user="o-other-account")
    other = (await district.conversation("o-other-account")).id
    await _asks(district, number, Verb.REOPEN, other, user="o-resident-1", reason="还是不热")
    await tell(district)
    told = [sent.channel_user_id for sent in district.wechat.sent if "重新办理" in sent.text]
    assert told == ["o-resident-1"]


async def test_who_joined_hears_what_the_reporter_did(district: World) -> None:
    number = await _rateable(district)
    await district.talk("你好", user="o-neighbour")
    neighbour = await district.conversation("o-neighbour")
    await does(district, number, Verb.REOPEN, reason="又凉了")
    await does(district, number, Verb.JOIN, conversation_id=neighbour.id, channel="wechat_oa", channel_user_id="o-neighbour")
    await tell(district)
    await district.talk("知道了")
    district.wechat.sent.clear()
    await _asks(district, number, Verb.WITHDRAW, (await district.conversation()).id, reason="自己好了")
    await tell(district)
    assert [sent.channel_user_id for sent in district.wechat.sent] == ["o-neighbour"]


async def test_the_conversation_that_asked_does_not_stand_in_the_log(district: World) -> None:
    number = await _rateable(district)
    mine = (await district.conversation()).id
    await _asks(district, number, Verb.REOPEN, mine, reason="还是不热")
    events = await district.rows(WorkOrderEventRow)
    assert all(mine not in f"{event.actor}{event.note}{event.data}{event.changes}" for event in events)


# --- emergencies ---------------------------------------------------------------------------------------------------------------

FIRE = "翠园小区6号楼着火了"


def facts_at(place: Address | None, how: Completeness = Completeness.PARTIAL) -> Facts:
    span = Span(0, 4, "翠园小区")
    return Facts(
        address=AddressMention((span,), place, how) if place else None,
        occurred_at=TimeMention(span, OccurredAt("刚才", TimeKind.POINT)),
        phones=(PhoneMention(span, PHONE, PhoneKind.FULL),),
        name="老张",
    )


async def _dead(turn: AssistantTurn) -> tuple[Reply, ...]:
    raise AssistantFailed("down")


async def test_an_emergency_is_answered_and_filed_with_the_assistant_dead(district: World) -> None:
    district.assistant.answer = _dead
    district.ears.facts_by_text[FIRE] = facts_at(PLACE)
    await district.talk(FIRE)
    (order,) = await district.rows(WorkOrderRow)
    assert (order.urgency, order.category, order.subcategory) == ("emergency", "消防/安全隐患", "火灾")
    assert (order.contact_phone, order.address["estate"], order.description) == (PHONE, "翠园小区", FIRE)
    (text,) = district.wechat.texts
    assert "119" in text
    assert order.number in text
    assert "请告诉我" not in text
    conversation = await district.conversation()
    assert (conversation.owner, conversation.queue_reason, conversation.priority) == ("bot", "emergency", 10)


async def test_the_same_emergency_within_half_an_hour_is_one_order(district: World) -> None:
    await district.talk(FIRE)
    district.clock.advance(minutes=29)
    await district.talk("着火了快来")
    (order,) = await district.rows(WorkOrderRow)
    notes = [row.note for row in await district.rows(WorkOrderEventRow) if row.type == "noted"]
    assert notes == ["居民补充:着火了快来"]
    assert order.number in district.wechat.texts[-1]
    district.clock.advance(minutes=31)
    await district.talk("又着火了")
    assert len(await district.rows(WorkOrderRow)) == 2


async def test_the_address_of_an_emergency_may_come_afterwards(district: World) -> None:
    await district.talk("着火了")
    assert "请告诉我" in district.wechat.texts[0]
    district.ears.facts_by_text["翠园小区6号楼"] = facts_at(PLACE)
    await district.talk("翠园小区6号楼")
    (order,) = await district.rows(WorkOrderRow)
    assert order.address["estate"] == "翠园小区"
    assert order.address_text == PLACE.text
    assert order.street_code
    assert "地址记下了" in district.wechat.texts[1]
    assert district.assistant.turns == []
    await district.talk("谢谢")
    assert len(district.assistant.turns) == 1


async def test_an_emergency_that_is_taken_back_is_noted_for_a_person_and_closes_nothing(district: World) -> None:
    await district.talk("着火了")
    await district.talk("是误会")
    (order,) = await district.rows(WorkOrderRow)
    notes = [row.note for row in await district.rows(WorkOrderEventRow) if row.type == "noted"]
    assert notes == ["居民补充:是误会"]
    assert order.state not in ("closed", "cancelled")
    assert "没事就好" in district.wechat.texts[-1]
    assert order.number in district.wechat.texts[-1]
    conversation = await district.conversation()
    assert (conversation.queue_reason, conversation.emergency_needs_address) == ("emergency", False)
    assert district.assistant.turns == []
    await district.talk("又着火了")
    assert "119" in district.wechat.texts[-1]


async def test_without_an_emergency_a_moment_ago_nothing_is_taken_back(district: World) -> None:
    await district.talk("误会")
    assert len(district.assistant.turns) == 1
    await district.talk("着火了")
    district.clock.advance(minutes=31)
    await district.talk("误会")
    assert len(district.assistant.turns) == 2


async def test_an_emergency_is_answered_also_while_a_person_has_the_conversation(district: World) -> None:
    await district.talk("你好")
    async with district.writing() as session:
        await talk.takeover(session, conversation_id=(await district.conversation()).id, user="li", now=district.clock.now())
    await district.talk(FIRE)
    assert "119" in district.wechat.texts[-1]
    assert (await district.conversation()).assignee == "li"


async def test_the_instruction_is_said_even_when_no_order_can_be_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no directory")

    monkeypatch.setattr("backend.services.emergencies.accept_work_order", broken)
    await world.talk(FIRE)
    assert "119" in world.wechat.texts[0]
    assert (await world.conversation()).queue_reason == "emergency"
