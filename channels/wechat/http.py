"""HTTP to the WeChat API: one question matters here, whether a failed request may have been carried out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3, sock_connect=3)
ANSWER_LIMIT = 1024 * 1024

# Nothing left this machine: no address, no connection, no route. (A connect timeout is one of these.)
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
# The platform's front refuses before it does anything.
_NOT_DONE_STATUSES = frozenset({429, 503})


class ApiDown(Exception):
    """The request was certainly not carried out; trying later is safe. `code` is the HTTP status where there was one."""

    def __init__(self, detail: str, code: str = "") -> None:
        super().__init__(detail)
        self.code = code


class AnswerLost(Exception):
    """The request left and no usable answer came back: it may have been carried out."""

    def __init__(self, detail: str, code: str = "") -> None:
        super().__init__(detail)
        self.code = code


class ApiRefused(Exception):
    """The platform said no: `code` is its errcode, `message` its errmsg."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(f"errcode {code}")
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Answer:
    """The bytes of a 200 answer and its media type."""

    body: bytes
    content_type: str

    def json(self) -> dict[str, Any]:
        """Return the JSON object. Raises ApiRefused for an errcode other than 0, AnswerLost when it is no JSON object."""
        try:
            fields = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise AnswerLost("the answer is not JSON") from error
        if not isinstance(fields, dict):
            raise AnswerLost("the answer is not a JSON object")
        code = fields.get("errcode", 0)
        if isinstance(code, bool) or not isinstance(code, int):
            raise AnswerLost("errcode is not a number")
        if code != 0:
            raise ApiRefused(code, str(fields.get("errmsg", "")))
        return fields


class WechatHttp:
    """The WeChat API at `base` (`YOUSHI_WECHAT_API_BASE`), on a session that the caller opens and closes."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session = session
        self._base = base.rstrip("/")

    async def post(self, path: str, body: Mapping[str, Any], params: Mapping[str, str] | None = None) -> Answer:
        """POST JSON. Raises ApiDown and AnswerLost."""
        # Chinese goes as UTF-8: the platform shows \\u escapes literally in places
        data = json.dumps(body, ensure_ascii=False).encode()
        return await self._request("POST", self._base + path, params=params, data=data)

    async def get(self, path: str, params: Mapping[str, str], limit: int = ANSWER_LIMIT) -> Answer:
        """GET. Raises ApiDown and AnswerLost."""
        return await self._request("GET", self._base + path, params=params, limit=limit)

    async def get_url(self, url: str, limit: int) -> Answer:
        """GET an address that the platform named itself (a video). Raises ApiDown and AnswerLost."""
        return await self._request("GET", url, limit=limit)

    async def _request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        data: bytes | None = None,
        limit: int = ANSWER_LIMIT,
    ) -> Answer:
        headers = {"Content-Type": "application/json; charset=utf-8"} if data is not None else None
        try:
            async with self._session.request(
                method, url, params=params, data=data, headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                _check_status(response.status)
                return Answer(await _read(response, limit), response.content_type)
        except _NOT_SENT as error:
            raise ApiDown(type(error).__name__) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise AnswerLost(type(error).__name__) from error


def _check_status(status: int) -> None:
    if status in _NOT_DONE_STATUSES:
        raise ApiDown(f"HTTP {status}", f"http_{status}")
    if status != 200:
        raise AnswerLost(f"HTTP {status}", f"http_{status}")


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > limit:
            raise AnswerLost(f"the answer is larger than {limit} bytes")
    return bytes(body)
