"""Where SMS providers push: `/sms/{token}/{provider}/{mo|dlr|report}`.

No provider signs its pushes, so the secret is the path: a wrong token is a 404 like any page that does not exist. An answer of
200 comes only after the inbox has everything safely; what could not be stored is a 503, and providers push again.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from backend.api.problems import problem
from backend.contracts.messages import DeliveryReceipt, InboundMessage
from backend.domain.moments import plausible
from backend.services.ports import Clock
from backend.settings import Settings
from channels.sms import aliyun, cmcc_mas, kannel
from channels.sms.fields import BadMessage
from channels.sms.push import Push

MAX_BODY_BYTES = 1024 * 1024
_OLDEST = timedelta(days=30)

_log = structlog.get_logger()


class PushSink(Protocol):
    """What the webhook needs of the inbox; whatever it raises means "not stored, send it again"."""

    async def receive(self, messages: Sequence[InboundMessage]) -> None:
        """Return when the messages are durable."""
        ...

    async def record_receipts(self, reports: Sequence[DeliveryReceipt]) -> None:
        """Return when the reports are durable."""
        ...


@dataclass(frozen=True)
class _Door:
    """One push address: how it is called, how its content is read, and the answer that means "stored"."""

    method: str
    read: Callable[[bytes, datetime], Push]
    acknowledge: Callable[[], Response]


def _empty() -> Response:
    # Kannel would send any text of the answer to the resident as an SMS
    return PlainTextResponse("")


def _aliyun_ack() -> Response:
    return JSONResponse(dict(aliyun.ACK))


_DOORS: Mapping[tuple[str, str], _Door] = {
    ("kannel", "mo"): _Door("GET", lambda query, now: Push(messages=(kannel.parse_mo(query, now),)), _empty),
    ("kannel", "dlr"): _Door("GET", lambda query, now: Push(receipts=(kannel.parse_dlr(query, now),)), _empty),
    ("cmcc_mas", "mo"): _Door("POST", lambda body, now: Push(messages=cmcc_mas.parse_mo(body, now)), _empty),
    ("cmcc_mas", "report"): _Door("POST", lambda body, now: Push(receipts=cmcc_mas.parse_report(body, now)), _empty),
    ("aliyun", "mo"): _Door("POST", lambda body, now: Push(messages=aliyun.parse_mo(body, now)), _aliyun_ack),
    ("aliyun", "report"): _Door("POST", lambda body, now: Push(receipts=aliyun.parse_report(body, now)), _aliyun_ack),
}


def sms_router(settings: Settings, inbox: PushSink, clock: Clock) -> APIRouter:
    """Return the push addresses of all providers. Without `sms_callback_token` every address is a 404."""
    token = settings.sms_callback_token.get_secret_value()
    webhook = _Webhook(token, inbox, clock)
    router = APIRouter()
    # a plain Starlette route: FastAPI would decode the query as UTF-8 before anybody can look at `charset`
    router.add_route("/sms/{token}/{provider}/{kind}", webhook.push, methods=["GET", "POST"], include_in_schema=False)
    return router


class _Webhook:
    def __init__(self, token: str, inbox: PushSink, clock: Clock) -> None:
        self._token = token.encode()
        self._inbox = inbox
        self._clock = clock

    async def push(self, request: Request) -> Response:
        """One push: token checked, read, stored, acknowledged."""
        given = str(request.path_params["token"]).encode("utf-8", "surrogatepass")
        known = hmac.compare_digest(given, self._token) and bool(self._token)
        name, kind = str(request.path_params["provider"]), str(request.path_params["kind"])
        door = _DOORS.get((name, kind))
        if not known or door is None:
            return problem(404, "not_found", "Not Found")
        if request.method != door.method:
            return problem(405, "method_not_allowed", f"use {door.method}")
        try:
            content = request.scope["query_string"] if door.method == "GET" else await _read_body(request)
            push = door.read(content, self._clock.now())
        except BadMessage as error:
            _log.warning("sms_push_refused", provider=name, kind=kind, reason=str(error))
            return problem(413 if isinstance(error, TooLarge) else 400, "bad_push", str(error))
        return await self._store(push, door, name)

    def _dated(self, message: InboundMessage) -> InboundMessage:
        """A gateway keeps texts while we are away, for days if need be, but not for weeks and not from tomorrow."""
        told = plausible(message.message_time, self._clock.now(), oldest=_OLDEST)
        return message if told == message.message_time else replace(message, message_time=told)

    async def _store(self, push: Push, door: _Door, name: str) -> Response:
        try:
            if push.messages:
                await self._inbox.receive([self._dated(message) for message in push.messages])
            if push.receipts:
                await self._inbox.record_receipts(push.receipts)
        except Exception as error:  # whatever it is: not stored, so the provider must push it again
            _log.error("sms_push_not_stored", provider=name, error=type(error).__name__)
            response = problem(503, "not_stored", "try again")
            response.headers["Retry-After"] = "1"
            return response
        return door.acknowledge()


class TooLarge(BadMessage):
    """More than any provider pushes at once."""


async def _read_body(request: Request) -> bytes:
    """Return the body, reading no more than the limit. Raises BadMessage."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY_BYTES:
        raise TooLarge("the body is too large")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise TooLarge("the body is too large")
    except ClientDisconnect as error:
        raise BadMessage("the body was cut off") from error
    return bytes(body)
