"""Filing a request: who may, what must be there, what is refused, and that one form makes one order."""

import asyncio

import pytest
from sqlalchemy import func, select

from backend.settings import Settings
from backend.storage.tables.outbox import OutboxRow
from backend.storage.tables.work_orders import WorkOrderRow
from backend.storage.work_orders import get_order
from tests.integration.open311.conftest import GOOD, xml_of


async def _count(town, table=WorkOrderRow) -> int:
    async with town.database.reading() as session:
        return (await session.execute(select(func.count()).select_from(table))).scalar_one()


async def _order(town, number) -> WorkOrderRow:
    async with town.database.reading() as session:
        return await get_order(session, number)


@pytest.mark.parametrize("fmt", ["xml", "json"])
async def test_a_filed_request_gets_an_id_and_no_token_and_is_listed_at_once(town, fmt):
    answer = await town.post(fmt)
    assert answer.status_code == 200
    if fmt == "json":
        (told,) = answer.json()
    else:
        (element,) = xml_of(answer).findall("request")
        told = {child.tag: child.text for child in element}
    assert "token" not in told
    assert told["service_request_id"] in told["service_notice"]
    (order,) = await town.listed()
    assert (order["service_request_id"], order["status"]) == (told["service_request_id"], "open")


async def test_chinese_quotes_and_ampersands_come_back_as_they_were_sent(town):
    text = "路灯\"不亮\" & 井盖'松' 3<5,5>3 😀 𠮷 第二行\n第三行"
    number = await town.filed(description=text, address_string="铁东区“园林”街道 & 翠园")
    (order,) = await town.listed()
    assert (order["description"], order["address"]) == (text, "铁东区“园林”街道 & 翠园")
    element = xml_of(await town.get(f"v2/requests/{number}.xml")).find("request")
    assert (element.findtext("description"), element.findtext("address")) == (text, "铁东区“园林”街道 & 翠园")


async def test_everything_that_was_given_is_kept_and_what_is_personal_is_not_shown(town):
    number = await town.filed(
        first_name="秀英",
        last_name="李",
        phone="170 0000 1234",
        email="li@example.com",
        device_id="device-7",
        lat="41.10876543",
        long="122.99567890",
        media_url="https://photos.example/a.jpg",
    )
    order = await _order(town, number)
    assert (order.contact_name, order.contact_phone, order.channel_user_id) == ("李秀英", "17000001234", "device-7")
    assert (order.channel, order.address["lat"], order.address["lon"]) == ("open311", 41.10876543, 122.9956789)
    (shown,) = await town.listed()
    assert (shown["lat"], shown["long"]) == (41.10876543, 122.9956789)
    assert shown["media_url"] == "https://photos.example/a.jpg"
    text = (await town.get("v2/requests.xml")).text.replace(number, "")  # its digits come by chance
    for secret in ("秀英", "1700000", "1234", "li@example.com", "device-7"):
        assert secret not in text


async def test_a_western_name_keeps_its_order(town):
    order = await _order(town, await town.filed(first_name="Ada", last_name="Li", email="ada@example.com"))
    assert (order.contact_name, order.channel_user_id) == ("Ada Li", "ada@example.com")


async def test_a_request_goes_to_the_unit_of_its_place_and_matter(town):
    order = await _order(town, await town.filed(service_code="0101", **{"attribute[temperature]": "12"}))
    assert (order.state, order.unit_id) == ("dispatched", "heating")
    assert order.street_code


LOCATIONS = (
    {"address_string": "翠园小区"},
    {"address_string": None, "lat": "41.1", "long": "122.9"},
    {"address_string": None, "lat": "-90", "long": "180"},
    {"address_string": None, "address_id": "210302003"},
    {"address_string": "翠园小区", "lat": "41.1", "long": "122.9", "address_id": "210302003"},
)


@pytest.mark.parametrize("location", LOCATIONS)
async def test_any_of_the_three_ways_to_say_where_is_enough(town, location):
    assert (await town.post(**location)).status_code == 200


async def test_coordinates_alone_still_tell_the_handler_where(town):
    order = await _order(town, await town.filed(address_string=None, lat="41.1", long="122.9"))
    assert order.address_text == "坐标 41.1,122.9"


REFUSED = (
    (403, {"api_key": None}),
    (403, {"api_key": ""}),
    (403, {"api_key": "guess"}),
    (403, {"api_key": "钥匙"}),
    (403, {"api_key": None, "service_code": None}),
    (400, {"service_code": None}),
    (400, {"service_code": " "}),
    (404, {"service_code": "9999"}),
    (404, {"service_code": "供暖"}),
    (404, {"jurisdiction_id": "boston.gov"}),
    (400, {"address_string": None}),
    (400, {"address_string": None, "lat": "41.1"}),
    (400, {"long": "122.9"}),
    (400, {"lat": "91", "long": "122.9"}),
    (400, {"lat": "41.1", "long": "-180.1"}),
    (400, {"lat": "nan", "long": "122.9"}),
    (400, {"lat": "inf", "long": "122.9"}),
    (400, {"lat": "北纬", "long": "122.9"}),
    (400, {"address_id": "nowhere"}),
    (400, {"address_string": "路" * 501}),
    (400, {"description": "字" * 4001}),
    (400, {"description": "坏了<script>alert(1)</script>"}),
    (400, {"description": "坏了<br/>"}),
    (400, {"description": "<!-- 坏了 -->"}),
    (400, {"address_string": "<b>翠园</b>"}),
    (400, {"phone": "12"}),
    (400, {"media_url": "javascript:alert(1)"}),
    (400, {"media_url": "/photo.jpg"}),
    (400, {"media_url": "http://["}),
    (400, {"service_code": "0104"}),
    (400, {"service_code": "0104", "attribute[season]": " "}),
    (400, {"service_code": "0101", "attribute[extent]": "everything"}),
    (400, {"service_code": "0101", "attribute[temperature]": "冷"}),
    (400, {"service_code": "0101", "attribute[temperature]": "nan"}),
    (400, {"service_code": "0101", "attribute[extent][]": ["home", "building"]}),
    (400, {"service_code": "0101", "attribute[colour]": "red"}),
)


