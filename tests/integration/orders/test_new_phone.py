"""A phone that is put right after filing is the one that notices go to: the wrong one may be a stranger's."""

import pytest

from backend.contracts.people import Role
from backend.domain.errors import Forbidden, InvalidField, NotFound
from backend.services.audit import verify
from backend.services.casework import Caller, Resident
from backend.storage.tables.work_orders import JoinRow, WorkOrderRow
from backend.storage.work_orders import events_of, joins_of

from .test_casework import HANDLER, OWNER, OWNER_BY_IDENTITY, STRANGER

NEW = "17000000077"
NEIGHBOUR = Caller(Role.SERVICE, resident=Resident("", "sms", "17000009999"))
JOINED = {"channel": "sms", "channel_user_id": "17000009999", "phone": "17000009999", "service_code": "0101"}


async def phone_of(database, order):
    async with database.reading() as session:
        return (await session.get_one(WorkOrderRow, order.id)).contact_phone


@pytest.mark.parametrize("caller", [OWNER, OWNER_BY_IDENTITY, Caller(Role.DISPATCHER), None])
async def test_the_reporter_and_the_desk_change_it(desk, database, caller):
    order = await desk.file()
    await desk.do(order, "note", caller=caller, note="居民更正 电话", contact_phone="+86 170 0000 0077")
    assert await phone_of(database, order) == NEW


async def test_the_number_stands_in_the_order_and_not_in_the_data_of_the_event(desk, database):
    order = await desk.file()
    before = order.contact_phone
    order = await desk.do(order, "note", caller=OWNER, note="电话换了", contact_phone=NEW)
    async with database.reading() as session:
        events = await events_of(session, order.id)
        assert (await verify(session)).is_sound
    assert events[-1].type == "noted"
    assert not any(number in str((event.data, event.changes)) for event in events for number in (before, NEW))


async def test_who_joined_changes_the_own_phone_and_not_the_reporters(desk, database):
    order = await desk.file()
    order = await desk.do(order, "join", caller=NEIGHBOUR, **JOINED)
    before = order.contact_phone
    await desk.do(order, "note", caller=NEIGHBOUR, note="我换号了", contact_phone=NEW)
    assert await phone_of(database, order) == before
    async with database.reading() as session:
        joins = await joins_of(session, order.id)
    assert [join.phone for join in joins] == [NEW]
    assert isinstance(joins[0], JoinRow)


async def test_a_handler_and_a_stranger_may_not(desk, database):
    order = await desk.file()
    before = order.contact_phone
    for caller, refusal in ((HANDLER, Forbidden), (STRANGER, NotFound)):
        with pytest.raises(refusal):
            await desk.do(order, "note", caller=caller, note="改电话", contact_phone=NEW)
    assert await phone_of(database, order) == before


@pytest.mark.parametrize("number", ["123", "1700000007", "不知道", "", 17000000077, "17000000077x"])
async def test_what_is_no_phone_is_refused(desk, database, number):
    order = await desk.file()
    before = order.contact_phone
    with pytest.raises(InvalidField) as refused:
        await desk.do(order, "note", caller=OWNER, note="改电话", contact_phone=number)
    assert refused.value.field == "contact_phone"
    assert await phone_of(database, order) == before
