"""Work orders over HTTP: the JSON, the roles, the errors, the look-up by strangers."""

import base64
import json
from datetime import datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

from backend.api import auth as auth_api
from backend.api import directory, documentation, problems, reports, work_orders
from backend.api.dependencies import AppContext
from backend.contracts.people import Role
from backend.services import auth
from backend.services.lookup import NOT_FOUND
from backend.settings import Settings
from backend.storage.tables.people import AccessLogRow, TokenRow, UserRow
from backend.storage.tables.work_orders import LookupAttemptRow

from .conftest import NOW

SERVICE_TOKEN = "our-own-programs"
FIELDS = {
    "number", "state", "category", "subcategory", "service_code", "urgency", "description", "address", "occurred_at",
    "contact_phone", "contact_name", "anonymous", "attachments", "channel", "channel_user_id", "unit", "requested_at", "due_at",
    "on_site_due_at", "events", "reminders", "rating", "version", "clocks", "deliveries",
}  # fmt: skip
STORY = {
    "category": "供暖",
    "subcategory": "室温不达标",
    "description": "屋里暖气冰凉",
    "address": {"text": "园林街道翠园小区6号楼2单元301", "street": "园林街道", "estate": "翠园小区"},
    "contact_phone": "17000001234",
    "channel": "sms",
    "channel_user_id": "17000001234",
    "on_behalf_of": "conversation-li",
    "requested_at": "2026-11-20T19:30:00+08:00",
}
PEOPLE = {
    "admin": (Role.ADMIN, None),
    "dispatcher": (Role.DISPATCHER, None),
    "supervisor": (Role.SUPERVISOR, None),
    "heater": (Role.HANDLER, "heating"),
    "plumber": (Role.HANDLER, "water"),
}


class StoppedClock:
    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


class Api:
    """Speaks to the app as one of the people, as our own programs, or as nobody."""

    def __init__(self, client: httpx.AsyncClient, clock: StoppedClock) -> None:
        self.client, self.clock = client, clock

    async def call(self, who, method, path, *, status=200, **request):
        token = SERVICE_TOKEN if who == "service" else f"token-of-{who}"
        headers = {**({"Authorization": f"Bearer {token}"} if who else {}), **request.pop("headers", {})}
        response = await self.client.request(method, f"/api/v1{path}", headers=headers, **request)
        assert response.status_code == status, response.text
        if status >= 400:
            assert response.headers["content-type"] == "application/problem+json"
        return response.json()

    async def file(self, who="service", **changes):
        return await self.call(who, "POST", "/work-orders", json={**STORY, **changes}, status=201)

    async def do(self, who, order, verb, *, status=200, **body):
        return await self.call(who, "POST", f"/work-orders/{order['number']}/{verb}", json=body, status=status)

    async def resolved(self, **changes):
        order = await self.file(**changes)
        await self.do("heater", order, "acknowledge")
        return await self.do("heater", order, "resolve", note="换了阀门")


@pytest.fixture
async def api(database, tmp_path):
    clock = StoppedClock()
    app = FastAPI()
    problems.install(app)
    for module in (auth_api, directory, reports, work_orders):
        app.include_router(module.router)
    settings = Settings(home_dir=tmp_path, service_token=SecretStr(SERVICE_TOKEN))
    app.state.context = AppContext(settings=settings, database=database, clock=clock, assistant=None)
    async with database.transaction() as session:
        for name, (role, unit) in PEOPLE.items():
            user = {"id": name, "username": name, "name": name, "role": role.value, "unit_id": unit}
            session.add(UserRow(**user, password_hash="", active=True, created_at=NOW))
        await session.flush()
        for name in PEOPLE:
            digest = auth._digest(f"token-of-{name}")
            session.add(TokenRow(digest=digest, user_id=name, expires_at=NOW + timedelta(days=90), created_at=NOW))
    transport = httpx.ASGITransport(app=app, client=("10.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://youshi") as client:
        yield Api(client, clock)


async def test_an_order_has_all_its_fields_and_the_story_in_them(api):
    order = await api.file()
    assert set(order) >= FIELDS
    assert (order["state"], order["unit"], order["unit_name"], order["version"]) == ("dispatched", "heating", "供热公司", 2)
    assert (order["requested_at"], order["due_at"]) == ("2026-11-20T11:30:00Z", "2026-11-20T15:59:59Z")
    first, second = order["events"]
    assert set(first) == {"seq", "type", "at", "actor", "from", "to", "note", "data"}
    assert (first["from"], first["to"], second["from"], second["to"]) == (None, "accepted", "accepted", "dispatched")
    assert (order["rating"], order["deliveries"], order["reminders"]) == (None, [], 0)


async def test_the_same_idempotency_key_answers_with_the_same_order(api):
    headers = {"Idempotency-Key": "form-7"}
    first = await api.call("service", "POST", "/work-orders", json=STORY, headers=headers, status=201)
    again = await api.call("service", "POST", "/work-orders", json=STORY, headers=headers, status=200)
    assert (first["number"], first["version"]) == (again["number"], again["version"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"description": ""}, "description"),
        ({"description": "   "}, "description"),
        ({"contact_phone": "12345"}, "contact_phone"),
        ({"requested_at": "2026-11-20T19:30:00"}, "requested_at"),
        ({"requested_at": "2026-11-22T19:30:00+08:00"}, "requested_at"),
        ({"urgency": "very"}, "urgency"),
        ({"service_code": "abc"}, "service_code"),
        ({"address": {"lat": 91}}, "address.lat"),
    ],
)
async def test_a_wrong_field_is_named(api, changes, field):
    problem = await api.call("service", "POST", "/work-orders", json={**STORY, **changes}, status=422)
    assert problem["field"] == field


