"""The district's own data over HTTP: categories, units, places, frequently asked questions."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from backend.api.dependencies import ClockDep, ReadingDep, StaffOrServiceDep
from backend.api.paging import Page
from backend.domain.calendar import local_day
from backend.services import faq_answers
from backend.storage import directory

router = APIRouter(prefix="/api/v1", tags=["directory"])


class _FromRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CategoryOut(_FromRow):
    """One leaf with its clock, the questions that the form adds and the evidence that a handler must give."""

    service_code: str
    category: str
    subcategory: str
    unit_id: str
    urgency: str
    clock: dict[str, Any]
    synonyms: list[str]
    questions: list[str]
    evidence: list[str]
    valid_from: date
    valid_to: date | None


class UnitOut(_FromRow):
    id: str
    name: str
    kind: str
    parent_id: str | None
    phone: str
    sample: bool
    active: bool


class PlaceOut(_FromRow):
    """`sample`: invented, until the district imports its own. `former`: a name that residents still say."""

    code: str
    kind: str
    name: str
    parent_code: str
    aliases: list[str]
    former: bool
    successor_code: str
    unit_id: str
    sample: bool


class FaqOut(_FromRow):
    key: str
    question: str
    answer: str
    synonyms: list[str]
    service_prefix: str


class FaqAsked(BaseModel):
    """`key`: the question that the assistant took the words for ("" for none); `service_code`: the matter it is about."""

    text: str = Field(max_length=4000)
    key: str = ""
    service_code: str = ""


class FaqAnswerOut(BaseModel):
    key: str
    answer: str


@router.get("/categories")
async def list_categories(_: StaffOrServiceDep, session: ReadingDep, clock: ClockDep) -> Page[CategoryOut]:
    """All leaves that are valid today, by service code."""
    rows = await directory.categories(session, on=local_day(clock.now()))
    return Page(items=[CategoryOut.model_validate(row) for row in rows])


@router.get("/units")
async def list_units(_: StaffOrServiceDep, session: ReadingDep) -> Page[UnitOut]:
    return Page(items=[UnitOut.model_validate(row) for row in await directory.units(session)])


@router.get("/places")
async def list_places(_: StaffOrServiceDep, session: ReadingDep, kind: str = "", parent: str = "") -> Page[PlaceOut]:
    """Places, narrowed to a kind (district, street, community, grid, estate) or to those below one place."""
    rows = await directory.place_rows(session, kind=kind, parent=parent)
    return Page(items=[PlaceOut.model_validate(row) for row in rows])


@router.get("/faqs")
async def list_faqs(_: StaffOrServiceDep, session: ReadingDep) -> Page[FaqOut]:
    """The questions that are told, with their answers as residents read them."""
    found = await faq_answers.answers(session)
    return Page(items=[FaqOut.model_validate(row).model_copy(update={"answer": answer}) for row, answer in found])


@router.post("/faqs/answer")
async def answer_faq(_: StaffOrServiceDep, session: ReadingDep, asked: FaqAsked) -> FaqAnswerOut:
    """The answer to a message of a resident, as the table has it at this moment; empty when it has none."""
    found = await faq_answers.answer_to(session, text=asked.text, key=asked.key, service_code=asked.service_code)
    return FaqAnswerOut(key=found.key, answer=found.answer) if found else FaqAnswerOut(key="", answer="")
