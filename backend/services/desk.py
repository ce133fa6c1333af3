"""What caseworkers see of conversations: the lists, one conversation with what may still be sent, and the open tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Owner
from backend.contracts.messages import Channel, MessageStatus
from backend.contracts.people import Role
from backend.domain.conversation import Ownership
from backend.domain.errors import InvalidField
from backend.domain.session_window import open_windows, remaining
from backend.services import conversations
from backend.services.auth import Principal
from backend.services.conversations import ownership
from backend.storage.conversations import get_conversation, list_conversations, session_windows
from backend.storage.deliveries import list_call_backs
from backend.storage.messages import dead_letters, list_messages
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.deliveries import CallBackTaskRow
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.outbox import OutboxRow
from backend.storage.tables.people import UserRow

WAITING_SHOWN = 100
OTHERS_SHOWN = 50
TRANSCRIPT_SHOWN = 100
TASKS_SHOWN = 100
_LEADS = frozenset({Role.ADMIN, Role.SUPERVISOR})
_SESSION_LIMITED = (Channel.WECHAT_OA.value, Channel.WECHAT_MP.value)


@dataclass(frozen=True)
class Entry:
    """A conversation in a list, with the last thing said; `unanswered`: that was the resident."""

    row: ConversationRow
    last: MessageRow | None

    @property
    def unanswered(self) -> bool:
        return self.last is not None and self.last.direction == "in" and self.last.author == "resident"


@dataclass(frozen=True)
class Lists:
    """Waiting: most urgent, then longest waiting; the others: latest change first. `names`: user names to people's names."""

    waiting: list[Entry]
    mine: list[Entry]
    colleagues: list[Entry]
    bot: list[Entry]
    names: dict[str, str]


@dataclass(frozen=True)
class Allowance:
    """What may still be sent in this conversation: `left` messages until `until`; `left` None means no limit."""

    left: int | None
    until: datetime | None


async def lists(session: AsyncSession, *, username: str) -> Lists:
    """All lists of the console's first page for one caseworker."""
    waiting = await list_conversations(session, filters={}, queued=True, before=None, limit=WAITING_SHOWN)
    human = await _latest(session, Owner.HUMAN)
    bot = [row for row in await _latest(session, Owner.BOT) if row.queued_at is None]
    last = await _last_messages(session, [*waiting, *human, *bot])

    def entries(rows: Iterable[ConversationRow]) -> list[Entry]:
        return [Entry(row, last.get(row.id)) for row in rows]

    return Lists(
        waiting=entries(waiting),
        mine=entries(row for row in human if row.assignee == username),
        colleagues=entries(row for row in human if row.assignee != username),
        bot=entries(bot),
        names=await people_names(session),
    )


async def _latest(session: AsyncSession, owner: Owner) -> list[ConversationRow]:
    return await list_conversations(session, filters={"owner": owner.value}, queued=False, before=None, limit=OTHERS_SHOWN)


async def _last_messages(session: AsyncSession, rows: Sequence[ConversationRow]) -> dict[str, MessageRow]:
    query = select(MessageRow).join(
        ConversationRow,
        and_(ConversationRow.id == MessageRow.conversation_id, MessageRow.seq == ConversationRow.next_seq - 1),
    )
    found = await session.scalars(query.where(ConversationRow.id.in_({row.id for row in rows})))
    return {message.conversation_id: message for message in found}


async def people_names(session: AsyncSession) -> dict[str, str]:
    """User names with the names of the people."""
    rows = await session.execute(select(UserRow.username, UserRow.name))
    return {row.username: row.name for row in rows}


async def transcript(session: AsyncSession, row: ConversationRow, *, upto: int | None = None) -> Sequence[MessageRow]:
    """The last `TRANSCRIPT_SHOWN` messages, or those before number `upto`, in the order said."""
    end = row.next_seq if upto is None else upto
    first = max(end - 1 - TRANSCRIPT_SHOWN, 0)
    return await list_messages(session, row.id, after=first, limit=end - 1 - first)


async def allowance(session: AsyncSession, row: ConversationRow, *, now: datetime) -> Allowance:
    """What the platform still lets us say in this conversation."""
    if row.channel not in _SESSION_LIMITED:
        return Allowance(None, None)
    windows = await session_windows(session, row.id)
    usable = [window.expires_at for window in open_windows(windows, now) if window.used < window.allowed]
    return Allowance(remaining(windows, now), max(usable, default=None))


async def last_change(session: AsyncSession) -> tuple[datetime | None, int | None]:
    """Differs whenever a conversation or an order changed (every event of an order leaves an outbox row): for polling."""
    newest = await session.scalar(select(func.max(ConversationRow.updated_at)))
    return newest, await session.scalar(select(func.max(OutboxRow.id)))


def is_assigned_to(row: ConversationRow, username: str) -> bool:
    """Whether this caseworker may speak in the conversation."""
    now: Ownership = ownership(row)
    return now.owner is Owner.HUMAN and now.assignee == username


def leads(user: Principal) -> bool:
    """Whether this person may put a colleague's conversation back into the queue: the colleague went home, or is ill."""
    return user.role in _LEADS


def may_put_back(row: ConversationRow, user: Principal) -> bool:
    """Whether this person may put a conversation that a person has back into the queue."""
    return row.owner == Owner.HUMAN.value and (row.assignee == user.username or leads(user))


async def conversation(session: AsyncSession, conversation_id: str, *, lock: bool = False) -> ConversationRow:
    """The conversation, locked against other writers on request. Raises NotFound."""
    return await get_conversation(session, conversation_id, lock=lock)


async def open_tasks(session: AsyncSession) -> Sequence[CallBackTaskRow]:
    """Residents to call, oldest first."""
    return await list_call_backs(session, done=False, after=None, limit=TASKS_SHOWN)


async def count_tasks(session: AsyncSession) -> int:
    """How much waits on that page: calls to make, and messages that did not go out."""
    calls = select(func.count()).select_from(CallBackTaskRow).where(CallBackTaskRow.done_at.is_(None))
    letters = select(func.count()).select_from(MessageRow).where(MessageRow.status == "failed", MessageRow.resent_as.is_(None))
    return int(await session.scalar(calls) or 0) + int(await session.scalar(letters) or 0)


async def maybe_unsent(session: AsyncSession, tasks: Sequence[CallBackTaskRow]) -> set[str]:
    """The messages of these tasks of which nobody knows whether they arrived: the resident may be sent them once more."""
    ids = [task.message_id for task in tasks if task.message_id]
    query = select(MessageRow.id).where(
        MessageRow.id.in_(ids), MessageRow.status == MessageStatus.UNKNOWN.value, MessageRow.resent_as.is_(None)
    )
    return set(await session.scalars(query))


async def finish_task(session: AsyncSession, task_id: str, *, user: str, result: str, now: datetime) -> CallBackTaskRow:
    """Say how a call went; the first one to say so counts. Raises NotFound, InvalidField for an empty result."""
    if not result.strip():
        raise InvalidField("请写下结果", field="result")
    return await conversations.finish_task(session, task_id, user=user, result=result.strip(), now=now)


async def failed_messages(session: AsyncSession) -> Sequence[MessageRow]:
    """Messages that did not go out and that nobody sent again, newest first."""
    return await dead_letters(session, before=None, limit=TASKS_SHOWN)