async def test_an_operator_files_a_telephone_call_with_the_address_as_text(api):
    order = await api.file("dispatcher", channel="telephone", address="翠园小区6号楼")
    assert (order["address"]["text"], order["street_code"]) == ("翠园小区6号楼", "210302004")
    assert order["events"][0]["actor"] == "dispatcher:dispatcher"


@pytest.mark.parametrize(("who", "status"), [("heater", 403), (None, 401), ("nobody", 401)])
async def test_who_may_not_file_is_told(api, who, status):
    await api.call(who, "POST", "/work-orders", json=STORY, status=status)


async def test_the_whole_way_by_role_with_versions(api):
    order = await api.file()
    order = await api.do("heater", order, "acknowledge", version=order["version"])
    assert "resolve" in order["allowed_verbs"]
    order = await api.do("heater", order, "arrive", version=order["version"])
    order = await api.do("heater", order, "resolve", version=order["version"], note="换了阀门", outcome="solved")
    rating = {"contacted": True, "resolved": "yes", "satisfaction": 5, "comment": "好", "on_behalf_of": "conversation-li"}
    order = await api.call("service", "POST", f"/work-orders/{order['number']}/rating", json=rating, status=201)
    assert order["state"] == "closed"
    assert {name: order["rating"][name] for name in ("contacted", "resolved", "satisfaction", "comment")} == {
        "contacted": True, "resolved": "yes", "satisfaction": 5, "comment": "好",
    }  # fmt: skip


async def test_a_bad_rating_reopens(api):
    order = await api.resolved()
    answers = {"contacted": True, "resolved": "partly", "satisfaction": 2, "on_behalf_of": "conversation-li"}
    order = await api.call("service", "POST", f"/work-orders/{order['number']}/rating", json=answers, status=201)
    assert (order["state"], order["unit"], order["round"]) == ("dispatched", "heating", 2)


async def test_a_conflict_tells_what_is_possible_and_a_stale_version_which_is_current(api):
    order = await api.file()
    problem = await api.do("dispatcher", order, "resolve", status=409, note="x")
    assert (problem["code"], "acknowledge" in problem["allowed"]) == ("illegal_transition", True)
    problem = await api.do("dispatcher", order, "note", status=409, note="x", version=1)
    assert (problem["code"], problem["version"]) == ("stale_version", 2)


async def test_a_verb_that_is_asked_for_again_with_its_key_is_done_once(api):
    order = await api.file()
    for verb, body in (("urge", {}), ("note", {"note": "还是冷"}), ("withdraw", {"reason": "好了"})):
        calls = [
            await api.call(
                "service",
                "POST",
                f"/work-orders/{order['number']}/{verb}",
                json={"on_behalf_of": "conversation-li", **body},
                headers={"Idempotency-Key": "m1"},
            )
            for _ in range(3)
        ]
        assert calls[0]["version"] == calls[2]["version"]
    story = await api.call("dispatcher", "GET", f"/work-orders/{order['number']}")
    assert [event["type"] for event in story["events"]][2:] == ["urged", "noted", "withdrawn"]


