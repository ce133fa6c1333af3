"""Conversations in SQL: finding, locking, and the ledgers of what may be sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import Consent, InboundMessage, SessionGrant
from backend.domain.errors import NotFound
from backend.domain.session_window import Window
from backend.storage.tables.base import Base
from backend.storage.tables.conversations import ConsentRow, ConversationRow, SendWindowRow
from backend.storage.tables.work_orders import WorkOrderRow

type ResidentKey = tuple[str, str, str]
_CORRESPONDENT_COLUMNS = ("next_seq", "turn_due_at", "phone", "grid_code")

# Statements of every turn are built once: building one costs more than SQLite needs to run it.
_ONE = select(ConversationRow).where(ConversationRow.id == bindparam("wanted")).execution_options(populate_existing=True)
_ONE_LOCKED = _ONE.with_for_update()
_WINDOWS = (
    select(SendWindowRow).where(SendWindowRow.conversation_id == bindparam("wanted")).execution_options(populate_existing=True)
)
_CONSENTS = select(ConsentRow).where(ConsentRow.conversation_id == bindparam("wanted")).execution_options(populate_existing=True)

_TABLE = ConversationRow.__table__
_OF_ACCOUNT = (
    select(_TABLE.c.channel_user_id, _TABLE.c.id, *(_TABLE.c[name] for name in _CORRESPONDENT_COLUMNS))
    .where(
        _TABLE.c.channel == bindparam("channel"),
        _TABLE.c.account == bindparam("account"),
        _TABLE.c.channel_user_id.in_(bindparam("user_ids", expanding=True)),
    )
    .order_by(_TABLE.c.channel_user_id)
    .with_for_update()
)
_UPDATE_CORRESPONDENT = (
    update(_TABLE)  # type: ignore[arg-type]  # a declarative class types its table as FromClause
    .where(_TABLE.c.id == bindparam("known_id"))
    .values({name: bindparam(f"new_{name}", type_=_TABLE.c[name].type) for name in _CORRESPONDENT_COLUMNS})
    .values(last_inbound_at=bindparam("at", type_=_TABLE.c.updated_at.type), updated_at=bindparam("at"))
)


def insert_ignoring(session: AsyncSession, table: type[Base]) -> Any:
    """An INSERT … ON CONFLICT DO NOTHING in the words of the session's database."""
    return _dialect(session).insert(table).on_conflict_do_nothing()


def _dialect(session: AsyncSession) -> Any:
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql


def resident_key(message: InboundMessage) -> ResidentKey:
    """What makes a conversation: channel, account and the resident's id there."""
    return (message.channel.value, message.account, message.channel_user_id)


def no_such_conversation(conversation_id: str) -> NotFound:
    """One answer for what is not there and what is not to be seen."""
    return NotFound("没有这个会话", conversation_id=conversation_id)


async def get_conversation(session: AsyncSession, conversation_id: str, *, lock: bool = False) -> ConversationRow:
    """The row, locked against other writers on request. Raises NotFound."""
    query = _ONE_LOCKED if lock else _ONE
    row = (await session.scalars(query, {"wanted": conversation_id})).first()
    if row is None:
        raise no_such_conversation(conversation_id)
    return row


@dataclass
class Correspondent:
    """What storing a message needs of its conversation; a small part of a wide row."""

    id: str
    next_seq: int
    turn_due_at: datetime | None
    phone: str
    grid_code: str


async def lock_or_create(
    session: AsyncSession, keys: Sequence[ResidentKey], *, now: datetime
) -> dict[ResidentKey, Correspondent]:
    """The conversations of these residents, created where missing, locked in one fixed order (two batches cannot deadlock)."""
    unique = sorted(set(keys))
    found = await _lock_by_key(session, unique)
    missing = [key for key in unique if key not in found]
    if missing:
        fresh = [_new_row(key, now) for key in missing]
        await session.execute(insert_ignoring(session, ConversationRow), fresh)
        found = await _lock_by_key(session, unique)
    return found


async def _lock_by_key(session: AsyncSession, keys: Sequence[ResidentKey]) -> dict[ResidentKey, Correspondent]:
    accounts: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for channel, account, user_id in keys:
        accounts[channel, account].append(user_id)
    found: dict[ResidentKey, Correspondent] = {}
    for (channel, account), user_ids in accounts.items():  # sorted like the keys; mostly a batch is of one account
        rows = await session.execute(_OF_ACCOUNT, {"channel": channel, "account": account, "user_ids": user_ids})
        found |= {(channel, account, user_id): Correspondent(*rest) for user_id, *rest in rows.all()}
    return found


async def update_correspondents(session: AsyncSession, changed: Sequence[Correspondent], *, now: datetime) -> None:
    """Write back what storing their messages changed: a message came in now."""
    values = [
        {"known_id": each.id, "at": now, **{f"new_{name}": getattr(each, name) for name in _CORRESPONDENT_COLUMNS}}
        for each in changed
    ]
    await session.execute(_UPDATE_CORRESPONDENT, values)


def _new_row(key: ResidentKey, now: datetime) -> dict[str, Any]:
    channel, account, channel_user_id = key
    phone = channel_user_id if channel == "sms" else ""
    return {
        "id": uuid4().hex,
        "channel": channel,
        "account": account,
        "channel_user_id": channel_user_id,
        "phone": phone,
        "created_at": now,
        "updated_at": now,
    }


