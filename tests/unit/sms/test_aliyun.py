from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from backend.contracts.messages import MessageStatus, SendOutcome
from channels.sms.aliyun import AliyunProvider, Credentials, canonical_query, parse_mo, parse_report, signed_headers
from channels.sms.fields import BadMessage
from channels.sms.provider import Part
from tests.clocks import HandClock
from tests.unit.sms.helpers import NOW, Gateway

REPORT = {
    "phone_number": "17000000001",
    "send_time": "2026-11-21 19:29:58",
    "report_time": "2026-11-21 19:30:02",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "900619746936498440^0",
    "out_id": "5f3c",
}
REPLY = {
    "phone_number": "17000000001",
    "content": "3 满意",
    "send_time": "2026-11-21 19:30:00",
    "dest_code": "1065790009",
    "sequence_id": "1234500001",
    "sign_name": "示例社区",
}
PART = Part("5f3c", "17000000001", "", 1, 1, "您的诉求已受理 & 100%")


def as_json(*records: object) -> bytes:
    return json.dumps(list(records), ensure_ascii=False).encode()


def test_a_reply_is_known_by_its_sequence_number() -> None:
    (message,) = parse_mo(as_json(REPLY), NOW)
    assert (message.phone, message.account, message.text) == ("17000000001", "1065790009", "3 满意")
    assert message.dedupe_key == "sms:aliyun:17000000001:1234500001"
    assert message.message_time == datetime(2026, 11, 21, 11, 30, tzinfo=UTC)


def test_the_sequence_number_may_be_a_number() -> None:
    assert parse_mo(as_json(REPLY | {"sequence_id": 1234500001}), NOW) == parse_mo(as_json(REPLY), NOW)


def test_without_a_sequence_number_the_content_is_the_key() -> None:
    bare = {name: value for name, value in REPLY.items() if name != "sequence_id"}
    (message,) = parse_mo(as_json(bare), NOW)
    (again,) = parse_mo(as_json(bare), NOW)
    assert message.dedupe_key == again.dedupe_key != parse_mo(as_json(bare | {"content": "2"}), NOW)[0].dedupe_key


def test_a_batch_of_reports_keeps_its_order() -> None:
    failed = REPORT | {"success": False, "err_code": "MK:0008", "out_id": "77aa"}
    first, second = parse_report(as_json(REPORT, failed), NOW)
    assert (first.status, first.message_id, first.provider_id) == (MessageStatus.DELIVERED, "5f3c", "900619746936498440^0")
    assert (second.status, second.message_id, second.code) == (MessageStatus.FAILED, "77aa", "MK:0008")
    assert first.reported_at == datetime(2026, 11, 21, 11, 30, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "status"), [("true", MessageStatus.DELIVERED), ("false", MessageStatus.FAILED), (1, MessageStatus.DELIVERED)]
)
def test_success_may_be_a_word(value: object, status: MessageStatus) -> None:
    assert parse_report(as_json(REPORT | {"success": value}), NOW)[0].status is status


def test_a_part_of_a_long_text_is_told_by_our_own_number() -> None:
    (receipt,) = parse_report(as_json(REPORT | {"out_id": "5f3c.2.3"}), NOW)
    assert (receipt.message_id, receipt.part, receipt.parts) == ("5f3c", 2, 3)


def test_a_report_with_somebody_elses_number_still_has_the_providers() -> None:
    (receipt,) = parse_report(as_json(REPORT | {"out_id": "活动 2026"}), NOW)
    assert (receipt.message_id, receipt.provider_id) == ("", "900619746936498440^0")


@pytest.mark.parametrize(
    "change",
    [{"success": None}, {"success": "maybe"}, {"success": []}, {"biz_id": "", "out_id": ""}, {"biz_id": {}, "out_id": ""}],
)
def test_a_report_of_the_wrong_shape_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadMessage):
        parse_report(as_json(REPORT | change), NOW)


def test_values_are_encoded_as_the_signature_demands() -> None:
    assert canonical_query({"b": "x y*~/+", "a": "中"}) == "a=%E4%B8%AD&b=x%20y%2A~%2F%2B"


