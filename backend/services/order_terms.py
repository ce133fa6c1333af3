"""The clock of one stored order: what it is computed with, its history, and the alarms that wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Urgency
from backend.contracts.work_orders import OPEN_STATES, EventType, State
from backend.domain import clocks
from backend.domain.calendar import Due, WorkingCalendar, local_day
from backend.domain.clocks import AlarmKind, ClockSpec, Extension, Pause
from backend.services.time_limits import clock_at
from backend.storage import directory
from backend.storage import work_orders as orders
from backend.storage.tables.work_orders import WorkOrderEventRow, WorkOrderRow

_UNCATEGORISED = ClockSpec(clocks.Finish.WORKING_DAYS, 3)


@dataclass(frozen=True)
class Terms:
    """What an order's clock is computed with."""

    spec: ClockSpec
    calendar: WorkingCalendar

    def start(self, moment: datetime) -> dict[str, Any]:
        """The order fields of a clock that starts at `moment`."""
        due = clocks.first_due(moment, self.spec, self.calendar)
        return {
            "clock_started_at": moment,
            "due_at": due.at,
            "due_provisional": due.provisional,
            "on_site_due_at": clocks.on_site_due(moment, self.spec),
        }

    def due(self, order: WorkOrderRow, changes: Sequence[Pause | Extension]) -> Due:
        """The due time recomputed from the history of this round."""
        return clocks.finish_due(order.clock_started_at, self.spec, self.calendar, changes)

    def holder_due(self, order: WorkOrderRow, moment: datetime) -> datetime:
        return clocks.holder_due(moment, Urgency(order.urgency), self.calendar)


async def terms_of(session: AsyncSession, service_code: str, moment: datetime) -> Terms:
    """The clock of a leaf as it was at that moment (what was promised stays promised), and the calendar around it."""
    category = await directory.category(session, service_code)
    spec = ClockSpec.from_data(await clock_at(session, category, moment)) if category else _UNCATEGORISED
    return Terms(spec, await directory.working_calendar(session, local_day(moment)))


def history_of_round(events: Iterable[WorkOrderEventRow]) -> list[Pause | Extension]:
    """Pauses that have ended and extensions that were granted since the last reopening, in the order of their end."""
    history: list[Pause | Extension] = []
    paused: datetime | None = None
    for event in events:
        if event.type == EventType.REOPENED.value:
            history, paused = [], None
        elif event.type == EventType.SUSPENDED.value:
            paused = event.at
        elif event.type == EventType.RESUMED.value and paused is not None:
            history.append(Pause(paused, event.at))
            paused = None
        elif event.type == EventType.EXTENDED.value and event.data.get("granted"):
            history.append(Extension(event.at, int(event.data["days"])))
    return history


async def refresh_alarm(session: AsyncSession, order: WorkOrderRow) -> None:
    """Set when the scheduler must look at this order next."""
    pending = await pending_alarms(session, order)
    order.next_alarm_at = min((at for at, _, _ in pending), default=None)
    await session.flush()


async def pending_alarms(session: AsyncSession, order: WorkOrderRow) -> list[tuple[datetime, AlarmKind, datetime]]:
    """Alarms that are not raised yet: when, which, and the due time that it is about."""
    if order.due_at is None or State(order.state) not in OPEN_STATES or order.suspended_at is not None:
        return []
    terms = await terms_of(session, order.service_code, order.clock_started_at)
    times = clocks.alarm_times(order.clock_started_at, order.due_at, terms.spec, terms.calendar)
    pending = [(at, kind, order.due_at) for kind, at in times.items()]
    if order.on_site_due_at is not None and order.arrived_at is None:
        pending.append((order.on_site_due_at, AlarmKind.ON_SITE_DUE, order.on_site_due_at))
    if order.holder_due_at is not None and order.state != State.IN_PROGRESS.value:
        pending.append((order.holder_due_at, AlarmKind.UNACKNOWLEDGED, order.holder_due_at))
    raised = {(row.kind, row.round, row.due_at) for row in await orders.alarms_of(session, order.id)}
    return [each for each in pending if (each[1].value, order.round, each[2]) not in raised]
