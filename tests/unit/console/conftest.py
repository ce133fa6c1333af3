"""The console on its own: real services and SQLite, requests without a network."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from backend.api import problems
from backend.console.pages import console_router
from backend.settings import Settings
from backend.storage.database import Database
from channels.web.pages import resident_router
from tests.unit.console.scene import PASSWORD, Context, people

ORIGIN = "http://youshi.test"


@pytest.fixture(scope="session")
def filled_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory and people, made once: hashing passwords is slow on purpose."""
    path = tmp_path_factory.mktemp("console") / "filled.db"

    async def fill() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await database.create_schema()
        await people(database)
        await database.close()

    asyncio.run(fill())
    return path


@pytest.fixture
async def context(filled_database: Path, tmp_path: Path) -> AsyncIterator[Context]:
    path = tmp_path / "youshi.db"
    shutil.copy(filled_database, path)
    database = Database(f"sqlite+aiosqlite:///{path}")
    yield Context(Settings(home_dir=tmp_path, sms_signature="【有事】"), database)
    await database.close()


@pytest.fixture
def app(context: Context) -> FastAPI:
    app = FastAPI()
    problems.install(app)
    app.state.context = context
    app.include_router(console_router())
    app.include_router(resident_router())
    return app


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[Callable[..., object]]:
    """`async with browser("zhou") as client`: somebody signed in (or nobody), with cookies, sending an Origin as browsers do."""

    @asynccontextmanager
    async def open_browser(username: str = "") -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app=app)
        headers = {"Origin": ORIGIN}
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
            if username:
                answer = await client.post("/console/login", data={"username": username, "password": PASSWORD})
                assert answer.status_code == 303, answer.text
            yield client

    yield open_browser
