"""The record of what people change in the district's own data: who, when, from what to what, chained by hashes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.domain.errors import StaleVersion
from backend.domain.event_chain import GENESIS, Break, ChainedEvent, event_hash, find_break
from backend.storage import directory
from backend.storage.tables.directory import CategoryRow, DirectoryChangeRow, FaqRow

FAQ_FIELDS = ("question", "answer", "synonyms", "service_prefix", "active")
LIMIT_FIELDS = ("clock",)


def faq_subject(key: str) -> str:
    return f"faq:{key}"


def limit_subject(service_code: str) -> str:
    return f"category:{service_code}"


def check_version(row: FaqRow | CategoryRow, expected: int) -> None:
    """Raises StaleVersion when somebody else changed the row since its page was opened."""
    if row.version != expected:
        raise StaleVersion(
            "刚有人改过这一条。下面是您写的,请对照“改动记录”核对后再存一次。", field="version", version=row.version
        )


def values_of(row: FaqRow | CategoryRow, fields: Sequence[str]) -> dict[str, Any]:
    """The fields as they stand now, for the record."""
    return {name: _copied(getattr(row, name)) for name in fields}


async def record_change(
    session: AsyncSession,
    *,
    subject: str,
    type: str,  # noqa: A002 - the name of the column
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> None:
    """Write one change down behind those before it. `type`: added, edited, withdrawn or restored."""
    earlier = await directory.changes_of(session, subject)
    seq, previous = (earlier[-1].seq + 1, earlier[-1].hash) if earlier else (1, GENESIS)
    row = DirectoryChangeRow(subject=subject, seq=seq, type=type, at=now, actor=actor, before=dict(before), after=dict(after))
    row.hash = event_hash(subject, previous, _chained(row))
    session.add(row)
    await session.flush()


async def find_broken_change(session: AsyncSession, subject: str) -> Break | None:
    """The first change of a subject that does not follow from the one before, or a row that is not what the last one left."""
    changes = await directory.changes_of(session, subject)
    broken = find_break(subject, [_chained(change) for change in changes])
    if broken is not None or not changes:
        return broken
    kind, _, key = subject.partition(":")
    row: FaqRow | CategoryRow | None
    if kind == "faq":
        row = await session.get(FaqRow, key, populate_existing=True)
    else:
        row = await session.get(CategoryRow, key, populate_existing=True)
    told = changes[-1].after
    if row is None or values_of(row, tuple(told)) != told:
        return Break(subject, 0, "row")
    return None


def _chained(row: DirectoryChangeRow) -> ChainedEvent:
    return ChainedEvent(row.seq, row.type, row.at, row.actor, "", "", "", row.before, row.after, row.hash or "")


def _copied(value: Any) -> Any:
    return list(value) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value
