"""What happens to a conversation: who owns it, and what is said in it. Callers commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Owner
from backend.contracts.messages import Author, Channel, MessageStatus, Reply
from backend.domain import phrases
from backend.domain.conversation import (
    LEFT_FOR_PEOPLE,
    MAYBE_UNSENT,
    STALE,
    Ownership,
    hand_back,
    take_over,
    to_queue,
    waits_for_assistant,
)
from backend.domain.errors import Conflict, InvalidField, NotFound
from backend.services.ports import ChannelSender
from backend.services.session_room import check_room
from backend.storage import outbox
from backend.storage.conversations import get_conversation
from backend.storage.deliveries import call_back_of, drop_call_back, has_open_call_back
from backend.storage.leases import wall_now
from backend.storage.messages import (
    add_once,
    get_message,
    keep_back,
    last_word_of,
    leave_to_people,
    set_unhandled_after,
    take_seq,
)
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.deliveries import CallBackTaskRow
from backend.storage.tables.messages import MessageRow


@dataclass(frozen=True)
class Extras:
    """What some messages carry besides their text."""

    in_reply_to: str | None = None
    user: str | None = None
    order_number: str | None = None
    notice_key: str | None = None
    template_kind: str = ""
    template_fields: dict[str, str] = field(default_factory=dict)


def ownership(row: ConversationRow) -> Ownership:
    """The part of a conversation that the ownership rules speak about."""
    return Ownership(Owner(row.owner), row.assignee, row.epoch)


async def takeover(session: AsyncSession, *, conversation_id: str, user: str, now: datetime) -> ConversationRow:
    """Make a caseworker the owner; what the bot said and did not send yet is kept as a note.

    Raises NotFound, or Conflict naming the one who was faster.
    """
    row = await get_conversation(session, conversation_id, lock=True)
    await _change_owner(session, row, take_over(ownership(row), user), now=now)
    unanswered = await keep_back(session, row.id, author=Author.BOT, reason=STALE)
    if any(unanswered):
        await leave_to_people(session, [each for each in unanswered if each], purpose=LEFT_FOR_PEOPLE)
    row.queued_at, row.queue_reason, row.priority = None, "", 0
    return row


async def handback(session: AsyncSession, *, conversation_id: str, user: str | None, now: datetime) -> ConversationRow:
    """Give the conversation back to the bot: it answers what nobody answered, or says one line and goes on with an open form.

    Raises NotFound, or Conflict when another caseworker has it. Giving back what the bot has already does nothing.
    """
    row = await get_conversation(session, conversation_id, lock=True)
    if row.owner == Owner.BOT.value:
        return row
    await give_to_bot(session, row, user=user, now=now)
    answered = await last_word_of(session, row.id, author=Author.CASEWORKER)
    if await set_unhandled_after(session, row, seq=answered, purpose=LEFT_FOR_PEOPLE):
        return row
    if row.draft is not None:
        await _ask_again(session, row, now=now)
    else:
        await speak(session, row, author=Author.BOT, replies=[Reply(phrases.HANDED_BACK)], purpose="handback", now=now)
    return row


async def give_to_bot(session: AsyncSession, row: ConversationRow, *, user: str | None, now: datetime) -> None:
    """Make the bot the owner of a locked conversation, silently. Raises Conflict."""
    await _change_owner(session, row, hand_back(ownership(row), user), now=now)
    row.queued_at, row.queue_reason, row.priority = None, "", 0


async def hand_over_to_queue(
    session: AsyncSession, *, conversation_id: str, reason: str, now: datetime, priority: int = 0, user: str | None = None
) -> ConversationRow:
    """Put the conversation into the human queue (or, from a caseworker, back into it).

    `user` None is the system, or somebody who may decide for colleagues. Raises NotFound, or Conflict naming the caseworker who
    has it.
    """
    row = await get_conversation(session, conversation_id, lock=True)
    await _change_owner(session, row, to_queue(ownership(row), user), now=now)
    flag_for_people(row, reason=reason, priority=priority, now=now)
    return row


async def leave_all(session: AsyncSession, *, user: str, reason: str, now: datetime) -> int:
    """Put everybody whom this caseworker was talking with into the queue, and return how many: nobody else could answer them."""
    theirs = select(ConversationRow.id).where(ConversationRow.owner == Owner.HUMAN.value, ConversationRow.assignee == user)
    left = sorted(await session.scalars(theirs))
    for conversation_id in left:
        await hand_over_to_queue(session, conversation_id=conversation_id, reason=reason, now=now)
    return len(left)


def flag_for_people(row: ConversationRow, *, reason: str, priority: int, now: datetime) -> None:
    """Show a conversation in the queue without changing who answers; a more urgent reason replaces a lesser one, and that the
    assistant failed gives way to any other: it may come back, and whoever asked for a person still waits for one."""
    if row.queued_at is None or priority > row.priority:
        row.queue_reason, row.priority = reason, priority
    elif waits_for_assistant(row.queue_reason) and not waits_for_assistant(reason):
        row.queue_reason = reason
    row.queued_at = row.queued_at or now
    row.updated_at = now


async def finish_task(session: AsyncSession, task_id: str, *, user: str, result: str, now: datetime) -> CallBackTaskRow:
    """Mark a call-back done; the first one to say so counts. Raises NotFound."""
    known = await call_back_of(session, task_id)
    # before the task, like everybody who closes one: two transactions cannot deadlock
    row = await get_conversation(session, known.conversation_id, lock=True) if known.conversation_id else None
    task = await call_back_of(session, task_id)
    if task.done_at is None:
        task.done_at, task.done_by, task.result = now, user, result
        await session.flush()
    if row is not None:
        await arrival_settled(session, row)
    return task


async def arrival_settled(session: AsyncSession, row: ConversationRow) -> None:
    """Take a locked conversation out of the queue where it only waited because an answer may not have arrived, once nothing of
    that is open any more."""
    flagged = row.queue_reason == MAYBE_UNSENT and row.owner == Owner.BOT.value
    if flagged and not await has_open_call_back(session, row.id):
        row.queued_at, row.queue_reason, row.priority = None, "", 0


async def say(
    session: AsyncSession,
    *,
    conversation_id: str,
    author: Author,
    replies: Sequence[Reply],
    epoch: int | None,
    now: datetime,
    purpose: str,
    extras: Extras | None = None,
) -> list[MessageRow]:
    """Queue messages for the resident; the rows are returned in order.

    With an `epoch` other than the current one they were computed for an owner who is gone: they are kept as notes
    (`suppressed`), never sent. `purpose` is reply, apology, emergency, caseworker …, or a pushed one (`backend.domain.notices`).
    """
    row = await get_conversation(session, conversation_id, lock=True)
    reason = "" if epoch is None or epoch == row.epoch else STALE
    messages = await speak(
        session, row, author=author, replies=replies, purpose=purpose, now=now, extras=extras, suppressed=reason, epoch=epoch
    )
    await session.flush()
    return messages


async def speak(
    session: AsyncSession,
    row: ConversationRow,
    *,
    author: Author,
    replies: Sequence[Reply],
    purpose: str,
    now: datetime,
    extras: Extras | None = None,
    suppressed: str = "",
    epoch: int | None = None,
) -> list[MessageRow]:
    """`say` for a conversation that this transaction has locked; `suppressed` is the reason for keeping it as a note.

    The rows are written with the rest of the transaction.
    """
    messages = [
        MessageRow(**_outbound(row, author, reply, purpose, now, extras or Extras(), suppressed, epoch)) for reply in replies
    ]
    session.add_all(messages)
    row.updated_at = now
    if messages and not suppressed:
        await _wake_senders(session, row, now=now)
    return messages


async def push_once(
    session: AsyncSession, row: ConversationRow, *, reply: Reply, purpose: str, now: datetime, extras: Extras
) -> bool:
    """Queue a notification unless one with its `notice_key` is there; says whether it was new. The row must be locked."""
    if not await add_once(session, _outbound(row, Author.SYSTEM, reply, purpose, now, extras, "", None)):
        return False
    row.updated_at = now
    await _wake_senders(session, row, now=now)
    return True


async def say_as_caseworker(
    session: AsyncSession,
    *,
    conversation_id: str,
    user: str,
    text: str,
    note: bool,
    senders: Mapping[Channel, ChannelSender],
    now: datetime,
) -> MessageRow:
    """A caseworker's message, or a private note that never leaves the system.

    Raises Conflict when somebody else (or nobody) has the conversation, or when the text does not fit into what the platform
    takes; InvalidField when there is no text.
    """
    if not text.strip():
        raise InvalidField("请写点内容", field="text")
    row = await get_conversation(session, conversation_id, lock=True)
    if not note and (row.owner != Owner.HUMAN.value or row.assignee != user):
        raise Conflict("请先接手这个会话", owner=row.owner, assignee=row.assignee)
    if not note:
        await check_room(session, row, text.strip(), senders, now=now)
    purpose, suppressed = ("note", "note") if note else ("caseworker", "")
    extras = Extras(user=user)
    messages = await speak(
        session,
        row,
        author=Author.CASEWORKER,
        replies=[Reply(text.strip())],
        purpose=purpose,
        now=now,
        extras=extras,
        suppressed=suppressed,
    )
    await session.flush()
    return messages[0]


async def end_dialogue(session: AsyncSession, *, conversation_id: str, now: datetime) -> None:
    """The form is finished: the next message opens a new dialogue. Raises NotFound."""
    row = await get_conversation(session, conversation_id, lock=True)
    row.dialogue_ended, row.updated_at = True, now


# An unknown outcome is resent only by a person, who has asked the resident.
_RESENDABLE = frozenset({MessageStatus.FAILED.value, MessageStatus.UNKNOWN.value})


async def resend(session: AsyncSession, *, conversation_id: str, message_id: str, now: datetime) -> MessageRow:
    """Send a dead letter, or one of unknown outcome, once more, as a new message that points back.

    Raises NotFound, or Conflict when it was done already.
    """
    row = await get_conversation(session, conversation_id, lock=True)
    dead = await get_message(session, message_id)
    if dead.conversation_id != conversation_id:
        raise NotFound("没有这条消息", message_id=message_id)
    if dead.status not in _RESENDABLE or dead.resent_as is not None:
        raise Conflict("只有发送失败或可能没送到的消息可以重发,而且只能重发一次", message_status=dead.status)
    await drop_call_back(session, dead.id, result="又发了一次", now=now)
    await arrival_settled(session, row)
    return await send_again(session, row, dead, now=now)


async def send_again(
    session: AsyncSession, row: ConversationRow, dead: MessageRow, *, now: datetime, closed: Sequence[str] = ()
) -> MessageRow:
    """A new message with the words of one that did not arrive, which points to it; it does not take the `closed` routes."""
    values = _outbound(row, Author(dead.author), Reply(dead.text), dead.purpose, now, _extras_of(dead), "", None)
    again = MessageRow(**{**values, "choices": dead.choices, "closed_routes": list(closed)})
    session.add(again)
    dead.resent_as = again.id
    await _wake_senders(session, row, now=now)
    await session.flush()
    return again


def _extras_of(message: MessageRow) -> Extras:
    return Extras(
        in_reply_to=message.in_reply_to,
        user=message.user,
        order_number=message.order_number,
        template_kind=message.template_kind,
        template_fields=message.template_fields,
    )


async def _change_owner(session: AsyncSession, row: ConversationRow, new: Ownership, *, now: datetime) -> None:
    statement = (
        update(ConversationRow)
        .where(ConversationRow.id == row.id, ConversationRow.owner == row.owner, ConversationRow.epoch == row.epoch)
        .values(owner=new.owner.value, assignee=new.assignee, epoch=new.epoch, updated_at=now)
        .returning(ConversationRow.id)
        .execution_options(synchronize_session=False)
    )
    if (await session.scalars(statement)).first() is None:
        raise Conflict("会话刚刚换了人,请刷新", conversation_id=row.id)
    await session.refresh(row, ["owner", "assignee", "epoch", "updated_at"])


async def _ask_again(session: AsyncSession, row: ConversationRow, *, now: datetime) -> None:
    """Let the assistant take up the open form: it gets an event of ours as the next message."""
    key = f"handback:{row.id}:{row.epoch}"
    session.add(
        MessageRow(
            id=uuid4().hex,
            conversation_id=row.id,
            seq=take_seq(row),
            direction="in",
            author=Author.SYSTEM.value,
            kind="event",
            event={"name": "handback", "key": "", "data": {}, "consents": []},
            channel=row.channel,
            message_time=now,
            created_at=now,
            dedupe_key=key,
            status=MessageStatus.STORED.value,
        )
    )
    row.turn_due_at = row.turn_due_at or wall_now()
    await session.flush()


async def _wake_senders(session: AsyncSession, row: ConversationRow, *, now: datetime) -> None:
    row.send_due_at = now
    await outbox.add(session, topic="send", key=row.id, payload={"conversation_id": row.id}, now=now)


def _outbound(
    row: ConversationRow,
    author: Author,
    reply: Reply,
    purpose: str,
    now: datetime,
    extras: Extras,
    suppressed: str,
    epoch: int | None,
) -> dict[str, Any]:
    status = MessageStatus.SUPPRESSED if suppressed else MessageStatus.QUEUED
    return {
        "id": uuid4().hex,
        "conversation_id": row.id,
        "seq": take_seq(row),
        "direction": "out",
        "author": author.value,
        "text": reply.text,
        "choices": [asdict(choice) for choice in reply.choices],
        "channel": row.channel,
        "message_time": now,
        "created_at": now,
        "status": status.value,
        "status_reason": suppressed,
        "purpose": purpose,
        "epoch": row.epoch if epoch is None else epoch,
        **asdict(extras),
    }
