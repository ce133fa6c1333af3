"""Kannel's HTTP interface (1.4.5 user guide, "Setting up an SMS gateway"): what smsbox calls, and its sendsms.

Kannel cuts surrogate pairs in two when it splits, and asks for a report of the first part only. So we split ourselves, give
every part its header, and ask about each: a message is delivered when all its parts are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, quote_from_bytes, urlencode

import aiohttp

from backend.contracts.messages import DeliveryReceipt, InboundMessage, MessageStatus, SendOutcome, SendResult
from backend.domain.segmentation import MAX_PARTS, UCS2, Limits, header
from channels.sms.fields import BadMessage, dedupe_key, read_form, required, text_of, time_of
from channels.sms.http import Answer, Failed, brief, request, unexpected
from channels.sms.numbers import international
from channels.sms.provider import Part
from channels.sms.push import text_message

# Bits of %d. They come combined: 34 is 32 (expired) with 2. Checked in this order.
_REPORT_BITS: tuple[tuple[int, MessageStatus], ...] = (
    (1, MessageStatus.DELIVERED),
    (16, MessageStatus.FAILED),  # the carrier refused it
    (2, MessageStatus.FAILED),
    (32, MessageStatus.FAILED),  # expired
    (8, MessageStatus.SENT),  # the carrier took it
    (4, MessageStatus.SENT),  # the carrier keeps it until the phone can be reached
)
# `stat` of a delivery receipt (SMPP 3.4, appendix B), which Kannel hands through in %A
_RECEIPT_STATES: Mapping[str, MessageStatus] = {
    "DELIVRD": MessageStatus.DELIVERED,
    "ACCEPTD": MessageStatus.SENT,
    "ENROUTE": MessageStatus.SENT,
    "EXPIRED": MessageStatus.FAILED,
    "DELETED": MessageStatus.FAILED,
    "UNDELIV": MessageStatus.FAILED,
    "REJECTD": MessageStatus.FAILED,
    "UNKNOWN": MessageStatus.UNKNOWN,
}
_STATE = re.compile(r"\bstat:([A-Z]{7})\b")
_ERROR = re.compile(r"\berr:([0-9A-Za-z]{1,10})\b")
_OUR_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_CODE_LIMIT = 40
# What Kannel calls %C. With mo-recode a text of Latin letters comes as windows-1252 and all others as UTF-8.
_CHARSETS: Mapping[str, str] = {
    "windows-1252": "cp1252",
    "iso-8859-1": "latin-1",
    "utf-16be": "utf-16-be",
    "ucs-2": "utf-16-be",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
}
# 0: accepted, 3: queued, because the carrier's line is down just now
_TAKEN = ("0:", "3:")


def parse_mo(query: bytes, now: datetime) -> InboundMessage:
    """Return the message of a get-url call `from&to&ts&text&charset&id…`; its bytes are in `charset` (%C). Raises BadMessage."""
    fields = read_form(query, "utf-8")
    # the text alone is in that charset: an escaped "+" before the number is one byte in all of them
    said = read_form(query, _charset(text_of(fields, "charset")))
    sender, to, text = required(fields, "from"), text_of(fields, "to"), required(said, "text")
    stamp = text_of(fields, "ts") or now.isoformat()
    return text_message(
        sender=sender,
        to=to,
        text=text,
        key=dedupe_key("kannel", text_of(fields, "id").strip(), sender, to, stamp, text),
        sent_at=time_of(stamp, UTC, now),  # %t is UTC; its "(YYYY-MM-DD HH:MM:SS)" and unix form are both read
    )


def _charset(name: str) -> str:
    # an unknown one is read as UTF-8: better a few odd letters than a lost message
    return _CHARSETS.get(name.strip().lower(), "utf-8")


def parse_dlr(query: bytes, now: datetime) -> DeliveryReceipt:
    """Return the report of a dlr-url call `id&type&ans&part&parts&ts`. Raises BadMessage."""
    fields = read_form(query, "utf-8")
    message_id, answer = required(fields, "id"), text_of(fields, "ans")
    if not _OUR_ID.fullmatch(message_id):
        raise BadMessage("id is not one of ours")
    status, code = read_receipt(answer)
    reported = _status_of(required(fields, "type"))
    return DeliveryReceipt(
        # Kannel calls a receipt "UNKNOWN" a failure; the carrier said that it does not know
        status=status if status is MessageStatus.UNKNOWN else reported,
        message_id=message_id,
        part=_small(text_of(fields, "part") or "0", "part", least=0),
        parts=_small(text_of(fields, "parts") or "1", "parts", least=1),
        code=code or brief(answer)[:_CODE_LIMIT],
        reported_at=time_of(text_of(fields, "ts"), UTC, now),
    )


def read_receipt(text: str) -> tuple[MessageStatus | None, str]:
    """Return status and code (`EXPIRED 027`) of a delivery receipt in the SMPP form; (None, "") for other texts."""
    state = _STATE.search(text)
    status = _RECEIPT_STATES.get(state[1]) if state else None
    if state is None or status is None:
        return None, ""
    error = _ERROR.search(text)
    return status, f"{state[1]} {error[1]}" if error and error[1].strip("0") else state[1]


def _status_of(kind: str) -> MessageStatus:
    if not (kind.isascii() and kind.isdigit()) or len(kind) > 3:
        raise BadMessage("type is not a number of at most three digits")
    for bit, status in _REPORT_BITS:
        if int(kind) & bit:
            return status
    raise BadMessage("type is none of 1 delivered, 2 failed, 4 queued, 8 accepted, 16 rejected, 32 expired")


def _small(text: str, name: str, *, least: int) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 3 or not least <= int(text) <= MAX_PARTS:
        raise BadMessage(f"{name} is not a number from {least} to {MAX_PARTS}")
    return int(text)


@dataclass(frozen=True)
class KannelProvider:
    """Sends through smsbox. `dlr_url` is our own address as Kannel reaches it, without a query; `sender` our default number."""

    session: aiohttp.ClientSession
    sendsms_url: str
    username: str
    password: str = field(repr=False)
    sender: str
    dlr_url: str = field(repr=False)
    signature: str = ""
    limits: Limits = UCS2

    async def send(self, part: Part) -> SendResult:
        """Hand one part to smsbox, which answers when bearerbox has it on disk."""
        try:
            answer = await request(self.session, "GET", self._url(part))
        except Failed as failure:
            return failure.result
        return _result(answer)

    def _url(self, part: Part) -> str:
        fields = {
            "username": self.username,
            "password": self.password,
            "from": part.sender or self.sender,
            "to": international(part.phone),
            "coding": "2",
            "charset": "UTF-8",
            "text": part.text,
            "dlr-mask": "31",
            "dlr-url": self._report_url(part),
        }
        query = urlencode(fields, quote_via=quote)
        udh = header(part.message_id, part.number, part.total)
        return f"{self.sendsms_url}?{query}" + (f"&udh={quote_from_bytes(udh, safe='')}" if udh else "")

    def _report_url(self, part: Part) -> str:
        # %d, %A and %T are filled in by Kannel; a percent sign of our own has to be doubled
        base = self.dlr_url.replace("%", "%%")
        ours = f"id={quote(part.message_id)}&part={part.number}&parts={part.total}"
        return f"{base}?{ours}&type=%d&ans=%A&ts=%T"


def _result(answer: Answer) -> SendResult:
    if 200 <= answer.status < 300 and answer.text.lstrip().startswith(_TAKEN):
        return SendResult(SendOutcome.ACCEPTED, code=brief(answer.text)[:_CODE_LIMIT])
    return unexpected(answer)
