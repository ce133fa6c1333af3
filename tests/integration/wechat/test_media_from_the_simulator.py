"""A photo from a simulated phone goes the whole way: pushed address, token, download, disk, transcript row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from sqlalchemy import select

from backend.contracts.messages import Attachment, Channel, InboundMessage, MessageKind
from backend.services.inbox import store_inbound
from backend.storage.database import Database
from backend.storage.tables.messages import MessageRow
from channels.media_keeper import MediaKeeper
from channels.simulator import pictures
from channels.simulator.wechat_api import wechat_api_router
from channels.simulator.world import World
from channels.wechat.client import WechatClient
from channels.wechat.http import WechatHttp
from channels.wechat.media import MediaStore
from channels.wechat.tokens import TokenBroker
from tests.clocks import HandClock
from tests.unit.wechat.pushes import account

KINDS = {"photo-1": ("image", pictures.photo, ".png"), "voice-1": ("voice", pictures.voice, ".amr")}


@pytest_asyncio.fixture
async def world(clock: HandClock) -> AsyncIterator[tuple[World, str]]:
    """A simulated world that serves the platform's API, and the API's address."""
    world = World(clock)
    app = FastAPI()
    app.include_router(wechat_api_router(world, {"oa": account("oa")}))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield world, f"http://127.0.0.1:{port}/simulator/wechat"
    server.should_exit = True
    await serving


@pytest.mark.parametrize("media_id", sorted(KINDS))
async def test_what_a_simulated_phone_sends_is_kept(
    media_id: str, world: tuple[World, str], clock: HandClock, tmp_path: Path
) -> None:
    simulated, base = world
    kind, make, suffix = KINDS[media_id]
    simulated.media[media_id] = kind
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'media.db'}")
    await database.create_schema()
    message = InboundMessage(
        channel=Channel.WECHAT_OA,
        account="oa",
        channel_user_id="o-resident-1",
        dedupe_key=media_id,
        kind=MessageKind(kind),
        message_time=clock.now(),
        attachments=(Attachment(MessageKind(kind), media_id),),
    )
    async with database.transaction() as session:
        await store_inbound(session, [message], now=clock.now())
    async with aiohttp.ClientSession() as http:
        platform = WechatHttp(http, base)
        client = WechatClient(account("oa"), platform, TokenBroker(account("oa"), platform, clock))
        keeper = MediaKeeper(db=database, clients={Channel.WECHAT_OA: client}, store=MediaStore(tmp_path), clock=clock)
        assert await keeper.keep_due() == 1
    async with database.reading() as session:
        row = (await session.scalars(select(MessageRow))).one()
    await database.close()
    assert row.attachments[0]["path"].endswith(suffix)
    assert (tmp_path / row.attachments[0]["path"]).read_bytes() == make(media_id)
