"""A WeChat API on a real port, as far as these tests need it: tokens, a scripted answer per path, and a record of the calls."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from channels.wechat.accounts import WechatAccount

EVENING = datetime(2026, 11, 21, 13, 30, tzinfo=UTC)  # 21:30 in Shanghai


@dataclass(frozen=True)
class Call:
    path: str
    query: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Platform:
    """`answers[path]` is a list of what to answer, one per call: a dict (JSON), bytes, a web.Response or an exception.

    Without a script it behaves: a token is needed, custom/send and the like answer `ok`.
    """

    def __init__(self, account: WechatAccount) -> None:
        self.account = account
        self.calls: list[Call] = []
        self.answers: dict[str, list[Any]] = defaultdict(list)
        self.token_number = 1
        self.token_delay = 0.0
        self.accepts_tokens = True
        self.base = ""

    @property
    def good_token(self) -> str:
        return f"token-{self.token_number}"

    def calls_of(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    @property
    def token_calls(self) -> list[Call]:
        return self.calls_of("/cgi-bin/stable_token")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        call = Call(request.path, dict(request.query), await request.read())
        self.calls.append(call)
        scripted = self.answers[request.path]
        answer = scripted.pop(0) if scripted else await self._default(call)
        if answer == "hang up":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if answer == "hang":
            await asyncio.sleep(1)
        if isinstance(answer, web.StreamResponse):
            return answer
        if isinstance(answer, bytes):
            return web.Response(body=answer, content_type="text/plain")
        return web.json_response(answer)

    async def _default(self, call: Call) -> Any:
        if call.path == "/cgi-bin/stable_token":
            await asyncio.sleep(self.token_delay)
            if call.json["force_refresh"]:
                self.token_number += 1
            return {"access_token": self.good_token, "expires_in": 7200}
        needs_token = not call.path.startswith("/sns/")
        if needs_token and (not self.accepts_tokens or call.query.get("access_token") != self.good_token):
            return {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest rid: 1"}
        return {"errcode": 0, "errmsg": "ok"}
