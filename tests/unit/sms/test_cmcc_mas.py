from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import aiohttp
import pytest

from backend.contracts.messages import MessageStatus, SendOutcome
from channels.sms.cmcc_mas import MasProvider, encode_body, mac_of, parse_mo, parse_report
from channels.sms.fields import BadMessage
from channels.sms.provider import Part
from tests.unit.sms.helpers import NOW, Gateway

REPLY = {"mobile": "17000000001", "smsContent": "楼道灯坏了", "sendTime": "2026-11-21 19:30:00", "addSerial": "1065099991"}
REPORT = {
    "reportStatus": "CM:0000",
    "mobile": "17000000001",
    "submitDate": "20261121193000",
    "receiveDate": "20261121193003",
    "errorCode": "DELIVRD",
    "msgGroup": "1121193000001000000007",
}
VALUES = {
    "ecName": "铁东区办事处",
    "apId": "youshi",
    "secretKey": "an-invented-key",
    "mobiles": "17000000001",
    "content": "您的诉求已受理",
    "sign": "SIGN9",
    "addSerial": "",
}


def as_json(*records: object) -> bytes:
    return json.dumps(records[0] if len(records) == 1 else records, ensure_ascii=False).encode()


def test_a_reply_becomes_a_message_and_its_beijing_time_utc() -> None:
    (message,) = parse_mo(as_json(REPLY), NOW)
    assert (message.phone, message.account, message.text) == ("17000000001", "1065099991", "楼道灯坏了")
    assert message.message_time == datetime(2026, 11, 21, 11, 30, tzinfo=UTC)
    assert message.dedupe_key.startswith("sms:cmcc_mas:")


@pytest.mark.parametrize(
    "body", [as_json(REPLY), json.dumps([REPLY]).encode(), urlencode(REPLY).encode(), b"  \n" + as_json(REPLY)]
)
def test_object_array_and_form_say_the_same(body: bytes) -> None:
    assert parse_mo(body, NOW) == parse_mo(as_json(REPLY), NOW)


def test_a_push_that_comes_twice_has_the_same_keys() -> None:
    assert parse_mo(as_json(REPLY), NOW)[0].dedupe_key == parse_mo(as_json(REPLY), NOW)[0].dedupe_key
    later = REPLY | {"sendTime": "2026-11-21 19:30:01"}
    assert parse_mo(as_json(later), NOW)[0].dedupe_key != parse_mo(as_json(REPLY), NOW)[0].dedupe_key


def test_one_broken_record_does_not_hold_back_the_others() -> None:
    found = parse_mo(as_json(REPLY, {"mobile": "17000000002"}, 17, REPLY | {"mobile": "17000000003"}), NOW)
    assert [message.phone for message in found] == ["17000000001", "17000000003"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"[1]",
        b"nonsense",
        b"\xff\xfe",
        b"[" * 100_000,
        as_json({"mobile": "CMCC", "smsContent": "x"}),
        as_json({"mobile": ["17000000001"], "smsContent": "x"}),
        as_json({"mobile": True, "smsContent": "x"}),
        as_json({"mobile": "17000000001", "smsContent": {"a": 1}}),
        as_json({"mobile": "17000000001"}),
    ],
)
def test_a_push_of_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(BadMessage):
        parse_mo(body, NOW)


def test_a_number_written_as_a_number_is_one() -> None:
    (message,) = parse_mo(as_json(REPLY | {"mobile": 17000000001}), NOW)
    assert message.phone == "17000000001"


@pytest.mark.parametrize(
    ("state", "error", "status", "code"),
    [
        ("CM:0000", "DELIVRD", MessageStatus.DELIVERED, "DELIVRD"),
        ("CM:3000", "", MessageStatus.SENT, "CM:3000"),
        ("CM:8004", "DB:0140", MessageStatus.FAILED, "DB:0140"),
        ("CM:9999", "", MessageStatus.FAILED, "CM:9999"),
        ("", "DELIVRD", MessageStatus.DELIVERED, "DELIVRD"),
        ("", "EXPIRED", MessageStatus.FAILED, "EXPIRED"),
    ],
)
def test_report_states(state: str, error: str, status: MessageStatus, code: str) -> None:
    (receipt,) = parse_report(as_json(REPORT | {"reportStatus": state, "errorCode": error}), NOW)
    assert (receipt.status, receipt.code) == (status, code)


