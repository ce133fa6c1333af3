"""Frequently asked questions: found, written, tried out as SMS, withdrawn. For administrators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from backend.console.context import AdminDep, ContextDep, WebContext
from backend.console.faq_forms import form_of, given_fields, matter_names, newest_version, refusal, text_from, version_of
from backend.console.page_route import PageRoute, is_part
from backend.console.rendering import part, render
from backend.domain.errors import DomainError, InvalidField, NotFound
from backend.services import desk, faq_answers, faqs
from backend.services.auth import Principal
from backend.services.directory_log import faq_subject
from backend.services.faqs import Edit, FaqText
from backend.storage import directory

router = APIRouter(prefix="/console/faqs", route_class=PageRoute)
Step = Callable[[AsyncSession], Awaitable[object]]
NEW = "new"
LONGEST_SEARCH = 100
SAVED = "已保存。居民下一次问到,就按现在的回答。"


@router.get("")
async def faq_list(
    request: Request, context: ContextDep, user: AdminDep, q: str = "", withdrawn: str = "", saved: str = ""
) -> Response:
    """The questions that are told, or those that were withdrawn; `q` narrows them."""
    async with context.database.reading() as session:
        rows = await faqs.find_faqs(session, q=q[:LONGEST_SEARCH], withdrawn=bool(withdrawn))
        told = {row.key: answer for row, answer in await faq_answers.answers(session)}
        matters = matter_names(await directory.categories(session))
    data = {"user": user, "rows": rows, "told": told, "matters": matters, "q": q, "withdrawn": withdrawn}
    notice = {"notice": SAVED, "notice_kind": "good"} if saved else {}
    return render(request, "faqs.html", {**data, **notice})


@router.post("/preview")
async def preview(request: Request, context: ContextDep, user: AdminDep) -> Response:
    """The answer as the short messages that it makes; nothing is kept."""
    given = await given_fields(request)
    shown: dict[str, Any] = {"parts": (), "problem": "", "most": faqs.MOST_PARTS}
    try:
        async with context.database.reading() as session:
            shown["parts"] = await faqs.sms_parts(session, text_from(given), context.settings.bracketed_signature)
    except InvalidField as error:
        shown["problem"] = error.detail
    if is_part(request):
        return HTMLResponse(part("faq_preview.html", shown))
    return await _page(request, context, user, given.get("key") or NEW, given=given, preview=shown)


@router.get("/{key}")
async def faq_page(request: Request, context: ContextDep, user: AdminDep, key: str) -> Response:
    """One question with its form and what was changed before; `new` is an empty form."""
    return await _page(request, context, user, key)


async def _page(
    request: Request,
    context: WebContext,
    user: Principal,
    key: str,
    *,
    given: dict[str, str] | None = None,
    status: int = 200,
    **more: Any,
) -> Response:
    async with context.database.reading() as session:
        row = None if key == NEW else await faqs.get_faq(session, key)
        matters = matter_names(await directory.categories(session))
        history = await directory.changes_of(session, faq_subject(key))
        names = await desk.people_names(session)
    stored = form_of(faqs.text_of(row), row.version) if row else form_of(FaqText("", ""), 0)
    form = stored | (given or {})
    data = {"user": user, "row": row, "form": form, "matters": matters, "history": history, "names": names, "preview": None}
    return render(request, "faq.html", {**data, "most": faqs.MOST_PARTS, **more}, status=status)


@router.post("/{key}")
async def save(request: Request, context: ContextDep, user: AdminDep, key: str) -> Response:
    """Keep what was written; the next answer has it. What is wrong is said at its field, and nothing typed is lost."""
    given, edit = await given_fields(request), _edit(context, user)

    async def step(session: AsyncSession) -> object:
        if key == NEW:
            return await faqs.add_faq(session, text_from(given), edit)
        return await faqs.edit_faq(session, key, text_from(given), edit, expected_version=version_of(given))

    return await _do(request, context, user, key, given, step)


@router.post("/{key}/{change}")
async def withdraw_or_restore(request: Request, context: ContextDep, user: AdminDep, key: str, change: str) -> Response:
    """`withdraw`: no longer told, but kept; `restore`: told again."""
    if change not in ("withdraw", "restore"):
        raise NotFound("没有这个操作", field="change")
    given, edit = await given_fields(request), _edit(context, user)

    async def step(session: AsyncSession) -> object:
        return await faqs.set_told(session, key, change == "restore", edit, expected_version=version_of(given))

    return await _do(request, context, user, key, None, step)


def _edit(context: WebContext, user: Principal) -> Edit:
    return Edit(user.actor, context.clock.now(), context.settings.bracketed_signature)


async def _do(
    request: Request, context: WebContext, user: Principal, key: str, given: dict[str, str] | None, step: Step
) -> Response:
    try:
        async with context.database.transaction() as session:
            await step(session)
    except NotFound:
        raise
    except DomainError as error:
        kept = given | newest_version(error) if given else None
        return await _page(request, context, user, key, given=kept, status=error.status, **refusal(error))
    return RedirectResponse("/console/faqs?saved=1", status_code=303)
