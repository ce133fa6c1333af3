"""What the assistant asks of the engine when only its model saw an emergency or a wish not to be written to any more."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from backend.api.dependencies import ClockDep, ServiceDep, SessionDep
from backend.contracts.understanding import Facts
from backend.domain import phrases
from backend.domain.drafting.codec import from_json
from backend.domain.errors import InvalidField
from backend.domain.language.emergency_kinds import EMERGENCY_KINDS
from backend.services import emergencies
from backend.storage.conversations import get_conversation
from backend.storage.messages import get_message

router = APIRouter(prefix="/api/v1/conversations", tags=["assistant"])
_OTHER = "other"


class EmergencyIn(BaseModel):
    """The message and what the model takes it for."""

    message_id: Annotated[str, Field(max_length=100)]
    category: str = ""
    subcategory: str = ""
    facts: dict[str, Any] = {}


class TextOut(BaseModel):
    """What to say."""

    text: str


@router.post("/{conversation_id}/emergency")
async def emergency(conversation_id: str, body: EmergencyIn, _: ServiceDep, session: SessionDep, clock: ClockDep) -> TextOut:
    """Do what the emergency screen does: instruction, order, alarm. The answer is to be said as it is."""
    try:
        facts = from_json(Facts, body.facts)
    except (TypeError, ValueError, KeyError) as error:
        raise InvalidField("facts 的内容读不懂", field="facts") from error
    conversation = await get_conversation(session, conversation_id, lock=True)
    message = await get_message(session, body.message_id)
    kind = _kind(body.category, body.subcategory)
    reply = await emergencies.respond(session, conversation, message, kind=kind, facts=facts, now=clock.now())
    return TextOut(text=reply.text)


@router.post("/{conversation_id}/opt-out")
async def opt_out(conversation_id: str, _: ServiceDep, session: SessionDep, clock: ClockDep) -> TextOut:
    """Send this resident no more notices."""
    conversation = await get_conversation(session, conversation_id, lock=True)
    conversation.opted_out_at = conversation.opted_out_at or clock.now()
    return TextOut(text=phrases.OPTED_OUT)


def _kind(category: str, subcategory: str) -> str:
    """The kind of the emergency table that files under this leaf."""
    return next(
        (kind for kind, entry in EMERGENCY_KINDS.items() if (entry.category, entry.subcategory) == (category, subcategory)),
        _OTHER,
    )
