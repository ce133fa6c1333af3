"""What staff see of work orders: lists narrowed to what is theirs, and one order with everything that belongs to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.people import Role
from backend.contracts.work_orders import OPEN_STATES, EventType, State
from backend.services.auth import Principal, record_access
from backend.services.casework import Caller, allowed_now, require_access
from backend.services.desk import people_names
from backend.storage import directory
from backend.storage import work_orders as orders
from backend.storage.deliveries import attempts_of
from backend.storage.messages import messages_of_order
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.deliveries import DeliveryAttemptRow
from backend.storage.tables.directory import CategoryRow, UnitRow
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.work_orders import RatingRow, WorkOrderEventRow, WorkOrderRow
from backend.storage.work_orders import OrderFilters

__all__ = [
    "CategoryRow",
    "Choices",
    "Deadline",
    "OrderFilters",
    "OrderSheet",
    "PublicStep",
    "choices",
    "deadline",
    "is_hidden",
    "orders_of_conversation",
    "page_of_orders",
    "public_steps",
    "reveal_reporter",
    "sheet",
]
OF_ONE_RESIDENT = 20
SOON = timedelta(hours=4)
# What residents may follow step by step; returns, alarms and supervision are our own affair.
PUBLIC_EVENTS = frozenset(
    {
        EventType.ACCEPTED,
        EventType.DISPATCHED,
        EventType.ACKNOWLEDGED,
        EventType.ARRIVED,
        EventType.EXTENDED,
        EventType.SUSPENDED,
        EventType.RESUMED,
        EventType.RESOLVED,
        EventType.CLOSED,
        EventType.REOPENED,
        EventType.WITHDRAWN,
        EventType.DECLINED,
        EventType.RATED,
    }
)


@dataclass(frozen=True)
class Deadline:
    """How the finish clock stands. `standing`: none, paused, done, done_late, overdue, soon or running.

    `length`: the time to or since the due time.
    """

    due_at: datetime | None
    standing: str
    length: timedelta = timedelta()


@dataclass(frozen=True)
class Told:
    """One message about an order, with the attempts to deliver it."""

    message: MessageRow
    attempts: Sequence[DeliveryAttemptRow]


@dataclass(frozen=True)
class OrderSheet:
    """One order for one reader. `hidden`: name and phone are kept back; `verbs`: what this reader may do now."""

    row: WorkOrderRow
    unit_name: str
    hidden: bool
    may_reveal: bool
    verbs: list[str]
    events: Sequence[WorkOrderEventRow]
    told: list[Told]
    rating: RatingRow | None
    joined: int
    names: dict[str, str]


@dataclass(frozen=True)
class PublicStep:
    """One step that may be told to anybody who knows the number and the phone's tail."""

    type: str
    at: datetime
    unit_name: str = ""


@dataclass(frozen=True)
class Choices:
    """What forms and filters offer."""

    units: Sequence[UnitRow]
    leaves: Sequence[CategoryRow]

    @property
    def unit_names(self) -> dict[str, str]:
        return {unit.id: unit.name for unit in self.units}

    @property
    def categories(self) -> list[str]:
        return list(dict.fromkeys(leaf.category for leaf in self.leaves))


async def choices(session: AsyncSession) -> Choices:
    """All units and leaves of the directory."""
    return Choices(await directory.units(session), await directory.categories(session))


def is_hidden(row: WorkOrderRow) -> bool:
    """Whether the reporter is kept from staff until somebody gives a reason."""
    return row.confidential or row.anonymous


async def page_of_orders(
    session: AsyncSession, filters: OrderFilters, user: Principal, *, cursor: tuple[datetime, str] | None, limit: int
) -> tuple[Sequence[WorkOrderRow], tuple[datetime, str] | None]:
    """Orders, newest first, and the key of the next page; a handler gets only those of the own unit."""
    if user.role is Role.HANDLER:
        filters = dataclasses.replace(filters, unit_id=user.unit_id or "-", open_reporters_only=True)
    return await orders.list_orders(session, filters, cursor=cursor, limit=limit)


async def orders_of_conversation(session: AsyncSession, row: ConversationRow) -> Sequence[WorkOrderRow]:
    """What this resident reported or joined, newest first."""
    found, _ = await orders.list_orders(session, OrderFilters(conversation_id=row.id), limit=OF_ONE_RESIDENT)
    return found


async def sheet(session: AsyncSession, number: str, user: Principal) -> OrderSheet:
    """Everything about one order. Raises NotFound, also when it is not this reader's."""
    row = await orders.get_order(session, number)
    await require_access(session, row, Caller(user.role, user.unit_id))
    units = await directory.unit_names(session)
    ratings = await orders.last_ratings(session, [row.id])
    joined = await orders.joined_counts(session, [row.id])
    hidden = is_hidden(row)
    return OrderSheet(
        row=row,
        unit_name=units.get(row.unit_id or "", ""),
        hidden=hidden,
        may_reveal=hidden and user.role is not Role.HANDLER,
        verbs=allowed_now(row, user.role),
        events=await orders.events_of(session, row.id),
        told=[Told(message, await attempts_of(session, message.id)) for message in await messages_of_order(session, number)],
        rating=ratings.get(row.id),
        joined=joined.get(row.id, 0),
        names=await people_names(session),
    )


async def reveal_reporter(session: AsyncSession, number: str, user: Principal, *, reason: str, now: datetime) -> tuple[str, str]:
    """Name and phone of a hidden reporter; who looked and why is written down. Raises NotFound."""
    row = await orders.get_order(session, number)
    what = "contact_phone,contact_name"
    record_access(session, actor=user.actor, subject=f"work_order:{number}", what=what, reason=reason, now=now)
    return row.contact_name, row.contact_phone


def deadline(row: WorkOrderRow, now: datetime) -> Deadline:
    """How the finish clock of an order stands."""
    if row.due_at is None:
        return Deadline(None, "none")
    if State(row.state) not in OPEN_STATES:
        finished = row.resolved_at or row.closed_at or row.updated_at
        return Deadline(row.due_at, "done" if finished <= row.due_at else "done_late", finished - row.due_at)
    if row.suspended_at is not None:
        return Deadline(row.due_at, "paused")
    left = row.due_at - now
    if left < timedelta():
        return Deadline(row.due_at, "overdue", -left)
    return Deadline(row.due_at, "soon" if left <= SOON else "running", left)


async def public_steps(session: AsyncSession, number: str) -> list[PublicStep]:
    """The steps of an order that may be told to the resident, oldest first. Raises NotFound."""
    row = await orders.get_order(session, number)
    shown = []
    for event in await orders.events_of(session, row.id):
        asked_only = event.type == EventType.EXTENDED.value and not event.data.get("granted")
        if EventType(event.type) in PUBLIC_EVENTS and not asked_only:
            shown.append(PublicStep(event.type, event.at, str(event.data.get("unit_name", ""))))
    return shown
