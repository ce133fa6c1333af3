"""Call-backs, dead letters, and registering what came by telephone."""

import re
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from backend.console.prefill import empty_form, form_from, form_given, request_from
from backend.contracts.conversations import Address, Completeness, OccurredAt, TimeKind, Urgency
from backend.contracts.understanding import (
    AddressMention,
    CategoryGuess,
    Facts,
    PhoneKind,
    PhoneMention,
    Privacy,
    Span,
    TimeMention,
    Understanding,
)
from backend.domain.errors import InvalidField
from backend.services import desk
from backend.services.ports import AssistantFailed
from backend.storage.deliveries import add_call_back
from backend.storage.tables.deliveries import CallBackTaskRow
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.people import AccessLogRow
from backend.storage.tables.work_orders import WorkOrderRow
from tests.unit.console.scene import START, bot_says, resident_says

SPAN = Span(0, 1, "x")
GOOD = {"key": "one", "channel": "telephone", "urgency": "normal", "description": "屋里暖气冰凉", "service_code": "0101"}


async def rows(context, table):
    async with context.database.reading() as session:
        return list(await session.scalars(select(table)))


async def a_task(context, message=None):
    async with context.database.transaction() as session:
        await add_call_back(
            session,
            message=message,
            conversation_id=message.conversation_id if message else None,
            phone="17000001234",
            reason="微信和短信都发不出去",
            text="您反映的事已办好",
            order_number=None,
            now=START,
        )
    return (await rows(context, CallBackTaskRow))[0].id


async def test_a_call_back_is_shown_masked_revealed_on_record_and_finished(browser, context):
    task_id = await a_task(context)
    async with browser("zhou") as client:
        page = (await client.get("/console/tasks")).text
        assert "170****1234" in page
        assert "17000001234" not in page
        assert "17000001234" in (await client.post(f"/console/tasks/{task_id}/reveal")).text
        await client.post(f"/console/tasks/{task_id}/done", data={"result": "已告诉居民"})
        assert "没有要打的电话" in (await client.get("/console/tasks")).text
    assert [row.subject for row in await rows(context, AccessLogRow)] == [f"call_back:{task_id}"]
    done = (await rows(context, CallBackTaskRow))[0]
    assert (done.done_by, done.result) == ("zhou", "已告诉居民")


async def test_a_call_back_is_not_finished_without_a_result(browser, context):
    task_id = await a_task(context)
    async with browser("zhou") as client:
        assert (await client.post(f"/console/tasks/{task_id}/done", data={"result": "  "})).status_code == 422
    assert (await rows(context, CallBackTaskRow))[0].done_at is None


async def test_a_dead_letter_goes_out_once_more_and_only_once(browser, context):
    conversation_id = await resident_says(context.database, "暖气不热")
    await bot_says(context.database, conversation_id, "已登记")
    async with context.database.transaction() as session:
        dead = (await session.scalars(select(MessageRow).where(MessageRow.direction == "out"))).one()
        dead.status, dead.status_reason = "failed", "45015 超过48小时"
    async with browser("zhou") as client:
        assert "发送失败:45015 超过48小时" in (await client.get("/console/tasks")).text
        path, form = f"/console/tasks/resend/{dead.id}", {"conversation": conversation_id}
        assert (await client.post(path, data=form)).status_code == 303
        again = await client.post(path, data=form)
        assert again.status_code == 409
        assert "只能重发一次" in again.text
        assert "没有发送失败的消息" in (await client.get("/console/tasks")).text
    assert sorted(row.status for row in await rows(context, MessageRow) if row.direction == "out") == ["failed", "queued"]


async def test_what_may_not_have_arrived_is_counted_and_can_be_sent_once_more_when_the_resident_says_so(browser, context):
    conversation_id = await resident_says(context.database, "暖气不热")
    await bot_says(context.database, conversation_id, "已登记")
    async with context.database.transaction() as session:
        unknown = (await session.scalars(select(MessageRow).where(MessageRow.direction == "out"))).one()
        unknown.status = "unknown"
    await a_task(context, unknown)
    async with context.database.reading() as session:
        assert await desk.count_tasks(session) == 1
    async with browser("zhou") as client:
        assert "居民没收到,再发一次" in (await client.get("/console/tasks")).text
        path, form = f"/console/tasks/resend/{unknown.id}", {"conversation": conversation_id}
        assert (await client.post(path, data=form)).status_code == 303
        assert "没有要打的电话" in (await client.get("/console/tasks")).text
        assert (await client.post(path, data=form)).status_code == 409
    assert sorted(row.status for row in await rows(context, MessageRow) if row.direction == "out") == ["queued", "unknown"]


async def test_an_order_from_the_telephone_is_made_once_however_often_the_form_is_sent(browser, context):
    async with browser("zhou") as client:
        first = await client.post("/console/orders/new", data=GOOD)
        second = await client.post("/console/orders/new", data=GOOD)
    assert first.headers["location"] == second.headers["location"]
    (row,) = await rows(context, WorkOrderRow)
    assert (row.channel, row.category, row.unit_id) == ("telephone", "供暖", "heating")


