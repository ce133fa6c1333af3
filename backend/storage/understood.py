"""What the assistant understood, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import and_, case, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import Author, MessageKind
from backend.contracts.understanding import Understood
from backend.storage.statements import insert_once
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.understanding import UnderstoodTurnRow

_COMPLAINT = "report_complaint"
_WORDS = (MessageKind.TEXT.value, MessageKind.VOICE.value)


async def remember(session: AsyncSession, *, message_id: str, understood: Understood, now: datetime) -> None:
    """Keep what a message was taken for; the first time counts."""
    values = {"message_id": message_id, "at": now, **asdict(understood)}
    await (await session.connection()).execute(insert_once(session, UnderstoodTurnRow), values)


async def weakest_turns(
    session: AsyncSession, *, since: datetime, below: float, limit: int
) -> Sequence[tuple[UnderstoodTurnRow, MessageRow]]:
    """Words of residents since then whose intent, or for a complaint whose category, has a share under `below`; weakest first.

    Taps on a menu and photos say nothing about understanding and are left out.
    """
    row = UnderstoodTurnRow
    doubtful_matter = and_(row.intent == _COMPLAINT, row.category_confidence < row.confidence)
    share = case((doubtful_matter, row.category_confidence), else_=row.confidence)
    query = (
        select(row, MessageRow)
        .join(MessageRow, MessageRow.id == row.message_id)
        .where(row.at >= since, share < below)
        .where(MessageRow.author == Author.RESIDENT.value, MessageRow.kind.in_(_WORDS), MessageRow.menu_id == "")
        .order_by(share, row.at, row.message_id)
        .limit(limit)
    )
    return [(turn, message) for turn, message in (await session.execute(query)).all()]


async def answers_to(session: AsyncSession, message_ids: Sequence[str]) -> dict[str, list[str]]:
    """What was answered to each of these messages, in the order said."""
    query = select(MessageRow.in_reply_to, MessageRow.text).where(MessageRow.in_reply_to.in_(list(message_ids)))
    found: dict[str, list[str]] = {}
    for message_id, text in (await session.execute(query.order_by(MessageRow.conversation_id, MessageRow.seq))).all():
        found.setdefault(message_id or "", []).append(text)
    return found
