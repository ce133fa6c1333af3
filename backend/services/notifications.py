"""Telling residents what happens to their orders: each event once per conversation, whatever is repeated."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.matters import UNCLEAR, spoken_matter
from backend.contracts.messages import Channel, Reply
from backend.contracts.work_orders import EventType
from backend.domain.delivery_plan import takes_sms
from backend.domain.notices import RATING_REMINDER_PURPOSE, Notice, NoticeFacts, notice_for
from backend.services import metrics
from backend.services.casework import SYSTEM
from backend.services.conversations import Extras, push_once
from backend.services.ports import Clock
from backend.storage import directory
from backend.storage.conversations import find_by_user, get_conversation, lock_or_create
from backend.storage.database import Database
from backend.storage.deliveries import add_call_back, open_outbox, open_outbox_keys
from backend.storage.messages import keep_back_about, message_by_notice_key
from backend.storage.streams import Streams
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.work_orders import WorkOrderEventRow, WorkOrderRow
from backend.storage.wakeups import Wakeups
from backend.storage.work_orders import events_of, find_order, joins_of

log = structlog.get_logger()

TOPIC = "order_event"
RATING_REMINDER = timedelta(hours=24)
_GIVE_UP = 20  # attempts after which a row that always fails is left to people
_POLLED = 100
_ENDS_RATING = frozenset({EventType.RATED, EventType.REOPENED, EventType.CLOSED, EventType.WITHDRAWN})
_TOLD_ONCE = frozenset({EventType.DISPATCHED.value, EventType.ARRIVED.value})
_NEWS_AGAIN = (EventType.RETURNED.value, EventType.REOPENED.value)
_NOT_TOLD = "工单有了新进展,还没有告诉居民。"
_NO_VERDICT_WAITS = "已经评价或办结,不用再问"


class NotificationConsumer:
    """Turns order events into messages. Start `run`; several may run, an event is still told once."""

    def __init__(
        self, *, db: Database, clock: Clock, streams: Streams, wakeups: Wakeups, sms_account: str = "", poll: float = 1.0
    ) -> None:
        self._db = db
        self._clock = clock
        self._streams = streams
        self._wakeups = wakeups
        self._sms_account = sms_account
        self._poll = poll

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the stream, and look into the outbox once a second in case Redis told nothing."""
        while not stop.is_set():
            keys = await self._streams.read(TOPIC, count=50, seconds=self._poll)
            try:
                await self.step(keys)
            except (SQLAlchemyError, OSError) as error:
                log.warning("database_away", work="notifications", error=type(error).__name__)
                await asyncio.sleep(self._poll)

    async def step(self, keys: list[str] | None = None) -> None:
        """Tell about these orders, and about whatever else is open."""
        async with self._db.reading() as session:
            waiting = await open_outbox_keys(session, TOPIC, before=self._clock.now(), limit=_POLLED)
        for number in dict.fromkeys([*(keys or []), *waiting]):
            await self._tell_safely(number)

    async def _tell_safely(self, number: str) -> None:
        try:
            async with self._db.transaction() as session:
                told = await self._tell(session, number)
        except (SQLAlchemyError, OSError):
            raise
        except Exception as error:  # one order that cannot be told about must not silence the others
            log.exception("notification_failed", number=number, error=type(error).__name__)
            await self._count_failure(number)
            return
        self._wakeups.wake("send", *told)

    async def _tell(self, session: AsyncSession, number: str) -> list[str]:
        """Handle the open events of one order in order; returns the conversations that got a message."""
        rows = await open_outbox(session, TOPIC, number)
        order = await find_order(session, number) if rows else None
        told: list[str] = []
        if order is not None:
            events = {event.seq: event for event in await events_of(session, order.id)}
            sent_on = next((event for event in events.values() if _is_dispatch_at_filing(order, event)), None)
            for row in rows:
                event = events.get(int(row.payload["seq"]))
                if event is not None and not is_told_before(event, events.values()):
                    told += await self._tell_event(session, order, event, sent_on, str(row.payload.get("answered_in") or ""))
        for row in rows:
            row.done_at = self._clock.now()
        return told

    async def _tell_event(
        self,
        session: AsyncSession,
        order: WorkOrderRow,
        event: WorkOrderEventRow,
        sent_on: WorkOrderEventRow | None,
        answered_in: str,
    ) -> list[str]:
        """Queue the notices of one event. Who asked for it in the conversation `answered_in` has heard of it by the answer;
        `sent_on` is the dispatch that came with the filing: one message tells of both."""
        now, type_ = self._clock.now(), EventType(event.type)
        recipients = await self._recipients(session, order, now=now)
        if type_ in _ENDS_RATING and not event.data.get("waits_for_reason"):
            for conversation in recipients:
                conversation.rating_pending = [number for number in conversation.rating_pending if number != order.number]
                await keep_back_about(
                    session, conversation.id, order_number=order.number, purpose=RATING_REMINDER_PURPOSE, reason=_NO_VERDICT_WAITS
                )
        told_from = sent_on if sent_on is not None and type_ is EventType.ACCEPTED else event
        notice = notice_for(type_, await facts_of(session, order, told_from), with_unit=told_from is not event)
        if notice is None or _said_already(order, event):
            return []
        if not recipients and notice.essential:
            await _leave_to_person(session, order, notice.text, reason="没有可以通知的渠道", now=now)
        unheard = [to for to in recipients if to.id != answered_in]
        told = [to.id for to in unheard if await push(session, to, order, event, notice, now=now)]
        metrics.NOTICES.labels(type_.value).inc(len(told))
        return told

    async def _recipients(self, session: AsyncSession, order: WorkOrderRow, *, now: datetime) -> list[ConversationRow]:
        """The resident who reported and those who joined, each locked, none twice."""
        joined = await joins_of(session, order.id)
        people = [(order.conversation_id, order.channel, order.channel_user_id, order.contact_phone)]
        people += [(join.conversation_id, join.channel, join.channel_user_id, join.phone) for join in joined]
        ids = [await self._conversation_id(session, *person, now=now) for person in people]
        return [await get_conversation(session, found, lock=True) for found in sorted({found for found in ids if found})]

    async def _conversation_id(
        self, session: AsyncSession, known: str | None, channel: str, channel_user_id: str, phone: str, *, now: datetime
    ) -> str | None:
        if known and await session.get(ConversationRow, known) is not None:
            return known
        row = await find_by_user(session, channel=channel, channel_user_id=channel_user_id) if channel_user_id else None
        if row is not None or not takes_sms(phone):
            return row.id if row else None
        known_by_sms = await find_by_user(session, channel=Channel.SMS.value, channel_user_id=phone)
        if known_by_sms is not None:
            return known_by_sms.id
        key = (Channel.SMS.value, self._sms_account, phone)
        return (await lock_or_create(session, [key], now=now))[key].id

    async def _count_failure(self, number: str) -> None:
        async with self._db.transaction() as session:
            given_up = []
            for row in await open_outbox(session, TOPIC, number):
                row.attempts += 1
                if row.attempts >= _GIVE_UP:
                    log.error("notification_given_up", number=number, seq=row.payload.get("seq"))
                    row.done_at = self._clock.now()
                    given_up.append(row)
            order = await find_order(session, number) if given_up else None
            if order is not None:
                await _leave_to_person(session, order, _NOT_TOLD, reason="通知没能写出来,请打电话告诉居民", now=self._clock.now())