async def test_a_wrong_phone_is_told_and_nothing_that_was_typed_is_lost(browser, context):
    async with browser("zhou") as client:
        answer = await client.post("/console/orders/new", data={**GOOD, "contact_phone": "123", "estate": "翠园小区"})
    assert answer.status_code == 422
    assert "这个电话号码不对" in answer.text
    assert 'value="翠园小区"' in answer.text
    assert 'name="key" value="one"' in answer.text
    assert await rows(context, WorkOrderRow) == []


async def test_each_form_has_its_own_key(browser):
    async with browser("zhou") as client:
        keys = {re.search(r'name="key" value="(\w+)"', (await client.get("/console/orders/new")).text)[1] for _ in range(3)}
    assert len(keys) == 3


def understood(**facts):
    guess = CategoryGuess("供暖", "室温不达标", "0101", facts.pop("confidence", 0.9))
    return Understanding((("complain", 0.9),), (guess,), (), Urgency.URGENT, Facts(**facts))


def test_what_was_understood_fills_the_form():
    address = Address(text="翠园小区6号楼", estate="翠园小区", building="6")
    form = form_from(
        understood(
            address=AddressMention((SPAN,), address, Completeness.PARTIAL),
            occurred_at=TimeMention(SPAN, OccurredAt("前天夜里起", TimeKind.SINCE)),
            phones=(PhoneMention(SPAN, "17000001234", PhoneKind.FULL),),
            name="王大爷",
            privacy=Privacy.CONFIDENTIAL,
        ),
        "暖气冰凉",
        [],
    )
    assert form == {
        **empty_form(),
        "service_code": "0101",
        "urgency": "urgent",
        "description": "暖气冰凉",
        "address_text": "翠园小区6号楼",
        "estate": "翠园小区",
        "building": "6",
        "occurred_text": "前天夜里起",
        "contact_phone": "17000001234",
        "contact_name": "王大爷",
        "confidential": True,
    }


def test_a_danger_that_the_rules_named_gets_its_leaf():
    leaf = SimpleNamespace(service_code="0401", category="燃气", subcategory="泄漏")
    guess = CategoryGuess("燃气", "泄漏", "", 1.0)
    form = form_from(Understanding((), (guess,), (), Urgency.EMERGENCY, Facts()), "有煤气味", [leaf])
    assert (form["service_code"], form["urgency"]) == ("0401", "emergency")


def test_only_a_whole_number_is_taken_for_the_phone():
    tail = PhoneMention(SPAN, "1234", PhoneKind.TAIL)
    whole = PhoneMention(SPAN, "17000001234", PhoneKind.FULL)
    assert form_from(understood(phones=(tail, whole)), "x", [])["contact_phone"] == "17000001234"
    assert form_from(understood(phones=(tail,)), "x", [])["contact_phone"] == ""


class Away:
    """An assistant that does not answer."""

    async def parse(self, _text, _metadata):
        raise AssistantFailed("down")


class Sure:
    """An assistant that knows one thing."""

    async def parse(self, _text, _metadata):
        guess = {"category": "供暖", "subcategory": "停暖", "service_code": "0102", "confidence": 0.9}
        return {"intent_ranking": [{"name": "complain", "confidence": 0.9}], "categories": [guess]}


async def test_the_words_of_a_caller_fill_the_form(browser, context):
    context.assistant = Sure()
    said = "园林街道翠园小区6号楼2单元301,停暖了,我姓王,电话17000001234"
    async with browser("zhou") as client:
        page = (await client.post("/console/orders/new/understand", data={"said": said})).text
    assert '<option value="0102" selected>' in page
    assert 'value="17000001234"' in page
    assert 'id="i-building" name="building" maxlength="100" value="6"' in page
    assert "请核对后再提交" in page
    assert page.count('aria-current="page"') == 1  # 登记来电, and not 工单 as well
    assert await rows(context, WorkOrderRow) == []


async def test_without_the_assistant_the_rules_still_fill_what_they_can(browser, context):
    context.assistant = Away()
    async with browser("zhou") as client:
        page = (await client.post("/console/orders/new/understand", data={"said": "暖气凉,电话17000001234"})).text
    assert "自动分类暂时用不了" in page
    assert 'value="17000001234"' in page


def test_a_doubtful_category_is_left_to_the_operator():
    assert form_from(understood(confidence=0.2), "那个事", [])["service_code"] == ""


@pytest.mark.parametrize(("text", "kind"), [("前天夜里起", TimeKind.SINCE), ("", None), ("说不清", TimeKind.VAGUE)])
def test_the_time_is_understood_where_it_can_be(text, kind):
    made = request_from({**form_given(GOOD), "occurred_text": text}, now=START)
    assert (made.occurred_at.kind if made.occurred_at else None) is kind


def test_the_place_is_put_together_from_its_parts_when_nobody_wrote_it_out():
    made = request_from({**form_given(GOOD), "estate": "翠园小区", "building": "6"}, now=START)
    assert made.address.text == "翠园小区6"
    assert made.address.building == "6"


def test_an_urgency_that_is_none_is_refused():
    with pytest.raises(InvalidField):
        request_from({**form_given(GOOD), "urgency": "very"}, now=START)
