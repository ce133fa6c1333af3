"""Delivery attempts, call-back tasks, and the open rows of the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import SendResult
from backend.domain.errors import NotFound
from backend.storage.conversations import insert_ignoring
from backend.storage.tables.deliveries import CallBackTaskRow, DeliveryAttemptRow
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.outbox import OutboxRow

_ATTEMPTS = DeliveryAttemptRow.__table__
_FINISH_ATTEMPT = update(_ATTEMPTS).where(_ATTEMPTS.c.id == bindparam("wanted"))  # type: ignore[arg-type]
_OUTBOX = OutboxRow.__table__
_FINISH_OUTBOX = (
    update(_OUTBOX)  # type: ignore[arg-type]
    .where(_OUTBOX.c.done_at.is_(None), _OUTBOX.c.topic == bindparam("of_topic"), _OUTBOX.c.key == bindparam("of_key"))
    .values(done_at=bindparam("at", type_=_OUTBOX.c.done_at.type))
)


async def open_attempts(session: AsyncSession, conversation_id: str) -> Sequence[DeliveryAttemptRow]:
    """Attempts whose outcome was never recorded."""
    query = select(DeliveryAttemptRow).where(
        DeliveryAttemptRow.conversation_id == conversation_id, DeliveryAttemptRow.finished_at.is_(None)
    )
    return list(await session.scalars(query))


async def finish_attempt(session: AsyncSession, attempt_id: str, result: SendResult, *, now: datetime) -> None:
    """Write what became of an attempt."""
    values = {"wanted": attempt_id, "finished_at": now, "outcome": result.outcome.value}
    values |= {name: getattr(result, name) for name in ("provider_id", "code", "reason")}
    await (await session.connection()).execute(_FINISH_ATTEMPT, values)


async def attempts_of(session: AsyncSession, message_id: str) -> Sequence[DeliveryAttemptRow]:
    """All attempts to deliver a message, in order."""
    query = select(DeliveryAttemptRow).where(DeliveryAttemptRow.message_id == message_id)
    return list(await session.scalars(query.order_by(DeliveryAttemptRow.number)))


async def add_call_back(
    session: AsyncSession,
    *,
    message: MessageRow | None,
    conversation_id: str | None,
    phone: str,
    reason: str,
    text: str,
    order_number: str | None,
    now: datetime,
) -> None:
    """Leave a task for a person; one per message."""
    values = {
        "id": uuid4().hex,
        "conversation_id": conversation_id,
        "message_id": message.id if message else None,
        "order_number": order_number,
        "phone": phone,
        "reason": reason,
        "text": text,
        "created_at": now,
        "result": "",
    }
    await session.execute(insert_ignoring(session, CallBackTaskRow).values(**values))


async def list_call_backs(
    session: AsyncSession, *, done: bool, after: tuple[datetime, str] | None, limit: int
) -> Sequence[CallBackTaskRow]:
    """Open (or finished) tasks, oldest first."""
    finished = CallBackTaskRow.done_at.is_not(None)
    query = select(CallBackTaskRow).where(finished if done else ~finished)
    if after is not None:
        at, last_id = after
        same_time = and_(CallBackTaskRow.created_at == at, CallBackTaskRow.id > last_id)
        query = query.where(or_(CallBackTaskRow.created_at > at, same_time))
    return list(await session.scalars(query.order_by(CallBackTaskRow.created_at, CallBackTaskRow.id).limit(limit)))


async def call_back_of(session: AsyncSession, task_id: str) -> CallBackTaskRow:
    """The task. Raises NotFound."""
    row = await session.get(CallBackTaskRow, task_id, populate_existing=True)
    if row is None:
        raise NotFound("没有这个回电任务", task_id=task_id)
    return row


async def has_open_call_back(session: AsyncSession, conversation_id: str) -> bool:
    """Whether somebody still has to ask the resident of this conversation."""
    query = select(CallBackTaskRow.id).where(
        CallBackTaskRow.conversation_id == conversation_id, CallBackTaskRow.done_at.is_(None)
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def drop_call_back(session: AsyncSession, message_id: str, *, result: str, now: datetime) -> None:
    """Close the task of a message that turned out to have arrived."""
    statement = update(CallBackTaskRow).where(CallBackTaskRow.message_id == message_id, CallBackTaskRow.done_at.is_(None))
    values = {"done_at": now, "done_by": "system", "result": result}
    await session.execute(statement.values(values).execution_options(synchronize_session=False))


async def open_outbox_keys(session: AsyncSession, topic: str, *, before: datetime, limit: int) -> Sequence[str]:
    """Keys with something undone that was written before a time, oldest first: for polling when Redis says nothing."""
    query = select(OutboxRow.key).where(OutboxRow.done_at.is_(None), OutboxRow.topic == topic, OutboxRow.created_at <= before)
    return list(dict.fromkeys(await session.scalars(query.order_by(OutboxRow.id).limit(limit))))


async def open_outbox(session: AsyncSession, topic: str, key: str) -> Sequence[OutboxRow]:
    """The undone rows of one key in order, locked."""
    query = select(OutboxRow).where(OutboxRow.done_at.is_(None), OutboxRow.topic == topic, OutboxRow.key == key)
    return list(await session.scalars(query.order_by(OutboxRow.id).with_for_update()))


async def finish_outbox(session: AsyncSession, topic: str, key: str, *, now: datetime) -> None:
    """Everything asked for under this key is done."""
    await session.execute(_FINISH_OUTBOX, {"of_topic": topic, "of_key": key, "at": now})


async def to_relay(
    session: AsyncSession, *, wall: datetime, again_after: timedelta, rested: datetime, limit: int
) -> Sequence[OutboxRow]:
    """Undone rows that were never put on a stream, or so long ago that their consumer must have died.

    What is to be sent counts only when it was written before `rested`: mostly its writer sends it at once.
    """
    stale = or_(OutboxRow.relayed_at.is_(None), OutboxRow.relayed_at < wall - again_after)
    waiting = or_(OutboxRow.topic != "send", OutboxRow.created_at <= rested)
    query = select(OutboxRow).where(OutboxRow.done_at.is_(None), stale, waiting)
    return list(await session.scalars(query.order_by(OutboxRow.id).limit(limit)))


async def mark_relayed(session: AsyncSession, ids: Sequence[int], *, wall: datetime) -> None:
    """These rows are on their streams."""
    statement = update(OutboxRow).where(OutboxRow.id.in_(ids)).values(relayed_at=wall, attempts=OutboxRow.attempts + 1)
    await session.execute(statement.execution_options(synchronize_session=False))
