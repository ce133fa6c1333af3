"""What each verb does to an order beyond moving its state: one function per verb, looked up in a table."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Address
from backend.contracts.people import Role
from backend.contracts.work_orders import EventType, Verb
from backend.domain import clocks
from backend.domain.calendar import at_local, local_day
from backend.domain.clocks import Extension, Pause
from backend.domain.errors import Conflict, InvalidField, TooOften
from backend.domain.routing import locate, route
from backend.domain.verb_data import MOST_DAYS, Given
from backend.services.order_terms import Terms, history_of_round
from backend.storage import directory
from backend.storage import work_orders as orders
from backend.storage.tables.work_orders import JoinRow, WorkOrderRow

URGES_PER_DAY = 3
RETURNS_UNTIL_DISPATCHER_DECIDES = 2
RETURNS_UNTIL_ESCALATION = 3
_MANUAL = "manual"


class ReturnTooLate(Conflict):
    """Returning was possible within one working day after dispatch; silence counts as accepting."""

    code = "return_too_late"


class TooLateToExtend(Conflict):
    """An extension has to be asked for before the order is due."""

    code = "too_late_to_extend"


class TooManyExtensions(Conflict):
    code = "too_many_extensions"


@dataclass(frozen=True)
class Situation:
    """What an effect may look at. `role` is None when the system itself acts."""

    session: AsyncSession
    order: WorkOrderRow
    given: Given
    terms: Terms
    role: Role | None
    now: datetime


@dataclass(frozen=True)
class Effect:
    """What a verb does: order fields, what the event says, and events that follow from it. `nothing`: already so."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    follow_ups: tuple[tuple[EventType, str, Mapping[str, Any], Mapping[str, Any]], ...] = ()
    nothing: bool = False


async def _dispatch(at: Situation) -> Effect:
    unit_id = at.given.data.get("unit", "")
    rule = _MANUAL
    if not unit_id:
        unit_id, rule = await _routed(at)
    unit = await directory.unit(at.session, unit_id)
    if unit is None or not unit.active:
        raise InvalidField(f"没有单位“{unit_id}”,请从单位列表里选" if unit_id else "请选择派给哪个单位", field="unit")
    changes = {
        "unit_id": unit_id,
        "routing_rule": rule,
        "dispatched_at": at.now,
        "acknowledged_at": None,
        "holder_due_at": at.terms.holder_due(at.order, at.now),
    }
    return Effect(changes, {"unit": unit_id, "unit_name": unit.name, "rule": rule})


async def _routed(at: Situation) -> tuple[str, str]:
    address = Address(**at.order.address)
    chain = locate(address, await directory.places(at.session), grid=at.order.grid_code)
    routed = route(chain, at.order.service_code, await directory.rules_for(at.session, at.order.service_code))
    return (routed.unit_id, routed.rule_id) if routed else ("", "")


async def _acknowledge(at: Situation) -> Effect:
    return Effect({"acknowledged_at": at.now})


async def _contact(at: Situation) -> Effect:
    reached = at.given.data.get("reached", True)
    first = reached and at.order.contacted_at is None
    return Effect({"contacted_at": at.now} if first else {}, {"reached": reached})


async def _arrive(at: Situation) -> Effect:
    told = at.given.data.get("arrived_at")
    moment = datetime.fromisoformat(told) if told else at.now
    if not at.order.clock_started_at <= moment <= at.now:
        raise InvalidField("到场时间要在居民反映之后、现在之前", field="arrived_at")
    return Effect({"arrived_at": moment} if at.order.arrived_at is None else {})


async def _return(at: Situation) -> Effect:
    dispatched = at.order.dispatched_at or at.order.clock_started_at
    if at.now > clocks.return_until(dispatched, at.terms.calendar):
        raise ReturnTooLate("派单已经超过一个工作日,不能退单", field="verb")
    count = at.order.returns + 1
    desk = await directory.dispatch_desk(at.session)
    changes = {
        "returns": count,
        "unit_id": desk.id if desk else None,
        "routing_rule": "",
        "holder_due_at": at.terms.holder_due(at.order, at.now),
    }
    data: dict[str, Any] = {"count": count, "unit": at.order.unit_id}
    if count >= RETURNS_UNTIL_DISPATCHER_DECIDES:
        data["decision"] = "dispatcher"
    if count < RETURNS_UNTIL_ESCALATION:
        return Effect(changes, data)
    level = at.order.level + 1
    note = f"第{count}次退单,提级处理"
    return Effect(changes, data, follow_ups=((EventType.ESCALATED, note, {"level": level}, {"level": level}),))


