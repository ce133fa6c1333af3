from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from backend.contracts.messages import DeliveryReceipt, InboundMessage, MessageStatus
from channels.wechat.accounts import WechatAccount
from channels.wechat.crypto import sign
from channels.wechat.webhook import MAX_BODY_BYTES, wechat_router
from tests.clocks import HandClock
from tests.integration.wechat.platform import EVENING
from tests.unit.wechat.pushes import (
    CREATED,
    OPENID,
    OTHER_OPENID,
    TOKEN,
    account,
    as_json,
    as_xml,
    event,
    plain_query,
    sealed,
    text,
)

BOMB = (
    b'<!DOCTYPE xml [<!ENTITY a "hahahahaha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%s;" % (str(n - 1).encode() if n else b"") * 10) for n in range(8))
    + b"]><xml><Content>&a7;</Content></xml>"
)


class Box:
    """An inbox with the one rule that matters here: a dedupe key counts once."""

    def __init__(self) -> None:
        self.messages: dict[str, InboundMessage] = {}
        self.receipts: list[DeliveryReceipt] = []
        self.failure: Exception | None = None

    async def receive(self, messages: Sequence[InboundMessage]) -> None:
        if self.failure is not None:
            raise self.failure
        for message in messages:
            self.messages.setdefault(message.dedupe_key, message)

    async def record_receipts(self, receipts: Sequence[DeliveryReceipt]) -> None:
        if self.failure is not None:
            raise self.failure
        self.receipts.extend(receipts)


class Front:
    """The webhook behind a test client, and what came through it."""

    def __init__(self, *accounts: WechatAccount, wall: Callable[[], float] = lambda: float(CREATED)) -> None:
        self.box = Box()
        self.clock = HandClock(EVENING)
        app = FastAPI()
        app.include_router(wechat_router({one.name: one for one in accounts}, self.box, self.clock, wall=wall))
        # a 500 is an answer here, so that the tests see it instead of the exception
        self.http = TestClient(app, raise_server_exceptions=False)

    def post(self, body: bytes, query: dict[str, str] | None = None, name: str = "oa") -> tuple[int, str]:
        response = self.http.post(f"/wechat/{name}", params=plain_query() if query is None else query, content=body)
        if response.status_code == 200:
            assert response.headers["content-type"] == "text/plain; charset=utf-8"
            return response.status_code, response.text
        assert response.headers["content-type"] == "application/problem+json"
        return response.status_code, response.json()["detail"]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.box.messages.values()]


@pytest.fixture
def front() -> Front:
    return Front(account("oa"), account("mp"))


TAKEN = (200, "success")


def test_the_server_verification_echoes_the_string_as_plain_text(front: Front) -> None:
    response = front.http.get("/wechat/oa", params=plain_query() | {"echostr": "<b>4375120948345356249</b>"})
    assert (response.status_code, response.text) == (200, "<b>4375120948345356249</b>")
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "changed", [{"signature": "0" * 40}, {"timestamp": "1"}, {"nonce": "x"}, {"signature": "签名"}, {"signature": ""}]
)
def test_a_verification_with_a_wrong_signature_is_refused(front: Front, changed: dict[str, str]) -> None:
    response = front.http.get("/wechat/oa", params=plain_query() | {"echostr": "1"} | changed)
    assert (response.status_code, response.json()["code"]) == (403, "push_refused")


@pytest.mark.parametrize("write", [as_xml, as_json])
@pytest.mark.parametrize("name", ["oa", "mp"])
def test_a_plain_push_is_stored_and_acknowledged(front: Front, name: str, write: Any) -> None:
    assert front.post(write(text("屋里暖气冰凉")), name=name) == TAKEN
    [message] = front.box.messages.values()
    assert (message.account, message.channel_user_id, message.text) == (name, OPENID, "屋里暖气冰凉")


@pytest.mark.parametrize("write", [as_xml, as_json])
@pytest.mark.parametrize("name", ["oa", "mp"])
def test_a_safe_mode_push_is_decrypted_and_stored(front: Front, name: str, write: Any) -> None:
    query, body = sealed(account(name), write(text("屋里暖气冰凉")), xml=write is as_xml)
    assert front.post(body, query, name) == TAKEN
    assert front.texts == ["屋里暖气冰凉"]


def compatible(outer: str, inner: str) -> tuple[dict[str, str], bytes]:
    """A push of compatible mode: clear fields and Encrypt side by side."""
    query, body = sealed(account(), as_xml(text(inner)))
    return query, as_xml(text(outer))[: -len(b"</xml>")] + body.removeprefix(b"<xml>")


