"""A carrier's short message centre for tests: SMPP 3.4 over asyncio, with residents' phones behind it.

It takes one or more binds, keeps every submitted message with its header, puts long ones together as a phone does, sends
texts from phones (long ones in parts or in a message_payload), and reports on delivery. It can refuse, throttle and keep silent.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

BIND = {0x1: "receiver", 0x2: "transmitter", 0x9: "transceiver"}
SUBMIT_SM, DELIVER_SM, UNBIND, ENQUIRE_LINK, RESPONSE = 0x4, 0x5, 0x6, 0x15, 0x80000000
OK, THROTTLED, QUEUE_FULL, BAD_DESTINATION = 0x0, 0x58, 0x14, 0x0B
UDH_FLAG, RECEIPT_FLAG, MESSAGE_PAYLOAD = 0x40, 0x04, 0x0424
GSM7, LATIN1, UCS2 = 0, 3, 8

Phones = dict[tuple[str, int, int], dict[int, str]]


@dataclass(frozen=True)
class Submitted:
    """One submit_sm as it came: `header` is (reference, total, part) or None."""

    id: str
    source: str
    to: str
    text: str
    raw: bytes
    header: tuple[int, int, int] | None
    wants_receipt: bool


@dataclass(frozen=True)
class Arrived:
    """One message as a phone shows it, put together from its parts."""

    to: str
    text: str
    at: datetime
    source: str = ""


@dataclass
class Smsc:
    """`verdict` answers a submit with an SMPP status; `receipt` gives the `stat` of its delivery report, None for no report."""

    port: int = 0
    verdict: Callable[[Submitted], int] = lambda _message: OK
    receipt: Callable[[Submitted], str | None] = lambda _message: "DELIVRD"
    submitted: list[Submitted] = field(default_factory=list)
    received: list[Arrived] = field(default_factory=list)
    acknowledged: int = 0
    _parts: Phones = field(default_factory=dict)
    _links: list[asyncio.StreamWriter] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self) -> None:
        """Listen on loopback, on the port of the last time if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Break all lines and stop listening."""
        for link in self._links:
            link.close()
        self._links.clear()
        if self._server is not None:
            self._server.close()
            self._server = None

    async def wait_until(self, condition: Callable[[], bool], timeout: float) -> None:
        """Wait until something is true of this centre. Raises TimeoutError."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(condition)

    @property
    def bound(self) -> bool:
        return bool(self._links)

    async def send_mo(self, source: str, to: str, text: str, *, payload: bool = False, shuffled: bool = False) -> None:
        """Text from a phone. Long texts go in parts (`shuffled`: last part first) or, with `payload`, in one TLV."""
        units = text.encode("utf-16-be")
        if payload:
            await self._deliver(source, to, b"", tlv=units)
        elif len(units) <= 140:
            await self._deliver(source, to, units)
        else:
            chunks = [units[at : at + 134] for at in range(0, len(units), 134)]
            reference = next(self._ids) & 0xFF
            parts = [bytes((5, 0, 3, reference, len(chunks), n)) + chunk for n, chunk in enumerate(chunks, start=1)]
            for part in reversed(parts) if shuffled else parts:
                await self._deliver(source, to, part, esm_class=UDH_FLAG)

    async def send_raw(self, source: str, to: str, data: bytes, coding: int) -> None:
        """A short message with any data coding."""
        await self._deliver(source, to, data, coding=coding)

    async def _deliver(
        self, source: str, to: str, data: bytes, *, esm_class: int = 0, coding: int = UCS2, tlv: bytes = b""
    ) -> None:
        body = _address(source) + _address(to) + bytes((esm_class, 0, 0)) + b"\0\0" + bytes((0, 0, coding, 0, len(data))) + data
        if tlv:
            body += struct.pack(">HH", MESSAGE_PAYLOAD, len(tlv)) + tlv
        writer = self._links[-1]
        writer.write(_pdu(DELIVER_SM, next(self._ids), b"\0" + body))
        await writer.drain()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length, command, _status, sequence = struct.unpack(">IIII", await reader.readexactly(16))
                body = await reader.readexactly(length - 16)
                await self._handle(writer, command, sequence, body)
        if writer in self._links:
            self._links.remove(writer)
        writer.close()

    async def _handle(self, writer: asyncio.StreamWriter, command: int, sequence: int, body: bytes) -> None:
        if command == SUBMIT_SM:
            await self._take(writer, sequence, body)
        elif command in BIND:
            writer.write(_pdu(command | RESPONSE, sequence, b"TESTSMSC\0"))
            self._links.append(writer)
        elif command in (ENQUIRE_LINK, UNBIND):
            writer.write(_pdu(command | RESPONSE, sequence, b""))
        elif command == DELIVER_SM | RESPONSE:
            self.acknowledged += 1
        async with self._changed:
            self._changed.notify_all()

    async def _take(self, writer: asyncio.StreamWriter, sequence: int, body: bytes) -> None:
        message = _read_submit(body, f"{next(self._ids):010d}")
        status = self.verdict(message)
        answer = message.id.encode() + b"\0" if status == OK else b""
        writer.write(_pdu(SUBMIT_SM | RESPONSE, sequence, answer, status))
        if status != OK:
            return
        self.submitted.append(message)
        state = self.receipt(message)
        if state in ("DELIVRD", None):
            self._assemble(message)
        if state is not None and message.wants_receipt:
            await writer.drain()
            await self.report(message, state)

    async def report(self, message: Submitted, state: str) -> None:
        """Send the delivery report of a submitted message, `state` being its `stat`."""
        stamp = datetime.now(UTC).strftime("%y%m%d%H%M")
        error = "000" if state == "DELIVRD" else "027"
        text = f"id:{message.id} sub:001 dlvrd:001 submit date:{stamp} done date:{stamp} stat:{state} err:{error} text:"
        await self._deliver(message.to, message.source, text.encode(), esm_class=RECEIPT_FLAG, coding=GSM7)

    def _assemble(self, message: Submitted) -> None:
        reference, total, part = message.header or (0, 1, 1)
        pieces = self._parts.setdefault((message.to, reference, total), {})
        pieces[part] = message.text
        if len(pieces) == total:
            del self._parts[message.to, reference, total]
            text = "".join(pieces[n] for n in sorted(pieces))
            self.received.append(Arrived(message.to, text, datetime.now(UTC), message.source))


