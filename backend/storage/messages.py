"""Messages in SQL: storing what came in once, queueing what goes out in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, literal_column, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import Author, InboundMessage, MessageStatus
from backend.domain.errors import NotFound
from backend.storage.conversations import insert_ignoring
from backend.storage.leases import wall_now
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.messages import MessageRow

# Written out, because a partial index serves only a query that repeats its condition word for word.
_WAITING = text("messages.status IN ('queued', 'submitted')")  # not taken by a provider yet
_UNHANDLED = text("messages.direction = 'in' AND messages.handled_at IS NULL")
# a message is `submitted` with a time for its next attempt when the last one is over and did not bring it out
_NOT_UNDER_WAY = or_(MessageRow.status == MessageStatus.QUEUED.value, MessageRow.next_attempt_at.is_not(None))

_NEXT_UNHANDLED = (
    select(MessageRow)
    .where(MessageRow.conversation_id == bindparam("wanted"), _UNHANDLED, MessageRow.id != bindparam("done"))
    .order_by(MessageRow.seq)
    .limit(1)
    .execution_options(populate_existing=True, autoflush=False)
)
_QUEUE = (
    select(MessageRow.id, MessageRow.next_attempt_at, MessageRow.deferred)
    .where(MessageRow.conversation_id == bindparam("wanted"), _WAITING)
    .order_by(MessageRow.seq)
)
_ONE = select(MessageRow).where(MessageRow.id == bindparam("wanted")).execution_options(populate_existing=True)

_TABLE = MessageRow.__table__
_KNOWN = select(_TABLE.c.dedupe_key).where(_TABLE.c.dedupe_key.in_(bindparam("keys", expanding=True)))
# What is the same in every inbound message stands in the statement: platforms wait for it, and each value of each row costs.
_SAME = {name: f"'{value}'" for name, value in (("direction", "in"), ("author", "resident"), ("status", "stored"))}
_SAME |= dict.fromkeys(("status_reason", "purpose", "template_kind"), "''")
_SAME |= dict.fromkeys(("choices", "closed_routes"), "'[]'") | {"template_fields": "'{}'", "deferred": "false"}
_SAME |= dict.fromkeys(("turn_attempts", "media_attempts", "send_attempts"), "0")
_ADD_INBOUND = insert(_TABLE).values({name: literal_column(value) for name, value in _SAME.items()})  # type: ignore[arg-type]


async def known_dedupe_keys(session: AsyncSession, keys: Iterable[str]) -> set[str]:
    """Which of these messages are stored already."""
    return set((await session.execute(_KNOWN, {"keys": list(keys)})).scalars())


async def add_inbound(session: AsyncSession, messages: Sequence[tuple[InboundMessage, str, int]], *, now: datetime) -> None:
    """Store new messages, each with its conversation and its number there."""
    rows = [_inbound_row(message, conversation_id, seq, now) for message, conversation_id, seq in messages]
    await session.execute(_ADD_INBOUND, rows)


def _inbound_row(message: InboundMessage, conversation_id: str, seq: int, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4().hex,
        "conversation_id": conversation_id,
        "seq": seq,
        "kind": message.kind.value,
        "text": message.text,
        "attachments": [asdict(attachment) for attachment in message.attachments],
        "location": asdict(message.location) if message.location else None,
        "event": asdict(message.event) if message.event else None,
        "menu_id": message.menu_id,
        "channel": message.channel.value,
        "message_time": message.message_time,
        "created_at": now,
        "dedupe_key": message.dedupe_key,
        "media_due_at": now if any(attachment.media_id for attachment in message.attachments) else None,
    }


def take_seq(conversation: ConversationRow) -> int:
    """The next number in a conversation; its row must be locked by this transaction."""
    seq = conversation.next_seq
    conversation.next_seq = seq + 1
    return seq


async def add_once(session: AsyncSession, row: dict[str, Any]) -> bool:
    """Insert an outbound message unless its `notice_key` is there already; says whether it was new."""
    statement = insert_ignoring(session, MessageRow).values(**row).returning(MessageRow.id)
    return (await session.scalars(statement)).first() is not None


async def get_message(session: AsyncSession, message_id: str) -> MessageRow:
    """The row as committed now. Raises NotFound."""
    row = (await session.scalars(_ONE, {"wanted": message_id})).first()
    if row is None:
        raise NotFound("没有这条消息", message_id=message_id)
    return row


async def next_unhandled(session: AsyncSession, conversation_id: str, *, done: str = "") -> MessageRow | None:
    """The resident's oldest message that nobody dealt with yet; `done`: the one that this transaction marks handled."""
    return (await session.scalars(_NEXT_UNHANDLED, {"wanted": conversation_id, "done": done})).first()


