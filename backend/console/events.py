"""The stream that keeps an open page up to date."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import SQLAlchemyError

from backend.console.announce import feed_of
from backend.console.context import SESSION_COOKIE, ContextDep, UserDep, WebContext
from backend.console.live_parts import Watching, snapshot
from backend.console.page_route import PageRoute
from backend.domain.errors import DomainError
from backend.services.auth import Principal, principal_of

log = structlog.get_logger()
router = APIRouter(prefix="/console", route_class=PageRoute)
REFRESH_SECONDS = 20.0  # without any change: waiting times go on, and a closed browser is noticed
SETTLE_SECONDS = 0.1  # several changes of one moment become one update


@router.get("/events")
async def events(
    request: Request, context: ContextDep, user: UserDep, conversation: str = "", order: str = "", orders: str | None = None
) -> StreamingResponse:
    """Server-sent events: a full snapshot on connecting, then one after every change."""
    stream = _stream(request, context, user, Watching(conversation, order, orders))
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _stream(request: Request, context: WebContext, user: Principal, watching: Watching) -> AsyncIterator[str]:
    feed = feed_of(context)
    token = request.cookies.get(SESSION_COOKIE, "")
    seen, last = -1, ""
    async with feed.watching():
        while not await request.is_disconnected():
            version = feed.version
            if version != seen or not last:
                await asyncio.sleep(SETTLE_SECONDS)
                version = feed.version
            try:
                text = await _snapshot_text(context, user, token, watching)
            except DomainError:
                return  # signed out, or the conversation is gone: the browser reconnects and is told
            except SQLAlchemyError as error:
                log.warning("live_snapshot_failed", error=type(error).__name__)
                text = last
            yield f"event: snapshot\ndata: {text}\n\n" if text != last else ": still here\n\n"
            last, seen = text, version
            await feed.changed_since(version, REFRESH_SECONDS)


async def _snapshot_text(context: WebContext, user: Principal, token: str, watching: Watching) -> str:
    now = context.clock.now()
    async with context.database.reading() as session:
        await principal_of(session, token=token, now=now)
        shown = await snapshot(session, user, watching, now=now)
    return json.dumps(shown, ensure_ascii=False)