def test_a_report_is_matched_by_the_group_and_keeps_its_time() -> None:
    (receipt,) = parse_report(as_json(REPORT), NOW)
    assert receipt.provider_id == "1121193000001000000007"
    assert receipt.message_id == ""
    assert receipt.reported_at == datetime(2026, 11, 21, 11, 30, 3, tzinfo=UTC)


@pytest.mark.parametrize("change", [{"msgGroup": ""}, {"msgGroup": "x" * 200}, {"reportStatus": "", "errorCode": ""}])
def test_a_report_about_nothing_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(BadMessage):
        parse_report(as_json(REPORT | change), NOW)


def test_the_mac_covers_the_values_in_the_documented_order() -> None:
    joined = "铁东区办事处youshian-invented-key17000000001您的诉求已受理SIGN9"
    assert mac_of(VALUES) == hashlib.md5(joined.encode()).hexdigest()  # noqa: S324 - the provider's rule
    assert mac_of(VALUES | {"content": "您的诉求已办结"}) != mac_of(VALUES)


def test_the_body_is_base64_of_compact_json_with_chinese_in_utf8() -> None:
    decoded = base64.b64decode(encode_body(VALUES)).decode()
    assert decoded.startswith('{"ecName":"铁东区办事处","apId":"youshi"')
    assert json.loads(decoded) == VALUES | {"mac": mac_of(VALUES)}


def provider(session: aiohttp.ClientSession, gateway: Gateway) -> MasProvider:
    return MasProvider(
        session=session,
        url=f"{gateway.url}/sms/norsubmit",
        ec_name="示例",
        ap_id="youshi",
        secret_key="k",
        sign="SIGN9",
        add_serial="01",
    )


async def test_a_text_is_posted_and_the_group_comes_back(session: aiohttp.ClientSession, gateway: Gateway) -> None:
    gateway.answers = [(200, '{"msgGroup":"g-7","rspcod":"success","success":true}')]
    result = await provider(session, gateway).send(Part("5f3c", "17000000001", "", 1, 1, "已受理"))
    assert (result.outcome, result.provider_id) == (SendOutcome.ACCEPTED, "g-7")
    sent = json.loads(base64.b64decode(gateway.bodies[0]))
    assert (sent["mobiles"], sent["content"], sent["sign"], sent["addSerial"]) == ("17000000001", "已受理", "SIGN9", "01")
    assert sent["mac"] == mac_of(sent)


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        ((200, '{"rspcod":"IllegalMac","success":false}'), SendOutcome.REJECTED, "IllegalMac"),
        ((200, '{"rspcod":"Brandnew","success":false}'), SendOutcome.REJECTED, "Brandnew"),
        ((200, '{"rspcod":"success","success":"true"}'), SendOutcome.ACCEPTED, "success"),
        ((200, '{"answer":42}'), SendOutcome.UNKNOWN, "http_200"),
        ((200, "[]"), SendOutcome.UNKNOWN, "http_200"),
        ((200, "<html>"), SendOutcome.UNKNOWN, "http_200"),
        ((502, "bad gateway"), SendOutcome.UNKNOWN, "http_502"),
        ((503, ""), SendOutcome.RETRY_LATER, "http_503"),
        (None, SendOutcome.UNKNOWN, "ServerDisconnectedError"),
    ],
)
async def test_an_errcode_inside_http_200_is_a_failure(
    session: aiohttp.ClientSession, gateway: Gateway, answer: tuple[int, str] | None, outcome: SendOutcome, code: str
) -> None:
    gateway.answers = [answer]
    result = await provider(session, gateway).send(Part("5f3c", "17000000001", "", 1, 1, "已受理"))
    assert (result.outcome, result.code) == (outcome, code)


async def test_a_refusal_says_what_to_look_at(session: aiohttp.ClientSession, gateway: Gateway) -> None:
    gateway.answers = [(200, '{"rspcod":"NoSignId","success":false}')]
    assert "签名" in (await provider(session, gateway).send(Part("5f3c", "17000000001", "", 1, 1, "x"))).reason
