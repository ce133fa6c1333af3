"""The parts of the conversation pages that change by themselves: rendered for the page and again for every update."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from backend.console import words
from backend.console.order_parts import Asked, sheet_parts, table_part
from backend.console.rendering import part, resident_label, trusted
from backend.contracts.conversations import Address
from backend.contracts.people import Role
from backend.domain.phrases import address_text
from backend.services import desk, order_desk
from backend.services.auth import Principal
from backend.services.desk import Lists
from backend.services.order_desk import orders_of_conversation
from backend.storage.tables.conversations import ConversationRow

_CARD_FIELDS = ("category", "description", "address", "occurred_at", "contact_name")


async def list_part(session: AsyncSession, user: Principal, *, now: datetime, open_id: str = "") -> tuple[Markup, Lists]:
    """The lists of conversations as HTML, and what is in them."""
    lists = await desk.lists(session, username=user.username)
    return trusted(part("lists.html", {"lists": lists, "now": now, "open_id": open_id})), lists


async def talk_parts(
    session: AsyncSession, row: ConversationRow, user: Principal, *, now: datetime, upto: int | None = None
) -> dict[str, Markup]:
    """What one conversation shows, by the id of its place on the page."""
    messages = await desk.transcript(session, row, upto=upto)
    draft = row.draft or {}
    data: dict[str, Any] = {
        "row": row,
        "now": now,
        "label": resident_label(row),
        "is_mine": desk.is_assigned_to(row, user.username),
        "may_put_back": desk.may_put_back(row, user),
        "names": await desk.people_names(session),
        "messages": messages,
        "earlier": messages[0].seq if messages and messages[0].seq > 1 else None,
        "allowance": await desk.allowance(session, row, now=now),
        "phone": draft.get("contact_phone") or row.phone,
        "draft": card_fields(draft),
        "missing": draft.get("missing", []),
        "orders": await orders_of_conversation(session, row),
    }
    names = ("c-head", "c-transcript", "c-quota", "c-phone", "c-card")
    return {name: trusted(part(f"{name.replace('-', '_')}.html", data)) for name in names}


@dataclass(frozen=True)
class Watching:
    """What an open page shows besides who waits: one conversation, one order, or a list of orders (its query)."""

    conversation: str = ""
    order: str = ""
    orders: str | None = None

    @property
    def lists(self) -> bool:
        return not self.order and self.orders is None


async def snapshot(session: AsyncSession, user: Principal, watching: Watching, *, now: datetime) -> dict[str, Any]:
    """Everything that a page shows now: its parts, who waits (for the title and the notice), how many tasks. Raises NotFound."""
    shown: dict[str, Any] = {"parts": {}, "waiting": [], "tasks": 0}
    if user.role is not Role.HANDLER:
        html, lists = await list_part(session, user, now=now, open_id=watching.conversation)
        shown["parts"] = {"lists": html} if watching.lists else {}
        shown["waiting"] = [
            {"id": entry.row.id, "label": resident_label(entry.row), "urgent": words.is_emergency(entry.row.priority)}
            for entry in lists.waiting
        ]
        shown["tasks"] = await desk.count_tasks(session)
        if watching.conversation:
            row = await desk.conversation(session, watching.conversation)
            shown["parts"] |= await talk_parts(session, row, user, now=now)
    if not watching.lists:
        shown["parts"] |= await _order_parts(session, user, watching, now)
    return shown


async def _order_parts(session: AsyncSession, user: Principal, watching: Watching, now: datetime) -> dict[str, Markup]:
    choices = await order_desk.choices(session)
    if watching.order:
        return sheet_parts(await order_desk.sheet(session, watching.order, user), choices, user, now=now)
    return {"o-list": await table_part(session, user, Asked.from_query(watching.orders or ""), choices, now=now)}


def card_fields(draft: dict[str, Any]) -> list[tuple[str, str]]:
    """The fields of an open form with what is known of each, "" for nothing."""
    if not draft:
        return []
    place = {name: value for name, value in (draft.get("address") or {}).items() if value is not None}
    known = {
        "category": " · ".join(filter(None, (draft.get("category"), draft.get("subcategory")))),
        "address": address_text(Address(**place)),
        "occurred_at": (draft.get("occurred_at") or {}).get("text", ""),
    }
    return [(name, str(known.get(name, draft.get(name) or ""))) for name in _CARD_FIELDS]