async def _extend(at: Situation) -> Effect:
    """A handler asks; the next level grants (or refuses with `granted: false`). At most 3 times 3 working days."""
    order = at.order
    if order.due_at is None or at.now > order.due_at:
        raise TooLateToExtend("已经过了办结时限,不能再申请延期", field="verb")
    if order.extensions >= clocks.MAX_EXTENSIONS:
        raise TooManyExtensions(f"一个工单最多延期{clocks.MAX_EXTENSIONS}次", field="verb")
    days = _days_asked(at)
    if at.role is Role.HANDLER:
        return Effect({"extension_requested": days}, {"days": days, "granted": False, "requested": True})
    if at.given.data.get("granted") is False:
        return Effect({"extension_requested": 0}, {"days": days, "granted": False})
    history = history_of_round(await orders.events_of(at.session, order.id))
    due = at.terms.due(order, [*history, Extension(at.now, days)])
    changes = {
        "due_at": due.at,
        "due_provisional": due.provisional,
        "extensions": order.extensions + 1,
        "extension_requested": 0,
    }
    return Effect(changes, {"days": days, "granted": True, "due_at": due.at.isoformat()})


def _days_asked(at: Situation) -> int:
    days = at.given.data.get("days")
    until = at.given.data.get("until")
    if days is None and until is not None and at.order.due_at is not None:
        last = local_day(datetime.fromisoformat(until))
        days = at.terms.calendar.between(local_day(at.order.due_at), last)
        if not 1 <= days <= MOST_DAYS:
            raise InvalidField(f"一次最多延期{MOST_DAYS}个工作日", field="until")
    days = days or at.order.extension_requested
    if not days:
        raise InvalidField("请写明延期几个工作日", field="days")
    return int(days)


async def _suspend(at: Situation) -> Effect:
    resume_at = datetime.fromisoformat(at.given.data["resume_at"])
    if resume_at <= at.now:
        raise InvalidField("恢复时间要在现在之后", field="resume_at")
    return Effect({"suspended_at": at.now, "resume_at": resume_at})


async def _resume(at: Situation) -> Effect:
    order = at.order
    started = order.suspended_at or at.now
    history = history_of_round(await orders.events_of(at.session, order.id))
    due = at.terms.due(order, [*history, Pause(started, at.now)])
    changes: dict[str, Any] = {
        "suspended_at": None,
        "resume_at": None,
        "due_at": due.at,
        "due_provisional": due.provisional,
    }
    if order.on_site_due_at is not None and order.arrived_at is None and started <= order.on_site_due_at:
        changes["on_site_due_at"] = order.on_site_due_at + (at.now - started)
    return Effect(changes, {"due_at": due.at.isoformat()})


async def _resolve(at: Situation) -> Effect:
    changes = {"resolved_at": at.now, "outcome": at.given.data["outcome"], "reply": at.given.note}
    return Effect(changes, {"round": at.order.round})


async def _close(at: Situation) -> Effect:
    rated = await orders.rating_of(at.session, at.order.id, at.order.round)
    return Effect({"closed_at": at.now}, {"waived": at.given.data.get("waived", rated is None)})


async def _reopen(at: Situation) -> Effect:
    order = at.order
    _keep_files(at)
    changes = {
        **at.terms.start(at.now),
        "round": order.round + 1,
        "dispatched_at": at.now,
        "holder_due_at": at.terms.holder_due(order, at.now),
        **dict.fromkeys(("acknowledged_at", "contacted_at", "arrived_at", "resolved_at", "closed_at")),
        "extensions": 0,
        "extension_requested": 0,
        "outcome": "",
        "reply": "",
    }
    return Effect(changes, {"unit": order.unit_id, "round": order.round + 1, "due_at": changes["due_at"].isoformat()})


