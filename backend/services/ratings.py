"""Storing the resident's verdict, and what it leads to: closing, or going back to the unit with the reason.

A bad one that was only tapped waits a while for its reason, because a finger slips.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.work_orders import EventType, Resolved, State, Verb
from backend.domain.errors import Conflict, IllegalTransition
from backend.domain.ratings import WAITS_FOR_REASON, Verdict, check_verdict, is_revisable
from backend.services.casework import SYSTEM, Caller, allowed_now, answered_by, apply_verb, require_access, require_reporter
from backend.services.order_log import append_event
from backend.storage import work_orders as orders
from backend.storage.tables.work_orders import RatingRow, WorkOrderRow

_RATED_IN = (State.RESOLVED.value, State.CLOSED.value)
_TAKEN_BACK = "居民说分打错了,还没有重打"


class AlreadyRated(Conflict):
    """The rating of this round is older than a day and stands."""

    code = "already_rated"


class VerdictStands(Conflict):
    """There is no bad verdict that still waits for its reason."""

    code = "verdict_stands"


async def rate(
    session: AsyncSession,
    *,
    number: str,
    contacted: bool | None,
    resolved: str,
    satisfaction: int,
    comment: str,
    actor: str,
    now: datetime,
    caller: Caller | None = None,
    reason_follows: bool = False,
) -> RatingRow:
    """Store the three answers for the current round, or revise them within a day of the first rating.

    A bad verdict (not solved, or satisfaction 1 or 2) reopens the order for the same unit in this transaction; where
    `reason_follows`, with the next verdict that brings it, or after half an hour without one (`reopen_unexplained`). Any other
    closes it. After a reopening the verdict of the round before can still be revised for its day, without moving the order
    again. Raises NotFound, Forbidden (who only joined), InvalidField, IllegalTransition (nothing to rate), AlreadyRated.
    """
    verdict = check_verdict(contacted=contacted, resolved=resolved, satisfaction=satisfaction, comment=comment)
    order = await orders.get_order(session, number, lock=True)
    if caller is not None:
        await require_access(session, order, caller)
        require_reporter(order, caller)
    rateable = order.state in _RATED_IN
    row = await orders.rating_of(session, order.id, order.round if rateable else order.round - 1)
    if row is None and not rateable:
        raise IllegalTransition("这件事还没有办结,办结后再请您评价", field="verb", allowed=allowed_now(order), state=order.state)
    if row is not None and not is_revisable(row.rated_at, now):
        raise AlreadyRated("这次办理已经评价过了,评价一天之内可以改")
    rating = _store(session, order, row, verdict, actor, now)
    waits = rateable and reason_follows and verdict.is_bad
    rating.reopens_at = now + WAITS_FOR_REASON if waits else None
    await _record(session, order, rating, verdict, actor, now)
    if rateable and not waits:
        await _follow(session, order, verdict, now, answered_by(caller))
    return rating


async def take_back(session: AsyncSession, *, number: str, actor: str, now: datetime, caller: Caller) -> None:
    """Forget a bad verdict that still waits for its reason: it was the wrong button. The order waits for another.

    Raises NotFound, Forbidden (who only joined), VerdictStands where nothing waits.
    """
    order = await orders.get_order(session, number, lock=True)
    await require_access(session, order, caller)
    require_reporter(order, caller)
    row = await orders.rating_of(session, order.id, order.round)
    if row is None or row.reopens_at is None:
        raise VerdictStands("没有可以收回的评价")
    data = {"rating_taken_back": row.satisfaction, "round": row.round}
    await session.delete(row)
    await append_event(session, order, type_=EventType.NOTED, actor=actor, now=now, note=_TAKEN_BACK, data=data)


async def reopen_unexplained(session: AsyncSession, *, number: str, now: datetime) -> bool:
    """Send an order back whose bad verdict got no reason in time; says whether it did. Raises NotFound."""
    order = await orders.get_order(session, number, lock=True)
    waiting = [row for row in await orders.ratings_of(session, order.id) if row.reopens_at is not None and row.reopens_at <= now]
    for row in waiting:
        row.reopens_at = None
    unheard = [row for row in waiting if row.round == order.round and order.state in _RATED_IN]
    for row in unheard:
        verdict = Verdict(row.contacted, Resolved(row.resolved), row.satisfaction, row.comment)
        await _follow(session, order, verdict, now, "")
    return bool(unheard)


def _store(
    session: AsyncSession, order: WorkOrderRow, row: RatingRow | None, verdict: Verdict, actor: str, now: datetime
) -> RatingRow:
    if row is None:
        row = RatingRow(order_id=order.id, round=order.round, unit_id=order.unit_id, rated_at=now)
        session.add(row)
    else:
        row.revised_at = now
    row.contacted, row.resolved = verdict.contacted, verdict.resolved.value
    row.satisfaction, row.comment, row.actor = verdict.satisfaction, verdict.comment, actor
    return row


async def _record(
    session: AsyncSession, order: WorkOrderRow, rating: RatingRow, verdict: Verdict, actor: str, now: datetime
) -> None:
    data = {
        "round": rating.round,
        "contacted": verdict.contacted,
        "resolved": verdict.resolved.value,
        "satisfaction": verdict.satisfaction,
        "revised": rating.revised_at is not None,
        "waits_for_reason": rating.reopens_at is not None,
    }
    await append_event(session, order, type_=EventType.RATED, actor=actor, now=now, note=verdict.comment, data=data)


async def _follow(session: AsyncSession, order: WorkOrderRow, verdict: Verdict, now: datetime, answered_in: str) -> None:
    data: dict[str, Any]
    if verdict.is_bad:
        verb, data = Verb.REOPEN, {"reason": verdict.reason, "by": "rating"}
    elif order.state == State.RESOLVED.value:
        verb, data = Verb.CLOSE, {"waived": False}
    else:
        return
    await apply_verb(
        session,
        number=order.number,
        verb=verb,
        actor=SYSTEM,
        data=data,
        expected_version=None,
        now=now,
        answered_in=answered_in,
    )
