"""What keeps open pages up to date: the feed, the snapshot, the stream."""

import asyncio
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from backend.console.announce import announce, feed_of
from backend.console.events import _stream
from backend.console.live_parts import Watching, card_fields
from backend.console.rendering import local_time, resident_label, short_time, span
from backend.console.words import actor_name, status_text
from backend.contracts.work_orders import Verb
from backend.domain.errors import Unauthorised
from backend.services import auth, live
from backend.services.casework import apply_verb
from backend.services.live import LiveFeed
from backend.storage.wakeups import LIVE_CHANNEL
from tests.redis_server import redis_in
from tests.unit.console.scene import PASSWORD, START, order, resident_says, to_queue


@pytest.fixture
def redis(tmp_path):
    server = redis_in(tmp_path)
    yield server
    server.shutdown(nosave=True)


async def changed(feed, version, seconds=5.0):
    return await feed.changed_since(version, seconds) != version


async def settled(feed):
    """Wait until the feed has had its first look."""
    while feed.version == 0:
        await feed.changed_since(0, 1)
    return feed.version


async def test_a_change_in_the_database_is_noticed_without_redis(context, monkeypatch):
    monkeypatch.setattr(live, "POLL_SECONDS", 0.05)
    feed = LiveFeed(context.database, "")
    async with feed.watching():
        seen = await settled(feed)
        assert not await changed(feed, seen, 0.3)
        await resident_says(context.database, "暖气不热")
        assert await changed(feed, seen)


async def test_a_wake_up_through_redis_comes_long_before_the_next_poll(context, redis, monkeypatch):
    monkeypatch.setattr(live, "POLL_SECONDS", 60.0)
    feed = LiveFeed(context.database, f"unix://{redis.socket_file}")
    async with feed.watching():
        await settled(feed)
        wake_up = json.dumps({"conversation": "c", "what": "message"})
        async with asyncio.timeout(10):
            while redis.publish(LIVE_CHANNEL, wake_up) == 0:
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        seen = feed.version
        redis.publish(LIVE_CHANNEL, wake_up)
        assert await changed(feed, seen)


async def test_what_is_no_wake_up_of_ours_is_ignored():
    assert live._is_ours(b'{"conversation": "c"}')
    assert not live._is_ours(b"not json")
    assert not live._is_ours(b"5")


