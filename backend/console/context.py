"""What the pages need from the web program, who is signed in, and what that person may open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request

from backend.contracts.people import Role
from backend.domain.errors import Forbidden, Unauthorised
from backend.services.auth import Principal, principal_of
from backend.services.ports import Assistant, Clock
from backend.settings import Settings
from backend.storage.database import Database

SESSION_COOKIE = "youshi_session"
# Conversations hold what residents said in confidence, so handlers work with orders only.
DESK_ROLES = frozenset({Role.ADMIN, Role.DISPATCHER, Role.SUPERVISOR})
INTAKE_ROLES = frozenset({Role.ADMIN, Role.DISPATCHER})
ORDER_ROLES = DESK_ROLES | {Role.HANDLER}
ADMIN_ROLES = frozenset({Role.ADMIN})
REVIEW_ROLES = frozenset({Role.ADMIN, Role.SUPERVISOR})


class WebContext(Protocol):
    """The process-wide parts, as the composition root put them into `app.state.context`."""

    settings: Settings
    database: Database
    clock: Clock
    assistant: Assistant
    extras: dict[str, Any]


def context_of(request: Request) -> WebContext:
    """The parts of the program that serves this request."""
    context: WebContext = request.app.state.context
    return context


ContextDep = Annotated[WebContext, Depends(context_of)]


async def signed_in(request: Request, context: ContextDep) -> Principal:
    """Who is signed in, by the session cookie. Raises Unauthorised."""
    token = request.cookies.get(SESSION_COOKIE, "")
    if not token:
        raise Unauthorised("请先登录")
    async with context.database.reading() as session:
        return await principal_of(session, token=token, now=context.clock.now())


def allowed(roles: frozenset[Role]) -> Callable[..., Awaitable[Principal]]:
    """A dependency that lets only these roles in. Raises Unauthorised, Forbidden."""

    async def check(user: Annotated[Principal, Depends(signed_in)]) -> Principal:
        if user.role not in roles:
            raise Forbidden("您的角色不能打开这一页")
        return user

    return check


UserDep = Annotated[Principal, Depends(allowed(ORDER_ROLES))]
DeskUserDep = Annotated[Principal, Depends(allowed(DESK_ROLES))]
IntakeUserDep = Annotated[Principal, Depends(allowed(INTAKE_ROLES))]
AdminDep = Annotated[Principal, Depends(allowed(ADMIN_ROLES))]
ReviewerDep = Annotated[Principal, Depends(allowed(REVIEW_ROLES))]
