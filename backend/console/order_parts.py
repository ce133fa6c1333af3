"""The parts of the order pages that change by themselves: rendered for the page and again for every update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from backend.console.cursor import read_cursor, write_cursor
from backend.console.rendering import part, trusted
from backend.console.verb_forms import forms_for
from backend.contracts.people import Role
from backend.services import order_desk
from backend.services.auth import Principal
from backend.services.order_desk import Choices, OrderFilters, OrderSheet, deadline

PAGE = 30
LONGEST_SEARCH = 100
# what the state filter offers besides single states
STATE_GROUPS = {"open": ("accepted", "dispatched", "in_progress"), "all": ()}
_PARTS = ("o-head", "o-facts", "o-story", "o-verbs")


@dataclass(frozen=True)
class Asked:
    """What the list of orders is narrowed to, as it stands in the address."""

    state: str = "open"
    unit: str = ""
    category: str = ""
    overdue: str = ""
    q: str = ""
    conversation: str = ""
    cursor: str = ""

    @classmethod
    def from_query(cls, text: str) -> Asked:
        """The inverse of `query`; unknown names are ignored."""
        given = dict(parse_qsl(text))
        return cls(**{name: given[name] for name in cls.__dataclass_fields__ if name in given})

    def query(self) -> str:
        """For an address."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    def filters(self, user: Principal, now: datetime) -> OrderFilters:
        """For the database. All orders of one resident are shown, whatever their state; handlers may not ask for residents."""
        return OrderFilters(
            conversation_id="" if user.role is Role.HANDLER else self.conversation,
            states=() if self.conversation else STATE_GROUPS.get(self.state, (self.state,)),
            unit_id=self.unit,
            category=self.category,
            q=self.q.strip()[:LONGEST_SEARCH],
            overdue_at=now if self.overdue else None,
        )


async def table_part(session: AsyncSession, user: Principal, asked: Asked, choices: Choices, *, now: datetime) -> Markup:
    """One page of the list. Raises InvalidField for a cursor that is not ours."""
    filters, cursor = asked.filters(user, now), read_cursor(asked.cursor)
    rows, key = await order_desk.page_of_orders(session, filters, user, cursor=cursor, limit=PAGE)
    data = {
        "rows": [(row, deadline(row, now)) for row in rows],
        "choices": choices,
        "now": now,
        "first": not asked.cursor,
        "following": replace(asked, cursor=write_cursor(key)).query() if key else "",
    }
    return trusted(part("orders_table.html", data))


def sheet_parts(
    sheet: OrderSheet,
    choices: Choices,
    user: Principal,
    *,
    now: datetime,
    typed: Mapping[str, str] | None = None,
    open_verb: str = "",
) -> dict[str, Markup]:
    """One order by the ids of the places on its page; `typed` is what stood in the form of `open_verb`."""
    data: dict[str, Any] = {
        "user": user,
        "now": now,
        "sheet": sheet,
        "row": sheet.row,
        "deadline": deadline(sheet.row, now),
        "forms": forms_for(sheet.verbs, user.role),
        "units": [unit for unit in choices.units if unit.active],
        "kept": typed or {},
        "open_verb": open_verb,
    }
    return {name: trusted(part(f"{name.replace('-', '_')}.html", data)) for name in _PARTS}
