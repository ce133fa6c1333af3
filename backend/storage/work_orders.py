"""Reading work orders and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.work_orders import OPEN_STATES
from backend.domain.errors import NotFound
from backend.domain.event_chain import ChainedEvent
from backend.storage.tables.work_orders import ClockAlarmRow, JoinRow, RatingRow, WorkOrderEventRow, WorkOrderRow

_OPEN = [state.value for state in OPEN_STATES]


@dataclass(frozen=True)
class OrderFilters:
    """What a list of orders is narrowed to; None and "" mean "any". `since` is the time of acceptance.

    `open_reporters_only`: the search must not find hidden reporters by who they are. `overdue_at`: only open orders whose clock
    runs and was due before that moment.
    """

    channel_user_id: str = ""
    channel: str = ""
    conversation_id: str = ""
    states: tuple[str, ...] = ()
    unit_id: str = ""
    category: str = ""
    urgency: str = ""
    since: datetime | None = None
    q: str = ""
    open_reporters_only: bool = False
    overdue_at: datetime | None = None


def no_such_order() -> NotFound:
    """One sentence for every order that is not there or not the caller's, so that nothing can be guessed from it."""
    return NotFound("没有找到这个工单,请核对工单号", field="number")


async def find_order(session: AsyncSession, number: str, *, lock: bool = False) -> WorkOrderRow | None:
    """The order, or None. `lock` keeps other writers of this order waiting until the transaction ends (PostgreSQL)."""
    query = select(WorkOrderRow).where(WorkOrderRow.number == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


async def get_order(session: AsyncSession, number: str, *, lock: bool = False) -> WorkOrderRow:
    """The order. Raises NotFound."""
    order = await find_order(session, number, lock=lock)
    if order is None:
        raise no_such_order()
    return order


async def event_by_key(session: AsyncSession, order_id: str, *, idempotency_key: str) -> WorkOrderEventRow | None:
    """What a call with this key has done to this order already."""
    same = (WorkOrderEventRow.order_id == order_id, WorkOrderEventRow.idempotency_key == idempotency_key)
    return (await session.scalars(select(WorkOrderEventRow).where(*same))).first()


async def order_by_key(session: AsyncSession, idempotency_key: str) -> WorkOrderRow | None:
    query = select(WorkOrderRow).where(WorkOrderRow.idempotency_key == idempotency_key)
    return (await session.execute(query)).scalar_one_or_none()


async def list_orders(
    session: AsyncSession, filters: OrderFilters, *, cursor: tuple[datetime, str] | None = None, limit: int = 50
) -> tuple[Sequence[WorkOrderRow], tuple[datetime, str] | None]:
    """Orders, newest first, and the key to continue after, or None at the end. `cursor` is such a key."""
    query = _narrow(select(WorkOrderRow), filters)
    if cursor is not None:
        at, order_id = cursor
        query = query.where(or_(WorkOrderRow.created_at < at, and_(WorkOrderRow.created_at == at, WorkOrderRow.id < order_id)))
    query = query.order_by(WorkOrderRow.created_at.desc(), WorkOrderRow.id.desc()).limit(limit + 1)
    rows = (await session.execute(query)).scalars().all()
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], (rows[limit - 1].created_at, rows[limit - 1].id)


def _narrow(query: Select[WorkOrderRow], filters: OrderFilters) -> Select[WorkOrderRow]:
    equal = {
        WorkOrderRow.channel: "" if filters.channel_user_id else filters.channel,  # then it is a part of who is meant
        WorkOrderRow.unit_id: filters.unit_id,
        WorkOrderRow.urgency: filters.urgency,
    }
    query = query.where(*(column == value for column, value in equal.items() if value))
    if filters.open_reporters_only and filters.channel_user_id:
        query = query.where(WorkOrderRow.confidential.is_(False), WorkOrderRow.anonymous.is_(False))
    if filters.channel_user_id or filters.conversation_id:
        query = query.where(_of_resident(filters))
    if filters.states:
        query = query.where(WorkOrderRow.state.in_(filters.states))
    if filters.category:
        query = query.where(
            or_(
                WorkOrderRow.category == filters.category, WorkOrderRow.service_code.startswith(filters.category, autoescape=True)
            )
        )
    if filters.since is not None:
        query = query.where(WorkOrderRow.created_at >= filters.since)
    if filters.overdue_at is not None:
        running = WorkOrderRow.suspended_at.is_(None) & WorkOrderRow.state.in_(_OPEN)
        query = query.where(running, WorkOrderRow.due_at < filters.overdue_at)
    if filters.q:
        query = query.where(_contains(filters))
    return query


