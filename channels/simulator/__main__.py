"""The simulator as a program of its own, for trying what happens to phones while our programs die.

`YOUSHI_SIMULATOR_PORT` is where it listens; the installation it talks to is the one of `YOUSHI_HOME_DIR` at `YOUSHI_BACKEND_URL`,
which must be started with `YOUSHI_SIMULATOR_URL=http://127.0.0.1:PORT/simulator`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator

import aiohttp
import uvicorn
from fastapi import FastAPI

from backend.api import problems
from backend.settings import Settings
from channels.clock import make_clock
from channels.secrets_file import load_or_make_secrets
from channels.simulator.app import simulator_routers
from channels.wechat.accounts import demo_accounts


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = Settings()
    async with aiohttp.ClientSession() as http:
        routers = simulator_routers(
            clock=make_clock(settings),
            http=http,
            accounts=demo_accounts(settings.home_dir),
            target=settings.base_url,
            sms_token=load_or_make_secrets(settings.home_dir)["sms_callback_token"],
        )
        for router in routers:
            app.include_router(router)
        yield


app = FastAPI(lifespan=_lifespan, openapi_url=None)
problems.install(app)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["YOUSHI_SIMULATOR_PORT"]), access_log=False, log_level="warning")
