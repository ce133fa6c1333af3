"""What the SMS tests share: a still clock, an inbox that remembers, and a provider that answers what it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from backend.contracts.messages import DeliveryReceipt, InboundMessage
from backend.settings import Settings
from channels.sms.webhook import sms_router
from tests.clocks import HandClock

NOW = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)
TOKEN = "a-token-that-nobody-guesses"


@dataclass
class RecordingInbox:
    """Keeps what it gets; with `broken` it stores nothing and raises."""

    broken: Exception | None = None
    messages: list[InboundMessage] = field(default_factory=list)
    receipts: list[DeliveryReceipt] = field(default_factory=list)

    async def receive(self, messages: Sequence[InboundMessage]) -> None:
        if self.broken:
            raise self.broken
        self.messages.extend(messages)

    async def record_receipts(self, reports: Sequence[DeliveryReceipt]) -> None:
        if self.broken:
            raise self.broken
        self.receipts.extend(reports)


def settings(**values: object) -> Settings:
    """Settings that no environment variable of the machine can disturb, as far as SMS goes."""
    return Settings(**{"sms_callback_token": TOKEN, **values})  # type: ignore[arg-type]


def web_client(inbox: RecordingInbox, token: str = TOKEN) -> AsyncClient:
    """A client of an app that has nothing but the push addresses; errors of the app surface as 500."""
    app = Starlette(routes=sms_router(settings(sms_callback_token=token), inbox, HandClock(NOW)).routes)
    return AsyncClient(transport=ASGITransport(app=app, raise_app_exceptions=False), base_url="http://youshi.test")


@dataclass
class Gateway:
    """A provider on loopback: `answers` are (status, text) in turn, the last one for ever; None hangs up without an answer."""

    url: str = ""
    answers: list[tuple[int, str] | None] = field(default_factory=lambda: [(202, "0: Accepted for delivery")])
    requests: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        self.bodies.append(await request.read())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return web.Response(status=answer[0], text=answer[1])


@asynccontextmanager
async def running_gateway() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", gateway.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    gateway.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield gateway
    finally:
        await runner.cleanup()
