"""The only way to change a work order: append an event. Row, event, hash and outbox are written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from backend.contracts.work_orders import EventType, State
from backend.domain.errors import StaleVersion
from backend.domain.event_chain import GENESIS, ChainedEvent, event_hash, json_value
from backend.storage import outbox
from backend.storage.tables.work_orders import RoundRow, WorkOrderEventRow, WorkOrderRow

# What may differ between the row and the replay of its events: personal data is kept out of the log, so that it can be erased.
PERSONAL_OR_DERIVED = frozenset(
    {
        "id",
        "number",
        "idempotency_key",
        "description",
        "address",
        "address_text",
        "occurred_at",
        "attachments",
        "contact_phone",
        "contact_name",
        "channel_user_id",
        "conversation_id",
        "updated_at",
        "next_alarm_at",
    }
)


async def append_event(
    session: AsyncSession,
    order: WorkOrderRow,
    *,
    type_: EventType,
    actor: str,
    now: datetime,
    to_state: State | None = None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
    answered_in: str = "",
) -> WorkOrderEventRow:
    """Write one event and set `changes` on the order. `to_state` None keeps the state. `answered_in` is the conversation whose
    own answer tells of it, "" for none: it is kept beside the event, so that nobody's conversation stands in the log.

    Raises StaleVersion when somebody else changed the order since it was read.
    """
    previous = await _last_hash(session, order)
    changes = dict(changes or {})
    event = ChainedEvent(
        seq=order.version + 1,
        type=type_.value,
        at=now,
        actor=actor,
        from_state=order.state,
        to_state=order.state if to_state is None else to_state.value,
        note=note,
        data=dict(data or {}),
        changes={name: json_value(value) for name, value in changes.items()},
    )
    row = WorkOrderEventRow(
        order_id=order.id,
        seq=event.seq,
        type=event.type,
        at=now,
        actor=actor,
        from_state=event.from_state,
        to_state=event.to_state,
        note=note,
        data=dict(event.data),
        changes=dict(event.changes),
        hash=event_hash(order.number, previous, event),
        idempotency_key=idempotency_key,
    )
    session.add(row)
    for name, value in changes.items():
        setattr(order, name, value)
    order.state, order.version, order.updated_at = event.to_state, event.seq, now
    await _flush(session, order)
    await _mirror_round(session, order)
    payload = {"number": order.number, "seq": event.seq, "type": event.type, "answered_in": answered_in}
    await outbox.add(session, topic="order_event", key=order.number, payload=payload, now=now)
    return row


async def _last_hash(session: AsyncSession, order: WorkOrderRow) -> str:
    query = select(WorkOrderEventRow.hash).where(WorkOrderEventRow.order_id == order.id, WorkOrderEventRow.seq == order.version)
    return (await session.execute(query)).scalar_one_or_none() or GENESIS


async def _flush(session: AsyncSession, order: WorkOrderRow) -> None:
    try:
        await session.flush()
    except StaleDataError as error:
        raise StaleVersion("这个工单刚被别人改过,请刷新后再试", field="version") from error


async def _mirror_round(session: AsyncSession, order: WorkOrderRow) -> None:
    """Keep one row per round for the figures; an order that was withdrawn or declined is void in them."""
    query = select(RoundRow).where(RoundRow.order_id == order.id, RoundRow.round == order.round)
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None:
        row = RoundRow(order_id=order.id, round=order.round, started_at=order.clock_started_at)
        session.add(row)
    row.unit_id, row.due_at, row.resolved_at = order.unit_id, order.due_at, order.resolved_at
    row.void = order.state in (State.WITHDRAWN.value, State.DECLINED.value)
