"""The SMS carrier of the simulated phones; it speaks Kannel's two interfaces (sendsms in, get-url and dlr-url out)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from urllib.parse import parse_qs

import aiohttp
import structlog
from fastapi import APIRouter, Request, Response

from backend.contracts.messages import Channel
from channels.simulator.world import World

log = structlog.get_logger()

# Kannel's dlr types: 1 delivered, 2 failed, 8 accepted by the SMSC
REPORT_TYPES = {"delivered": "1", "failed": "2"}
UDH_LENGTH = 6


def carrier_router(world: World, http: aiohttp.ClientSession) -> APIRouter:
    """The route `/simulator/sms/sendsms`, with Kannel's parameters and answers."""
    carrier = _Carrier(world, http)
    router = APIRouter(prefix="/simulator/sms", include_in_schema=False)
    router.add_api_route("/sendsms", carrier.send, methods=["GET", "POST"])
    return router


class _Carrier:
    def __init__(self, world: World, http: aiohttp.ClientSession) -> None:
        self._world = world
        self._http = http
        self._parts: dict[tuple[str, int], dict[int, str]] = defaultdict(dict)
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, request: Request) -> Response:
        """Take one message or one part of a long one."""
        switches = self._world.switches
        if switches.slow_seconds:
            await asyncio.sleep(switches.slow_seconds)
        if switches.sms_down:
            return Response("Temporal failure, try again later.", status_code=503, media_type="text/plain")
        query = request.query_params
        if switches.sms_rejects or not query.get("to"):
            return Response("Not routable. Do not try again.", status_code=403, media_type="text/plain")
        self._receive_part(query["to"], query.get("text", ""), _user_data_header(request))
        self._report(query.get("dlr-url", ""))
        return Response("0: Accepted for delivery", status_code=202, media_type="text/plain")

    def _receive_part(self, number: str, text: str, udh: bytes) -> None:
        """Show the text once all parts are here, joined as a phone does it."""
        if len(udh) == UDH_LENGTH:
            reference, total, place = udh[3], udh[4], udh[5]
            parts = self._parts[(number, reference)]
            parts[place] = text
            if len(parts) < total:
                return
            text = "".join(parts[index] for index in sorted(parts))
            del self._parts[(number, reference)]
        phone = self._world.phone_of(Channel.SMS, number.removeprefix("+86"))
        self._world.show(phone, text, mine=False)

    def _report(self, url: str) -> None:
        kind = REPORT_TYPES.get(self._world.switches.sms_report)
        if url and kind:
            task = asyncio.create_task(self._call(url.replace("%d", kind).replace("%A", "").replace("%F", "").replace("%T", "")))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _call(self, url: str) -> None:
        try:
            async with self._http.get(url, timeout=aiohttp.ClientTimeout(total=5)) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("delivery_report_lost", error=type(error).__name__)


def _user_data_header(request: Request) -> bytes:
    """The `udh` parameter is bytes, percent-encoded; reading it as UTF-8 text would change them."""
    raw = parse_qs(request.url.query, encoding="latin-1").get("udh", [""])
    return raw[0].encode("latin-1")
