"""The district's own data for the other parts: categories, places for the gazetteer, seeding."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from backend.domain.errors import NotFound
from backend.domain.language.gazetteer import Place
from backend.services.seeding import seed_directory
from backend.storage import directory
from backend.storage.tables.directory import CategoryRow

UNCATEGORISED = "2299"
_KINDS_FOR_GAZETTEER = ("street", "community", "estate")

__all__ = ["UNCATEGORISED", "category_by_code", "find_category", "load_gazetteer_places", "seed_directory"]


async def category_by_code(session: AsyncSession, service_code: str) -> CategoryRow:
    """The leaf with this code. Raises NotFound."""
    row = await directory.category(session, service_code)
    if row is None:
        raise NotFound(f"没有编号为 {service_code} 的事项", field="service_code")
    return row


async def find_category(session: AsyncSession, category: str, subcategory: str, *, service_code: str = "") -> CategoryRow:
    """The leaf by code, else by names; whatever is unknown or empty is 其他/未说明: nothing is refused for its category."""
    row = await directory.category(session, service_code) if service_code else None
    if row is None and category:
        row = await directory.category_named(session, category, subcategory)
    return row or await category_by_code(session, UNCATEGORISED)


async def load_gazetteer_places(session: AsyncSession) -> list[Place]:
    """Streets (also former ones), communities and estates, each with the names of the places above it, nearest first."""
    places = await directory.places(session)
    found = []
    for place in places.values():
        if place.kind not in _KINDS_FOR_GAZETTEER:
            continue
        parents = []
        above = places.get(place.parent)
        while above is not None and above.kind in _KINDS_FOR_GAZETTEER:
            parents.append(above.name)
            above = places.get(above.parent)
        found.append(Place(place.kind, place.name, place.aliases, tuple(parents)))
    return found
