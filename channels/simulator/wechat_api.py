"""The part of WeChat's API that Youshi calls, for the simulated phones: the same paths, shapes and errcodes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from backend.contracts.messages import Channel
from channels.simulator import pictures
from channels.simulator.world import Phone, World
from channels.wechat.accounts import WechatAccount

MAX_TEXT_BYTES = 2048
LONG_TERM = 10**6  # a consent that does not wear off
Answer = dict[str, Any]
_MEDIA = {"image": (pictures.photo, "image/png"), "voice": (pictures.voice, "audio/amr")}


def wechat_api_router(world: World, accounts: Mapping[str, WechatAccount]) -> APIRouter:
    """Routes below `/simulator/wechat`, which is the value of `YOUSHI_WECHAT_API_BASE` in a demo."""
    api = _WechatApi(world, {account.appid: account for account in accounts.values()})
    router = APIRouter(prefix="/simulator/wechat", include_in_schema=False)
    router.add_api_route("/cgi-bin/stable_token", api.stable_token, methods=["POST"])
    router.add_api_route("/cgi-bin/message/custom/send", api.custom_send, methods=["POST"])
    router.add_api_route("/cgi-bin/message/subscribe/send", api.subscribe_send, methods=["POST"])
    router.add_api_route("/cgi-bin/message/subscribe/bizsend", api.subscribe_send, methods=["POST"])
    router.add_api_route("/cgi-bin/media/get", api.media, methods=["GET"])
    router.add_api_route("/sns/jscode2session", api.code_to_session, methods=["GET"])
    return router


class _WechatApi:
    def __init__(self, world: World, accounts: Mapping[str, WechatAccount]) -> None:
        self._world = world
        self._accounts = accounts

    async def stable_token(self, request: Request) -> Answer:
        """The same token until `force_refresh` asks for another one."""
        body = await request.json()
        account = self._accounts.get(str(body.get("appid")))
        if account is None or body.get("secret") != account.secret:
            return _refusal(40125 if account else 40013, "invalid appid or secret")
        if body.get("force_refresh") or account.appid not in self._world.tokens:
            self._world.tokens[account.appid] = secrets.token_urlsafe(60)
        return {"access_token": self._world.tokens[account.appid], "expires_in": 7200}

    async def custom_send(self, request: Request, response: Response) -> Answer:
        """A customer-service message: text or a message menu."""
        account, refusal = await self._admit(request, response)
        if account is None:
            return refusal
        body = await request.json()
        text, choices = _read_content(body)
        if len(text.encode()) > MAX_TEXT_BYTES:
            return _refusal(45002, "content size out of limit")
        phone = self._find(account, body)
        if phone is None:
            return _refusal(40003, "invalid openid")
        code = self._world.use_window(phone)
        if code:
            return _refusal(code, "response out of time limit" if code == 45015 else "out of response count limit")
        self._world.show(phone, text, mine=False, choices=choices)
        return _refusal(0, "ok")

    async def subscribe_send(self, request: Request, response: Response) -> Answer:
        """A subscribe message: uses up one consent."""
        account, refusal = await self._admit(request, response)
        if account is None:
            return refusal
        body = await request.json()
        template = account.template_of_id(str(body.get("template_id")))
        phone = self._find(account, body)
        if template is None or phone is None:
            return _refusal(40037 if template is None else 40003, "invalid template_id or openid")
        if phone.consents[template.kind] <= 0:
            return _refusal(43101, "user refuse to accept the msg")
        if phone.consents[template.kind] < LONG_TERM:
            phone.consents[template.kind] -= 1
        values = [str(item.get("value", "")) for item in body.get("data", {}).values()]
        self._world.show(phone, " · ".join(values), mine=False, note="服务通知")
        return _refusal(0, "ok")

    async def media(self, request: Request, response: Response, media_id: str = "") -> Any:
        """The photo or voice that a simulated phone sent."""
        account, refusal = await self._admit(request, response)
        if account is None:
            return refusal
        make = _MEDIA.get(self._world.media.get(media_id, ""))
        if make is None:
            return _refusal(40007, "invalid media_id")
        content, content_type = make
        return Response(content(media_id), media_type=content_type)

    async def code_to_session(self, js_code: str, appid: str, secret: str) -> Answer:
        """The code of a simulated mini-program is the phone's openid."""
        account = self._accounts.get(appid)
        if account is None or account.secret != secret:
            return _refusal(40013, "invalid appid")
        phone = self._world.phones.get(f"{Channel.WECHAT_MP.value}:{js_code}")
        return {"openid": phone.user_id, "session_key": secrets.token_hex(12)} if phone else _refusal(40029, "invalid code")

    async def _admit(self, request: Request, response: Response) -> tuple[WechatAccount | None, Answer]:
        """Whose token it is, unless a failure is switched on."""
        switches = self._world.switches
        if switches.slow_seconds:
            await asyncio.sleep(switches.slow_seconds)
        if switches.wechat_down:
            response.status_code = 502
            return None, {}
        if switches.wechat_errcode:
            return None, _refusal(switches.wechat_errcode, "switched on in the simulator")
        token = request.query_params.get("access_token", "")
        appid = next((appid for appid, known in self._world.tokens.items() if known == token), "")
        return self._accounts.get(appid), _refusal(40001, "invalid credential, access_token is invalid or not latest")

    def _find(self, account: WechatAccount, body: Mapping[str, Any]) -> Phone | None:
        return self._world.phones.get(f"{account.channel.value}:{body.get('touser')}")


def _read_content(body: Mapping[str, Any]) -> tuple[str, list[dict[str, str]]]:
    if body.get("msgtype") == "msgmenu":
        menu = body["msgmenu"]
        choices = [{"id": str(entry["id"]), "label": str(entry["content"])} for entry in menu["list"]]
        return "\n".join(part for part in (menu.get("head_content"), menu.get("tail_content")) if part), choices
    return str(body.get("text", {}).get("content", "")), []


def _refusal(code: int, text: str) -> Answer:
    return {"errcode": code, "errmsg": text}