def test_the_signature_covers_query_headers_and_body() -> None:
    given = {
        "host": "sms.test",
        "action": "SendSms",
        "version": "2017-05-25",
        "query": "a=1",
        "body": b"",
        "at": NOW,
        "nonce": "n",
    }
    headers = signed_headers(Credentials("an-id", "a-secret"), **given)  # type: ignore[arg-type]
    empty = hashlib.sha256(b"").hexdigest()
    names = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
    canonical = (
        f"POST\n/\na=1\nhost:sms.test\nx-acs-action:SendSms\nx-acs-content-sha256:{empty}\nx-acs-date:2026-11-21T11:30:00Z\n"
        f"x-acs-signature-nonce:n\nx-acs-version:2017-05-25\n\n{names}\n{empty}"
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    expected = hmac.new(b"a-secret", f"ACS3-HMAC-SHA256\n{digest}".encode(), hashlib.sha256).hexdigest()
    assert headers["Authorization"] == f"ACS3-HMAC-SHA256 Credential=an-id,SignedHeaders={names},Signature={expected}"
    for change in ({"query": "a=2"}, {"nonce": "m"}, {"body": b"x"}, {"host": "other.test"}):
        assert signed_headers(Credentials("an-id", "a-secret"), **given | change) != headers  # type: ignore[arg-type]


def provider(session: aiohttp.ClientSession, gateway: Gateway) -> AliyunProvider:
    return AliyunProvider(
        session=session,
        clock=HandClock(NOW),
        credentials=Credentials("an-id", "a-secret"),
        sign_name="示例社区",
        template_code="SMS_1",
        endpoint=gateway.url,
        nonce=lambda: "a-nonce",
    )


async def test_a_text_is_the_one_variable_of_the_template(session: aiohttp.ClientSession, gateway: Gateway) -> None:
    gateway.answers = [(200, '{"Code":"OK","Message":"OK","BizId":"9006^0","RequestId":"r"}')]
    result = await provider(session, gateway).send(PART)
    assert (result.outcome, result.provider_id) == (SendOutcome.ACCEPTED, "9006^0")
    request = gateway.requests[0]
    query = parse_qs(urlsplit(request.raw_path).query)
    assert json.loads(query["TemplateParam"][0]) == {"content": "您的诉求已受理 & 100%"}
    assert (query["SignName"], query["TemplateCode"]) == (["示例社区"], ["SMS_1"])
    assert (query["PhoneNumbers"], query["OutId"]) == (["17000000001"], ["5f3c"])


async def test_the_signature_holds_for_what_really_goes_over_the_line(session: aiohttp.ClientSession, gateway: Gateway) -> None:
    await provider(session, gateway).send(PART)
    request = gateway.requests[0]
    assert request.method == "POST"
    expected = signed_headers(
        Credentials("an-id", "a-secret"),
        host=request.headers["Host"],
        action=request.headers["x-acs-action"],
        version=request.headers["x-acs-version"],
        query=urlsplit(request.raw_path).query,
        body=gateway.bodies[0],
        at=NOW,
        nonce="a-nonce",
    )
    assert request.headers["Authorization"] == expected["Authorization"]
    assert request.headers["x-acs-content-sha256"] == expected["x-acs-content-sha256"]


async def test_the_parts_of_a_long_text_have_different_numbers(session: aiohttp.ClientSession, gateway: Gateway) -> None:
    await provider(session, gateway).send(Part("5f3c", "17000000001", "", 2, 3, "x"))
    assert parse_qs(urlsplit(gateway.requests[0].raw_path).query)["OutId"] == ["5f3c.2.3"]


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (200, "isv.BUSINESS_LIMIT_CONTROL", SendOutcome.RETRY_LATER),
        (200, "isv.MOBILE_NUMBER_ILLEGAL", SendOutcome.REJECTED),
        (200, "isv.DAY_LIMIT_CONTROL", SendOutcome.REJECTED),
        (200, "isv.SOMETHING_NEW", SendOutcome.REJECTED),
        (200, "isp.SYSTEM_ERROR", SendOutcome.UNKNOWN),
        (400, "Throttling.User", SendOutcome.RETRY_LATER),
        (404, "InvalidAccessKeyId.NotFound", SendOutcome.REJECTED),
        (500, "InternalError", SendOutcome.UNKNOWN),
    ],
)
async def test_every_code_has_a_consequence(
    session: aiohttp.ClientSession, gateway: Gateway, status: int, code: str, outcome: SendOutcome
) -> None:
    gateway.answers = [(status, json.dumps({"Code": code, "Message": "a message"}))]
    result = await provider(session, gateway).send(PART)
    assert (result.outcome, result.code) == (outcome, code)
    assert result.reason


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, "{}"), SendOutcome.UNKNOWN),
        ((200, '{"Code":17}'), SendOutcome.UNKNOWN),
        ((403, "x"), SendOutcome.REJECTED),
        (None, SendOutcome.UNKNOWN),
    ],
)
async def test_an_answer_that_is_not_aliyuns_proves_nothing(
    session: aiohttp.ClientSession, gateway: Gateway, answer: tuple[int, str] | None, outcome: SendOutcome
) -> None:
    gateway.answers = [answer]
    assert (await provider(session, gateway).send(PART)).outcome is outcome


def test_the_secret_does_not_show_when_printed() -> None:
    assert "geheim" not in repr(Credentials("id", "geheim"))
