"""Storing the resident's verdict, and what it leads to: closing, or going back to the unit with the reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.work_orders import EventType, State, Verb
from backend.domain.errors import Conflict, IllegalTransition
from backend.domain.ratings import Verdict, check_verdict, is_revisable
from backend.services.casework import SYSTEM, Caller, allowed_now, answered_by, apply_verb, require_access, require_reporter
from backend.services.order_log import append_event
from backend.storage import work_orders as orders
from backend.storage.tables.work_orders import RatingRow, WorkOrderRow

_RATED_IN = (State.RESOLVED.value, State.CLOSED.value)


class AlreadyRated(Conflict):
    """The rating of this round is older than a day and stands."""

    code = "already_rated"


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
) -> RatingRow:
    """Store the three answers for the current round, or revise them within a day of the first rating.

    A bad verdict (not solved, or satisfaction 1 or 2) reopens the order for the same unit in this transaction; any other closes
    it. After a reopening the verdict of the round before can still be revised for its day, without moving the order again.
    Raises NotFound, Forbidden (who only joined), InvalidField, IllegalTransition (nothing to rate), AlreadyRated.
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
    await _record(session, order, rating, verdict, actor, now)
    if rateable:
        await _follow(session, order, verdict, now, answered_by(caller))
    return rating


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
