"""Nothing a resident sent is lost, and nothing counts twice."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from backend.contracts.messages import (
    Attachment,
    Channel,
    Consent,
    EventName,
    Location,
    MessageKind,
    PlatformEvent,
    SessionGrant,
)
from backend.services.inbox import InboxUnavailable
from backend.services.replaying import SpoolReplayer
from backend.services.spool import Spool, message_from_json, message_to_json
from backend.storage.tables.conversations import ConsentRow, ConversationRow, SendWindowRow
from backend.storage.tables.messages import MessageRow
from tests.integration.engine.world import PHONE, World, eventually


async def test_a_redelivered_message_is_stored_once(world: World) -> None:
    message = world.message("你好")
    await asyncio.gather(*(world.inbox.receive([message]) for _ in range(3)))
    await world.inbox.receive([message, message])
    assert len(await world.rows(MessageRow)) == 1


async def test_messages_are_numbered_in_the_order_received(world: World) -> None:
    for text in "甲乙丙":
        await world.hears(text)
    assert [(row.seq, row.text) for row in await world.messages()] == [(1, "甲"), (2, "乙"), (3, "丙")]


async def test_concurrent_first_messages_share_one_conversation(world: World) -> None:
    await asyncio.gather(*(world.hears(f"第{n}条") for n in range(20)))
    assert len(await world.rows(ConversationRow)) == 1
    assert sorted(row.seq for row in await world.messages()) == list(range(1, 21))


async def test_the_same_id_on_two_accounts_is_two_conversations(world: World) -> None:
    await world.hears("一", account="a")
    await world.hears("二", account="b")
    assert len(await world.rows(ConversationRow)) == 2


async def test_a_message_opens_its_window_and_a_newer_one_starts_it_again(world: World) -> None:
    await world.hears("一")
    async with world.writing() as session:
        window = await session.merge((await world.rows(SendWindowRow))[0])
        window.used = 4
    world.clock.advance(hours=1)
    await world.hears("二")
    (window,) = await world.rows(SendWindowRow)
    assert (window.allowed, window.used, window.opened_at) == (5, 0, world.clock.now())


async def test_an_old_message_that_arrives_late_does_not_reopen_the_window(world: World) -> None:
    late = world.message("旧的")
    world.clock.advance(hours=1)
    await world.hears("新的")
    await world.inbox.receive([late])
    (window,) = await world.rows(SendWindowRow)
    assert window.opened_at == world.clock.now()


async def test_a_click_opens_a_window_of_its_own(world: World) -> None:
    await world.hears("一")
    await world.hears("", kind=MessageKind.EVENT, event=PlatformEvent(EventName.MENU_CLICK), grant=SessionGrant(3, 60))
    assert {(row.allowed, row.seconds) for row in await world.rows(SendWindowRow)} == {(5, 172800), (3, 60)}


async def _consents(world: World, *consents: Consent) -> None:
    await world.hears("", kind=MessageKind.EVENT, event=PlatformEvent(EventName.CONSENT, consents=consents), grant=None)


async def test_one_time_consents_add_up_and_a_refusal_takes_them_away(world: World) -> None:
    await _consents(world, Consent("progress", True), Consent("rating", True))
    await _consents(world, Consent("progress", True))
    assert {row.template_kind: row.remaining for row in await world.rows(ConsentRow)} == {"progress": 2, "rating": 1}
    await _consents(world, Consent("progress", False))
    assert {row.template_kind: row.remaining for row in await world.rows(ConsentRow)} == {"progress": 0, "rating": 1}


async def test_a_long_term_consent_is_one(world: World) -> None:
    await _consents(world, Consent("progress", True, long_term=True))
    await _consents(world, Consent("progress", True, long_term=True))
    assert [row.remaining for row in await world.rows(ConsentRow)] == [1]


async def test_an_sms_resident_is_known_by_phone(world: World) -> None:
    await world.hears("喂", channel=Channel.SMS, user=PHONE)
    assert (await world.conversation(PHONE)).phone == PHONE


# --- with the database away ----------------------------------------------------------------------------------------------------


class _Away:
    """Makes the database unreachable for a while."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self._original = world.db.transaction
        self._world, self._patch = world, monkeypatch

    def leave(self) -> None:
        @asynccontextmanager
        async def refuse() -> Any:
            raise OperationalError("", {}, Exception("connection refused"))
            yield

        self._patch.setattr(self._world.db, "transaction", refuse)

    def come_back(self) -> None:
        self._patch.setattr(self._world.db, "transaction", self._original)


@pytest.fixture
def away(world: World, monkeypatch: pytest.MonkeyPatch) -> _Away:
    return _Away(world, monkeypatch)


async def test_with_the_database_away_messages_wait_on_disk(world: World, away: _Away) -> None:
    away.leave()
    await world.hears("一")
    assert world.spool.pending()
    away.come_back()
    assert await world.inbox.replay() == 1
    assert not world.spool.pending()
    assert [row.text for row in await world.messages()] == ["一"]


