"""What residents attach is fetched before the platform forgets it, and lost only for good reasons."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from sqlalchemy import select

from backend.contracts.conversations import Address, Urgency
from backend.contracts.messages import Attachment, Channel, InboundMessage, MessageKind
from backend.services.directory import seed_directory
from backend.services.inbox import store_inbound
from backend.services.intake import NewWorkOrder, accept_work_order
from backend.services.media import CLAIM, EXPIRED, claim_pending
from backend.storage.database import Database
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.work_orders import WorkOrderRow
from channels.media_keeper import MediaKeeper
from channels.wechat.client import WechatClient
from channels.wechat.media import MediaStore
from tests.clocks import HandClock
from tests.integration.wechat.platform import Platform

MEDIA = "/cgi-bin/media/get"
PICTURE = b"\xff\xd8\xff\xe0 a photo of a dark street lamp"
DIGEST = hashlib.sha256(PICTURE).hexdigest()
GONE = {"errcode": 40007, "errmsg": "invalid media_id"}
NOT_ALLOWED = {"errcode": 48001, "errmsg": "api unauthorized"}
BUSY = {"errcode": -1, "errmsg": "system error"}


def picture() -> web.Response:
    return web.Response(body=PICTURE, content_type="image/jpeg")


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'media.db'}")
    await database.create_schema()
    yield database
    await database.close()


@pytest.fixture
def keeper(database: Database, client: WechatClient, clock: HandClock, tmp_path: Path) -> MediaKeeper:
    return new_keeper(database, client, clock, tmp_path)


def new_keeper(database: Database, client: WechatClient, clock: HandClock, home: Path) -> MediaKeeper:
    return MediaKeeper(db=database, clients={Channel.WECHAT_OA: client}, store=MediaStore(home), clock=clock, poll=0.02)


async def sends(
    database: Database, clock: HandClock, *media_ids: str, channel: Channel = Channel.WECHAT_OA, user: str = "o-resident-1"
) -> str:
    """A resident sends a photo; returns the conversation."""
    message = InboundMessage(
        channel=channel,
        account="oa",
        channel_user_id=user,
        dedupe_key=f"{channel.value}:{user}:{media_ids}",
        kind=MessageKind.IMAGE if media_ids else MessageKind.TEXT,
        message_time=clock.now(),
        attachments=tuple(Attachment(MessageKind.IMAGE, media_id) for media_id in media_ids),
    )
    async with database.transaction() as session:
        return (await store_inbound(session, [message], now=clock.now()))[0]


async def the(database: Database, table: type[Any]) -> Any:
    async with database.reading() as session:
        return (await session.scalars(select(table))).one()


async def test_a_photo_is_fetched_kept_and_written_down_with_its_message(
    database: Database, keeper: MediaKeeper, platform: Platform, clock: HandClock, tmp_path: Path
) -> None:
    await sends(database, clock, "m-1")
    platform.answers[MEDIA] = [picture()]
    assert await keeper.keep_due() == 1
    message = await the(database, MessageRow)
    path = f"media/{DIGEST[:2]}/{DIGEST}.jpg"
    kept = {"path": path, "sha256": DIGEST, "content_type": "image/jpeg"}
    assert kept.items() <= message.attachments[0].items()
    assert message.attachments[0]["media_id"] == "m-1"
    assert message.media_due_at is None
    assert (tmp_path / path).read_bytes() == PICTURE
    assert await keeper.keep_due() == 0
    assert len(platform.calls_of(MEDIA)) == 1


async def test_texts_and_what_other_channels_send_are_left_alone(
    database: Database, keeper: MediaKeeper, platform: Platform, clock: HandClock
) -> None:
    await sends(database, clock)
    await sends(database, clock, "m-1", channel=Channel.WEB)
    assert await keeper.keep_due() == 0
    assert platform.calls == []


@pytest.mark.parametrize(
    "answer", [BUSY, NOT_ALLOWED, lambda: web.Response(status=502), lambda: web.Response(status=503), "hang up"]
)
async def test_what_may_succeed_later_is_tried_again_after_growing_pauses(
    answer: Any, database: Database, keeper: MediaKeeper, platform: Platform, clock: HandClock
) -> None:
    await sends(database, clock, "m-1")
    pauses = []
    for _ in range(4):
        platform.answers[MEDIA] = [answer() if callable(answer) else answer] * 2  # a client asks twice when it is hung up on
        assert await keeper.keep_due() == 1
        message = await the(database, MessageRow)
        pauses.append((message.media_due_at - clock.now()).total_seconds())
        assert await keeper.keep_due() == 0
        clock.advance(seconds=pauses[-1])
    assert pauses == [20, 40, 80, 160]
    assert "lost" not in message.attachments[0]
    platform.answers[MEDIA] = [picture()]
    await keeper.keep_due()
    assert (await the(database, MessageRow)).attachments[0]["sha256"] == DIGEST


async def test_the_pauses_never_exceed_an_hour_and_after_three_days_it_is_given_up(
    database: Database, keeper: MediaKeeper, platform: Platform, clock: HandClock
) -> None:
    await sends(database, clock, "m-1")
    start, longest = clock.now(), 0.0
    while (message := await the(database, MessageRow)).media_due_at is not None:
        longest = max(longest, (message.media_due_at - clock.now()).total_seconds())
        clock.at = max(clock.at, message.media_due_at)
        platform.answers[MEDIA] = [BUSY]
        await keeper.keep_due()
    assert message.attachments[0]["lost"] == EXPIRED
    assert timedelta(days=3) <= clock.now() - start < timedelta(days=3, hours=2)
    assert 1800 < longest <= 3600
    assert message.media_attempts < 90


async def test_what_the_platform_does_not_have_any_more_is_lost_at_once(
    database: Database, keeper: MediaKeeper, platform: Platform, clock: HandClock
) -> None:
    await sends(database, clock, "m-1")
    platform.answers[MEDIA] = [GONE]
    await keeper.keep_due()
    message = await the(database, MessageRow)
    assert (message.attachments[0]["lost"], message.media_due_at) == ("errcode 40007", None)


async def test_of_two_photos_the_one_that_came_is_kept_and_only_the_other_is_tried_again(
    database: Database, keeper: MediaKeeper, platform: Platform, clock: HandClock
) -> None:
    await sends(database, clock, "m-1", "m-2")
    platform.answers[MEDIA] = [picture(), BUSY]
    await keeper.keep_due()
    message = await the(database, MessageRow)
    assert [item.get("sha256") for item in message.attachments] == [DIGEST, None]
    clock.advance(seconds=20)
    platform.answers[MEDIA] = [web.Response(body=b"other", content_type="image/png")]
    await keeper.keep_due()
    message = await the(database, MessageRow)
    assert all(item["sha256"] for item in message.attachments)
    assert [call.query["media_id"] for call in platform.calls_of(MEDIA)] == ["m-1", "m-2", "m-2"]


async def test_the_draft_and_the_orders_that_were_filed_meanwhile_get_it_too(
    database: Database, keeper: MediaKeeper, platform: Platform, clock: HandClock
) -> None:
    conversation = await sends(database, clock, "m-1")
    attached = {"kind": "image", "media_id": "m-1"}
    order = NewWorkOrder(
        service_code="1101",
        category="道路设施",
        subcategory="路灯",
        description="路灯不亮",
        address=Address(text="翠园小区"),
        occurred_at=None,
        contact_phone="17000001234",
        contact_name="",
        anonymous=False,
        confidential=False,
        attachments=(attached, {"kind": "image", "media_id": "somebody else's"}),
        channel="wechat_oa",
        channel_user_id="o-resident-1",
        conversation_id=conversation,
        requested_at=clock.now(),
        urgency=Urgency.NORMAL,
    )
    async with database.transaction() as session:
        await seed_directory(session, clock.now())
        filed = await accept_work_order(session, request=order, idempotency_key="k", actor="resident", now=clock.now())
        row = await session.get_one(ConversationRow, conversation)
        row.draft = {"description": "路灯不亮", "attachments": [attached]}
    platform.answers[MEDIA] = [picture()]
    await keeper.keep_due()
    marked = {**attached, "sha256": DIGEST, "content_type": "image/jpeg"}
    after = await the(database, WorkOrderRow)
    assert after.attachments[0] == marked
    assert "sha256" not in after.attachments[1]
    assert after.version == filed.version
    assert (await the(database, ConversationRow)).draft == {"description": "路灯不亮", "attachments": [marked]}


async def test_two_programs_do_not_fetch_the_same_photo_and_a_dead_one_is_replaced(
    database: Database, keeper: MediaKeeper, platform: Platform, clock: HandClock
) -> None:
    await sends(database, clock, "m-1")
    async with database.transaction() as session:  # somebody took it and died
        taken = await claim_pending(session, channels=["wechat_oa"], now=clock.now(), limit=5)
    assert [one.media_ids for one in taken] == [("m-1",)]
    assert await keeper.keep_due() == 0
    clock.advance(seconds=CLAIM.total_seconds())
    platform.answers[MEDIA] = [picture()]
    assert await keeper.keep_due() == 1
    assert (await the(database, MessageRow)).attachments[0]["sha256"] == DIGEST


async def test_a_full_disk_is_no_reason_to_give_up(
    database: Database, client: WechatClient, platform: Platform, clock: HandClock, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "media").write_text("in the way")
    await sends(database, clock, "m-1")
    platform.answers[MEDIA] = [picture()]
    assert await new_keeper(database, client, clock, tmp_path / "home").keep_due() == 1
    message = await the(database, MessageRow)
    assert message.media_due_at == clock.now() + timedelta(seconds=20)


async def test_the_loop_goes_on_after_trouble_and_ends_when_told(
    keeper: MediaKeeper, database: Database, platform: Platform, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sends(database, clock, "m-1")
    platform.answers[MEDIA] = [picture()]
    real, troubles = keeper.keep_due, [OSError("database"), ValueError("odd")]

    async def sometimes() -> int:
        if troubles:
            raise troubles.pop()
        return await real()

    monkeypatch.setattr(keeper, "keep_due", sometimes)
    stop = asyncio.Event()
    running = asyncio.create_task(keeper.run(stop))
    async with asyncio.timeout(5):
        while (await the(database, MessageRow)).media_due_at is not None:
            await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait_for(running, 2)
    assert troubles == []


async def test_without_an_account_there_is_nothing_to_do(database: Database, clock: HandClock, tmp_path: Path) -> None:
    await sends(database, clock, "m-1")
    keeper = MediaKeeper(db=database, clients={}, store=MediaStore(tmp_path), clock=clock)
    assert await keeper.keep_due() == 0
    assert (await the(database, MessageRow)).media_due_at is not None
