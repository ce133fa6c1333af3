"""Collecting what the figures are made of, per unit, street or category; the arithmetic is in the domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from backend import seed
from backend.contracts.work_orders import EventType, Resolved
from backend.domain.assessment import Figures, FollowUp, Policy, Term, Volume, assess
from backend.domain.calendar import local_day
from backend.storage import directory
from backend.storage.tables.work_orders import RatingRow, RoundRow, WorkOrderEventRow, WorkOrderRow

By = Literal["unit", "street", "category"]


@dataclass(frozen=True)
class Assessment:
    """Figures of the period [start, end), with the policy they were computed with and the names of the groups."""

    start: datetime
    end: datetime
    by: By
    policy: Policy
    figures: list[Figures]
    names: dict[str, str]


def policy_on(day: date) -> Policy:
    """The policy that held on a local day."""
    policies = [Policy(**entry) for entry in seed.load("assessment")]
    held = [policy for policy in policies if policy.valid_from <= day]
    return max(held or policies, key=lambda policy: policy.valid_from)


async def assessment(session: AsyncSession, *, start: datetime, end: datetime, by: By, now: datetime) -> Assessment:
    """Figures of what was rated, due, received and finished in [start, end); what is not due yet by `now` is left out."""
    policy = policy_on(local_day(start))
    figures = assess(
        policy=policy,
        follow_ups=await _follow_ups(session, start, end, by),
        terms=await _terms(session, start, min(end, now), by),
        volumes=await _volumes(session, start, end, by),
    )
    return Assessment(start, end, by, policy, figures, await _names(session, by))


def _group(by: By, holder: InstrumentedAttribute[Any]) -> InstrumentedAttribute[Any]:
    """`holder`: the column of the unit that did the work, which may not be the one that holds the order now."""
    columns: dict[By, InstrumentedAttribute[Any]] = {
        "unit": holder,
        "street": WorkOrderRow.street_code,
        "category": WorkOrderRow.category,
    }
    return columns[by]


async def _follow_ups(session: AsyncSession, start: datetime, end: datetime, by: By) -> list[FollowUp]:
    query = (
        select(_group(by, RatingRow.unit_id), RatingRow.contacted, RatingRow.resolved, RatingRow.satisfaction)
        .join(WorkOrderRow, WorkOrderRow.id == RatingRow.order_id)
        .where(RatingRow.rated_at >= start, RatingRow.rated_at < end)
    )
    rows = await session.execute(query)
    return [FollowUp(group or "", contacted, Resolved(solved), stars) for group, contacted, solved, stars in rows]


async def _terms(session: AsyncSession, start: datetime, end: datetime, by: By) -> list[Term]:
    query = (
        select(_group(by, RoundRow.unit_id), RoundRow.due_at, RoundRow.resolved_at)
        .join(WorkOrderRow, WorkOrderRow.id == RoundRow.order_id)
        .where(RoundRow.due_at >= start, RoundRow.due_at < end, RoundRow.void.is_(False))
    )
    rows = await session.execute(query)
    return [Term(group or "", due_at, resolved_at) for group, due_at, resolved_at in rows]


async def _volumes(session: AsyncSession, start: datetime, end: datetime, by: By) -> list[Volume]:
    group = _group(by, WorkOrderRow.unit_id)
    received = select(group, func.count()).where(WorkOrderRow.created_at >= start, WorkOrderRow.created_at < end)
    counts: dict[str, dict[str, int]] = {}
    _count(counts, "received", (await session.execute(received.group_by(group))).all())
    for name, type_ in (("dispatched", EventType.DISPATCHED), ("returned", EventType.RETURNED)):
        rows = await _events(session, start, end, by, type_)
        _count(counts, name, rows)
    finished = _group(by, RoundRow.unit_id)
    for name, condition in (("finished", RoundRow.round >= 1), ("redone", RoundRow.round > 1)):
        query = (
            select(finished, func.count(RoundRow.order_id.distinct()))
            .join(WorkOrderRow, WorkOrderRow.id == RoundRow.order_id)
            .where(RoundRow.resolved_at >= start, RoundRow.resolved_at < end, condition)
            .group_by(finished)
        )
        _count(counts, name, (await session.execute(query)).all())
    for name, answered in (("rounds", False), ("rated", True)):
        _count(counts, name, await _ended_rounds(session, start, end, finished, answered=answered))
    return [Volume(group, **named) for group, named in counts.items()]


async def _ended_rounds(
    session: AsyncSession, start: datetime, end: datetime, group: InstrumentedAttribute[Any], *, answered: bool
) -> Sequence[tuple[Any, int]]:
    """How many rounds of work ended in the period, or how many of them the resident has `answered` for, whenever that was."""
    query = select(group, func.count()).select_from(RoundRow).join(WorkOrderRow, WorkOrderRow.id == RoundRow.order_id)
    if answered:
        same = (RatingRow.order_id == RoundRow.order_id, RatingRow.round == RoundRow.round)
        query = query.join(RatingRow, and_(*same))
    query = query.where(RoundRow.resolved_at >= start, RoundRow.resolved_at < end).group_by(group)
    return [(found[0], found[1]) for found in await session.execute(query)]


async def _events(
    session: AsyncSession, start: datetime, end: datetime, by: By, type_: EventType
) -> list[tuple[str | None, int]]:
    """Dispatches and returns belong to the unit that the event names: the order has another holder by now."""
    query = (
        select(WorkOrderEventRow.data, WorkOrderRow.street_code, WorkOrderRow.category)
        .join(WorkOrderRow, WorkOrderRow.id == WorkOrderEventRow.order_id)
        .where(WorkOrderEventRow.type == type_.value, WorkOrderEventRow.at >= start, WorkOrderEventRow.at < end)
    )
    rows = await session.execute(query)
    index = {"street": 1, "category": 2}
    return [(row[0].get("unit") if by == "unit" else str(row[index[by]]), 1) for row in rows]


def _count(counts: dict[str, dict[str, int]], name: str, rows: Sequence[tuple[Any, int]]) -> None:
    for group, count in rows:
        named = counts.setdefault(group or "", {})
        named[name] = named.get(name, 0) + count


async def _names(session: AsyncSession, by: By) -> dict[str, str]:
    if by == "unit":
        return await directory.unit_names(session)
    if by == "street":
        return {row.code: row.name for row in await directory.place_rows(session, kind="street")}
    return {}
