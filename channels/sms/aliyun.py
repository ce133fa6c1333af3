"""Aliyun 短信服务 (dysmsapi 2017-05-25): template texts only; reports and replies are pushed to us as JSON arrays.

A free dialogue needs an approved template that is one variable, `${content}`. Requests are signed with V3
(ACS3-HMAC-SHA256): Aliyun advises against the older RPC signature (HMAC-SHA1), and V3 keeps the action, the time and the nonce
in headers that are signed together with the host. Times are Beijing time.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import uuid4

import aiohttp

from backend.contracts.messages import DeliveryReceipt, InboundMessage, MessageStatus, SendOutcome, SendResult
from backend.contracts.spoken_time import LOCAL
from backend.domain.segmentation import MAX_PARTS, Limits
from backend.services.ports import Clock
from channels.sms.fields import BadMessage, Record, dedupe_key, flag_of, read_records, required, text_of, time_of
from channels.sms.http import Failed, brief, request, unexpected
from channels.sms.provider import Part
from channels.sms.push import readable, text_message

NAME = "aliyun"
ENDPOINT = "https://dysmsapi.aliyuncs.com"
ACK: Mapping[str, int | str] = {"code": 0, "msg": "接收成功"}

# What may be tried again, and what nobody can be sure of; every other code is a refusal that time does not change.
_OUTCOMES: Mapping[str, SendOutcome] = {
    "OK": SendOutcome.ACCEPTED,
    "isv.BUSINESS_LIMIT_CONTROL": SendOutcome.RETRY_LATER,  # too many to this number in a minute, an hour, a day
    "Throttling": SendOutcome.RETRY_LATER,
    "Throttling.User": SendOutcome.RETRY_LATER,
    "Throttling.Api": SendOutcome.RETRY_LATER,
    "ServiceUnavailable": SendOutcome.RETRY_LATER,
    "SignatureNonceUsed": SendOutcome.RETRY_LATER,
    "isp.SYSTEM_ERROR": SendOutcome.UNKNOWN,
    "InternalError": SendOutcome.UNKNOWN,
}
_REASONS: Mapping[str, str] = {
    "isv.BUSINESS_LIMIT_CONTROL": "这个号码收得太频繁,稍后再发",
    "isv.DAY_LIMIT_CONTROL": "到了当日发送上限",
    "isv.MONTH_LIMIT_CONTROL": "到了当月发送上限",
    "isv.MOBILE_NUMBER_ILLEGAL": "手机号不对",
    "isv.MOBILE_COUNT_OVER_LIMIT": "号码太多",
    "isv.BLACK_KEY_CONTROL_LIMIT": "内容含受限词",
    "isv.SMS_CONTENT_ILLEGAL": "内容含禁止发送的词",
    "isv.PARAM_LENGTH_LIMIT": "内容超过模板变量的长度",
    "isv.TEMPLATE_PARAMS_ILLEGAL": "模板变量不合规",
    "isv.TEMPLATE_MISSING_PARAMETERS": "模板缺少变量",
    "isv.SMS_TEMPLATE_ILLEGAL": "模板不可用",
    "isv.SMS_SIGNATURE_ILLEGAL": "签名不可用",
    "isv.SMS_SIGN_ILLEGAL": "签名被禁止使用",
    "isv.OUT_OF_SERVICE": "短信账户停机",
    "isv.AMOUNT_NOT_ENOUGH": "短信账户余额不足",
    "isv.ACCOUNT_ABNORMAL": "短信账户异常",
    "isp.RAM_PERMISSION_DENY": "访问密钥没有发短信的权限",
    "SignatureDoesNotMatch": "访问密钥不对",
    "InvalidAccessKeyId.NotFound": "访问密钥不存在",
}
_CODE_LIMIT = 60
_ID_LIMIT = 128
_OUT_ID = re.compile(r"([0-9A-Za-z_-]{1,64})(?:\.([0-9]{1,3})\.([0-9]{1,3}))?", re.ASCII)
# Aliyun splits by itself; 500 characters with the signature is what it takes in one request.
_LIMITS = Limits(single=480, part=480)


def parse_mo(body: bytes, now: datetime) -> tuple[InboundMessage, ...]:
    """Return the replies of an SmsUp push `[{phone_number, content, send_time, dest_code, sequence_id}]`. Raises BadMessage."""
    return readable(read_records(body), lambda record: _message(record, now))


def _message(record: Record, now: datetime) -> InboundMessage:
    phone, to, text = required(record, "phone_number"), text_of(record, "dest_code"), required(record, "content")
    stamp = text_of(record, "send_time") or now.isoformat()
    return text_message(
        sender=phone,
        to=to,
        text=text,
        key=dedupe_key(NAME, text_of(record, "sequence_id").strip(), phone, to, stamp, text),
        sent_at=time_of(stamp, LOCAL, now),
    )


def parse_report(body: bytes, now: datetime) -> tuple[DeliveryReceipt, ...]:
    """Return the reports of an SmsReport push `[{success, err_code, biz_id, out_id, report_time}]`. Raises BadMessage."""
    return readable(read_records(body), lambda record: _receipt(record, now))


def _receipt(record: Record, now: datetime) -> DeliveryReceipt:
    provider_id = text_of(record, "biz_id").strip()[:_ID_LIMIT]
    ours = _OUT_ID.fullmatch(text_of(record, "out_id").strip())
    if not provider_id and ours is None:
        raise BadMessage("neither biz_id nor out_id")
    return DeliveryReceipt(
        status=MessageStatus.DELIVERED if flag_of(record, "success") else MessageStatus.FAILED,
        message_id=ours[1] if ours else "",
        provider_id=provider_id,
        part=min(int(ours[2] or 0), MAX_PARTS) if ours else 0,
        parts=min(max(int(ours[3] or 1), 1), MAX_PARTS) if ours else 1,
        code=text_of(record, "err_code").strip()[:_CODE_LIMIT],
        reported_at=time_of(text_of(record, "report_time"), LOCAL, now),
    )


@dataclass(frozen=True)
class Credentials:
    """An access key that may do no more than send messages."""

    key_id: str
    secret: str = field(repr=False)


def signed_headers(
    credentials: Credentials, *, host: str, action: str, version: str, query: str, body: bytes, at: datetime, nonce: str
) -> dict[str, str]:
    """Return the headers of a V3 request to `POST https://{host}/?{query}`; `query` must be canonical (see `canonical_query`)."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(headers)  # they stand in alphabetical order
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"POST\n/\n{query}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(credentials.secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = f"ACS3-HMAC-SHA256 Credential={credentials.key_id},SignedHeaders={names},Signature={signature}"
    return headers


