"""The time limits of the categories: what residents are promised. For administrators."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from backend.console.context import AdminDep, ContextDep, WebContext
from backend.console.faq_forms import given_fields, newest_version, refusal, version_of
from backend.console.page_route import PageRoute
from backend.console.rendering import render
from backend.domain.asked import plain
from backend.domain.calendar import local_day
from backend.domain.clocks import ClockSpec
from backend.domain.errors import DomainError, NotFound
from backend.services import desk, faq_answers, time_limits
from backend.services.auth import Principal
from backend.services.directory_log import limit_subject
from backend.services.time_limits import LimitForm
from backend.storage import directory

router = APIRouter(prefix="/console/limits", route_class=PageRoute)
LONGEST_SEARCH = 100


@router.get("")
async def limit_list(request: Request, context: ContextDep, user: AdminDep, q: str = "", changed: str = "") -> Response:
    """All matters that are valid today with their limits; `q` narrows them."""
    wanted = plain(q[:LONGEST_SEARCH])
    async with context.database.reading() as session:
        leaves = await directory.categories(session, on=local_day(context.clock.now()))
    rows = [
        (leaf, ClockSpec.from_data(leaf.clock))
        for leaf in leaves
        if wanted in plain("".join([leaf.category, leaf.subcategory, *leaf.synonyms]))
    ]
    count = int(changed) if changed.isascii() and changed.isdigit() else 0
    said = f"已改好{count}项。以后反映的事按新时限算,已经受理的不变。"
    notice = {"notice": said, "notice_kind": "good"} if count else {}
    return render(request, "limits.html", {"user": user, "rows": rows, "q": q, **notice})


@router.get("/{service_code}")
async def limit_page(request: Request, context: ContextDep, user: AdminDep, service_code: str) -> Response:
    """One limit with its form, what a resident hears, and what was changed before."""
    return await _page(request, context, user, service_code)


async def _page(
    request: Request,
    context: WebContext,
    user: Principal,
    service_code: str,
    *,
    given: dict[str, str] | None = None,
    status: int = 200,
    **more: Any,
) -> Response:
    async with context.database.reading() as session:
        leaf = await time_limits.get_leaf(session, service_code)
        told = await faq_answers.answer_to(session, text="", key=faq_answers.TIME_LIMIT, service_code=service_code)
        history = await directory.changes_of(session, limit_subject(service_code))
        names = await desk.people_names(session)
    form = {**vars(LimitForm.of(leaf.clock)), "version": str(leaf.version), "alike": "", **(given or {})}
    data = {"user": user, "leaf": leaf, "form": form, "told": told, "history": history, "names": names}
    choices = {"units": time_limits.UNITS, "alike": time_limits.ALIKE, "longest_on_site": time_limits.LONGEST_ON_SITE}
    return render(request, "limit.html", {**data, **choices, **more}, status=status)


@router.post("/{service_code}")
async def change(request: Request, context: ContextDep, user: AdminDep, service_code: str) -> Response:
    """Change the limit for what is reported from now on. What is wrong is said at its field, and nothing typed is lost."""
    given = await given_fields(request)
    form = LimitForm(given.get("unit", ""), given.get("amount", ""), given.get("on_site", ""))
    try:
        async with context.database.transaction() as session:
            count = await time_limits.change_limit(
                session,
                service_code,
                form,
                expected_version=version_of(given),
                alike=given.get("alike", ""),
                actor=user.actor,
                now=context.clock.now(),
            )
    except NotFound:
        raise
    except DomainError as error:
        return await _page(
            request, context, user, service_code, given=given | newest_version(error), status=error.status, **refusal(error)
        )
    return RedirectResponse(f"/console/limits?changed={count}", status_code=303)
