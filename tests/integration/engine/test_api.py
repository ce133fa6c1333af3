"""Conversations over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from backend.api import conversations, drafts, problems
from backend.api.dependencies import AppContext
from backend.contracts.messages import Channel, SendOutcome, SendResult
from backend.services import auth
from backend.services.directory import seed_directory
from backend.services.intake import accept_work_order
from backend.settings import Settings
from backend.storage.tables.people import TokenRow, UserRow
from tests.integration.engine.world import PHONE, World
from tests.integration.orders.conftest import complaint

PEOPLE = {"li": "dispatcher", "wang": "supervisor", "zhao": "handler"}
SERVICE = "service-token-of-the-tests"
CONVERSATION_FIELDS = {"id", "channel", "channel_user_id", "owner", "assignee", "epoch", "opted_out", "draft"}
MESSAGE_FIELDS = {
    *("id", "direction", "author", "kind", "text", "attachments", "channel"),
    *("status", "status_reason", "created_at", "message_time"),
}


class Api:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def call(self, who: str, method: str, path: str, *, status: int = 200, **request: Any) -> Any:
        token = SERVICE if who == "service" else f"token-of-{who}"
        headers = {"Authorization": f"Bearer {token}"} if who else {}
        response = await self.client.request(method, f"/api/v1{path}", headers=headers, **request)
        assert response.status_code == status, response.text
        return response.json() if response.content else None


@pytest.fixture
async def api(world: World, tmp_path: Path) -> AsyncIterator[Api]:
    app = FastAPI()
    problems.install(app)
    app.include_router(conversations.router)
    app.include_router(drafts.router)
    app.state.context = AppContext(
        settings=Settings(home_dir=tmp_path, service_token=SecretStr(SERVICE)),
        database=world.db,
        clock=world.clock,
        assistant=world.assistant,
        extras={"wakeups": world.wakeups, "senders": world.senders},
    )
    async with world.writing() as session:
        for name, role in PEOPLE.items():
            now = world.clock.now()
            user = {"id": name, "username": name, "name": name, "role": role, "unit_id": None, "password_hash": ""}
            session.add(UserRow(**user, active=True, created_at=now))
            await session.flush()
            digest = auth._digest(f"token-of-{name}")
            session.add(TokenRow(digest=digest, user_id=name, expires_at=now + timedelta(days=9), created_at=now))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://youshi") as client:
        yield Api(client)


async def _file(world: World, conversation_id: str, **changes: Any) -> None:
    """An order that was made in this conversation."""
    async with world.writing() as session:
        await seed_directory(session, world.clock.now())
        order = complaint(conversation_id=conversation_id, **changes)
        await accept_work_order(session, request=order, idempotency_key="k", actor="resident", now=world.clock.now())


async def _one(world: World) -> str:
    await world.talk("暖气不热")
    return (await world.conversation()).id


async def test_a_conversation_and_its_messages_have_their_fields(api: Api, world: World) -> None:
    found = await _one(world)
    conversation = await api.call("li", "GET", f"/conversations/{found}")
    assert conversation.keys() >= CONVERSATION_FIELDS
    assert (conversation["owner"], conversation["epoch"], conversation["draft"]) == ("bot", 0, None)
    assert conversation["session"]["remaining"] == 4
    messages = (await api.call("li", "GET", f"/conversations/{found}/messages"))["items"]
    assert all(message.keys() >= MESSAGE_FIELDS for message in messages)
    assert [(m["direction"], m["author"], m["status"]) for m in messages] == [
        ("in", "resident", "stored"),
        ("out", "bot", "sent"),
    ]


async def test_lists_are_filtered_and_paged(api: Api, world: World) -> None:
    for number in range(5):
        world.clock.advance(minutes=1)
        await world.talk("你好", user=f"o-{number}")
    await world.talk("你好", channel=Channel.SMS, user=PHONE)
    seen, cursor = [], ""
    while cursor is not None:
        page = await api.call("li", "GET", "/conversations", params={"channel": "wechat_oa", "limit": 2, "cursor": cursor})
        seen += [item["channel_user_id"] for item in page["items"]]
        cursor = page["next"]
    assert seen == ["o-4", "o-3", "o-2", "o-1", "o-0"]
    page = await api.call("li", "GET", "/conversations", params={"channel_user_id": PHONE})
    assert [item["channel"] for item in page["items"]] == ["sms"]


async def test_messages_are_paged_in_order(api: Api, world: World) -> None:
    found = await _one(world)
    await world.talk("第二句")
    first = await api.call("li", "GET", f"/conversations/{found}/messages", params={"limit": 3})
    rest = await api.call("li", "GET", f"/conversations/{found}/messages", params={"cursor": first["next"]})
    assert [item["seq"] for item in [*first["items"], *rest["items"]]] == [1, 2, 3, 4]
    assert rest["next"] is None


async def test_taking_over_writing_and_giving_back(api: Api, world: World) -> None:
    found = await _one(world)
    taken = await api.call("li", "POST", f"/conversations/{found}/takeover")
    assert (taken["owner"], taken["assignee"], taken["epoch"]) == ("human", "li", 1)
    lost = await api.call("wang", "POST", f"/conversations/{found}/takeover", status=409)
    assert (lost["code"], lost["assignee"]) == ("conflict", "li")
    await api.call("wang", "POST", f"/conversations/{found}/messages", json={"text": "我也在"}, status=409)
    said = await api.call("li", "POST", f"/conversations/{found}/messages", json={"text": "我是小李"}, status=201)
    assert (said["author"], said["status"], said["user"]) == ("caseworker", "queued", "li")
    note = {"text": "情绪激动", "note": True}
    kept = await api.call("wang", "POST", f"/conversations/{found}/messages", json=note, status=201)
    assert (kept["status"], kept["status_reason"]) == ("suppressed", "note")
    back = await api.call("li", "POST", f"/conversations/{found}/handback")
    assert (back["owner"], back["assignee"], back["epoch"]) == ("bot", None, 2)
    await world.settle()
    assert world.wechat.texts[1:] == ["我是小李", "工作人员已处理完这边的事,我接着帮您。"]


async def test_the_queue_shows_the_most_urgent_first(api: Api, world: World) -> None:
    for user, priority in (("o-1", 0), ("o-2", 5), ("o-3", 0)):
        await world.talk("转人工", user=user)
        found = (await world.conversation(user)).id
        body = {"reason": "asked", "priority": priority}
        handed = await api.call("service", "POST", f"/conversations/{found}/handover", json=body)
        assert (handed["owner"], handed["queue_reason"]) == ("queue", "asked")
        world.clock.advance(minutes=1)
    page = await api.call("li", "GET", "/conversations", params={"queued": True})
    assert [item["channel_user_id"] for item in page["items"]] == ["o-2", "o-1", "o-3"]


async def test_a_colleagues_conversation_is_put_back_by_its_owner_or_by_who_leads(api: Api, world: World) -> None:
    found = await _one(world)
    await api.call("wang", "POST", f"/conversations/{found}/takeover")
    for who in ("li", "zhao"):
        refused = await api.call(who, "POST", f"/conversations/{found}/handover", json={"reason": "我来"}, status=409)
        assert refused["assignee"] == "wang"
    await api.call("wang", "POST", f"/conversations/{found}/handover", json={"reason": "下班了"})
    await api.call("li", "POST", f"/conversations/{found}/takeover")
    handed = await api.call("wang", "POST", f"/conversations/{found}/handover", json={"reason": "小李没在"})
    assert (handed["owner"], handed["queue_reason"]) == ("queue", "小李没在")


async def test_the_actions_end_a_dialogue(api: Api, world: World) -> None:
    found = await _one(world)
    await api.call("service", "POST", f"/conversations/{found}/dialogue-ended", status=204)
    assert (await world.conversation()).dialogue_ended


async def test_a_dead_letter_is_shown_and_resent_once(api: Api, world: World) -> None:
    world.wechat.script = [SendResult(SendOutcome.REJECTED, code="40003")]
    found = await _one(world)
    (dead,) = (await api.call("li", "GET", "/dead-letters"))["items"]
    assert (dead["conversation_id"], dead["status"], dead["status_reason"].partition(";")[0]) == (found, "failed", "40003")
    path = f"/conversations/{found}/messages/{dead['id']}/resend"
    await api.call("li", "POST", path, status=201)
    await api.call("li", "POST", path, status=409)
    assert (await api.call("li", "GET", "/dead-letters"))["items"] == []
    await world.settle()
    assert world.wechat.texts == ["听到:暖气不热"] * 2


async def test_a_call_back_is_done_once(api: Api, world: World) -> None:
    world.wechat.script = [SendResult(SendOutcome.UNKNOWN)]
    await _one(world)
    (task,) = (await api.call("li", "GET", "/call-backs"))["items"]
    done = await api.call("li", "POST", f"/call-backs/{task['id']}/done", json={"result": "打通了"})
    again = await api.call("wang", "POST", f"/call-backs/{task['id']}/done", json={"result": "我也打了"})
    assert (done["done_by"], again["done_by"], again["result"]) == ("li", "li", "打通了")
    assert (await api.call("li", "GET", "/call-backs"))["items"] == []
    assert len((await api.call("li", "GET", "/call-backs", params={"done": True}))["items"]) == 1


async def test_handlers_see_no_phones(api: Api, world: World) -> None:
    await world.talk("路灯不亮", channel=Channel.SMS, user=PHONE)
    found = (await world.conversation(PHONE)).id
    masked = await api.call("zhao", "GET", f"/conversations/{found}")
    assert (masked["phone"], masked["channel_user_id"]) == ("170****1234", "170****1234")
    assert (await api.call("li", "GET", f"/conversations/{found}"))["phone"] == PHONE


async def test_handlers_do_not_meet_those_who_reported_under_the_promise_of_secrecy(api: Api, world: World) -> None:
    await world.talk("楼上噪音", channel=Channel.SMS, user=PHONE)
    found = (await world.conversation(PHONE)).id
    await _file(world, found, confidential=True)
    calls = [("GET", ""), ("GET", "/messages"), ("POST", "/takeover"), ("POST", "/handback")]
    for method, what in calls:
        await api.call("zhao", method, f"/conversations/{found}{what}", status=404)
    await api.call("zhao", "POST", f"/conversations/{found}/messages", json={"text": "您好"}, status=404)
    assert (await api.call("zhao", "GET", "/conversations"))["items"] == []
    assert [item["id"] for item in (await api.call("li", "GET", "/conversations"))["items"]] == [found]
    assert (await api.call("li", "GET", f"/conversations/{found}"))["id"] == found


async def test_handlers_read_no_phones_in_what_was_said(api: Api, world: World) -> None:
    await world.talk("路灯不亮,电话17000009876", channel=Channel.SMS, user=PHONE)
    found = (await world.conversation(PHONE)).id
    for who, shown in (("zhao", "路灯不亮,电话170****9876"), ("li", "路灯不亮,电话17000009876")):
        said = (await api.call(who, "GET", f"/conversations/{found}/messages"))["items"]
        assert said[0]["text"] == shown


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        ("", "GET", "/conversations", 401),
        ("service", "POST", "/conversations/x/takeover", 403),
        ("service", "GET", "/dead-letters", 403),
        ("zhao", "GET", "/dead-letters", 403),
        ("zhao", "GET", "/call-backs", 403),
        ("li", "GET", "/conversations/x", 404),
        ("li", "GET", "/conversations/x/messages", 404),
        ("li", "POST", "/conversations/x/takeover", 404),
        ("li", "GET", "/conversations?cursor=nonsense", 422),
        ("li", "GET", "/conversations?owner=nobody", 422),
    ],
)
async def test_what_may_not_be_or_is_not_there_is_refused(api: Api, who: str, method: str, path: str, status: int) -> None:
    problem = await api.call(who, method, path, status=status)
    assert problem["code"]


async def test_a_text_that_does_not_fit_is_told_with_its_pieces_and_what_is_left(api: Api, world: World) -> None:
    world.wechat.longest = 10
    await world.talk("你好")
    found = (await world.conversation()).id
    await api.call("li", "POST", f"/conversations/{found}/takeover")
    text = {"text": "字" * 50}
    problem = await api.call("li", "POST", f"/conversations/{found}/messages", json=text, status=409)
    assert (problem["code"], problem["field"], problem["pieces"], problem["left"]) == ("session_quota", "text", 5, 4)
    await api.call("li", "POST", f"/conversations/{found}/messages", json={"text": "字" * 40}, status=201)


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"location": {}}, "location.lat"),
        ({"location": {"lat": 41.1}}, "location.lon"),
        ({"location": {"lat": 91, "lon": 123}}, "location.lat"),
        ({"location": {"lat": "x", "lon": 123}}, "location.lat"),
        ({"issues": [{}]}, "issues"),
        ({"guesses": [{"category": 5}]}, "guesses"),
        ({"facts": {"address": []}}, "facts"),
        ({"message_time": 0}, "message_time"),
    ],
)
async def test_a_message_for_the_draft_that_cannot_be_read_is_refused_with_its_field(
    api: Api, world: World, part: dict[str, Any], field: str
) -> None:
    await world.talk("你好")
    found = (await world.conversation()).id
    problem = await api.call("service", "PATCH", f"/conversations/{found}/draft", json={"message_id": "m1", **part}, status=422)
    assert problem["field"] == field
    assert (await world.conversation()).draft is None
