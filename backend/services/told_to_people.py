"""What a resident told a person while people had the conversation: the bot does not ask for it once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Owner
from backend.contracts.messages import Author
from backend.domain.conversation import LEFT_FOR_PEOPLE, TAKEN_IN
from backend.domain.language.normalise import normalise
from backend.services import drafts
from backend.services.ears import Ears
from backend.storage.messages import last_word_of, said_before
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.messages import MessageRow

REMEMBERED = timedelta(hours=2)


async def heard_by_people(session: AsyncSession, conversation: ConversationRow, *, now: datetime) -> Sequence[MessageRow]:
    """What was said lately to a person who answered it, oldest first; empty for who never spoke with one."""
    if conversation.epoch == 0:  # nobody ever took it over
        return ()
    answered = await last_word_of(session, conversation.id, author=Author.CASEWORKER)
    purposes = (LEFT_FOR_PEOPLE, TAKEN_IN)
    return await said_before(session, conversation.id, seq=answered, purposes=purposes, since=now - REMEMBERED)


async def take_in(session: AsyncSession, conversation: ConversationRow, ears: Ears, *, now: datetime) -> None:
    """Place, time and telephone that were told to a person belong into the form that is open when the bot has the locked
    conversation again."""
    if conversation.draft is None or conversation.owner != Owner.BOT.value:
        return
    for message in await heard_by_people(session, conversation, now=now):
        if message.purpose == TAKEN_IN:
            continue
        message.purpose = TAKEN_IN
        text = normalise(message.text).text
        facts = await ears.facts(session, message.text, message_time=message.message_time, phone=conversation.phone)
        drafts.take_in(conversation, message_id=message.id, text=text, facts=facts, at=message.message_time, now=now)
