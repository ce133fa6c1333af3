"""Real conversations for people who label them: the turns that the assistant was least sure of, without personal data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.domain.anonymising import anonymised
from backend.domain.errors import InvalidField
from backend.storage import directory
from backend.storage.understood import answers_to, weakest_turns

_SPAN = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@dataclass(frozen=True)
class ReviewTurn:
    """One message as it was understood. Texts are anonymised; shares are between 0 and 1; `at` is aware."""

    message_id: str
    at: datetime
    channel: str
    text: str
    intent: str
    confidence: float
    category: str
    subcategory: str
    category_confidence: float
    answer: str


def span_of(text: str) -> timedelta:
    """`12h`, `7d`, `2w` as a length of time. Raises InvalidField."""
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise InvalidField("时间段请写成 12h、7d 或 2w", field="since")
    return int(match[1]) * _UNITS[match[2]]


async def turns_to_review(session: AsyncSession, *, since: datetime, below: float, limit: int) -> list[ReviewTurn]:
    """The turns since then with an intent (or, for complaints, a category) less sure than `below`, weakest first."""
    found = await weakest_turns(session, since=since, below=below, limit=limit)
    answers = await answers_to(session, [message.id for _, message in found])
    return [
        ReviewTurn(
            message_id=message.id,
            at=message.message_time,
            channel=message.channel,
            text=anonymised(message.text),
            intent=turn.intent,
            confidence=turn.confidence,
            category=turn.category,
            subcategory=turn.subcategory,
            category_confidence=turn.category_confidence,
            answer=anonymised("\n".join(answers.get(message.id, []))),
        )
        for turn, message in found
    ]


async def leaves(session: AsyncSession) -> list[str]:
    """The names that a labeller chooses from: 供暖/停暖."""
    return [f"{row.category}/{row.subcategory}" for row in await directory.categories(session)]
