"""Figures over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from backend.api.dependencies import ClockDep, ReadingDep, require
from backend.contracts.people import Role
from backend.domain.assessment import Figures, Rate
from backend.domain.calendar import SHANGHAI
from backend.domain.errors import InvalidField
from backend.domain.moments import is_usable
from backend.services.assessment import By, assessment
from backend.services.auth import Principal

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])
ReportsDep = Annotated[Principal, Depends(require(Role.DISPATCHER, Role.SUPERVISOR))]


class RateOut(BaseModel):
    """`value` is null where there is nothing to divide by; the denominator is always told."""

    value: float | None
    numerator: float
    denominator: int


class FiguresOut(BaseModel):
    """响应率, 解决率, 满意率, 综合成绩, 按时办结率, 重办率, 退单率, 有效回访率; unranked below n follow-ups."""

    group: str
    name: str
    received: int
    response: RateOut
    resolved: RateOut
    satisfied: RateOut
    score: float | None
    on_time: RateOut
    reopened: RateOut
    returned: RateOut
    followed_up: RateOut
    ranked: bool
    rank: int | None


class AssessmentOut(BaseModel):
    """`from` and `to` as [from, to); `policy` are the weights and part-credits that were in force."""

    start: datetime
    end: datetime
    by: str
    policy: dict[str, Any]
    items: list[FiguresOut]


@router.get("/assessment")
async def get_assessment(
    _: ReportsDep,
    session: ReadingDep,
    clock: ClockDep,
    from_: Annotated[str, Query(alias="from")] = "",
    to: str = "",
    by: By = "unit",
) -> AssessmentOut:
    """Figures of a period. `from` and `to` are local days (`to` included) or times with a zone; without them the last 30 days."""
    now = clock.now()
    start = _moment(from_, "from") if from_ else now - timedelta(days=30)
    end = _moment(to, "to", end_of_day=True) if to else now
    if start >= end:
        raise InvalidField("开始要早于结束", field="from")
    result = await assessment(session, start=start, end=end, by=by, now=now)
    items = [_figures(each, result.names.get(each.group, each.group)) for each in result.figures]
    return AssessmentOut(start=start, end=end, by=by, policy=asdict(result.policy), items=items)


def _figures(figures: Figures, name: str) -> FiguresOut:
    rates = ("response", "resolved", "satisfied", "on_time", "reopened", "returned", "followed_up")
    return FiguresOut(
        group=figures.group,
        name=name,
        received=figures.volume.received,
        score=figures.score,
        ranked=figures.ranked,
        rank=figures.rank,
        **{rate: _rate(getattr(figures, rate)) for rate in rates},
    )


def _rate(rate: Rate) -> RateOut:
    value = None if rate.value is None else round(rate.value, 4)
    return RateOut(value=value, numerator=round(rate.numerator, 2), denominator=rate.denominator)


def _moment(text: str, field: str, *, end_of_day: bool = False) -> datetime:
    try:
        if len(text) <= len("2026-11-21"):
            day = date.fromisoformat(text) + timedelta(days=end_of_day)
            moment = datetime.combine(day, time(), tzinfo=SHANGHAI)
        else:
            moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise InvalidField("时间要写成 2026-11-21 或 2026-11-21T08:00:00+08:00", field=field) from error
    if moment.tzinfo is None:
        raise InvalidField("时间要带时区", field=field)
    if not is_usable(moment):
        raise InvalidField("年份不对", field=field)
    return moment.astimezone(UTC)
