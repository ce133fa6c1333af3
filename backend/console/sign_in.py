"""Signing in and out of the console."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from backend.console.context import DESK_ROLES, SESSION_COOKIE, ContextDep
from backend.console.page_route import LOGIN, PageRoute
from backend.console.rendering import render
from backend.domain.errors import DomainError, TooOften, Unauthorised
from backend.services import auth
from backend.services import sign_in as signing_in

_EXPIRED = "登录过期了,刚才的没有提交。再登录一次就回到那一页,写好的还在。"
router = APIRouter(prefix="/console", route_class=PageRoute)


@router.get("/login")
async def sign_in_page(request: Request, next: str = "", expired: bool = False) -> Response:  # noqa: A002 - as in the address
    """The sign-in form; `next` is the page to open afterwards, `expired`: somebody was in the middle of something there."""
    notice = {"notice": _EXPIRED, "notice_kind": "warn"} if expired else {}
    return render(request, "login.html", {"next": own_path(next), "username": "", **notice})


@router.post("/login")
async def sign_in(
    request: Request,
    context: ContextDep,
    username: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=200)],
    next: Annotated[str, Form()] = "",  # noqa: A002 - the name of the field
) -> Response:
    """Set the session cookie and go on to `next`; a wrong name and a wrong password are answered alike, too many with 429."""
    client = request.client.host if request.client else ""
    try:
        token, user = await signing_in.sign_in(
            context.database, username=username.strip(), password=password, client=client, now=context.clock.now()
        )
    except (Unauthorised, TooOften) as error:
        return _once_more(request, error, {"next": own_path(next), "username": username})
    home = "/console" if user.role in DESK_ROLES else "/console/orders"
    answer = RedirectResponse(own_path(next) or home, status_code=303)
    secure = request.url.scheme == "https" or context.settings.public_url.startswith("https:")
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(auth.TOKEN_LIFE.total_seconds()),
        path="/console",
        httponly=True,
        samesite="lax",
        secure=secure,
    )
    return answer


def _once_more(request: Request, error: DomainError, filled_in: dict[str, str]) -> Response:
    """The form again, with what is wrong and, in a pause, the seconds until it ends."""
    answer = render(request, "login.html", {**filled_in, "notice": error.detail}, status=error.status)
    if "retry_after" in error.extra:
        answer.headers["Retry-After"] = str(error.extra["retry_after"])
    return answer


@router.post("/logout")
async def sign_out(request: Request, context: ContextDep) -> Response:
    """Forget the session, here and in the browser."""
    token = request.cookies.get(SESSION_COOKIE, "")
    async with context.database.transaction() as session:
        await auth.sign_out(session, token=token)
    answer = RedirectResponse(LOGIN, status_code=303)
    answer.delete_cookie(SESSION_COOKIE, path="/console")
    return answer


def own_path(target: str) -> str:
    """`target` when it is a page of the console (nobody may send people elsewhere through our sign-in), else ""."""
    parts = urlsplit(target)
    inside = parts.path == "/console" or parts.path.startswith("/console/")
    is_page = inside and not parts.path.startswith((LOGIN, "/console/logout", "/console/events"))
    return target if is_page and not parts.scheme and not parts.netloc and "\\" not in target else ""
