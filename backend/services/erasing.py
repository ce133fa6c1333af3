"""One resident's personal data, erased on request and on record, at once instead of after its time.

What is erased is what `backend.services.forgetting` forgets, by the same functions. What is still being done for the resident
comes first: an open order needs its reporter, a message on its way its address.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, false, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Owner
from backend.contracts.people import Role
from backend.domain.errors import Conflict, Forbidden, InvalidField, NotFound
from backend.domain.masking import mask_user
from backend.services.auth import Principal, record_access
from backend.services.forgetting import FINISHED, GONE, ON_THE_WAY, drop_draft, forget_message, forget_order, forget_resident
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.deliveries import CallBackTaskRow
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.work_orders import JoinRow, WorkOrderRow

MAY_ERASE = frozenset({Role.SUPERVISOR, Role.ADMIN})
_SHORTEST_WHO = 7
_REQUEST = "按本人要求删除个人信息"


@dataclass(frozen=True)
class Traces:
    """What there is of one resident. `named`: orders that others reported and that have this resident's phone as the contact."""

    conversations: Sequence[ConversationRow]
    orders: Sequence[WorkOrderRow]
    named: Sequence[WorkOrderRow]
    joined: Sequence[JoinRow]

    @property
    def kept(self) -> list[WorkOrderRow]:
        """Orders under supervision are kept whole."""
        return [order for order in self.orders if order.supervisions]

    @property
    def erasable(self) -> list[WorkOrderRow]:
        return [order for order in self.orders if not order.supervisions and order.description not in GONE]

    @property
    def accounts(self) -> list[str]:
        """Masked, for the person who is about to say yes."""
        return [f"{row.channel} {mask_user(row.channel_user_id)}" for row in self.conversations]


@dataclass
class Erased:
    """What was done. `attachments` are those of which no row speaks any more; their files are removed after the commit."""

    conversations: int = 0
    messages: int = 0
    orders: int = 0
    named: int = 0
    kept: list[str] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)


async def find_traces(session: AsyncSession, who: Sequence[str]) -> Traces:
    """Everything that belongs to a resident who is known by `who`: phones, identities on a platform, order numbers.

    Raises InvalidField for what is too short to name one person, NotFound when there is nothing.
    """
    if short := [each for each in who if len(each) < _SHORTEST_WHO]:
        raise InvalidField(f"“{short[0]}”太短,请写完整的电话、微信 openid 或工单号", field="who")
    talks = await _conversations(session, who)
    here = [row.id for row in talks]
    accounts = [(row.channel, row.channel_user_id) for row in talks]
    own = or_(WorkOrderRow.number.in_(who), *_whose(WorkOrderRow, here, accounts, who))
    by_desk = and_(WorkOrderRow.contact_phone.in_(who), WorkOrderRow.conversation_id.is_(None))
    orders = await _all(session, WorkOrderRow, or_(own, by_desk))
    known = [order.id for order in orders]
    named = await _all(session, WorkOrderRow, WorkOrderRow.contact_phone.in_(who), WorkOrderRow.id.not_in(known))
    joined = await _all(session, JoinRow, or_(JoinRow.phone.in_(who), *_whose(JoinRow, here, accounts, who)))
    if not (talks or orders or named or joined):
        raise NotFound("没有找到这位居民的任何信息,请核对电话、openid 或工单号", field="who")
    return Traces(talks, orders, named, joined)


async def erase(session: AsyncSession, *, who: Sequence[str], by: Principal, reason: str, now: datetime) -> Erased:
    """Erase what `find_traces` finds, and write down who did it and why: in every order's log, and in the record of access.

    Raises Forbidden for a role that may not, InvalidField without a reason, NotFound, Conflict while something is being done.
    """
    require_right(by, reason)
    traces = await find_traces(session, who)
    await _require_nothing_under_way(session, traces)
    done = Erased(kept=[order.number for order in traces.kept], named=len(traces.named))
    await _leave_named(session, traces.named)
    await session.execute(delete(JoinRow).where(JoinRow.id.in_([join.id for join in traces.joined])))
    for order in traces.erasable:
        done.attachments += await forget_order(session, order.id, now=now, actor=by.actor, request=f"{_REQUEST}({reason})")
        done.orders += 1
    for row in traces.conversations:
        await _erase_conversation(session, row, done)
    what = f"erased: {done.orders} orders, {done.conversations} conversations, {done.messages} messages"
    numbers = ",".join(order.number for order in traces.orders)
    record_access(session, actor=by.actor, subject=f"work_order:{numbers}", what=what, reason=reason, now=now)
    return done


