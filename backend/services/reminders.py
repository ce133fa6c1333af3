"""The one reminder of an unanswered rating question, a day later."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import Reply
from backend.contracts.work_orders import State
from backend.domain.notices import rating_reminder
from backend.services.conversations import Extras, push_once
from backend.services.notifications import facts_of
from backend.storage.conversations import get_conversation
from backend.storage.messages import due_reminders
from backend.storage.tables.messages import MessageRow
from backend.storage.work_orders import events_of, find_order

_BATCH = 50


async def remind(session: AsyncSession, *, now: datetime) -> int:
    """Remind of rating questions that are a day old and not answered; returns how many were looked at. Call once a minute."""
    questions = await due_reminders(session, now=now, limit=_BATCH)
    for question in questions:
        question.remind_at = None
        await _remind_of(session, question, now=now)
    return len(questions)


async def _remind_of(session: AsyncSession, question: MessageRow, *, now: datetime) -> None:
    order = await find_order(session, question.order_number or "")
    conversation = await get_conversation(session, question.conversation_id, lock=True)
    if order is None or order.state != State.RESOLVED.value or order.number not in conversation.rating_pending:
        return
    event = (await events_of(session, order.id))[-1]
    notice = rating_reminder(await facts_of(session, order, event))
    extras = Extras(
        order_number=order.number,
        notice_key=f"{question.notice_key}:{notice.purpose}",
        template_kind=notice.template_kind,
        template_fields=notice.template_fields,
    )
    reply = Reply(notice.text, notice.choices)
    await push_once(session, conversation, reply=reply, purpose=notice.purpose, now=now, extras=extras)
