"""Conversations in the console: the lists, taking over, writing, giving back."""

import asyncio

import pytest
from sqlalchemy import select

from backend.console.words import queue_reason, status_text
from backend.contracts.messages import Channel, Route
from backend.services.auth import deactivate
from backend.services.ports import ChannelTraits
from backend.storage.conversations import get_conversation
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.people import AccessLogRow
from tests.unit.console.scene import bot_says, order, resident_says, to_queue

OPENID = "oABCdef1234567890abcdefghij"


async def read(context, conversation_id):
    async with context.database.reading() as session:
        return await get_conversation(session, conversation_id)


async def messages(context, conversation_id):
    async with context.database.reading() as session:
        query = select(MessageRow).where(MessageRow.conversation_id == conversation_id).order_by(MessageRow.seq)
        return list(await session.scalars(query))


async def test_the_queue_shows_emergencies_first_and_then_who_waits_longest(browser, context):
    first = await resident_says(context.database, "我先来的", user="17000000001")
    await to_queue(context.database, first)
    context.clock.advance(minutes=5)
    second = await resident_says(context.database, "我后来的", user="17000000002")
    await to_queue(context.database, second, now=context.clock.now())
    urgent = await resident_says(context.database, "有煤气味", user="17000000003")
    await to_queue(context.database, urgent, urgent=True, now=context.clock.now())
    async with browser("zhou") as client:
        page = (await client.get("/console")).text
    assert page.index(f"waiting-{urgent}") < page.index(f"waiting-{first}") < page.index(f"waiting-{second}")
    assert "等了5分钟 · 居民要找人工" in page
    assert page.count(">紧急<") == 1


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("asked", "居民要找人工"),
        ("low_confidence", "机器人没听懂"),
        ("emergency", "紧急情况"),
        ("assistant:timeout", "机器人出了故障"),
        ("派单员小周转来", "派单员小周转来"),
    ],
)
def test_why_somebody_waits_is_told_in_words(reason, told):
    assert queue_reason(reason) == told


async def test_a_page_that_is_not_there_is_a_page(browser):
    async with browser("zhou") as client:
        answer = await client.get("/console/no/such/page")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有这个页面" in answer.text


async def test_phones_are_masked_in_lists_and_in_the_conversation(browser, context):
    conversation_id = await resident_says(context.database, "暖气不热")
    async with browser("zhou") as client:
        for page in ("/console", f"/console/conversations/{conversation_id}"):
            text = (await client.get(page)).text
            assert "170****1234" in text
            assert "17000001234" not in text


async def test_showing_the_number_is_written_down(browser, context):
    conversation_id = await resident_says(context.database, "暖气不热")
    async with browser("zhou") as client:
        headers = {"HX-Request": "true"}
        part = await client.post(f"/console/conversations/{conversation_id}/reveal", headers=headers)
        assert "17000001234" in part.text
        whole = await client.post(f"/console/conversations/{conversation_id}/reveal")
        assert "17000001234" in whole.text
    async with context.database.reading() as session:
        logged = list(await session.scalars(select(AccessLogRow)))
    assert [(row.actor, row.subject) for row in logged] == [("dispatcher:zhou", f"conversation:{conversation_id}")] * 2


async def test_taking_over_makes_the_reply_box_usable(browser, context):
    conversation_id = await resident_says(context.database, "我要找人工")
    async with browser("zhou") as client:
        page = f"/console/conversations/{conversation_id}"
        assert "先接手,再回复" in (await client.get(page)).text
        assert (await client.post(f"{page}/takeover")).headers["location"] == page
        text = (await client.get(page)).text
        assert "您在接" in text
        assert "先接手,再回复" not in text
        assert "交还机器人" in text


async def test_of_two_who_click_one_wins_and_the_other_reads_who(browser, context):
    conversation_id = await resident_says(context.database, "我要找人工")
    async with browser("zhou") as zhou, browser("qian") as qian:
        path = f"/console/conversations/{conversation_id}/takeover"
        answers = await asyncio.gather(zhou.post(path), qian.post(path))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    loser = next(answer for answer in answers if answer.status_code == 409)
    winner = (await read(context, conversation_id)).assignee
    assert {"zhou": "派单员小周", "qian": "派单员小钱"}[winner] + "已经接手" in loser.text


