"""After a phone was put right, notices that go by SMS go to the new one."""

from __future__ import annotations

import pytest

from backend.contracts.messages import SendOutcome, SendResult
from backend.contracts.work_orders import Verb
from backend.storage.tables.work_orders import WorkOrderRow
from tests.integration.engine.told import does, filed, tell
from tests.integration.engine.world import PHONE, World

NEW = "17000000077"


@pytest.mark.parametrize("told", ["", NEW])
async def test_a_notice_that_wechat_does_not_take_goes_to_the_phone_that_was_told_last(district: World, told: str) -> None:
    await district.talk("屋里冷")
    row = await district.conversation()
    number = await filed(district, conversation_id=row.id, contact_phone=PHONE)
    async with district.writing() as session:
        (await session.merge(row)).phone = PHONE
    if told:
        await does(district, number, Verb.NOTE, note="居民更正 电话", contact_phone=told)
    district.wechat.script = [SendResult(SendOutcome.WINDOW_CLOSED, code="45015")] * 3
    await does(district, number, Verb.ACKNOWLEDGE)
    await tell(district)
    assert [message.channel_user_id for message in district.sms.sent] == [told or PHONE]
    assert (await district.rows(WorkOrderRow))[0].contact_phone == (told or PHONE)