async def test_without_redis_answering_the_poll_goes_on(context, monkeypatch):
    monkeypatch.setattr(live, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(live, "REDIS_AWAY_SECONDS", 0.05)
    feed = LiveFeed(context.database, "redis://127.0.0.1:1/0")
    async with feed.watching():
        seen = await settled(feed)
        await resident_says(context.database, "暖气不热")
        assert await changed(feed, seen)


async def test_the_feed_rests_when_nobody_watches(context):
    feed = LiveFeed(context.database, "")
    async with feed.watching(), feed.watching():
        tasks = list(feed._tasks)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert all(task.done() for task in tasks)


async def test_every_change_wakes_the_workers_and_the_pages(context):
    woken = []
    context.extras["wakeups"] = SimpleNamespace(
        wake=lambda kind, conversation: woken.append((kind, conversation)),
        live=lambda what, conversation: woken.append((what, conversation)),
    )
    before = feed_of(context).version
    announce(context, "c1")
    assert feed_of(context).version == before + 1
    assert woken == [("send", "c1"), ("turn", "c1"), ("changed", "c1")]


class Viewer:
    """A browser that reads the stream."""

    def __init__(self, context, username, **watching):
        self.context, self.username, self.watching = context, username, Watching(**watching)
        self.gone = False

    async def __aenter__(self):
        async with self.context.database.transaction() as session:
            now = self.context.clock.now()
            token, user = await auth.sign_in(session, username=self.username, password=PASSWORD, now=now)
        request = SimpleNamespace(cookies={"youshi_session": token}, is_disconnected=self._is_disconnected)
        self.token, self.stream = token, _stream(request, self.context, user, self.watching)
        return self

    async def __aexit__(self, *_):
        await self.stream.aclose()

    async def _is_disconnected(self):
        return self.gone

    async def snapshot(self):
        async with asyncio.timeout(10):
            while True:
                text = await anext(self.stream)
                if text.startswith("event: snapshot\ndata: "):
                    return json.loads(text.removeprefix("event: snapshot\ndata: "))


async def test_the_first_event_is_a_full_snapshot_and_the_next_comes_with_the_change(context):
    async with Viewer(context, "zhou") as viewer:
        first = await viewer.snapshot()
        assert first["waiting"] == []
        assert "没有人在等" in first["parts"]["lists"]
        conversation_id = await resident_says(context.database, "有煤气味")
        await to_queue(context.database, conversation_id, urgent=True)
        feed_of(context).touch()
        second = await viewer.snapshot()
    assert second["waiting"] == [{"id": conversation_id, "label": "170****1234", "urgent": True}]
    assert "有煤气味" in second["parts"]["lists"]


async def test_an_open_conversation_gets_its_own_parts(context):
    conversation_id = await resident_says(context.database, "暖气不热")
    async with Viewer(context, "zhou", conversation=conversation_id) as viewer:
        parts = (await viewer.snapshot())["parts"]
    assert set(parts) == {"lists", "c-head", "c-transcript", "c-quota", "c-phone", "c-card"}
    assert "暖气不热" in parts["c-transcript"]


async def test_an_open_order_is_shown_as_it_changes(context):
    made = await order(context.database)
    async with Viewer(context, "sun", order=made.number) as viewer:
        first = (await viewer.snapshot())["parts"]
        assert set(first) == {"o-head", "o-facts", "o-story", "o-verbs"}
        assert "已派单" in first["o-head"]
        await apply_verb_now(context, made.number, Verb.ACKNOWLEDGE)
        second = (await viewer.snapshot())["parts"]
    assert "办理中" in second["o-head"]
    assert 'id="v-acknowledge"' not in second["o-verbs"]


async def test_an_order_of_another_unit_is_not_streamed(context):
    made = await order(context.database, service_code="0301", category="", subcategory="")
    async with Viewer(context, "sun", order=made.number) as viewer:
        with pytest.raises(StopAsyncIteration):
            await viewer.snapshot()


async def test_a_list_of_orders_follows_its_filters(context):
    async with Viewer(context, "zhou", orders="state=dispatched&category=供暖") as viewer:
        first = (await viewer.snapshot())["parts"]
        assert set(first) == {"o-list"}
        assert "没有符合条件的工单" in first["o-list"]
        made = await order(context.database)
        feed_of(context).touch()
        assert made.number in (await viewer.snapshot())["parts"]["o-list"]


async def apply_verb_now(context, number, verb):
    async with context.database.transaction() as session:
        now = context.clock.now()
        await apply_verb(session, number=number, verb=verb, actor="handler:sun", data={}, expected_version=None, now=now)
    feed_of(context).touch()


async def test_a_change_of_an_order_is_noticed_without_redis(context, monkeypatch):
    monkeypatch.setattr(live, "POLL_SECONDS", 0.05)
    feed = LiveFeed(context.database, "")
    async with feed.watching():
        seen = await settled(feed)
        await order(context.database)
        assert await changed(feed, seen)


async def test_a_handler_is_sent_nothing_about_conversations(context):
    await to_queue(context.database, await resident_says(context.database, "暖气不热"))
    async with Viewer(context, "sun") as viewer:
        assert await viewer.snapshot() == {"parts": {}, "waiting": [], "tasks": 0}


async def test_the_stream_ends_with_the_session(context):
    async with Viewer(context, "zhou") as viewer:
        await viewer.snapshot()
        async with context.database.transaction() as session:
            await auth.sign_out(session, token=viewer.token)
        feed_of(context).touch()
        with pytest.raises(StopAsyncIteration):
            await viewer.snapshot()
        with pytest.raises(Unauthorised):
            async with context.database.reading() as session:
                await auth.principal_of(session, token=viewer.token, now=START)


async def test_a_browser_that_is_gone_ends_the_stream(context):
    async with Viewer(context, "zhou") as viewer:
        await viewer.snapshot()
        viewer.gone = True
        feed_of(context).touch()
        with pytest.raises(StopAsyncIteration):
            await viewer.snapshot()


async def test_a_stream_without_a_session_is_refused_so_that_the_browser_stops(browser):
    async with browser() as client:
        assert (await client.get("/console/events", headers={"Accept": "text/event-stream"})).status_code == 401


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=30), "不到1分钟"),
        (timedelta(minutes=1), "1分钟"),
        (timedelta(minutes=-61), "1小时"),
        (timedelta(hours=47), "1天"),
        (timedelta(days=3), "3天"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(length, words):
    assert span(length) == words


def test_times_are_local():
    assert local_time(START) == "11月23日(周一) 09:00"
    assert local_time(None) == ""
    assert short_time(START, START + timedelta(hours=5)) == "09:00"
    assert short_time(START, START + timedelta(days=1)) == "11月23日 09:00"


def test_a_resident_without_a_phone_is_told_apart_by_the_end_of_the_platforms_id():
    row = SimpleNamespace(phone="", channel="wechat_oa", channel_user_id="oABCdef1234567890abcdefghij")
    assert resident_label(row) == "公众号用户 …ghij"


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("delivered", "", "已送达"),
        ("failed", "45015 超过48小时", "发送失败:45015 超过48小时"),
        ("failed", "", "发送失败:平台没有说明原因"),
        ("unknown", "timeout", "可能没送到,先问问居民,别急着重发"),
        ("suppressed", "note", "内部备注,居民看不到"),
        ("suppressed", "stale epoch", "机器人答晚了,没有发给居民"),
        ("suppressed", "退订", "没有发给居民:退订"),
    ],
)
def test_the_status_of_a_message_is_told_in_words(status, reason, words):
    assert status_text(status, reason) == words


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        ("handler:sun", "老孙(经办人)"),
        ("dispatcher:gone", "gone(派单员)"),
        ("system", "系统"),
        ("resident", "居民"),
        ("resident:oABC", "居民"),
    ],
)
def test_an_actor_is_a_person_with_a_role(actor, name):
    assert actor_name(actor, {"sun": "老孙"}) == name


def test_the_card_of_no_form_is_empty_and_of_an_empty_form_has_every_field():
    assert card_fields({}) == []
    fields = card_fields({"missing": ["category"], "address": None, "occurred_at": None})
    assert [value for _, value in fields] == [""] * len(fields)
