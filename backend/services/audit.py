"""Proving that nothing was changed behind the log: hashes, the order of events, and the rows that they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.domain.event_chain import Break, find_break, json_value, replay
from backend.services.directory_log import find_broken_change
from backend.services.order_log import PERSONAL_OR_DERIVED
from backend.storage import work_orders as orders
from backend.storage.directory import changed_subjects
from backend.storage.tables.work_orders import WorkOrderEventRow, WorkOrderRow

_BATCH = 200
_COMPARED = tuple(column.key for column in WorkOrderRow.__table__.columns if column.key not in PERSONAL_OR_DERIVED)


@dataclass
class AuditReport:
    """What was looked at, and the first broken thing of every broken order; `is_sound` when there is none."""

    orders: int = 0
    events: int = 0
    subjects: int = 0  # of the district's data that people changed
    breaks: list[Break] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.breaks

    @property
    def first(self) -> Break | None:
        return self.breaks[0] if self.breaks else None

    def summary(self) -> str:
        """One sentence for the terminal, naming the first broken event."""
        looked_at = f"查了{self.orders}个工单、{self.events}条记录,{self.subjects}项问答和时限的改动"
        if self.first is None:
            return f"{looked_at},全部连贯,没有被改过"
        what = "问答和时限" if ":" in self.first.number else "工单"
        where = f"第{self.first.seq}条记录" if self.first.seq else f"{what}本身"
        return f"{looked_at},{len(self.breaks)}处对不上;第一个:{what}{self.first.number}的{where}({self.first.reason})"


async def verify(session: AsyncSession) -> AuditReport:
    """Recompute every chain and compare every order, question and time limit with what its log adds up to. Changes nothing."""
    report = AuditReport()
    after = ""
    while ids := await _ids_after(session, after):
        events = await orders.events_of_many(session, ids)
        for order_id in ids:
            report.orders += 1
            report.events += len(events[order_id])
            # Read again before believing a break: the order may have changed between the two queries.
            broken = await _check(session, order_id, events[order_id])
            if broken is not None:
                broken = await _check(session, order_id, await orders.events_of(session, order_id))
            if broken is not None:
                report.breaks.append(broken)
        session.expunge_all()
        after = ids[-1]
    await _verify_directory(session, report)
    return report


async def _verify_directory(session: AsyncSession, report: AuditReport) -> None:
    for subject in await changed_subjects(session):
        report.subjects += 1
        broken = await find_broken_change(session, subject)
        if broken is not None:
            report.breaks.append(broken)


async def _ids_after(session: AsyncSession, after: str) -> Sequence[str]:
    query = select(WorkOrderRow.id).where(WorkOrderRow.id > after).order_by(WorkOrderRow.id).limit(_BATCH)
    return (await session.execute(query)).scalars().all()


async def _check(session: AsyncSession, order_id: str, events: Sequence[WorkOrderEventRow]) -> Break | None:
    order = await session.get_one(WorkOrderRow, order_id, populate_existing=True)
    log = [orders.chained(event) for event in events]
    return find_break(order.number, log) or _difference(order, replay(log))


def _difference(order: WorkOrderRow, told: dict[str, Any]) -> Break | None:
    for name in _COMPARED:
        if json_value(getattr(order, name)) != _normal(told.get(name)):
            return Break(order.number, 0, f"row.{name}")
    return None


def _normal(value: Any) -> Any:
    """Times compare as moments: the log has them as text."""
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return json_value(moment) if moment.tzinfo else value
