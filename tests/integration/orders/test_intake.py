"""Taking complaints in: routing, urgency, clocks, idempotency, and that nothing is ever lost."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend.contracts.conversations import Address, OccurredAt, TimeKind, Urgency
from backend.domain.errors import InvalidField
from backend.domain.language.order_numbers import is_valid
from backend.services import intake
from backend.services.audit import verify
from backend.storage.tables.outbox import OutboxRow
from backend.storage.tables.work_orders import WorkOrderEventRow, WorkOrderRow
from backend.storage.work_orders import events_of
from tests.clocks import local

from .conftest import NOW, Desk


async def events(database, order):
    async with database.reading() as session:
        return await events_of(session, order.id)


async def test_a_cold_home_goes_to_the_heating_company_at_once(desk, database):
    order = await desk.file()
    assert (order.state, order.unit_id, order.routing_rule) == ("dispatched", "heating", "leaf-0101")
    assert (order.service_code, order.urgency) == ("0101", "urgent")
    assert (order.street_code, order.community_code) == ("210302004", "210302004-01")
    assert order.on_site_due_at == NOW + timedelta(minutes=20)
    assert order.due_at == local("2026-11-20T23:59:59")
    assert [event.type for event in await events(database, order)] == ["accepted", "dispatched"]


async def test_every_number_is_typable_and_carries_the_local_day(desk):
    order = await desk.at(hours=5).file()  # 00:30 on the 21st in Anshan, still the 20th in UTC
    assert is_valid(order.number)
    assert order.number.startswith("261121")


async def test_the_same_key_makes_one_order_and_no_second_effect(desk, database):
    first = await desk.file("form-1")
    again = await desk.file("form-1", description="改过的内容")
    assert again.number == first.number
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WorkOrderRow)) == 1
        assert await session.scalar(select(func.count()).select_from(WorkOrderEventRow)) == 2
        assert await session.scalar(select(func.count()).select_from(OutboxRow)) == 2


async def test_the_same_key_at_the_same_time_makes_one_order(desk, database):
    orders = await asyncio.gather(*(desk.file("form-1") for _ in range(5)))
    assert len({order.number for order in orders}) == 1
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WorkOrderRow)) == 1


async def test_a_number_that_is_taken_is_not_used_twice(desk, monkeypatch):
    first = await desk.file()
    numbers = iter([first.number, first.number, "261120999990"])
    monkeypatch.setattr(intake, "new_number", lambda _now: next(numbers))
    assert (await desk.file()).number == "261120999990"


async def test_every_event_has_an_outbox_row_in_order(desk, database):
    order = await desk.file()
    async with database.reading() as session:
        rows = (await session.execute(select(OutboxRow).order_by(OutboxRow.id))).scalars().all()
    assert [(row.topic, row.key) for row in rows] == [("order_event", order.number)] * 2
    assert [row.payload for row in rows] == [
        {"number": order.number, "seq": 1, "type": "accepted", "answered_in": ""},
        {"number": order.number, "seq": 2, "type": "dispatched", "answered_in": ""},
    ]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"service_code": "0201", "category": "", "subcategory": ""}, "0201"),
        ({"service_code": "9999", "category": "供水", "subcategory": "停水"}, "0201"),
        ({"category": "从没听过", "subcategory": "的事"}, "2299"),
        ({"category": "", "subcategory": ""}, "2299"),
        ({"category": "供暖", "subcategory": ""}, "2299"),
    ],
)
async def test_an_unknown_matter_is_taken_in_as_unspecified(desk, fields, code):
    assert (await desk.file(**fields)).service_code == code


async def test_without_a_rule_an_order_waits_at_the_dispatch_desk(desk, database):
    order = await desk.file(category="", subcategory="")
    assert (order.state, order.unit_id, order.routing_rule) == ("accepted", "desk", "")
    [accepted] = await events(database, order)
    assert accepted.data["triage"] is True
    assert order.next_alarm_at is not None


async def test_litter_goes_to_the_office_of_the_street(desk):
    order = await desk.file(category="环境卫生", subcategory="垃圾清运")
    assert (order.unit_id, order.routing_rule) == ("street_yuanlin", "street-litter")


async def test_a_merged_street_leads_to_the_office_of_its_successor(desk):
    order = await desk.file(
        category="环境卫生", subcategory="垃圾清运", address=Address(text="对炉街道菜市场", street="对炉街道")
    )
    assert order.unit_id == "street_yuanlin"


async def test_litter_without_a_known_street_goes_to_the_department(desk):
    order = await desk.file(category="环境卫生", subcategory="垃圾清运", address=Address(text="菜市场后身"))
    assert (order.unit_id, order.routing_rule) == ("sanitation", "leaf-0701")


async def test_a_neighbour_quarrel_without_a_known_street_is_left_to_a_person(desk):
    order = await desk.file(category="邻里纠纷", subcategory="漏水", address=Address(text="说不清"))
    assert (order.state, order.unit_id) == ("accepted", "desk")


async def test_a_grid_code_fills_the_place(desk):
    order = await desk.file(address=Address(), grid_code="210302003-01-g02")
    assert (order.grid_code, order.community_code, order.street_code) == ("210302003-01-g02", "210302003-01", "210302003")


async def test_an_emergency_is_dispatched_at_once_and_alarms_the_duty_caseworker(desk, database):
    order = await desk.file(category="燃气", subcategory="泄漏异味", description="楼道里一股煤气味")
    log = await events(database, order)
    assert [event.type for event in log] == ["accepted", "dispatched", "alarm_raised"]
    assert log[-1].data == {"kind": "emergency", "target": "duty", "unit": "gas"}
    assert order.urgency == "emergency"
    assert order.due_at == NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("told", "matter", "stored"),
    [
        (Urgency.NORMAL, ("供暖", "室温不达标"), "urgent"),
        (Urgency.EMERGENCY, ("供暖", "室温不达标"), "emergency"),
        (Urgency.URGENT, ("绿化", "毁绿"), "urgent"),
        (Urgency.NORMAL, ("绿化", "毁绿"), "normal"),
    ],
)
async def test_the_graver_of_told_and_usual_urgency_counts(desk, told, matter, stored):
    order = await desk.file(category=matter[0], subcategory=matter[1], urgency=told)
    assert order.urgency == stored


async def test_clocks_run_from_the_report_not_from_the_filing(desk):
    order = await desk.at(hours=1).file(requested_at=NOW)
    assert order.on_site_due_at == NOW + timedelta(minutes=20)


async def test_a_report_from_the_future_starts_its_clock_now(desk):
    order = await desk.file(requested_at=NOW + timedelta(days=3))
    assert order.requested_at == NOW


@pytest.mark.parametrize(
    ("phone", "stored"),
    [("170 0000 1234", "17000001234"), ("+8617000001234", "17000001234"), ("0412-0001234", "0412-0001234"), ("", "")],
)
async def test_a_phone_is_stored_in_one_form(desk, phone, stored):
    assert (await desk.file(contact_phone=phone)).contact_phone == stored


@pytest.mark.parametrize("phone", ["1700000123", "170000012345", "13度", "电话"])
async def test_a_wrong_phone_is_never_stored(desk, phone):
    with pytest.raises(InvalidField) as caught:
        await desk.file(contact_phone=phone)
    assert caught.value.field == "contact_phone"


@pytest.mark.parametrize("description", ["", "  \n", "长" * 4001])
async def test_an_empty_or_endless_text_is_refused(desk, description):
    with pytest.raises(InvalidField) as caught:
        await desk.file(description=description)
    assert caught.value.field == "description"


async def test_what_was_said_about_the_time_is_kept(desk, database):
    since = OccurredAt("从前天夜里起", TimeKind.SINCE, NOW - timedelta(days=2))
    order = await desk.file(occurred_at=since)
    async with database.reading() as session:
        stored = await session.get_one(WorkOrderRow, order.id)
        assert stored.occurred_at == {
            "text": "从前天夜里起",
            "kind": "since",
            "start": (NOW - timedelta(days=2)).isoformat(),
            "end": None,
        }


async def test_no_personal_data_stands_in_the_log(desk, database):
    order = await desk.file(contact_name="李桂兰")
    for event in await events(database, order):
        told = f"{event.note}{event.data}{event.changes}{event.actor}"
        assert not any(secret in told for secret in ("17000001234", "李桂兰", "openid-li", "冰凉", "6号楼"))


async def test_a_hundred_orders_have_a_hundred_numbers_and_whole_chains(database):
    desk = Desk(database)
    numbers = {(await desk.file()).number for _ in range(100)}
    assert len(numbers) == 100
    async with database.reading() as session:
        report = await verify(session)
    assert (report.orders, report.events, report.breaks) == (100, 200, [])
