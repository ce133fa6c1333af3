"""The list of orders, one order, and its verbs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from backend.console.announce import feed_of
from backend.console.context import ContextDep, DeskUserDep, UserDep, WebContext
from backend.console.order_parts import Asked, sheet_parts, table_part
from backend.console.page_route import PageRoute
from backend.console.rendering import render
from backend.console.verb_forms import read_form
from backend.contracts.work_orders import Verb
from backend.domain.errors import DomainError, Forbidden, NotFound, StaleVersion
from backend.services import order_desk
from backend.services.auth import Principal
from backend.services.casework import Caller, apply_verb

router = APIRouter(prefix="/console/orders", route_class=PageRoute)
CHANGED = "刚有人改过这个工单,下面已经是最新情况。您写的还在,看过之后请再提交一次。"


@router.get("")
async def order_list(request: Request, context: ContextDep, user: UserDep) -> Response:
    """Orders, newest first, thirty a page; the address holds what they are narrowed to (`Asked`)."""
    now = context.clock.now()
    asked = Asked.from_query(request.url.query)
    async with context.database.reading() as session:
        choices = await order_desk.choices(session)
        table = await table_part(session, user, asked, choices, now=now)
    return render(request, "orders.html", {"user": user, "asked": asked, "choices": choices, "table": table})


@router.get("/{number}")
async def order_page(request: Request, context: ContextDep, user: UserDep, number: str) -> Response:
    """One order with what may be done now."""
    return await _page(request, context, user, number)


async def _page(
    request: Request,
    context: WebContext,
    user: Principal,
    number: str,
    *,
    status: int = 200,
    typed: dict[str, str] | None = None,
    open_verb: str = "",
    **more: Any,
) -> Response:
    async with context.database.reading() as session:
        sheet = await order_desk.sheet(session, number, user)
        choices = await order_desk.choices(session)
    parts = sheet_parts(sheet, choices, user, now=context.clock.now(), typed=typed, open_verb=open_verb)
    data = {"user": user, "sheet": sheet, "row": sheet.row, "parts": parts, "typed": typed, "reporter": None}
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
        return await _page(request, context, user, number, status=409, typed=given, open_verb=verb.value, notice=CHANGED)
    except DomainError as error:
        return await _page(
            request, context, user, number, status=error.status, typed=given, open_verb=verb.value, notice=error.detail
        )
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
