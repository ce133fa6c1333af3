"""The resident's pages: what this is, and how far an order is. They need no JavaScript and no account."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, select_autoescape
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from backend.contracts.spoken_time import LOCAL, day_text
from backend.contracts.understanding import NumberCheck
from backend.domain.errors import TooOften
from backend.domain.language.order_numbers import find_order_numbers, is_valid
from backend.services import lookup
from backend.services.order_desk import PublicStep, public_steps

HERE = Path(__file__).resolve().parent
STEPS = {
    "accepted": "已受理",
    "dispatched": "已派给{unit}",
    "acknowledged": "{unit}开始办了",
    "arrived": "工作人员到了现场",
    "extended": "还要些时间,已延期",
    "suspended": "暂时办不了,先停一停",
    "resumed": "接着办了",
    "resolved": "已办好,等您评价",
    "closed": "已办结",
    "reopened": "重新办理",
    "withdrawn": "已撤回",
    "declined": "不予受理",
    "rated": "您评价过了",
}
STATES = {
    "accepted": "已受理",
    "dispatched": "已派给{unit}",
    "in_progress": "正在处理",
    "resolved": "已办好,等您评价",
    "closed": "已办结",
    "declined": "不予受理",
    "withdrawn": "已撤回",
}
MISTYPED = "单号好像输错了一位,请对照短信或微信里的单号再看看。单号是12位数字。"
NO_NUMBER = "请输入工单号:12位数字,在我们发给您的短信或微信里。"
TOO_SHORT = "单号是12位数字,您输了{count}位,请再看看。"
NO_TAIL = "请输入登记电话的后四位数字。"
AWAY = "系统正在忙,请过一会儿再试。要紧的事请打96715。"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_NUMBER = 12
_LONGEST = 500  # characters of a field that are looked at
_templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(default=True))
_files = StaticFiles(directory=HERE / "static")
_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}


class ResidentRoute(APIRoute):
    """Sets the strict headers, and answers in words when the database is away."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                response = await handle(request)
            except DBAPIError:
                response = _page("status.html", {"problem": AWAY}, status=503)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return guarded


def resident_router() -> APIRouter:
    """`/`, `/status` and their style sheet."""
    router = APIRouter(route_class=ResidentRoute, include_in_schema=False)
    for path, page in (("/", home), ("/status", status_form), ("/web/static/{name}", style)):
        router.add_api_route(path, page, methods=["GET", "HEAD"])  # whoever only looks whether we are there asks with HEAD
    router.add_api_route("/status", status, methods=["POST"])
    return router


async def home(request: Request) -> Response:
    """What this is, how to reach it, and the form for progress."""
    settings = request.app.state.context.settings
    data = {"sms_number": settings.sms_kannel_from or settings.sms_cmcc_mas_add_serial, "is_demo": settings.is_demo}
    return _page("home.html", data)


async def status_form(number: str = "") -> Response:
    """The empty form; `number` may come with a link."""
    return _page("status.html", {"number": number_of(number)})


async def status(
    request: Request,
    number: Annotated[str, Form()] = "",
    tail: Annotated[str, Form()] = "",
) -> Response:
    """How far the order is, for whoever knows the last four digits of its phone.

    A typing error is recognised by the check digit. A wrong tail and an unknown number are answered alike.
    """
    number, tail = number_of(number), digits_of(tail[:_LONGEST])
    problem = _problem_of(number, tail)
    if problem:
        return _page("status.html", {"number": number, "problem": problem}, status=422)
    context = request.app.state.context
    client = request.client.host if request.client else ""
    try:
        async with context.database.transaction() as session:
            found = await lookup.look_up(
                session, number=number, phone_tail=tail, resident=None, client=client, now=context.clock.now()
            )
            steps = await public_steps(session, number) if found else []
    except TooOften as error:
        return _page("status.html", {"number": number, "problem": error.detail}, status=429)
    if found is None:
        return _page("status.html", {"number": number, "problem": lookup.NOT_FOUND}, status=404)
    state = STATES[found.state].format(unit=found.unit_name or "承办单位")
    data = {"number": number, "found": found, "state": state, "steps": [_step(step) for step in reversed(steps)]}
    return _page("status.html", data)


async def style(request: Request, name: str) -> Response:
    """The style sheet."""
    response = await _files.get_response(name, request.scope)
    if response.status_code >= 400:
        raise HTTPException(response.status_code)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def number_of(text: str) -> str:
    """The order number in what was typed or pasted, also a whole message of ours; else all its digits."""
    text = text[:_LONGEST]
    found = (mention.digits for mention in find_order_numbers(text) if mention.check is NumberCheck.VALID)
    return next(found, "") or digits_of(text)


def digits_of(text: str) -> str:
    """The digits, full-width ones too; blanks and dashes that people put between them go."""
    return re.sub(r"[^0-9]", "", text.translate(_FULL_WIDTH))


def _problem_of(number: str, tail: str) -> str:
    if not number:
        return NO_NUMBER
    if len(number) != _NUMBER:
        return TOO_SHORT.format(count=len(number))
    if not is_valid(number):
        return MISTYPED
    return "" if len(tail) == lookup.TAIL else NO_TAIL


def _step(step: PublicStep) -> dict[str, str]:
    local = step.at.astimezone(LOCAL)
    words = STEPS[step.type].format(unit=step.unit_name or "承办单位")
    return {"words": words, "when": f"{day_text(step.at)} {local:%H:%M}", "iso": step.at.isoformat()}


def _page(template: str, data: dict[str, Any], *, status: int = 200) -> Response:
    shared: dict[str, Any] = {"number": "", "problem": "", "found": None, "steps": [], "state": ""}
    return HTMLResponse(_templates.get_template(template).render({**shared, **data}), status_code=status)