async def test_a_reply_is_queued_for_the_resident_and_shows_how_far_it_got(browser, context):
    conversation_id = await resident_says(context.database, "我要找人工")
    async with browser("zhou") as client:
        page = f"/console/conversations/{conversation_id}"
        await client.post(f"{page}/takeover")
        assert (await client.post(f"{page}/say", data={"text": "您好,<b>我是</b>小周"})).status_code == 303
        text = (await client.get(page)).text
    assert "您好,&lt;b&gt;我是&lt;/b&gt;小周" in text
    assert "等待发送" in text
    assert [row.status for row in await messages(context, conversation_id) if row.direction == "out"] == ["queued"]


async def test_a_note_stays_inside(browser, context):
    conversation_id = await resident_says(context.database, "暖气不热")
    async with browser("zhou") as client:
        page = f"/console/conversations/{conversation_id}"
        await client.post(f"{page}/note", data={"text": "老人独居"})
        assert "内部备注,居民看不到" in (await client.get(page)).text
    assert [row.status for row in await messages(context, conversation_id) if row.direction == "out"] == ["suppressed"]


async def test_a_reply_without_having_taken_over_is_refused_and_the_text_is_kept(browser, context):
    conversation_id = await resident_says(context.database, "暖气不热")
    async with browser("zhou") as client:
        answer = await client.post(f"/console/conversations/{conversation_id}/say", data={"text": "写了很久的话"})
        assert answer.status_code == 409
        assert "请先接手这个会话" in answer.text
        assert "写了很久的话" in answer.text
        headers = {"HX-Request": "true"}
        part = await client.post(f"/console/conversations/{conversation_id}/say", data={"text": "话"}, headers=headers)
        assert part.status_code == 409
        assert "<html" not in part.text
    assert all(row.direction == "in" for row in await messages(context, conversation_id))


async def test_giving_back_lets_the_bot_go_on(browser, context):
    conversation_id = await resident_says(context.database, "我要找人工")
    async with browser("zhou") as client:
        page = f"/console/conversations/{conversation_id}"
        await client.post(f"{page}/takeover")
        await client.post(f"{page}/handback")
        assert "机器人在聊" in (await client.get(page)).text
    assert (await read(context, conversation_id)).owner == "bot"


async def test_putting_back_is_for_the_one_who_has_it(browser, context):
    conversation_id = await resident_says(context.database, "我要找人工")
    async with browser("zhou") as zhou, browser("qian") as qian:
        page = f"/console/conversations/{conversation_id}"
        await zhou.post(f"{page}/takeover")
        refused = await qian.post(f"{page}/requeue")
        assert refused.status_code == 409
        assert (await read(context, conversation_id)).assignee == "zhou"
        await zhou.post(f"{page}/requeue")
        row = await read(context, conversation_id)
        assert (row.owner, row.queue_reason) == ("queue", "派单员小周转来")


async def test_who_leads_puts_back_the_conversation_of_a_colleague_who_is_not_there(browser, context):
    conversation_id = await resident_says(context.database, "我要找人工")
    page = f"/console/conversations/{conversation_id}"
    async with browser("zhou") as zhou, browser("qian") as qian, browser("wu") as wu:
        await zhou.post(f"{page}/takeover")
        assert "放回排队" not in (await qian.get(page)).text
        assert "放回排队" in (await wu.get(page)).text
        await wu.post(f"{page}/requeue")
        row = await read(context, conversation_id)
        assert (row.owner, row.queue_reason) == ("queue", "督办员老吴转来")
        assert (await zhou.post(f"{page}/say", data={"text": "我还在"})).status_code == 409
        assert (await qian.post(f"{page}/takeover")).status_code == 303


async def test_the_residents_of_somebody_who_left_wait_for_a_colleague(browser, context):
    theirs = [await resident_says(context.database, "我要找人工", user=f"1700000000{n}") for n in (1, 2)]
    other = await resident_says(context.database, "我要找人工", user="17000000003")
    async with browser("zhou") as zhou, browser("qian") as qian:
        for conversation_id in theirs:
            await zhou.post(f"/console/conversations/{conversation_id}/takeover")
        await qian.post(f"/console/conversations/{other}/takeover")
        async with context.database.transaction() as session:
            assert await deactivate(session, username="zhou", now=context.clock.now()) == 2
        assert "派单员小周的账号停用了" in (await qian.get("/console")).text
        assert (await qian.post(f"/console/conversations/{theirs[0]}/takeover")).status_code == 303
    owners = [((await read(context, each)).owner, (await read(context, each)).assignee) for each in (*theirs, other)]
    assert owners == [("human", "qian"), ("queue", None), ("human", "qian")]


