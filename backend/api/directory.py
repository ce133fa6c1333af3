"""The district's own data over HTTP: categories, units, places, frequently asked questions."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from backend.api.dependencies import ClockDep, ReadingDep, StaffOrServiceDep
from backend.api.paging import Page
from backend.domain.calendar import local_day
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
    return Page(items=[FaqOut.model_validate(row) for row in await directory.faqs(session)])