async def test_what_was_said_first_stays_first_after_a_spooled_message(world: World, away: _Away) -> None:
    away.leave()
    await world.hears("一")
    away.come_back()
    await world.hears("二")  # the spool is not empty yet: the second must queue behind the first
    await world.inbox.replay()
    await world.hears("三")
    assert [row.text for row in await world.messages()] == ["一", "二", "三"]


async def test_a_spooled_message_that_was_stored_after_all_counts_once(world: World, away: _Away) -> None:
    message = await world.hears("一")
    away.leave()
    await world.inbox.receive([message])
    away.come_back()
    await world.inbox.replay()
    assert len(await world.rows(MessageRow)) == 1


async def test_a_replay_that_fails_keeps_the_messages(world: World, away: _Away) -> None:
    away.leave()
    await world.hears("一")
    with pytest.raises(OperationalError):
        await world.inbox.replay()
    assert world.spool.pending()


async def test_the_replayer_waits_for_the_database(world: World, away: _Away) -> None:
    away.leave()
    await world.hears("一")
    stop = asyncio.Event()
    running = asyncio.create_task(SpoolReplayer(inbox=world.inbox, poll=0.02).run(stop))
    await asyncio.sleep(0.1)
    assert world.spool.pending()
    away.come_back()

    async def stored() -> bool:
        return not world.spool.pending()

    assert await eventually(stored)
    stop.set()
    await running
    assert [row.text for row in await world.messages()] == ["一"]


async def test_with_database_and_disk_away_the_platform_is_told(
    world: World, away: _Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(messages: Any) -> None:
        raise OSError("no space left")

    away.leave()
    monkeypatch.setattr(world.spool, "append", full)
    with pytest.raises(InboxUnavailable):
        await world.hears("一")


def _append_many(folder: str, start: int) -> None:
    spool = Spool(Path(folder))
    for number in range(start, start + 20):
        spool.append([message_from_json({**_EVERYTHING, "dedupe_key": f"k{number}"})])


_EVERYTHING = {
    "channel": "wechat_oa",
    "account": "a",
    "channel_user_id": "o-1",
    "dedupe_key": "k",
    "kind": "event",
    "message_time": "2026-11-21T04:00:00+00:00",
    "text": "换行\n也行",
    "attachments": [{"kind": "image", "media_id": "m", "url": "", "format": ""}],
    "location": {"lat": 41.1, "lon": 122.9, "label": "", "datum": "gcj02"},
    "event": {
        "name": "scan",
        "key": "k",
        "data": {"grid": "g"},
        "consents": [{"template_kind": "p", "accepted": True, "long_term": False}],
    },
    "menu_id": "",
    "phone": "",
    "grant": {"allowed": 5, "seconds": 60},
}


def test_a_message_survives_its_json() -> None:
    message = message_from_json(json.loads(json.dumps(_EVERYTHING)))
    assert message_from_json(message_to_json(message)) == message
    assert message.attachments == (Attachment(MessageKind.IMAGE, media_id="m"),)
    assert message.location == Location(41.1, 122.9)


def test_several_processes_may_write_to_the_spool_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(str(tmp_path), start)) for start in (0, 100)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    with Spool(tmp_path).oldest() as messages:
        assert {message.dedupe_key for message in messages} == {f"k{n}" for start in (0, 100) for n in range(start, start + 20)}


def test_a_torn_line_is_put_aside_and_the_rest_is_replayed(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([message_from_json({**_EVERYTHING, "dedupe_key": "before"})])
    with (tmp_path / "inbox.jsonl").open("a") as file:
        file.write('{"channel": "wech')
    spool.append([message_from_json({**_EVERYTHING, "dedupe_key": "after"})])
    with spool.oldest() as messages:
        assert [message.dedupe_key for message in messages] == ["before", "after"]
    assert (tmp_path / "unreadable.bad").exists()
    assert not spool.pending()


def test_only_one_process_replays_at_a_time(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([message_from_json(_EVERYTHING)])
    with spool.oldest() as mine, Spool(tmp_path).oldest() as other:
        assert (len(mine), other) == (1, [])


@pytest.mark.parametrize("days", [-3, -5000, 400])
async def test_a_new_message_with_a_broken_clock_opens_the_window_when_it_arrives(world: World, days: int) -> None:
    """Silence would be the answer otherwise: its window would be over, or begin after everything that follows."""
    await world.hears("一", message_time=world.clock.now() + timedelta(days=days))
    (window,) = await world.rows(SendWindowRow)
    assert window.opened_at == world.clock.now()
    world.clock.advance(hours=1)
    await world.hears("二")
    (window,) = await world.rows(SendWindowRow)
    assert window.opened_at == world.clock.now()


async def test_a_message_that_waited_for_the_database_keeps_the_window_that_it_had(world: World) -> None:
    sent = world.clock.now() - timedelta(hours=30)
    await world.hears("一", message_time=sent)
    (window,) = await world.rows(SendWindowRow)
    assert (window.opened_at, window.expires_at) == (sent, sent + timedelta(hours=48))
