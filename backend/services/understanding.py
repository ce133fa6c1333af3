"""What Youshi makes of a text without a dialogue: the model's intent and category in their context, and the facts by rules.

The assistant's parse call knows neither the message's time nor the district's places, so facts are drawn here. With the
assistant away the rules still answer: facts, emergency, urgency; intent and category are then empty.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Urgency
from backend.contracts.understanding import CategoryGuess, EmergencyHit, Facts, Issue, Understanding
from backend.domain.drafting.codec import from_json
from backend.domain.drafting.context import facts_in_context, intents_of_parse, unless_outvoted
from backend.domain.drafting.last_question import asked_by
from backend.domain.language.emergency_kinds import EMERGENCY_KINDS
from backend.domain.language.facts import draw_facts
from backend.domain.language.gazetteer import Gazetteer
from backend.domain.language.several_places import own_places
from backend.services.directory import load_gazetteer_places
from backend.services.ports import Assistant, AssistantFailed
from backend.storage import directory

log = structlog.get_logger()
_OF_PEOPLE = frozenset({"violence", "medical", "elder"})
_SURE_OF_THING = 0.9
_PATIENCE = 5.0  # seconds; a person waits in front of the operator's form
_DANGER_WAITS = 2.0  # seconds; what may be a danger is not kept waiting


@dataclass(frozen=True)
class Heading:
    """What a text was understood as, with the confidence of the category above its leaf."""

    understanding: Understanding
    category_confidence: float
    assistant_answered: bool


async def understand(
    session: AsyncSession, assistant: Assistant, *, text: str, channel: str, message_time: datetime, context: str
) -> Heading:
    """Never raises for the assistant's failures. `context` is the bot's last sentence, "" for none."""
    draw = partial(draw_facts, message_time=message_time, gazetteer=Gazetteer.build(await load_gazetteer_places(session)))
    facts = facts_in_context(draw(text), asked_by(context))
    parsed = await _parse(assistant, text, channel, patience=_PATIENCE)
    facts = unless_outvoted(text, parsed, facts)
    intents = intents_of_parse(text, parsed, facts, context)
    is_emergency = bool(intents) and intents[0][0] == "emergency"
    guesses = _with_emergency(facts, tuple(from_json(CategoryGuess, guess) for guess in parsed.get("categories", ())))
    issues = _as_told_here(tuple(from_json(Issue, issue) for issue in parsed.get("issues", ())), draw)
    urgency = Urgency.EMERGENCY if is_emergency else await _urgency(session, guesses)
    shares = [float(guess.get("category_confidence", 0.0)) for guess in parsed.get("categories", ())]
    understanding = Understanding(intents=intents, categories=guesses, issues=issues, urgency=urgency, facts=facts)
    return Heading(understanding, shares[0] if shares else 0.0, bool(parsed))


async def is_outvoted(assistant: Assistant, text: str, hit: EmergencyHit, *, channel: str) -> bool:
    """Whether a danger heard in a longer text is a plain report to the assistant's models. False, so that people are alarmed,
    where the assistant cannot be asked at once."""
    parsed = await _parse(assistant, text, channel, patience=_DANGER_WAITS)
    return unless_outvoted(text, parsed, Facts(emergency=hit)).emergency is None


async def _parse(assistant: Assistant, text: str, channel: str, *, patience: float) -> dict[str, Any]:
    try:
        async with asyncio.timeout(patience):
            return await assistant.parse(text, {"channel": channel})
    except (AssistantFailed, TimeoutError) as failure:
        log.warning("understanding_without_assistant", reason=type(failure).__name__)
        return {}


def _as_told_here(issues: tuple[Issue, ...], draw: Callable[[str], Facts]) -> tuple[Issue, ...]:
    """The problems with their own times and places as they are against this message's time and this district's directory."""
    facts = [draw(issue.text) for issue in issues]
    places = own_places([found.address.address if found.address else None for found in facts])
    return tuple(
        replace(
            issue,
            occurred_at=found.occurred_at.occurred_at if issue.occurred_at and found.occurred_at else issue.occurred_at,
            address=place if issue.address and place else issue.address,
        )
        for issue, found, place in zip(issues, facts, places, strict=True)
    )


def _with_emergency(facts: Facts, guesses: tuple[CategoryGuess, ...]) -> tuple[CategoryGuess, ...]:
    """The table of dangers names the leaf; it stands before what the model guesses, unless the danger is one of people (快来人,
    我老伴喘气机停了) and the model is sure of the thing that brings it about."""
    kind = EMERGENCY_KINDS.get(facts.emergency.kind) if facts.emergency else None
    of_people = kind is not None and kind.kind in _OF_PEOPLE
    if of_people and guesses and guesses[0].confidence >= _SURE_OF_THING:
        return guesses
    if kind is None or any((guess.category, guess.subcategory) == (kind.category, kind.subcategory) for guess in guesses[:1]):
        return guesses
    same = [guess for guess in guesses if guess.category == kind.category]
    if same[:1] == list(guesses[:1]) and same:
        return guesses
    named = CategoryGuess(kind.category, kind.subcategory, "", 1.0)
    return (named, *(guess for guess in guesses if (guess.category, guess.subcategory) != (kind.category, kind.subcategory)))


async def _urgency(session: AsyncSession, guesses: tuple[CategoryGuess, ...]) -> Urgency:
    """The urgency of the likeliest leaf."""
    if not guesses:
        return Urgency.NORMAL
    row = await directory.category_named(session, guesses[0].category, guesses[0].subcategory)
    urgency = Urgency(row.urgency) if row else Urgency.NORMAL
    # A leaf that is an emergency by nature (fire, gas) is only urgent when nobody says that it is happening now.
    return Urgency.URGENT if urgency is Urgency.EMERGENCY else urgency
