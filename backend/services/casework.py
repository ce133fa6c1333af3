"""Applying verbs to work orders: who may, whether it is possible now, what it does, and the event that records it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import Channel
from backend.contracts.people import Role
from backend.contracts.work_orders import EVENT_OF_VERB, State, Verb
from backend.domain.delivery_plan import reached_at
from backend.domain.errors import Forbidden, KeyReused, StaleVersion
from backend.domain.verb_data import check_data
from backend.domain.work_order import ROLE_VERBS, VERB_NAMES, Standing, allowed_for, allowed_verbs, next_state
from backend.services.order_log import append_event
from backend.services.order_terms import refresh_alarm, terms_of
from backend.services.verb_effects import EFFECTS, Situation, event_data
from backend.storage import work_orders as orders
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.work_orders import WorkOrderEventRow, WorkOrderRow

SYSTEM = "system"
RESIDENT = "resident"  # who acts when our own programs act for one: who that is stands in the order, not in the log
_REPORTERS_OWN = frozenset({Verb.WITHDRAW})
_WORDS = ("note", "reason", "unit")  # what tells one request from another, and stands in its event as it was given


@dataclass(frozen=True)
class Resident:
    """Whom the service acts for: the conversation, or the identity on a channel; empty parts are not known."""

    conversation_id: str = ""
    channel: str = ""
    channel_user_id: str = ""


@dataclass(frozen=True)
class Caller:
    """Who asks, for the checks of role and ownership."""

    role: Role
    unit_id: str | None = None
    resident: Resident | None = None


async def apply_verb(
    session: AsyncSession,
    *,
    number: str,
    verb: Verb,
    actor: str,
    data: Mapping[str, Any],
    expected_version: int | None,
    now: datetime,
    caller: Caller | None = None,
    idempotency_key: str = "",
    answered_in: str = "",
) -> WorkOrderRow:
    """Do `verb` to order `number` and return it as it is then. `caller` None is the system itself, which may everything;
    `answered_in` is then the conversation that has its answer, if any.

    The same verb with the same `idempotency_key` is done once; asked for again, it returns the order without another effect.

    Raises NotFound (also for an order that is not the caller's), Forbidden, StaleVersion when `expected_version` is given and is
    not the current one, IllegalTransition with the allowed verbs, InvalidField naming the field, Conflict or TooOften where a
    limit is reached.
    """
    order = await orders.get_order(session, number, lock=True)
    if caller is not None:
        await authorise(session, order, verb, caller, data)
    key = f"{verb.value}:{idempotency_key}" if idempotency_key else None
    done = await orders.event_by_key(session, order.id, idempotency_key=key) if key is not None else None
    if done is not None:
        _require_same_words(done, data)
        return order
    if expected_version is not None and expected_version != order.version:
        raise StaleVersion("这个工单刚被别人改过,请刷新后再试", field="version", version=order.version)
    to_state = next_state(standing(order), verb)
    given = check_data(verb, data)
    terms = await terms_of(session, order.service_code, order.clock_started_at if verb is not Verb.REOPEN else now)
    effect = await EFFECTS[verb](Situation(session, order, given, terms, caller.role if caller else None, now))
    if effect.nothing:
        return order
    if "contact_phone" in given.data:
        await _reach_by(session, order, caller, given.data["contact_phone"])
    await append_event(
        session,
        order,
        type_=EVENT_OF_VERB[verb],
        actor=actor,
        now=now,
        to_state=to_state,
        note=given.note if effect.note is None else effect.note,
        data=event_data(given, effect),
        changes=effect.changes,
        idempotency_key=key,
        answered_in=answered_in or answered_by(caller),
    )
    for type_, note, event_facts, changes in effect.follow_ups:
        await append_event(session, order, type_=type_, actor=SYSTEM, now=now, note=note, data=event_facts, changes=changes)
    await refresh_alarm(session, order)
    return order


async def _reach_by(session: AsyncSession, order: WorkOrderRow, caller: Caller | None, phone: str) -> None:
    """From now on notices go to this phone: the reporter's, or that of the joined resident for whom the caller acts."""
    resident = caller.resident if caller is not None else None
    conversation_id = order.conversation_id
    if resident is None or _same_resident(resident, order.conversation_id, order.channel, order.channel_user_id):
        order.contact_phone = phone
    else:
        conversation_id = resident.conversation_id
        for join in await orders.joins_of(session, order.id):
            if _same_resident(resident, join.conversation_id, join.channel, join.channel_user_id):
                join.phone, conversation_id = phone, join.conversation_id
    row = await session.get(ConversationRow, conversation_id, with_for_update=True) if conversation_id else None
    if row is not None:
        row.phone = reached_at(row.phone, phone, by_sms=row.channel == Channel.SMS.value)


def _require_same_words(done: WorkOrderEventRow, data: Mapping[str, Any]) -> None:
    """Raises KeyReused when the key stands for something else that was said: it would be lost without a word."""
    told = {"note": done.note, **done.data}
    if any(str(data[name]).strip() != told.get(name) for name in _WORDS if data.get(name)):
        raise KeyReused("这个 Idempotency-Key 已经用在另一次操作上了,请换一个", field="Idempotency-Key")


def answered_by(caller: Caller | None) -> str:
    """The conversation in which a resident asked for it: its answer says what came of it. "" where nobody is being answered."""
    return caller.resident.conversation_id if caller is not None and caller.resident is not None else ""


def standing(order: WorkOrderRow) -> Standing:
    return Standing(State(order.state), suspended=order.suspended_at is not None)


def allowed_now(order: WorkOrderRow, role: Role | None = None) -> list[str]:
    """The verbs that are possible now, for this role when one is given."""
    now = standing(order)
    return [verb.value for verb in (allowed_verbs(now) if role is None else allowed_for(role, now))]


async def authorise(session: AsyncSession, order: WorkOrderRow, verb: Verb, caller: Caller, data: Mapping[str, Any]) -> None:
    """Raises NotFound when the order is not the caller's, Forbidden when the role may not do this."""
    joining = verb is Verb.JOIN and caller.role is Role.SERVICE
    if not (joining and _is_same_matter(order, data)):
        await require_access(session, order, caller)
    if verb in _REPORTERS_OWN or data.get("confidential"):
        require_reporter(order, caller)
    if "contact_phone" in data and caller.role is Role.HANDLER:
        raise Forbidden("联系电话请接线员来改", field="contact_phone")
    if verb not in ROLE_VERBS[caller.role]:
        raise Forbidden(f"您的角色不能做“{VERB_NAMES[verb]}”", field="verb")


async def require_access(session: AsyncSession, order: WorkOrderRow, caller: Caller) -> None:
    """Raises NotFound unless the caller may know of this order: own unit, own or joined order, or a role that sees all."""
    if caller.role is Role.HANDLER and (caller.unit_id is None or caller.unit_id != order.unit_id):
        raise orders.no_such_order()
    if caller.role is Role.SERVICE and not await belongs_to(session, order, caller.resident):
        raise orders.no_such_order()


def require_reporter(order: WorkOrderRow, caller: Caller) -> None:
    """Raises Forbidden for a resident who only joined: ending or judging the matter is for the one who reported it."""
    resident = caller.resident or Resident()
    own = _same_resident(resident, order.conversation_id, order.channel, order.channel_user_id)
    if caller.role is Role.SERVICE and not own:
        raise Forbidden("这件事是别的居民报的,您是跟着一起等消息的,要由报事的人来定", field="number")


async def belongs_to(session: AsyncSession, order: WorkOrderRow, resident: Resident | None) -> bool:
    """Whether this resident reported the order or joined it."""
    if resident is None:
        return False
    if _same_resident(resident, order.conversation_id, order.channel, order.channel_user_id):
        return True
    joins = await orders.joins_of(session, order.id)
    return any(_same_resident(resident, join.conversation_id, join.channel, join.channel_user_id) for join in joins)


def _same_resident(resident: Resident, conversation_id: str | None, channel: str, user: str) -> bool:
    if resident.conversation_id and resident.conversation_id == conversation_id:
        return True
    return bool(resident.channel_user_id) and (resident.channel, resident.channel_user_id) == (channel, user)


def _is_same_matter(order: WorkOrderRow, data: Mapping[str, Any]) -> bool:
    """A resident may only join what was offered as the same thing; guessing a number without knowing its matter is not enough."""
    return not order.confidential and data.get("service_code") == order.service_code
