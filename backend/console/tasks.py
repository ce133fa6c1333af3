"""Residents to call, and messages that did not go out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from backend.console.announce import announce
from backend.console.context import ContextDep, DeskUserDep, WebContext
from backend.console.page_route import PageRoute
from backend.console.rendering import render
from backend.domain.errors import Conflict
from backend.services import conversations, desk
from backend.services.auth import Principal, record_access

router = APIRouter(prefix="/console/tasks", route_class=PageRoute)


@router.get("")
async def task_page(request: Request, context: ContextDep, user: DeskUserDep) -> Response:
    """Calls to make, oldest first, and failed messages, newest first."""
    return await _page(request, context, user)


async def _page(
    request: Request, context: WebContext, user: Principal, *, revealed: str = "", notice: str = "", status: int = 200
) -> Response:
    async with context.database.reading() as session:
        tasks = await desk.open_tasks(session)
        data = {
            "tasks": tasks,
            "maybe_unsent": await desk.maybe_unsent(session, tasks),
            "letters": await desk.failed_messages(session),
        }
    page = {**data, "user": user, "now": context.clock.now(), "revealed": revealed, "notice": notice}
    return render(request, "tasks.html", page, status=status)


@router.post("/{task_id}/done")
async def finish(
    request: Request,
    context: ContextDep,
    user: DeskUserDep,
    task_id: str,
    result: Annotated[str, Form(min_length=1, max_length=500)],
) -> Response:
    """Say how the call went."""
    async with context.database.transaction() as session:
        await desk.finish_task(session, task_id, user=user.username, result=result, now=context.clock.now())
    return RedirectResponse("/console/tasks", status_code=303)


@router.post("/{task_id}/reveal")
async def reveal(request: Request, context: ContextDep, user: DeskUserDep, task_id: str) -> Response:
    """Show the number to call; who looked is written down."""
    async with context.database.transaction() as session:
        subject = f"call_back:{task_id}"
        record_access(session, actor=user.actor, subject=subject, what="phone", reason="回电", now=context.clock.now())
    return await _page(request, context, user, revealed=task_id)


@router.post("/resend/{message_id}")
async def resend(
    request: Request, context: ContextDep, user: DeskUserDep, message_id: str, conversation: Annotated[str, Form()]
) -> Response:
    """Send a dead letter, or one that may not have arrived, once more."""
    try:
        async with context.database.transaction() as session:
            await conversations.resend(session, conversation_id=conversation, message_id=message_id, now=context.clock.now())
    except Conflict as error:
        return await _page(request, context, user, notice=error.detail, status=409)
    announce(context, conversation)
    return RedirectResponse("/console/tasks", status_code=303)
