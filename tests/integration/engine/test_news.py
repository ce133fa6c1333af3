"""What is no news is told once; what residents read is why, not how the desk says yes."""

from __future__ import annotations

import pytest

from backend.contracts.people import Role
from backend.contracts.work_orders import Verb
from backend.services.casework import Caller, apply_verb
from backend.services.reminders import remind
from backend.storage.tables.deliveries import CallBackTaskRow
from backend.storage.tables.messages import MessageRow
from tests.integration.engine.told import NOWHERE, consumer, does, filed, tell
from tests.integration.engine.world import PHONE, World


async def _dispatched(district: World) -> str:
    """An order that nobody's rule sent on, given to the heating company by hand."""
    await district.talk("你好")
    number = await filed(district, conversation_id=(await district.conversation()).id, **NOWHERE)
    await does(district, number, Verb.DISPATCH, unit="heating")
    return number


def _told_of(district: World, word: str) -> int:
    return sum(word in text for text in district.wechat.texts)


async def test_the_same_unit_and_an_arrival_are_told_once(district: World) -> None:
    number = await _dispatched(district)
    await does(district, number, Verb.DISPATCH, unit="heating", note="请快些")
    await does(district, number, Verb.ACKNOWLEDGE)
    for _ in range(2):
        await does(district, number, Verb.ARRIVE)
    await tell(district)
    assert (_told_of(district, "已交给供热公司"), _told_of(district, "已到现场")) == (1, 1)


async def test_another_unit_is_news_and_so_is_the_same_one_after_it_gave_the_order_back(district: World) -> None:
    number = await _dispatched(district)
    await does(district, number, Verb.DISPATCH, unit="water")
    await does(district, number, Verb.RETURN, reason="不归我们管")
    await does(district, number, Verb.DISPATCH, unit="water")
    await tell(district)
    assert (_told_of(district, "已交给供热公司"), _told_of(district, "已交给自来水公司")) == (1, 2)


async def test_of_a_granted_extension_residents_read_why_it_was_asked_for(district: World) -> None:
    number = await _dispatched(district)
    await does(district, number, Verb.ACKNOWLEDGE)
    async with district.writing() as session:
        await apply_verb(
            session,
            number=number,
            verb=Verb.EXTEND,
            actor="handler:sun",
            data={"reason": "阀门要从外地调", "days": 2},
            expected_version=None,
            now=district.clock.now(),
            caller=Caller(Role.HANDLER, "heating"),
        )
    await does(district, number, Verb.EXTEND, reason="同意")
    await district.talk("谢谢")
    await tell(district)
    assert "还要些时间:阀门要从外地调。" in district.wechat.texts[-1]
    await does(district, number, Verb.EXTEND, reason="还缺一个接头", days=1)
    await district.talk("知道了")  # opens the window again
    await tell(district)
    assert "还要些时间:还缺一个接头。" in district.wechat.texts[-1]


@pytest.mark.parametrize(("verb", "data"), [(Verb.CLOSE, {}), (Verb.REOPEN, {"reason": "又凉了"})])
async def test_a_reminder_that_waits_for_the_morning_is_not_sent_when_no_verdict_is_wanted_any_more(
    district: World, verb: Verb, data: dict[str, str]
) -> None:
    number = await _dispatched(district)
    await does(district, number, Verb.ACKNOWLEDGE)
    await does(district, number, Verb.RESOLVE, note="换了阀门")
    await tell(district)
    await district.talk("好")  # opens the window again
    district.clock.advance(hours=25)
    async with district.writing() as session:
        assert await remind(session, now=district.clock.now()) == 1
    await does(district, number, verb, **data)
    await tell(district)
    assert _told_of(district, "还想听听") == 0
    [kept] = [row for row in await district.messages(direction="out") if row.purpose == "reminder:rating"]
    assert (kept.status, kept.status_reason) == ("suppressed", "已经评价或办结,不用再问")


async def test_an_order_of_a_conversation_that_is_not_there_is_told_to_its_phone(district: World) -> None:
    caller = {"channel": "telephone", "channel_user_id": "", "contact_phone": PHONE}
    number = await filed(district, conversation_id="nobody-knows-it", **caller)
    await does(district, number, Verb.ACKNOWLEDGE)
    await tell(district)
    said = [row for row in await district.rows(MessageRow) if row.order_number == number]
    assert [(row.channel, row.purpose) for row in said] == [("sms", "notice:acknowledged")]


async def test_what_can_never_be_told_becomes_a_call_by_a_person(district: World, monkeypatch: pytest.MonkeyPatch) -> None:
    number = await filed(district, contact_phone=PHONE)
    telling = consumer(district)

    async def fails(session: object, number: str) -> list[str]:
        raise RuntimeError("a bug")

    monkeypatch.setattr(telling, "_tell", fails)
    for _ in range(20):
        assert await district.rows(CallBackTaskRow) == []
        await telling.step()
    [task] = await district.rows(CallBackTaskRow)
    assert (task.order_number, task.phone) == (number, PHONE)
    assert "打电话" in task.reason
    await telling.step()
    assert len(await district.rows(CallBackTaskRow)) == 1