async def test_another_key_is_another_wish(api):
    order = await api.file()
    for key in ("m1", "m2"):
        path = f"/work-orders/{order['number']}/note"
        body = {"on_behalf_of": "conversation-li", "note": "还是冷"}
        await api.call("service", "POST", path, json=body, headers={"Idempotency-Key": key})
    story = await api.call("dispatcher", "GET", f"/work-orders/{order['number']}")
    assert [event["type"] for event in story["events"]].count("noted") == 2


async def test_an_unknown_verb_or_field_is_refused(api):
    order = await api.file()
    await api.do("dispatcher", order, "explode", status=422)
    problem = await api.do("dispatcher", order, "acknowledge", status=422, colour="red")
    assert problem["field"] == "colour"


@pytest.mark.parametrize(
    ("who", "query", "status"),
    [
        ("heater", "", 200),
        ("plumber", "", 404),
        ("supervisor", "", 200),
        ("service", "?on_behalf_of=conversation-li", 200),
        ("service", "?channel=sms&channel_user_id=17000001234", 200),
        ("service", "?channel=wechat_oa&channel_user_id=17000001234", 404),
        ("service", "?on_behalf_of=somebody", 404),
        ("service", "", 404),
        (None, "", 401),
    ],
)
async def test_an_order_is_shown_only_to_whom_it_concerns(api, who, query, status):
    order = await api.file()
    await api.call(who, "GET", f"/work-orders/{order['number']}{query}", status=status)


async def test_somebody_elses_order_and_no_order_are_answered_alike(api):
    order = await api.file()
    mine = await api.call("plumber", "GET", f"/work-orders/{order['number']}", status=404)
    none = await api.call("plumber", "GET", "/work-orders/261120000000", status=404)
    assert mine == none


@pytest.mark.parametrize("wish", ["confidential", "anonymous"])
@pytest.mark.parametrize("who", ["heater", "supervisor", "admin"])
async def test_a_hidden_reporter_is_hidden_everywhere(api, wish, who):
    order = await api.file(**{wish: True}, contact_name="李桂兰")
    shown = await api.call(who, "GET", f"/work-orders/{order['number']}")
    listed = (await api.call(who, "GET", "/work-orders"))["items"][0]
    for each in (shown, listed):
        assert each["hidden"] is True
        assert [each[name] for name in ("contact_phone", "contact_name", "channel_user_id", "conversation_id")] == [None] * 4
        assert "17000001234" not in str(each)


async def test_a_handler_cannot_search_for_a_hidden_reporter(api):
    await api.file(confidential=True)
    for query in ("q=17000001234", "channel_user_id=17000001234"):
        assert (await api.call("heater", "GET", f"/work-orders?{query}"))["items"] == []
    assert len((await api.call("dispatcher", "GET", "/work-orders?q=17000001234"))["items"]) == 1


async def test_each_reveal_needs_a_reason_and_is_logged(api, database):
    order = await api.file(confidential=True)
    path = f"/work-orders/{order['number']}/reveal"
    await api.call("heater", "POST", path, json={"reason": "想看看"}, status=403)
    await api.call("dispatcher", "POST", path, json={"reason": ""}, status=422)
    told = await api.call("dispatcher", "POST", path, json={"reason": "回访"})
    assert told["contact_phone"] == "17000001234"
    async with database.reading() as session:
        [entry] = (await session.execute(select(AccessLogRow))).scalars()
    assert (entry.actor, entry.subject, entry.reason) == ("dispatcher:dispatcher", f"work_order:{order['number']}", "回访")


async def test_lists_are_newest_first_and_paged_without_gaps(api):
    filed = []
    for _ in range(7):
        filed.insert(0, (await api.file())["number"])
        api.clock.time += timedelta(seconds=1)
    seen, cursor = [], ""
    while cursor is not None:
        page = await api.call("dispatcher", "GET", f"/work-orders?limit=3&cursor={cursor}")
        seen += [item["number"] for item in page["items"]]
        cursor = page["next"]
    assert seen == filed


