"""What callers of the interface get wrong is told to them as a problem, and so is what we get wrong ourselves."""

import base64
import json

import httpx
import pytest
from fastapi import FastAPI

from backend.api import documentation, problems, work_orders

from .callers import STORY


@pytest.mark.parametrize(
    "changes", [{"description": "另一件事"}, {"channel_user_id": "17000009999"}, {"address": {"text": "别处"}}]
)
async def test_an_idempotency_key_of_another_complaint_is_refused_and_not_answered_with_a_strangers_order(api, changes):
    headers = {"Idempotency-Key": "form-7"}
    first = await api.call("dispatcher", "POST", "/work-orders", json=STORY, headers=headers, status=201)
    problem = await api.call("dispatcher", "POST", "/work-orders", json={**STORY, **changes}, headers=headers, status=422)
    assert (problem["code"], problem["field"]) == ("idempotency_key_reused", "Idempotency-Key")
    assert first["number"] not in str(problem)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
async def test_times_at_the_ends_of_the_calendar_are_refused_with_their_field(api, moment):
    order = await api.file()
    for field in ("requested_at", "occurred_at"):
        value = moment if field == "requested_at" else {"text": "很久", "start": moment}
        problem = await api.call("dispatcher", "POST", "/work-orders", json={**STORY, field: value}, status=422)
        assert problem["field"].startswith(field)
    assert (await api.do("heater", order, "arrive", status=422, arrived_at=moment))["field"] == "arrived_at"
    assert (await api.call("dispatcher", "GET", "/work-orders", params={"since": moment}, status=422))["field"] == "since"
    period = {"from": moment[:10], "to": "2026-11-30"}
    assert (await api.call("supervisor", "GET", "/reports/assessment", params=period, status=422))["field"] == "from"


@pytest.mark.parametrize("moment", [0, 1.5, "0", "1763856000", True, "20261121T080000Z", ""])
async def test_a_bare_number_is_no_time(api, moment):
    problem = await api.call("dispatcher", "POST", "/work-orders", json={**STORY, "requested_at": moment}, status=422)
    assert problem["field"] == "requested_at"
    problem = await api.call("dispatcher", "GET", "/work-orders", params={"since": str(moment)}, status=422)
    assert (problem["field"], "2026-11-21T08:00:00+08:00" in problem["detail"]) == ("since", True)


async def test_a_method_that_there_is_not_is_told_with_those_that_there_are(api):
    answer = await api.client.put("/api/v1/work-orders")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} >= set(answer.headers["allow"].split(", ")) != set()


@pytest.mark.parametrize(
    "key",
    [["2026-01-01T00:00:00", "x"], ["0001-01-01T00:00:00+08:00", "x"], ["9999-12-31T23:59:59-08:00", "x"], [1, 2], ["x"], {}],
)
async def test_a_cursor_that_is_not_ours_is_refused(api, key):
    cursor = base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
    assert (await api.call("dispatcher", "GET", "/work-orders", params={"cursor": cursor}, status=422))["field"] == "cursor"


@pytest.mark.parametrize("place", [{"lat": 91}, {"lon": -180.1}, {"lat": "x"}, {"lat": True}])
async def test_an_arrival_outside_the_globe_is_refused(api, place):
    problem = await api.do("heater", await api.file(), "arrive", status=422, **place)
    assert problem["field"] in place


async def test_an_arrival_that_json_cannot_write_is_refused(api):
    order = await api.file()
    path = f"/work-orders/{order['number']}/arrive"
    for number in (b"Infinity", b"NaN", b"1e999"):
        body, json_type = b'{"lat": %s}' % number, {"Content-Type": "application/json"}
        problem = await api.call("heater", "POST", path, content=body, headers=json_type, status=422)
        assert problem["field"] == "lat"


async def test_a_verb_that_needs_nothing_needs_no_body(api):
    order = await api.file()
    order = await api.call("heater", "POST", f"/work-orders/{order['number']}/acknowledge")
    assert order["state"] == "in_progress"
    problem = await api.call("heater", "POST", f"/work-orders/{order['number']}/resolve", status=422)
    assert problem["field"] == "note"


async def test_a_body_that_is_no_json_is_told_so(api):
    problem = await api.call("dispatcher", "POST", "/work-orders", content=b"{", status=422)
    assert (problem["code"], problem["field"]) == ("invalid_request", "body")


