from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from redis.asyncio import Redis

from channels.wechat.client import WechatClient
from channels.wechat.http import WechatHttp
from channels.wechat.tokens import TokenBroker
from tests.clocks import HandClock
from tests.integration.wechat.platform import EVENING, Platform
from tests.redis_server import redis_in
from tests.unit.wechat.pushes import account


@pytest.fixture
def clock() -> HandClock:
    return HandClock(EVENING)


@pytest_asyncio.fixture
async def platform() -> AsyncIterator[Platform]:
    played = Platform(account("oa"))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", played.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    played.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield played
    await runner.cleanup()


@pytest_asyncio.fixture
async def http(platform: Platform) -> AsyncIterator[WechatHttp]:
    async with aiohttp.ClientSession() as session:
        yield WechatHttp(session, platform.base + "/")


@pytest.fixture
def client(platform: Platform, http: WechatHttp, clock: HandClock) -> WechatClient:
    return WechatClient(platform.account, http, TokenBroker(platform.account, http, clock))


@pytest.fixture(scope="module")
def redis_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    server = redis_in(tmp_path_factory.mktemp("redis"))
    yield Path(server.socket_file)
    server.shutdown(nosave=True)


@pytest_asyncio.fixture
async def redis(redis_socket: Path) -> AsyncIterator[Redis]:
    connection = Redis(unix_socket_path=str(redis_socket))
    await connection.flushall()
    yield connection
    await connection.aclose()