async def test_orders_filed_in_the_same_instant_are_paged_without_gaps(api):
    filed = {(await api.file())["number"] for _ in range(5)}
    first = await api.call("dispatcher", "GET", "/work-orders?limit=2")
    rest = await api.call("dispatcher", "GET", f"/work-orders?limit=10&cursor={first['next']}")
    assert {item["number"] for item in first["items"] + rest["items"]} == filed


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=dispatched", 2),
        ("state=dispatched&state=in_progress", 3),
        ("state=closed", 0),
        ("unit=heating", 2),
        ("category=供暖", 2),
        ("category=01", 2),
        ("category=1202", 1),
        ("channel_user_id=17000001234", 2),
        ("channel_user_id=17000001234&state=in_progress", 1),
        ("q=砍树", 1),
        ("q=100%25", 0),
        ("since=2026-11-20T11:30:00Z", 3),
        ("since=2026-11-20T11:30:01Z", 0),
        ("urgency=urgent", 2),
    ],
)
async def test_lists_are_narrowed(api, query, found):
    order = await api.file()
    await api.do("heater", order, "acknowledge")
    await api.file()
    await api.file(category="绿化", subcategory="毁绿", description="有人砍树", channel_user_id="17000005555")
    assert len((await api.call("dispatcher", "GET", f"/work-orders?{query}"))["items"]) == found


@pytest.mark.parametrize(
    "query",
    ["state=sleeping", "limit=0", "limit=1000", "cursor=rubbish", "cursor=WzEsMl0", "since=2026-11-20T11:30:00"],
)
async def test_a_wrong_filter_is_refused(api, query):
    await api.call("dispatcher", "GET", f"/work-orders?{query}", status=422)


async def test_a_handler_sees_the_own_unit_whatever_is_asked(api):
    await api.file()
    assert len((await api.call("heater", "GET", "/work-orders?unit=water"))["items"]) == 1
    assert (await api.call("plumber", "GET", "/work-orders?unit=heating"))["items"] == []


async def test_our_own_programs_must_name_the_resident(api):
    await api.file()
    await api.call("service", "GET", "/work-orders", status=422)
    for query in ("channel_user_id=17000001234", "on_behalf_of=conversation-li"):
        assert len((await api.call("service", "GET", f"/work-orders?{query}"))["items"]) == 1
    assert (await api.call("service", "GET", "/work-orders?on_behalf_of=other"))["items"] == []


async def test_a_neighbour_joins_and_finds_the_order_among_the_own(api):
    order = await api.file()
    neighbour = {"channel": "sms", "channel_user_id": "17000009999"}
    joined = await api.do("service", order, "join", **neighbour, service_code="0101")
    assert joined["joined"] == 1
    listed = await api.call("service", "GET", "/work-orders?channel=sms&channel_user_id=17000009999")
    assert [item["number"] for item in listed["items"]] == [order["number"]]


async def test_a_stranger_with_the_tail_learns_the_status_and_nothing_personal(api):
    order = await api.file()
    told = await api.call(None, "POST", "/work-orders/lookup", json={"number": order["number"], "phone_tail": "1234"})
    assert (told["state_text"], told["unit_name"]) == ("已派单", "供热公司")
    assert "11月20日23点59分" in told["text"]
    assert not any(secret in str(told) for secret in ("17000001234", "冰凉", "6号楼"))


async def test_a_wrong_tail_and_an_unknown_number_are_answered_alike(api):
    order = await api.file()
    bodies = [{"number": order["number"], "phone_tail": "9999"}, {"number": "261120000000", "phone_tail": "1234"}]
    wrong, none = [await api.call(None, "POST", "/work-orders/lookup", json=body, status=404) for body in bodies]
    assert wrong == none
    assert wrong["detail"] == NOT_FOUND


@pytest.mark.parametrize("tail", ["", "234", "001234"])
async def test_only_the_last_four_digits_count_as_a_tail(api, tail):
    order = await api.file()
    await api.call(None, "POST", "/work-orders/lookup", json={"number": order["number"], "phone_tail": tail}, status=404)


async def test_an_order_without_a_phone_is_not_open_to_an_empty_tail(api):
    order = await api.file(contact_phone="", channel_user_id="")
    await api.call(None, "POST", "/work-orders/lookup", json={"number": order["number"], "phone_tail": ""}, status=404)


async def test_after_five_tries_there_is_a_pause_also_for_the_right_tail(api, database):
    order = await api.file()
    right = {"number": order["number"], "phone_tail": "1234"}
    for attempt in range(5):
        body = {"number": f"26112000000{attempt}", "phone_tail": "1111"}
        await api.call(None, "POST", "/work-orders/lookup", json=body, status=404)
    paused = await api.call(None, "POST", "/work-orders/lookup", json=right, status=429)
    assert (paused["code"], paused["retry_after"]) == ("too_often", 900)
    api.clock.time += timedelta(minutes=15)
    await api.call(None, "POST", "/work-orders/lookup", json=right)
    async with database.reading() as session:
        assert (await session.execute(select(LookupAttemptRow))).scalars().all() == []


