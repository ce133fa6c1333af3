"""What a resident wrote into the log of an order, taken out of it without breaking its chain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.work_orders import EventType
from backend.domain.event_chain import ChainedEvent, erasure, without_words
from backend.services.casework import RESIDENT
from backend.services.order_log import append_event
from backend.storage.tables.work_orders import WorkOrderEventRow, WorkOrderRow
from backend.storage.work_orders import chained, events_of


async def erase_words(
    session: AsyncSession, order: WorkOrderRow, *, actor: str, note: str, now: datetime, always: bool = False
) -> None:
    """Erase comments, reasons and additions of residents from the events of `order`, and write an event that says so and vouches
    for the rest (`actor`, `note`); without such words there is an event only when it is `always` wished.

    What caseworkers and the system wrote stays: it is the record of the work.
    """
    rows = await events_of(session, order.id)
    wordy = [row for row in rows if _is_residents(row) and without_words(chained(row)) != chained(row)]
    if not wordy and not always:
        return
    data = erasure(order.number, [chained(row) for row in rows], [row.seq for row in wordy]) if wordy else {}
    for row in wordy:
        _wipe(row, without_words(chained(row)))
    await append_event(session, order, type_=EventType.NOTED, actor=actor, now=now, note=note, data=data)


def _is_residents(row: WorkOrderEventRow) -> bool:
    return row.actor == RESIDENT or row.data.get("by") == "rating"


def _wipe(row: WorkOrderEventRow, left: ChainedEvent) -> None:
    row.note, row.data = left.note, dict(left.data)
