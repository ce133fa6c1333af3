"""What endpoints ask for: a transaction, the time, the settings, and who is calling.

The transaction is committed here, once, after the handler has run: services never commit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.people import Role
from backend.domain.errors import Forbidden, Unauthorised
from backend.services.auth import SERVICE, Principal, is_service_token, principal_of
from backend.services.ports import Assistant, Clock
from backend.settings import Settings
from backend.storage.database import Database


@dataclass
class AppContext:
    """The process-wide parts of the web program, put together by its composition root; `extras`: further services by name."""

    settings: Settings
    database: Database
    clock: Clock
    assistant: Assistant
    extras: dict[str, Any] = field(default_factory=dict)


def get_context(request: Request) -> AppContext:
    context: AppContext = request.app.state.context
    return context


ContextDep = Annotated[AppContext, Depends(get_context)]
_bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", auto_error=False)


async def get_session(context: ContextDep) -> AsyncIterator[AsyncSession]:
    async with context.database.transaction() as session:
        yield session


async def get_reading(context: ContextDep) -> AsyncIterator[AsyncSession]:
    async with context.database.reading() as session:
        yield session


def get_clock(context: ContextDep) -> Clock:
    return context.clock


def get_settings(context: ContextDep) -> Settings:
    return context.settings


# scope="function": the commit happens before the answer leaves, so nobody is told "done" about something that failed to commit
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
ReadingDep = Annotated[AsyncSession, Depends(get_reading, scope="function")]
ClockDep = Annotated[Clock, Depends(get_clock)]
SettingsDep = Annotated[Settings, Depends(get_settings)]


async def get_principal(context: ContextDep, token: Annotated[str | None, Depends(_bearer)]) -> Principal:
    """Who is calling, from the bearer token. Raises Unauthorised."""
    if not token:
        raise Unauthorised("请先登录,并在请求头里带上 Authorization: Bearer …")
    if is_service_token(token, context.settings.service_token.get_secret_value()):
        return SERVICE
    async with context.database.reading() as session:
        return await principal_of(session, token=token, now=context.clock.now())


PrincipalDep = Annotated[Principal, Depends(get_principal)]


def require(*roles: Role) -> Callable[[Principal], Awaitable[Principal]]:
    """A dependency that lets only these roles (and administrators) in. Raises Forbidden."""

    async def check(principal: PrincipalDep) -> Principal:
        if principal.role is not Role.ADMIN and principal.role not in roles:
            raise Forbidden(f"角色 {principal.role.value} 不能做这件事")
        return principal

    return check


STAFF = (Role.DISPATCHER, Role.HANDLER, Role.SUPERVISOR)
DESK = (Role.DISPATCHER, Role.SUPERVISOR)
DeskDep = Annotated[Principal, Depends(require(*DESK))]
DeskOrServiceDep = Annotated[Principal, Depends(require(*DESK, Role.SERVICE))]
StaffDep = Annotated[Principal, Depends(require(*STAFF))]
StaffOrServiceDep = Annotated[Principal, Depends(require(*STAFF, Role.SERVICE))]
ServiceDep = Annotated[Principal, Depends(require(Role.SERVICE))]
AdminDep = Annotated[Principal, Depends(require(Role.ADMIN))]