async def test_guessing_one_number_from_many_places_is_stopped_too(api):
    order = await api.file()
    for tail in range(5):
        guess = {"number": order["number"], "phone_tail": f"000{tail}", "on_behalf_of": f"guesser-{tail}"}
        await api.call("service", "POST", "/work-orders/lookup", json=guess, status=404)
    await api.call(None, "POST", "/work-orders/lookup", json={"number": order["number"], "phone_tail": "1234"}, status=429)


async def test_an_identity_counts_only_when_our_own_programs_vouch_for_it(api):
    order = await api.file()
    claim = {"number": order["number"], "channel": "sms", "channel_user_id": "17000001234"}
    await api.call(None, "POST", "/work-orders/lookup", json=claim, status=404)
    await api.call("dispatcher", "POST", "/work-orders/lookup", json=claim, status=404)
    assert (await api.call("service", "POST", "/work-orders/lookup", json=claim))["state"] == "dispatched"


async def test_the_directory_is_readable(api):
    categories = (await api.call("service", "GET", "/categories"))["items"]
    assert len({item["category"] for item in categories}) == 22
    assert any(item["service_code"] == "0101" and item["clock"]["on_site_minutes"] == 20 for item in categories)
    streets = (await api.call("dispatcher", "GET", "/places?kind=street"))["items"]
    assert {item["successor_code"] for item in streets if item["former"]} <= {item["code"] for item in streets}
    assert any(item["id"] == "heating" for item in (await api.call("heater", "GET", "/units"))["items"])
    assert any(item["key"] == "privacy" for item in (await api.call("service", "GET", "/faqs"))["items"])
    await api.call(None, "GET", "/categories", status=401)


async def test_the_assistant_asks_for_an_answer_by_words_key_and_matter(api):
    async def told(**asked):
        return await api.call("service", "POST", "/faqs/answer", json={"text": "", **asked})

    assert await told(key="time_limit", service_code="0301") == {"key": "power_time", "answer": "停电四十分钟内到场。"}
    assert (await told(text="请问怎么查进度啊"))["key"] == "progress"
    assert await told(key="nothing") == {"key": "", "answer": ""}
    listed = {item["key"]: item["answer"] for item in (await api.call("dispatcher", "GET", "/faqs"))["items"]}
    assert listed["leak_time"].startswith("漏水三十分钟内到场。")
    await api.call(None, "POST", "/faqs/answer", json={"text": ""}, status=401)
    problem = await api.call("service", "POST", "/faqs/answer", json={"text": "长" * 4001}, status=422)
    assert problem["field"] == "text"


async def test_the_report_shows_rates_with_their_denominators(api):
    order = await api.resolved()
    answers = {"contacted": True, "resolved": "yes", "satisfaction": 3, "on_behalf_of": "conversation-li"}
    await api.call("service", "POST", f"/work-orders/{order['number']}/rating", json=answers, status=201)
    api.clock.time += timedelta(days=1)
    report = await api.call("supervisor", "GET", "/reports/assessment?from=2026-11-20&to=2026-11-20&by=unit")
    [unit] = report["items"]
    assert (unit["name"], unit["score"], unit["rank"]) == ("供热公司", 96.0, None)
    assert unit["satisfied"] == {"value": 0.9, "numerator": 0.9, "denominator": 1}
    assert unit["on_time"] == {"value": 1.0, "numerator": 1, "denominator": 1}
    assert (report["start"], report["end"]) == ("2026-11-19T16:00:00Z", "2026-11-20T16:00:00Z")


@pytest.mark.parametrize("query", ["from=yesterday", "from=2026-11-20T08:00:00", "from=2026-11-21&to=2026-11-19", "by=weather"])
async def test_a_wrong_period_is_refused(api, query):
    await api.call("supervisor", "GET", f"/reports/assessment?{query}", status=422)


async def test_handlers_do_not_read_the_report(api):
    await api.call("heater", "GET", "/reports/assessment", status=403)


# --- what callers get wrong --------------------------------------------------------------------------------------------------


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


async def test_a_character_that_no_database_can_store_is_the_callers_mistake(api, database):
    """PostgreSQL refuses it, SQLite keeps it; neither is an outage of ours."""
    on_postgresql = database.engine.dialect.name == "postgresql"
    story = {**STORY, "description": "暖气\x00冰凉"}
    answer = await api.call("dispatcher", "POST", "/work-orders", json=story, status=422 if on_postgresql else 201)
    assert not on_postgresql or answer["code"] == "invalid_request"


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
