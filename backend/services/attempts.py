"""Tries that may be guesses (a status look-up, a password): so many within a quarter of an hour, then a pause.

The tries are rows, so that several programs count together and a restart forgives nothing.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.storage.tables.work_orders import LookupAttemptRow

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Limit:
    """At most `most` tries under `key` (what is tried, and by whom or about what) within `WINDOW`."""

    key: str
    most: int

    @property
    def digest(self) -> str:
        """What is stored: no address, number or name."""
        return hashlib.sha256(self.key.encode()).hexdigest()


async def seconds_to_wait(session: AsyncSession, limits: Collection[Limit], *, now: datetime) -> int:
    """Until every limit allows one more try; 0 when that is now. Forgets the tries that are too old to count."""
    await session.execute(delete(LookupAttemptRow).where(LookupAttemptRow.at <= now - WINDOW))
    return max([await _wait(session, limit, now) for limit in limits], default=0)


async def record(session: AsyncSession, limits: Collection[Limit], *, now: datetime) -> list[int]:
    """Count one try under each limit; returns the ids for `forget`."""
    rows = [LookupAttemptRow(key=limit.digest, at=now) for limit in limits]
    session.add_all(rows)
    await session.flush()
    return [row.id for row in rows]


async def forget(session: AsyncSession, *, ids: Collection[int] = (), limits: Collection[Limit] = ()) -> None:
    """These tries, and all tries under these limits, count no more."""
    await session.execute(delete(LookupAttemptRow).where(LookupAttemptRow.id.in_(list(ids))))
    keys = [limit.digest for limit in limits]
    await session.execute(delete(LookupAttemptRow).where(LookupAttemptRow.key.in_(keys)))


async def _wait(session: AsyncSession, limit: Limit, now: datetime) -> int:
    query = select(LookupAttemptRow.at).where(LookupAttemptRow.key == limit.digest)
    last = list(await session.scalars(query.order_by(LookupAttemptRow.at.desc()).limit(limit.most)))
    return math.ceil((last[-1] + WINDOW - now).total_seconds()) if len(last) == limit.most else 0
