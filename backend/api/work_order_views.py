"""From rows to the JSON of a work order, with what the reader may not see taken out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from backend.api.schemas.work_orders import AttemptOut, ClocksOut, DeliveryOut, EventOut, RatingOut, WorkOrderOut
from backend.contracts.people import Role
from backend.contracts.work_orders import OPEN_STATES, State
from backend.domain.masking import for_others
from backend.domain.work_order import STATE_NAMES
from backend.services.casework import allowed_now
from backend.services.order_desk import is_hidden
from backend.storage import directory
from backend.storage import work_orders as orders
from backend.storage.deliveries import attempts_of
from backend.storage.messages import messages_of_order
from backend.storage.tables.work_orders import RatingRow, WorkOrderEventRow, WorkOrderRow

_SAME_NAME = (
    "number",
    "state",
    "category",
    "subcategory",
    "service_code",
    "urgency",
    "address",
    "occurred_at",
    "anonymous",
    "confidential",
    "attachments",
    "channel",
    "routing_rule",
    "street_code",
    "community_code",
    "grid_code",
    "requested_at",
    "created_at",
    "updated_at",
    "due_at",
    "on_site_due_at",
    "reminders",
    "returns",
    "supervisions",
    "level",
    "round",
    "outcome",
    "version",
)
_CLOCK_FIELDS = (
    "due_at",
    "on_site_due_at",
    "holder_due_at",
    "resume_at",
    "extensions",
    "extension_requested",
    "dispatched_at",
    "acknowledged_at",
    "contacted_at",
    "arrived_at",
    "resolved_at",
    "closed_at",
)
PERSONAL = ("contact_phone", "contact_name", "channel_user_id", "conversation_id")
# Who sees a confidential or anonymous reporter without asking: only our own programs, for the reporter himself.
_SEES_ALL = frozenset({Role.SERVICE})


async def view(session: AsyncSession, rows: Sequence[WorkOrderRow], *, role: Role, now: datetime) -> list[WorkOrderOut]:
    """The orders as this role sees them; three queries for any number of orders."""
    ids = [row.id for row in rows]
    events = await orders.events_of_many(session, ids)
    ratings = await orders.last_ratings(session, ids)
    joined = await orders.joined_counts(session, ids)
    names = await directory.unit_names(session)
    return [_order(row, events[row.id], ratings.get(row.id), joined.get(row.id, 0), names, role, now) for row in rows]


async def deliveries_of(session: AsyncSession, number: str) -> list[DeliveryOut]:
    """What residents were told about an order, and every attempt to bring it to them."""
    told = []
    for message in await messages_of_order(session, number):
        attempts = await attempts_of(session, message.id)
        told.append(
            DeliveryOut(
                message_id=message.id,
                purpose=message.purpose,
                channel=message.channel,
                text=message.text,
                status=message.status,
                status_reason=message.status_reason,
                created_at=message.created_at,
                attempts=[AttemptOut.model_validate(attempt) for attempt in attempts],
            )
        )
    return told


def _order(
    row: WorkOrderRow,
    events: Sequence[WorkOrderEventRow],
    rating: RatingRow | None,
    joined: int,
    names: dict[str, str],
    role: Role,
    now: datetime,
) -> WorkOrderOut:
    hidden = is_hidden(row) and role not in _SEES_ALL
    shown = partial(for_others, name=row.contact_name) if hidden else str
    return WorkOrderOut(
        **{name: getattr(row, name) for name in _SAME_NAME},
        description=shown(row.description),
        reply=shown(row.reply),
        **{name: None if hidden else getattr(row, name) for name in PERSONAL},
        hidden=hidden,
        state_text=STATE_NAMES[State(row.state)],
        unit=row.unit_id,
        unit_name=names.get(row.unit_id or "", ""),
        clocks=_clocks(row, now),
        events=[event_out(event, shown) for event in events],
        deliveries=[],
        rating=rating_out(rating, shown) if rating else None,
        joined=joined,
        allowed_verbs=allowed_now(row, role),
    )


def event_out(event: WorkOrderEventRow, shown: Callable[[str], str] = str) -> EventOut:
    """An event as its reader sees it: `shown` is what becomes of free text."""
    return EventOut(
        seq=event.seq,
        type=event.type,
        at=event.at,
        actor=event.actor,
        from_=event.from_state or None,
        to=event.to_state,
        note=shown(event.note),
        data={name: shown(value) if name == "reason" else value for name, value in event.data.items()},
    )


def rating_out(rating: RatingRow, shown: Callable[[str], str] = str) -> RatingOut:
    """A rating as its reader sees it."""
    return RatingOut(
        contacted=rating.contacted,
        resolved=rating.resolved,
        satisfaction=rating.satisfaction,
        comment=shown(rating.comment),
        rated_at=rating.rated_at,
        revised_at=rating.revised_at,
        round=rating.round,
    )


def _clocks(row: WorkOrderRow, now: datetime) -> ClocksOut:
    finished = row.resolved_at or (None if State(row.state) in OPEN_STATES else row.closed_at) or now
    return ClocksOut(
        **{name: getattr(row, name) for name in _CLOCK_FIELDS},
        started_at=row.clock_started_at,
        provisional=row.due_provisional,
        suspended=row.suspended_at is not None,
        overdue=row.suspended_at is None and row.due_at is not None and finished > row.due_at,
    )
