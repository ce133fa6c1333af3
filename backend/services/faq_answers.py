"""Answering a frequently asked question from the district's table, read anew for every answer: an edit counts at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from backend.domain.asked import asked_for, asked_in_full
from backend.domain.clocks import ClockSpec
from backend.domain.promises import filled, promise
from backend.services.directory import UNCATEGORISED
from backend.storage import directory
from backend.storage.tables.directory import FaqRow

TIME_LIMIT = "time_limit"
ADDED = "q-"  # how the keys of added questions begin


@dataclass(frozen=True)
class FaqAnswer:
    """`key` names the question that was answered; it is `time_limit` also where the matter's own limit was told."""

    key: str
    answer: str


async def answer_to(session: AsyncSession, *, text: str, key: str = "", service_code: str = "") -> FaqAnswer | None:
    """The answer to a message: by the wording that an administrator wrote, else by the key that the assistant took it for.

    How long something takes depends on the matter (`service_code`). None when the table has nothing to say.
    """
    rows = {row.key: row for row in await directory.faqs(session) if row.active}
    said = asked_for(text, _wordings(rows.values()))
    for chosen in (said, key):
        if chosen == TIME_LIMIT:
            found = await _time_limit(session, list(rows.values()), service_code)
        else:
            found = await _own_answer(session, rows.get(chosen))
        if found is not None:
            return found
    return None


async def added_answer(session: AsyncSession, text: str) -> str | None:
    """The answer where a message is, word for word, a question that an administrator added: the model was never taught it and may
    take 供暖几号开始 for a complaint."""
    rows = await directory.added_faqs(session, ADDED)
    key = asked_in_full(text, _wordings(rows)) if rows else ""
    found = await _own_answer(session, next((row for row in rows if row.key == key), None))
    return found.answer if found else None


def _wordings(rows: Iterable[FaqRow]) -> list[tuple[str, list[str]]]:
    return [(row.key, [row.question, *row.synonyms]) for row in rows]


async def answers(session: AsyncSession) -> list[tuple[FaqRow, str]]:
    """Every question that is told, with its answer as a resident reads it."""
    found = []
    for row in await directory.faqs(session):
        answer = await _own_answer(session, row) if row.active else None
        if answer is not None:
            found.append((row, answer.answer))
    return found


async def spec_of(session: AsyncSession, service_code: str) -> ClockSpec | None:
    """The time limit of a leaf; None for a whole category, for an unknown code and for what has no category yet."""
    leaf = await directory.category(session, service_code) if service_code not in ("", UNCATEGORISED) else None
    return ClockSpec.from_data(leaf.clock) if leaf else None


async def _time_limit(session: AsyncSession, rows: Sequence[FaqRow], service_code: str) -> FaqAnswer | None:
    spec = await spec_of(session, service_code)
    fitting = [row for row in rows if row.service_prefix and service_code.startswith(row.service_prefix)]
    for row in sorted(fitting, key=lambda row: len(row.service_prefix), reverse=True):
        answer = filled(row.answer, spec)
        if answer is not None:
            return FaqAnswer(row.key, answer)
    if spec is not None:
        return FaqAnswer(TIME_LIMIT, promise(spec))
    return await _own_answer(session, next((row for row in rows if row.key == TIME_LIMIT), None))


async def _own_answer(session: AsyncSession, row: FaqRow | None) -> FaqAnswer | None:
    if row is None:
        return None
    answer = filled(row.answer, await spec_of(session, row.service_prefix))
    return FaqAnswer(row.key, answer) if answer is not None else None
