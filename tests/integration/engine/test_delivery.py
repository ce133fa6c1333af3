"""Delivery: one way after the other, nothing twice, statuses that tell the truth."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from backend.contracts.messages import (
    Channel,
    Consent,
    DeliveryReceipt,
    EventName,
    MessageKind,
    MessageStatus,
    OutboundMessage,
    PlatformEvent,
    Route,
    SendOutcome,
    SendResult,
)
from backend.domain.delivery_plan import MAX_ATTEMPTS
from backend.domain.errors import Conflict
from backend.services import conversations as talk
from backend.storage.tables.conversations import ConsentRow, ConversationRow, SendWindowRow
from backend.storage.tables.deliveries import CallBackTaskRow, DeliveryAttemptRow
from backend.storage.tables.outbox import OutboxRow
from tests.integration.engine.said import change, notice, opened, say, statuses
from tests.integration.engine.world import PHONE, World

RETRY = SendResult(SendOutcome.RETRY_LATER, code="refused")


async def test_messages_leave_in_the_order_said_also_after_a_retry(world: World) -> None:
    await opened(world)
    await say(world, "一", "二", "三")
    world.wechat.script = [RETRY]
    await world.deliverer.drain()
    assert world.wechat.texts == ["一"]
    world.clock.advance(minutes=1)
    await world.deliverer.drain()
    assert world.wechat.texts == ["一", "一", "二", "三"]
    assert await statuses(world) == ["sent"] * 3


async def test_two_deliverers_send_each_message_once(world: World) -> None:
    await opened(world)
    await say(world, "一", "二", "三")
    await asyncio.gather(world.deliverer.drain(), world.new_deliverer().drain())
    assert world.wechat.texts == ["一", "二", "三"]


async def test_the_window_is_never_overdrawn_and_the_rest_goes_by_sms(world: World) -> None:
    await opened(world, phone=PHONE)
    await say(world, *"一二三四五六七")
    await world.deliverer.drain()
    assert world.wechat.texts == list("一二三四五")
    assert world.sms.texts == ["六", "七"]
    assert world.sms.sent[0].route is Route.SMS
    assert world.sms.sent[0].account == "10690000"


async def test_notifications_leave_the_last_message_of_a_window_to_a_caseworker(world: World) -> None:
    await opened(world, phone=PHONE)
    for _ in range(5):
        await notice(world)
    await world.deliverer.drain()
    assert (len(world.wechat.sent), len(world.sms.sent)) == (4, 1)
    await say(world, "我是小李")
    await world.deliverer.drain()
    assert world.wechat.texts[-1] == "我是小李"


async def test_what_the_provider_did_not_take_is_given_back_to_the_window(world: World) -> None:
    await opened(world)
    await say(world, "一")
    world.wechat.script = [RETRY]
    await world.deliverer.drain()
    assert [row.used for row in await world.rows(SendWindowRow)] == [0]
    world.clock.advance(minutes=1)
    await world.deliverer.drain()
    assert [row.used for row in await world.rows(SendWindowRow)] == [1]


async def test_a_window_that_the_platform_calls_used_up_is_corrected_and_the_next_way_taken(world: World) -> None:
    await opened(world, phone=PHONE)
    await notice(world)
    world.wechat.script = [SendResult(SendOutcome.QUOTA_USED, code="45047")]
    await world.deliverer.drain()
    assert world.sms.texts == ["已派单"]
    (window,) = await world.rows(SendWindowRow)
    assert window.used == window.allowed
    attempts = sorted(await world.rows(DeliveryAttemptRow), key=lambda row: row.number)
    assert [(row.route, row.outcome, row.code) for row in attempts] == [
        ("session", "quota_used", "45047"),
        ("sms", "accepted", ""),
    ]


async def test_a_closed_window_is_closed_in_the_ledger_too(world: World) -> None:
    await opened(world)
    await notice(world, event="resolved")
    world.wechat.script = [SendResult(SendOutcome.WINDOW_CLOSED, code="45015")]
    await world.deliverer.drain()
    (window,) = await world.rows(SendWindowRow)
    assert window.expires_at <= world.clock.now()
    assert await statuses(world) == ["failed"]
    assert [task.reason.startswith("没有办法送达") for task in await world.rows(CallBackTaskRow)] == [True]


async def test_a_window_opened_again_during_the_attempt_is_believed(world: World) -> None:
    await opened(world)
    await say(world, "一")

    async def resident_writes(message: OutboundMessage) -> None:
        world.wechat.on_send = None
        world.clock.advance(seconds=5)
        await world.hears("在吗")

    world.wechat.on_send = resident_writes
    world.wechat.script = [SendResult(SendOutcome.WINDOW_CLOSED)]
    await world.deliverer.drain()
    assert world.wechat.texts == ["一", "一"]


# --- subscribe messages --------------------------------------------------------------------------------------------------------


async def _consents(world: World, *consents: Consent) -> None:
    event = PlatformEvent(EventName.CONSENT, consents=consents)
    await world.hears("", kind=MessageKind.EVENT, event=event, grant=None)
    await world.turns.drain()


async def test_a_one_time_consent_is_used_once(world: World) -> None:
    await _consents(world, Consent("progress", True))
    await change(world, phone=PHONE)
    await notice(world, "一", event="resolved")
    await notice(world, "二", event="resolved")
    await world.deliverer.drain()
    assert [(sent.route, sent.template_kind) for sent in world.wechat.sent] == [(Route.SUBSCRIBE_ONE_TIME, "progress")]
    assert world.sms.texts == ["二"]


async def test_a_long_term_consent_is_preferred_and_stays(world: World) -> None:
    await _consents(world, Consent("progress", True), Consent("progress", True, long_term=True))
    await notice(world)
    await notice(world)
    await world.deliverer.drain()
    assert [sent.route for sent in world.wechat.sent] == [Route.SUBSCRIBE_LONG_TERM] * 2
    assert {row.long_term: row.remaining for row in await world.rows(ConsentRow)} == {True: 1, False: 1}


async def test_a_consent_that_the_platform_does_not_know_is_forgotten(world: World) -> None:
    await _consents(world, Consent("progress", True))
    await change(world, phone=PHONE)
    await notice(world, event="resolved")
    world.wechat.script = [SendResult(SendOutcome.NO_CONSENT, code="43101")]
    await world.deliverer.drain()
    assert [row.remaining for row in await world.rows(ConsentRow)] == [0]
    assert world.sms.texts == ["已派单"]


# --- SMS -----------------------------------------------------------------------------------------------------------------------


async def test_a_notice_by_sms_waits_for_the_morning_and_lets_an_answer_pass(world: World) -> None:
    world.clock.advance(hours=9, minutes=30)  # 21:30
    await world.talk("路灯不亮", channel=Channel.SMS, user=PHONE)
    world.clock.advance(hours=1, minutes=30)  # 23:00, long after the last word
    await notice(world, user=PHONE)
    await world.deliverer.drain()
    assert world.sms.texts == ["听到:路灯不亮"]
    world.clock.advance(hours=7, minutes=59)
    await world.deliverer.drain()
    assert len(world.sms.sent) == 1
    world.clock.advance(minutes=1)
    await world.deliverer.drain()
    assert world.sms.texts[1:] == ["已派单"]


async def test_a_resident_who_texts_at_night_is_awake_and_hears_of_progress_at_once(world: World) -> None:
    world.clock.advance(hours=11)  # 23:00
    await world.talk("路灯不亮", channel=Channel.SMS, user=PHONE)
    world.clock.advance(minutes=30)
    await notice(world, user=PHONE)
    await world.deliverer.drain()
    assert world.sms.texts == ["听到:路灯不亮", "已派单"]


async def test_an_opt_out_is_confirmed_once_and_stops_notices_but_not_answers(world: World) -> None:
    for text in ("路灯不亮", " td ", "退订"):
        await world.talk(text, channel=Channel.SMS, user=PHONE)
    assert [text[:3] for text in world.sms.texts] == ["听到:", "好的,"]
    await notice(world, user=PHONE)
    await notice(world, event="resolved", user=PHONE)
    await world.talk("我的事咋样了", channel=Channel.SMS, user=PHONE)
    assert world.sms.texts[2:] == ["听到:我的事咋样了"]
    assert "suppressed" in await statuses(world, PHONE)
    assert len(await world.rows(CallBackTaskRow)) == 1  # the result must reach them, so a person calls
    await world.talk("恢复", channel=Channel.SMS, user=PHONE)
    await notice(world, user=PHONE)
    await world.deliverer.drain()
    assert world.sms.texts[-1] == "已派单"


async def test_who_asks_for_notices_that_never_stopped_is_answered_all_the_same(world: World) -> None:
    for text in ("恢复", "恢复"):
        await world.talk(text, channel=Channel.SMS, user=PHONE)
    assert [text[:6] for text in world.sms.texts] == ["好的,已恢复"] * 2


async def test_a_wechat_fallback_respects_the_opt_out_of_the_phone(world: World) -> None:
    await world.talk("TD", channel=Channel.SMS, user=PHONE)
    sent = len(world.sms.sent)
    await opened(world, phone=PHONE, grant=None)
    await notice(world, event="resolved")
    await world.deliverer.drain()
    assert len(world.sms.sent) == sent
    assert len(await world.rows(CallBackTaskRow)) == 1


# --- trouble -------------------------------------------------------------------------------------------------------------------


async def test_a_refused_message_is_a_dead_letter_that_can_be_sent_again_once(world: World) -> None:
    await opened(world)
    await say(world, "一")
    world.wechat.script = [SendResult(SendOutcome.REJECTED, code="40003", reason="bad openid")]
    await world.deliverer.drain()
    (dead,) = await world.messages(direction="out")
    assert dead.status == "failed"
    assert dead.status_reason.startswith("40003 bad openid;会话消息:已试过;")
    async with world.writing() as session:
        await talk.resend(session, conversation_id=dead.conversation_id, message_id=dead.id, now=world.clock.now())
    with pytest.raises(Conflict):
        async with world.writing() as session:
            await talk.resend(session, conversation_id=dead.conversation_id, message_id=dead.id, now=world.clock.now())
    await world.deliverer.drain()
    assert world.wechat.texts == ["一", "一"]


async def test_what_wechat_refuses_for_good_goes_by_sms(world: World) -> None:
    await opened(world, phone=PHONE)
    world.wechat.script = [SendResult(SendOutcome.REJECTED, code="40003", reason="bad openid")]
    await notice(world, event="resolved")
    await world.deliverer.drain()
    assert (world.wechat.texts, world.sms.texts) == (["已派单"], ["已派单"])
    assert await statuses(world) == ["sent"]
    assert [(row.route, row.outcome) for row in await world.rows(DeliveryAttemptRow)] == [
        ("session", "rejected"),
        ("sms", "accepted"),
    ]


async def test_what_every_way_refuses_is_a_dead_letter_and_a_task_with_the_last_refusal(world: World) -> None:
    await opened(world, phone=PHONE)
    world.wechat.script = [SendResult(SendOutcome.REJECTED, code="48001", reason="no permission")]
    world.sms.script = [SendResult(SendOutcome.REJECTED, code="bad_number")]
    await notice(world, event="resolved")
    await world.deliverer.drain()
    (row,) = await world.messages(direction="out")
    assert (row.status, row.status_reason.partition(";")[0]) == ("failed", "bad_number")
    (task,) = await world.rows(CallBackTaskRow)
    assert (task.phone, task.reason.partition(";")[0]) == (PHONE, "没有办法送达:bad_number")


async def test_a_text_that_the_carrier_refuses_is_not_offered_to_the_same_carrier_again(world: World) -> None:
    await world.talk("路灯不亮", channel=Channel.SMS, user=PHONE)
    world.sms.script = [SendResult(SendOutcome.REJECTED, code="http_403")]
    await notice(world, user=PHONE)
    await world.deliverer.drain()
    assert world.sms.texts.count("已派单") == 1
    assert (await statuses(world, PHONE))[-1] == "failed"
    assert await world.rows(CallBackTaskRow) == []  # progress that nobody has to hear by telephone


async def test_a_subscribe_message_that_did_not_arrive_is_followed_by_an_sms_once(world: World) -> None:
    await opened(world, phone=PHONE, grant=None)
    await _consents(world, Consent("progress", True))
    world.wechat.script = [SendResult(SendOutcome.ACCEPTED, provider_id="m-1")]
    await notice(world, event="resolved")
    await world.deliverer.drain()
    for _ in range(2):
        await world.inbox.record_receipts([DeliveryReceipt(status=MessageStatus.FAILED, provider_id="m-1", code="user block")])
        await world.deliverer.drain()
    first, second = await world.messages(direction="out")
    assert (first.status, first.status_reason, first.resent_as) == ("failed", "回执 user block", second.id)
    assert (second.status, world.sms.texts) == ("sent", ["已派单"])
    assert await world.rows(CallBackTaskRow) == []


@pytest.mark.parametrize(("event", "tasks"), [("resolved", 1), ("dispatched", 0)])
async def test_an_sms_that_did_not_arrive_is_a_task_when_it_has_to(world: World, event: str, tasks: int) -> None:
    await opened(world, phone=PHONE, grant=None)
    await notice(world, event=event)
    await world.deliverer.drain()
    (row,) = await world.messages(direction="out")
    for part in (1, 2):
        report = DeliveryReceipt(status=MessageStatus.FAILED, message_id=row.id, part=part, parts=2, code="UNDELIV")
        await world.inbox.record_receipts([report])
    assert await statuses(world) == ["failed"]
    assert [task.reason for task in await world.rows(CallBackTaskRow)] == ["没有送到:回执 UNDELIV"] * tasks
    await world.inbox.record_receipts([DeliveryReceipt(status=MessageStatus.DELIVERED, message_id=row.id, code="DELIVRD")])
    assert [task.done_by for task in await world.rows(CallBackTaskRow)] == ["system"] * tasks


async def test_a_report_that_comes_before_the_answer_also_leads_to_the_next_way(world: World) -> None:
    await opened(world, phone=PHONE, grant=None)
    await _consents(world, Consent("progress", True))
    await world.inbox.record_receipts([DeliveryReceipt(status=MessageStatus.FAILED, provider_id="m-9", code="user block")])
    world.wechat.script = [SendResult(SendOutcome.ACCEPTED, provider_id="m-9")]
    await notice(world, event="resolved")
    await world.deliverer.drain()
    assert (await statuses(world), world.sms.texts) == (["failed", "sent"], ["已派单"])


async def test_that_the_bot_goes_on_is_no_reason_to_telephone(world: World) -> None:
    await opened(world, grant=None)
    await say(world, "我接着帮您", purpose="handback")
    await world.deliverer.drain()
    assert await statuses(world) == ["suppressed"]
    assert await world.rows(CallBackTaskRow) == []


async def test_a_message_that_reached_its_resident_cannot_be_sent_again(world: World) -> None:
    await opened(world)
    await say(world, "一")
    await world.deliverer.drain()
    (row,) = await world.messages(direction="out")
    with pytest.raises(Conflict):
        async with world.writing() as session:
            await talk.resend(session, conversation_id=row.conversation_id, message_id=row.id, now=world.clock.now())


@pytest.mark.parametrize("trouble", [SendResult(SendOutcome.UNKNOWN, code="timeout"), RuntimeError("broken pipe")])
async def test_a_send_whose_outcome_is_unknown_is_never_repeated(world: World, trouble: SendResult | Exception) -> None:
    await opened(world)
    await say(world, "一", "二")
    world.wechat.script = [trouble]
    await world.deliverer.drain()
    world.clock.advance(days=1)
    await world.deliverer.drain()
    assert world.wechat.texts == ["一", "二"]
    assert await statuses(world) == ["unknown", "sent"]
    assert [task.reason for task in await world.rows(CallBackTaskRow)] == ["可能没送到,先问问居民"]


async def test_after_a_crash_between_intent_and_result_nothing_is_sent_again(world: World) -> None:
    await opened(world)
    await say(world, "一", "二")

    async def die(message: OutboundMessage) -> None:
        world.wechat.on_send = None
        raise asyncio.CancelledError

    world.wechat.on_send = die
    crashing = world.new_deliverer()
    await crashing.drain()
    assert await statuses(world) == ["submitted", "queued"]
    await world.leases_run_out()
    await world.deliverer.drain()
    assert world.wechat.texts == ["一", "二"]
    assert await statuses(world) == ["unknown", "sent"]


async def test_a_database_that_is_away_for_a_moment_does_not_lose_the_result(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(world)
    await say(world, "一")
    original = world.db.transaction
    refused = 0

    @asynccontextmanager
    async def flaky() -> Any:
        nonlocal refused
        if world.wechat.sent and refused < 2:
            refused += 1
            raise OperationalError("", {}, Exception("gone"))
        async with original() as session:
            yield session

    monkeypatch.setattr(world.db, "transaction", flaky)
    await world.deliverer.drain()
    assert (refused, await statuses(world)) == (2, ["sent"])


async def test_a_provider_that_never_takes_it_ends_in_the_next_way(world: World) -> None:
    await opened(world, phone=PHONE)
    await say(world, "一")
    world.wechat.script = [RETRY] * MAX_ATTEMPTS
    for _ in range(MAX_ATTEMPTS + 1):
        await world.deliverer.drain()
        world.clock.advance(minutes=11)
    assert len(world.wechat.sent) == MAX_ATTEMPTS
    assert world.sms.texts == ["一"]


async def test_retries_wait_longer_each_time(world: World) -> None:
    await opened(world)
    await say(world, "一")
    world.wechat.script = [RETRY] * 4
    pauses: list[timedelta] = []
    for _ in range(4):
        await world.deliverer.drain()
        (row,) = await world.messages(direction="out")
        pauses.append(row.next_attempt_at - world.clock.now())
        world.clock.at = row.next_attempt_at
    assert pauses == sorted(pauses)
    assert pauses[-1] >= timedelta(seconds=8)


async def test_without_any_way_a_person_is_asked_to_call(world: World) -> None:
    await opened(world, grant=None)
    await say(world, "一")
    await world.deliverer.drain()
    (task,) = await world.rows(CallBackTaskRow)
    assert (task.text, task.done_at) == ("一", None)
    assert "窗口" in task.reason


async def test_a_notice_nobody_needs_is_not_worth_a_call(world: World) -> None:
    await opened(world, grant=None)
    await notice(world, event="acknowledged")
    await world.deliverer.drain()
    assert await statuses(world) == ["suppressed"]
    assert await world.rows(CallBackTaskRow) == []


async def test_the_outbox_is_empty_when_all_is_sent(world: World) -> None:
    await world.talk("你好")
    assert [row.done_at is not None for row in await world.rows(OutboxRow)] == [True]
    assert [row.send_due_at for row in await world.rows(ConversationRow)] == [None]
