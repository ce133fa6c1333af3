"""One resident's personal data is erased on request: all of it, by who may, on record, and not while something is being done."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from backend.contracts.people import Role
from backend.contracts.work_orders import Verb
from backend.domain.errors import Conflict, Forbidden, InvalidField, NotFound
from backend.services import audit
from backend.services import conversations as talk
from backend.services.auth import Principal
from backend.services.erasing import Erased, erase
from backend.services.forgetting import ERASED, Forgetter, remove_unused
from backend.storage.media import MediaFiles
from backend.storage.tables.base import Base
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.deliveries import CallBackTaskRow
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.people import AccessLogRow
from backend.storage.tables.work_orders import JoinRow, WorkOrderEventRow, WorkOrderRow
from tests.integration.engine.told import does, filed, praises, tell
from tests.integration.engine.world import PHONE, World

OPENID = "o-resident-1"
OTHER_PHONE = "17000000009"
CHIEF = Principal("u1", "chief", "主管", Role.SUPERVISOR)
SAID = "翠园小区6号楼301冻得不行,我是王淑芬"


async def finished(world: World, *, thanks: str = "王淑芬谢谢你们", **more: Any) -> str:
    """An order of the resident, done and rated, with words of the resident in its log."""
    await world.talk(SAID)
    conversation = await world.conversation()
    whose = {"conversation_id": conversation.id, "contact_phone": PHONE, "contact_name": "王淑芬", "description": SAID}
    number = await filed(world, **{**whose, **more})
    for verb, data in ((Verb.ACKNOWLEDGE, {}), (Verb.ARRIVE, {}), (Verb.RESOLVE, {"note": "已更换阀门"})):
        await does(world, number, verb, **data)
    await tell(world)
    await praises(world, number, thanks)
    await tell(world)
    return number


async def erased(world: World, *who: str, by: Principal = CHIEF, reason: str = "本人书面申请") -> Erased:
    async with world.writing() as session:
        return await erase(session, who=who or (OPENID,), by=by, reason=reason, now=world.clock.now())


async def change(world: World, table: Any, **values: Any) -> None:
    async with world.writing() as session:
        await session.execute(update(table).values(**values).execution_options(synchronize_session=False))


async def everything(world: World) -> str:
    """All that is in the database, as text."""
    async with world.db.reading() as session:
        rows = [row for table in Base.metadata.sorted_tables for row in (await session.execute(table.select())).all()]
    return "\n".join(str(tuple(row)) for row in rows)


async def test_nothing_in_the_database_tells_of_the_resident_any_more(district: World) -> None:
    number = await finished(district)
    await change(district, WorkOrderRow, idempotency_key="form-1")  # the tests' own keys tell all that was filed
    personal = (PHONE, OPENID, "王淑芬", "楼301", "冻得不行")
    before = await everything(district)
    assert all(each in before for each in personal)
    done = await erased(district)
    left = await everything(district)
    assert [line for line in left.splitlines() if any(each in line for each in personal)] == []
    assert (done.orders, done.conversations, done.kept) == (1, 1, [])
    assert done.messages > 3
    (order,) = await district.rows(WorkOrderRow)
    assert (order.number, order.state, order.description) == (number, "closed", ERASED)


async def test_it_is_on_record_who_did_it_and_why_and_the_log_is_sound(district: World) -> None:
    number = await finished(district)
    await erased(district)
    events = await district.rows(WorkOrderEventRow)
    assert (events[-1].type, events[-1].actor) == ("noted", "supervisor:chief")
    assert "本人书面申请" in events[-1].note
    (seen,) = await district.rows(AccessLogRow)
    assert (seen.actor, seen.reason, seen.subject) == ("supervisor:chief", "本人书面申请", f"work_order:{number}")
    async with district.db.reading() as session:
        assert (await audit.verify(session)).is_sound
    said = len(district.wechat.sent) + len(district.sms.sent)
    await tell(district)
    assert len(district.wechat.sent) + len(district.sms.sent) == said  # nobody is told of it who is not there any more
    assert await district.rows(CallBackTaskRow) == []


@pytest.mark.parametrize("known_by", ["openid", "phone", "order"])
async def test_a_resident_is_found_by_identity_by_phone_and_by_an_orders_number(district: World, known_by: str) -> None:
    number = await finished(district)
    await change(district, ConversationRow, phone=PHONE)
    await erased(district, {"openid": OPENID, "phone": PHONE, "order": number}[known_by])
    assert await district.rows(ConversationRow) == []
    assert (await district.rows(WorkOrderRow))[0].description == ERASED


async def test_somebody_elses_report_only_loses_the_phone_that_was_left_in_it(district: World) -> None:
    await finished(district)
    done = await erased(district, PHONE)
    (order,) = await district.rows(WorkOrderRow)
    assert (done.named, done.orders) == (1, 0)
    assert (order.contact_phone, order.contact_name, order.description) == ("", "", SAID)
    assert len(await district.rows(ConversationRow)) == 1


async def test_who_only_joined_is_taken_off_the_order(district: World) -> None:
    number = await finished(district)
    await change(district, WorkOrderRow, state="dispatched")
    await does(district, number, Verb.JOIN, channel="sms", channel_user_id=OTHER_PHONE, phone=OTHER_PHONE)
    await erased(district, OTHER_PHONE)
    assert await district.rows(JoinRow) == []
    assert (await district.rows(WorkOrderRow))[0].contact_phone == PHONE


@pytest.mark.parametrize("role", [Role.HANDLER, Role.DISPATCHER, Role.SERVICE])
async def test_only_supervisors_and_administrators_may(district: World, role: Role) -> None:
    await finished(district)
    with pytest.raises(Forbidden):
        await erased(district, by=Principal("u2", "li", "小李", role))
    assert (await district.rows(WorkOrderRow))[0].contact_phone == PHONE


@pytest.mark.parametrize("reason", ["", "  "])
async def test_there_must_be_a_reason(district: World, reason: str) -> None:
    with pytest.raises(InvalidField, match="依据"):
        await erased(district, reason=reason)


@pytest.mark.parametrize(("who", "refusal"), [("1234", InvalidField), ("", InvalidField), ("17000009999", NotFound)])
async def test_who_cannot_be_told_or_is_not_there_is_said(district: World, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await erased(district, who)


async def test_what_is_still_being_done_comes_first(district: World) -> None:
    await district.talk(SAID)
    conversation = await district.conversation()
    number = await filed(district, conversation_id=conversation.id, contact_phone=PHONE)
    with pytest.raises(Conflict, match=number):
        await erased(district)
    await does(district, number, Verb.WITHDRAW, reason="不用了")
    await tell(district)
    await erased(district)
    assert (await district.rows(WorkOrderRow))[0].description == ERASED


async def test_a_resident_whom_a_person_is_talking_with_is_not_erased(district: World) -> None:
    await finished(district)
    async with district.writing() as session:
        row = await district.conversation()
        await talk.hand_over_to_queue(session, conversation_id=row.id, reason="asked", now=district.clock.now())
    with pytest.raises(Conflict, match="排队"):
        await erased(district)


async def test_a_message_that_waits_for_its_answer_is_not_erased(district: World) -> None:
    await finished(district)
    await district.hears("还有个事儿")
    with pytest.raises(Conflict, match="没有处理完"):
        await erased(district)


async def test_a_call_that_was_promised_comes_first(district: World) -> None:
    number = await finished(district)
    async with district.writing() as session:
        session.add(CallBackTaskRow(id="t1", order_number=number, reason="回访", created_at=district.clock.now()))
    with pytest.raises(Conflict, match="回电"):
        await erased(district)


async def test_a_supervised_order_is_kept_with_what_was_said_about_it(district: World) -> None:
    number = await finished(district)
    await change(district, WorkOrderRow, supervisions=1)
    done = await erased(district)
    assert done.kept == [number]
    assert (await district.rows(WorkOrderRow))[0].contact_phone == PHONE
    assert {message.order_number for message in await district.rows(MessageRow)} == {number}
    assert len(await district.rows(ConversationRow)) == 1


async def test_who_wants_no_texts_stays_known_for_it_and_for_nothing_else(district: World) -> None:
    await finished(district)
    await change(district, ConversationRow, opted_out_at=district.clock.now(), draft={"description": SAID}, open_form=True)
    done = await erased(district)
    (row,) = await district.rows(ConversationRow)
    assert (done.conversations, row.draft, row.open_form) == (0, None, False)
    assert row.opted_out_at is not None
    assert await district.rows(MessageRow) == []


async def test_the_photo_goes_unless_somebody_else_sent_the_same(district: World, tmp_path: Path) -> None:
    media = MediaFiles(tmp_path)
    own, shared = media.keep(b"own", "image/png"), media.keep(b"shared", "image/png")
    both = [{"kind": "image", "media_id": each.sha256[:5], "sha256": each.sha256} for each in (own, shared)]
    await finished(district, attachments=tuple(both))
    await district.talk("我也拍了一张", user="o-neighbour")
    async with district.writing() as session:
        theirs = (await district.messages("o-neighbour"))[0].id
        await session.execute(update(MessageRow).where(MessageRow.id == theirs).values(attachments=[both[1]]))
    done = await erased(district)
    await remove_unused(district.db, media, done.attachments)
    assert not (tmp_path / own.path).exists()
    assert (tmp_path / shared.path).exists()


async def test_erasing_twice_says_that_there_is_nothing_left(district: World) -> None:
    await finished(district)
    await erased(district)
    with pytest.raises(NotFound):
        await erased(district)


async def test_who_was_erased_may_come_back_as_somebody_new(district: World) -> None:
    await finished(district)
    await erased(district)
    await district.talk("又来了")
    assert district.wechat.texts[-1] == "听到:又来了"
    assert len(await district.rows(ConversationRow)) == 1


async def test_what_was_erased_is_not_forgotten_again(district: World, tmp_path: Path) -> None:
    number = await finished(district)
    await erased(district)
    (before,) = await district.rows(WorkOrderRow)
    district.clock.advance(days=400)
    keep = timedelta(days=365)
    await Forgetter(db=district.db, clock=district.clock, media=MediaFiles(tmp_path), keep=keep).step()
    (after,) = await district.rows(WorkOrderRow)
    assert (after.number, after.version, after.description) == (number, before.version, ERASED)