async def facts_of(session: AsyncSession, order: WorkOrderRow, event: WorkOrderEventRow) -> NoticeFacts:
    """What the texts about an event need."""
    unit = await directory.unit(session, order.unit_id) if order.unit_id else None
    matter = spoken_matter(order.category, order.subcategory)
    return NoticeFacts(
        number=order.number,
        subject="" if matter == UNCLEAR else matter,
        unit=str(event.data.get("unit_name") or (unit.name if unit else "")),
        due_at=order.due_at,
        detail=await _why(session, order, event),
        door=str(event.data.get("route", "")),
        is_late=order.due_at is not None and order.due_at <= event.at,
    )


async def _why(session: AsyncSession, order: WorkOrderRow, event: WorkOrderEventRow) -> str:
    """What residents read as the reason: of a granted extension the one it was asked for with, for who grants it writes 同意."""
    if event.type == EventType.EXTENDED.value:
        event = request_of(event, await events_of(session, order.id)) or event
    return event.note or str(event.data.get("reason", ""))


async def push(
    session: AsyncSession,
    conversation: ConversationRow,
    order: WorkOrderRow,
    event: WorkOrderEventRow,
    notice: Notice,
    *,
    now: datetime,
) -> bool:
    """Queue a notice once; a rating question also sets what a bare "5" will mean, and the one reminder."""
    key = f"{order.number}:{event.seq}:{conversation.id}:{notice.purpose}"
    extras = Extras(
        order_number=order.number, notice_key=key, template_kind=notice.template_kind, template_fields=notice.template_fields
    )
    if not await push_once(
        session, conversation, reply=Reply(notice.text, notice.choices), purpose=notice.purpose, now=now, extras=extras
    ):
        return False
    if notice.choices:
        conversation.rating_pending = [*(n for n in conversation.rating_pending if n != order.number), order.number]
        if not conversation.open_form:
            conversation.last_choices = [asdict(choice) for choice in notice.choices]
        message = await message_by_notice_key(session, key)
        message.remind_at = now + RATING_REMINDER if notice.purpose.startswith("notice:") else None
    return True


def request_of(granted: WorkOrderEventRow, events: Iterable[WorkOrderEventRow]) -> WorkOrderEventRow | None:
    """The request for more time that this event answers, None when nobody had asked."""
    earlier = [event for event in events if event.type == EventType.EXTENDED.value and event.seq < granted.seq]
    return earlier[-1] if earlier and earlier[-1].data.get("requested") else None


def is_told_before(event: WorkOrderEventRow, events: Iterable[WorkOrderEventRow]) -> bool:
    """Whether the last thing of its kind said the same: sent once more to the unit that has it, or arrived once more. After it
    came back or was done anew the same words are news."""
    if event.type not in _TOLD_ONCE:
        return False
    earlier = [each for each in events if each.seq < event.seq and each.type in (event.type, *_NEWS_AGAIN)]
    return bool(earlier) and earlier[-1].type == event.type and earlier[-1].data.get("unit") == event.data.get("unit")


def _said_already(order: WorkOrderRow, event: WorkOrderEventRow) -> bool:
    """The assistant tells number and unit when it files an order, else the notice of the acceptance does; an extension that is
    only asked for is our own affair."""
    if event.type == EventType.ACCEPTED.value:
        return order.conversation_id is not None
    asked_for = event.type == EventType.EXTENDED.value and event.data.get("granted") is False
    return asked_for or _is_dispatch_at_filing(order, event)


def _is_dispatch_at_filing(order: WorkOrderRow, event: WorkOrderEventRow) -> bool:
    """Whether a rule sent the order on in the moment it was taken in (a dispatcher's own dispatch has an actor)."""
    return event.type == EventType.DISPATCHED.value and event.at == order.created_at and event.actor == SYSTEM


async def _leave_to_person(session: AsyncSession, order: WorkOrderRow, text: str, *, reason: str, now: datetime) -> None:
    await add_call_back(
        session,
        message=None,
        conversation_id=None,
        phone=order.contact_phone,
        reason=reason,
        text=text,
        order_number=order.number,
        now=now,
    )
