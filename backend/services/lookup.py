"""Status by number for somebody who is not signed in: the owner's identity or the phone's last four digits.

A wrong tail and an unknown number are answered alike, after the same queries; five tries, then a pause.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.matters import spoken_matter
from backend.contracts.work_orders import OPEN_STATES, State
from backend.domain.errors import TooOften
from backend.domain.status_text import Standing, status_again, status_text
from backend.domain.work_order import STATE_NAMES
from backend.services import attempts
from backend.services.attempts import Limit
from backend.services.casework import Resident, belongs_to
from backend.storage import directory
from backend.storage import work_orders as orders
from backend.storage.tables.work_orders import WorkOrderRow

TRIES = 5
TAIL = 4
NOT_FOUND = "没有查到。请核对工单号和登记电话的后四位;登记时没留电话的,请用报事儿的微信来查。"
PAUSED = "查得太频繁了,请过十五分钟再试,也可以打96715问人工。"
_NEXT: dict[State, str] = {
    State.ACCEPTED: "正在给您找承办单位",
    State.DISPATCHED: "等单位签收,签收了告诉您",
    State.IN_PROGRESS: "单位正在办,办好了告诉您",
    State.RESOLVED: "请您说说办得怎么样",
    State.CLOSED: "要是没办好,跟我说一声,可以重办",
    State.DECLINED: "有不明白的可以找人工",
    State.WITHDRAWN: "需要的话可以重新报",
}


@dataclass(frozen=True)
class Status:
    """What may be told: no name, no phone, no description. `text` is two sentences for the resident, `again` the same
    in other words, for one who asks a second time."""

    number: str
    state: str
    state_text: str
    category: str
    subcategory: str
    unit_name: str
    since: datetime
    due_at: datetime | None
    next: str
    text: str
    again: str


async def look_up(
    session: AsyncSession, *, number: str, phone_tail: str, resident: Resident | None, client: str, now: datetime
) -> Status | None:
    """The status, or None when there is nothing to tell; `client` names who asks (address or identity).

    Raises TooOften after five failures by this client or for this number within a quarter of an hour. A failure is recorded in
    this transaction: commit it although the answer is "not found".
    """
    limits = (Limit(f"client:{client}", TRIES), Limit(f"number:{number}", TRIES))
    wait = await attempts.seconds_to_wait(session, limits, now=now)
    if wait:
        raise TooOften(PAUSED, field="number", retry_after=wait)
    order = await orders.find_order(session, number)
    units = await directory.unit_names(session)
    if order is not None and await _may_see(session, order, phone_tail, resident):
        rating = await orders.rating_of(session, order.id, order.round)
        bad_score = rating.satisfaction if rating is not None and rating.reopens_at is not None else 0
        return status_of(order, units, now=now, bad_score=bad_score)
    await attempts.record(session, limits, now=now)
    return None


def status_of(order: WorkOrderRow, unit_names: dict[str, str], *, now: datetime, bad_score: int = 0) -> Status:
    """Where an order is, since when, due when and what comes next; `bad_score` waits for its reason, 0 for none."""
    state = State(order.state)
    since = _since(order, state)
    standing = Standing(
        state=state,
        matter=spoken_matter(order.category, order.subcategory),
        unit=unit_names.get(order.unit_id or "", ""),
        since=since,
        due_at=order.due_at,
        on_site_due_at=order.on_site_due_at,
        arrived_at=order.arrived_at,
        suspended=order.suspended_at is not None,
        bad_score=bad_score,
    )
    return Status(
        number=order.number,
        state=state.value,
        state_text=STATE_NAMES[state],
        category=order.category,
        subcategory=order.subcategory,
        unit_name=standing.unit,
        since=since,
        due_at=order.due_at if state in OPEN_STATES else None,
        next=_NEXT[state],
        text=status_text(standing, now=now),
        again=status_again(standing, now=now),
    )


def _since(order: WorkOrderRow, state: State) -> datetime:
    times = {
        State.DISPATCHED: order.dispatched_at,
        State.IN_PROGRESS: order.acknowledged_at,
        State.RESOLVED: order.resolved_at,
        State.CLOSED: order.closed_at,
        State.DECLINED: order.closed_at,
        State.WITHDRAWN: order.closed_at,
    }
    return times.get(state) or order.created_at


async def _may_see(session: AsyncSession, order: WorkOrderRow, phone_tail: str, resident: Resident | None) -> bool:
    if await belongs_to(session, order, resident):
        return True
    expected = order.contact_phone[-TAIL:]
    if len(expected) != TAIL or len(phone_tail) != TAIL:
        return False
    return hmac.compare_digest(expected.encode(), phone_tail.encode())
