"""Work orders over HTTP: the JSON, the roles, the errors, the look-up by strangers."""

import pytest
from sqlalchemy import select

from backend.services.forgetting import FORGOTTEN, forget_order
from backend.services.lookup import NOT_FOUND, look_up
from backend.storage.tables.people import AccessLogRow
from backend.storage.tables.work_orders import LookupAttemptRow
from backend.storage.work_orders import get_order

from .callers import STORY
from .conftest import NOW

FIELDS = {
    "number", "state", "category", "subcategory", "service_code", "urgency", "description", "address", "occurred_at",
    "contact_phone", "contact_name", "anonymous", "attachments", "channel", "channel_user_id", "unit", "requested_at", "due_at",
    "on_site_due_at", "events", "reminders", "rating", "version", "clocks", "deliveries",
}  # fmt: skip


async def test_an_order_has_all_its_fields_and_the_story_in_them(api):
    order = await api.file()
    assert set(order) >= FIELDS
    assert (order["state"], order["unit"], order["unit_name"], order["version"]) == ("dispatched", "heating", "供热公司", 2)
    assert (order["requested_at"], order["due_at"]) == ("2026-11-20T11:30:00Z", "2026-11-20T15:59:59Z")
    first, second = order["events"]
    assert set(first) == {"seq", "type", "at", "actor", "from", "to", "note", "data"}
    assert (first["from"], first["to"], second["from"], second["to"]) == (None, "accepted", "accepted", "dispatched")
    assert (order["rating"], order["deliveries"], order["reminders"]) == (None, [], 0)


async def test_an_order_without_its_resident_is_still_shown_and_found_by_nobody(api, database):
    number = (await api.file())["number"]
    async with database.transaction() as session:
        order = await get_order(session, number)
        await forget_order(session, order.id, now=NOW)
    shown = await api.call("dispatcher", "GET", f"/work-orders/{number}")
    assert (shown["description"], shown["contact_phone"], shown["channel_user_id"]) == (FORGOTTEN, "", "")
    assert (shown["address"]["text"], shown["state"], shown["version"]) == ("", "dispatched", 2)
    assert (await api.call("dispatcher", "GET", "/work-orders", params={"channel_user_id": "17000001234"}))["items"] == []
    async with database.transaction() as session:
        for tail in ("1234", ""):
            asked = {"number": number, "phone_tail": tail, "resident": None, "client": f"c{tail}", "now": NOW}
            assert await look_up(session, **asked) is None


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


@pytest.mark.parametrize("wish", ["confidential", "anonymous"])
async def test_a_hidden_reporter_is_hidden_in_the_words_too(api, wish):
    story = "我姓李,暖气不热,打17000001234找我,身份证210302195001011234"
    order = await api.file(**{wish: True}, contact_name="李桂兰", description=story)
    await api.do("heater", order, "acknowledge")
    await api.do("heater", order, "note", note="李桂兰(17000001234)说晚上在家")
    await api.do("heater", order, "suspend", reason="等李桂兰回来", resume_at="2026-12-01T08:00:00+08:00")
    for who in ("heater", "dispatcher", "admin"):
        shown = str(await api.call(who, "GET", f"/work-orders/{order['number']}"))
        assert [told for told in ("我姓李", "李桂兰", "17000001234", "210302195001011234") if told in shown] == []
        assert [told for told in ("暖气不热", "说晚上在家") if told not in shown] == []
    own = await api.call("service", "GET", f"/work-orders/{order['number']}?on_behalf_of=conversation-li")
    assert own["description"] == story


async def test_words_of_a_reporter_who_is_not_hidden_are_shown_as_they_are(api):
    order = await api.file(contact_name="李桂兰", description="我姓李,打17000001234找我")
    assert (await api.call("heater", "GET", f"/work-orders/{order['number']}"))["description"] == "我姓李,打17000001234找我"


async def test_a_handler_cannot_search_for_a_hidden_reporter(api):
    await api.file(confidential=True)
    for query in ("q=17000001234", "channel_user_id=17000001234"):
        assert (await api.call("heater", "GET", f"/work-orders?{query}"))["items"] == []
    assert len((await api.call("dispatcher", "GET", "/work-orders?q=17000001234"))["items"]) == 1


async def test_each_reveal_needs_a_reason_and_is_logged(api, database):
    order = await api.file(confidential=True)
    path = f"/work-orders/{order['number']}/reveal"
    await api.call("heater", "POST", path, json={"reason": "想看看"}, status=403)
    for nothing in ("", "   ", "\u3000"):
        refused = await api.call("dispatcher", "POST", path, json={"reason": nothing}, status=422)
        assert refused["field"] == "reason"
    told = await api.call("dispatcher", "POST", path, json={"reason": "回访"})
    assert told["contact_phone"] == "17000001234"
    async with database.reading() as session:
        [entry] = (await session.execute(select(AccessLogRow))).scalars()
    assert (entry.actor, entry.subject, entry.reason) == ("dispatcher:dispatcher", f"work_order:{order['number']}", "回访")


async def test_lists_are_newest_first_and_paged_without_gaps(api):
    filed = []
    for _ in range(7):
        filed.insert(0, (await api.file())["number"])
        api.clock.advance(seconds=1)
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
    assert "交给了供热公司,最晚" in told["text"]
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
    api.clock.advance(minutes=15)
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
    api.clock.advance(days=1)
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
