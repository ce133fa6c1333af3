from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from backend.contracts.messages import Channel, Choice, OutboundMessage, Route, SendOutcome
from channels.wechat import http as http_module
from channels.wechat.client import WechatClient, is_scene
from channels.wechat.http import AnswerLost, ApiDown, ApiRefused, WechatHttp
from channels.wechat.media import MediaStore
from channels.wechat.sender import WechatSender
from channels.wechat.tokens import TokenBroker
from tests.clocks import HandClock
from tests.integration.wechat.platform import Platform
from tests.unit.wechat.pushes import OPENID, account

CUSTOM, MEDIA, CODE = "/cgi-bin/message/custom/send", "/cgi-bin/media/get", "/wxa/getwxacodeunlimit"
MESSAGE = OutboundMessage("m1", Channel.WECHAT_OA, "oa", OPENID, Route.SESSION, "您好")
PICTURE = b"\xff\xd8\xff\xe0 a small picture"


@pytest.fixture
def short_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "TIMEOUT", aiohttp.ClientTimeout(total=0.3, connect=0.2, sock_connect=0.2))


async def test_a_text_is_sent_as_readable_utf8(platform: Platform, client: WechatClient) -> None:
    await client.send_text(OPENID, "屋里暖气😀")
    [call] = platform.calls_of(CUSTOM)
    assert call.json == {"touser": OPENID, "msgtype": "text", "text": {"content": "屋里暖气😀"}}
    assert "屋里暖气😀".encode() in call.body
    assert call.query == {"access_token": "token-1"}


async def test_a_menu_is_sent_in_the_platforms_shape(platform: Platform, client: WechatClient) -> None:
    await client.send_menu(OPENID, "满意吗?", [Choice("101", "满意"), Choice("102", "不满意")])
    assert platform.calls_of(CUSTOM)[0].json == {
        "touser": OPENID,
        "msgtype": "msgmenu",
        "msgmenu": {
            "head_content": "满意吗?",
            "list": [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}],
            "tail_content": "",
        },
    }


@pytest.mark.parametrize(
    ("name", "path"), [("oa", "/cgi-bin/message/subscribe/bizsend"), ("mp", "/cgi-bin/message/subscribe/send")]
)
async def test_subscribe_messages_go_to_the_accounts_own_call(
    platform: Platform, http: WechatHttp, clock: HandClock, name: str, path: str
) -> None:
    who = account(name)
    platform.answers[path] = [{"errcode": 0, "errmsg": "ok", "msgid": 1864323726461255680}, {"errcode": 0}]
    client = WechatClient(who, http, TokenBroker(who, http, clock))
    data = {"thing1": {"value": "暖气"}}
    assert await client.send_subscribe(OPENID, "TPL-1", data, page="pages/order") == "1864323726461255680"
    assert await client.send_subscribe(OPENID, "TPL-1", data) == ""
    first, second = (call.json for call in platform.calls_of(path))
    assert first == {"touser": OPENID, "template_id": "TPL-1", "data": data, "page": "pages/order"}
    assert "page" not in second


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_rejected_token_is_renewed_once_and_the_message_sent_once_more(
    platform: Platform, client: WechatClient, code: int
) -> None:
    platform.answers[CUSTOM] = [{"errcode": code, "errmsg": "invalid credential"}]
    await client.send_text(OPENID, "您好")
    assert [call.query["access_token"] for call in platform.calls_of(CUSTOM)] == ["token-1", "token-2"]
    assert len(platform.token_calls) == 2


async def test_a_token_that_is_rejected_for_ever_ends_after_one_renewal(platform: Platform, client: WechatClient) -> None:
    platform.accepts_tokens = False
    result = await WechatSender(client).send(MESSAGE)
    assert (result.outcome, result.code) == (SendOutcome.RETRY_LATER, "40001")
    assert len(platform.calls_of(CUSTOM)) == 2
    assert [call.json["force_refresh"] for call in platform.token_calls] == [False, True]


