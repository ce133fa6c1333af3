"""Taking a complaint in: one confirmed form makes one work order, whatever is retried."""

from __future__ import annotations

import dataclasses
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Address, OccurredAt, Urgency
from backend.contracts.work_orders import EventType, State
from backend.domain.calendar import local_day
from backend.domain.contact_phone import checked_phone
from backend.domain.errors import InvalidField
from backend.domain.language.order_numbers import check_digit
from backend.domain.routing import Place, Routed, locate, route
from backend.services.directory import find_category
from backend.services.order_log import append_event
from backend.services.order_terms import refresh_alarm, terms_of
from backend.storage import directory
from backend.storage import work_orders as orders
from backend.storage.tables.directory import CategoryRow
from backend.storage.tables.work_orders import WorkOrderRow

log = structlog.get_logger()
LONGEST_DESCRIPTION = 4000
_NUMBER_ATTEMPTS = 20
_SEVERITY = {Urgency.NORMAL: 0, Urgency.URGENT: 1, Urgency.EMERGENCY: 2}


@dataclass(frozen=True)
class NewWorkOrder:
    """A confirmed complaint. `requested_at` is the moment of the resident's report: all clocks run from it.

    `service_code` may be "" (then the names count, and an unknown name becomes 其他/未说明). `grid_code`: from a grid QR code.
    """

    service_code: str
    category: str
    subcategory: str
    description: str
    address: Address
    occurred_at: OccurredAt | None
    contact_phone: str
    contact_name: str
    anonymous: bool
    confidential: bool
    attachments: tuple[dict[str, str], ...]
    channel: str
    channel_user_id: str
    conversation_id: str | None
    requested_at: datetime
    urgency: Urgency = Urgency.NORMAL
    grid_code: str = ""


async def accept_work_order(
    session: AsyncSession, *, request: NewWorkOrder, idempotency_key: str, actor: str, now: datetime
) -> WorkOrderRow:
    """Store the order, route it and dispatch it when a rule fires; an emergency also alarms the duty caseworker.

    The same `idempotency_key` returns the first order without another effect, also when two calls run at the same time.
    Raises InvalidField.
    """
    existing = await orders.order_by_key(session, idempotency_key)
    if existing is not None:
        return existing
    description, phone = _checked_description(request.description), checked_phone(request.contact_phone)
    request = dataclasses.replace(request, description=description, contact_phone=phone)
    category = await find_category(session, request.category, request.subcategory, service_code=request.service_code)
    chain = locate(request.address, await directory.places(session), grid=request.grid_code)
    routed = route(chain, category.service_code, await directory.rules_for(session, category.service_code))
    order, is_new = await _insert(session, _row(request, category, chain, idempotency_key, now), now)
    if is_new:
        await _record(session, order, category, routed, actor, now)
        log.info("work_order_accepted", number=order.number, service_code=order.service_code, rule=order.routing_rule)
    return order


def is_same_complaint(order: WorkOrderRow, request: NewWorkOrder) -> bool:
    """Whether the order was made from this request: what was said, by whom and about where (times may differ in a repetition)."""
    said = (request.description.strip(), checked_phone(request.contact_phone), request.channel, request.channel_user_id)
    stored = (order.description, order.contact_phone, order.channel, order.channel_user_id)
    return said == stored and order.address == dataclasses.asdict(request.address)


def _checked_description(description: str) -> str:
    text = description.strip()
    if not text:
        raise InvalidField("请说一下是什么事", field="description")
    if len(text) > LONGEST_DESCRIPTION:
        raise InvalidField(f"内容最多{LONGEST_DESCRIPTION}个字", field="description")
    return text


async def _insert(session: AsyncSession, values: dict[str, Any], now: datetime) -> tuple[WorkOrderRow, bool]:
    """Insert under a free number; when the key turns out to be taken by a concurrent call, return that order."""
    for _ in range(_NUMBER_ATTEMPTS):
        order = WorkOrderRow(**values, number=new_number(now))
        try:
            async with session.begin_nested():
                session.add(order)
        except IntegrityError:
            existing = await orders.order_by_key(session, values["idempotency_key"])
            if existing is not None:
                return existing, False
            continue  # the number is taken
        return order, True
    raise RuntimeError("no free work-order number: is the day's range used up?")


def new_number(now: datetime) -> str:
    """yyMMdd of the local day, five digits that do not tell how many orders there are, check digit."""
    head = f"{local_day(now):%y%m%d}{secrets.randbelow(100_000):05d}"
    return f"{head}{check_digit(head)}"


