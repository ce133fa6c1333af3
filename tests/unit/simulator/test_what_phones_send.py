"""What a simulated WeChat phone sends is read as the thing it was, so that dialogues play what residents really do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from backend.contracts.messages import Channel, EventName, MessageKind
from channels.simulator.api import ACTS, Act
from channels.simulator.pusher import Pusher
from channels.simulator.world import Phone, World
from channels.wechat.messages import parse_push
from tests.clocks import HandClock
from tests.unit.wechat.pushes import account


class Post(Pusher):
    """Keeps what would be pushed."""

    sent: Mapping[str, Any]

    async def _push_wechat(self, phone: Phone, fields: Mapping[str, Any], raw: str = "") -> None:
        head = {"FromUserName": phone.user_id, "CreateTime": "1795348800"}
        self.sent = {**head, **{name: str(value) for name, value in fields.items()}}


async def _pushed(act: Act) -> Any:
    world = World(HandClock())
    post = Post(world, None, {}, "http://youshi.test", "token")  # type: ignore[arg-type]
    await ACTS[act.kind](post, world.add_phone(Channel.WECHAT_OA, "李阿姨"), act)
    (message,) = parse_push(post.sent, account("oa")).messages
    return message


@pytest.mark.parametrize(
    ("act", "kind", "text"),
    [
        (Act(kind="video"), MessageKind.VIDEO, ""),
        (Act(kind="voice"), MessageKind.VOICE, ""),
        (Act(kind="voice", text="屋里冷"), MessageKind.VOICE, "屋里冷"),
        (Act(kind="link", text="新闻", id="https://example.com/a"), MessageKind.TEXT, "新闻\nhttps://example.com/a"),
    ],
)
async def test_each_thing_arrives_as_what_it_is(act: Act, kind: MessageKind, text: str) -> None:
    message = await _pushed(act)
    assert (message.kind, message.text) == (kind, text)


async def test_a_file_and_a_tap_on_the_accounts_menu_arrive_as_events() -> None:
    file, tap = await _pushed(Act(kind="file", text="物业合同.pdf")), await _pushed(Act(kind="menu", text="status"))
    assert (file.event.name, file.event.data["msg_type"]) == (EventName.OTHER, "file")
    assert (tap.event.name, tap.event.key) == (EventName.MENU_CLICK, "status")
