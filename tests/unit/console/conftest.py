"""The console on its own: real services and SQLite, requests without a network."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from backend.api import problems
from backend.console.context import SESSION_COOKIE
from backend.console.pages import console_router
from backend.services import auth
from backend.settings import Settings
from backend.storage.database import Database
from channels.web.pages import resident_router
from tests.passwords import quick_passwords
from tests.unit.console.scene import PASSWORD, PEOPLE, START, Context, people

__all__ = ["quick_passwords"]
ORIGIN = "http://youshi.test"


@dataclass(frozen=True)
class Filled:
    """A database with directory and people, and a session for each of them."""

    path: Path
    tokens: dict[str, str]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """Made once for all tests."""
    path = tmp_path_factory.mktemp("console") / "filled.db"

    async def fill() -> dict[str, str]:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await database.create_schema()
        await people(database)
        async with database.transaction() as session:
            tokens = {
                username: (await auth.sign_in(session, username=username, password=PASSWORD, now=START))[0]
                for username, *_ in PEOPLE
            }
        await database.close()
        return tokens

    return Filled(path, asyncio.run(fill()))


@pytest.fixture
async def context(filled: Filled, tmp_path: Path) -> AsyncIterator[Context]:
    path = tmp_path / "youshi.db"
    shutil.copy(filled.path, path)
    database = Database(f"sqlite+aiosqlite:///{path}")
    yield Context(Settings(home_dir=tmp_path, sms_signature="【有事】"), database)
    await database.close()


@pytest.fixture(scope="session")
def built_app() -> FastAPI:
    app = FastAPI()
    problems.install(app)
    app.include_router(console_router())
    app.include_router(resident_router())
    return app


@pytest.fixture
def app(built_app: FastAPI, context: Context) -> FastAPI:
    built_app.state.context = context
    return built_app


@pytest.fixture
def browser(app: FastAPI, context: Context, filled: Filled) -> Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]:
    """`async with browser("zhou") as client`: somebody signed in (or nobody), with cookies, sending an Origin as browsers do."""

    @asynccontextmanager
    async def open_browser(username: str = "") -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app=app)
        headers = {"Origin": ORIGIN}
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
            if username:
                client.cookies.set(SESSION_COOKIE, await session_of(username), domain="youshi.test", path="/console")
            yield client

    async def session_of(username: str) -> str:
        if context.clock.now() < START + auth.TOKEN_LIFE:
            return filled.tokens[username]
        async with context.database.transaction() as session:
            return (await auth.sign_in(session, username=username, password=PASSWORD, now=context.clock.now()))[0]

    return open_browser
