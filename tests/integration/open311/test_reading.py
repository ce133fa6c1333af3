"""Discovery, services, definitions and lists: what partners and the public read."""

import re
from datetime import datetime, timedelta

import pytest

from backend.contracts.conversations import Address
from backend.contracts.work_orders import Verb
from tests.integration.open311.conftest import GOOD, xml_of

CONTENT_TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
READABLE = ("discovery", "v2/services", "v2/services/0101", "v2/requests", "test/v2/services")


@pytest.mark.parametrize("fmt", ["xml", "json"])
@pytest.mark.parametrize("path", READABLE)
async def test_every_answer_names_its_format_and_charset(town, path, fmt):
    answer = await town.get(f"{path}.{fmt}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == CONTENT_TYPES[fmt]


@pytest.mark.parametrize("path", [f"{path}.{fmt}" for path in READABLE for fmt in CONTENT_TYPES] + ["v2/nothing.json"])
async def test_a_head_is_the_answer_without_its_body(town, path):
    asked, got = await town.http.head(f"/open311/{path}"), await town.get(path)
    assert (asked.status_code, asked.headers["content-type"]) == (got.status_code, got.headers["content-type"])


async def test_xml_begins_with_a_declaration_that_names_the_encoding(town):
    answer = await town.get("v2/services.xml")
    assert re.match(rb"<\?xml version=['\"]1.0['\"] encoding=['\"]utf-8['\"]\?>", answer.content)


async def test_both_discovery_formats_tell_the_same(town):
    as_json = (await town.get("discovery.json")).json()
    as_xml = xml_of(await town.get("discovery.xml"))
    assert [as_xml.findtext(name) for name in ("changeset", "contact", "key_service")] == [
        as_json[name] for name in ("changeset", "contact", "key_service")
    ]
    endpoints = [
        {
            **{name: each.findtext(name) for name in ("specification", "url", "changeset", "type")},
            "formats": [fmt.text for fmt in each.findall("formats/format")],
        }
        for each in as_xml.findall("endpoints/endpoint")
    ]
    assert endpoints == as_json["endpoints"]


async def test_discovery_names_two_endpoints_with_absolute_addresses_and_two_formats(town):
    endpoints = (await town.get("discovery.json")).json()["endpoints"]
    assert [(each["type"], each["url"]) for each in endpoints] == [
        ("production", "https://youshi.example/open311/v2"),
        ("test", "https://youshi.example/open311/test/v2"),
    ]
    for each in endpoints:
        assert each["specification"] == "http://wiki.open311.org/GeoReport_v2"
        assert each["formats"] == ["text/xml", "application/json"]
        assert datetime.fromisoformat(each["changeset"]).tzinfo


async def test_without_a_public_address_discovery_names_the_one_that_was_asked(town):
    town.settings.public_url = ""
    assert (await town.get("discovery.json")).json()["endpoints"][0]["url"] == "http://test/open311/v2"


async def test_both_service_lists_have_the_same_codes_and_all_required_fields(town):
    services = (await town.get("v2/services.json")).json()
    as_xml = xml_of(await town.get("v2/services.xml"))
    assert [each.findtext("service_code") for each in as_xml] == [each["service_code"] for each in services]
    assert as_xml.tag == "services"
    assert {each.tag for each in as_xml} == {"service"}
    assert len(services) > 80
    for each in services:
        assert re.fullmatch(r"\d{4}", each["service_code"])
        assert each["type"] == "realtime"
        assert each["metadata"] in (True, False)
        assert each["service_name"]
        assert each["group"]
    assert {each.findtext("metadata") for each in as_xml} == {"true", "false"}


async def test_a_service_has_a_definition_exactly_when_it_says_metadata(town):
    for service in (await town.get("v2/services.json")).json():
        answer = await town.get(f"v2/services/{service['service_code']}.json")
        assert answer.status_code == (200 if service["metadata"] else 404)


async def test_a_definition_tells_its_attributes_in_both_formats(town):
    as_json = (await town.get("v2/services/0101.json")).json()
    as_xml = xml_of(await town.get("v2/services/0101.xml"))
    assert as_json["service_code"] == as_xml.findtext("service_code") == "0101"
    assert [each["code"] for each in as_json["attributes"]] == ["temperature", "extent"]
    assert [each.findtext("code") for each in as_xml.findall("attributes/attribute")] == ["temperature", "extent"]
    assert [each["order"] for each in as_json["attributes"]] == [1, 2]
    assert [each["datatype"] for each in as_json["attributes"]] == ["number", "singlevaluelist"]
    keys = [each["key"] for each in as_json["attributes"][1]["values"]]
    assert (
        keys == [each.text for each in as_xml.findall("attributes/attribute[2]/values/value/key")] == ["home", "building", "area"]
    )


NOT_THERE = (
    "v2/services/9999",
    "v2/services/x.y",
    "v2/requests/261121000000",
    "v2/requests/绝无此单",
    "v2/requests/%00",
    "v2/services/%00",
    "v2/tokens/" + "1" * 101,
    "v2/tokens/nothing",
    "v2/nothing",
    "v2",
    "v3/services",
    "v2/requests/1/2",
)


@pytest.mark.parametrize("path", NOT_THERE)
async def test_what_is_not_there_is_a_404_in_the_format_that_was_asked(town, path):
    as_json, as_xml = await town.get(f"{path}.json"), await town.get(f"{path}.xml")
    assert (as_json.status_code, as_xml.status_code) == (404, 404)
    assert as_json.headers["content-type"] == CONTENT_TYPES["json"]
    assert as_json.json()[0]["code"] == 404
    assert as_json.json()[0]["description"]
    assert as_xml.headers["content-type"] == CONTENT_TYPES["xml"]
    assert xml_of(as_xml).findtext("error/code") == "404"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_method_that_an_address_does_not_have_is_refused_in_the_format_that_was_asked(town, method):
    answer = await town.http.request(method, "/open311/v2/services.json")
    assert answer.status_code == 404
    assert answer.json()[0]["code"] == 404


@pytest.mark.parametrize("path", ["v2/services", "v2/services.yaml", "discovery", "v2/requests.html", ""])
async def test_a_path_without_a_known_format_is_a_404_in_xml(town, path):
    answer = await town.get(path)
    assert answer.status_code == 404
    assert xml_of(answer).findtext("error/code") == "404"


@pytest.mark.parametrize("path", [*(each for each in READABLE if each != "discovery"), "v2/requests/1", "v2/tokens/1"])
async def test_another_jurisdiction_is_a_404_and_ours_may_be_named_or_left_out(town, path):
    assert (await town.get(f"{path}.json", jurisdiction_id="boston.gov")).status_code == 404
    plain = await town.get(f"{path}.json")
    assert (await town.get(f"{path}.json", jurisdiction_id="tiedong")).content == plain.content
    assert (await town.get(f"{path}.json", jurisdiction_id="")).content == plain.content


async def test_an_order_shows_its_state_its_holder_and_its_times_with_an_offset(town):
    number = await town.told()
    (order,) = await town.listed()
    assert order["service_request_id"] == number
    assert order["status"] == "open"
    assert order["status_notes"] == "已派单"
    assert order["service_code"] == "1101"
    assert order["service_name"] == "道路设施·路灯"
    assert order["agency_responsible"] == "城市管理综合执法局"
    assert order["requested_datetime"] == "2026-11-21T10:00:00+08:00"
    assert datetime.fromisoformat(order["expected_datetime"]) > town.clock.now()
    for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
        assert datetime.fromisoformat(order[name]).utcoffset() == timedelta(hours=8)


async def test_one_order_is_the_same_in_a_list_alone_and_in_both_formats(town):
    number = await town.filed()
    (in_list,) = await town.listed()
    assert (await town.get(f"v2/requests/{number}.json")).json() == [in_list]
    for path in ("v2/requests", f"v2/requests/{number}"):
        root = xml_of(await town.get(f"{path}.xml"))
        assert root.tag == "service_requests"
        (element,) = root.findall("request")
        assert {child.tag: child.text for child in element} == {
            name: None if value is None else str(value) for name, value in in_list.items()
        }


async def test_nothing_of_a_resident_who_told_a_chat_is_published_but_the_matter_and_the_building(town):
    number = await town.told()
    (order,) = await town.listed()
    assert order["address"] == "园林街道翠园小区6号楼"
    assert (order["lat"], order["long"]) == (41.109, 122.996)
    assert order["description"] is None
    assert order["media_url"] is None
    for fmt in ("json", "xml"):
        text = (await town.get(f"v2/requests.{fmt}")).text.replace(number, "")  # its digits come by chance
        for secret in ("1700000", "1234", "李", "301", "oTEST", "photos.example"):
            assert secret not in text


@pytest.mark.parametrize(
    "secret",
    [
        "17000001234",
        "170 0000 1234",
        "170-0000-1234",
        "+86 17000001234",
        "0412-0000001",
        "0000001",
        "\uff11\uff17\uff10\uff10\uff10\uff10\uff10\uff11\uff12\uff13\uff14",  # full width
        "一七零零零零零一二三四",
        "210302199001011234",
        "21030219900101123X",
    ],
)
async def test_numbers_of_people_in_published_words_are_hidden(town, secret):
    await town.filed(description=f"路灯不亮,联系{secret},谢谢", address_string=f"园林街道翠园小区,电话{secret}")
    (order,) = await town.listed()
    assert order["description"] == "路灯不亮,联系****,谢谢"
    assert order["address"] == "园林街道翠园小区,电话****"


PRIVATE = (
    {"confidential": True},
    {"anonymous": True},
    {"service_code": "1407"},
    {"service_code": "1501"},
    {"service_code": "1901"},
)


@pytest.mark.parametrize("changes", PRIVATE)
async def test_a_private_order_is_in_no_list_and_is_answered_like_an_unknown_one(town, changes):
    number = await town.told(**changes)
    assert await town.ids() == []
    assert await town.ids(service_request_id=number) == []
    unknown = await town.get("v2/requests/261121000000.json")
    for path in (f"v2/requests/{number}.json", f"v2/tokens/{number}.json"):
        answer = await town.get(path)
        assert answer.status_code == 404
    assert (await town.get(f"v2/requests/{number}.json")).content == unknown.content


async def test_a_wish_to_die_is_never_published_whoever_files_it(town):
    number = await town.filed(service_code="1407")
    assert await town.ids() == []
    assert (await town.get(f"v2/requests/{number}.json")).status_code == 404


ENDINGS = (
    ((Verb.ACKNOWLEDGE, {}), (Verb.RESOLVE, {"note": "灯修好了"}), (Verb.CLOSE, {"reason": "居民满意"})),
    ((Verb.WITHDRAW, {"reason": "不用了"}),),
    ((Verb.DISPATCH, {"unit": "desk"}), (Verb.RETURN, {"reason": "不归我们"}), (Verb.DECLINE, {"reason": "不在受理范围"})),
)


@pytest.mark.parametrize("steps", ENDINGS)
async def test_an_order_is_closed_when_it_is_archived_withdrawn_or_declined(town, steps):
    number = await town.told()
    for verb, data in steps:
        (before,) = await town.listed(service_request_id=number)
        assert before["status"] == "open"
        town.clock.advance(hours=1)
        await town.do(number, verb, **data)
    closed_at = town.clock.now()
    town.clock.advance(hours=5)
    await town.do(number, Verb.NOTE, note="归档后补充")
    (after,) = await town.listed(service_request_id=number)
    assert after["status"] == "closed"
    assert datetime.fromisoformat(after["updated_datetime"]) == closed_at
    assert await town.ids(status="open") == []
    assert await town.ids(status="closed") == [number]


async def test_a_resolved_order_that_waits_for_its_rating_is_still_open(town):
    number = await town.told()
    await town.do(number, Verb.ACKNOWLEDGE)
    await town.do(number, Verb.RESOLVE, note="灯修好了")
    (order,) = await town.listed()
    assert (order["status"], order["status_notes"]) == ("open", "已办结,等您评价")


async def test_lists_are_narrowed_by_service_status_and_time(town):
    old = await town.told(service_code="0101")
    town.clock.advance(days=1)
    new = await town.told(service_code="1102")
    await town.do(new, Verb.WITHDRAW, reason="不用了")
    cases = (
        ({}, [new, old]),
        ({"service_code": "0101"}, [old]),
        ({"service_code": "0101, 1102"}, [new, old]),
        ({"service_code": "9999"}, []),
        ({"status": "open"}, [old]),
        ({"status": "closed"}, [new]),
        ({"status": "open,closed"}, [new, old]),
        ({"start_date": "2026-11-21T10:00:00+08:00", "end_date": "2026-11-21T02:00:00Z"}, [old]),
        ({"start_date": "2026-11-21T10:00:01+08:00"}, [new]),
        ({"end_date": "2026-11-22T01:59:59Z"}, [old]),
        ({"status": "open", "service_code": "1102"}, []),
        ({"status": "", "service_code": "", "start_date": "", "service_request_id": " , "}, [new, old]),
        ({"page_size": "1"}, [new]),
        ({"page_size": "1", "page": "2"}, [old]),
        ({"page": "2"}, []),
    )
    for params, expected in cases:
        assert await town.ids(**params) == expected, params


async def test_a_list_of_ids_overrides_everything_else_and_passes_over_the_unknown(town):
    first = await town.told()
    second = await town.told(service_code="0101")
    ids = f"{first},261121000000, {second},{first}"
    wanted = sorted([first, second])
    assert sorted(await town.ids(service_request_id=ids, status="nonsense", service_code="9999", start_date="gestern")) == wanted
    assert await town.ids(service_request_id="261121000000") == []


async def test_by_default_the_last_ninety_days_are_listed(town):
    old = await town.told()
    town.clock.advance(days=90)
    assert await town.ids() == [old]
    town.clock.advance(seconds=1)
    assert await town.ids() == []
    assert await town.ids(start_date="2026-11-01T00:00:00Z") == [old]


async def test_at_most_a_thousand_orders_are_listed(town, monkeypatch):
    numbers = [await town.told() for _ in range(3)]
    monkeypatch.setattr("backend.api.open311_input.MOST", 2)
    assert len(await town.ids()) == 2
    answer = await town.get("v2/requests.json", service_request_id=",".join(numbers))
    assert answer.status_code == 400


BAD_LISTS = (
    {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"},
    {"start_date": "2026-01-02T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
    {"start_date": "2026-01-01T00:00:00"},
    {"start_date": "2026-01-01"},
    {"end_date": "yesterday"},
    {"end_date": "0001-01-01T00:00:00+14:00"},
    {"start_date": "9999-12-31T23:59:59-12:00"},
    {"status": "pending"},
    {"status": "open,done"},
    {"page_size": "1001"},
    {"page_size": "0"},
    {"page": "-1"},
    {"page": "zwei"},
)


@pytest.mark.parametrize("params", BAD_LISTS)
async def test_a_filter_that_makes_no_sense_is_a_400_in_the_format_that_was_asked(town, params):
    as_json, as_xml = await town.get("v2/requests.json", **params), await town.get("v2/requests.xml", **params)
    assert (as_json.status_code, as_xml.status_code) == (400, 400)
    assert as_json.json()[0]["code"] == 400
    assert xml_of(as_xml).findtext("error/description")


async def test_exactly_ninety_days_are_allowed_and_a_plus_that_became_a_blank_is_understood(town):
    await town.told()
    answer = await town.http.get(
        "/open311/v2/requests.json?start_date=2026-09-01T00:00:00+08:00&end_date=2026-11-30T00:00:00+08:00"
    )
    assert answer.status_code == 200
    assert len(answer.json()) == 1


async def test_an_order_for_a_place_of_the_directory_names_its_id(town):
    await town.told(address=Address(text="园林街道", street="园林街道"))
    (order,) = await town.listed()
    number = await town.filed(address_string=None, address_id=order["address_id"])
    (again,) = await town.listed(service_request_id=number)
    assert (again["address_id"], again["address"]) == (order["address_id"], "园林街道")


async def test_the_good_form_of_these_tests_is_accepted(town):
    assert (await town.http.post("/open311/v2/requests.xml", data=GOOD)).status_code == 200
