from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import aiohttp
import pytest

from backend.contracts.messages import Channel, MessageKind, MessageStatus, SendOutcome
from channels.sms import http
from channels.sms.fields import BadMessage
from channels.sms.kannel import KannelProvider, parse_dlr, parse_mo, read_receipt
from channels.sms.provider import Part
from tests.unit.sms.helpers import NOW, Gateway

# as captured from smsbox 1.4.5 (the text shown decoded); numbers come with a plus
CAPTURED_MO = (
    "from=%2B8617000000001&to=%2B106900000001&ts=1795298510&text=屋里暖气冰凉😀&charset=UTF-8&coding=0"
    "&id=36932f34-3aa4-4f52-a9ba-fe2c0a54a313&smsc=CARRIER&udh="
)
RECEIPT = "id:0000000003 sub:001 dlvrd:001 submit date:2611212202 done date:2611212202 stat:{} err:{} text:"


def mo(**fields: str) -> bytes:
    return urlencode(
        {"from": "17000000001", "to": "106900000001", "ts": "1795298510", "text": "你好", "id": "m-1"} | fields
    ).encode()


def dlr(**fields: str) -> bytes:
    return urlencode({"id": "5f3c", "type": "1", "ans": ""} | fields).encode()


def test_a_captured_text_becomes_a_message_of_the_phone_that_sent_it() -> None:
    message = parse_mo(quote(CAPTURED_MO, safe="%&=+").encode(), NOW)
    assert message.channel is Channel.SMS
    assert message.kind is MessageKind.TEXT
    assert message.text == "屋里暖气冰凉😀"
    assert message.channel_user_id == message.phone == "17000000001"
    assert message.account == "106900000001"
    assert message.message_time == datetime(2026, 11, 21, 22, 1, 50, tzinfo=UTC)
    assert message.dedupe_key == "sms:kannel:+8617000000001:36932f34-3aa4-4f52-a9ba-fe2c0a54a313"
    assert message.grant is None


def test_percent_encoded_text_reads_the_same() -> None:
    assert parse_mo(mo(text="第1行\n第2行 & 100%"), NOW).text == "第1行\n第2行 & 100%"


def test_text_that_was_not_percent_encoded_reads_the_same() -> None:
    assert parse_mo(CAPTURED_MO.encode(), NOW) == parse_mo(quote(CAPTURED_MO, safe="%&=+").encode(), NOW)


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("UTF-8", "屋里".encode(), "屋里"),
        ("", "屋里".encode(), "屋里"),
        ("windows-1252", b"caf\xe9 \x80", "café €"),
        ("ISO-8859-1", b"caf\xe9", "café"),
        ("UTF-16BE", "屋里😀".encode("utf-16-be"), "屋里😀"),
        ("UCS-2", "屋里".encode("utf-16-be"), "屋里"),
        ("GBK", "屋里".encode("gbk"), "屋里"),
        ("8-BIT", b"\x01\x02\xff", "\x01\x02�"),
        ("klingon", "屋里".encode(), "屋里"),
    ],
)
def test_the_text_is_read_in_the_charset_that_kannel_names(charset: str, raw: bytes, text: str) -> None:
    query = b"from=%2B8617000000001&to=1069&ts=1&id=x&charset=" + charset.encode() + b"&text=" + quote(raw).encode()
    message = parse_mo(query, NOW)
    assert (message.text, message.channel_user_id, message.account) == (text, "17000000001", "1069")


def test_what_no_database_can_store_is_replaced() -> None:
    assert parse_mo(b"from=17000000001&text=a%00b&id=x", NOW).text == "a�b"


@pytest.mark.parametrize(
    ("ts", "when"),
    [
        ("1795298510", datetime(2026, 11, 21, 22, 1, 50, tzinfo=UTC)),
        ("2026-11-21 22:01:50", datetime(2026, 11, 21, 22, 1, 50, tzinfo=UTC)),
        ("", NOW),
        ("gestern", NOW),
        ("99999999999999", NOW),
        ("0000-00-00 00:00:00", NOW),
    ],
)
def test_a_time_stamp_is_utc_and_a_broken_one_costs_no_message(ts: str, when: datetime) -> None:
    assert parse_mo(mo(ts=ts), NOW).message_time == when


def test_an_empty_text_is_a_message_too() -> None:
    assert parse_mo(mo(text=""), NOW).text == ""


@pytest.mark.parametrize("missing", ["from", "text"])
def test_a_call_without_sender_or_text_is_refused(missing: str) -> None:
    fields = {"from": "17000000001", "text": "你好", "id": "x"}
    del fields[missing]
    with pytest.raises(BadMessage, match=missing):
        parse_mo(urlencode(fields).encode(), NOW)


def test_a_sender_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadMessage):
        parse_mo(mo(**{"from": "CMCC"}), NOW)


def test_a_call_with_more_fields_than_kannel_has_is_refused() -> None:
    with pytest.raises(BadMessage):
        parse_mo(b"&".join([b"a=1"] * 1000), NOW)


