"""A small world around the engine: a clock to move, an assistant and channels that remember, and a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from backend.contracts.messages import (
    Channel,
    Choice,
    InboundMessage,
    MessageKind,
    OutboundMessage,
    Reply,
    Route,
    SendOutcome,
    SendResult,
    SessionGrant,
)
from backend.contracts.understanding import DangerTalk, EmergencyHit, Facts, Span
from backend.services import conversations as talk
from backend.services.delivery import Deliverer
from backend.services.inbox import Inbox
from backend.services.ports import AssistantFailed, AssistantTurn, ChannelTraits
from backend.services.spool import Spool
from backend.services.turns import TurnTimes, TurnWorker
from backend.storage.database import Database
from backend.storage.streams import Streams
from backend.storage.tables import __all__ as _all_tables  # noqa: F401  the metadata must be complete
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.messages import MessageRow
from backend.storage.wakeups import Wakeups
from tests.clocks import HandClock

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # by the clock on the wall, which leases go by
WECHAT_GRANT = SessionGrant(allowed=5, seconds=48 * 3600)
PHONE = "17000001234"


@dataclass
class RememberingAssistant:
    """Says what `answer` makes of a turn; remembers every turn it was asked."""

    answer: Callable[[AssistantTurn], Awaitable[tuple[Reply, ...]]] | None = None
    turns: list[AssistantTurn] = field(default_factory=list)
    understanding: dict[str, Any] = field(default_factory=dict)
    fails: bool = False

    async def respond(self, turn: AssistantTurn) -> tuple[Reply, ...]:
        self.turns.append(turn)
        if self.answer is not None:
            return await self.answer(turn)
        return (Reply(f"听到:{turn.text}"),)

    async def parse(self, text: str, metadata: dict[str, Any]) -> dict[str, Any]:
        if self.fails:
            raise AssistantFailed("down")
        return {"text": text, **metadata, **self.understanding}


@dataclass
class RememberingSender:
    """Accepts everything unless `script` holds other outcomes, which are used up in order."""

    channel: Channel
    traits: ChannelTraits
    script: list[SendResult | Exception] = field(default_factory=list)
    sent: list[OutboundMessage] = field(default_factory=list)
    on_send: Callable[[OutboundMessage], Awaitable[None]] | None = None
    not_taken: list[str] = field(default_factory=list)
    longest: int = 10_000

    def pieces(self, text: str, choices: Sequence[Choice]) -> int:
        return max(-(-len(text) // self.longest), 1)

    async def send(self, message: OutboundMessage) -> SendResult:
        self.sent.append(message)
        if self.on_send is not None:
            await self.on_send(message)
        result = self.script.pop(0) if self.script else SendResult(SendOutcome.ACCEPTED, provider_id=f"p-{message.id}")
        if isinstance(result, Exception):
            raise result
        if result.outcome is not SendOutcome.ACCEPTED:
            self.not_taken.append(message.id)
        return result

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.sent]


class PlainEars:
    """Understands exactly what the tests say: 着火 is an emergency, 等两天 faintly one, `facts_by_text` are facts."""

    def __init__(self) -> None:
        self.facts_by_text: dict[str, Facts] = {}

    def emergency(self, text: str) -> EmergencyHit | None:
        at = text.find("着火")
        if at >= 0:
            return EmergencyHit("fire", Span(at, at + 2, "着火"))
        return EmergencyHit("trapped", Span(0, len(text), text), faint=True) if "等两天" in text else None

    def takes_back(self, text: str) -> bool:
        return "误会" in text

    def danger_talk(self, text: str) -> DangerTalk | None:
        return {"打了120": DangerTalk.DONE, "你们别来": DangerTalk.UNWANTED}.get(text)

    def may_go_on(self, text: str) -> bool:
        return text == "俩人"

    async def facts(self, session: Any, text: str, *, message_time: datetime, phone: str) -> Facts:
        return self.facts_by_text.get(text, Facts())

    def script_of(self, text: str, before: str) -> str:
        return "traditional" if "嗎" in text else before

    def in_script(self, reply: Reply, script: str) -> Reply:
        return Reply(f"[繁]{reply.text}", reply.choices) if script == "traditional" else reply


WECHAT_TRAITS = ChannelTraits(
    max_bubbles=2,
    session_limited=True,
    routes=frozenset({Route.SESSION, Route.SUBSCRIBE_LONG_TERM, Route.SUBSCRIBE_ONE_TIME}),
)
SMS_TRAITS = ChannelTraits(max_bubbles=1, session_limited=False, routes=frozenset({Route.SMS}))


class World:
    """Everything wired as the programs wire it."""

    def __init__(self, db: Database, home: Path, redis: Any = None) -> None:
        self.db = db
        self.clock = HandClock()
        self.assistant = RememberingAssistant()
        self.ears = PlainEars()
        self.wechat = RememberingSender(Channel.WECHAT_OA, WECHAT_TRAITS)
        self.sms = RememberingSender(Channel.SMS, SMS_TRAITS)
        self.senders = {Channel.WECHAT_OA: self.wechat, Channel.SMS: self.sms}
        self.wakeups = Wakeups(redis)
        self.streams = Streams(redis)
        self.spool = Spool(home / "spool")
        self.inbox = Inbox(db=db, spool=self.spool, wakeups=self.wakeups, clock=self.clock, timeout=1.0)
        self.turns = self.turn_worker()
        self.deliverer = self.new_deliverer()
        self._numbers = count(1)

    def turn_worker(self, **options: Any) -> TurnWorker:
        times = options.pop("times", TurnTimes(answer=0.3, late=3.0, retries=(0.0, 0.0)))
        return TurnWorker(
            db=self.db,
            assistant=self.assistant,
            senders=self.senders,
            ears=self.ears,
            clock=self.clock,
            wakeups=self.wakeups,
            times=times,
            **options,
        )

    def new_deliverer(self, **options: Any) -> Deliverer:
        return Deliverer(
            db=self.db,
            senders=self.senders,
            clock=self.clock,
            wakeups=self.wakeups,
            streams=self.streams,
            sms_account="10690000",
            **options,
        )

    def message(
        self, text: str, *, user: str = "o-resident-1", channel: Channel = Channel.WECHAT_OA, **more: Any
    ) -> InboundMessage:
        values: dict[str, Any] = {
            "channel": channel,
            "account": "acc",
            "channel_user_id": user,
            "dedupe_key": f"{channel.value}:{user}:{next(self._numbers)}",
            "kind": MessageKind.TEXT,
            "message_time": self.clock.now(),
            "text": text,
            "grant": WECHAT_GRANT if channel is Channel.WECHAT_OA else None,
            **more,
        }
        return InboundMessage(**values)

    async def hears(self, text: str, **more: Any) -> InboundMessage:
        """A message arrives; nothing else happens yet."""
        message = self.message(text, **more)
        await self.inbox.receive([message])
        return message

    async def settle(self) -> None:
        """Let everything that is due happen."""
        await self.turns.drain()
        await self.deliverer.drain()

    async def talk(self, text: str, **more: Any) -> None:
        await self.hears(text, **more)
        await self.settle()

    async def takeover(self, user: str = "li") -> None:
        """A caseworker takes the conversation over."""
        conversation = await self.conversation()
        async with self.writing() as session:
            await talk.takeover(session, conversation_id=conversation.id, user=user, now=self.clock.now())

    async def conversation(self, user: str = "o-resident-1") -> ConversationRow:
        async with self.db.reading() as session:
            query = select(ConversationRow).where(ConversationRow.channel_user_id == user)
            return (await session.scalars(query)).one()

    async def messages(self, user: str = "o-resident-1", *, direction: str = "") -> list[MessageRow]:
        conversation = await self.conversation(user)
        async with self.db.reading() as session:
            query = select(MessageRow).where(MessageRow.conversation_id == conversation.id).order_by(MessageRow.seq)
            return [row for row in await session.scalars(query) if direction in ("", row.direction)]

    async def leases_run_out(self) -> None:
        """Whoever holds a conversation has been silent for too long; no test waits for that."""
        async with self.writing() as session:
            for until in (ConversationRow.turn_until, ConversationRow.send_until):
                await session.execute(update(ConversationRow).where(until.is_not(None)).values({until: LONG_AGO}))

    async def rows(self, table: Any) -> list[Any]:
        async with self.db.reading() as session:
            return list(await session.scalars(select(table)))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Any]:
        async with self.db.transaction() as session:
            yield session


async def eventually(check: Callable[[], Awaitable[bool]], *, seconds: float = 5.0) -> bool:
    """Whether a condition becomes true in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        if await check():
            return True
        await asyncio.sleep(0.02)
    return False
