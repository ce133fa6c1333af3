from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from urllib.parse import quote

import pytest
import structlog
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from backend.services.inbox import InboxUnavailable
from channels.sms.webhook import MAX_BODY_BYTES
from tests.unit.sms.helpers import NOW, TOKEN, RecordingInbox, web_client

MO = f"/sms/{TOKEN}/kannel/mo?from=%2B8617000000001&to=%2B106900000001&ts=1795298510&text=%E4%BD%A0%E5%A5%BD&charset=UTF-8&id=m-1"
DLR = f"/sms/{TOKEN}/kannel/dlr?id=5f3c&type=1&ans=x"
ALIYUN_MO = [{"phone_number": "17000000001", "content": "1", "send_time": "2026-11-21 19:30:00", "sequence_id": 7}]
ALIYUN_REPORT = [{"success": True, "biz_id": "9^0", "out_id": "5f3c", "err_code": "DELIVERED"}]
MAS_MO = {"mobile": "17000000001", "smsContent": "1", "sendTime": "2026-11-21 19:30:00"}
MAS_REPORT = {"reportStatus": "CM:0000", "errorCode": "DELIVRD", "msgGroup": "g"}
POSTS = {
    "aliyun/mo": ALIYUN_MO,
    "aliyun/report": ALIYUN_REPORT,
    "cmcc_mas/mo": MAS_MO,
    "cmcc_mas/report": MAS_REPORT,
}


@pytest.mark.parametrize("address", [MO, DLR])
async def test_kannel_gets_an_empty_text_so_that_nothing_goes_back_to_the_phone(inbox: RecordingInbox, address: str) -> None:
    async with web_client(inbox) as client:
        response = await client.get(address)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"].startswith("text/plain")
    assert len(inbox.messages) + len(inbox.receipts) == 1


async def test_the_text_is_read_in_its_own_charset(inbox: RecordingInbox) -> None:
    async with web_client(inbox) as client:
        await client.get(f"/sms/{TOKEN}/kannel/mo?from=17000000001&id=x&charset=windows-1252&text=caf%E9")
    assert inbox.messages[0].text == "café"


@pytest.mark.parametrize("address", list(POSTS))
async def test_each_provider_gets_its_acknowledgement_once_everything_is_stored(inbox: RecordingInbox, address: str) -> None:
    async with web_client(inbox) as client:
        response = await client.post(f"/sms/{TOKEN}/{address}", json=POSTS[address])
    assert response.status_code == 200
    if address.startswith("aliyun"):
        assert response.json() == {"code": 0, "msg": "接收成功"}
    else:
        assert response.content == b""
    assert len(inbox.messages) == int(address.endswith("mo"))
    assert len(inbox.receipts) == int(address.endswith("report"))


@pytest.mark.parametrize("token", ["wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "%00", "%F0%9F%98%80", "%FF"])
async def test_a_wrong_token_is_a_page_that_does_not_exist(inbox: RecordingInbox, token: str) -> None:
    async with web_client(inbox) as client:
        for path in ("kannel/mo?from=17000000001&text=x", "kannel/dlr?id=1&type=1"):
            assert (await client.get(f"/sms/{token}/{path}")).status_code == 404
        assert (await client.post(f"/sms/{token}/aliyun/mo", json=ALIYUN_MO)).status_code == 404
    assert not inbox.messages


async def test_without_a_configured_token_every_address_is_closed(inbox: RecordingInbox) -> None:
    async with web_client(inbox, token="") as client:
        for token in ("", "x", TOKEN):
            assert (await client.get(f"/sms/{token}/kannel/mo?from=17000000001&text=x")).status_code == 404


async def test_a_wrong_token_and_an_unknown_provider_answer_the_same(inbox: RecordingInbox) -> None:
    async with web_client(inbox) as client:
        wrong = await client.get("/sms/wrong/kannel/mo")
        unknown = await client.get(f"/sms/{TOKEN}/pigeon/mo")
    assert wrong.content == unknown.content
    assert wrong.status_code == unknown.status_code == 404


@pytest.mark.parametrize(("method", "path"), [("POST", "kannel/mo"), ("GET", "aliyun/mo"), ("GET", "cmcc_mas/report")])
async def test_the_wrong_method_is_told_the_right_one(inbox: RecordingInbox, method: str, path: str) -> None:
    async with web_client(inbox) as client:
        response = await client.request(method, f"/sms/{TOKEN}/{path}")
    assert response.status_code == 405
    assert "use" in response.json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "kannel/mo",
        "kannel/mo?from=&text=x",
        "kannel/mo?text=x",
        "kannel/dlr?id=1",
        "kannel/dlr?id=1&type=64",
        "kannel/dlr?type=1",
        "kannel/dlr?id=1&type=x",
    ],
)
async def test_a_broken_call_is_refused_with_the_reason(inbox: RecordingInbox, path: str) -> None:
    async with web_client(inbox) as client:
        response = await client.get(f"/sms/{TOKEN}/{path}")
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "bad_push"
    assert response.json()["detail"]


