"""Reading the directory tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.domain.calendar import WorkingCalendar
from backend.domain.routing import Place, Rule
from backend.storage.tables.directory import (
    CalendarRow,
    CategoryRow,
    DirectoryChangeRow,
    FaqRow,
    PlaceRow,
    RoutingRuleRow,
    UnitRow,
)

_CALENDAR_BEFORE = timedelta(days=60)
_CALENDAR_AFTER = timedelta(days=400)


async def category(session: AsyncSession, service_code: str) -> CategoryRow | None:
    return await session.get(CategoryRow, service_code)


async def category_named(session: AsyncSession, name: str, subcategory: str) -> CategoryRow | None:
    query = select(CategoryRow).where(CategoryRow.category == name, CategoryRow.subcategory == subcategory)
    return (await session.execute(query)).scalars().first()


async def categories(session: AsyncSession, *, on: date | None = None, lock: bool = False) -> Sequence[CategoryRow]:
    """All leaves by code; with `on` only those that are valid on that local day; on request locked against other writers."""
    query = select(CategoryRow).order_by(CategoryRow.service_code)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    if on is not None:
        query = query.where(CategoryRow.valid_from <= on, (CategoryRow.valid_to.is_(None)) | (CategoryRow.valid_to >= on))
    return (await session.execute(query)).scalars().all()


async def unit(session: AsyncSession, unit_id: str) -> UnitRow | None:
    return await session.get(UnitRow, unit_id)


async def units(session: AsyncSession) -> Sequence[UnitRow]:
    return (await session.execute(select(UnitRow).order_by(UnitRow.kind, UnitRow.id))).scalars().all()


async def unit_names(session: AsyncSession) -> dict[str, str]:
    rows = await session.execute(select(UnitRow.id, UnitRow.name))
    return dict(rows.all())


async def dispatch_desk(session: AsyncSession) -> UnitRow | None:
    """The desk where orders without a rule wait for a person."""
    query = select(UnitRow).where(UnitRow.kind == "desk", UnitRow.active).order_by(UnitRow.id)
    return (await session.execute(query)).scalars().first()


async def place_rows(session: AsyncSession, *, kind: str = "", parent: str = "") -> Sequence[PlaceRow]:
    query = select(PlaceRow).order_by(PlaceRow.code)
    if kind:
        query = query.where(PlaceRow.kind == kind)
    if parent:
        query = query.where(PlaceRow.parent_code == parent)
    return (await session.execute(query)).scalars().all()


async def places(session: AsyncSession) -> dict[str, Place]:
    """All places by code, as routing reads them. Columns instead of rows: five times as fast for thousands of estates."""
    query = select(
        PlaceRow.code,
        PlaceRow.kind,
        PlaceRow.name,
        PlaceRow.parent_code,
        PlaceRow.aliases,
        PlaceRow.successor_code,
        PlaceRow.unit_id,
    )
    rows = await session.execute(query)
    return {
        code: Place(code, kind, name, parent, tuple(aliases or ()), successor, unit_id)
        for code, kind, name, parent, aliases, successor, unit_id in rows
    }


async def rules_for(session: AsyncSession, service_code: str) -> list[Rule]:
    """The rules whose service prefix fits this code."""
    prefixes = [service_code[:length] for length in range(len(service_code) + 1)]
    query = select(RoutingRuleRow).where(RoutingRuleRow.service_prefix.in_(prefixes))
    rows = (await session.execute(query)).scalars()
    return [Rule(row.id, row.place_code, row.service_prefix, row.unit_id, row.priority) for row in rows]


async def faqs(session: AsyncSession) -> Sequence[FaqRow]:
    """All questions, also withdrawn ones, by key."""
    return (await session.execute(select(FaqRow).order_by(FaqRow.key))).scalars().all()


async def added_faqs(session: AsyncSession, prefix: str) -> Sequence[FaqRow]:
    """The questions that are told whose key begins with `prefix`, by key."""
    return (await session.execute(_added_faqs(prefix))).scalars().all()


@cache
def _added_faqs(prefix: str) -> Select[FaqRow]:
    """Built once: every turn asks."""
    return select(FaqRow).where(FaqRow.key.startswith(prefix, autoescape=True), FaqRow.active).order_by(FaqRow.key)


async def changes_of(session: AsyncSession, subject: str) -> Sequence[DirectoryChangeRow]:
    """What people changed about one subject, oldest first."""
    query = select(DirectoryChangeRow).where(DirectoryChangeRow.subject == subject).order_by(DirectoryChangeRow.seq)
    return (await session.execute(query)).scalars().all()


async def changed_subjects(session: AsyncSession) -> Sequence[str]:
    query = select(DirectoryChangeRow.subject).distinct().order_by(DirectoryChangeRow.subject)
    return (await session.execute(query)).scalars().all()


async def first_change_after(session: AsyncSession, subject: str, moment: datetime) -> DirectoryChangeRow | None:
    """The change that ended what was in force at `moment`; None when it still is."""
    query = (
        select(DirectoryChangeRow)
        .where(DirectoryChangeRow.subject == subject, DirectoryChangeRow.at > moment)
        .order_by(DirectoryChangeRow.seq)
        .limit(1)
    )
    return (await session.execute(query)).scalars().first()


async def working_calendar(session: AsyncSession, around: date) -> WorkingCalendar:
    """The calendar from two months before `around` to more than a year after it."""
    query = select(CalendarRow.day, CalendarRow.working).where(
        CalendarRow.day >= around - _CALENDAR_BEFORE, CalendarRow.day <= around + _CALENDAR_AFTER
    )
    return WorkingCalendar(dict((await session.execute(query)).all()))


async def calendar_ends(session: AsyncSession) -> date | None:
    """The last local day that the calendar table knows."""
    return (await session.execute(select(func.max(CalendarRow.day)))).scalar_one_or_none()