async def test_the_quota_of_a_wechat_conversation_is_told_in_words(browser, context):
    conversation_id = await resident_says(context.database, "我要找人工", user=OPENID, channel=Channel.WECHAT_OA)
    async with browser("zhou") as client:
        page = f"/console/conversations/{conversation_id}"
        await client.post(f"{page}/takeover")
        context.clock.advance(hours=2)
        assert "还可发 5 条 · 剩 1天" in (await client.get(page)).text
        context.clock.advance(hours=9)  # the session of the console lives 12 hours
        assert "还可发 5 条 · 剩 1天" in (await client.get(page)).text
    context.clock.advance(hours=40)
    async with browser("zhou") as client:
        assert "微信这边现在发不出去" in (await client.get(page)).text


class InPieces:
    """A way out that takes ten characters at a time."""

    traits = ChannelTraits(max_bubbles=2, session_limited=True, routes=frozenset({Route.SESSION}))

    def pieces(self, text, choices):
        return -(-len(text) // 10)


async def test_a_text_too_long_for_what_may_still_be_sent_is_refused_and_kept_for_shortening(browser, context):
    context.extras["senders"] = {Channel.WECHAT_OA: InPieces()}
    conversation_id = await resident_says(context.database, "我要找人工", user=OPENID, channel=Channel.WECHAT_OA)
    async with browser("zhou") as client:
        page = f"/console/conversations/{conversation_id}"
        await client.post(f"{page}/takeover")
        answer = await client.post(f"{page}/say", data={"text": "字" * 60})
        assert answer.status_code == 409
        assert "要分6条发,现在只还能发5条" in answer.text
        assert "字" * 60 in answer.text
        assert (await client.post(f"{page}/say", data={"text": "字" * 50})).status_code == 303
    assert [len(row.text) for row in await messages(context, conversation_id) if row.direction == "out"] == [50]


@pytest.mark.parametrize(
    ("status", "reason", "told"),
    [
        ("sent", "session", "已发出"),
        ("sent", "session:3", "已发出(分3条)"),
        ("sent", "回执 0", "已发出"),
        ("delivered", "回执 0", "已送达"),
        ("failed", "45015", "发送失败:45015"),
    ],
)
def test_how_far_a_message_got_is_told_with_its_pieces(status, reason, told):
    assert status_text(status, reason) == told


async def test_the_card_flags_what_is_missing_and_lists_the_orders(browser, context):
    conversation_id = await resident_says(context.database, "暖气不热")
    made = await order(context.database, conversation_id=conversation_id)
    async with context.database.transaction() as session:
        row = await get_conversation(session, conversation_id)
        row.draft = {"category": "供暖", "subcategory": "停暖", "address": {"text": "翠园小区"}, "missing": ["occurred_at"]}
    async with browser("zhou") as client:
        text = (await client.get(f"/console/conversations/{conversation_id}")).text
    assert "供暖 · 停暖" in text
    assert "翠园小区" in text
    assert text.count("还缺") == 1
    assert f"/console/orders/{made.number}" in text


async def test_earlier_messages_are_a_link_away(browser, context):
    conversation_id = await resident_says(context.database, "第一句")
    for index in range(110):
        await bot_says(context.database, conversation_id, f"第{index}条")
    async with browser("zhou") as client:
        page = f"/console/conversations/{conversation_id}"
        newest = (await client.get(page)).text
        assert "第109条" in newest
        assert "第一句" not in newest
        assert "?upto=12" in newest
        earlier = (await client.get(f"{page}?upto=12")).text
        assert "第一句" in earlier
        assert "回到最新" in earlier


async def test_handlers_have_orders_only(browser, context):
    conversation_id = await resident_says(context.database, "暖气不热")
    async with browser("sun") as client:
        assert (await client.get("/console")).headers["location"] == "/console/orders"
        assert (await client.get(f"/console/conversations/{conversation_id}")).status_code == 403
        assert (await client.post(f"/console/conversations/{conversation_id}/reveal")).status_code == 403
        assert (await client.get("/console/tasks")).status_code == 403
        assert (await client.get("/console/orders/new")).status_code == 403


@pytest.mark.parametrize("path", ["/console/conversations/nothing", "/console/orders/261123000001"])
async def test_what_is_not_there_is_said_on_a_page(browser, path):
    async with browser("zhou") as client:
        answer = await client.get(path)
        assert answer.status_code == 404
        assert "<h1>没有找到</h1>" in answer.text