def _of_resident(filters: OrderFilters) -> ColumnElement[bool]:
    mine = []
    if filters.conversation_id:
        mine.append(WorkOrderRow.conversation_id == filters.conversation_id)
        joined = select(JoinRow.order_id).where(JoinRow.conversation_id == filters.conversation_id)
        mine.append(WorkOrderRow.id.in_(joined))
    if filters.channel_user_id:
        same = WorkOrderRow.channel_user_id == filters.channel_user_id
        mine.append(and_(same, WorkOrderRow.channel == filters.channel) if filters.channel else same)
        joined = select(JoinRow.order_id).where(JoinRow.channel_user_id == filters.channel_user_id)
        if filters.channel:
            joined = joined.where(JoinRow.channel == filters.channel)
        mine.append(WorkOrderRow.id.in_(joined))
    return or_(*mine)


def _contains(filters: OrderFilters) -> ColumnElement[bool]:
    columns = (WorkOrderRow.number, WorkOrderRow.description, WorkOrderRow.address_text)
    found = or_(*(column.contains(filters.q, autoescape=True) for column in columns))
    if filters.open_reporters_only:
        return found
    return or_(found, WorkOrderRow.contact_phone.contains(filters.q, autoescape=True))


async def events_of(session: AsyncSession, order_id: str) -> Sequence[WorkOrderEventRow]:
    """All events of one order, first to last."""
    query = select(WorkOrderEventRow).where(WorkOrderEventRow.order_id == order_id).order_by(WorkOrderEventRow.seq)
    return (await session.execute(query)).scalars().all()


async def events_of_many(session: AsyncSession, order_ids: Iterable[str]) -> dict[str, list[WorkOrderEventRow]]:
    ids = list(order_ids)
    found: dict[str, list[WorkOrderEventRow]] = {order_id: [] for order_id in ids}
    query = select(WorkOrderEventRow).where(WorkOrderEventRow.order_id.in_(ids)).order_by(WorkOrderEventRow.seq)
    for event in (await session.execute(query)).scalars():
        found[event.order_id].append(event)
    return found


async def last_ratings(session: AsyncSession, order_ids: Iterable[str]) -> dict[str, RatingRow]:
    """The latest rating of each order that has one."""
    query = select(RatingRow).where(RatingRow.order_id.in_(list(order_ids))).order_by(RatingRow.round)
    return {rating.order_id: rating for rating in (await session.execute(query)).scalars()}


async def rating_of(session: AsyncSession, order_id: str, round_number: int) -> RatingRow | None:
    query = select(RatingRow).where(RatingRow.order_id == order_id, RatingRow.round == round_number)
    return (await session.execute(query)).scalar_one_or_none()


async def ratings_of(session: AsyncSession, order_id: str) -> Sequence[RatingRow]:
    """The verdicts of all rounds, oldest first."""
    query = select(RatingRow).where(RatingRow.order_id == order_id).order_by(RatingRow.round)
    return (await session.execute(query)).scalars().all()


async def joins_of(session: AsyncSession, order_id: str) -> Sequence[JoinRow]:
    query = select(JoinRow).where(JoinRow.order_id == order_id).order_by(JoinRow.id)
    return (await session.execute(query)).scalars().all()


async def joined_counts(session: AsyncSession, order_ids: Iterable[str]) -> dict[str, int]:
    """How many residents joined each order that somebody joined."""
    query = select(JoinRow.order_id, func.count()).where(JoinRow.order_id.in_(list(order_ids))).group_by(JoinRow.order_id)
    return dict((await session.execute(query)).all())


async def alarms_of(session: AsyncSession, order_id: str) -> Sequence[ClockAlarmRow]:
    query = select(ClockAlarmRow).where(ClockAlarmRow.order_id == order_id).order_by(ClockAlarmRow.id)
    return (await session.execute(query)).scalars().all()


def chained(row: WorkOrderEventRow) -> ChainedEvent:
    """An event row as the hash chain reads it."""
    return ChainedEvent(
        row.seq,
        row.type,
        row.at,
        row.actor,
        row.from_state,
        row.to_state,
        row.note,
        row.data,
        row.changes,
        row.hash,
    )


_JOINED = select(JoinRow.order_id).where(
    or_(
        JoinRow.conversation_id == bindparam("conversation"),
        and_(JoinRow.channel == bindparam("its_channel"), JoinRow.channel_user_id == bindparam("its_user")),
    )
)
_OPEN_OF_RESIDENT = (
    select(WorkOrderRow)
    .where(
        or_(
            WorkOrderRow.conversation_id == bindparam("conversation"),
            and_(WorkOrderRow.channel == bindparam("its_channel"), WorkOrderRow.channel_user_id == bindparam("its_user")),
            WorkOrderRow.id.in_(_JOINED),
        ),
        WorkOrderRow.state.in_(_OPEN),
    )
    .order_by(WorkOrderRow.created_at.desc(), WorkOrderRow.id.desc())
    .limit(bindparam("most"))
)


async def open_orders_of(
    session: AsyncSession, *, conversation_id: str, channel: str, channel_user_id: str, limit: int
) -> Sequence[WorkOrderRow]:
    """What is being worked on for one resident, reported or joined, newest first."""
    whose = {"conversation": conversation_id, "its_channel": channel, "its_user": channel_user_id}
    return (await session.execute(_OPEN_OF_RESIDENT, {**whose, "most": limit})).scalars().all()
