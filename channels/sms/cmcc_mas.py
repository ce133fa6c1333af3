"""China Mobile 云MAS over HTTP: free text, one signature code per contract, reports and replies pushed to us.

The rule of `mac` and the shapes are those that public clients of the interface agree on; check them with the account manager's
document before going live. Times are Beijing time.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from backend.contracts.messages import DeliveryReceipt, InboundMessage, MessageStatus, SendOutcome, SendResult
from backend.contracts.spoken_time import LOCAL
from backend.domain.segmentation import Limits
from channels.sms.fields import BadMessage, Record, dedupe_key, read_records, required, text_of, time_of
from channels.sms.http import Failed, brief, request, unexpected
from channels.sms.provider import Part
from channels.sms.push import readable, text_message

NAME = "cmcc_mas"
# The order in which values are joined for `mac`, and the order of the body
NORSUBMIT_FIELDS = ("ecName", "apId", "secretKey", "mobiles", "content", "sign", "addSerial")

_REFUSALS: Mapping[str, str] = {
    "IllegalMac": "mac校验不通过:检查密钥",
    "IllegalSignId": "签名编码无效",
    "InvalidMessage": "请求内容解析失败",
    "InvalidUsrOrPwd": "企业名、接口账号或密码不对",
    "NoSignId": "没有匹配到签名",
    "TooManyMobiles": "号码太多",
}
# reportStatus, and errorCode where that says more. CM:3000 only says that the gateway has it.
_REPORT_STATES: Mapping[str, MessageStatus] = {
    "CM:0000": MessageStatus.DELIVERED,
    "DELIVRD": MessageStatus.DELIVERED,
    "CM:3000": MessageStatus.SENT,
    "ACCEPTD": MessageStatus.SENT,
}
_CODE_LIMIT = 40
_ID_LIMIT = 128
# The platform splits by itself; 500 characters are what its console allows in one request, the signature included.
_LIMITS = Limits(single=480, part=480)


def mac_of(values: Mapping[str, str], order: tuple[str, ...] = NORSUBMIT_FIELDS) -> str:
    """Return the signature of a request: MD5 (hex, small letters) over the values joined in the given order."""
    joined = "".join(values[name] for name in order)
    return hashlib.md5(joined.encode(), usedforsecurity=False).hexdigest()


def encode_body(values: Mapping[str, str]) -> bytes:
    """Return the body of norsubmit: base64 of compact JSON with the signature last."""
    fields = {name: values[name] for name in NORSUBMIT_FIELDS} | {"mac": mac_of(values)}
    return base64.b64encode(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode())


def parse_mo(body: bytes, now: datetime) -> tuple[InboundMessage, ...]:
    """Return the replies of a push `{mobile, smsContent, sendTime, addSerial}`, one or an array. Raises BadMessage."""
    return readable(read_records(body), lambda record: _message(record, now))


def _message(record: Record, now: datetime) -> InboundMessage:
    phone, to, text = required(record, "mobile"), text_of(record, "addSerial"), required(record, "smsContent")
    stamp = text_of(record, "sendTime") or now.isoformat()
    return text_message(
        sender=phone,
        to=to,
        text=text,
        key=dedupe_key(NAME, "", phone, to, stamp, text),  # the payload has no id
        sent_at=time_of(stamp, LOCAL, now),
    )


def parse_report(body: bytes, now: datetime) -> tuple[DeliveryReceipt, ...]:
    """Return the reports of a push `{reportStatus, errorCode, msgGroup, receiveDate}`, one or an array. Raises BadMessage."""
    return readable(read_records(body), lambda record: _receipt(record, now))


def _receipt(record: Record, now: datetime) -> DeliveryReceipt:
    group = required(record, "msgGroup").strip()
    state, error = text_of(record, "reportStatus").strip(), text_of(record, "errorCode").strip()
    if not group or len(group) > _ID_LIMIT:
        raise BadMessage("msgGroup is empty or too long")
    if not state and not error:
        raise BadMessage("neither reportStatus nor errorCode")
    return DeliveryReceipt(
        status=_REPORT_STATES.get(state or error, MessageStatus.FAILED),
        provider_id=group,
        code=(error or state)[:_CODE_LIMIT],
        reported_at=time_of(text_of(record, "receiveDate"), LOCAL, now),
    )


@dataclass(frozen=True)
class MasProvider:
    """Sends free text by norsubmit. `sign` is the code of the 【signature】, which the platform puts before the text."""

    session: aiohttp.ClientSession
    url: str
    ec_name: str
    ap_id: str
    secret_key: str = field(repr=False)
    sign: str
    add_serial: str = ""
    signature: str = ""
    limits: Limits = _LIMITS

    async def send(self, part: Part) -> SendResult:
        """Hand over one text."""
        values = {
            "ecName": self.ec_name,
            "apId": self.ap_id,
            "secretKey": self.secret_key,
            "mobiles": part.phone,
            "content": part.text,
            "sign": self.sign,
            "addSerial": self.add_serial,
        }
        try:
            answer = await request(
                self.session, "POST", self.url, headers={"Content-Type": "text/plain; charset=utf-8"}, body=encode_body(values)
            )
        except Failed as failure:
            return failure.result
        fields = answer.json()
        return unexpected(answer) if fields is None or "success" not in fields else _result(fields)


def _result(fields: Mapping[str, object]) -> SendResult:
    code = brief(str(fields.get("rspcod") or ""))[:_CODE_LIMIT]
    if str(fields["success"]).lower() == "true":
        return SendResult(SendOutcome.ACCEPTED, provider_id=str(fields.get("msgGroup") or "")[:_ID_LIMIT], code=code)
    return SendResult(SendOutcome.REJECTED, code=code, reason=_REFUSALS.get(code, "云MAS拒绝了这条短信"))