def test_of_a_compatible_push_the_encrypted_part_counts(front: Front) -> None:
    query, body = compatible("changed on the way", "屋里暖气冰凉")
    body = body.replace(b"<ToUserName><![CDATA[gh_test]]></ToUserName>", b"", 1)
    assert front.post(body, query) == TAKEN
    assert front.texts == ["屋里暖气冰凉"]


def test_of_a_compatible_push_without_a_key_here_the_clear_part_counts_under_its_own_signature() -> None:
    front = Front(account(aes_key=""))
    query, body = compatible("屋里暖气冰凉", "inner")
    body = body.replace(b"<ToUserName><![CDATA[gh_test]]></ToUserName>", b"", 1)
    assert front.post(body, query) == TAKEN
    assert front.texts == ["屋里暖气冰凉"]
    assert front.post(body, query | {"signature": "0" * 40})[0] == 403


def test_a_safe_push_without_a_key_here_is_refused() -> None:
    query, body = sealed(account(), as_xml(text()))
    front = Front(account(aes_key=""))
    assert front.post(body, query)[0] == 400
    assert front.texts == []


def test_an_account_set_to_safe_only_takes_nothing_in_clear() -> None:
    front = Front(account(safe_only=True))
    assert front.post(as_xml(text()))[0] == 403
    query, body = sealed(account(), as_xml(text()))
    assert front.post(body, query) == TAKEN
    assert len(front.texts) == 1


def test_three_deliveries_of_a_message_are_acknowledged_three_times_and_count_once(front: Front) -> None:
    for nonce in ("1", "2", "3"):
        query, body = sealed(account(), as_xml(text()), nonce=nonce)
        assert front.post(body, query) == TAKEN
    query, body = sealed(account(), as_xml(text()))
    assert [front.post(body, query), front.post(body, query)] == [TAKEN, TAKEN]
    assert len(front.texts) == 1


def test_one_message_number_of_two_residents_counts_twice(front: Front) -> None:
    front.post(as_xml(text()))
    front.post(as_xml({**text(), "FromUserName": OTHER_OPENID}))
    assert len(front.texts) == 2


def test_send_results_go_to_the_receipts_and_not_into_a_conversation(front: Front) -> None:
    entry = {"MsgID": "18643237", "ErrorCode": "0", "TemplateId": "TPL-PROGRESS"}
    assert front.post(as_json(event("subscribe_msg_sent_event", List=entry)), name="mp") == TAKEN
    assert front.box.messages == {}
    assert [(receipt.provider_id, receipt.status) for receipt in front.box.receipts] == [("18643237", MessageStatus.DELIVERED)]


def test_the_container_check_is_answered(front: Front) -> None:
    assert front.post(b'{"action": "CheckContainerPath"}', name="mp") == TAKEN
    assert front.box.messages == {}


@pytest.mark.parametrize(
    "changed", [{"signature": "0" * 40}, {"timestamp": str(CREATED + 1)}, {"nonce": "x"}, {"signature": "签名"}]
)
def test_a_plain_push_with_a_wrong_signature_is_refused(front: Front, changed: dict[str, str]) -> None:
    assert front.post(as_xml(text()), plain_query() | changed) == (403, "refused")
    assert front.texts == []


@pytest.mark.parametrize("missing", ["signature", "timestamp", "nonce"])
def test_a_plain_push_without_a_part_of_its_signature_is_refused(front: Front, missing: str) -> None:
    query = plain_query()
    del query[missing]
    assert front.post(as_xml(text()), query)[0] == 403


def test_a_push_signed_for_another_account_is_refused() -> None:
    front = Front(account(), account("mp", token="another-token"))
    assert front.post(as_xml(text()), plain_query(token=TOKEN), "mp")[0] == 403


@pytest.mark.parametrize(
    "changed", [{"msg_signature": "0" * 40}, {"msg_signature": ""}, {"timestamp": str(CREATED + 1)}, {"nonce": "x"}]
)
def test_in_safe_mode_only_the_msg_signature_counts(front: Front, changed: dict[str, str]) -> None:
    query, body = sealed(account(), as_xml(text()))
    query |= changed
    # the other signature is right, and does not help
    query["signature"] = sign(TOKEN, query["timestamp"], query["nonce"])
    assert front.post(body, query)[0] == 403
    assert front.texts == []


def test_a_safe_push_for_another_appid_is_refused(front: Front) -> None:
    query, body = sealed(account(appid="wxsomebodyelse00"), as_xml(text()))
    assert front.post(body, query)[0] == 403


