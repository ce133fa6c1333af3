"""What residents attach: which of it a platform still has and we do not, and where it is written down once we have it.

A platform keeps media for days only, so a message that carries some is due (`media_due_at`) until all of it is kept or lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.storage.conversations import get_conversation
from backend.storage.media import StoredMedia
from backend.storage.messages import claim_due_media, get_message
from backend.storage.tables.work_orders import WorkOrderRow

KEPT_BY_PLATFORM = timedelta(days=3)
CLAIM = timedelta(minutes=2)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=20), timedelta(hours=1)
_MOST_DOUBLINGS = 10
EXPIRED = "expired"


@dataclass(frozen=True)
class PendingMedia:
    """A message with the ids of its media that are still at the platform."""

    message_id: str
    channel: str
    media_ids: tuple[str, ...]


@dataclass(frozen=True)
class Lost:
    """Media that will never be ours: `reason` as the platform says it."""

    reason: str


async def claim_pending(session: AsyncSession, *, channels: Collection[str], now: datetime, limit: int) -> list[PendingMedia]:
    """Take what is due, for `CLAIM`: nobody else fetches it meanwhile, and after a crash it is due again."""
    rows = await claim_due_media(session, channels=channels, now=now, until=now + CLAIM, limit=limit)
    return [PendingMedia(row.id, row.channel, tuple(_missing(row.attachments))) for row in rows]


async def settle(session: AsyncSession, *, message_id: str, fetched: Mapping[str, StoredMedia | Lost], now: datetime) -> None:
    """Write down what became of a message's media, by media id. What is missing is tried again after a pause that grows, until
    the platform has forgotten it. Raises NotFound."""
    message = await get_message(session, message_id)
    conversation = await get_conversation(session, message.conversation_id, lock=True)
    too_late = now - message.created_at >= KEPT_BY_PLATFORM
    outcome = dict(fetched)
    if too_late:
        outcome = {**dict.fromkeys(_missing(message.attachments), Lost(EXPIRED)), **outcome}
    message.attachments = _marked(message.attachments, outcome, _for_message)
    if list(_missing(message.attachments)):
        message.media_attempts += 1
        message.media_due_at = now + _pause(message.media_attempts)
    else:
        message.media_due_at = None
    if conversation.draft and conversation.draft.get("attachments"):
        attached = _marked(conversation.draft["attachments"], outcome, _for_others)
        conversation.draft = {**conversation.draft, "attachments": attached}
    await _mark_orders(session, conversation.id, message.created_at, outcome)


async def _mark_orders(
    session: AsyncSession, conversation_id: str, since: datetime, outcome: Mapping[str, StoredMedia | Lost]
) -> None:
    """The orders that were filed meanwhile, or that it was sent for. Attachments are no part of the log of events, so no version
    changes."""
    query = select(WorkOrderRow.id, WorkOrderRow.attachments).where(
        WorkOrderRow.conversation_id == conversation_id, WorkOrderRow.updated_at >= since
    )
    for order_id, attachments in (await session.execute(query)).all():
        marked = _marked(attachments, outcome, _for_others)
        if marked != attachments:
            statement = update(WorkOrderRow).where(WorkOrderRow.id == order_id).values(attachments=marked)
            await session.execute(statement.execution_options(synchronize_session=False))


def _missing(attachments: list[Any]) -> list[str]:
    return [item["media_id"] for item in attachments if item.get("media_id") and not (item.get("sha256") or item.get("lost"))]


def _marked(
    attachments: list[Any], outcome: Mapping[str, StoredMedia | Lost], marks: Callable[[StoredMedia], dict[str, str]]
) -> list[Any]:
    marked = []
    for item in attachments:
        result = outcome.get(item.get("media_id") or "")
        more = {} if result is None else {"lost": result.reason} if isinstance(result, Lost) else marks(result)
        marked.append({**item, **more})
    return marked


def _for_message(media: StoredMedia) -> dict[str, str]:
    return {"path": media.path, **_for_others(media)}


def _for_others(media: StoredMedia) -> dict[str, str]:
    return {"sha256": media.sha256, "content_type": media.content_type}


def _pause(attempts: int) -> timedelta:
    """20 seconds, doubled each time, an hour at most."""
    doublings: int = 2 ** min(attempts - 1, _MOST_DOUBLINGS)
    return min(_FIRST_PAUSE * doublings, _LONGEST_PAUSE)
