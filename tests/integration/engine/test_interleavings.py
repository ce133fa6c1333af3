"""Whatever happens in whatever order, what must hold holds (DESIGN.md section 2)."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.contracts.messages import (
    DeliveryReceipt,
    InboundMessage,
    MessageStatus,
    OutboundMessage,
    Reply,
    SendOutcome,
    SendResult,
)
from backend.domain.delivery_plan import advances
from backend.domain.errors import Conflict
from backend.services import conversations as talk
from backend.services.ports import AssistantFailed, AssistantTurn
from backend.storage.conversations import windows_of
from backend.storage.database import Database
from tests.integration.engine.world import World

OUTCOMES = [outcome for outcome in SendOutcome if outcome is not SendOutcome.ACCEPTED]
STEPS = st.one_of(
    st.sampled_from(["say", "say", "redeliver", "turn", "turn", "send", "send", "take li", "take wang", "write", "back", "wait"]),
    st.sampled_from(["take during turn", "fail", "crash turn", "crash send", "receipt", "grant used elsewhere"]),
    st.sampled_from([f"provider {outcome.value}" for outcome in OUTCOMES]),
)


class Story:
    """Plays steps against the engine and keeps its own account of what may and may not be."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.said: list[InboundMessage] = []
        self.statuses: dict[str, MessageStatus] = {}
        self.human = False
        self.known_at_takeover: set[str] = set()
        world.wechat.on_send = self._watch
        world.assistant.answer = self._answer
        self._in_turn: Callable[[], Awaitable[None]] | None = None

    async def play(self, step: str) -> None:
        name, _, detail = step.partition(" ")
        await getattr(self, f"_{name}")(detail)
        await self._check_statuses()

    async def _say(self, _: str) -> None:
        self.said.append(await self.world.hears(f"{len(self.said)}"))

    async def _redeliver(self, _: str) -> None:
        if self.said:
            await asyncio.gather(*(self.world.inbox.receive([self.said[-1]]) for _ in range(2)))

    async def _turn(self, _: str) -> None:
        await self.world.turn_worker().drain()

    async def _send(self, _: str) -> None:
        await self.world.new_deliverer().drain()

    async def _take(self, who: str) -> None:
        if who == "during turn":
            self._in_turn = lambda: self._take("li")
            return
        if not self.said:
            return
        conversation = await self.world.conversation()
        try:
            async with self.world.writing() as session:
                await talk.takeover(session, conversation_id=conversation.id, user=who, now=self.world.clock.now())
        except Conflict:
            assert self.human
        self.human = True
        self.known_at_takeover = {row.id for row in await self.world.messages()}

    async def _write(self, _: str) -> None:
        if not self.human:
            return
        conversation = await self.world.conversation()
        async with self.world.writing() as session:
            await talk.say_as_caseworker(
                session,
                conversation_id=conversation.id,
                user=str(conversation.assignee),
                text="我在",
                note=False,
                senders=self.world.senders,
                now=self.world.clock.now(),
            )

    async def _back(self, _: str) -> None:
        if not self.human:
            return
        conversation = await self.world.conversation()
        async with self.world.writing() as session:
            await talk.handback(session, conversation_id=conversation.id, user=conversation.assignee, now=self.world.clock.now())
        self.human = False

    async def _wait(self, _: str) -> None:
        self.world.clock.advance(minutes=12)

    async def _fail(self, _: str) -> None:
        async def failing() -> None:
            raise AssistantFailed("down")

        self._in_turn = failing

    async def _crash(self, where: str) -> None:
        async def crashing() -> None:
            raise asyncio.CancelledError

        if where == "turn":
            self._in_turn = crashing
            await self.world.turn_worker().drain()
            self._in_turn = None
        else:
            self._dies = True
            await self.world.new_deliverer().drain()
            self._dies = False
        await self.world.leases_run_out()

    async def _provider(self, outcome: str) -> None:
        self.world.wechat.script = [SendResult(SendOutcome(outcome))]

    async def _receipt(self, _: str) -> None:
        for message in self.world.wechat.sent[-2:]:
            await self.world.inbox.record_receipts([DeliveryReceipt(MessageStatus.DELIVERED, message_id=message.id)])

    async def _grant(self, _: str) -> None:
        self.world.clock.advance(hours=1)

    _dies = False

    async def _watch(self, message: OutboundMessage) -> None:
        if self._dies:
            raise asyncio.CancelledError

    async def _answer(self, turn: AssistantTurn) -> tuple[Reply, ...]:
        happening, self._in_turn = self._in_turn, None
        if happening is not None:
            await happening()
        return (Reply(f"答{turn.text}"),)

    # --- what must hold --------------------------------------------------------------------------------------------------------

    async def _check_statuses(self) -> None:
        if not self.said:
            return
        for row in await self.world.messages(direction="out"):
            new, old = MessageStatus(row.status), self.statuses.get(row.id)
            assert old is None or old is new or advances(old, new) or new is MessageStatus.SUPPRESSED
            self.statuses[row.id] = new
            new_from_bot = self.human and row.author == "bot" and row.id not in self.known_at_takeover
            assert not new_from_bot or new is MessageStatus.SUPPRESSED  # no bot text after the takeover's commit

    async def check(self) -> None:
        if not self.said:
            return
        rows = await self.world.messages()
        inbound = [row for row in rows if row.direction == "in" and row.author == "resident"]
        assert [row.dedupe_key for row in inbound] == [message.dedupe_key for message in self.said]
        assert all(row.handled_at is not None for row in inbound)
        answers = [row.in_reply_to for row in rows if row.purpose == "reply" and row.in_reply_to]
        assert len(answers) == len(set(answers))  # one answer for each message at most
        sent = self.world.wechat.sent
        order = {row.id: row.seq for row in rows}
        first_tries = list(dict.fromkeys(message.id for message in sent))
        assert first_tries == sorted(first_tries, key=order.__getitem__)
        taken = {row.id for row in rows if row.status in ("sent", "delivered", "unknown")}
        for message_id in taken:
            # sent again only when the provider had said that it did not take it
            assert sum(message.id == message_id for message in sent) <= 1 + self.world.wechat.not_taken.count(message_id)
        async with self.world.db.reading() as session:
            windows = await windows_of(session, rows[0].conversation_id)
        assert all(0 <= window.used <= window.allowed for window in windows)


async def _play(steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite+aiosqlite:///{folder}/engine.db")
        await db.create_schema()
        world = World(db, Path(folder))
        story = Story(world)
        try:
            for step in steps:
                await story.play(step)
            world.wechat.script = []
            for _ in range(3):
                await story.play("turn")
                await story.play("send")
                world.clock.advance(minutes=12)
            await story.check()
        finally:
            await db.close()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, max_size=14))
def test_whatever_happens_in_whatever_order(steps: list[str]) -> None:
    asyncio.run(_play(steps))


def test_the_story_itself_notices_a_second_answer() -> None:
    async def cheat() -> None:
        with tempfile.TemporaryDirectory() as folder:
            db = Database(f"sqlite+aiosqlite:///{folder}/engine.db")
            await db.create_schema()
            story = Story(World(db, Path(folder)))
            for step in ("say", "turn"):
                await story.play(step)
            async with db.transaction() as session:
                row = await session.merge((await story.world.messages(direction="in"))[0])
                row.handled_at = None
                conversation = await session.merge(await story.world.conversation())
                conversation.turn_due_at = conversation.created_at
            await story.play("turn")
            try:
                await story.check()
            except AssertionError:
                return
            finally:
                await db.close()
            raise AssertionError("a doubled answer went unnoticed")

    asyncio.run(cheat())
