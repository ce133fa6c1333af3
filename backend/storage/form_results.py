"""What the forms of a conversation have come to, so that a message that is answered again does nothing again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, literal, or_, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.work_orders import WorkOrderEventRow, WorkOrderRow


@dataclass(frozen=True)
class FormResult:
    """The order that a form has made, or that it was added to (`added`)."""

    number: str
    added: bool


def note_key(message_id: str) -> str:
    """The key of the note by which a message adds its form to an order: asked for again, the verb does nothing."""
    return f"form:{message_id}"


_OWN = WorkOrderRow.conversation_id == bindparam("conversation")
_SAME_PERSON = and_(WorkOrderRow.channel == bindparam("channel"), WorkOrderRow.channel_user_id == bindparam("user"))
_ADDED = (
    select(WorkOrderRow.number, literal(1).label("added"), WorkOrderEventRow.at.label("at"))
    .join(WorkOrderEventRow, WorkOrderEventRow.order_id == WorkOrderRow.id)
    .where(or_(_OWN, _SAME_PERSON), WorkOrderEventRow.idempotency_key == bindparam("note"))
)
_FILED = select(WorkOrderRow.number, literal(0), WorkOrderRow.created_at).where(
    _OWN,
    WorkOrderRow.created_at >= bindparam("since", type_=WorkOrderRow.created_at.type),
    WorkOrderRow.idempotency_key.startswith(bindparam("form")),
)
_EITHER = union_all(_ADDED, _FILED).order_by(text("at DESC")).limit(1).execution_options(autoflush=False)
_ONLY_ADDED = _ADDED.limit(1)


async def form_result(
    session: AsyncSession, conversation: ConversationRow, *, message_id: str, since: datetime
) -> FormResult | None:
    """What a confirmed form of this conversation made at or after `since`, or this message added; None for neither."""
    wanted = {**_of(conversation, message_id), "since": since, "form": f"form:{conversation.id}:"}
    row = (await session.execute(_EITHER, wanted)).first()
    return FormResult(row.number, bool(row.added)) if row is not None else None


async def added_to(session: AsyncSession, conversation: ConversationRow, *, message_id: str) -> str:
    """The number of the order that this message has added its form to, "" for none."""
    row = (await session.execute(_ONLY_ADDED, _of(conversation, message_id))).first() if message_id else None
    return str(row.number) if row is not None else ""


def _of(conversation: ConversationRow, message_id: str) -> dict[str, str]:
    return {
        "conversation": conversation.id,
        "channel": conversation.channel,
        "user": conversation.channel_user_id,
        "note": f"note:{note_key(message_id)}",
    }
