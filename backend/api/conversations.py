"""Conversations over HTTP: lists, messages, taking over and giving back; dead letters and call-back tasks."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Query
from sqlalchemy.ext.asyncio import AsyncSession

from backend.api.dependencies import ClockDep, ContextDep, DeskDep, ReadingDep, SessionDep, StaffDep, StaffOrServiceDep
from backend.api.paging import Limit, Page, decode_number_cursor, decode_time_cursor, encode_cursor
from backend.api.schemas.conversations import (
    CallBackOut,
    ConversationOut,
    DeadLetterOut,
    DoneIn,
    HandoverIn,
    MessageOut,
    SayIn,
    SessionOut,
)
from backend.contracts.conversations import Owner
from backend.contracts.messages import Channel
from backend.contracts.people import Role
from backend.domain.masking import mask_phone, mask_text, mask_user
from backend.domain.session_window import open_windows, remaining
from backend.services import conversations as talk
from backend.services.auth import Principal
from backend.services.desk import leads
from backend.storage.conversations import (
    get_conversation,
    is_told_in_secret,
    list_conversations,
    no_such_conversation,
    session_windows,
)
from backend.storage.deliveries import list_call_backs
from backend.storage.messages import dead_letters, list_messages
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.messages import MessageRow
from backend.storage.wakeups import Wakeups

router = APIRouter(prefix="/api/v1", tags=["conversations"])

_SEES_PHONES = frozenset({Role.ADMIN, Role.DISPATCHER, Role.SUPERVISOR, Role.SERVICE})
Cursor = Annotated[str, Query(description="`next` of the page before")]


@router.get("/conversations")
async def list_(
    principal: StaffOrServiceDep,
    session: ReadingDep,
    channel: Channel | None = None,
    channel_user_id: str = "",
    owner: Owner | None = None,
    assignee: str = "",
    queued: bool = False,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[ConversationOut]:
    """Newest change first; `queued` gives those who wait for a person, most urgent first (one page)."""
    filters = {
        "channel": channel.value if channel else "",
        "channel_user_id": channel_user_id,
        "owner": owner.value if owner else "",
        "assignee": assignee,
    }
    rows = await list_conversations(
        session,
        filters=filters,
        queued=queued,
        before=decode_time_cursor(cursor),
        limit=limit,
        open_reporters_only=principal.role not in _SEES_PHONES,
    )
    more = len(rows) == limit and not queued
    following = encode_cursor(rows[-1].updated_at.isoformat(), rows[-1].id) if more else None
    return Page(items=[_view(row, principal.role) for row in rows], next=following)


@router.get("/conversations/{conversation_id}")
async def one(conversation_id: str, principal: StaffOrServiceDep, session: ReadingDep, clock: ClockDep) -> ConversationOut:
    """One conversation, with what its platform still lets us send."""
    await _require_open(session, conversation_id, principal)
    row = await get_conversation(session, conversation_id)
    now = clock.now()
    windows = await session_windows(session, conversation_id)
    ends = max((window.expires_at for window in open_windows(windows, now)), default=None)
    return _view(row, principal.role, SessionOut(remaining=remaining(windows, now), expires_at=ends) if windows else None)


@router.get("/conversations/{conversation_id}/messages")
async def messages(
    conversation_id: str, principal: StaffOrServiceDep, session: ReadingDep, cursor: Cursor = "", limit: Limit = 100
) -> Page[MessageOut]:
    """What was said, in order."""
    await _require_open(session, conversation_id, principal)
    await get_conversation(session, conversation_id)
    rows = await list_messages(session, conversation_id, after=decode_number_cursor(cursor), limit=limit)
    following = encode_cursor(rows[-1].seq) if len(rows) == limit else None
    return Page(items=[_message(row, principal.role) for row in rows], next=following)


@router.post("/conversations/{conversation_id}/takeover")
async def takeover(
    conversation_id: str, principal: StaffDep, session: SessionDep, clock: ClockDep, told: BackgroundTasks, context: ContextDep
) -> ConversationOut:
    """Answer the resident oneself. 409 names the caseworker who was faster."""
    await _require_open(session, conversation_id, principal)
    row = await talk.takeover(session, conversation_id=conversation_id, user=principal.username, now=clock.now())
    told.add_task(_tell, context.extras.get("wakeups"), conversation_id, "owner")
    return _view(row, principal.role)


@router.post("/conversations/{conversation_id}/handback")
async def handback(
    conversation_id: str, principal: StaffDep, session: SessionDep, clock: ClockDep, told: BackgroundTasks, context: ContextDep
) -> ConversationOut:
    """Give the resident back to the bot, which goes on with an open form."""
    await _require_open(session, conversation_id, principal)
    row = await talk.handback(session, conversation_id=conversation_id, user=principal.username, now=clock.now())
    told.add_task(_tell, context.extras.get("wakeups"), conversation_id, "owner")
    return _view(row, principal.role)


@router.post("/conversations/{conversation_id}/handover")
async def handover(
    conversation_id: str,
    body: HandoverIn,
    principal: StaffOrServiceDep,
    session: SessionDep,
    clock: ClockDep,
    told: BackgroundTasks,
    context: ContextDep,
) -> ConversationOut:
    """Put the resident into the human queue: the bot does it when asked for a person, a caseworker to let go, a supervisor for a
    colleague who is not there. 409 names the caseworker who has it."""
    await _require_open(session, conversation_id, principal)
    decides = principal.role is Role.SERVICE or leads(principal)
    row = await talk.hand_over_to_queue(
        session,
        conversation_id=conversation_id,
        reason=body.reason,
        priority=body.priority,
        user=None if decides else principal.username,
        now=clock.now(),
    )
    told.add_task(_tell, context.extras.get("wakeups"), conversation_id, "owner")
    return _view(row, principal.role)


@router.post("/conversations/{conversation_id}/dialogue-ended", status_code=204)
async def dialogue_ended(conversation_id: str, _: StaffOrServiceDep, session: SessionDep, clock: ClockDep) -> None:
    """The form is finished; the next message starts a new dialogue of the assistant."""
    await talk.end_dialogue(session, conversation_id=conversation_id, now=clock.now())


@router.post("/conversations/{conversation_id}/messages", status_code=201)
async def say(
    conversation_id: str,
    body: SayIn,
    principal: StaffDep,
    session: SessionDep,
    clock: ClockDep,
    told: BackgroundTasks,
    context: ContextDep,
) -> MessageOut:
    """Write to the resident (409 unless one has taken over), or leave a note for colleagues."""
    await _require_open(session, conversation_id, principal)
    row = await talk.say_as_caseworker(
        session,
        conversation_id=conversation_id,
        user=principal.username,
        text=body.text,
        note=body.note,
        senders=context.extras.get("senders", {}),
        now=clock.now(),
    )
    told.add_task(_tell, context.extras.get("wakeups"), conversation_id, "message")
    return MessageOut.model_validate(row)


@router.post("/conversations/{conversation_id}/messages/{message_id}/resend", status_code=201)
async def resend(
    conversation_id: str,
    message_id: str,
    _: DeskDep,
    session: SessionDep,
    clock: ClockDep,
    told: BackgroundTasks,
    context: ContextDep,
) -> MessageOut:
    """Send a dead letter once more; 409 the second time."""
    row = await talk.resend(session, conversation_id=conversation_id, message_id=message_id, now=clock.now())
    told.add_task(_tell, context.extras.get("wakeups"), conversation_id, "message")
    return MessageOut.model_validate(row)


@router.get("/dead-letters")
async def list_dead_letters(_: DeskDep, session: ReadingDep, cursor: Cursor = "", limit: Limit = 50) -> Page[DeadLetterOut]:
    """Messages that did not reach their resident and were not sent again, newest first."""
    rows = await dead_letters(session, before=decode_time_cursor(cursor), limit=limit)
    following = encode_cursor(rows[-1].created_at.isoformat(), rows[-1].id) if len(rows) == limit else None
    return Page(items=[DeadLetterOut.model_validate(row) for row in rows], next=following)


@router.get("/call-backs")
async def list_open_call_backs(
    _: DeskDep, session: ReadingDep, done: bool = False, cursor: Cursor = "", limit: Limit = 50
) -> Page[CallBackOut]:
    """Residents to be called, longest waiting first."""
    rows = await list_call_backs(session, done=done, after=decode_time_cursor(cursor), limit=limit)
    following = encode_cursor(rows[-1].created_at.isoformat(), rows[-1].id) if len(rows) == limit else None
    return Page(items=[CallBackOut.model_validate(row) for row in rows], next=following)


@router.post("/call-backs/{task_id}/done")
async def call_back_done(task_id: str, body: DoneIn, principal: DeskDep, session: SessionDep, clock: ClockDep) -> CallBackOut:
    """The resident was called (or needs no call); the first one to say so counts."""
    row = await talk.finish_task(session, task_id, user=principal.username, result=body.result, now=clock.now())
    return CallBackOut.model_validate(row)


async def _require_open(session: AsyncSession, conversation_id: str, principal: Principal) -> None:
    """Raises NotFound for a handler who would learn here who made a hidden report."""
    if principal.role not in _SEES_PHONES and await is_told_in_secret(session, conversation_id):
        raise no_such_conversation(conversation_id)


def _message(row: MessageRow, role: Role) -> MessageOut:
    shown = MessageOut.model_validate(row)
    return shown if role in _SEES_PHONES else shown.model_copy(update={"text": mask_text(shown.text)})


async def _tell(wakeups: Wakeups | None, conversation_id: str, what: str) -> None:
    """After the commit: consoles refresh, and what was said is sent at once. Without this both wait for their next poll."""
    if wakeups is not None:
        wakeups.live(what, conversation_id)
        wakeups.wake("send", conversation_id)
        wakeups.wake("turn", conversation_id)


def _view(row: ConversationRow, role: Role, window: SessionOut | None = None) -> ConversationOut:
    shown = {name: getattr(row, name) for name in ConversationOut.model_fields if hasattr(row, name)}
    shown |= {"opted_out": row.opted_out_at is not None, "session": window}
    if role not in _SEES_PHONES:
        shown |= {
            "phone": mask_phone(row.phone),
            "channel_user_id": mask_user(row.channel_user_id),
            "draft": _masked_draft(row.draft),
        }
    return ConversationOut(**shown)


def _masked_draft(draft: dict[str, Any] | None) -> dict[str, Any] | None:
    if draft is None or not draft.get("contact_phone"):
        return draft
    return {**draft, "contact_phone": mask_phone(str(draft["contact_phone"]))}
