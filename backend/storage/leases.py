"""Leases in SQL, on SQLite and PostgreSQL alike: taken, held and given back on a row that the transaction has locked, so that
they are written together with what was done under them.

Leases are measured in wall-clock time: a simulated clock that jumps five hours must not make every worker lose its work. Where
the wall clock itself is set back (a machine that starts eight hours ahead until it asks for the time), what was written before
lies hours in the future: no lease and no pause of a turn is that long, so it counts as over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, CursorResult, Update, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.storage.conversations import insert_ignoring
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.leases import LeaseRow

Work = Literal["turn", "send"]

FARTHEST = timedelta(minutes=10)  # longer than any lease and any pause between two tries of a turn


class LeaseLost(Exception):
    """Another worker has taken over; whatever was being done may not be committed."""


@dataclass(frozen=True)
class Lease:
    """The right to work on one conversation, until `fence` grows. `orphaned`: the one before never gave it back."""

    work: Work
    conversation_id: str
    holder: str
    fence: int
    orphaned: bool = False


def wall_now() -> datetime:
    """The real time, also where the program's clock is simulated."""
    return datetime.now(UTC)


def _column(work: Work, name: str) -> Any:
    return getattr(ConversationRow, f"{work}_{name}")


async def due(session: AsyncSession, work: Work, *, now: datetime, limit: int) -> Sequence[str]:
    """Conversations with something to do up to `now` that nobody holds, longest waiting first."""
    until, due_at = _column(work, "until"), _column(work, "due_at")
    # messages may rest until morning, turns may not
    is_due = due_at <= now if work == "send" else or_(due_at <= now, due_at > now + FARTHEST)
    query = select(ConversationRow.id).where(is_due, or_(until.is_(None), _is_over(until, wall_now())))
    return list(await session.scalars(query.order_by(due_at).limit(limit)))


def take(row: ConversationRow, work: Work, *, now: datetime, holder: str, seconds: float) -> Lease | None:
    """Take the lease of a conversation that this transaction has locked, when there is something to do up to `now` and nobody
    holds it."""
    wall = wall_now()
    due_at, until = getattr(row, f"{work}_due_at"), getattr(row, f"{work}_until")
    if due_at is None or _is_later(work, due_at, now) or (until is not None and wall <= until <= wall + FARTHEST):
        return None
    fence, orphaned = getattr(row, f"{work}_fence") + 1, getattr(row, f"{work}_holder") is not None
    _set(row, work, holder=holder, until=wall + timedelta(seconds=seconds), fence=fence)
    return Lease(work, row.id, holder, fence, orphaned)


def _is_later(work: Work, due_at: datetime, now: datetime) -> bool:
    return due_at > now and (work == "send" or due_at <= now + FARTHEST)


def _is_over(until: Any, wall: datetime) -> ColumnElement[bool]:
    return or_(until < wall, until > wall + FARTHEST)


def hold(row: ConversationRow, lease: Lease, *, seconds: float) -> None:
    """Extend the lease of a conversation that this transaction has locked. Raises LeaseLost.

    Every commit of leased work begins with this: it is the fence.
    """
    _check(row, lease)
    _set(row, lease.work, until=wall_now() + timedelta(seconds=seconds))


def give_back(row: ConversationRow, lease: Lease, *, due_at: datetime | None) -> None:
    """Give the lease of a locked conversation back; `due_at` is when there will be something to do again. Raises LeaseLost."""
    _check(row, lease)
    _set(row, lease.work, until=None, holder=None, due_at=due_at)


def _check(row: ConversationRow, lease: Lease) -> None:
    if getattr(row, f"{lease.work}_fence") != lease.fence:
        raise LeaseLost(lease.conversation_id)


def _set(row: ConversationRow, work: Work, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, f"{work}_{name}", value)


async def renew(session: AsyncSession, lease: Lease, *, seconds: float) -> None:
    """Extend the lease without reading the conversation, while work goes on. Raises LeaseLost."""
    statement = (
        update(ConversationRow)
        .where(ConversationRow.id == lease.conversation_id, _column(lease.work, "fence") == lease.fence)
        .values({f"{lease.work}_until": wall_now() + timedelta(seconds=seconds)})
        .execution_options(synchronize_session=False)
    )
    if not await _changed(session, statement):
        raise LeaseLost(lease.conversation_id)


async def claim_named(session: AsyncSession, name: str, *, holder: str, seconds: float) -> bool:
    """Take or keep the right to do `name` (relay, scheduler); False while somebody else has it."""
    now = wall_now()
    until = now + timedelta(seconds=seconds)
    statement = (
        update(LeaseRow)
        .where(LeaseRow.name == name, or_(LeaseRow.holder == holder, _is_over(LeaseRow.until, now)))
        .values(holder=holder, until=until, fence=LeaseRow.fence + 1)
        .execution_options(synchronize_session=False)
    )
    if await _changed(session, statement):
        return True
    insert = insert_ignoring(session, LeaseRow).values(name=name, holder=holder, until=until, fence=1)
    return (await session.scalars(insert.returning(LeaseRow.name))).first() is not None


async def _changed(session: AsyncSession, statement: Update) -> bool:
    result: CursorResult[Any] = await session.execute(statement)  # type: ignore[assignment]
    return result.rowcount > 0
