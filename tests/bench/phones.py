"""The simulated WeChat inside the bench program, so that what the phones cost is not counted as the cost of a turn."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import uvicorn
from fastapi import FastAPI

from backend.contracts.messages import Channel
from channels.clock import SystemClock
from channels.secrets_file import load_or_make_secrets
from channels.simulator.pusher import Pusher
from channels.simulator.wechat_api import wechat_api_router
from channels.simulator.world import Phone, World
from channels.wechat.accounts import demo_accounts

_PATIENCE_S = 60.0


@dataclass
class Phones:
    """Phones of invented residents that write to one installation and hear its answers."""

    world: World
    pusher: Pusher

    def new(self) -> Phone:
        return self.world.add_phone(Channel.WECHAT_OA)

    async def talk(self, phone: Phone, sayings: Sequence[str]) -> list[float]:
        """Say everything, waiting for each answer; the seconds from each push to its answer. Raises TimeoutError."""
        waits = []
        for saying in sayings:
            started, heard = time.perf_counter(), _answers(phone)
            await self.pusher.text(phone, saying)
            async with asyncio.timeout(_PATIENCE_S):
                while _answers(phone) <= heard:
                    await self.world.changed_since(self.world.version, _PATIENCE_S)
            waits.append(time.perf_counter() - started)
        return waits


def _answers(phone: Phone) -> int:
    return sum(not bubble.mine for bubble in phone.bubbles)


@contextlib.asynccontextmanager
async def phones_for(home: Path, base_url: str, port: int) -> AsyncIterator[Phones]:
    """Serve the platform on `port` for the installation at `base_url`, whose state is in `home`."""
    token = load_or_make_secrets(home)["sms_callback_token"]
    accounts, world = demo_accounts(home), World(SystemClock())
    app = FastAPI(openapi_url=None)
    app.include_router(wechat_api_router(world, accounts))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, access_log=False, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    try:
        async with aiohttp.ClientSession() as http:
            yield Phones(world, Pusher(world, http, accounts, base_url, token))
    finally:
        server.should_exit = True
        await serving
