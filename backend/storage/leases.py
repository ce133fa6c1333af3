"""Leases in SQL: taking one is one conditional UPDATE, on SQLite and PostgreSQL alike.

Leases are measured in wall-clock time: a simulated clock that jumps five hours must not make every worker lose its work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import CursorResult, Update, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.storage.conversations import insert_ignoring
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.leases import LeaseRow

Work = Literal["turn", "send"]


class LeaseLost(Exception):
    """Another worker has taken over; whatever was being done may not be committed."""


@dataclass(frozen=True)
class Lease:
    """The right to work on one conversation, until `fence` grows."""

    work: Work
    conversation_id: str
    holder: str
    fence: int


def wall_now() -> datetime:
    """The real time, also where the program's clock is simulated."""
    return datetime.now(UTC)


def _column(work: Work, name: str) -> Any:
    return getattr(ConversationRow, f"{work}_{name}")


async def due(session: AsyncSession, work: Work, *, now: datetime, limit: int) -> Sequence[str]:
    """Conversations with something to do up to `now` that nobody holds, longest waiting first."""
    until, due_at = _column(work, "until"), _column(work, "due_at")
    query = select(ConversationRow.id).where(due_at <= now, or_(until.is_(None), until < wall_now()))
    return list(await session.scalars(query.order_by(due_at).limit(limit)))


async def claim(
    session: AsyncSession, work: Work, conversation_id: str, *, now: datetime, holder: str, seconds: float
) -> Lease | None:
    """Take the lease when there is something to do up to `now` and nobody holds it."""
    wall = wall_now()
    until, due_at, fence = _column(work, "until"), _column(work, "due_at"), _column(work, "fence")
    statement = (
        update(ConversationRow)
        .where(ConversationRow.id == conversation_id, due_at <= now, or_(until.is_(None), until < wall))
        .values({f"{work}_holder": holder, f"{work}_until": wall + timedelta(seconds=seconds), f"{work}_fence": fence + 1})
        .returning(fence)
        .execution_options(synchronize_session=False)
    )
    taken = (await session.execute(statement)).scalar()
    return None if taken is None else Lease(work, conversation_id, holder, int(taken))


async def keep(session: AsyncSession, lease: Lease, *, seconds: float) -> None:
    """Extend the lease and hold the conversation for this transaction. Raises LeaseLost.

    Every commit of leased work begins with this: it is the fence.
    """
    await _held(session, lease, {f"{lease.work}_until": wall_now() + timedelta(seconds=seconds)})


async def release(session: AsyncSession, lease: Lease, *, due_at: datetime | None) -> None:
    """Give the lease back; `due_at` is when there will be something to do again. Raises LeaseLost."""
    await _held(session, lease, {f"{lease.work}_until": None, f"{lease.work}_holder": None, f"{lease.work}_due_at": due_at})


async def _held(session: AsyncSession, lease: Lease, values: dict[str, Any]) -> None:
    statement = (
        update(ConversationRow)
        .where(ConversationRow.id == lease.conversation_id, _column(lease.work, "fence") == lease.fence)
        .values(values)
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
        .where(LeaseRow.name == name, or_(LeaseRow.holder == holder, LeaseRow.until < now))
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
