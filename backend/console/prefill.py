"""Filling the intake form from what was understood of the caller's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from backend.contracts.conversations import Address, OccurredAt, TimeKind, Urgency
from backend.contracts.understanding import PhoneKind, Privacy, Understanding
from backend.domain.errors import InvalidField
from backend.domain.language.times import parse_time
from backend.services.intake import NewWorkOrder
from backend.services.order_desk import CategoryRow

ADDRESS_FIELDS = (
    ("street", "街道"),
    ("community", "社区"),
    ("estate", "小区"),
    ("road", "路"),
    ("house_number", "门牌号"),
    ("building", "楼号"),
    ("unit", "单元"),
    ("floor", "楼层"),
    ("room", "房间"),
    ("landmark", "附近标志"),
)
_TEXT_FIELDS = (
    "channel",
    "service_code",
    "urgency",
    "description",
    "address_text",
    "occurred_text",
    "contact_phone",
    "contact_name",
    *(name for name, _ in ADDRESS_FIELDS),
)
SURE_ENOUGH = 0.35  # below it the category is left to the operator


def empty_form() -> dict[str, Any]:
    """The form before anything is known."""
    return {
        **dict.fromkeys(_TEXT_FIELDS, ""),
        "channel": "telephone",
        "urgency": Urgency.NORMAL.value,
        "confidential": False,
        "anonymous": False,
    }


def form_from(understood: Understanding, said: str, leaves: Sequence[CategoryRow]) -> dict[str, Any]:
    """The form as far as the caller's words fill it; `leaves` are the categories that it offers."""
    facts = understood.facts
    phone = next((each.number for each in facts.phones if each.kind is PhoneKind.FULL), "")
    address = facts.address.address if facts.address else Address()
    return {
        **empty_form(),
        "service_code": _leaf_of(understood, leaves),
        "urgency": understood.urgency.value,
        "description": said,
        "address_text": address.text,
        **{name: value for name, value in asdict(address).items() if name in dict(ADDRESS_FIELDS)},
        "occurred_text": facts.occurred_at.occurred_at.text if facts.occurred_at else "",
        "contact_phone": phone,
        "contact_name": facts.name,
        "confidential": facts.privacy is Privacy.CONFIDENTIAL,
        "anonymous": facts.privacy is Privacy.ANONYMOUS,
    }


def _leaf_of(understood: Understanding, leaves: Sequence[CategoryRow]) -> str:
    best = understood.categories[0] if understood.categories else None
    if best is None or best.confidence < SURE_ENOUGH:
        return ""
    named = (leaf.service_code for leaf in leaves if (leaf.category, leaf.subcategory) == (best.category, best.subcategory))
    return best.service_code or next(named, "")


def form_given(given: Mapping[str, Any]) -> dict[str, Any]:
    """The form as it was posted."""
    texts = {name: str(given.get(name, "")).strip() for name in _TEXT_FIELDS}
    return {**empty_form(), **texts, "confidential": bool(given.get("confidential")), "anonymous": bool(given.get("anonymous"))}


def request_from(form: Mapping[str, Any], *, now: datetime) -> NewWorkOrder:
    """The complaint as the operator confirmed it; it was reported now. Raises InvalidField."""
    try:
        urgency = Urgency(form["urgency"])
    except ValueError as error:
        raise InvalidField("急不急没有选对", field="urgency") from error
    parts = {name: form[name] for name, _ in ADDRESS_FIELDS}
    written = "".join(str(form[name]) for name, _ in ADDRESS_FIELDS)
    return NewWorkOrder(
        service_code=form["service_code"],
        category="",
        subcategory="",
        description=form["description"],
        address=Address(text=form["address_text"] or written, **parts),
        occurred_at=_occurred(form["occurred_text"], now),
        contact_phone=form["contact_phone"],
        contact_name=form["contact_name"],
        anonymous=form["anonymous"],
        confidential=form["confidential"],
        attachments=(),
        channel=form["channel"],
        channel_user_id="",
        conversation_id=None,
        requested_at=now,
        urgency=urgency,
    )


def _occurred(text: str, now: datetime) -> OccurredAt | None:
    if not text:
        return None
    mention = parse_time(text, now)
    return mention.occurred_at if mention else OccurredAt(text, TimeKind.VAGUE)
