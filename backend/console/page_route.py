"""What every page has in common: strict headers, refusal of forms from other sites, and errors that people can read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError

from backend.console.rendering import render
from backend.domain.errors import DomainError, Forbidden, Unauthorised

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
LOGIN = "/console/login"
AGAIN = "#again"
_MOST_STEPS = 4  # of the address of a page: "", console, orders, number
_PAGE_STEPS = {"/console/tasks": 3}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class PageRoute(APIRoute):
    """Answers with pages: signs people in first, shows errors as pages, and sets the headers of `HEADERS` on everything."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                refuse_other_sites(request)
                response = await handle(request)
            except (DomainError, RequestValidationError, DBAPIError) as error:
                response = error_answer(request, error)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return guarded


def refuse_other_sites(request: Request) -> None:
    """Raises Forbidden for a form that another site sent with our cookie (browsers state the origin of every POST)."""
    if request.method in _SAFE:
        return
    ours = {request.url.netloc}
    context = getattr(request.app.state, "context", None)
    if context is not None and context.settings.public_url:
        ours.add(urlsplit(context.settings.public_url).netloc)
    origin = request.headers.get("origin") or request.headers.get("referer") or ""
    if urlsplit(origin).netloc not in ours:
        raise Forbidden("这个请求不是从本站页面发出的,请刷新页面再试")


def error_answer(request: Request, error: Exception) -> Response:
    """A page (or, for a part of a page, its text) that says what went wrong."""
    if isinstance(error, Unauthorised):
        return _to_login(request)
    status, detail = _words(error)
    template = "error_part.html" if is_part(request) else "error.html"
    return render(request, template, {"detail": detail, "status": status}, status=status)


def is_part(request: Request) -> bool:
    """Whether the page's script asked for a part of the page."""
    return request.headers.get("hx-request") == "true"


def _to_login(request: Request) -> Response:
    """The sign-in, which leads back to where one was: for a form that is the page it stands on, marked so that the script there
    puts back what was filled in (static/console.js)."""
    if is_part(request):
        return Response(status_code=204, headers={"HX-Redirect": _sign_in_for(request.headers.get("hx-current-url", ""))})
    if request.headers.get("accept", "").startswith("text/event-stream"):
        return Response(status_code=401)
    if request.method == "GET":
        return RedirectResponse(f"{LOGIN}?next={quote(_path_of(str(request.url)))}", status_code=303)
    return RedirectResponse(_sign_in_for(_page_of(request.headers.get("referer", ""))), status_code=303)


def _page_of(address: str) -> str:
    """The page that a form stands on. The answer to a form stands at the form's own address, a step below its page, where nothing
    can be opened."""
    parts = urlsplit(address)
    steps = parts.path.split("/")
    deepest = _PAGE_STEPS.get("/".join(steps[:3]), _MOST_STEPS)
    return parts.geturl() if len(steps) <= deepest else parts._replace(path="/".join(steps[:deepest]), query="").geturl()


def _sign_in_for(page: str) -> str:
    """The address of the sign-in for somebody whose session ended on `page` in the middle of something."""
    return f"{LOGIN}?expired=1&next={quote(_path_of(page) + AGAIN)}"


def _path_of(address: str) -> str:
    parts = urlsplit(address)
    return (parts.path or "/console") + (f"?{parts.query}" if parts.query else "")


def _words(error: Exception) -> tuple[int, str]:
    if isinstance(error, DomainError):
        return error.status, error.detail
    if isinstance(error, RequestValidationError):
        return 422, "有一项没有填对,请返回核对"
    return 503, "数据库暂时连不上,请稍后再试。已经填的内容还在,返回上一页可以看到。"
