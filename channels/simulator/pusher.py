"""What the platforms do with a resident's message: push it to Youshi, signed and encrypted, up to three times."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import aiohttp
import structlog

from backend.contracts.messages import Channel
from channels.simulator.world import CLICK_GRANT, ENTER_GRANT, MESSAGE_GRANT, Phone, World
from channels.sms.providers import SIMULATOR_SENDER
from channels.wechat.accounts import WechatAccount
from channels.wechat.crypto import sign

log = structlog.get_logger()

TRIES = 3
PATIENCE_S = 5
ACCOUNT_OF_CHANNEL = {Channel.WECHAT_OA: "oa", Channel.WECHAT_MP: "mp"}
GRANT_OF_EVENT = {"SCAN": CLICK_GRANT, "subscribe": CLICK_GRANT, "CLICK": CLICK_GRANT, "user_enter_tempsession": ENTER_GRANT}


class NotTaken(Exception):
    """Youshi did not acknowledge the push after all tries."""


@dataclass
class Pusher:
    """Pushes to the web program at `base_url`; `sms_token` is the secret part of the SMS address."""

    world: World
    http: aiohttp.ClientSession
    accounts: Mapping[str, WechatAccount]
    base_url: str
    sms_token: str
    _ids: itertools.count[int] | None = None

    def __post_init__(self) -> None:
        # message ids are unique over restarts: they begin with the time
        self._ids = itertools.count(time.time_ns() // 1000)

    async def text(self, phone: Phone, text: str, *, menu_id: str = "", times: int = 1) -> None:
        """The resident writes a text, or taps an entry of a menu; delivered `times` times at once. Raises NotTaken."""
        self.world.show(phone, text, mine=True)
        if phone.channel is Channel.SMS:
            await self._push_sms(phone, text, times)
            return
        # a tap on a menu counts as a click: it does not open the long window
        self.world.open_window(phone, CLICK_GRANT if menu_id else MESSAGE_GRANT)
        menu = {"bizmsgmenuid": menu_id} if menu_id else {}
        fields = {"MsgType": "text", "Content": text, "MsgId": self._next_id(), **menu}
        await asyncio.gather(*(self._push_wechat(phone, fields) for _ in range(times)))

    async def media(self, phone: Phone, kind: str, recognition: str = "") -> None:
        """A photo, a video or a voice message. Raises NotTaken."""
        self.world.show(phone, {"image": "[照片]", "voice": "[语音]", "video": "[视频]"}[kind] + recognition, mine=True)
        self.world.open_window(phone, MESSAGE_GRANT)
        media_id = secrets.token_urlsafe(32)
        self.world.media[media_id] = kind
        extra = {
            "image": {"PicUrl": f"{self.base_url}/simulator/photo/{media_id}"},
            "voice": {"Format": "amr", "Recognition": recognition},
            "video": {"ThumbMediaId": secrets.token_urlsafe(32)},
        }
        await self._push_wechat(phone, {"MsgType": kind, "MediaId": media_id, "MsgId": self._next_id(), **extra[kind]})

    async def link(self, phone: Phone, title: str, url: str) -> None:
        """A shared page. Raises NotTaken."""
        await self._other(phone, "[链接] " + title, {"MsgType": "link", "Title": title, "Description": "", "Url": url})

    async def file(self, phone: Phone, title: str) -> None:
        """A file, which the platform names and nothing more. Raises NotTaken."""
        await self._other(phone, "[文件] " + title, {"MsgType": "file", "Title": title})

    async def _other(self, phone: Phone, shown: str, fields: Mapping[str, Any]) -> None:
        self.world.show(phone, shown, mine=True)
        self.world.open_window(phone, MESSAGE_GRANT)
        await self._push_wechat(phone, {**fields, "MsgId": self._next_id()})

    async def location(self, phone: Phone, lat: float, lon: float, label: str) -> None:
        """A shared position (GCJ-02). Raises NotTaken."""
        self.world.show(phone, f"[位置] {label}", mine=True)
        self.world.open_window(phone, MESSAGE_GRANT)
        place = {"Location_X": lat, "Location_Y": lon, "Scale": 16, "Label": label}
        await self._push_wechat(phone, {"MsgType": "location", "MsgId": self._next_id(), **place})

    async def event(self, phone: Phone, name: str, key: str = "") -> None:
        """A follow, a scan of a grid code, a menu click, an entry of the mini-program chat. Raises NotTaken."""
        if name in GRANT_OF_EVENT:
            self.world.open_window(phone, GRANT_OF_EVENT[name])
        field = "SessionFrom" if name == "user_enter_tempsession" else "EventKey"
        await self._push_wechat(phone, {"MsgType": "event", "Event": name, field: key})

    async def consent(self, phone: Phone, template_kind: str, accepted: bool) -> None:
        """The resident answers the question whether we may send a notice. Raises NotTaken."""
        account = self.accounts[ACCOUNT_OF_CHANNEL[phone.channel]]
        template = account.template_of_kind(template_kind)
        if template is None:
            raise ValueError(f"the account has no template {template_kind!r}")
        phone.consents[template_kind] += int(accepted)
        self.world.touch()
        status = "accept" if accepted else "reject"
        answer = f"<TemplateId>{template.id}</TemplateId><SubscribeStatusString>{status}</SubscribeStatusString>"
        raw = f"<SubscribeMsgPopupEvent><List>{answer}<PopupScene>0</PopupScene></List></SubscribeMsgPopupEvent>"
        await self._push_wechat(phone, {"MsgType": "event", "Event": "subscribe_msg_popup_event"}, raw)

    async def _push_sms(self, phone: Phone, text: str, times: int) -> None:
        # Kannel's get-url: %t is UTC
        at = self.world.clock.now().strftime("%Y-%m-%d %H:%M:%S")
        message = {"from": phone.user_id, "to": SIMULATOR_SENDER, "ts": at, "text": text, "charset": "UTF-8", "coding": "2"}
        url = f"{self.base_url}/sms/{self.sms_token}/kannel/mo"
        query = {**message, "id": secrets.token_hex(8)}
        await asyncio.gather(*(self._until_taken("GET", url, params=query) for _ in range(times)))

    async def _push_wechat(self, phone: Phone, fields: Mapping[str, Any], raw: str = "") -> None:
        account = self.accounts[ACCOUNT_OF_CHANNEL[phone.channel]]
        head = {"ToUserName": f"gh_{account.name}", "FromUserName": phone.user_id}
        everything = {**head, "CreateTime": int(self.world.clock.now().timestamp()), **fields}
        message = (
            "<xml>" + "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in everything.items()) + raw + "</xml>"
        )
        await self._until_taken("POST", f"{self.base_url}/wechat/{account.name}", **_seal(account, message, self.world))

    async def _until_taken(self, method: str, url: str, **request: Any) -> None:
        """As the platforms do: 5 seconds each, three tries."""
        for _ in range(TRIES):
            try:
                patience = aiohttp.ClientTimeout(total=PATIENCE_S)
                async with self.http.request(method, url, timeout=patience, **request) as answer:
                    if answer.status == 200:
                        return
                    log.warning("push_refused", status=answer.status)
            except (aiohttp.ClientError, TimeoutError) as error:
                log.warning("push_failed", error=type(error).__name__)
        raise NotTaken(url.partition("?")[0])

    def _next_id(self) -> int:
        assert self._ids is not None  # noqa: S101 - set in __post_init__
        return next(self._ids)


def _seal(account: WechatAccount, message: str, world: World) -> dict[str, Any]:
    """Query and body of a push in safe mode."""
    assert account.crypto is not None  # noqa: S101 - demo accounts have a key
    timestamp, nonce = str(int(world.clock.now().timestamp())), str(secrets.randbelow(10**9))
    encrypted, signature = account.crypto.seal(message.encode(), timestamp=timestamp, nonce=nonce)
    query = {
        "signature": sign(account.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": signature,
    }
    body = f"<xml><ToUserName>gh_{account.name}</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"
    return {"params": query, "data": body.encode(), "headers": {"Content-Type": "text/xml"}}
