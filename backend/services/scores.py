"""A score that comes while people have the conversation: stored at once, because nobody else would write it down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.people import Role
from backend.contracts.work_orders import EventType, Resolved
from backend.domain.errors import DomainError
from backend.domain.language.answers import explicit_score, parse_verdict
from backend.domain.notices import RATING_REMINDER_PURPOSE, rating_choices
from backend.domain.ratings import LOWEST_GOOD, TAKEN_FOR_BEST
from backend.services.casework import RESIDENT, Caller, Resident
from backend.services.ratings import rate
from backend.services.turn_steps import Scored
from backend.storage.messages import last_purpose
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.messages import MessageRow

_ASKS = frozenset({f"notice:{EventType.RESOLVED.value}", RATING_REMINDER_PURPOSE})
_ENTRIES = {choice.id: score for score, choice in enumerate(rating_choices(), start=1)}
_FEW_WORDS = 12  # characters; a word of praise in a longer message may be about anything
_LONGEST_VERDICT = 100


async def score_in(session: AsyncSession, conversation: ConversationRow, message: MessageRow) -> Scored | None:
    """The score that a message gives for what was asked last; None where nothing was asked or it says something else.

    A tapped entry and a named score (打5分) always are one; a bare digit or a word of praise only right after our question,
    because it may as well answer the caseworker.
    """
    if not conversation.rating_pending:
        return None
    number = str(conversation.rating_pending[-1])
    if message.menu_id:
        return Scored(number, _ENTRIES[message.menu_id]) if message.menu_id in _ENTRIES else None
    verdict = parse_verdict(message.text) if len(message.text) <= _LONGEST_VERDICT else None
    if verdict is None:
        return None
    is_named = explicit_score(message.text) is not None
    if is_named or (len(message.text) <= _FEW_WORDS and await last_purpose(session, conversation.id) in _ASKS):
        return Scored(number, verdict.score, verdict.comment)
    return None


async def store_score(session: AsyncSession, conversation: ConversationRow, answer: Scored, *, now: datetime) -> bool:
    """Store it as this resident; a low one without a word moves nothing yet. Says whether it could be stored."""
    resident = Resident(conversation.id, conversation.channel, conversation.channel_user_id)
    try:
        async with session.begin_nested():
            await rate(
                session,
                number=answer.number,
                contacted=None,
                resolved=(Resolved.YES if answer.score >= LOWEST_GOOD else Resolved.PARTLY).value,
                satisfaction=answer.score,
                comment=answer.comment,
                actor=RESIDENT,
                now=now,
                caller=Caller(Role.SERVICE, resident=resident),
                reason_follows=answer.score == TAKEN_FOR_BEST and not answer.comment,
            )
    except DomainError:  # taken back meanwhile, or rated long ago: people read the message as it is
        return False
    return True