def require_right(by: Principal, reason: str) -> None:
    """Raises Forbidden for a role that may not erase, InvalidField without a reason."""
    if by.role not in MAY_ERASE:
        raise Forbidden("只有主管和管理员可以删除居民的个人信息", field="by")
    if not reason.strip():
        raise InvalidField("要写明依据,例如:本人书面申请", field="reason")


async def _conversations(session: AsyncSession, who: Sequence[str]) -> Sequence[ConversationRow]:
    of_orders = select(WorkOrderRow.conversation_id).where(WorkOrderRow.number.in_(who))
    theirs = or_(ConversationRow.channel_user_id.in_(who), ConversationRow.phone.in_(who), ConversationRow.id.in_(of_orders))
    return list(await session.scalars(select(ConversationRow).where(theirs).with_for_update()))


def _whose(table: Any, here: list[str], accounts: list[tuple[str, str]], who: Sequence[str]) -> list[ColumnElement[bool]]:
    account = tuple_(table.channel, table.channel_user_id).in_(accounts) if accounts else false()
    return [table.conversation_id.in_(here), account, table.channel_user_id.in_(who)]


async def _all(session: AsyncSession, table: Any, *which: ColumnElement[bool]) -> Sequence[Any]:
    return list(await session.scalars(select(table).where(*which).order_by(table.id)))


async def _require_nothing_under_way(session: AsyncSession, traces: Traces) -> None:
    """Raises Conflict that says what has to be finished first."""
    if still := [order.number for order in (*traces.orders, *traces.named) if order.state not in FINISHED]:
        raise Conflict(f"工单 {'、'.join(still)} 还没有归档,先办完或撤单再删除", field="who")
    if any(row.owner != Owner.BOT.value or row.queued_at is not None for row in traces.conversations):
        raise Conflict("这位居民正有人在接待或在排队,先交还给机器人再删除", field="who")
    here = [row.id for row in traces.conversations]
    moving = or_(
        and_(MessageRow.direction == "in", MessageRow.handled_at.is_(None)),
        MessageRow.status.in_(ON_THE_WAY),
        MessageRow.media_due_at.is_not(None),
    )
    if await session.scalar(select(exists().where(MessageRow.conversation_id.in_(here), moving))):
        raise Conflict("还有消息没有处理完或没有发出,过几分钟再删除", field="who")
    numbers = [order.number for order in traces.orders]
    about = or_(CallBackTaskRow.conversation_id.in_(here), CallBackTaskRow.order_number.in_(numbers))
    if await session.scalar(select(exists().where(CallBackTaskRow.done_at.is_(None), about))):
        raise Conflict("还有给这位居民回电的任务,先办完再删除", field="who")


async def _leave_named(session: AsyncSession, named: Iterable[WorkOrderRow]) -> None:
    """Somebody else's report stays; only the way to reach this resident goes."""
    ids = [order.id for order in named]
    statement = update(WorkOrderRow).where(WorkOrderRow.id.in_(ids)).values(contact_phone="", contact_name="")
    await session.execute(statement.execution_options(synchronize_session=False))


async def _erase_conversation(session: AsyncSession, row: ConversationRow, done: Erased) -> None:
    """All that was said, but not about an order that is kept; the conversation itself goes when nothing holds it any more."""
    kept = MessageRow.order_number.in_(done.kept)
    said = select(MessageRow.id).where(MessageRow.conversation_id == row.id, or_(MessageRow.order_number.is_(None), ~kept))
    for message_id in list(await session.scalars(said)):
        done.attachments += await forget_message(session, message_id)
        done.messages += 1
    await drop_draft(session, row.id)
    held = [exists().where(table.conversation_id == row.id) for table in (MessageRow, WorkOrderRow)]
    if row.opted_out_at is None and not await session.scalar(select(or_(*held))):
        await forget_resident(session, row.id)
        done.conversations += 1
