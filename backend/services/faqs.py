"""Editing the frequently asked questions: add, change, withdraw, bring back. Every change is on record."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.domain.asked import plain
from backend.domain.errors import InvalidField, NotFound
from backend.domain.promises import BLANKS, filled, has_strange_braces
from backend.domain.segmentation import split
from backend.services.directory_log import FAQ_FIELDS, check_version, faq_subject, record_change, values_of
from backend.services.faq_answers import ADDED, spec_of
from backend.storage import directory
from backend.storage.tables.directory import FaqRow

LONGEST_QUESTION = 40
MOST_SYNONYMS = 30
MOST_PARTS = 2  # what an old person reads, and what one answer may cost
_SHORTEST_WORDING = 2


@dataclass(frozen=True)
class FaqText:
    """What an administrator writes. `service_prefix`: "" for any matter, two digits for a category, four for a leaf."""

    question: str
    answer: str
    synonyms: tuple[str, ...] = ()
    service_prefix: str = ""

    def values(self) -> dict[str, Any]:
        return {**asdict(self), "synonyms": list(self.synonyms)}


@dataclass(frozen=True)
class Edit:
    """Who changes something and when; `signature` stands before every SMS."""

    actor: str
    now: datetime
    signature: str = ""


def text_of(row: FaqRow) -> FaqText:
    """What stands in a row."""
    return FaqText(row.question, row.answer, tuple(row.synonyms), row.service_prefix)


async def find_faqs(session: AsyncSession, *, q: str = "", withdrawn: bool = False) -> list[FaqRow]:
    """The questions that are told (or those that were withdrawn) whose wording or answer holds `q`, by wording."""
    wanted = plain(q)
    rows = [row for row in await directory.faqs(session) if row.active is not withdrawn]
    found = [row for row in rows if wanted in plain("".join([row.question, row.answer, *row.synonyms]))]
    return sorted(found, key=lambda row: (row.service_prefix, row.question))


async def get_faq(session: AsyncSession, key: str, *, lock: bool = False) -> FaqRow:
    """Raises NotFound."""
    row = await session.get(FaqRow, key, with_for_update=lock or None)
    if row is None:
        raise NotFound("没有这一条常见问题", field="key")
    return row


async def sms_parts(session: AsyncSession, text: FaqText, signature: str) -> tuple[str, ...]:
    """The answer as the short messages that a resident gets, the signature included. Raises InvalidField for blanks that the
    time limit of the matter cannot fill."""
    spec = await spec_of(session, text.service_prefix)
    answer = filled(text.answer, spec)
    if answer is None:
        raise InvalidField(_ADVICE_ON_BLANKS[spec is not None], field="answer")
    return split(answer, signature)


async def add_faq(session: AsyncSession, text: FaqText, edit: Edit) -> FaqRow:
    """A new question, told from now on. Raises InvalidField naming the field and what to do."""
    text = await _checked(session, text, edit.signature, own_key="")
    row = FaqRow(key=f"{ADDED}{uuid.uuid4().hex[:8]}", active=True, version=1, **text.values())
    session.add(row)
    await session.flush()
    await _record(session, row, "added", {}, edit)
    return row


async def edit_faq(session: AsyncSession, key: str, text: FaqText, edit: Edit, *, expected_version: int) -> FaqRow:
    """Change a question; the same text again changes nothing. Raises NotFound, StaleVersion, InvalidField."""
    row = await get_faq(session, key, lock=True)
    check_version(row, expected_version)
    text = await _checked(session, text, edit.signature, own_key=key)
    before = values_of(row, FAQ_FIELDS)
    if before | text.values() == before:
        return row
    for name, value in text.values().items():
        setattr(row, name, value)
    row.version += 1
    await _record(session, row, "edited", before, edit)
    return row


async def set_told(session: AsyncSession, key: str, told: bool, edit: Edit, *, expected_version: int) -> FaqRow:
    """Withdraw a question, or tell it again; nothing is deleted. Raises NotFound, StaleVersion, InvalidField."""
    row = await get_faq(session, key, lock=True)
    check_version(row, expected_version)
    if row.active is told:
        return row
    if told:
        await _checked(session, text_of(row), edit.signature, own_key=key)  # limits and other questions may have changed since
    before = values_of(row, FAQ_FIELDS)
    row.active = told
    row.version += 1
    await _record(session, row, "restored" if told else "withdrawn", before, edit)
    return row


async def _record(session: AsyncSession, row: FaqRow, type_: str, before: dict[str, Any], edit: Edit) -> None:
    await record_change(
        session,
        subject=faq_subject(row.key),
        type=type_,
        before=before,
        after=values_of(row, FAQ_FIELDS),
        actor=edit.actor,
        now=edit.now,
    )


_ADVICE_ON_BLANKS = {
    False: f"回答里的{BLANKS[0]}、{BLANKS[1]}要从办理时限里填:请先在“用于哪类事”里选一个细类,或者把它们换成字",
    True: f"这类事没有到场时限,回答里的{BLANKS[0]}填不出来:请换成字,或者先到“办理时限”里写上到场时限",
}


async def _checked(session: AsyncSession, text: FaqText, signature: str, *, own_key: str) -> FaqText:
    question, answer = " ".join(text.question.split()), text.answer.strip()
    wordings = {plain(wording): " ".join(wording.split()) for wording in text.synonyms if wording.strip()}
    wordings.pop(plain(question), None)
    cleaned = FaqText(question, answer, tuple(wordings.values()), text.service_prefix.strip())
    _require_lengths(cleaned)
    await _require_matter(session, cleaned.service_prefix)
    if has_strange_braces(answer):
        raise InvalidField(f"回答里的花括号只认{BLANKS[0]}和{BLANKS[1]},别的请去掉", field="answer")
    parts = await sms_parts(session, cleaned, signature)
    if len(parts) > MOST_PARTS:
        over = sum(map(len, parts[MOST_PARTS:]))
        raise InvalidField(f"回答太长,要发{len(parts)}条短信,最多{MOST_PARTS}条:请删掉大约{over}个字", field="answer")
    await _require_own_wording(session, [cleaned.question, *cleaned.synonyms], own_key=own_key)
    return cleaned


def _require_lengths(text: FaqText) -> None:
    if not _SHORTEST_WORDING <= len(plain(text.question)) <= LONGEST_QUESTION:
        raise InvalidField(f"问题请写{_SHORTEST_WORDING}到{LONGEST_QUESTION}个字", field="question")
    if not text.answer:
        raise InvalidField("回答不能空着", field="answer")
    if len(text.synonyms) > MOST_SYNONYMS:
        raise InvalidField(f"别的问法最多{MOST_SYNONYMS}条,请删掉几条", field="synonyms")
    for wording in text.synonyms:
        if not _SHORTEST_WORDING <= len(plain(wording)) <= LONGEST_QUESTION:
            raise InvalidField(f"“{wording}”这条问法请写{_SHORTEST_WORDING}到{LONGEST_QUESTION}个字,每行一条", field="synonyms")


async def _require_matter(session: AsyncSession, prefix: str) -> None:
    known = {row.service_code for row in await directory.categories(session)}
    if prefix and prefix not in known and prefix not in {code[:2] for code in known}:
        raise InvalidField("“用于哪类事”请从单子里选", field="service_prefix")


async def _require_own_wording(session: AsyncSession, wordings: Sequence[str], *, own_key: str) -> None:
    """One wording leads to one answer."""
    taken = {
        plain(wording): row.question
        for row in await directory.faqs(session)
        if row.active and row.key != own_key
        for wording in [row.question, *row.synonyms]
    }
    for index, wording in enumerate(wordings):
        other = taken.get(plain(wording))
        if other is not None:
            advice = f"“{wording}”已经写在“{other}”那一条里了:请去改那一条,或者换个问法"
            raise InvalidField(advice, field="synonyms" if index else "question")
