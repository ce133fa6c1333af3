"""The backend's own API on an SQLite file, for dialogues with the trained assistant: `uvicorn tests.bot.backend_app:app`."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

from fastapi import FastAPI
from pydantic import SecretStr

from backend.api import assistant, conversations, directory, drafts, problems, understand, work_orders
from backend.api.dependencies import AppContext
from backend.services.directory import seed_directory
from backend.settings import Settings
from backend.storage.database import Database
from channels.assistant import RasaAssistant
from channels.clock import SystemClock

TOKEN = "token-of-the-tests"


database = Database(f"sqlite+aiosqlite:///{os.environ.get('YOUSHI_TEST_DATABASE', ':memory:')}")


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    await database.create_schema()
    async with database.transaction() as session:
        await seed_directory(session, datetime.now(UTC))
    yield


app = FastAPI(lifespan=_lifespan)
problems.install(app)
app.state.context = AppContext(
    settings=Settings(service_token=SecretStr(TOKEN)),
    database=database,
    clock=cast(Any, SystemClock()),
    assistant=RasaAssistant(os.environ.get("YOUSHI_RASA_URL", "http://127.0.0.1:1")),
)
for module in (drafts, assistant, work_orders, directory, conversations, understand):
    app.include_router(module.router)