def test_without_an_id_the_same_text_at_the_same_time_is_the_same_message() -> None:
    first, again = parse_mo(mo(id=""), NOW), parse_mo(mo(id=""), NOW)
    assert first.dedupe_key == again.dedupe_key
    others = [
        parse_mo(mo(id="", **change), NOW).dedupe_key
        for change in ({"text": "您好"}, {"ts": "1795298511"}, {"from": "17000000002"})
    ]
    assert len({first.dedupe_key, *others}) == 4


def test_the_same_id_from_another_phone_is_another_message() -> None:
    keys = {parse_mo(mo(id="7", **{"from": phone}), NOW).dedupe_key for phone in ("17000000001", "17000000002")}
    assert len(keys) == 2


def test_an_id_of_absurd_length_still_makes_a_key_of_normal_length() -> None:
    key = parse_mo(mo(id="x" * 5000), NOW).dedupe_key
    assert key.startswith("sms:kannel:")
    assert len(key) < 64


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("1", MessageStatus.DELIVERED),
        ("2", MessageStatus.FAILED),
        ("4", MessageStatus.SENT),
        ("8", MessageStatus.SENT),
        ("16", MessageStatus.FAILED),
        ("34", MessageStatus.FAILED),  # expired: 2 | 32
        ("32", MessageStatus.FAILED),
        ("12", MessageStatus.SENT),
        ("9", MessageStatus.DELIVERED),
    ],
)
def test_the_bits_of_a_report_become_a_status(kind: str, status: MessageStatus) -> None:
    assert parse_dlr(dlr(type=kind), NOW).status is status


@pytest.mark.parametrize("kind", ["", "0", "64", "-1", "1.0", "delivered", "9999", "١"])
def test_an_unknown_report_type_is_refused_with_the_known_ones(kind: str) -> None:
    with pytest.raises(BadMessage, match="type"):
        parse_dlr(dlr(type=kind), NOW)


def test_a_captured_report_names_our_message_its_part_and_the_carriers_words() -> None:
    query = f"id=5f3c&part=2&parts=3&type=2&ans={RECEIPT.format('EXPIRED', '027')}&ts=1795298563"
    receipt = parse_dlr(query.encode(), NOW)
    assert (receipt.message_id, receipt.part, receipt.parts) == ("5f3c", 2, 3)
    assert receipt.status is MessageStatus.FAILED
    assert receipt.code == "EXPIRED 027"
    assert receipt.reported_at == datetime(2026, 11, 21, 22, 2, 43, tzinfo=UTC)


def test_a_carrier_that_does_not_know_is_not_taken_for_a_failure() -> None:
    # measured: Kannel reports stat:UNKNOWN with type 2
    assert parse_dlr(dlr(type="2", ans=RECEIPT.format("UNKNOWN", "000")), NOW).status is MessageStatus.UNKNOWN


def test_a_refusal_keeps_the_carriers_code() -> None:
    receipt = parse_dlr(dlr(type="16", ans="NACK/0x0000000b/Invalid Destination Address"), NOW)
    assert receipt.status is MessageStatus.FAILED
    assert receipt.code.startswith("NACK/0x0000000b")


@pytest.mark.parametrize(
    "fields",
    [
        {"id": ""},
        {"id": "a b"},
        {"id": "x" * 65},
        {"part": "-1"},
        {"part": "256"},
        {"part": "x"},
        {"parts": "0"},
        {"parts": "9" * 50},
    ],
)
def test_a_report_of_the_wrong_shape_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(BadMessage):
        parse_dlr(dlr(**fields), NOW)


@pytest.mark.parametrize(
    ("state", "error", "status", "code"),
    [
        ("DELIVRD", "000", MessageStatus.DELIVERED, "DELIVRD"),
        ("ACCEPTD", "000", MessageStatus.SENT, "ACCEPTD"),
        ("ENROUTE", "000", MessageStatus.SENT, "ENROUTE"),
        ("UNDELIV", "027", MessageStatus.FAILED, "UNDELIV 027"),
        ("DELETED", "001", MessageStatus.FAILED, "DELETED 001"),
        ("REJECTD", "0b1", MessageStatus.FAILED, "REJECTD 0b1"),
        ("NONSENS", "001", None, ""),
    ],
)
def test_the_states_of_a_carriers_receipt(state: str, error: str, status: MessageStatus | None, code: str) -> None:
    assert read_receipt(RECEIPT.format(state, error)) == (status, code)


def provider(session: aiohttp.ClientSession, gateway: Gateway, **values: str) -> KannelProvider:
    given = {"sendsms_url": f"{gateway.url}/cgi-bin/sendsms", "dlr_url": "http://127.0.0.1:8000/sms/t/kannel/dlr"} | values
    return KannelProvider(session=session, username="u&1", password="p=2", sender="106900000001", **given)  # type: ignore[arg-type]


