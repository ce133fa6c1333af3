"""Where an order is, in two short sentences for its resident: what, who has it since when, due when, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.contracts.matters import UNCLEAR
from backend.contracts.spoken_time import by_text, due_day, moment_text
from backend.contracts.work_orders import OPEN_STATES, State


@dataclass(frozen=True)
class Standing:
    """An order as it stands. `matter` is its leaf in spoken words; `since` is when it came into this state; `due_at` and
    `on_site_due_at` are promises, `arrived_at` is when somebody came; `bad_score` is a low score that waits for its reason, 0 for
    none. Times carry their zone."""

    state: State
    matter: str
    unit: str
    since: datetime
    due_at: datetime | None = None
    on_site_due_at: datetime | None = None
    arrived_at: datetime | None = None
    suspended: bool = False
    bad_score: int = 0


@dataclass(frozen=True)
class _Wording:
    """`text` and what comes `next`; `still` is the same in other words, for one who asks again."""

    text: str
    next: str
    still: str


_WORDINGS: dict[State, _Wording] = {
    State.ACCEPTED: _Wording(
        "您报的{matter}{since}登记上了,正在找管事的单位{due}。", "定下来马上告诉您", "{matter}还在找管事的单位{due}。"
    ),
    State.DISPATCHED: _Wording(
        "您报的{matter}{since}交给了{unit}{due}。", "他们一接手我就告诉您", "{matter}还在{unit},等他们接手{due}。"
    ),
    State.IN_PROGRESS: _Wording(
        "您报的{matter},{unit}正在办,{came}{due}。", "办好了马上告诉您", "{matter}还是{unit}在办,{came}{due}。"
    ),
    State.RESOLVED: _Wording(
        "您报的{matter},{unit}{since}说办好了。",
        "您看弄好没有?打个1到5分吧,5分最满意",
        "{matter},{unit}{since}说办好了,就等您一句话。",
    ),
    State.CLOSED: _Wording(
        "您报的{matter}{since}办结了。", "要是没办好、又坏了,跟我说一声,可以重办", "{matter}{since}就办结了。"
    ),
    State.DECLINED: _Wording("您报的{matter}{since}没能受理。", "不明白的话,我给您找人工说说", "{matter}没能受理。"),
    State.WITHDRAWN: _Wording("您报的{matter}{since}撤回了。", "还需要的话,随时再报", "{matter}{since}就撤回了。"),
}
# Rated badly a moment ago; it goes back to its unit with the reason, or soon without one.
_WAITS_FOR_REASON = _Wording(
    "您报的{matter},{unit}{since}说办好了,您打了{score}分。",
    "哪儿没弄好,您说一句,我退回去叫他们重办;点错了就重发个分数",
    "{matter}您打了{score}分,我等您一句话。",
)
_PAUSED = "眼下有原因停着,能办了就接着办,到时告诉您"
_LATE = "已经过了说好的时间,要催他们就回“催一下”"


def status_text(standing: Standing, *, now: datetime) -> str:
    """Two sentences. `now` decides whether a day is called 今天 or by its date, and whether the promise is kept."""
    wording = _wording(standing)
    return f"{_filled(wording.text, standing, now)}{_next(standing, now, wording.next)}。"


def status_again(standing: Standing, *, now: datetime) -> str:
    """The same in other words, for one who asks a second time and hears nothing new."""
    wording = _wording(standing)
    closing = "一有变化我马上告诉您" if standing.state in OPEN_STATES else wording.next
    return f"{_filled(wording.still, standing, now)}{_next(standing, now, closing)}。"


def _wording(standing: Standing) -> _Wording:
    waits = standing.bad_score and standing.state not in OPEN_STATES
    return _WAITS_FOR_REASON if waits else _WORDINGS[standing.state]


def _filled(pattern: str, standing: Standing, now: datetime) -> str:
    since = moment_text(standing.since, now=now)
    came = f"{moment_text(standing.arrived_at, now=now)}到的现场" if standing.arrived_at else f"{since}接的手"
    return pattern.format(
        matter=_named(standing.matter),
        unit=standing.unit or "承办单位",
        since=since,
        came=came,
        due=_due(standing, now),
        score=standing.bad_score,
    )


def _named(matter: str) -> str:
    return matter if matter == UNCLEAR else f"“{matter}”"


def _due(standing: Standing, now: datetime) -> str:
    if standing.state not in OPEN_STATES or standing.suspended or _is_late(standing, now):
        return ""
    on_site = standing.on_site_due_at if standing.arrived_at is None else None
    said = [f"{by_text(on_site, now=now)}到场"] if on_site is not None and on_site > now else []
    said += [f"{due_day(standing.due_at, now=now)}办完"] if standing.due_at is not None else []
    return f",最晚{'、'.join(said)}" if said else ""


def _next(standing: Standing, now: datetime, otherwise: str) -> str:
    if standing.state in OPEN_STATES and standing.suspended:
        return _PAUSED
    return _LATE if _is_late(standing, now) else otherwise


def _is_late(standing: Standing, now: datetime) -> bool:
    return standing.state in OPEN_STATES and not standing.suspended and standing.due_at is not None and standing.due_at < now