@pytest.mark.parametrize(("status", "changes"), REFUSED)
async def test_a_bad_form_is_refused_in_the_format_that_was_asked_and_leaves_nothing(town, status, changes):
    as_json, as_xml = await town.post("json", **changes), await town.post("xml", **changes)
    assert (as_json.status_code, as_xml.status_code) == (status, status), as_json.text
    assert as_json.json()[0]["code"] == status
    assert xml_of(as_xml).findtext("error/code") == str(status)
    assert await _count(town) == 0


@pytest.mark.parametrize("length", [1, 4000])
async def test_a_description_may_have_up_to_four_thousand_characters(town, length):
    number = await town.filed(description="字" * length)
    assert (await town.listed(service_request_id=number))[0]["description"] == "字" * length


async def test_without_a_description_the_order_says_what_it_is_about(town):
    assert (await _order(town, await town.filed(description=None))).description == "道路设施·路灯"


async def test_answers_to_attributes_are_written_under_the_description_in_words(town):
    number = await town.filed(
        service_code="0101", description="屋里冷", **{"attribute[temperature]": "12.50", "attribute[extent][]": "building"}
    )
    assert (await _order(town, number)).description == "屋里冷\n家里现在多少度:12.5\n是自家冷还是整栋楼都冷:整栋楼"


async def test_control_characters_are_dropped_before_anything_is_stored(town):
    number = await town.filed(description="灯\x00坏\x08了", address_string="翠园\x1f小区")
    order = await _order(town, number)
    assert (order.description, order.address_text) == ("灯坏了", "翠园小区")


async def test_the_same_idempotency_key_gives_the_same_id_and_one_order(town):
    headers = {"Idempotency-Key": "form-17"}
    first = await town.post(headers=headers)
    again = await asyncio.gather(*(town.post("xml", headers=headers) for _ in range(3)))
    number = first.json()[0]["service_request_id"]
    assert {xml_of(answer).findtext("request/service_request_id") for answer in again} == {number}
    assert await _count(town) == 1


async def test_the_same_idempotency_key_of_another_client_is_another_order(town):
    headers = {"Idempotency-Key": "form-17"}
    mine, theirs = await town.post(headers=headers), await town.post(headers=headers, api_key="another-key")
    assert mine.json()[0]["service_request_id"] != theirs.json()[0]["service_request_id"]


async def test_without_an_idempotency_key_two_forms_are_two_orders(town):
    assert await town.filed() != await town.filed()


async def test_the_test_endpoint_checks_the_same_and_keeps_nothing(town):
    answer = await town.post(at="test/v2")
    assert answer.status_code == 200
    assert "测试" in answer.json()[0]["service_notice"]
    assert await _count(town) == 0
    assert await _count(town, OutboxRow) == 0
    assert (await town.post(at="test/v2", api_key="guess")).status_code == 403
    assert (await town.post(at="test/v2", address_string=None)).status_code == 400


async def test_an_id_is_its_own_token(town):
    number = await town.filed()
    assert (await town.get(f"v2/tokens/{number}.json")).json() == [{"service_request_id": number, "token": number}]
    element = xml_of(await town.get(f"v2/tokens/{number}.xml")).find("request")
    assert (element.findtext("token"), element.findtext("service_request_id")) == (number, number)


async def test_a_multipart_form_is_understood_and_its_file_is_passed_over(town):
    answer = await town.http.post("/open311/v2/requests.json", data=GOOD, files={"media": ("a.jpg", b"\xff\xd8", "image/jpeg")})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b'{"api_key": "key-of-the-city-app"}', "application/json"),
        (b"\xff\xfe%%%", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"--x\r\nbroken", "multipart/form-data"),
        (b"x" * 1_000_001, "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_is_no_form_is_refused_and_never_a_server_error(town, body, content_type):
    answer = await town.http.post("/open311/v2/requests.json", content=body, headers={"content-type": content_type})
    assert answer.status_code in (400, 403)
    assert answer.json()[0]["description"]


async def test_an_installation_without_keys_takes_no_requests_and_says_why(town):
    town.settings.open311_api_keys = type(town.settings.open311_api_keys)(" , ")
    answer = await town.post()
    assert answer.status_code == 403
    assert "switched off" in answer.json()[0]["description"]


def test_a_demo_has_a_key_for_trying_and_a_real_installation_has_not(monkeypatch):
    monkeypatch.delenv("YOUSHI_OPEN311_API_KEYS", raising=False)
    assert Settings(sms_provider="simulator", wechat_oa_appid="", wechat_mp_appid="").open311_keys == ("youshi-demo",)
    assert Settings(sms_provider="kannel").open311_keys == ()


async def test_a_database_that_is_away_is_told_in_the_format_that_was_asked(town):
    async with town.database.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE categories")
    answer = await town.get("v2/services.xml")
    assert answer.status_code == 503
    assert xml_of(answer).findtext("error/code") == "503"
