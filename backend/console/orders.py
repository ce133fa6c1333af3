"""The list of orders, one order, and its verbs."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from backend.console.announce import feed_of
from backend.console.context import ContextDep, DeskUserDep, UserDep, WebContext
from backend.console.cursor import read_cursor, write_cursor
from backend.console.page_route import PageRoute
from backend.console.rendering import render
from backend.console.verb_forms import forms_for, read_form
from backend.contracts.people import Role
from backend.contracts.work_orders import Verb
from backend.domain.errors import DomainError, Forbidden, NotFound, StaleVersion
from backend.services import order_desk
from backend.services.auth import Principal
from backend.services.casework import Caller, apply_verb
from backend.services.order_desk import OrderFilters, deadline

router = APIRouter(prefix="/console/orders", route_class=PageRoute)
PAGE = 30
_OPEN = ("accepted", "dispatched", "in_progress")
CHANGED = "刚有人改过这个工单,下面已经是最新情况。您写的还在,看过之后请再提交一次。"
# what the state filter offers besides single states
STATE_GROUPS = {"open": _OPEN, "all": ()}


@router.get("")
async def order_list(
    request: Request,
    context: ContextDep,
    user: UserDep,
    state: str = "open",
    unit: str = "",
    category: str = "",
    overdue: str = "",
    q: Annotated[str, Query(max_length=100)] = "",
    conversation: str = "",
    cursor: str = "",
) -> Response:
    """Orders, newest first, thirty a page."""
    now = context.clock.now()
    if conversation:
        state = "all"
    filters = OrderFilters(
        conversation_id=conversation if user.role is not Role.HANDLER else "",
        states=STATE_GROUPS.get(state, (state,)),
        unit_id=unit,
        category=category,
        q=q.strip(),
        overdue_at=now if overdue else None,
    )
    async with context.database.reading() as session:
        rows, key = await order_desk.page_of_orders(session, filters, user, cursor=read_cursor(cursor), limit=PAGE)
        choices = await order_desk.choices(session)
    asked = {"state": state, "unit": unit, "category": category, "overdue": overdue, "q": q, "conversation": conversation}
    following = urlencode({**asked, "cursor": write_cursor(key)}) if key else ""
    shown = [(row, deadline(row, now)) for row in rows]
    page = {
        "rows": shown,
        "choices": choices,
        "user": user,
        "now": now,
        "asked": asked,
        "following": following,
        "first": not cursor,
    }
    return render(request, "orders.html", page)


@router.get("/{number}")
async def order_page(request: Request, context: ContextDep, user: UserDep, number: str) -> Response:
    """One order with what may be done now."""
    return await _page(request, context, user, number)


async def _page(
    request: Request, context: WebContext, user: Principal, number: str, *, status: int = 200, **more: Any
) -> Response:
    now = context.clock.now()
    async with context.database.reading() as session:
        sheet = await order_desk.sheet(session, number, user)
        choices = await order_desk.choices(session)
    data = {
        "user": user,
        "now": now,
        "sheet": sheet,
        "row": sheet.row,
        "deadline": deadline(sheet.row, now),
        "forms": forms_for(sheet.verbs, user.role),
        "units": [unit for unit in choices.units if unit.active],
        "kept": {},
        "open_verb": "",
        "reporter": None,
    }
    return render(request, "order.html", {**data, **more}, status=status)


@router.post("/{number}/reveal")
async def reveal(
    request: Request,
    context: ContextDep,
    user: DeskUserDep,
    number: str,
    reason: Annotated[str, Form(min_length=2, max_length=200)],
) -> Response:
    """Show a hidden reporter once, with a reason that is kept."""
    async with context.database.transaction() as session:
        reporter = await order_desk.reveal_reporter(session, number, user, reason=reason, now=context.clock.now())
    return await _page(request, context, user, number, reporter=reporter)


@router.post("/{number}/{verb}")
async def do_verb(request: Request, context: ContextDep, user: UserDep, number: str, verb: Verb) -> Response:
    """Do one thing to an order. What cannot be done is said on the order's page, as it stands by then, with what was typed."""
    form = await request.form()
    given = {name: str(value) for name, value in form.items()}
    version = given.get("version", "")
    try:
        async with context.database.transaction() as session:
            await apply_verb(
                session,
                number=number,
                verb=verb,
                actor=user.actor,
                data=read_form(verb, given),
                expected_version=int(version) if version.isdigit() else None,
                now=context.clock.now(),
                caller=Caller(user.role, user.unit_id),
            )
    except (NotFound, Forbidden):
        raise
    except StaleVersion:
        more = {"notice": CHANGED, "kept": given, "open_verb": verb.value}
        return await _page(request, context, user, number, status=409, **more)
    except DomainError as error:
        more = {"notice": error.detail, "kept": given, "open_verb": verb.value}
        return await _page(request, context, user, number, status=error.status, **more)
    feed_of(context).touch()
    return RedirectResponse(await _after(context, user, number), status_code=303)


async def _after(context: WebContext, user: Principal, number: str) -> str:
    """Back to the order, or to the list when it has just left the handler's unit."""
    try:
        async with context.database.reading() as session:
            await order_desk.sheet(session, number, user)
    except NotFound:
        return "/console/orders"
    return f"/console/orders/{number}"
