"""Registering a complaint that came by telephone, visit or letter."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from backend.console.context import ContextDep, IntakeUserDep, WebContext
from backend.console.page_route import PageRoute
from backend.console.prefill import ADDRESS_FIELDS, empty_form, form_from, form_given, request_from
from backend.console.rendering import render
from backend.domain.errors import InvalidField
from backend.services import order_desk
from backend.services.auth import Principal
from backend.services.intake import accept_work_order
from backend.services.understanding import understand

router = APIRouter(prefix="/console/orders/new", route_class=PageRoute)


@router.get("")
async def intake_page(request: Request, context: ContextDep, user: IntakeUserDep) -> Response:
    """The empty form."""
    return await _page(request, context, user, empty_form())


async def _page(
    request: Request, context: WebContext, user: Principal, form: dict[str, Any], *, status: int = 200, **more: Any
) -> Response:
    async with context.database.reading() as session:
        choices = await order_desk.choices(session)
    data = {
        "user": user,
        "form": form,
        "categories": choices.leaves,
        "address_fields": ADDRESS_FIELDS,
        "said": "",
        "understood": False,
        "key": uuid.uuid4().hex,
    }
    return render(request, "intake.html", {**data, **more}, status=status)


@router.post("/understand")
async def fill_in(
    request: Request, context: ContextDep, user: IntakeUserDep, said: Annotated[str, Form(min_length=1, max_length=2000)]
) -> Response:
    """Fill the form from what the caller said; without the assistant the category is left to the operator."""
    async with context.database.reading() as session:
        heading = await understand(
            session, context.assistant, text=said, channel="telephone", message_time=context.clock.now(), context=""
        )
        leaves = (await order_desk.choices(session)).leaves
    form = form_from(heading.understanding, said, leaves)
    notice = "" if heading.assistant_answered else "自动分类暂时用不了,请自己选事项。"
    return await _page(request, context, user, form, said=said, understood=True, notice=notice, notice_kind="warn")


@router.post("")
async def take_in(request: Request, context: ContextDep, user: IntakeUserDep) -> Response:
    """Make the order; a form sent twice makes one order."""
    given = await request.form()
    form = form_given(given)
    now = context.clock.now()
    key = f"console:{given.get('key', '')}"
    try:
        async with context.database.transaction() as session:
            new = request_from(form, now=now)
            order = await accept_work_order(session, request=new, idempotency_key=key, actor=user.actor, now=now)
    except InvalidField as error:
        more = {"key": str(given.get("key", "")), "notice": error.detail}
        return await _page(request, context, user, form, status=error.status, **more)
    return RedirectResponse(f"/console/orders/{order.number}", status_code=303)
