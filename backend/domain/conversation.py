"""Who owns a conversation, and how it is cut into dialogues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from backend.contracts.conversations import Owner
from backend.contracts.spoken_time import LOCAL
from backend.domain.errors import Conflict

SERVICE_OPENS, SERVICE_CLOSES = 8, 20  # local hours in which caseworkers answer

DIALOGUE_SILENCE = timedelta(hours=1)
DRAFT_KEPT = timedelta(days=3)
APOLOGY_PAUSE = timedelta(minutes=10)
EMERGENCY_SAME = timedelta(minutes=30)
WHAT_COMES_OF_IT = frozenset({"medical", "missing"})  # smoke, a fall, a blow: who is hurt or gone was in that danger

EMERGENCY_PRIORITY = 10  # in the queue for people; what waits for other reasons has less
GOES_ON = "goes on"  # why a question of the bot is a note: the resident had written on before it was said
STALE = "stale epoch"  # why a reply of the bot is a note: it was computed for an owner who is gone
ASSISTANT_FAILED = "assistant:"  # begins why a conversation waits for a person: the assistant gave no answer, and may come back
MAYBE_UNSENT = "maybe_unsent"  # why a conversation waits for a person: nobody knows whether an answer arrived
CALLED_FOR = frozenset({"asked", "low_confidence"})  # why it waits: the resident wished it, or was not understood
LEFT_FOR_PEOPLE = "left_for_people"  # `purpose` of a resident's message that the bot did not answer
TAKEN_IN = "taken_in"  # and of one that a person answered, when the facts in it went into the open form


@dataclass(frozen=True)
class Ownership:
    """Who answers. `epoch` grows whenever what the bot computed before may no longer be said."""

    owner: Owner
    assignee: str | None
    epoch: int


def take_over(now: Ownership, user: str) -> Ownership:
    """A caseworker takes the conversation; taking what is one's own changes nothing. Raises Conflict naming who has it."""
    if now.owner is Owner.HUMAN:
        if now.assignee == user:
            return now
        raise Conflict(f"{now.assignee}已经接手了这个会话", assignee=now.assignee, epoch=now.epoch)
    return Ownership(Owner.HUMAN, user, now.epoch + 1)


def hand_back(now: Ownership, user: str | None) -> Ownership:
    """Back to the bot, by its caseworker (`user` None: by the system, from the queue). Raises Conflict."""
    if now.owner is Owner.BOT:
        return now
    if now.owner is Owner.HUMAN and now.assignee != user:
        raise Conflict(f"这个会话由{now.assignee}负责", assignee=now.assignee, epoch=now.epoch)
    return Ownership(Owner.BOT, None, now.epoch + 1)


def waits_for_assistant(reason: str) -> bool:
    """Whether a conversation is in the queue for nothing but an assistant that failed."""
    return reason.startswith(ASSISTANT_FAILED)


def to_queue(now: Ownership, user: str | None = None) -> Ownership:
    """Into the human queue, by its caseworker (`user` None: by the system or who leads). Raises Conflict naming who has it.

    From the bot the epoch stays: the bot's own goodbye of this turn, and a late answer while nobody took over, may still be said.
    """
    if now.owner is Owner.QUEUE:
        return now
    if now.owner is Owner.HUMAN and user not in (None, now.assignee):
        raise Conflict(f"这个会话由{now.assignee}负责", assignee=now.assignee, epoch=now.epoch)
    return Ownership(Owner.QUEUE, None, now.epoch + (1 if now.owner is Owner.HUMAN else 0))


def in_service_hours(at: datetime) -> bool:
    """Whether caseworkers are there (8:00–20:00 local, every day)."""
    return SERVICE_OPENS <= at.astimezone(LOCAL).hour < SERVICE_CLOSES


def next_service_start(at: datetime) -> datetime:
    """When caseworkers are there again, local time."""
    local = at.astimezone(LOCAL)
    opens = local.replace(hour=SERVICE_OPENS, minute=0, second=0, microsecond=0)
    return opens if local < opens else opens + timedelta(days=1)


def needs_new_dialogue(*, ended: bool, last_turn_at: datetime | None, now: datetime) -> bool:
    """A dialogue ends with its form or after an hour of silence (a short tracker keeps the assistant fast)."""
    return ended or last_turn_at is None or now - last_turn_at > DIALOGUE_SILENCE


class DraftState(str, Enum):
    """An open draft: being talked about, to be offered again ("接着上次的说?"), or too old."""

    NONE = "none"
    OPEN = "open"
    RESUME = "resume"
    EXPIRED = "expired"


def draft_state(*, updated_at: datetime | None, now: datetime) -> DraftState:
    """How an open draft is to be treated; `updated_at` None means there is none."""
    if updated_at is None:
        return DraftState.NONE
    age = now - updated_at
    if age > DRAFT_KEPT:
        return DraftState.EXPIRED
    return DraftState.RESUME if age > DIALOGUE_SILENCE else DraftState.OPEN


def may_apologise(*, last_apology_at: datetime | None, now: datetime) -> bool:
    """One apology in ten minutes: a failing assistant must not also be a nuisance."""
    return last_apology_at is None or now - last_apology_at >= APOLOGY_PAUSE


def same_emergency(*, kind: str, known_kind: str, known_at: datetime | None, now: datetime, named: bool = True) -> bool:
    """Whether an emergency message is about the one reported a moment ago: it tells of the same kind, of who was hurt by it, or
    of nothing that could be `named`."""
    is_about_it = kind == known_kind or kind in WHAT_COMES_OF_IT or not named
    return is_about_it and is_recent_emergency(known_at=known_at, now=now)


def is_recent_emergency(*, known_at: datetime | None, now: datetime) -> bool:
    """Whether an emergency was reported so short a time ago that what is said now ("没事了") is taken to speak of it."""
    return known_at is not None and now - known_at <= EMERGENCY_SAME
