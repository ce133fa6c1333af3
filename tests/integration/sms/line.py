"""Our push addresses on a real port, a real Kannel that calls them, and a sender that uses it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import uvicorn
from starlette.applications import Starlette

from backend.contracts.messages import Channel, DeliveryReceipt, OutboundMessage, Route, SendResult
from backend.settings import Settings
from channels.sms.providers import make_provider
from channels.sms.sender import SmsSender
from channels.sms.webhook import sms_router
from tests.clocks import HandClock
from tests.kannel import RealKannel
from tests.ports import free_port
from tests.unit.sms.helpers import NOW, RecordingInbox

RESIDENT = "17000000001"
TOKEN = "integration-token"


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the tests keep their own


@dataclass
class Line:
    """Everything between a resident's phone and the inbox."""

    kannel: RealKannel
    settings: Settings
    sender: SmsSender
    inbox: RecordingInbox = field(default_factory=RecordingInbox)
    _server: _Server | None = None
    _serving: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start answering on our port."""
        app = Starlette(routes=sms_router(self.settings, self.inbox, HandClock(NOW)).routes)
        self._server = _Server(uvicorn.Config(app, port=self.settings.port, log_level="error", lifespan="off"))
        self._serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Stop answering: connections are refused."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            await self._serving
            self._server = None

    async def send(self, text: str, message_id: str = "5f3c") -> SendResult:
        """Send a text to the resident."""
        message = OutboundMessage(
            id=message_id, channel=Channel.SMS, account="", channel_user_id=RESIDENT, route=Route.SESSION, text=text
        )
        return await self.sender.send(message)

    async def texts(self, count: int, timeout: float = 15) -> list[str]:
        """Wait for a number of messages in the inbox and return their texts, each message once."""
        await self._until(lambda: len({m.dedupe_key for m in self.inbox.messages}) >= count, timeout)
        return list({message.dedupe_key: message.text for message in self.inbox.messages}.values())

    async def reports(
        self, condition: Callable[[DeliveryReceipt], bool], count: int = 1, timeout: float = 15
    ) -> list[DeliveryReceipt]:
        """Wait for a number of reports that fulfil a condition."""

        def found() -> list[DeliveryReceipt]:
            return [report for report in self.inbox.receipts if condition(report)]

        await self._until(lambda: len(found()) >= count, timeout)
        return found()

    async def _until(self, condition: Callable[[], bool], timeout: float) -> None:
        async with asyncio.timeout(timeout):
            while not condition():
                await asyncio.sleep(0.02)


@asynccontextmanager
async def open_line(*, answering: bool = True) -> AsyncIterator[Line]:
    port = free_port()
    async with RealKannel(f"http://127.0.0.1:{port}/sms/{TOKEN}/kannel/mo") as kannel, aiohttp.ClientSession() as session:
        settings = Settings(
            port=port,
            sms_callback_token=TOKEN,  # type: ignore[arg-type]
            sms_signature="示例社区",
            sms_provider="kannel",
            sms_kannel_sendsms_url=kannel.sendsms_url,
            sms_kannel_username=kannel.username,
            sms_kannel_password=kannel.password,  # type: ignore[arg-type]
            sms_kannel_from=kannel.sender,
        )
        line = Line(kannel, settings, SmsSender(make_provider(settings, session, HandClock(NOW))))
        if answering:
            await line.open()
        try:
            yield line
        finally:
            await line.close()