async def test_a_permanently_rejected_token_is_not_forced_again_and_again(platform: Platform, client: WechatClient) -> None:
    platform.accepts_tokens = False
    for _ in range(10):
        await WechatSender(client).send(MESSAGE)
    assert sum(call.json["force_refresh"] for call in platform.token_calls) == 1
    assert len(platform.calls_of(CUSTOM)) == 20


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"errcode": 0, "errmsg": "ok"}, SendOutcome.ACCEPTED),
        ({"errmsg": "ok"}, SendOutcome.ACCEPTED),
        ({"errcode": 45015, "errmsg": "response out of time limit"}, SendOutcome.WINDOW_CLOSED),
        ({"errcode": 45047, "errmsg": "out of response count limit"}, SendOutcome.QUOTA_USED),
        ({"errcode": -1, "errmsg": "system error"}, SendOutcome.RETRY_LATER),
        ({"errcode": "45015"}, SendOutcome.UNKNOWN),
        ({"errcode": True}, SendOutcome.UNKNOWN),
        (b"", SendOutcome.UNKNOWN),
        (b"<html>gateway</html>", SendOutcome.UNKNOWN),
        (b"[]", SendOutcome.UNKNOWN),
        (b'{"errcode":', SendOutcome.UNKNOWN),
        (b"x" * (1024 * 1024 + 1), SendOutcome.UNKNOWN),
        (web.Response(status=502), SendOutcome.UNKNOWN),
        (web.Response(status=500, text='{"errcode":0}'), SendOutcome.UNKNOWN),
        (web.Response(status=302, headers={"Location": "/elsewhere"}), SendOutcome.UNKNOWN),
        (web.Response(status=503), SendOutcome.RETRY_LATER),
        (web.Response(status=429), SendOutcome.RETRY_LATER),
        ("hang up", SendOutcome.UNKNOWN),
    ],
)
async def test_every_answer_has_one_outcome_and_one_call(
    platform: Platform, client: WechatClient, answer: Any, outcome: SendOutcome
) -> None:
    platform.answers[CUSTOM] = [answer]
    assert (await WechatSender(client).send(MESSAGE)).outcome is outcome
    assert len(platform.calls_of(CUSTOM)) == 1


@pytest.mark.usefixtures("short_timeout")
async def test_an_answer_that_does_not_come_leaves_it_unknown(platform: Platform, client: WechatClient) -> None:
    platform.answers[CUSTOM] = ["hang"]
    assert (await WechatSender(client).send(MESSAGE)).outcome is SendOutcome.UNKNOWN
    assert len(platform.calls_of(CUSTOM)) == 1


@pytest.mark.parametrize("base", ["http://127.0.0.1:1", "http://no-such-host.invalid", "not an address"])
async def test_where_nothing_can_be_reached_trying_later_is_safe(clock: HandClock, base: str) -> None:
    who = account()
    async with aiohttp.ClientSession() as session:
        http = WechatHttp(session, base)
        result = await WechatSender(WechatClient(who, http, TokenBroker(who, http, clock))).send(MESSAGE)
    assert result.outcome is SendOutcome.RETRY_LATER


async def test_a_login_code_becomes_an_openid_without_a_token(platform: Platform, client: WechatClient) -> None:
    platform.answers["/sns/jscode2session"] = [{"openid": OPENID, "session_key": "hidden-key", "unionid": "u1"}]
    login = await client.login("code-1")
    assert (login.openid, login.session_key, login.unionid) == (OPENID, "hidden-key", "u1")
    assert "hidden-key" not in repr(login)
    assert platform.token_calls == []
    assert platform.calls[0].query["js_code"] == "code-1"


async def test_a_used_login_code_is_a_refusal(platform: Platform, client: WechatClient) -> None:
    platform.answers["/sns/jscode2session"] = [{"errcode": 40163, "errmsg": "code been used"}, {"session_key": "k"}]
    with pytest.raises(ApiRefused):
        await client.login("code-1")
    with pytest.raises(ApiDown, match="openid"):
        await client.login("code-2")


async def test_the_phone_button_gives_the_number(platform: Platform, client: WechatClient) -> None:
    path = "/wxa/business/getuserphonenumber"
    platform.answers[path] = [
        {"errcode": 0, "phone_info": {"phoneNumber": "+8617000001234", "purePhoneNumber": "17000001234", "countryCode": "86"}},
        {"errcode": 0, "phone_info": "?"},
    ]
    assert await client.phone_number("code-1") == "17000001234"
    assert platform.calls_of(path)[0].json == {"code": "code-1"}
    with pytest.raises(ApiDown, match="number"):
        await client.phone_number("code-2")


async def test_a_grid_code_is_a_picture(platform: Platform, client: WechatClient) -> None:
    platform.answers[CODE] = [PICTURE]
    assert await client.grid_code("g=K3a", page="pages/report") == PICTURE
    assert platform.calls_of(CODE)[0].json == {"scene": "g=K3a", "width": 430, "check_path": False, "page": "pages/report"}


