"""What is not kept: drafts that nobody confirmed, and after their time what residents said and who they were.

Orders stay, with their events and figures, but without the person: what is personal stands beside the log of events, so its chain
stays sound (`backend.services.order_log`), and what a resident wrote into the log goes with an event that says so. Orders under
supervision are kept whole, and so is who does not want any SMS.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import ColumnElement, String, and_, cast, delete, exists, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Address, Owner
from backend.contracts.messages import MessageStatus
from backend.contracts.work_orders import State
from backend.domain.conversation import DRAFT_KEPT
from backend.services.casework import SYSTEM
from backend.services.erased_words import erase_words
from backend.services.ports import Clock
from backend.storage.database import Database
from backend.storage.media import MediaFiles
from backend.storage.tables.conversations import ConsentRow, ConversationRow, SendWindowRow
from backend.storage.tables.deliveries import CallBackTaskRow, DeliveryAttemptRow, ReceiptRow
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.understanding import UnderstoodTurnRow
from backend.storage.tables.work_orders import JoinRow, RatingRow, WorkOrderRow

log = structlog.get_logger()

FORGOTTEN = "(已过保存期限,内容已删除)"  # instead of what an order was about
ERASED = "(按本人要求,内容已删除)"
GONE = (FORGOTTEN, ERASED)
FINISHED = (State.CLOSED.value, State.DECLINED.value, State.WITHDRAWN.value)
ON_THE_WAY = (MessageStatus.QUEUED.value, MessageStatus.SUBMITTED.value)
_AT_ONCE = 20  # who writes waits for the whole transaction
_LOOK_S = 60.0
_NOBODY: dict[str, Any] = {
    "address": asdict(Address()),
    "address_text": "",
    "attachments": [],
    "contact_phone": "",
    "contact_name": "",
    "channel_user_id": "",
    "conversation_id": None,
}


class Forgetter:
    """Looks once a minute for what is past its time. `keep` None: what residents said is kept for ever."""

    def __init__(self, *, db: Database, clock: Clock, media: MediaFiles, keep: timedelta | None) -> None:
        self._db = db
        self._clock = clock
        self._media = media
        self._keep = keep

    async def run(self, stop: asyncio.Event) -> None:
        """Forget until `stop` is set; a database that is away only means another look later."""
        while not stop.is_set():
            done = 0
            try:
                done = await self.step()
            except (SQLAlchemyError, OSError) as error:
                log.warning("database_away", work="forgetting", error=type(error).__name__)
            if not done:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _LOOK_S)

    async def step(self) -> int:
        """Forget what is due, at most 20 of each kind; returns how many things. Nobody who writes waits while it looks."""
        now = self._clock.now()
        counts = {"drafts": await self._each(ConversationRow.id, old_draft(now), drop_draft)}
        if self._keep is not None:
            before = now - self._keep
            counts["orders"] = await self._each(WorkOrderRow.id, old_order(before), partial(forget_order, now=now))
            counts["messages"] = await self._each(MessageRow.id, old_message(before), forget_message)
            counts["residents"] = await self._each(ConversationRow.id, silent_resident(before), forget_resident)
        if any(counts.values()):
            log.info("forgotten", **counts)
        return sum(counts.values())

    async def _each(self, key: Any, due: ColumnElement[bool], forget: Any) -> int:
        """`forget` for all whose `key` is due, and again only those that still are when it is their turn."""
        async with self._db.reading() as session:
            found = list(await session.scalars(select(key).where(due).limit(_AT_ONCE)))
        if not found:
            return 0
        async with self._db.transaction() as session:
            still = list(await session.scalars(select(key).where(due, key.in_(found)).with_for_update()))
            lost = [attachment for each in still for attachment in await forget(session, each)]
        await remove_unused(self._db, self._media, lost)
        return len(still)


async def remove_unused(db: Database, media: MediaFiles, lost: Iterable[dict[str, Any]]) -> None:
    """Remove the files of attachments that nothing refers to any more: a photo may have been sent twice. Raises OSError."""
    for digest in {str(item["sha256"]) for item in lost if item.get("sha256")}:
        if not await _is_used(db, digest):
            await asyncio.to_thread(media.remove, digest)


async def _is_used(db: Database, digest: str) -> bool:
    async with db.reading() as session:
        for attachments in (MessageRow.attachments, WorkOrderRow.attachments, ConversationRow.draft):
            if await session.scalar(select(exists().where(cast(attachments, String).contains(digest)))):
                return True
    return False


# --- what is due ---------------------------------------------------------------------------------------------------------------


def old_draft(now: datetime) -> ColumnElement[bool]:
    """A form that its resident left open longer ago than it is offered again, unless a person is at it."""
    left = and_(ConversationRow.draft.is_not(None), ConversationRow.draft_updated_at < now - DRAFT_KEPT)
    return and_(left, ConversationRow.owner == Owner.BOT.value, ConversationRow.queued_at.is_(None))


def old_order(before: datetime) -> ColumnElement[bool]:
    """Finished and untouched since then, never supervised, not forgotten yet."""
    return and_(
        WorkOrderRow.state.in_(FINISHED),
        WorkOrderRow.updated_at < before,
        WorkOrderRow.supervisions == 0,
        WorkOrderRow.description.not_in(GONE),
    )


def old_message(before: datetime) -> ColumnElement[bool]:
    """Said before then, through in both directions, and about no order that is still told whole."""
    about = exists().where(WorkOrderRow.number == MessageRow.order_number, WorkOrderRow.description.not_in(GONE))
    task = exists().where(CallBackTaskRow.message_id == MessageRow.id, CallBackTaskRow.done_at.is_(None))
    through = or_(MessageRow.direction == "out", MessageRow.handled_at.is_not(None))
    return and_(MessageRow.created_at < before, through, MessageRow.status.not_in(ON_THE_WAY), ~about, ~task)


def silent_resident(before: datetime) -> ColumnElement[bool]:
    """Nothing was said since then and nothing is left of what was; who opted out must stay known for it."""
    here = ConversationRow.id
    left = [exists().where(table.conversation_id == here) for table in (MessageRow, WorkOrderRow, JoinRow)]
    waits = and_(ConversationRow.owner == Owner.BOT.value, ConversationRow.queued_at.is_(None))
    task = exists().where(CallBackTaskRow.conversation_id == here, CallBackTaskRow.done_at.is_(None))
    return and_(
        ConversationRow.updated_at < before, ConversationRow.opted_out_at.is_(None), waits, ~task, *(~each for each in left)
    )


# --- forgetting; each returns the attachments that went with it ----------------------------------------------------------------


async def drop_draft(session: AsyncSession, conversation_id: str) -> Sequence[dict[str, Any]]:
    await _set(session, ConversationRow, conversation_id, draft=None, draft_updated_at=None, open_form=False, dialogue_ended=True)
    return []  # its photos are those of messages


async def forget_order(
    session: AsyncSession, order_id: str, *, now: datetime, actor: str = SYSTEM, request: str = ""
) -> Sequence[dict[str, Any]]:
    """The person goes; state, times, unit, category, grid and events stay. The log gets an event when words were erased from it,
    and always when somebody asked: `request` is then what it says."""
    order = await session.get_one(WorkOrderRow, order_id)
    lost: list[dict[str, Any]] = list(order.attachments)
    await erase_words(session, order, actor=actor, note=request or FORGOTTEN, now=now, always=bool(request))
    await session.execute(delete(JoinRow).where(JoinRow.order_id == order_id))
    await session.execute(update(RatingRow).where(RatingRow.order_id == order_id).values(comment=""))
    await session.execute(delete(CallBackTaskRow).where(CallBackTaskRow.order_number == order.number))
    await _set(session, WorkOrderRow, order_id, **_NOBODY, description=ERASED if request else FORGOTTEN)
    return lost


async def forget_message(session: AsyncSession, message_id: str) -> Sequence[dict[str, Any]]:
    message = await session.get_one(MessageRow, message_id)
    for table in (CallBackTaskRow, DeliveryAttemptRow, UnderstoodTurnRow, ReceiptRow):
        await session.execute(delete(table).where(table.message_id == message_id))
    await session.execute(delete(MessageRow).where(MessageRow.id == message_id))
    return list(message.attachments)


async def forget_resident(session: AsyncSession, conversation_id: str) -> Sequence[dict[str, Any]]:
    for table in (SendWindowRow, ConsentRow, CallBackTaskRow):
        await session.execute(delete(table).where(table.conversation_id == conversation_id))
    await session.execute(delete(ConversationRow).where(ConversationRow.id == conversation_id))
    return []


async def _set(session: AsyncSession, table: Any, key: str, **values: Any) -> None:
    statement = update(table).where(table.id == key).values(**values)
    await session.execute(statement.execution_options(synchronize_session=False))
