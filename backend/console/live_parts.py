"""The parts of the conversation pages that change by themselves: rendered for the page and again for every update."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from backend.console.rendering import part, resident_label, trusted
from backend.contracts.conversations import Address
from backend.domain.phrases import address_text
from backend.services import desk
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


async def snapshot(session: AsyncSession, user: Principal, conversation_id: str, *, now: datetime) -> dict[str, Any]:
    """Everything that a page shows now: its parts, and who waits (for the title and the notice)."""
    html, lists = await list_part(session, user, now=now, open_id=conversation_id)
    parts: dict[str, str] = {"lists": html}
    if conversation_id:
        parts |= await talk_parts(session, await desk.conversation(session, conversation_id), user, now=now)
    waiting = [
        {"id": entry.row.id, "label": resident_label(entry.row), "urgent": entry.row.priority > 0} for entry in lists.waiting
    ]
    return {"parts": parts, "waiting": waiting}


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