def canonical_query(values: Mapping[str, str]) -> str:
    """Return the query in the one form that both sides sign: sorted by name, RFC 3986 encoded."""
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(values.items()))


@dataclass(frozen=True)
class AliyunProvider:
    """Sends by SendSms with a template of one variable. `sign_name` is the signature without its brackets."""

    session: aiohttp.ClientSession
    clock: Clock
    credentials: Credentials
    sign_name: str
    template_code: str
    endpoint: str = ENDPOINT
    signature: str = ""
    limits: Limits = _LIMITS
    nonce: Callable[[], str] = lambda: uuid4().hex

    async def send(self, part: Part) -> SendResult:
        """Hand over one text. `OutId` carries our message id, which comes back in the report."""
        out_id = part.message_id if part.total == 1 else f"{part.message_id}.{part.number}.{part.total}"
        query = canonical_query(
            {
                "PhoneNumbers": part.phone,
                "SignName": self.sign_name,
                "TemplateCode": self.template_code,
                "TemplateParam": json.dumps({"content": part.text}, ensure_ascii=False, separators=(",", ":")),
                "OutId": out_id,
            }
        )
        headers = signed_headers(
            self.credentials,
            host=self.endpoint.split("://", 1)[-1].rstrip("/"),
            action="SendSms",
            version="2017-05-25",
            query=query,
            body=b"",
            at=self.clock.now(),
            nonce=self.nonce(),
        )
        try:
            answer = await request(self.session, "POST", f"{self.endpoint.rstrip('/')}/?{query}", headers=headers)
        except Failed as failure:
            return failure.result
        fields = answer.json()
        return unexpected(answer) if fields is None or not isinstance(fields.get("Code"), str) else _result(fields)


def _result(fields: Mapping[str, object]) -> SendResult:
    code = brief(str(fields["Code"]))[:_CODE_LIMIT]
    return SendResult(
        _OUTCOMES.get(code, SendOutcome.REJECTED),
        provider_id=str(fields.get("BizId") or "")[:_ID_LIMIT],
        code=code,
        reason="" if code == "OK" else _REASONS.get(code, brief(str(fields.get("Message") or ""))),
    )
