"""Writing to the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.storage.tables.outbox import OutboxRow

_ADD = insert(OutboxRow.__table__)  # type: ignore[arg-type]


async def add(session: AsyncSession, *, topic: str, key: str, payload: dict[str, Any], now: datetime) -> None:
    """Remember to do something once this transaction is committed; rows of one `key` are done in the order written."""
    # past the session, because nothing else has to be written before it
    await (await session.connection()).execute(_ADD, {"topic": topic, "key": key, "payload": payload, "created_at": now})