async def _end(at: Situation) -> Effect:
    return Effect({"closed_at": at.now, "suspended_at": None, "resume_at": None})


async def _urge(at: Situation) -> Effect:
    midnight = at_local(local_day(at.now), 0)
    events = await orders.events_of(at.session, at.order.id)
    today = sum(event.type == EventType.URGED.value and event.at >= midnight for event in events)
    if today >= URGES_PER_DAY:
        wait = int((midnight + timedelta(days=1) - at.now).total_seconds())
        raise TooOften("今天已经催过三次了,单位都收到了,明天还没动静您再催", field="verb", retry_after=wait)
    count = at.order.reminders + 1
    return Effect({"reminders": count}, {"count": count, "unit": at.order.unit_id})


async def _escalate(at: Situation) -> Effect:
    unit_id = at.given.data.get("unit", "")
    if unit_id and await directory.unit(at.session, unit_id) is None:
        raise InvalidField("没有这个单位", field="unit")
    level = at.order.level + 1
    return Effect({"level": level}, {"level": level})


async def _supervise(at: Situation) -> Effect:
    count = at.order.supervisions + 1
    return Effect({"supervisions": count}, {"count": count})


async def _join(at: Situation) -> Effect:
    data = at.given.data
    channel, user = data.get("channel", ""), data.get("channel_user_id", "")
    if not (channel and user):
        raise InvalidField("要写明是谁加入", field="channel_user_id")
    if (channel, user) == (at.order.channel, at.order.channel_user_id):
        return Effect(nothing=True)
    query = select(JoinRow).where(JoinRow.order_id == at.order.id, JoinRow.channel == channel, JoinRow.channel_user_id == user)
    if (await at.session.execute(query)).scalar_one_or_none() is not None:
        return Effect(nothing=True)
    at.session.add(
        JoinRow(
            order_id=at.order.id,
            channel=channel,
            channel_user_id=user,
            conversation_id=data.get("conversation_id"),
            phone=data.get("phone", ""),
            joined_at=at.now,
        )
    )
    return Effect(data={"channel": channel, "joined": len(await orders.joins_of(at.session, at.order.id))})


async def _note(at: Situation) -> Effect:
    """`confidential`: the reporter asks after filing not to be known, and is hidden from now on. Nothing takes it back."""
    _keep_files(at)
    return Effect({"confidential": True} if at.given.data.get("confidential") else {})


def _keep_files(at: Situation) -> None:
    """What a resident sends after filing stands with what was sent before it; personal data, so it is no part of the log."""
    sent = at.given.data.get("attachments")
    if sent and at.role in (Role.SERVICE, None):
        at.order.attachments = [*at.order.attachments, *sent]


async def _none(_at: Situation) -> Effect:
    return Effect()


EFFECTS: dict[Verb, Callable[[Situation], Awaitable[Effect]]] = {
    Verb.DISPATCH: _dispatch,
    Verb.ACKNOWLEDGE: _acknowledge,
    Verb.CONTACT: _contact,
    Verb.ARRIVE: _arrive,
    Verb.NOTE: _note,
    Verb.RETURN: _return,
    Verb.EXTEND: _extend,
    Verb.SUSPEND: _suspend,
    Verb.RESUME: _resume,
    Verb.RESOLVE: _resolve,
    Verb.CLOSE: _close,
    Verb.REOPEN: _reopen,
    Verb.WITHDRAW: _end,
    Verb.DECLINE: _end,
    Verb.URGE: _urge,
    Verb.ESCALATE: _escalate,
    Verb.SUPERVISE: _supervise,
    Verb.JOIN: _join,
}
# Data of a verb that names a resident: it belongs to the join row, not into the log that handlers read.
PERSONAL_DATA = frozenset({"channel_user_id", "conversation_id", "phone", "contact_phone"})


def event_data(given: Given, effect: Effect) -> dict[str, Any]:
    """What the event says: what was given, without personal data, and what came of it."""
    kept = {name: value for name, value in dataclasses.asdict(given)["data"].items() if name not in PERSONAL_DATA}
    return {**kept, **effect.data}
