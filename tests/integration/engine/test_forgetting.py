"""What is not kept: forms that nobody confirmed, and after their time the words and the names of residents."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from backend.contracts.work_orders import Verb
from backend.domain.event_chain import ERASED_WORDS
from backend.services import audit
from backend.services import conversations as talk
from backend.services.forgetting import FORGOTTEN, Forgetter
from backend.storage.media import MediaFiles
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.deliveries import CallBackTaskRow, DeliveryAttemptRow
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.work_orders import JoinRow, RatingRow, WorkOrderEventRow, WorkOrderRow
from tests.integration.engine.told import does, filed, praises, tell
from tests.integration.engine.world import PHONE, World

KEEP = timedelta(days=1095)
DRAFT = {"description": "屋里冷", "contact_phone": PHONE}


def forgetter(world: World, home: Path, keep: timedelta | None = KEEP) -> Forgetter:
    return Forgetter(db=world.db, clock=world.clock, media=MediaFiles(home), keep=keep)


async def forget_all(world: World, home: Path, keep: timedelta | None = KEEP) -> None:
    while await forgetter(world, home, keep).step():
        pass


async def change(world: World, table: Any, **values: Any) -> None:
    async with world.writing() as session:
        await session.execute(update(table).values(**values).execution_options(synchronize_session=False))


async def finished(world: World, **more: Any) -> str:
    """An order from its report to its rating, told of at each step."""
    await world.talk("屋里暖气冰凉,我是王大爷")
    conversation = await world.conversation()
    known = {"conversation_id": conversation.id, "contact_phone": PHONE, "contact_name": "王大爷", **more}
    number = await filed(world, **known)
    await does(world, number, Verb.JOIN, channel="sms", channel_user_id="17000000009", phone="17000000009")
    for verb, data in ((Verb.ACKNOWLEDGE, {}), (Verb.ARRIVE, {}), (Verb.RESOLVE, {"note": "已更换阀门"})):
        await does(world, number, verb, **data)
    await tell(world)
    await praises(world, number, "王大爷谢谢你们")
    await tell(world)
    return number


async def test_a_form_that_nobody_confirmed_is_gone_after_three_days(world: World, tmp_path: Path) -> None:
    await world.talk("屋里冷")
    await change(world, ConversationRow, draft=DRAFT, draft_updated_at=world.clock.now(), open_form=True)
    world.clock.advance(days=3)
    assert await forgetter(world, tmp_path, None).step() == 0
    world.clock.advance(seconds=1)
    assert await forgetter(world, tmp_path, None).step() == 1
    row = await world.conversation()
    assert (row.draft, row.draft_updated_at, row.open_form, row.dialogue_ended) == (None, None, False, True)
    await world.talk("在吗")
    assert world.wechat.texts[-1] == "听到:在吗"


async def test_a_form_that_a_person_is_at_stays(world: World, tmp_path: Path) -> None:
    await world.talk("屋里冷")
    await change(world, ConversationRow, draft=DRAFT, draft_updated_at=world.clock.now(), open_form=True)
    async with world.writing() as session:
        row = await world.conversation()
        await talk.hand_over_to_queue(session, conversation_id=row.id, reason="asked", now=world.clock.now())
    world.clock.advance(days=30)
    assert await forgetter(world, tmp_path, None).step() == 0
    assert (await world.conversation()).draft == DRAFT


async def test_unless_it_is_wished_nothing_else_is_forgotten(district: World, tmp_path: Path) -> None:
    await finished(district)
    before = len(await district.rows(MessageRow))
    district.clock.advance(days=36500)
    await forget_all(district, tmp_path, None)
    assert len(await district.rows(MessageRow)) == before
    (order,) = await district.rows(WorkOrderRow)
    assert (order.contact_phone, order.contact_name) == (PHONE, "王大爷")


async def test_after_its_time_an_order_is_without_its_resident_and_its_log_is_sound(district: World, tmp_path: Path) -> None:
    number = await finished(district)
    (before,) = await district.rows(WorkOrderRow)
    district.clock.advance(days=1094)
    await forget_all(district, tmp_path)
    assert (await district.rows(WorkOrderRow))[0].contact_phone == PHONE
    district.clock.advance(days=2)
    await forget_all(district, tmp_path)
    (order,) = await district.rows(WorkOrderRow)
    assert (order.number, order.state, order.unit_id, order.version) == (number, "closed", before.unit_id, before.version + 1)
    assert (order.service_code, order.street_code, order.resolved_at) == (
        before.service_code,
        before.street_code,
        before.resolved_at,
    )
    assert (order.description, order.address_text, order.attachments) == (FORGOTTEN, "", [])
    assert not any(order.address.values())
    assert (order.contact_phone, order.contact_name, order.channel_user_id, order.conversation_id) == ("", "", "", None)
    (rating,) = await district.rows(RatingRow)
    assert (rating.satisfaction, rating.comment) == (5, "")
    for table in (JoinRow, MessageRow, DeliveryAttemptRow, CallBackTaskRow, ConversationRow):
        assert await district.rows(table) == [], table
    events = await district.rows(WorkOrderEventRow)
    assert [event.note for event in events if event.type == "rated"] == [ERASED_WORDS]  # it was 王大爷谢谢你们
    assert (events[-1].type, events[-1].actor, events[-1].note) == ("noted", "system", FORGOTTEN)
    assert len(events) == before.version + 1
    async with district.db.reading() as session:
        assert (await audit.verify(session)).is_sound


@pytest.mark.parametrize("kept", ["open", "supervised"])
async def test_an_order_that_is_open_or_supervised_is_kept_with_what_was_said_about_it(
    district: World, tmp_path: Path, kept: str
) -> None:
    if kept == "open":
        await district.talk("屋里冷")
        await filed(district, conversation_id=(await district.conversation()).id, contact_phone=PHONE)
        await tell(district)
    else:
        await finished(district)
        await change(district, WorkOrderRow, supervisions=1)
    district.clock.advance(days=2000)
    await forget_all(district, tmp_path)
    (order,) = await district.rows(WorkOrderRow)
    assert order.contact_phone == PHONE
    about = {message.order_number for message in await district.rows(MessageRow)}
    assert about == ({order.number} if kept == "supervised" else set())
    assert len(await district.rows(ConversationRow)) >= 1


async def test_who_still_writes_keeps_the_newer_words_only(world: World, tmp_path: Path) -> None:
    await world.talk("三年前说的")
    world.clock.advance(days=1096)
    await world.talk("今天说的")
    await forget_all(world, tmp_path)
    assert [message.text for message in await world.messages()] == ["今天说的", "听到:今天说的"]
    await world.talk("又说一句")
    assert world.wechat.texts[-1] == "听到:又说一句"


async def test_what_was_not_answered_or_not_sent_yet_is_not_forgotten(world: World, tmp_path: Path) -> None:
    await world.hears("没人答的")
    world.clock.advance(days=2000)
    await forget_all(world, tmp_path)
    assert [message.text for message in await world.messages()] == ["没人答的"]


async def test_who_wants_no_texts_stays_known_for_it(world: World, tmp_path: Path) -> None:
    await world.talk("你好")
    await change(world, ConversationRow, opted_out_at=world.clock.now())
    world.clock.advance(days=2000)
    await forget_all(world, tmp_path)
    assert await world.messages() == []
    assert len(await world.rows(ConversationRow)) == 1


async def test_a_photo_goes_with_the_last_message_that_shows_it(world: World, tmp_path: Path) -> None:
    kept = MediaFiles(tmp_path).keep(b"a photo", "image/png")
    await world.talk("看照片")
    await change(world, MessageRow, attachments=[{"kind": "image", "media_id": "m1", "sha256": kept.sha256}])
    world.clock.advance(days=600)
    await world.talk("还是这张", user="o-neighbour")
    async with world.writing() as session:
        newer = (await world.messages("o-neighbour"))[0]
        shown = [{"kind": "image", "media_id": "m2", "sha256": kept.sha256}]
        await session.execute(update(MessageRow).where(MessageRow.id == newer.id).values(attachments=shown))
    world.clock.advance(days=600)
    await forget_all(world, tmp_path)
    assert (tmp_path / kept.path).exists()
    world.clock.advance(days=600)
    await forget_all(world, tmp_path)
    assert not (tmp_path / kept.path).exists()


async def test_the_loop_ends_when_it_is_told_and_survives_a_database_that_is_away(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, stop, tries = forgetter(world, tmp_path), asyncio.Event(), []

    async def away() -> int:
        tries.append(1)
        stop.set()
        raise OSError

    monkeypatch.setattr(loop, "step", away)
    await asyncio.wait_for(loop.run(stop), 5)
    assert tries == [1]
