"""The orders that anybody may see: those that tell nothing about a person (the Open311 lists read only through here)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.storage.tables.work_orders import WorkOrderRow

OPEN311 = "open311"
# Matters of a person (safety, benefits, wages, school, health, neighbours): published only when filed over Open311 itself, whose
# clients know that it is public.
PERSONAL_MATTERS = ("14", "15", "16", "17", "18", "19")
# Somebody who wants to end his life: never.
NEVER = ("1407",)


@dataclass(frozen=True)
class PublicFilters:
    """What the list is narrowed to; an empty tuple means "any". Bounds are inclusive, on the moment of the report."""

    start: datetime
    end: datetime | None = None
    service_codes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


async def public_orders(session: AsyncSession, filters: PublicFilters, *, limit: int, offset: int = 0) -> Sequence[WorkOrderRow]:
    """Public orders, latest report first."""
    wanted = [*_public(), WorkOrderRow.requested_at >= filters.start]
    if filters.end is not None:
        wanted.append(WorkOrderRow.requested_at <= filters.end)
    if filters.service_codes:
        wanted.append(WorkOrderRow.service_code.in_(filters.service_codes))
    if filters.states:
        wanted.append(WorkOrderRow.state.in_(filters.states))
    query = select(WorkOrderRow).where(*wanted).order_by(WorkOrderRow.requested_at.desc(), WorkOrderRow.id)
    return (await session.execute(query.limit(limit).offset(offset))).scalars().all()


async def public_orders_by_number(session: AsyncSession, numbers: Sequence[str]) -> Sequence[WorkOrderRow]:
    """Those of `numbers` that exist and are public, latest report first."""
    query = select(WorkOrderRow).where(*_public(), WorkOrderRow.number.in_(numbers))
    return (await session.execute(query.order_by(WorkOrderRow.requested_at.desc(), WorkOrderRow.id))).scalars().all()


def _public() -> list[ColumnElement[bool]]:
    personal = or_(*(WorkOrderRow.service_code.startswith(prefix) for prefix in PERSONAL_MATTERS))
    return [
        WorkOrderRow.confidential.is_(False),
        WorkOrderRow.anonymous.is_(False),
        WorkOrderRow.service_code.not_in(NEVER),
        or_(WorkOrderRow.channel == OPEN311, ~personal),
    ]
