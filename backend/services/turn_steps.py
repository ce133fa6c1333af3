"""One message of a resident: what it is, and what the assistant is told about it. Nothing here writes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.contracts.conversations import Address, Owner
from backend.contracts.messages import Author, Channel, Reply
from backend.contracts.understanding import DangerTalk, EmergencyHit
from backend.domain import opt_out
from backend.domain.assistant_text import chosen, is_unreadable, text_for_assistant, whole_again
from backend.domain.conversation import CALLED_FOR, DraftState, draft_state, is_recent_emergency
from backend.domain.language.normalise import normalise
from backend.domain.language.wishes import says
from backend.services.draft_place import open_draft
from backend.services.ports import AssistantTurn
from backend.storage.leases import Lease
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.messages import MessageRow


@dataclass(frozen=True)
class Turn:
    """A message that is to be handled now. The rows are snapshots; `epoch` is the ownership that the answer is computed under;
    `known` is what is answered without the assistant, "" for nothing."""

    lease: Lease
    conversation: ConversationRow
    message: MessageRow
    epoch: int
    known: str = ""

    @property
    def is_said(self) -> bool:
        """Whether a resident wrote or spoke words (an event of the platform or of ours is not words)."""
        return self.message.author == Author.RESIDENT.value and self.message.kind in ("text", "voice")


@dataclass(frozen=True)
class Silent:
    """Nothing to say: not for the assistant. `left` when a person has to answer."""

    left: bool = False


@dataclass(frozen=True)
class Scored:
    """A score for an order, given while people have the conversation; `comment` is what was said beside it."""

    number: str
    score: int
    comment: str = ""


@dataclass(frozen=True)
class NoPerson:
    """Who asked for a person wants none any more."""


@dataclass(frozen=True)
class OptOut:
    word: opt_out.OptOutWord


@dataclass(frozen=True)
class Emergency:
    hit: EmergencyHit


@dataclass(frozen=True)
class EmergencyPlace:
    """The address of an emergency came after its report."""

    address: Address


@dataclass(frozen=True)
class EmergencyTakenBack:
    """What was reported a moment ago is over, was a mistake, or a joke: so they say."""


@dataclass(frozen=True)
class EmergencyGoesOn:
    """What is said of a danger that was reported a moment ago: what was done, that help is there, how it is."""

    talk: DangerTalk


@dataclass(frozen=True)
class Answered:
    replies: tuple[Reply, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Failed:
    """The assistant gave no usable answer (`reason` of AssistantFailed); `late` is the answer if it still may come."""

    reason: str
    late: asyncio.Task[tuple[Reply, ...]] | None = None


Answer = (
    Silent | Scored | NoPerson | OptOut | Emergency | EmergencyPlace | EmergencyTakenBack | EmergencyGoesOn | Answered | Failed
)


def opt_out_word(turn: Turn) -> opt_out.OptOutWord | None:
    """The opt-out (or opt-in) that an SMS is, unless its letter was just offered as a choice."""
    if not turn.is_said:
        return None
    offered = [text for choice in turn.conversation.last_choices for text in (choice["id"], choice["label"])]
    return opt_out.screen(channel=Channel(turn.message.channel), text=turn.message.text, offered=offered)


def assistant_turn(turn: Turn, *, now: datetime) -> AssistantTurn | None:
    """The message as the assistant gets it; None when it needs no answer."""
    conversation, message = turn.conversation, turn.message
    menu_id, label = (message.menu_id, message.text) if message.menu_id else chosen(message.text, conversation.last_choices)
    draft = open_draft(conversation)
    said = whole_again(message.text, description=draft.description, place=draft.address.text)
    text = text_for_assistant(kind=message.kind, text=said, event=message.event, label=label)
    if text is None:
        return None
    sender = f"{conversation.id}.{conversation.dialogue}"
    return AssistantTurn(sender=sender, text=text, metadata=_metadata(conversation, message, menu_id, now))


def _metadata(conversation: ConversationRow, message: MessageRow, menu_id: str, now: datetime) -> dict[str, Any]:
    state = draft_state(updated_at=conversation.draft_updated_at if conversation.draft else None, now=now)
    return {
        "conversation": conversation.id,
        "channel": message.channel,
        "channel_user_id": conversation.channel_user_id,
        "message_id": message.id,
        "message_time": message.message_time.isoformat(),
        "known_phone": conversation.phone,
        "grid": conversation.grid_code,
        "kind": message.kind,
        "event": message.event["name"] if message.event else "",
        "attachments": message.attachments,
        "location": message.location,
        "menu_id": menu_id,
        "draft": conversation.draft,
        "resume_draft": state is DraftState.RESUME,
        "script": conversation.script,
        "rating_pending": conversation.rating_pending,
        "opted_out": conversation.opted_out_at is not None,
        "alarmed": conversation.emergency_number if is_recent_emergency(known_at=conversation.emergency_at, now=now) else "",
        "told_to_people": "",
    }


def drops_person(turn: Turn) -> bool:
    """Whether somebody who waits for a person, and for nothing else, says that none is wanted."""
    waits = turn.conversation.owner == Owner.QUEUE.value and turn.conversation.queue_reason in CALLED_FOR
    return waits and turn.is_said and says("drops_person", normalise(turn.message.text).text)


def unreadable(turn: Turn) -> bool:
    """Whether the resident has to be asked to say it in another form."""
    message = turn.message
    return message.author == Author.RESIDENT.value and is_unreadable(kind=message.kind, text=message.text, event=message.event)


def owned_by_bot(turn: Turn) -> bool:
    return turn.conversation.owner == Owner.BOT.value