@pytest.mark.parametrize("error", [InboxUnavailable("disk full"), RuntimeError("bug"), TimeoutError()])
@pytest.mark.parametrize("address", ["kannel/mo", "kannel/dlr", *POSTS])
async def test_what_could_not_be_stored_must_come_again(error: Exception, address: str) -> None:
    async with web_client(RecordingInbox(broken=error)) as client:
        if address in POSTS:
            response = await client.post(f"/sms/{TOKEN}/{address}", json=POSTS[address])
        else:
            response = await client.get({"kannel/mo": MO, "kannel/dlr": DLR}[address])
    assert response.status_code == 503
    assert "disk full" not in response.text


async def test_a_body_over_the_limit_is_refused_whether_declared_or_not(inbox: RecordingInbox) -> None:
    big = b"[" + b" " * MAX_BODY_BYTES + b"]"

    async def chunks():  # type: ignore[no-untyped-def]
        for start in range(0, len(big), 65536):
            yield big[start : start + 65536]

    async with web_client(inbox) as client:
        declared = await client.post(f"/sms/{TOKEN}/aliyun/mo", content=big)
        streamed = await client.post(f"/sms/{TOKEN}/aliyun/mo", content=chunks())
    assert (declared.status_code, streamed.status_code) == (413, 413)


async def test_a_batch_is_handed_to_the_inbox_whole(inbox: RecordingInbox) -> None:
    batch = [ALIYUN_MO[0] | {"sequence_id": n, "phone_number": f"1700000{n:04d}"} for n in range(200)]
    async with web_client(inbox) as client:
        assert (await client.post(f"/sms/{TOKEN}/aliyun/mo", json=batch)).status_code == 200
    assert len({message.dedupe_key for message in inbox.messages}) == 200


async def test_refusals_are_logged_without_personal_data(inbox: RecordingInbox) -> None:
    with structlog.testing.capture_logs() as logs:
        async with web_client(inbox) as client:
            await client.get(f"/sms/{TOKEN}/kannel/mo?from=17000001234x&text={quote('我家的事')}")
    shown = json.dumps(logs, ensure_ascii=False)
    assert "sms_push_refused" in shown
    assert "17000001234" not in shown
    assert "我家" not in shown
    assert TOKEN not in shown


@given(path=st.sampled_from([*POSTS, "kannel/mo", "kannel/dlr"]), body=st.binary(max_size=400), query=st.binary(max_size=200))
@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_arbitrary_bytes_never_make_an_error_of_ours(path: str, body: bytes, query: bytes) -> None:
    assert asyncio.run(_status(path, body, query)) in (200, 400)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=4,
)
field_names = st.sampled_from(sorted({*ALIYUN_MO[0], *ALIYUN_REPORT[0], *MAS_MO, *MAS_REPORT}))


@given(path=st.sampled_from(sorted(POSTS)), records=st.lists(st.dictionaries(field_names, json_values, max_size=8), max_size=3))
@hypothesis_settings(max_examples=150, deadline=None)
def test_known_fields_with_arbitrary_values_never_make_an_error_of_ours(path: str, records: list[dict[str, object]]) -> None:
    assert asyncio.run(_status(path, json.dumps(records).encode(), b"")) in (200, 400)


@given(
    values=st.dictionaries(
        st.sampled_from(["from", "to", "text", "ts", "charset", "id", "type", "ans", "part", "parts"]), st.binary(max_size=30)
    )
)
@hypothesis_settings(max_examples=150, deadline=None)
def test_known_parameters_with_arbitrary_bytes_never_make_an_error_of_ours(values: dict[str, bytes]) -> None:
    query = "&".join(f"{name}={quote(value)}" for name, value in ({"from": b"17000000001", "id": b"x"} | values).items()).encode()
    for path in ("kannel/mo", "kannel/dlr"):
        assert asyncio.run(_status(path, b"", query)) in (200, 400)


async def _status(path: str, body: bytes, query: bytes) -> int:
    inbox = RecordingInbox()
    async with web_client(inbox) as client:
        address = f"/sms/{TOKEN}/{path}"
        if path in POSTS:
            status = (await client.post(address, content=body)).status_code
        else:
            status = (await client.get(f"{address}?{quote(query, safe='=&%+')}")).status_code
    for message in inbox.messages:
        # what is handed on can be stored: UTF-8 without NUL
        for text in (message.text, message.channel_user_id, message.account, message.dedupe_key):
            assert b"\0" not in text.encode()
    for receipt in inbox.receipts:
        for text in (receipt.message_id, receipt.provider_id, receipt.code):
            assert b"\0" not in text.encode()
    return status


@pytest.mark.parametrize(("days", "kept"), [(0, True), (-20, True), (-5000, False), (2, False)])
async def test_a_text_from_another_year_or_from_tomorrow_counts_as_written_now(
    inbox: RecordingInbox, days: int, kept: bool
) -> None:
    sent = NOW.replace(microsecond=0) + timedelta(days=days)
    async with web_client(inbox) as client:
        query = f"from=17000000001&to=1069&text=x&id=1&ts={int(sent.timestamp())}"
        assert (await client.get(f"/sms/{TOKEN}/kannel/mo?{query}")).status_code == 200
    assert inbox.messages[0].message_time == (sent if kept else NOW)
