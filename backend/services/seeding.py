"""Filling an empty directory from `backend/seed`: idempotent, and never over what a district has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import chinese_calendar
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend import seed
from backend.domain.calendar import local_day
from backend.storage.tables.base import Base
from backend.storage.tables.directory import CalendarRow, CategoryRow, FaqRow, PlaceRow, RoutingRuleRow, UnitRow

_LEAF_LISTS = ("synonyms", "questions", "evidence")


async def seed_directory(session: AsyncSession, now: datetime) -> int:
    """Add what is missing and return how many rows were added; rows that exist stay as they are."""
    added = 0
    for rows in (_units(), _places(), _categories(), _rules(), _faqs(), _calendar(local_day(now))):
        added += await _add_missing(session, list(rows))
    return added


async def _add_missing(session: AsyncSession, rows: list[Any]) -> int:
    if not rows:
        return 0
    model: type[Base] = type(rows[0])
    key = model.__mapper__.primary_key[0]
    known = set((await session.execute(select(key))).scalars())
    fresh = [row for row in rows if getattr(row, key.name) not in known]
    session.add_all(fresh)
    await session.flush()
    return len(fresh)


def _units() -> Iterator[UnitRow]:
    for entry in seed.load("units"):
        yield UnitRow(**entry, parent_id=None if entry["kind"] == "desk" else "desk", sample=True, active=True)
    for street in seed.load("streets")["streets"]:
        name = f"{street['name']}办事处" if street["name"].endswith("街道") else f"{street['name']}管理办公室"
        yield UnitRow(id=street["office"], name=name, kind="street", parent_id="desk", phone="", sample=False, active=True)


def _places() -> Iterator[PlaceRow]:
    table = seed.load("streets")
    district = table["district"]
    yield _place(district["code"], "district", district["name"])
    for street in table["streets"]:
        stem = street["name"].removesuffix("街道")
        aliases = street.get("aliases") or [f"{stem}街道办事处", f"{stem}街道办", f"{stem}办事处"]
        yield _place(street["code"], "street", street["name"], district["code"], aliases=aliases, unit_id=street["office"])
    for street in table["former"]:
        yield _place(
            street["code"],
            "street",
            street["name"],
            district["code"],
            former=True,
            successor_code=street["successor"],
            sample=True,
        )
    for street_code, communities in seed.load("sample_places").items():
        for index, community in enumerate(communities, start=1):
            yield from _community(f"{street_code}-{index:02d}", street_code, community)


def _community(code: str, street_code: str, community: dict[str, Any]) -> Iterator[PlaceRow]:
    yield _place(code, "community", community["name"], street_code, sample=True)
    for number in range(1, community["grids"] + 1):
        name = f"{community['name']}第{number}网格"
        yield _place(f"{code}-g{number:02d}", "grid", name, code, sample=True, households=300)
    for number, estate in enumerate(community["estates"], start=1):
        yield _place(f"{code}-e{number:02d}", "estate", estate, code, sample=True)


def _place(code: str, kind: str, name: str, parent: str = "", **more: Any) -> PlaceRow:
    values = {"aliases": [], "former": False, "successor_code": "", "unit_id": "", "sample": False, **more}
    return PlaceRow(code=code, kind=kind, name=name, parent_code=parent, **values)


def _categories() -> Iterator[CategoryRow]:
    table = seed.load("categories")
    for category, leaf in _leaves(table):
        merged = {"urgency": "normal", **category, **leaf}
        merged["questions"] = merged.get("ask")
        yield CategoryRow(
            service_code=category["code"] + leaf["code"],
            category=category["name"],
            subcategory=leaf["name"],
            unit_id=merged["unit"],
            urgency=merged["urgency"],
            clock=table["clocks"][merged["clock"]],
            valid_from=table["valid_from"],
            valid_to=None,
            **{name: list(merged.get(name) or ()) for name in _LEAF_LISTS},
        )


def _leaves(table: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for category in table["categories"]:
        for leaf in category["leaves"]:
            yield category, leaf


def _rules() -> Iterator[RoutingRuleRow]:
    """One rule per leaf (its unit, everywhere), and the table of exceptions."""
    table = seed.load("routing")
    for row in _categories():
        if row.service_code not in table["unrouted"]:
            note = f"{row.category}/{row.subcategory}"
            yield _rule(f"leaf-{row.service_code}", row.service_code, row.unit_id, note=note)
    for rule in table["rules"]:
        yield _rule(rule["id"], rule["service"], rule["unit"], rule["priority"], rule["note"])


def _rule(rule_id: str, service: str, unit_id: str, priority: int = 0, note: str = "") -> RoutingRuleRow:
    return RoutingRuleRow(id=rule_id, place_code="", service_prefix=service, unit_id=unit_id, priority=priority, note=note)


def _faqs() -> Iterator[FaqRow]:
    for entry in seed.load("faqs"):
        yield FaqRow(
            key=entry["key"],
            question=entry["question"],
            answer=entry["answer"],
            synonyms=list(entry["synonyms"]),
            service_prefix=entry.get("service", ""),
        )


def _calendar(today: date) -> Iterable[CalendarRow]:
    """Last year to the last year that the library knows (the State Council announces one year at a time)."""
    first, last = date(today.year - 1, 1, 1), date(max(chinese_calendar.holidays).year, 12, 31)
    for offset in range(max(0, (last - first).days + 1)):
        day = first + timedelta(days=offset)
        working = bool(chinese_calendar.is_workday(day))
        name = chinese_calendar.get_holiday_detail(day)[1]
        yield CalendarRow(day=day, working=working, name=name or "")
