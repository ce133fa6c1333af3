"""A caseworker takes over while Rasa is thinking, or while the bot's words wait to be sent: over real HTTP, nothing of the bot
goes out any more, and nobody is left without an answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvicorn
from aiohttp import web
from aiohttp.test_utils import TestServer
from fastapi import FastAPI
from pydantic import SecretStr

from backend.api import conversations, problems
from backend.api.dependencies import AppContext
from backend.contracts.messages import SendOutcome, SendResult
from backend.contracts.people import Role
from backend.services import auth
from backend.services.turns import TurnTimes, TurnWorker
from backend.settings import Settings
from channels.assistant import RasaAssistant
from tests.integration.engine.said import statuses
from tests.integration.engine.world import World, eventually
from tests.ports import free_port

PASSWORD = "for-tests-only"
RETRY = SendResult(SendOutcome.RETRY_LATER, code="-1")
BACK = "工作人员已处理完这边的事,我接着帮您。"


@dataclass
class SlowRasa:
    """Rasa's REST channel, which answers when it may; `asked` are the messages it was sent."""

    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    thinking: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)

    async def webhook(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append(body["message"])
        self.thinking.set()
        await self.may_answer.wait()
        return web.json_response([{"recipient_id": body["sender"], "text": f"第{len(self.asked)}次听到{body['message']}"}])


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the tests keep their own


@dataclass
class Race:
    """The world with its web program on a port, its worker running, and a Rasa that waits for permission."""

    world: World
    rasa: SlowRasa
    http: aiohttp.ClientSession
    base: str

    async def call(self, what: str) -> None:
        conversation = (await self.world.conversation()).id
        async with self.http.post(f"{self.base}/api/v1/conversations/{conversation}/{what}") as answer:
            assert answer.status == 200, await answer.text()

    async def answered(self) -> bool:
        inbound = await self.world.messages(direction="in")
        return all(row.handled_at is not None for row in inbound)

    async def sent(self, count: int) -> list[str]:
        assert await eventually(lambda: _true(len(self.world.wechat.sent) >= count))
        return self.world.wechat.texts


async def _true(value: bool) -> bool:
    return value


@contextlib.asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    port = free_port()
    server = _Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


async def _token(world: World) -> str:
    async with world.writing() as session:
        await auth.create_user(
            session, username="li", name="小李", role=Role.DISPATCHER, password=PASSWORD, unit_id=None, now=world.clock.now()
        )
        return (await auth.sign_in(session, username="li", password=PASSWORD, now=world.clock.now()))[0]


def _web(world: World, home: Path) -> FastAPI:
    app = FastAPI()
    problems.install(app)
    app.include_router(conversations.router)
    settings = Settings(home_dir=home, service_token=SecretStr("service"))
    app.state.context = AppContext(settings, world.db, world.clock, world.assistant, {"wakeups": world.wakeups})
    return app


@pytest.fixture
async def race(world: World, tmp_path: Path) -> AsyncIterator[Race]:
    rasa, stop = SlowRasa(), asyncio.Event()
    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", rasa.webhook)
    headers = {"Authorization": f"Bearer {await _token(world)}"}
    async with (
        TestServer(app) as server,
        serving(_web(world, tmp_path)) as base,
        aiohttp.ClientSession(headers=headers) as http,
    ):
        assistant = RasaAssistant(str(server.make_url("")), actions_url="")
        deliverer = world.new_deliverer(poll=0.05)
        worker = TurnWorker(
            db=world.db,
            assistant=assistant,
            senders=world.senders,
            ears=world.ears,
            clock=world.clock,
            wakeups=world.wakeups,
            deliverer=deliverer,
            times=TurnTimes(answer=10.0),
            poll=0.05,
        )
        running = [asyncio.create_task(loop.run(stop)) for loop in (worker, deliverer)]
        try:
            yield Race(world, rasa, http, base)
        finally:
            rasa.may_answer.set()
            stop.set()
            await asyncio.gather(*running)
            await assistant.close()


async def test_what_rasa_says_after_a_takeover_never_goes_out(race: Race) -> None:
    await race.world.hears("暖气不热")
    await race.rasa.thinking.wait()
    await race.call("takeover")
    race.rasa.may_answer.set()
    assert await eventually(race.answered)
    (note,) = await race.world.messages(direction="out")
    assert (note.author, note.status, note.status_reason) == ("bot", "suppressed", "stale epoch")
    await asyncio.sleep(0.2)
    assert race.world.wechat.sent == []


async def test_who_was_given_back_while_rasa_was_thinking_is_answered_once_and_anew(race: Race) -> None:
    await race.world.hears("暖气不热")
    await race.rasa.thinking.wait()
    await race.call("takeover")
    await race.call("handback")
    assert await race.sent(1) == [BACK]
    race.rasa.may_answer.set()
    assert await race.sent(2) == [BACK, "第2次听到暖气不热"]
    assert await eventually(race.answered)
    assert sorted(await statuses(race.world)) == ["sent", "sent", "suppressed"]


async def test_who_is_given_back_without_a_word_is_answered_after_all(race: Race) -> None:
    await race.world.hears("暖气不热")
    await race.rasa.thinking.wait()
    await race.call("takeover")
    race.rasa.may_answer.set()
    assert await eventually(race.answered)
    await race.call("handback")
    assert await race.sent(1) == ["第2次听到暖气不热"]


async def test_what_the_bot_said_and_could_not_send_yet_is_kept_back_by_a_takeover(race: Race) -> None:
    race.rasa.may_answer.set()
    race.world.wechat.script = [RETRY]
    await race.world.hears("暖气不热")
    assert await eventually(lambda: _is_waiting(race.world))
    await race.call("takeover")
    race.world.clock.advance(minutes=5)
    await asyncio.sleep(0.3)
    assert len(race.world.wechat.sent) == 1
    assert await statuses(race.world) == ["suppressed"]
    await race.call("handback")
    assert (await race.sent(2))[1] == "第2次听到暖气不热"


async def _is_waiting(world: World) -> bool:
    rows: list[Any] = await world.messages(direction="out")
    return any(row.status == "submitted" and row.next_attempt_at is not None for row in rows)


async def test_what_has_reached_the_provider_is_not_called_back(race: Race) -> None:
    race.rasa.may_answer.set()
    await race.world.hears("暖气不热")
    await race.sent(1)
    assert await eventually(lambda: _all_sent(race.world))
    await race.call("takeover")
    assert await statuses(race.world) == ["sent"]


async def _all_sent(world: World) -> bool:
    return await statuses(world) == ["sent"]
