"""By which way a message reaches its resident: the cheapest permitted one (DESIGN.md section 2, rule 6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from backend.contracts.messages import Channel, MessageStatus, Route
from backend.contracts.spoken_time import LOCAL
from backend.domain.session_window import Window, may_send

SMS_FROM, SMS_UNTIL = 7, 22  # local hours in which a notification may make a phone ring


# as caseworkers read them in reasons
ROUTE_NAMES = {
    Route.SESSION: "会话消息",
    Route.SUBSCRIBE_LONG_TERM: "长期订阅消息",
    Route.SUBSCRIBE_ONE_TIME: "一次性订阅消息",
    Route.SMS: "短信",
    Route.CALL_BACK: "电话",
}


_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_NO_SUCH_WAY = "没有这条路"  # not worth telling: the channel never had it


class Step(str, Enum):
    SEND = "send"
    WAIT = "wait"
    SUPPRESS = "suppress"
    CALL_BACK = "call_back"


@dataclass(frozen=True)
class Situation:
    """All that the choice depends on.

    `opted_out` is about SMS to `phone`, whatever the channel. `closed` are the routes that turned out not to work for this
    message. `notification` is what nobody asked for at this moment (an answer in conversation is not one); `essential` must reach
    the resident, whatever it takes; `urgent` also at night; `awake`: the resident wrote a moment ago; `pieces`: how many messages
    of a session it becomes; `templated` has a form that a subscribe message can take.
    """

    channel: Channel
    routes: frozenset[Route]
    session_limited: bool
    now: datetime
    windows: tuple[Window, ...] = ()
    long_term_consent: bool = False
    one_time_consents: int = 0
    phone: str = ""
    opted_out: bool = False
    closed: frozenset[Route] = field(default_factory=frozenset)
    notification: bool = False
    essential: bool = True
    urgent: bool = False
    awake: bool = False
    pieces: int = 1
    templated: bool = True


@dataclass(frozen=True)
class Plan:
    """`route` with Step.SEND, `not_before` with Step.WAIT; `why` tells people what was passed over."""

    step: Step
    why: str
    route: Route | None = None
    not_before: datetime | None = None


def choose(situation: Situation) -> Plan:
    """The next step for one message."""
    passed: list[str] = []
    for route, objection in _LADDER:
        against = "已试过" if route in situation.closed else objection(situation)
        if against == _NO_SUCH_WAY:
            continue
        if against:
            passed.append(f"{ROUTE_NAMES[route]}:{against}")
            continue
        if _rings(situation, route) and not _may_ring(situation):
            return Plan(Step.WAIT, "夜间不打扰", not_before=next_morning(situation.now))
        return Plan(Step.SEND, ";".join(passed), route=route)
    if not situation.essential:
        return Plan(Step.SUPPRESS, ";".join(passed))
    return Plan(Step.CALL_BACK, ";".join(passed))


def _session(at: Situation) -> str:
    if Route.SESSION not in at.routes:
        return _NO_SUCH_WAY
    if at.channel is Channel.SMS:
        return _opted_out(at)
    if not at.session_limited:
        return ""
    if may_send(at.windows, at.now, notification=at.notification, pieces=at.pieces):
        return ""
    return "窗口已关或条数用完" if at.pieces == 1 else f"要分{at.pieces}条发,窗口已关或条数不够"


def _long_term(at: Situation) -> str:
    if Route.SUBSCRIBE_LONG_TERM not in at.routes or not at.templated:
        return _NO_SUCH_WAY
    return "" if at.long_term_consent else "没有长期订阅"


def _one_time(at: Situation) -> str:
    if Route.SUBSCRIBE_ONE_TIME not in at.routes or not at.templated:
        return _NO_SUCH_WAY
    return "" if at.one_time_consents > 0 else "没有一次性订阅"


def _sms(at: Situation) -> str:
    if not at.phone:
        return "没有手机号"
    if not takes_sms(at.phone):
        return "座机收不了短信"
    return _opted_out(at)


def takes_sms(phone: str) -> bool:
    """Whether a number that a resident gave is a mobile; to a landline ("0412-…") a person telephones."""
    return _MOBILE.fullmatch(phone) is not None


def reached_at(known: str, given: str, *, by_sms: bool) -> str:
    """The number to reach a resident at, after one more was given with an order: the last one, but a landline does not replace a
    mobile; who texts us (`by_sms`) is reached where the texts come from."""
    if not known or not given:
        return known or given
    return known if by_sms or (takes_sms(known) and not takes_sms(given)) else given


def _opted_out(at: Situation) -> str:
    return "已退订短信" if at.opted_out and at.notification else ""


_LADDER: tuple[tuple[Route, Callable[[Situation], str]], ...] = (
    (Route.SESSION, _session),
    (Route.SUBSCRIBE_LONG_TERM, _long_term),
    (Route.SUBSCRIBE_ONE_TIME, _one_time),
    (Route.SMS, _sms),
)


def _rings(at: Situation, route: Route) -> bool:
    return at.notification and (route is Route.SMS or at.channel is Channel.SMS)


def _may_ring(at: Situation) -> bool:
    return at.urgent or at.awake or SMS_FROM <= at.now.astimezone(LOCAL).hour < SMS_UNTIL


def next_morning(now: datetime) -> datetime:
    """The next moment at which a phone may ring, local time."""
    local = now.astimezone(LOCAL)
    morning = local.replace(hour=SMS_FROM, minute=0, second=0, microsecond=0)
    return morning if local < morning else morning + timedelta(days=1)


# --- after the attempt -------------------------------------------------------------------------------------------------------

MAX_ATTEMPTS = 10
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 600.0


def pause_before_retry(attempts: int, jitter: float) -> timedelta:
    """Exponential, at most ten minutes; `jitter` (0–1) spreads retries over the second half of the pause."""
    pause = min(_FIRST_PAUSE * 2.0 ** max(attempts - 1, 0), _LONGEST_PAUSE)
    return timedelta(seconds=pause * (0.5 + jitter / 2))


_RANK = {
    MessageStatus.QUEUED: 0,
    MessageStatus.SUBMITTED: 1,
    MessageStatus.UNKNOWN: 2,
    MessageStatus.SENT: 3,
    MessageStatus.FAILED: 4,
    MessageStatus.DELIVERED: 5,
}


def advances(current: MessageStatus, reported: MessageStatus) -> bool:
    """Whether a report may change a status: never backwards; what failed may turn out delivered, not the other way round."""
    return current in _RANK and reported in _RANK and _RANK[reported] > _RANK[current]
