"""The platform's push addresses, `/wechat/oa` and `/wechat/mp`.

Answers `success` as soon as the inbox has the message safely, and never replies within the answer. The platform gives up
after 5 seconds and tries three times in total, so everything that is not our refusal is a 503: it will come again.
Repeated pushes are harmless because of the dedupe key; the signed timestamp is only held against old captures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import structlog
from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from backend.api.problems import problem
from backend.contracts.messages import DeliveryReceipt, InboundMessage
from backend.domain.moments import plausible
from backend.services.ports import Clock
from channels.wechat.accounts import WechatAccount
from channels.wechat.crypto import CryptoError, MessageCrypto, is_signed
from channels.wechat.masking import mask_openid
from channels.wechat.messages import parse_push
from channels.wechat.payloads import BadMessage, Fields, read_payload, scalar

MAX_BODY_BYTES = 256 * 1024  # real pushes have a few kilobytes
_OLDEST = timedelta(days=30)
MAX_AGE_SECONDS = 3600  # generous: the platform's retries, queues in front of us, clocks that differ

_log = structlog.get_logger()


class PushSink(Protocol):
    """What the webhook needs of the inbox; whatever it raises means "not stored, send it again"."""

    async def receive(self, messages: Sequence[InboundMessage]) -> None:
        """Return when the messages are durable."""
        ...

    async def record_receipts(self, receipts: Sequence[DeliveryReceipt]) -> None:
        """Return when the receipts are durable."""
        ...


class Refused(Exception):
    """The push is not taken; `status` is the HTTP status, the text is for the log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def wechat_router(
    accounts: Mapping[str, WechatAccount], inbox: PushSink, clock: Clock, *, wall: Callable[[], float] = time.time
) -> APIRouter:
    """Return the routes `GET|POST /wechat/{account name}`.

    `wall` is the time of this machine: where `clock` is a simulated one, a push stamped with either time is fresh.
    """
    webhook = _Webhook(accounts, inbox, clock, wall)
    router = APIRouter()
    # plain Starlette routes: FastAPI's dependency handling would cost more than the rest of the handler
    router.add_route("/wechat/{name}", webhook.verify, methods=["GET"], include_in_schema=False)
    router.add_route("/wechat/{name}", webhook.receive, methods=["POST"], include_in_schema=False)
    return router


class _Webhook:
    def __init__(self, accounts: Mapping[str, WechatAccount], inbox: PushSink, clock: Clock, wall: Callable[[], float]) -> None:
        self._accounts = accounts
        self._inbox = inbox
        self._clock = clock
        self._wall = wall

    async def verify(self, request: Request) -> Response:
        """Server verification: the echo string comes back as it is."""
        query = request.query_params
        try:
            account = self._account(request)
            self._check_signature(account, query)
        except Refused as refusal:
            return _refuse(request, refusal)
        headers = {"X-Content-Type-Options": "nosniff"}
        return PlainTextResponse(query.get("echostr", ""), headers=headers)

    async def receive(self, request: Request) -> Response:
        """One push: verified, decrypted, parsed, stored, acknowledged."""
        sender = ""
        try:
            account = self._account(request)
            fields = self._open(account, request.query_params, await _read_body(request))
            sender = str(fields.get("FromUserName", ""))
            push = parse_push(fields, account)
        except BadMessage as error:
            return _refuse(request, Refused(400, str(error)), sender)
        except Refused as refusal:
            return _refuse(request, refusal, sender)
        try:
            if push.messages:
                await self._inbox.receive([self._dated(message) for message in push.messages])
            if push.receipts:
                await self._inbox.record_receipts(push.receipts)
        except Exception as error:  # whatever it is: not stored, so the platform must send it again
            _log.error("wechat_push_not_stored", account=account.name, openid=mask_openid(sender), error=type(error).__name__)
            answer = problem(503, "not_stored", "try again")
            answer.headers["Retry-After"] = "1"
            return answer
        return PlainTextResponse("success")

    def _dated(self, message: InboundMessage) -> InboundMessage:
        """A push comes within seconds of what it tells; a CreateTime of another year or of tomorrow (a broken clock, a copied
        sample) would put the resident's report where no time limit makes sense."""
        told = plausible(message.message_time, self._clock.now(), oldest=_OLDEST)
        return message if told == message.message_time else replace(message, message_time=told)

    def _account(self, request: Request) -> WechatAccount:
        account = self._accounts.get(request.path_params["name"])
        if account is None:
            raise Refused(404, "no such account")
        return account

    def _check_signature(self, account: WechatAccount, query: Mapping[str, str]) -> None:
        parts = (account.token, query.get("timestamp", ""), query.get("nonce", ""))
        if not account.token or not is_signed(query.get("signature", ""), *parts):
            raise Refused(403, "bad signature")

    def _check_age(self, timestamp: str) -> None:
        if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > 12:
            raise Refused(403, "bad timestamp")
        stamped = int(timestamp)
        if min(abs(now - stamped) for now in (self._clock.now().timestamp(), self._wall())) > MAX_AGE_SECONDS:
            raise Refused(403, "stale timestamp")

    def _open(self, account: WechatAccount, query: Mapping[str, str], body: bytes) -> Fields:
        """Return the trusted fields of a plain, compatible or safe-mode push. Raises Refused and BadMessage.

        Nothing is parsed unless `signature` holds, except in safe mode, where `msg_signature` stands within reach only
        after the envelope has been read; the inner part is used and the outer one, which nobody signed, is not.
        """
        encrypted = query.get("encrypt_type") == "aes" or "msg_signature" in query
        if not encrypted:
            self._check_signature(account, query)
        self._check_age(query.get("timestamp", ""))
        fields = read_payload(body)
        sealed = scalar(fields, "Encrypt")
        if encrypted and not sealed:
            raise BadMessage("Encrypt is missing")
        if sealed and account.crypto is not None:
            return read_payload(_decrypt(account.crypto, query, sealed))
        if encrypted:
            # no AES key here, but the platform is in compatible mode: the clear part counts, under its own signature
            self._check_signature(account, query)
        if account.safe_only:
            raise Refused(403, "not encrypted")
        return fields


def _decrypt(crypto: MessageCrypto, query: Mapping[str, str], sealed: str) -> bytes:
    signature, timestamp, nonce = (query.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
    try:
        return crypto.open(sealed, msg_signature=signature, timestamp=timestamp, nonce=nonce)
    except CryptoError as error:
        raise Refused(403, str(error)) from error


async def _read_body(request: Request) -> bytes:
    """Return the body, reading no more than the limit. Raises Refused(413)."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
        raise Refused(413, "body too large")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise Refused(413, "body too large")
    except ClientDisconnect as error:
        raise Refused(400, "body cut off") from error
    return bytes(body)


def _refuse(request: Request, refusal: Refused, sender: str = "") -> Response:
    _log.warning(
        "wechat_push_refused",
        account=str(request.path_params["name"])[:20],
        status=refusal.status,
        reason=str(refusal),
        openid=mask_openid(sender) if sender else "",
    )
    # why is for the log alone: whoever guesses at signatures learns nothing
    return problem(refusal.status, "push_refused", "refused")
