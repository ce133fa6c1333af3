"""What time alone brings about: alarms, the end of a suspension, closing what stayed unrated, reopening what was rated badly
without a reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.work_orders import EventType, State, Verb
from backend.domain.calendar import local_day
from backend.domain.clocks import ALARM_TARGETS, AlarmKind
from backend.services.casework import SYSTEM, apply_verb
from backend.services.order_log import append_event
from backend.services.order_terms import pending_alarms, refresh_alarm
from backend.services.ratings import reopen_unexplained
from backend.storage import directory
from backend.storage import work_orders as orders
from backend.storage.tables.work_orders import ClockAlarmRow, RatingRow, WorkOrderRow

log = structlog.get_logger()
UNRATED_CLOSES_AFTER = timedelta(days=7)
CALENDAR_WARNING = timedelta(days=45)
_BATCH = 10  # at midnight many orders are due at once, and who writes waits for the whole transaction
Work = Callable[[AsyncSession, str, datetime], Awaitable[int]]
ALARM_TEXTS: dict[AlarmKind, str] = {
    AlarmKind.DUE_SOON: "快到办结时限了",
    AlarmKind.DUE: "到办结时限了,还没有办结",
    AlarmKind.OVERDUE: "已经超过办结时限",
    AlarmKind.ON_SITE_DUE: "过了承诺的到场时间,还没有到场记录",
    AlarmKind.UNACKNOWLEDGED: "派单后一直没有签收",
}


async def raise_due_alarms(session: AsyncSession, *, now: datetime) -> int:
    """Raise what is due, resume what was suspended until now, reopen what was rated badly without a reason, close what stayed
    unrated; return how many things happened.

    At most 10 orders of each kind a call: the loop calls again at once while the answer is not 0. An order that cannot be
    handled is logged and does not hold the others up: which ones of many are taken first is left to chance.
    """
    unrated = (WorkOrderRow.state == State.RESOLVED.value, WorkOrderRow.resolved_at <= now - UNRATED_CLOSES_AFTER)
    suspended = (WorkOrderRow.resume_at <= now, WorkOrderRow.suspended_at.is_not(None))
    unexplained = (WorkOrderRow.id.in_(select(RatingRow.order_id).where(RatingRow.reopens_at <= now)),)
    alarms = (WorkOrderRow.next_alarm_at <= now,)
    done = 0
    for work, conditions in ((_raise_alarms, alarms), (_resume, suspended), (_reopen, unexplained), (_close, unrated)):
        for number in sorted(order.number for order in await _locked(session, *conditions)):
            done += await _one(session, number, work, now)
    return done


async def calendar_warning(session: AsyncSession, *, now: datetime) -> date | None:
    """The last day of the calendar table when it is near (45 days) or past: due times are provisional beyond it."""
    last = await directory.calendar_ends(session)
    if last is None:
        return local_day(now)
    return last if last - local_day(now) <= CALENDAR_WARNING else None


async def _one(session: AsyncSession, number: str, work: Work, now: datetime) -> int:
    try:
        async with session.begin_nested():
            return await work(session, number, now)
    except Exception as error:  # a broken order must not keep the others from their alarms
        log.exception("order_clock_failed", number=number, error=type(error).__name__)
        return 0


async def _raise_alarms(session: AsyncSession, number: str, now: datetime) -> int:
    order = await orders.get_order(session, number)
    due = sorted((each for each in await pending_alarms(session, order) if each[0] <= now), key=lambda each: each[0])
    for at, kind, due_at in due:
        target = ALARM_TARGETS[kind]
        session.add(
            ClockAlarmRow(order_id=order.id, kind=kind.value, round=order.round, due_at=due_at, target=target, raised_at=now)
        )
        data = {"kind": kind.value, "target": target, "due_at": due_at.isoformat(), "at": at.isoformat(), "round": order.round}
        await append_event(session, order, type_=EventType.ALARM_RAISED, actor=SYSTEM, now=now, note=ALARM_TEXTS[kind], data=data)
        log.info("alarm_raised", number=order.number, kind=kind.value, target=target)
    await refresh_alarm(session, order)
    return len(due)


async def _locked(session: AsyncSession, *conditions: Any) -> Sequence[WorkOrderRow]:
    """Orders that no other transaction is changing right now (PostgreSQL); the others come next time."""
    query = select(WorkOrderRow).where(*conditions).order_by(func.random()).limit(_BATCH)
    query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return (await session.execute(query)).scalars().all()


async def _resume(session: AsyncSession, number: str, now: datetime) -> int:
    return await _apply(session, number, Verb.RESUME, {"reason": "到了约定的恢复时间"}, now)


async def _reopen(session: AsyncSession, number: str, now: datetime) -> int:
    return int(await reopen_unexplained(session, number=number, now=now))


async def _close(session: AsyncSession, number: str, now: datetime) -> int:
    return await _apply(session, number, Verb.CLOSE, {"reason": "七天没有收到评价,自动归档", "waived": True}, now)


async def _apply(session: AsyncSession, number: str, verb: Verb, data: dict[str, Any], now: datetime) -> int:
    await apply_verb(session, number=number, verb=verb, actor=SYSTEM, data=data, expected_version=None, now=now)
    return 1