def _pdu(command: int, sequence: int, body: bytes, status: int = OK) -> bytes:
    return struct.pack(">IIII", 16 + len(body), command, status, sequence) + body


def _address(number: str) -> bytes:
    # carriers mark numbers as international (TON 1, NPI 1), which Kannel shows with a plus sign
    return bytes((1, 1)) + number.lstrip("+").encode() + b"\0"


def _read_submit(body: bytes, message_id: str) -> Submitted:
    _service, rest = body.split(b"\0", 1)
    source, rest = rest[2:].split(b"\0", 1)
    to, rest = rest[2:].split(b"\0", 1)
    esm_class, rest = rest[0], rest[3:]
    _schedule, rest = rest.split(b"\0", 1)
    _validity, rest = rest.split(b"\0", 1)
    registered, coding, length, rest = rest[0], rest[2], rest[4], rest[5:]
    data, tlvs = rest[:length], rest[length:]
    if not data and tlvs[:2] == struct.pack(">H", MESSAGE_PAYLOAD):
        data = tlvs[4 : 4 + struct.unpack(">H", tlvs[2:4])[0]]
    header = None
    if esm_class & UDH_FLAG:
        udh, data = data[1 : 1 + data[0]], data[1 + data[0] :]
        if udh[:2] == b"\0\3":
            header = (udh[2], udh[3], udh[4])
    # surrogatepass: a pair that somebody cut in two must be seen by the tests, not hidden by an error here
    text = data.decode("utf-16-be", "surrogatepass") if coding == UCS2 else data.decode("latin-1")
    return Submitted(message_id, source.decode(), to.decode(), text, data, header, bool(registered & 1))