PART = Part("5f3c", "17000000001", "", 1, 1, "已受理😀 100% & 更多")


async def test_a_part_goes_out_in_utf8_with_a_report_address_of_its_own(session: aiohttp.ClientSession, gateway: Gateway) -> None:
    result = await provider(session, gateway).send(PART)
    assert result.outcome is SendOutcome.ACCEPTED
    query = parse_qs(urlsplit(gateway.requests[0].raw_path).query, keep_blank_values=True)
    assert query["text"] == ["已受理😀 100% & 更多"]
    assert (query["coding"], query["charset"], query["dlr-mask"]) == (["2"], ["UTF-8"], ["31"])
    assert (query["username"], query["password"]) == (["u&1"], ["p=2"])
    assert (query["from"], query["to"]) == (["106900000001"], ["+8617000000001"])
    assert query["dlr-url"] == ["http://127.0.0.1:8000/sms/t/kannel/dlr?id=5f3c&part=1&parts=1&type=%d&ans=%A&ts=%T"]
    assert "udh" not in query


async def test_each_part_of_a_long_message_carries_its_header(session: aiohttp.ClientSession, gateway: Gateway) -> None:
    await provider(session, gateway).send(Part("5f3c", "17000000001", "10690000000188", 2, 3, "字"))
    raw = urlsplit(gateway.requests[0].raw_path).query
    assert "&udh=%05%00%03" in raw
    assert raw.endswith("%03%02")
    assert parse_qs(raw)["from"] == ["10690000000188"]


async def test_a_percent_sign_in_our_address_is_not_taken_for_one_of_kannels(
    session: aiohttp.ClientSession, gateway: Gateway
) -> None:
    await provider(session, gateway, dlr_url="http://127.0.0.1/sms/a%20b/kannel/dlr").send(PART)
    query = parse_qs(urlsplit(gateway.requests[0].raw_path).query)
    assert query["dlr-url"][0].startswith("http://127.0.0.1/sms/a%%20b/kannel/dlr?id=")


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        ((202, "0: Accepted for delivery"), SendOutcome.ACCEPTED, "0: Accepted for delivery"),
        ((202, "3: Queued for later delivery"), SendOutcome.ACCEPTED, "3: Queued for later delivery"),
        ((202, "4: something new"), SendOutcome.UNKNOWN, "http_202"),
        ((200, "<html>a proxy's page</html>"), SendOutcome.UNKNOWN, "http_200"),
        ((400, "Empty receiver number not allowed, rejected"), SendOutcome.REJECTED, "http_400"),
        ((403, "Authorization failed for sendsms"), SendOutcome.REJECTED, "http_403"),
        ((404, "Not found"), SendOutcome.REJECTED, "http_404"),
        ((500, "oops"), SendOutcome.UNKNOWN, "http_500"),
        ((503, "Temporal failure, try again later."), SendOutcome.RETRY_LATER, "http_503"),
        ((429, ""), SendOutcome.RETRY_LATER, "http_429"),
    ],
)
async def test_what_smsbox_answers_decides(
    session: aiohttp.ClientSession, gateway: Gateway, answer: tuple[int, str], outcome: SendOutcome, code: str
) -> None:
    gateway.answers = [answer]
    result = await provider(session, gateway).send(PART)
    assert (result.outcome, result.code) == (outcome, code)
    if outcome is not SendOutcome.ACCEPTED:
        assert result.reason == answer[1]


async def test_a_line_that_is_cut_after_the_request_leaves_the_outcome_unknown(
    session: aiohttp.ClientSession, gateway: Gateway
) -> None:
    gateway.answers = [None]
    assert (await provider(session, gateway).send(PART)).outcome is SendOutcome.UNKNOWN


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/cgi-bin/sendsms", "http://no-such-host.invalid/x", "nonsense"])
async def test_a_gateway_that_cannot_be_reached_is_tried_again_later(
    session: aiohttp.ClientSession, gateway: Gateway, url: str
) -> None:
    result = await provider(session, gateway, sendsms_url=url).send(PART)
    assert result.outcome is SendOutcome.RETRY_LATER
    assert result.reason


async def test_silence_after_the_request_leaves_the_outcome_unknown(
    session: aiohttp.ClientSession, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await asyncio.start_server(lambda _reader, _writer: asyncio.sleep(5), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr(http, "TIMEOUT", aiohttp.ClientTimeout(total=0.2))
    result = await provider(session, gateway, sendsms_url=f"http://127.0.0.1:{port}/").send(PART)
    server.close()
    assert result.outcome is SendOutcome.UNKNOWN


def test_secrets_do_not_show_when_a_provider_is_printed() -> None:
    shown = repr(
        KannelProvider(session=None, sendsms_url="u", username="n", password="geheim", sender="1", dlr_url="http://x/token")  # type: ignore[arg-type]
    )
    assert "geheim" not in shown
    assert "token" not in shown