async def test_a_refused_grid_code_is_not_taken_for_a_picture(platform: Platform, client: WechatClient) -> None:
    platform.answers[CODE] = [{"errcode": 41030, "errmsg": "invalid page"}, {"errcode": 0}]
    with pytest.raises(ApiRefused):
        await client.grid_code("g=K3a")
    with pytest.raises(ApiDown, match="picture"):
        await client.grid_code("g=K3a")


@pytest.mark.parametrize("scene", ["", "网格一", "a%20b", "x" * 33, "a b", "g=K3a\n", '"'])
async def test_a_scene_that_no_code_can_carry_is_refused_before_any_call(
    platform: Platform, client: WechatClient, scene: str
) -> None:
    assert not is_scene(scene)
    with pytest.raises(ValueError, match="scene"):
        await client.grid_code(scene)
    assert platform.calls == []


@pytest.mark.parametrize("scene", ["g=K3a", "x" * 32, "!#$&'()*+,/:;=?@-._~"])
def test_scenes_that_codes_can_carry(scene: str) -> None:
    assert is_scene(scene)


async def test_a_photo_is_kept_once_under_the_hash_of_its_contents(
    platform: Platform, client: WechatClient, tmp_path: Path
) -> None:
    platform.answers[MEDIA] = [web.Response(body=PICTURE, content_type="image/jpeg") for _ in range(2)]
    store = MediaStore(tmp_path)
    first, second = await store.fetch(client, "media-1"), await store.fetch(client, "media-2")
    digest = hashlib.sha256(PICTURE).hexdigest()
    assert first == second
    assert (first.path, first.content_type, first.size) == (f"media/{digest[:2]}/{digest}.jpg", "image/jpeg", len(PICTURE))
    assert (tmp_path / first.path).read_bytes() == PICTURE
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    assert platform.calls_of(MEDIA)[0].query == {"media_id": "media-1", "access_token": "token-1"}


async def test_a_file_of_an_unknown_type_gets_no_telling_suffix(platform: Platform, client: WechatClient, tmp_path: Path) -> None:
    platform.answers[MEDIA] = [web.Response(body=b"<script>", content_type="text/html")]
    assert (await MediaStore(tmp_path).fetch(client, "media-1")).path.endswith(".bin")


async def test_media_that_are_gone_are_a_refusal_and_nothing_is_kept(
    platform: Platform, client: WechatClient, tmp_path: Path
) -> None:
    platform.answers[MEDIA] = [{"errcode": 40007, "errmsg": "invalid media_id"}]
    with pytest.raises(ApiRefused):
        await MediaStore(tmp_path).fetch(client, "media-1")
    assert list(tmp_path.iterdir()) == []


async def test_media_larger_than_allowed_are_not_read_to_the_end(platform: Platform, client: WechatClient) -> None:
    platform.answers[MEDIA] = [web.Response(body=b"\xff" * 300_000, content_type="image/jpeg")]
    with pytest.raises(AnswerLost, match="larger than 1000 bytes"):
        await client.media("media-1", 1000)


async def test_a_video_is_fetched_from_where_the_platform_says_without_the_token(
    platform: Platform, client: WechatClient
) -> None:
    platform.answers[MEDIA] = [{"video_url": platform.base + "/video/1"}]
    platform.answers["/video/1"] = [web.Response(body=b"film", content_type="video/mp4")]
    answer = await client.media("media-1", 1000)
    assert (answer.body, answer.content_type) == (b"film", "video/mp4")
    assert platform.calls_of("/video/1")[0].query == {}


@pytest.mark.parametrize("url", ["", "file:///etc/hostname", "ftp://x.example/1"])
async def test_a_video_anywhere_but_on_the_web_is_refused(platform: Platform, client: WechatClient, url: str) -> None:
    platform.answers[MEDIA] = [{"video_url": url}]
    with pytest.raises(ApiRefused):
        await client.media("media-1", 1000)


async def test_media_are_fetched_again_with_a_new_token_when_the_old_one_is_rejected(
    platform: Platform, client: WechatClient
) -> None:
    platform.answers[MEDIA] = [
        {"errcode": 42001, "errmsg": "access_token expired"},
        web.Response(body=PICTURE, content_type="image/jpeg"),
    ]
    assert (await client.media("media-1", 1000)).body == PICTURE
    assert [call.query["access_token"] for call in platform.calls_of(MEDIA)] == ["token-1", "token-2"]