@dataclass(frozen=True)
class Waiting:
    """A message on its way out. `resting` until the morning it lets others pass; waiting for a retry it does not."""

    message_id: str
    not_before: datetime | None
    resting: bool


async def way_out(session: AsyncSession, conversation_id: str, *, now: datetime) -> list[Waiting]:
    """Everything that no provider has taken yet, in the order said."""
    rows = (await session.execute(_QUEUE, {"wanted": conversation_id})).all()
    return [Waiting(id_, at, resting=bool(deferred and at and at > now)) for id_, at, deferred in rows]


async def keep_back(session: AsyncSession, conversation_id: str, *, author: Author, reason: str) -> list[str | None]:
    """Make notes of what an author said and no provider was offered since, or never took; returns what it was in reply to.

    What is on its way at this moment, or may have arrived, stays as it is.
    """
    return await _suppress(
        session, MessageRow.conversation_id == conversation_id, MessageRow.author == author.value, reason=reason
    )


async def keep_back_about(session: AsyncSession, conversation_id: str, *, order_number: str, purpose: str, reason: str) -> None:
    """The same with what was to be said about an order for this purpose."""
    about = (MessageRow.order_number == order_number, MessageRow.purpose == purpose)
    await _suppress(session, MessageRow.conversation_id == conversation_id, *about, reason=reason)


async def _suppress(session: AsyncSession, *which: ColumnElement[bool], reason: str) -> list[str | None]:
    statement = (
        update(MessageRow)
        .where(*which, _WAITING, _NOT_UNDER_WAY)
        .values(status=MessageStatus.SUPPRESSED.value, status_reason=reason, next_attempt_at=None)
        .returning(MessageRow.in_reply_to)
        .execution_options(synchronize_session=False)
    )
    return list(await session.scalars(statement))


async def leave_to_people(session: AsyncSession, message_ids: Collection[str], *, purpose: str) -> None:
    """Mark residents' messages as not answered."""
    statement = update(MessageRow).where(MessageRow.id.in_(message_ids), MessageRow.direction == "in").values(purpose=purpose)
    await session.execute(statement.execution_options(synchronize_session=False))


async def not_counted(session: AsyncSession, conversation_id: str) -> Sequence[MessageRow]:
    """What waits to be sent without an attempt under way: no ledger has counted it."""
    query = select(MessageRow).where(MessageRow.conversation_id == conversation_id, _WAITING, _NOT_UNDER_WAY)
    return list(await session.scalars(query))


async def list_messages(session: AsyncSession, conversation_id: str, *, after: int, limit: int) -> Sequence[MessageRow]:
    """In the order said, from the one after number `after`."""
    query = select(MessageRow).where(MessageRow.conversation_id == conversation_id, MessageRow.seq > after)
    return list(await session.scalars(query.order_by(MessageRow.seq).limit(limit)))


async def messages_of_order(session: AsyncSession, number: str) -> Sequence[MessageRow]:
    """What residents were told about an order, oldest first."""
    query = select(MessageRow).where(MessageRow.order_number == number)
    return list(await session.scalars(query.order_by(MessageRow.created_at, MessageRow.seq)))


