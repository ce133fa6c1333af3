"""Delivering: per resident in order, intent before the request, result after it, nothing sent twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import Channel, OutboundMessage, Route, SendOutcome, SendResult
from backend.domain.delivery_plan import Plan, Step, choose
from backend.services import metrics
from backend.services.delivery_intent import outbound, read_ledgers, reserve, situation
from backend.services.delivery_result import Case, give_up, record
from backend.services.leased_worker import LeasedWorker
from backend.services.ports import ChannelSender, Clock
from backend.storage import leases
from backend.storage.conversations import get_conversation
from backend.storage.database import Database
from backend.storage.deliveries import finish_outbox, open_attempts
from backend.storage.leases import Lease, LeaseLost
from backend.storage.messages import get_message, way_out
from backend.storage.streams import Streams
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.deliveries import DeliveryAttemptRow
from backend.storage.tables.messages import MessageRow
from backend.storage.wakeups import Wakeups

log = structlog.get_logger()

_SEND_TIMEOUT = 25.0  # well inside the lease: a late call must not land after somebody else took over
_RECORD_TRIES = 6


@dataclass(frozen=True)
class Sending:
    """A message whose intent is committed."""

    lease: Lease
    message: OutboundMessage
    attempt: DeliveryAttemptRow


class Deliverer(LeasedWorker[Sending]):
    """Sends what is queued. Start `run`; several deliverers and several programs share the work."""

    work = "send"

    def __init__(
        self,
        *,
        db: Database,
        senders: Mapping[Channel, ChannelSender],
        clock: Clock,
        wakeups: Wakeups,
        streams: Streams,
        sms_account: str = "",
        slots: int = 16,
        poll: float = 1.0,
        lease_seconds: float = 60.0,
    ) -> None:
        super().__init__(db=db, wakeups=wakeups, slots=slots, poll=poll, lease_seconds=lease_seconds)
        self._senders = senders
        self._clock = clock
        self._streams = streams
        self._sms_account = sms_account

    def due_now(self) -> datetime:
        """Retries and night rest are times of the subject, which a simulated clock may move."""
        return self._clock.now()

    async def run(self, stop: asyncio.Event) -> None:
        await asyncio.gather(super().run(stop), self._follow_stream(stop))

    async def _follow_stream(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            for conversation_id in await self._streams.read("send", count=10, seconds=1.0):
                self.start(conversation_id)

    # --- before ------------------------------------------------------------------------------------------------------------

    async def next_job(self, session: AsyncSession, conversation: ConversationRow, lease: Lease) -> Sending | None:
        now = self._clock.now()
        if lease.orphaned:
            await self._park_orphans(session, conversation, now=now)
        while (message := await self._head(session, conversation, lease, now=now)) is not None:
            attempt = await self._plan(session, conversation, message, now=now)
            if attempt is not None:
                session.add(attempt)
                route = Route(attempt.route)
                return Sending(lease, outbound(conversation, message, route, sms_account=self._sms_account), attempt)
        return None

    async def _head(
        self, session: AsyncSession, conversation: ConversationRow, lease: Lease, *, now: datetime
    ) -> MessageRow | None:
        """The message whose turn and time it is; None after giving the lease back."""
        queue = await way_out(session, conversation.id, now=now)
        head = next((waiting for waiting in queue if not waiting.resting), None)
        # its turn, but not its time: what was said later waits behind it
        if head is not None and (head.not_before is None or head.not_before <= now):
            return await session.get(MessageRow, head.message_id)
        await finish_outbox(session, "send", conversation.id, now=now)
        leases.give_back(conversation, lease, due_at=min((each.not_before for each in queue if each.not_before), default=None))
        return None

    async def _plan(
        self, session: AsyncSession, conversation: ConversationRow, message: MessageRow, *, now: datetime
    ) -> DeliveryAttemptRow | None:
        """The attempt to make, or None after the message was put off, suppressed or given to a person."""
        ledgers = await read_ledgers(session, conversation.id)
        at = await situation(session, conversation, message, ledgers, self._senders, now=now)
        plan = choose(at)
        if plan.step is Step.SEND:
            return reserve(message, ledgers, plan, at)
        await self._not_now(session, conversation, message, plan, now=now)
        return None

    async def _not_now(
        self, session: AsyncSession, conversation: ConversationRow, message: MessageRow, plan: Plan, *, now: datetime
    ) -> None:
        if plan.step is Step.WAIT:
            message.status_reason, message.deferred, message.next_attempt_at = plan.why, True, plan.not_before
        else:
            essential = plan.step is Step.CALL_BACK
            await give_up(session, conversation, message, why=plan.why, essential=essential, now=now)

    async def _park_orphans(self, session: AsyncSession, conversation: ConversationRow, *, now: datetime) -> None:
        """Attempts of a worker that died between intent and result: nobody knows, so nobody sends them again."""
        for attempt in await open_attempts(session, conversation.id):
            message = await get_message(session, attempt.message_id)
            lost = SendResult(SendOutcome.UNKNOWN, reason="发送途中程序中断")
            await record(Case(session, conversation, message, attempt, now), lost)
            log.error("delivery_unknown", conversation=conversation.id, message=message.id)

    # --- the request and after ---------------------------------------------------------------------------------------------

    async def process(self, job: Sending) -> Sending | None:
        result = await self._send(job.message)
        metrics.SENDS.labels(job.message.channel.value, job.message.route.value, result.outcome.value).inc()
        for attempt in range(_RECORD_TRIES):
            try:
                return await self._record(job, result)
            except (SQLAlchemyError, OSError) as error:
                # the provider has answered: forgetting that would park the message for nothing
                log.warning("result_not_recorded", message=job.message.id, error=type(error).__name__)
                await asyncio.sleep(0.2 * 2**attempt)
        return None

    async def _send(self, message: OutboundMessage) -> SendResult:
        try:
            async with asyncio.timeout(_SEND_TIMEOUT):
                return await self._senders[message.channel].send(message)
        except TimeoutError:
            return SendResult(SendOutcome.UNKNOWN, code="timeout", reason="发送超时")
        except Exception as error:  # a sender must not raise; if it does, the request may have left
            log.exception("sender_raised", message=message.id, error=type(error).__name__)
            return SendResult(SendOutcome.UNKNOWN, code=type(error).__name__)

    async def _record(self, job: Sending, result: SendResult) -> Sending | None:
        """Record the answer, whoever holds the lease now: it is the truth about this attempt. Then go on if we still hold it."""
        now = self._clock.now()
        async with self.db.transaction() as session:
            conversation = await get_conversation(session, job.lease.conversation_id, lock=True)
            message = await get_message(session, job.message.id)
            await record(Case(session, conversation, message, job.attempt, now), result)
            conversation.updated_at = now
            following = await self._go_on(session, conversation, job.lease)
        self.wakeups.live("status", conversation.id)
        return following

    async def _go_on(self, session: AsyncSession, conversation: ConversationRow, lease: Lease) -> Sending | None:
        try:
            leases.hold(conversation, lease, seconds=self.lease_seconds)
        except LeaseLost:
            return None
        return await self.next_job(session, conversation, lease)
