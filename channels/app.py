"""The web program: channel webhooks, API, console, resident pages and, in a demo, the simulator."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.api import (
    assistant,
    auth,
    conversations,
    directory,
    documentation,
    drafts,
    media,
    open311,
    problems,
    reports,
    understand,
    work_orders,
)
from backend.api.dependencies import AppContext
from backend.console.pages import console_router
from backend.services.replaying import SpoolReplayer
from backend.settings import Settings
from channels import counters, logs
from channels.runtime import Runtime, open_runtime
from channels.simulator.api import clock_router
from channels.simulator.app import simulator_routers
from channels.sms.webhook import sms_router
from channels.web.pages import resident_router
from channels.wechat.webhook import wechat_router

API = (assistant, auth, conversations, directory, drafts, media, reports, understand, work_orders, open311)


def create_app() -> FastAPI:
    """The ASGI application, configured from the environment."""
    settings = Settings()
    logs.configure(settings.log_level)
    app = FastAPI(
        title="有事请找我",
        version="1",
        description="Youshi: from a resident's message to a finished job",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    problems.install(app)
    for module in API:
        app.include_router(module.router)
    app.include_router(console_router())
    app.include_router(resident_router())
    documentation.install(app)
    app.add_route("/healthz", _alive)
    app.add_route("/readyz", _ready)
    app.add_route("/metrics", _metrics)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with open_runtime(app.state.settings) as runtime:
        app.state.runtime = runtime
        app.state.context = AppContext(
            settings=runtime.settings,
            database=runtime.database,
            clock=runtime.clock,
            assistant=runtime.assistant,
            extras={"wakeups": runtime.wakeups, "redis": runtime.redis, "senders": runtime.senders},
        )
        _include_channels(app, runtime)
        stop = asyncio.Event()
        replayer = asyncio.create_task(SpoolReplayer(inbox=runtime.inbox).run(stop))
        yield
        stop.set()
        await replayer


def _include_channels(app: FastAPI, runtime: Runtime) -> None:
    settings = runtime.settings
    token = settings.sms_callback_token.get_secret_value()
    pushed_to = (
        wechat_router(runtime.wechat_accounts, runtime.inbox, runtime.clock),
        sms_router(settings, runtime.inbox, runtime.clock),
    )
    # routes are tried in order, and platforms that wait for their acknowledgement should not wait for a hundred others
    app.router.routes[:0] = [route for router in pushed_to for route in router.routes]
    if settings.is_live:
        return
    app.include_router(clock_router(runtime.clock))
    if settings.is_demo:
        world = simulator_routers(
            clock=runtime.clock, http=runtime.http, accounts=runtime.wechat_accounts, target=settings.base_url, sms_token=token
        )
        for router in world:
            app.include_router(router)


async def _alive(_request: Request) -> Response:
    """The process answers; nothing else is looked at."""
    return JSONResponse({"status": "ok"})


async def _ready(request: Request) -> Response:
    """The database must answer for us to be useful; Redis and the assistant may be away for a while, and are told."""
    runtime: Runtime = request.app.state.runtime
    parts = {"database": await _database_answers(runtime), "redis": await _redis_answers(runtime)}
    return JSONResponse({"ready": parts["database"], "parts": parts}, status_code=200 if parts["database"] else 503)


async def _database_answers(runtime: Runtime) -> bool:
    with contextlib.suppress(Exception):
        async with asyncio.timeout(2), runtime.database.reading() as session:
            await session.execute(text("SELECT 1"))
            return True
    return False


async def _redis_answers(runtime: Runtime) -> bool:
    with contextlib.suppress(Exception):
        async with asyncio.timeout(2):
            return bool(await runtime.redis.ping())
    return False


async def _metrics(_request: Request) -> Response:
    return Response(counters.exposition(), media_type=counters.CONTENT_TYPE)
