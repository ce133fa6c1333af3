"""What providers report later about messages that we sent: kept, matched, and applied so that no status moves backwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import DeliveryReceipt, MessageStatus, Route
from backend.domain.delivery_plan import advances
from backend.domain.notices import is_essential
from backend.services.conversations import arrival_settled, send_again
from backend.storage.conversations import get_conversation, insert_ignoring, touch
from backend.storage.deliveries import add_call_back, attempts_of, drop_call_back
from backend.storage.messages import get_message
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.deliveries import DeliveryAttemptRow, ReceiptRow
from backend.storage.tables.messages import MessageRow

# after which another way is left that was not tried
_BEFORE_SMS = frozenset({Route.SUBSCRIBE_LONG_TERM.value, Route.SUBSCRIBE_ONE_TIME.value})
# a person may have been asked to reach the resident
_WITH_TASK = frozenset({MessageStatus.UNKNOWN.value, MessageStatus.FAILED.value})


async def record(session: AsyncSession, reports: Sequence[DeliveryReceipt], *, now: datetime) -> None:
    """Store reports (repeats change nothing) and apply those whose message is known already."""
    known: list[tuple[str, str, DeliveryReceipt]] = []
    for report in sorted(reports, key=lambda one: (one.message_id, one.provider_id, one.part, one.status.value)):
        values = {
            "id": uuid4().hex,
            "message_id": report.message_id,
            "provider_id": report.provider_id,
            "part": report.part,
            "parts": report.parts,
            "status": report.status.value,
            "code": report.code,
            "reported_at": report.reported_at or now,
        }
        await session.execute(insert_ignoring(session, ReceiptRow).values(**values))
        found = await _message_of(session, report)
        if found is not None:
            known.append((*found, report))
    # reports are inserted, and conversations locked (before their messages), in one order: two batches cannot deadlock
    for conversation_id, message_id, report in sorted(known, key=lambda entry: entry[:2]):
        await touch(session, conversation_id, now=now)
        await _apply(session, await get_message(session, message_id), report, now=now)


async def _apply(session: AsyncSession, message: MessageRow, report: DeliveryReceipt, *, now: datetime) -> None:
    had_task = message.status in _WITH_TASK
    same = ReceiptRow.message_id == report.message_id if report.message_id else ReceiptRow.provider_id == report.provider_id
    status = await _of_the_whole(session, same, report.status, report.parts)
    if not advance(message, status, reason=f"回执 {report.code}" if report.code else ""):
        return
    await session.flush()
    if report.status is MessageStatus.FAILED:
        await _did_not_arrive(session, message, now=now)
    elif had_task:
        await drop_call_back(session, message.id, result="回执证明已送到", now=now)
        await arrival_settled(session, await get_conversation(session, message.conversation_id, lock=True))


async def _did_not_arrive(session: AsyncSession, message: MessageRow, *, now: datetime) -> None:
    """The carrier or the platform took it and could not bring it: the next way carries it, or a person calls.

    The status of this message stays as it is reported; the next way is a message of its own that this one points to.
    """
    attempts = await attempts_of(session, message.id)
    conversation = await get_conversation(session, message.conversation_id, lock=True)
    if attempts and attempts[-1].route in _BEFORE_SMS:
        closed = [*message.closed_routes, attempts[-1].route]
        await send_again(session, conversation, message, now=now, closed=closed)
    elif is_essential(message.purpose):
        await call_back(session, conversation, message, reason=f"没有送到:{message.status_reason}", now=now)


async def call_back(
    session: AsyncSession, conversation: ConversationRow, message: MessageRow, *, reason: str, now: datetime
) -> None:
    """Ask a person to reach the resident."""
    await add_call_back(
        session,
        message=message,
        conversation_id=conversation.id,
        phone=conversation.phone,
        reason=reason,
        text=message.text,
        order_number=message.order_number,
        now=now,
    )


async def _of_the_whole(session: AsyncSession, same: ColumnElement[bool], status: MessageStatus, parts: int) -> MessageStatus:
    """A long SMS is delivered when all its parts are; until then it is as good as sent."""
    if status is not MessageStatus.DELIVERED or parts <= 1:
        return status
    query = select(func.count(ReceiptRow.part.distinct())).where(same, ReceiptRow.status == status.value)
    return status if (await session.scalar(query) or 0) >= parts else MessageStatus.SENT


async def apply_early(session: AsyncSession, message: MessageRow, provider_id: str, *, now: datetime) -> None:
    """Apply reports that came before the provider's answer told us its id of this message."""
    if not provider_id:
        return
    query = select(ReceiptRow).where(ReceiptRow.provider_id == provider_id)
    for row in list(await session.scalars(query.order_by(ReceiptRow.reported_at))):
        status = await _of_the_whole(session, ReceiptRow.provider_id == provider_id, MessageStatus(row.status), row.parts)
        if advance(message, status, reason=f"回执 {row.code}" if row.code else "") and status is MessageStatus.FAILED:
            await _did_not_arrive(session, message, now=now)


def advance(message: MessageRow, status: MessageStatus, *, reason: str = "") -> bool:
    """Set a better-known status and its reason; False (and no change) when that would be a step back."""
    if not advances(MessageStatus(message.status), status):
        return False
    message.status = status.value
    message.status_reason = reason
    return True


async def _message_of(session: AsyncSession, report: DeliveryReceipt) -> tuple[str, str] | None:
    """(conversation, message) that a report is about, if we know already."""
    query = select(MessageRow.conversation_id, MessageRow.id)
    if report.message_id:
        query = query.where(MessageRow.id == report.message_id)
    elif report.provider_id:
        attempt = select(DeliveryAttemptRow.message_id).where(DeliveryAttemptRow.provider_id == report.provider_id)
        query = query.where(MessageRow.id.in_(attempt))
    else:
        return None
    row = (await session.execute(query.limit(1))).first()
    return None if row is None else (row[0], row[1])