def test_a_tampered_ciphertext_is_refused(front: Front) -> None:
    query, body = sealed(account(), as_json(text()), xml=False)
    at = len(body) // 2
    changed = body[:at] + (b"A" if body[at : at + 1] != b"A" else b"B") + body[at + 1 :]
    assert front.post(changed, query)[0] == 403


def test_a_clear_body_under_an_encrypted_query_is_refused(front: Front) -> None:
    query, _ = sealed(account(), as_xml(text()))
    assert front.post(as_xml(text()), query)[0] == 400
    assert front.texts == []


@pytest.mark.parametrize("encrypt", [{}, [], ["a"], 7, True, "", "不是密文", "AAAA"])
def test_an_encrypt_field_of_the_wrong_shape_is_refused(front: Front, encrypt: Any) -> None:
    query, _ = sealed(account(), as_xml(text()))
    status, _ = front.post(as_json({"Encrypt": encrypt}), query)
    assert status in {400, 403}


@pytest.mark.parametrize(
    "inner", [b"", b"hello", b"[]", b'"text"', as_xml(text()) * 2, as_xml(text())[:-5], BOMB, as_json({**text(), "MsgType": {}})]
)
def test_a_broken_message_inside_a_good_envelope_is_a_bad_request(front: Front, inner: bytes) -> None:
    query, body = sealed(account(), inner)
    assert front.post(body, query) == (400, "refused")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"[]",
        b"[1, 2]",
        b'"text"',
        b"null",
        b"{}",
        b'{"MsgType": "text"}',
        b'{"MsgType": [], "FromUserName": {}}',
        as_xml(text()) * 2,
        as_json(text()) * 2,
        as_xml(text())[:-5],
        as_json(text())[:-5],
        BOMB,
        b'<!DOCTYPE x SYSTEM "file:///etc/hostname"><xml><MsgType>text</MsgType></xml>',
        b"<xml>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</xml>",
        b'{"a":' + b"[" * 50_000,
        b"\x00" * 1000,
        as_xml({**text(), "CreateTime": CREATED * 1000}),
    ],
)
@pytest.mark.parametrize("name", ["oa", "mp"])
def test_a_signed_body_that_is_no_push_is_a_bad_request(front: Front, body: bytes, name: str) -> None:
    assert front.post(body, name=name) == (400, "refused")
    assert front.box.messages == {}


@pytest.mark.parametrize("query", [None, {}])
def test_a_body_of_a_megabyte_is_too_large_whoever_signed_it(front: Front, query: dict[str, str] | None) -> None:
    assert front.post(as_xml(text("字" * 350_000)), query) == (413, "refused")


def test_a_body_that_hides_its_length_is_read_no_further_than_the_limit(front: Front) -> None:
    read = 0

    def chunks() -> Any:
        nonlocal read
        for _ in range(1000):
            read += 1
            yield b"x" * 65_536

    response = front.http.post("/wechat/oa", params=plain_query(), content=chunks())
    assert response.status_code == 413


def test_a_large_but_allowed_body_is_taken(front: Front) -> None:
    assert front.post(as_xml(text("x" * (MAX_BODY_BYTES - 1000)))) == TAKEN


@pytest.mark.parametrize("name", ["", "xx", "OA", "oa/", "oa%2f", "../oa"])
def test_an_account_that_we_do_not_have_is_not_found(front: Front, name: str) -> None:
    response = front.http.post(f"/wechat/{name}", params=plain_query(), content=as_xml(text()), follow_redirects=False)
    assert response.status_code in {404, 307}
    assert front.http.get("/wechat/xx", params=plain_query()).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_allowed(front: Front, method: str) -> None:
    assert front.http.request(method, "/wechat/oa", params=plain_query()).status_code == 405


@pytest.mark.parametrize(("offset", "status"), [(0, 200), (-3599, 200), (3599, 200), (-3601, 403), (3601, 403), (-(10**8), 403)])
def test_a_signed_timestamp_is_good_for_an_hour(front: Front, offset: int, status: int) -> None:
    stamp = CREATED + offset
    assert front.post(as_xml(text()), plain_query(stamp))[0] == status
    query, body = sealed(account(), as_xml(text()), stamp)
    assert front.post(body, query)[0] == status


@pytest.mark.parametrize("stamp", ["", "now", "-1", "1.5", "١٧٩٥٢٦٧٨٠٠", "9" * 400])
def test_a_timestamp_that_is_no_number_is_refused(front: Front, stamp: str) -> None:
    query = {"timestamp": stamp, "nonce": "1", "signature": sign(TOKEN, stamp, "1")}
    assert front.post(as_xml(text()), query)[0] == 403


