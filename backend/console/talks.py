"""The first page, one conversation, and what a caseworker does in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from backend.console.announce import announce
from backend.console.context import ContextDep, DeskUserDep, UserDep, WebContext
from backend.console.live_parts import list_part, talk_parts
from backend.console.page_route import PageRoute, is_part
from backend.console.rendering import part, render, resident_label
from backend.contracts.people import Role
from backend.domain.errors import Conflict
from backend.services import conversations, desk
from backend.services.auth import Principal, record_access

router = APIRouter(prefix="/console", route_class=PageRoute)
TextField = Annotated[str, Form(max_length=2000)]


@router.get("")
async def home(request: Request, context: ContextDep, user: UserDep) -> Response:
    """The lists of conversations; handlers work with orders only and are sent there."""
    if user.role is Role.HANDLER:
        return RedirectResponse("/console/orders", status_code=303)
    async with context.database.reading() as session:
        html, _ = await list_part(session, user, now=context.clock.now())
    return render(request, "home.html", {"user": user, "lists_html": html})


@router.get("/conversations/{conversation_id}")
async def conversation_page(
    request: Request, context: ContextDep, user: DeskUserDep, conversation_id: str, upto: int | None = None
) -> Response:
    """One conversation; `upto` shows what was said before that message."""
    return await _page(request, context, user, conversation_id, upto=upto)


async def _page(
    request: Request,
    context: WebContext,
    user: Principal,
    conversation_id: str,
    *,
    upto: int | None = None,
    status: int = 200,
    **more: Any,
) -> Response:
    now = context.clock.now()
    async with context.database.reading() as session:
        row = await desk.conversation(session, conversation_id)
        parts = await talk_parts(session, row, user, now=now, upto=upto)
        parts["lists"], _ = await list_part(session, user, now=now, open_id=conversation_id)
    data = {
        "user": user,
        "row": row,
        "label": resident_label(row),
        "is_mine": desk.is_assigned_to(row, user.username),
        "parts": parts,
        "upto": upto,
        "signature_length": len(context.settings.bracketed_signature),
        "draft_text": "",
    }
    return render(request, "conversation.html", {**data, **more}, status=status)


Step = Callable[[AsyncSession], Awaitable[object]]


async def _do(
    request: Request, context: WebContext, user: Principal, conversation_id: str, step: Step, *, text: str = ""
) -> Response:
    """Commit one step and show the conversation again; a conflict is told with the name of the one who was faster."""
    try:
        async with context.database.transaction() as session:
            await step(session)
    except Conflict as error:
        notice = await _in_names(context, error)
        if is_part(request):
            return HTMLResponse(part("error_part.html", {"detail": notice}), status_code=409)
        return await _page(request, context, user, conversation_id, status=409, notice=notice, draft_text=text)
    announce(context, conversation_id)
    if is_part(request):
        return HTMLResponse("")
    return RedirectResponse(f"/console/conversations/{conversation_id}", status_code=303)


async def _in_names(context: WebContext, error: Conflict) -> str:
    assignee = error.extra.get("assignee")
    if not assignee:
        return error.detail
    async with context.database.reading() as session:
        names = await desk.people_names(session)
    return f"{names.get(assignee, assignee)}已经接手了这个会话,正在和居民说话。"


def _by(user: Principal, context: WebContext, conversation_id: str, change: Callable[..., Awaitable[object]]) -> Step:
    """One of the changes that a caseworker makes to who answers."""

    async def step(session: AsyncSession) -> object:
        return await change(session, conversation_id=conversation_id, user=user.username, now=context.clock.now())

    return step


@router.post("/conversations/{conversation_id}/takeover")
async def take_over(request: Request, context: ContextDep, user: DeskUserDep, conversation_id: str) -> Response:
    """Take the conversation from the bot or the queue; one of several caseworkers wins."""
    step = _by(user, context, conversation_id, conversations.takeover)
    return await _do(request, context, user, conversation_id, step)


@router.post("/conversations/{conversation_id}/handback")
async def hand_back(request: Request, context: ContextDep, user: DeskUserDep, conversation_id: str) -> Response:
    """Give the conversation back to the bot, which goes on with an open form."""
    step = _by(user, context, conversation_id, conversations.handback)
    return await _do(request, context, user, conversation_id, step)


@router.post("/conversations/{conversation_id}/requeue")
async def put_back(request: Request, context: ContextDep, user: DeskUserDep, conversation_id: str) -> Response:
    """Put a conversation back into the queue: one's own, or as who leads that of a colleague who is not there."""
    now = context.clock.now()

    async def step(session: AsyncSession) -> object:
        row = await desk.conversation(session, conversation_id, lock=True)
        if not desk.may_put_back(row, user):
            raise Conflict("这个会话不在您手上", assignee=row.assignee)
        return await conversations.hand_over_to_queue(
            session, conversation_id=conversation_id, reason=f"{user.name}转来", now=now
        )

    return await _do(request, context, user, conversation_id, step)


@router.post("/conversations/{conversation_id}/say")
async def say(request: Request, context: ContextDep, user: DeskUserDep, conversation_id: str, text: TextField) -> Response:
    """Send a message to the resident."""
    return await _write(request, context, user, conversation_id, text, note=False)


@router.post("/conversations/{conversation_id}/note")
async def note(request: Request, context: ContextDep, user: DeskUserDep, conversation_id: str, text: TextField) -> Response:
    """Keep a private note."""
    return await _write(request, context, user, conversation_id, text, note=True)


async def _write(
    request: Request, context: WebContext, user: Principal, conversation_id: str, text: str, *, note: bool
) -> Response:
    now = context.clock.now()

    async def step(session: AsyncSession) -> object:
        return await conversations.say_as_caseworker(
            session,
            conversation_id=conversation_id,
            user=user.username,
            text=text,
            note=note,
            senders=context.extras.get("senders", {}),
            now=now,
        )

    return await _do(request, context, user, conversation_id, step, text=text)


@router.post("/conversations/{conversation_id}/reveal")
async def reveal(request: Request, context: ContextDep, user: DeskUserDep, conversation_id: str) -> Response:
    """Show the resident's number in full; who looked is written down."""
    now = context.clock.now()
    async with context.database.transaction() as session:
        row = await desk.conversation(session, conversation_id)
        subject = f"conversation:{conversation_id}"
        record_access(session, actor=user.actor, subject=subject, what="phone", reason="坐席查看", now=now)
    phone = (row.draft or {}).get("contact_phone") or row.phone
    html = part("c_phone.html", {"row": row, "phone": phone, "revealed": True})
    if is_part(request):
        return HTMLResponse(html)
    return await _page(request, context, user, conversation_id, notice=f"号码:{phone}(已记录您查看)", notice_kind="good")