def escaped(body):
    """A request whose JSON escapes what UTF-8 has no way to say."""
    return {"content": json.dumps(body).encode(), "headers": {"Content-Type": "application/json"}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"description": "暖气\x00冰凉"}, "description"),
        ({"contact_name": "李\x00"}, "contact_name"),
        ({"address": {"text": "园林\x00街道"}}, "address.text"),
        ({"occurred_at": "昨\x00晚"}, "occurred_at.text"),
        ({"occurred_at": "昨\ud800晚"}, "occurred_at.text"),
        ({"address": {"street": "园林\udfff"}}, "address.street"),
        ({"attachments": [{"kind": "image", "name": "\ud83d"}]}, "attachments.0.name"),
    ],
)
async def test_a_character_that_no_database_can_store_is_refused_with_its_field(api, changes, field):
    problem = await api.call("dispatcher", "POST", "/work-orders", **escaped({**STORY, **changes}), status=422)
    assert (problem["code"], problem["field"]) == ("invalid_request", field)
    assert "Value error" not in problem["detail"]
    assert (await api.call("dispatcher", "GET", "/work-orders"))["items"] == []


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("note", {"note": "看\0过"}, "note"),
        ("note", {"note": "看\ud800过"}, "note"),
        ("dispatch", {"unit": "h\0"}, "unit"),
        ("dispatch", {"reason": "归\udc00管"}, "reason"),
        ("note", {"note": "看过", "attachments": [{"kind": "\ud83d"}]}, "attachments"),
        ("note", {"note": "看过", "attachments": [{"kind": "image"}] * 21}, "attachments"),
    ],
)
async def test_a_verb_refuses_it_too(api, verb, body, field):
    order = await api.file()
    path = f"/work-orders/{order['number']}/{verb}"
    problem = await api.call("dispatcher", "POST", path, **escaped(body), status=422)
    assert problem["field"] == field


async def test_what_is_null_was_not_given_and_a_time_may_be_told_in_words(api):
    nulls = {"contact_name": None, "grid_code": None, "urgency": None, "attachments": None, "occurred_at": None}
    address = {**STORY["address"], "room": None, "lat": None}
    order = await api.file("dispatcher", **nulls, address=address)
    assert (order["contact_name"], order["grid_code"], order["occurred_at"]) == ("", "", None)
    assert (order["address"]["estate"], order["address"]["room"]) == ("翠园小区", "")
    told = (await api.file("dispatcher", occurred_at="前天夜里"))["occurred_at"]
    assert (told["text"], told["kind"]) == ("前天夜里", "vague")
    problem = await api.call("dispatcher", "POST", "/work-orders", json={**STORY, "description": None}, status=422)
    assert problem["field"] == "description"


async def test_a_unit_that_is_not_there_is_named(api):
    order = await api.file(category="其他", subcategory="未说明")
    assert "heatng" in (await api.do("dispatcher", order, "dispatch", status=422, unit="heatng"))["detail"]
    assert (await api.do("dispatcher", order, "dispatch", status=422))["detail"] == "请选择派给哪个单位"


async def test_a_key_that_stands_for_other_words_is_refused_and_nothing_is_lost_in_silence(api):
    order = await api.file()
    path = f"/work-orders/{order['number']}/note"
    key = {"Idempotency-Key": "n1"}
    await api.call("dispatcher", "POST", path, json={"note": "师傅明早去"}, headers=key)
    again = await api.call("dispatcher", "POST", path, json={"note": " 师傅明早去 "}, headers=key)
    problem = await api.call("dispatcher", "POST", path, json={"note": "师傅后天去"}, headers=key, status=422)
    assert (problem["code"], problem["field"]) == ("idempotency_key_reused", "Idempotency-Key")
    assert [event["note"] for event in again["events"] if event["type"] == "noted"] == ["师傅明早去"]


@pytest.mark.parametrize("typed", ["{0} {1} {2}", "{0}-{1}-{2}", " {0}{1}{2}\n"])
async def test_a_number_may_be_typed_in_groups_and_in_full_width(api, typed):
    number = (await api.file())["number"]
    wide = {ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)}
    for written in (typed.format(number[:6], number[6:9], number[9:]), number.translate(wide)):
        found = await api.call("", "POST", "/work-orders/lookup", json={"number": written, "phone_tail": "1234"})
        assert found["number"] == number


async def test_what_nobody_foresaw_is_a_problem_too(database, tmp_path):
    app = FastAPI()
    problems.install(app)

    @app.get("/broken")
    async def broken() -> None:
        raise KeyError("nobody foresaw this")

    @app.get("/away")
    async def away() -> None:
        raise ConnectionRefusedError

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://youshi") as client:
        answers = [await client.get("/broken"), await client.get("/away")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (500, "internal_error"),
        (503, "database_unavailable"),
    ]
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
    assert "foresaw" not in answers[0].text


async def test_the_document_tells_every_error_as_a_problem(api):
    app = api.client._transport.app
    documentation.install(app)
    document = (await api.client.get("/openapi.json")).json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            errors = {status: told for status, told in operation["responses"].items() if status == "default" or status >= "400"}
            assert "default" in errors
            assert ("401" in errors) == (bool(operation.get("security")) or path.endswith("/token"))
            assert all(list(told["content"]) == ["application/problem+json"] for told in errors.values()), path
    verbs = document["paths"]["/api/v1/work-orders/{number}/{verb}"]["post"]["responses"]
    assert {"200", "401", "403", "404", "409", "422", "429"} <= set(verbs)
    assert "200" in document["paths"]["/api/v1/work-orders"]["post"]["responses"]


async def test_the_page_of_the_interface_needs_no_other_server(api):
    app = FastAPI(docs_url=None)
    app.include_router(work_orders.router)
    documentation.install(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://youshi") as client:
        page = (await client.get("/docs")).text
    assert "<script" not in page
    assert "https://" not in page
    for told in (
        "/api/v1/work-orders/{number}/{verb}",
        "Idempotency-Key".lower(),
        "application/problem+json",
        "contact_phone",
        "AddressIn",
    ):
        assert told in page