def _row(
    request: NewWorkOrder, category: CategoryRow, chain: tuple[Place, ...], idempotency_key: str, now: datetime
) -> dict[str, Any]:
    """The row before its first event: what the resident said, and neutral values for everything that events set."""
    codes = {place.kind: place.code for place in chain}
    started = min(request.requested_at, now)
    return {
        "id": uuid.uuid4().hex,
        "idempotency_key": idempotency_key,
        "state": "",
        "version": 0,
        "round": 1,
        "service_code": category.service_code,
        "category": category.category,
        "subcategory": category.subcategory,
        "urgency": max(request.urgency, Urgency(category.urgency), key=_SEVERITY.__getitem__).value,
        "description": request.description,
        "address": dataclasses.asdict(request.address),
        "address_text": request.address.text,
        "street_code": codes.get("street", ""),
        "community_code": codes.get("community", ""),
        "grid_code": codes.get("grid", ""),
        "occurred_at": occurred_at_json(request.occurred_at),
        "attachments": [dict(attachment) for attachment in request.attachments],
        "contact_phone": request.contact_phone,
        "contact_name": request.contact_name.strip(),
        "anonymous": request.anonymous,
        "confidential": request.confidential,
        "channel": request.channel,
        "channel_user_id": request.channel_user_id,
        "conversation_id": request.conversation_id,
        "routing_rule": "",
        "requested_at": started,
        "clock_started_at": started,
        "created_at": now,
        "updated_at": now,
        "due_provisional": False,
        **dict.fromkeys(("level", "extension_requested", "extensions", "returns", "reminders", "supervisions"), 0),
        "outcome": "",
        "reply": "",
    }


def occurred_at_json(occurred_at: OccurredAt | None) -> dict[str, Any] | None:
    if occurred_at is None:
        return None
    return {
        "text": occurred_at.text,
        "kind": occurred_at.kind.value,
        "start": occurred_at.start.isoformat() if occurred_at.start else None,
        "end": occurred_at.end.isoformat() if occurred_at.end else None,
    }


# What the accepted event repeats from the row, so that the log alone tells it; nothing personal.
_TOLD = (
    "round",
    "service_code",
    "category",
    "subcategory",
    "urgency",
    "street_code",
    "community_code",
    "grid_code",
    "anonymous",
    "confidential",
    "channel",
    "requested_at",
    "created_at",
    "routing_rule",
    "level",
    "extension_requested",
    "extensions",
    "returns",
    "reminders",
    "supervisions",
    "outcome",
    "reply",
)


async def _record(
    session: AsyncSession, order: WorkOrderRow, category: CategoryRow, routed: Routed | None, actor: str, now: datetime
) -> None:
    terms = await terms_of(session, category.service_code, order.requested_at)
    desk = await directory.dispatch_desk(session)
    changes = {
        **{name: getattr(order, name) for name in _TOLD},
        **terms.start(order.requested_at),
        "unit_id": desk.id if desk else None,
        "holder_due_at": terms.holder_due(order, now),
    }
    data = {"channel": order.channel, "service_code": order.service_code, "triage": routed is None}
    await append_event(
        session, order, type_=EventType.ACCEPTED, actor=actor, now=now, to_state=State.ACCEPTED, data=data, changes=changes
    )
    if routed is not None:
        await _dispatch(session, order, routed, terms.holder_due(order, now), now)
    if order.urgency == Urgency.EMERGENCY.value:
        data = {"kind": "emergency", "target": "duty", "unit": order.unit_id}
        await append_event(
            session, order, type_=EventType.ALARM_RAISED, actor="system", now=now, note="紧急工单,请立即处理", data=data
        )
    await refresh_alarm(session, order)


async def _dispatch(session: AsyncSession, order: WorkOrderRow, routed: Routed, holder_due: datetime, now: datetime) -> None:
    unit = await directory.unit(session, routed.unit_id)
    await append_event(
        session,
        order,
        type_=EventType.DISPATCHED,
        actor="system",
        now=now,
        to_state=State.DISPATCHED,
        data={"unit": routed.unit_id, "unit_name": unit.name if unit else "", "rule": routed.rule_id},
        changes={
            "unit_id": routed.unit_id,
            "routing_rule": routed.rule_id,
            "dispatched_at": now,
            "holder_due_at": holder_due,
        },
    )
