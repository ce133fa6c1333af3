"""Turns that the assistant was not sure of, for people who improve it. Personal data is masked; downloads are on record."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from backend.console.context import ContextDep, ReviewerDep, WebContext
from backend.console.page_route import PageRoute
from backend.console.rendering import render
from backend.contracts.spoken_time import LOCAL
from backend.services.auth import record_access
from backend.services.review import ReviewTurn, leaves, turns_to_review
from backend.services.review_file import workbook_of

router = APIRouter(prefix="/console/review", route_class=PageRoute)
SHOWN, DOWNLOADED = 200, 2000
SHARES = (90, 80, 70, 60, 50, 40, 30)  # per cent
PERIODS = {1: "今天一天内", 7: "最近7天", 14: "最近14天", 30: "最近30天", 90: "最近90天"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

BelowQuery = Annotated[int, Query(ge=1, le=100)]
DaysQuery = Annotated[int, Query(ge=1, le=366)]


@router.get("")
async def review_page(
    request: Request, context: ContextDep, user: ReviewerDep, below: BelowQuery = 60, days: DaysQuery = 7
) -> Response:
    """The weakest turns first. `below`: a share in per cent; `days`: how far back."""
    turns = await _turns(context, context.clock.now(), below, days, SHOWN)
    data = {"user": user, "turns": turns, "below": below, "days": days, "shares": SHARES, "periods": PERIODS}
    return render(request, "review.html", {**data, "is_cut": len(turns) == SHOWN, "shown": SHOWN})


@router.get("/file")
async def review_file(context: ContextDep, user: ReviewerDep, below: BelowQuery = 60, days: DaysQuery = 7) -> Response:
    """The same as a workbook to fill in."""
    now = context.clock.now()
    turns = await _turns(context, now, below, days, DOWNLOADED)
    async with context.database.transaction() as session:
        names = await leaves(session)
        what = f"{len(turns)} turns below {below}% of {days} days"
        record_access(session, actor=user.actor, subject="understood_turns", what=what, reason="下载待复核", now=now)
    file = io.BytesIO()
    workbook_of(turns, leaves=names).save(file)
    name = f"待复核-{now.astimezone(LOCAL):%Y%m%d}.xlsx"
    headers = {"Content-Disposition": f"attachment; filename=\"review.xlsx\"; filename*=UTF-8''{quote(name)}"}
    return Response(file.getvalue(), media_type=XLSX, headers=headers)


async def _turns(context: WebContext, now: datetime, below: int, days: int, limit: int) -> list[ReviewTurn]:
    async with context.database.reading() as session:
        return await turns_to_review(session, since=now - timedelta(days=days), below=below / 100, limit=limit)
