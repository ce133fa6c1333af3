"""Several messages in a row (在吗 / 我家没水了 / 翠园小区6号楼): they are taken one by one and answered together.

An answer that only leads on (a greeting, the next question) is not said when the resident has written on before it was: the
next answer knows more. What tells something, and every question about the form itself, is always said.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Owner
from backend.contracts.messages import Author, Channel, Reply
from backend.domain import opt_out
from backend.domain.drafting.asking import unsaid
from backend.domain.drafting.stored import form_from_json, form_to_json
from backend.services.draft_place import danger_in
from backend.services.ears import Ears
from backend.storage.messages import next_unhandled
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.messages import MessageRow

log = structlog.get_logger()
_SAID = frozenset({"text", "voice", "image", "video", "location"})


async def is_answered_later(
    session: AsyncSession, conversation: ConversationRow, message: MessageRow, replies: Sequence[Reply], ears: Ears
) -> bool:
    """Whether these replies to `message` may be left out, because the resident's next message is here and gets an answer of the
    assistant. An emergency and an opt-out have answers of their own, which do not lead on."""
    if conversation.owner != Owner.BOT.value or not replies or not all(reply.passing for reply in replies):
        return False
    following = await next_unhandled(session, conversation.id, done=message.id)
    if following is None or following.author != Author.RESIDENT.value or following.kind not in _SAID:
        return False
    opts_out = opt_out.screen(channel=Channel(following.channel), text=following.text, offered=())
    return opts_out is None and danger_in(conversation, ears.emergency(following.text)) is None


def forget_question(conversation: ConversationRow) -> None:
    """The open question of the form was not put after all, so that it may be put again as often as any other."""
    if conversation.draft is None:
        return
    try:
        conversation.draft = form_to_json(unsaid(form_from_json(conversation.draft)))
    except (TypeError, KeyError, ValueError) as error:  # written by another version: the count stays as it is
        log.warning("draft_unreadable", conversation=conversation.id, error=type(error).__name__)