async def open_send_windows(session: AsyncSession, grants: Sequence[tuple[str, SessionGrant, datetime]]) -> None:
    """Enter grants (conversation, grant, opened at); one that is older than the one we know changes nothing."""
    latest: dict[tuple[str, int], dict[str, Any]] = {}
    for conversation_id, grant, opened_at in grants:
        known = latest.get((conversation_id, grant.seconds))
        if known is None or known["opened_at"] <= opened_at:
            latest[conversation_id, grant.seconds] = _window(conversation_id, grant, opened_at)
    # one order for all: two batches that open the same windows cannot deadlock
    await session.execute(_open_window(session.get_bind().dialect.name), [latest[key] for key in sorted(latest)])


@cache
def _open_window(dialect: str) -> Any:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(SendWindowRow.__table__)
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["conversation_id", "seconds"],
        set_={name: new[name] for name in ("opened_at", "expires_at", "allowed", "used")},
        where=SendWindowRow.__table__.c.opened_at <= new.opened_at,
    )


def _window(conversation_id: str, grant: SessionGrant, opened_at: datetime) -> dict[str, Any]:
    return {
        "id": uuid4().hex,
        "conversation_id": conversation_id,
        "seconds": grant.seconds,
        "opened_at": opened_at,
        "expires_at": opened_at + timedelta(seconds=grant.seconds),
        "allowed": grant.allowed,
        "used": 0,
    }


async def enter_consent(session: AsyncSession, conversation_id: str, consent: Consent, *, now: datetime) -> None:
    """A one-time consent adds one message; a refusal takes away what was granted."""
    query = select(ConsentRow).where(
        ConsentRow.conversation_id == conversation_id,
        ConsentRow.template_kind == consent.template_kind,
        ConsentRow.long_term == consent.long_term,
    )
    row = (await session.scalars(query)).first()
    if row is None:
        row = ConsentRow(
            id=uuid4().hex,
            conversation_id=conversation_id,
            template_kind=consent.template_kind,
            long_term=consent.long_term,
            remaining=0,
        )
        session.add(row)
    counted = 1 if consent.long_term else row.remaining + 1
    row.remaining = counted if consent.accepted else 0
    row.updated_at = now


async def windows_of(session: AsyncSession, conversation_id: str) -> list[SendWindowRow]:
    """All grants of a conversation, also the expired ones."""
    return list(await session.scalars(_WINDOWS, {"wanted": conversation_id}))


async def session_windows(session: AsyncSession, conversation_id: str) -> list[Window]:
    """The same as the rules about windows see them."""
    return [Window(row.id, row.allowed, row.used, row.expires_at) for row in await windows_of(session, conversation_id)]


async def consents_of(session: AsyncSession, conversation_id: str) -> list[ConsentRow]:
    """All consents of a conversation, also the used ones."""
    return list(await session.scalars(_CONSENTS, {"wanted": conversation_id}))


async def find_by_user(session: AsyncSession, *, channel: str, channel_user_id: str) -> ConversationRow | None:
    """The latest conversation of a resident on a channel, whatever the account."""
    query = select(ConversationRow).where(ConversationRow.channel == channel, ConversationRow.channel_user_id == channel_user_id)
    return (await session.scalars(query.order_by(ConversationRow.updated_at.desc()).limit(1))).first()


# Of somebody who reported under the promise that the units will not learn who it was.
_TOLD_IN_SECRET = exists().where(
    WorkOrderRow.conversation_id == ConversationRow.id, or_(WorkOrderRow.confidential, WorkOrderRow.anonymous)
)


async def is_told_in_secret(session: AsyncSession, conversation_id: str) -> bool:
    """Whether a hidden report was made in this conversation."""
    query = select(ConversationRow.id).where(ConversationRow.id == conversation_id, _TOLD_IN_SECRET)
    return (await session.scalars(query)).first() is not None


async def list_conversations(
    session: AsyncSession,
    *,
    filters: dict[str, str],
    queued: bool,
    before: tuple[datetime, str] | None,
    limit: int,
    open_reporters_only: bool = False,
) -> list[ConversationRow]:
    """Newest change first, or the human queue (most urgent, then longest waiting). `before` is the last key of a page.

    `open_reporters_only` leaves out those in which a hidden report was made.
    """
    conditions: list[ColumnElement[bool]] = [getattr(ConversationRow, name) == value for name, value in filters.items() if value]
    if open_reporters_only:
        conditions.append(~_TOLD_IN_SECRET)
    order: tuple[Any, ...] = (ConversationRow.updated_at.desc(), ConversationRow.id.desc())
    if queued:
        conditions += [ConversationRow.queued_at.is_not(None), ConversationRow.owner != "human"]
        order = (ConversationRow.priority.desc(), ConversationRow.queued_at, ConversationRow.id)
    if before is not None and not queued:
        at, last_id = before
        same_time = and_(ConversationRow.updated_at == at, ConversationRow.id < last_id)
        conditions.append(or_(ConversationRow.updated_at < at, same_time))
    query = select(ConversationRow).where(*conditions).order_by(*order).limit(limit)
    return list(await session.scalars(query))


async def touch(session: AsyncSession, conversation_id: str, *, now: datetime, **values: Any) -> None:
    """Change columns without loading the row; `updated_at` lets consoles poll for changes."""
    statement = update(ConversationRow).where(ConversationRow.id == conversation_id).values(updated_at=now, **values)
    await session.execute(statement.execution_options(synchronize_session=False))
