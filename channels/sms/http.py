"""HTTP to SMS providers: one question matters here, whether a failed request may have been carried out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from backend.contracts.messages import SendOutcome, SendResult

TIMEOUT = aiohttp.ClientTimeout(total=15, connect=3, sock_connect=3)
_ANSWER_LIMIT = 64 * 1024
_REASON_LIMIT = 120

# Nothing left this machine: no address, no connection, no route. (A connect timeout is one of these.)
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class Failed(Exception):
    """No usable answer; `result` says what that means for the message."""

    def __init__(self, result: SendResult) -> None:
        super().__init__(result.reason)
        self.result = result


@dataclass(frozen=True)
class Answer:
    """Status and text of an answer."""

    status: int
    text: str

    def json(self) -> dict[str, Any] | None:
        """Return the JSON object, None when the text is something else."""
        try:
            found = json.loads(self.text)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


async def request(
    session: aiohttp.ClientSession, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Answer:
    """Make one request to an already encoded URL. Raises Failed.

    Not connected: retry_later. Connected and then silence or a broken answer: unknown, because providers are not idempotent.
    503 and 429: the provider's front says that it did nothing.
    """
    try:
        async with session.request(
            method, URL(url, encoded=True), headers=headers, data=body, timeout=TIMEOUT, allow_redirects=False
        ) as response:
            answer = Answer(response.status, await _read(response))
    except (*_NOT_SENT, ValueError) as error:
        raise Failed(SendResult(SendOutcome.RETRY_LATER, code=type(error).__name__, reason="连不上短信通道")) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Failed(SendResult(SendOutcome.UNKNOWN, code=type(error).__name__, reason="短信通道没有回音")) from error
    if answer.status in (429, 503):
        raise Failed(SendResult(SendOutcome.RETRY_LATER, code=f"http_{answer.status}", reason=brief(answer.text)))
    return answer


async def _read(response: aiohttp.ClientResponse) -> str:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_ANSWER_LIMIT):
        body += chunk
        if len(body) > _ANSWER_LIMIT:
            break
    return body.decode("utf-8", "replace")


def unexpected(answer: Answer) -> SendResult:
    """Return the result for an answer that the provider does not document: 4xx was refused, anything else is unknown."""
    refused = 400 <= answer.status < 500
    outcome = SendOutcome.REJECTED if refused else SendOutcome.UNKNOWN
    return SendResult(outcome, code=f"http_{answer.status}", reason=brief(answer.text))


def brief(text: str) -> str:
    """Return a provider's words short enough for a reason."""
    return " ".join(text.split())[:_REASON_LIMIT]