def test_with_a_simulated_clock_the_real_time_is_fresh_as_well(front: Front) -> None:
    front.clock.advance(seconds=10 * 86_400)
    assert front.post(as_xml(text()), plain_query(CREATED)) == TAKEN
    assert front.post(as_xml(text()), plain_query(CREATED + 10 * 86_400)) == TAKEN
    assert front.post(as_xml(text()), plain_query(CREATED + 5 * 86_400))[0] == 403


@pytest.mark.parametrize("failure", [OSError("disk full"), RuntimeError("bug"), TimeoutError()])
def test_what_could_not_be_stored_is_asked_for_again(front: Front, failure: Exception) -> None:
    front.box.failure = failure
    assert front.post(as_xml(text()))[0] == 503
    assert front.post(as_xml(event("TEMPLATESENDJOBFINISH", MsgID="1", Status="success")))[0] == 503
    front.box.failure = None
    assert front.post(as_xml(text())) == TAKEN
    assert len(front.texts) == 1


def test_a_refusal_leaves_one_masked_line(front: Front) -> None:
    with capture_logs() as logs:
        front.post(as_xml({**text("屋里暖气冰凉 17000001234"), "CreateTime": "soon"}))
    [entry] = logs
    assert (entry["event"], entry["status"], entry["account"], entry["openid"]) == ("wechat_push_refused", 400, "oa", "oTe…01")
    assert not any(secret in str(entry) for secret in (OPENID, "暖气", "17000001234", TOKEN))


def test_a_failure_to_store_leaves_one_masked_line(front: Front) -> None:
    front.box.failure = OSError("disk full: 屋里暖气冰凉")
    with capture_logs() as logs:
        front.post(as_xml(text()))
    [entry] = logs
    assert (entry["event"], entry["error"], entry["openid"]) == ("wechat_push_not_stored", "OSError", "oTe…01")
    assert "暖气" not in str(entry)


def test_an_accepted_push_leaves_no_line(front: Front) -> None:
    with capture_logs() as logs:
        front.post(as_xml(text()))
    assert logs == []


FUZZ = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PIECES = [
    b"<xml>",
    b"</xml>",
    b"<MsgType>",
    b"event",
    b"text",
    b"</MsgType>",
    b"<![CDATA[",
    b"]]>",
    b'{"MsgType":',
    b"}",
    b"[",
    b"\xff",
    b"&a;",
]
bodies = st.binary(max_size=400) | st.lists(st.sampled_from(PIECES) | st.binary(max_size=5), max_size=12).map(b"".join)


@FUZZ
@given(body=bodies)
def test_no_bytes_in_clear_make_a_server_error(front: Front, body: bytes) -> None:
    assert front.post(body)[0] in {200, 400}


@FUZZ
@given(body=bodies)
def test_no_bytes_inside_an_envelope_make_a_server_error(front: Front, body: bytes) -> None:
    query, envelope = sealed(account(), body)
    assert front.post(envelope, query)[0] in {200, 400}


@FUZZ
@given(
    query=st.dictionaries(
        st.sampled_from(["signature", "timestamp", "nonce", "msg_signature", "encrypt_type", "echostr"]), st.text(max_size=20)
    ),
    body=bodies,
)
def test_no_query_makes_a_server_error(front: Front, query: dict[str, str], body: bytes) -> None:
    query = {key: value.encode("utf-8", "ignore").decode() for key, value in query.items()}
    assert front.post(body, query)[0] in {400, 403}
    assert front.http.get("/wechat/oa", params=query).status_code == 403


@pytest.mark.parametrize(
    ("days", "kept"), [(0, True), (-1, True), (-29, True), (-31, False), (-5000, False), (1, False), (3000, False)]
)
def test_a_message_from_another_year_or_from_tomorrow_counts_as_written_now(front: Front, days: int, kept: bool) -> None:
    created = CREATED + days * 86_400
    assert front.post(as_xml(text() | {"CreateTime": created})) == (200, "success")
    (message,) = front.box.messages.values()
    assert message.message_time == (datetime.fromtimestamp(created, UTC) if kept else front.clock.now())


def test_a_message_from_another_year_is_still_known_again(front: Front) -> None:
    for _ in range(2):
        assert front.post(as_xml(text() | {"CreateTime": 1348831860})) == (200, "success")
    assert len(front.box.messages) == 1
