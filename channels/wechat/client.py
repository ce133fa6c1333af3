"""The calls of the WeChat API that Youshi makes. Each raises ApiRefused (errcode), ApiDown (not carried out) or AnswerLost."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from backend.contracts.messages import Choice
from channels.wechat.accounts import WechatAccount
from channels.wechat.errors import TOKEN_CODES
from channels.wechat.http import ANSWER_LIMIT, Answer, AnswerLost, ApiDown, ApiRefused, WechatHttp
from channels.wechat.tokens import TokenBroker

# getwxacodeunlimit: 1 to 32 digits, letters and these signs; no percent sign, no Chinese
_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")

_SUBSCRIBE_PATHS = {"oa": "/cgi-bin/message/subscribe/bizsend", "mp": "/cgi-bin/message/subscribe/send"}

_log = structlog.get_logger()


@dataclass(frozen=True)
class Login:
    """Who a mini-program user is. `session_key` never leaves the server."""

    openid: str
    session_key: str = field(repr=False)
    unionid: str = ""


def is_scene(scene: str) -> bool:
    """Tell whether a mini-program code can carry this scene."""
    return _SCENE.fullmatch(scene) is not None


class WechatClient:
    """One account's calls."""

    def __init__(self, account: WechatAccount, http: WechatHttp, tokens: TokenBroker) -> None:
        self.account = account
        self._http = http
        self._tokens = tokens

    async def send_text(self, openid: str, text: str) -> str:
        """Send a customer-service text (at most 2048 bytes); return the platform's id, mostly ""."""
        return await self._custom({"touser": openid, "msgtype": "text", "text": {"content": text}})

    async def send_menu(self, openid: str, head: str, choices: Sequence[Choice]) -> str:
        """Send a message menu (official account only); the click comes back as a text with `bizmsgmenuid`."""
        entries = [{"id": choice.id, "content": choice.label} for choice in choices]
        menu = {"head_content": head, "list": entries, "tail_content": ""}
        return await self._custom({"touser": openid, "msgtype": "msgmenu", "msgmenu": menu})

    async def _custom(self, body: Mapping[str, Any]) -> str:
        return _message_id(await self._post_json("/cgi-bin/message/custom/send", body))

    async def send_subscribe(self, openid: str, template_id: str, data: Mapping[str, Any], page: str = "") -> str:
        """Send a subscribe message; return the platform's id, under which the result event will come."""
        body: dict[str, Any] = {"touser": openid, "template_id": template_id, "data": data}
        if page:
            body["page"] = page
        return _message_id(await self._post_json(_SUBSCRIBE_PATHS[self.account.name], body))

    async def login(self, code: str) -> Login:
        """Return who the `wx.login` code belongs to (single use, no access token needed)."""
        query = {
            "appid": self.account.appid,
            "secret": self.account.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        fields = (await self._http.get("/sns/jscode2session", query)).json()
        openid = str(fields.get("openid", ""))
        if not openid:
            raise ApiDown("login: an answer without openid")
        return Login(openid, str(fields.get("session_key", "")), str(fields.get("unionid", "")))

    async def phone_number(self, code: str) -> str:
        """Return the phone number behind the code of the phone button (single use, good for five minutes)."""
        fields = await self._post_json("/wxa/business/getuserphonenumber", {"code": code})
        info = fields.get("phone_info")
        number = str(info.get("purePhoneNumber", "")) if isinstance(info, dict) else ""
        if not number:
            raise ApiDown("phone: an answer without a number")
        return number

    async def grid_code(self, scene: str, *, page: str = "", width: int = 430, check_path: bool = False) -> bytes:
        """Return the picture of a mini-program code, permanent and unlimited. Raises ValueError for a scene it cannot carry.

        `check_path` needs the page to be published. `width` in pixels, 280 to 1280.
        """
        if not is_scene(scene):
            raise ValueError(f"{scene!r} cannot be a scene: 1 to 32 digits, letters or !#$&'()*+,/:;=?@-._~")
        body: dict[str, Any] = {"scene": scene, "width": width, "check_path": check_path}
        if page:
            body["page"] = page
        answer = await self._call(lambda token: self._http.post("/wxa/getwxacodeunlimit", body, {"access_token": token}))
        if _is_json(answer):
            answer.json()
            raise ApiDown("code: an answer without a picture")
        return answer.body

    async def media(self, media_id: str, limit: int) -> Answer:
        """Return a photo, voice or video that a resident sent (kept by the platform for three days), at most `limit` bytes."""
        query = {"media_id": media_id}
        answer = await self._call(
            lambda token: self._http.get("/cgi-bin/media/get", query | {"access_token": token}, limit=limit)
        )
        if not _is_json(answer):
            return answer
        url = str(answer.json().get("video_url", ""))
        if not url.startswith(("https://", "http://")):
            raise ApiRefused(40007, "no media in the answer")
        return await self._http.get_url(url, limit)

    async def _post_json(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = await self._call(lambda token: self._http.post(path, body, {"access_token": token}))
        return answer.json()

    async def _call(self, request: Callable[[str], Awaitable[Answer]]) -> Answer:
        """Make a call with the access token; when the platform rejects the token, renew it and try once more, only once."""
        token = await self._tokens.token()
        answer = await request(token)
        if (code := _errcode(answer)) not in TOKEN_CODES:
            return answer
        _log.warning("wechat_token_rejected", account=self.account.name, code=code)
        return await request(await self._tokens.renew(token))


def _is_json(answer: Answer) -> bool:
    return len(answer.body) <= ANSWER_LIMIT and answer.body.lstrip()[:1] == b"{"


def _errcode(answer: Answer) -> int:
    """Return the errcode of an answer; 0 where it has none (pictures, broken answers: their reader finds out)."""
    if not _is_json(answer):
        return 0
    try:
        answer.json()
    except ApiRefused as refusal:
        return refusal.code
    except AnswerLost:
        return 0
    return 0


def _message_id(fields: Mapping[str, Any]) -> str:
    return str(fields.get("msgid") or "")