async def dead_letters(session: AsyncSession, *, before: tuple[datetime, str] | None, limit: int) -> Sequence[MessageRow]:
    """Failed messages that nobody sent again, newest first."""
    query = select(MessageRow).where(MessageRow.status == "failed", MessageRow.resent_as.is_(None))
    if before is not None:
        at, last_id = before
        query = query.where(or_(MessageRow.created_at < at, and_(MessageRow.created_at == at, MessageRow.id < last_id)))
    return list(await session.scalars(query.order_by(MessageRow.created_at.desc(), MessageRow.id.desc()).limit(limit)))


async def set_unhandled_after(session: AsyncSession, conversation: ConversationRow, *, seq: int, purpose: str) -> bool:
    """Put messages after number `seq` that carry `purpose` back to be handled, and the conversation with them; were there any?"""
    statement = (
        update(MessageRow)
        .where(
            MessageRow.conversation_id == conversation.id,
            MessageRow.direction == "in",
            MessageRow.seq > seq,
            MessageRow.purpose == purpose,
        )
        .values(handled_at=None, purpose="")
        .returning(MessageRow.id)
        .execution_options(synchronize_session=False)
    )
    found = (await session.scalars(statement)).all()
    if found:
        conversation.turn_due_at = wall_now()
    return bool(found)


async def last_word_of(session: AsyncSession, conversation_id: str, *, author: Author) -> int:
    """The number of the last message that `author` sent in a conversation, 0 when there is none; private notes do not count."""
    query = select(func.max(MessageRow.seq)).where(
        MessageRow.conversation_id == conversation_id,
        MessageRow.author == author.value,
        MessageRow.status != MessageStatus.SUPPRESSED.value,
    )
    return int(await session.scalar(query) or 0)


async def said_before(
    session: AsyncSession, conversation_id: str, *, seq: int, purposes: Collection[str], since: datetime
) -> Sequence[MessageRow]:
    """What a resident wrote or spoke before number `seq` and not before `since`, of these purposes, oldest first."""
    query = select(MessageRow).where(
        MessageRow.conversation_id == conversation_id,
        MessageRow.direction == "in",
        MessageRow.kind.in_(("text", "voice")),
        MessageRow.seq < seq,
        MessageRow.purpose.in_(purposes),
        MessageRow.created_at >= since,
    )
    return list(await session.scalars(query.order_by(MessageRow.seq)))


async def last_purpose(session: AsyncSession, conversation_id: str) -> str:
    """Why the resident was written to last ("" when never): what a few words answer."""
    said = MessageRow.conversation_id == conversation_id, MessageRow.direction == "out"
    query = select(MessageRow.purpose).where(*said).order_by(MessageRow.seq.desc()).limit(1)
    return (await session.scalar(query)) or ""


async def message_by_notice_key(session: AsyncSession, notice_key: str) -> MessageRow:
    """The one message with this key. Raises when it is not there."""
    return (await session.scalars(select(MessageRow).where(MessageRow.notice_key == notice_key))).one()


async def due_reminders(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[MessageRow]:
    """Questions that nobody was reminded of yet and whose time has come."""
    query = select(MessageRow).where(MessageRow.remind_at <= now)
    return list(await session.scalars(query.order_by(MessageRow.remind_at).limit(limit)))


async def claim_due_media(
    session: AsyncSession, *, channels: Collection[str], now: datetime, until: datetime, limit: int
) -> list[MessageRow]:
    """Messages of these channels whose attachments are to be fetched now, longest due first; they are due again at `until`."""
    query = select(MessageRow).where(MessageRow.media_due_at <= now, MessageRow.channel.in_(list(channels)))
    claimed = []
    for row in list(await session.scalars(query.order_by(MessageRow.media_due_at).limit(limit))):
        still_due = (MessageRow.id == row.id, MessageRow.media_due_at <= now)
        statement = update(MessageRow).where(*still_due).values(media_due_at=until).returning(MessageRow.id)
        if (await session.scalars(statement.execution_options(synchronize_session=False))).first() is not None:
            claimed.append(row)
    return claimed
