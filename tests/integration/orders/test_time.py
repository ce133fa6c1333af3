"""What time alone brings about, with every step in a transaction of its own, as after a restart."""

import asyncio
from datetime import date, timedelta

from sqlalchemy import select, update

from backend.services.audit import verify
from backend.services.clocks import calendar_warning, raise_due_alarms
from backend.storage.tables.directory import CategoryRow
from backend.storage.tables.work_orders import ClockAlarmRow
from backend.storage.work_orders import events_of, get_order
from tests.clocks import local

from .conftest import NOW

SLOW = {"category": "绿化", "subcategory": "毁绿"}


async def tick(database, now):
    async with database.transaction() as session:
        return await raise_due_alarms(session, now=now)


async def alarms(database, order):
    async with database.reading() as session:
        log = await events_of(session, order.id)
    return [event.data["kind"] for event in log if event.type == "alarm_raised"]


async def test_each_alarm_of_a_slow_order_is_raised_at_its_time_and_once(desk, database):
    order = await desk.file(**SLOW)
    await desk.do(order, "acknowledge")
    expected = []
    for moment, kind in (
        ("2026-11-25T08:59:59", None),
        ("2026-11-25T09:00:00", "due_soon"),
        ("2026-11-25T23:59:58", None),
        ("2026-11-25T23:59:59", "due"),
        ("2026-11-26T23:59:59", "overdue"),
        ("2026-12-31T12:00:00", None),
    ):
        assert await tick(database, local(moment)) == (kind is not None)
        assert await tick(database, local(moment)) == 0
        expected += [kind] if kind else []
        assert await alarms(database, order) == expected


async def test_alarms_name_holder_supervisor_and_leader(desk, database):
    order = await desk.file(**SLOW)
    await desk.do(order, "acknowledge")
    await tick(database, local("2026-12-31T12:00:00"))
    async with database.reading() as session:
        rows = (await session.execute(select(ClockAlarmRow).order_by(ClockAlarmRow.id))).scalars().all()
    assert [(row.kind, row.target) for row in rows] == [("due_soon", "holder"), ("due", "supervisor"), ("overdue", "leader")]


async def test_nobody_on_site_in_time_and_nobody_signing_are_alarms(desk, database):
    order = await desk.file()
    await tick(database, NOW + timedelta(minutes=20))
    assert await alarms(database, order) == ["on_site_due"]
    await tick(database, NOW + timedelta(minutes=120))
    assert await alarms(database, order) == ["on_site_due", "unacknowledged"]


async def test_a_crew_on_site_and_a_signature_stop_their_alarms(desk, database):
    order = await desk.file()
    await desk.at(minutes=10).do(order, "arrive")
    await desk.at(minutes=10).do(order, "acknowledge")
    assert await tick(database, NOW + timedelta(minutes=130)) == 0


async def test_an_extension_brings_its_own_warning(desk, database):
    order = await desk.file(**SLOW)
    await desk.do(order, "acknowledge")
    await tick(database, local("2026-11-25T10:00:00"))
    desk.now = local("2026-11-25T11:00:00")
    await desk.do(order, "extend", reason="等苗木", days=1)
    assert await tick(database, local("2026-11-25T23:59:59")) == 0
    assert await tick(database, local("2026-11-26T09:00:00")) == 1
    assert await alarms(database, order) == ["due_soon", "due_soon"]


async def test_a_suspended_order_raises_nothing_and_is_resumed_at_its_time(desk, database):
    order = await desk.file(**SLOW)
    await desk.do(order, "acknowledge")
    await desk.do(order, "suspend", reason="等料", resume_at="2026-12-01T09:00:00+08:00")
    assert await tick(database, local("2026-11-30T12:00:00")) == 0
    assert await tick(database, local("2026-12-01T09:00:00")) == 1
    async with database.reading() as session:
        order = await get_order(session, order.number)
        log = await events_of(session, order.id)
    assert (order.suspended_at, log[-1].type, log[-1].actor) == (None, "resumed", "system")
    assert order.due_at == local("2026-12-04T23:59:59")  # seven working days later than Wednesday 25 November


async def test_what_stays_unrated_for_a_week_is_closed_with_a_waiver(desk, database):
    order = await desk.work_through(await desk.file())
    assert await tick(database, NOW + timedelta(days=7, seconds=-1)) == 0
    assert await tick(database, NOW + timedelta(days=7)) == 1
    async with database.reading() as session:
        order = await get_order(session, order.number)
        log = await events_of(session, order.id)
    assert (order.state, log[-1].data["waived"]) == ("closed", True)
    assert await tick(database, NOW + timedelta(days=30)) == 0


async def test_two_schedulers_at_the_same_time_raise_an_alarm_once(desk, database):
    for _ in range(3):
        await desk.file()
    raised = await asyncio.gather(*(tick(database, NOW + timedelta(minutes=20)) for _ in range(4)))
    assert sum(raised) == 3
    async with database.reading() as session:
        assert (await verify(session)).is_sound


async def test_a_broken_order_does_not_hold_the_others_up(desk, database):
    broken, whole = await desk.file(), await desk.file(category="绿化", subcategory="毁绿")
    async with database.transaction() as session:
        await session.execute(update(CategoryRow).where(CategoryRow.service_code == "0101").values(clock={"finish": "never"}))
    assert await tick(database, local("2026-12-31T12:00:00")) == 4
    assert await alarms(database, broken) == []
    assert await alarms(database, whole) == ["unacknowledged", "due_soon", "due", "overdue"]


async def test_many_broken_orders_do_not_hold_the_others_up_either(desk, database):
    for _ in range(12):
        await desk.file()
    whole = await desk.file(category="绿化", subcategory="毁绿")
    async with database.transaction() as session:
        await session.execute(update(CategoryRow).where(CategoryRow.service_code == "0101").values(clock={"finish": "never"}))
    for _ in range(40):  # the chance that it is never among the ten is one in 10^25
        if await tick(database, local("2026-12-31T12:00:00")):
            break
    assert await alarms(database, whole) == ["unacknowledged", "due_soon", "due", "overdue"]


async def test_what_is_due_at_one_midnight_is_done_in_short_transactions(desk, database):
    numbers = [await desk.file(**SLOW) for _ in range(14)]
    late = local("2026-11-25T23:59:59")
    done = [await tick(database, late) for _ in range(3)]
    assert [bool(each) for each in done] == [True, True, False]
    assert max(done) <= 10 * len(await alarms(database, numbers[0]))
    assert {tuple(await alarms(database, order)) for order in numbers} == {("unacknowledged", "due_soon", "due")}


async def test_an_order_in_triage_that_nobody_reads_is_an_alarm(desk, database):
    order = await desk.file(category="", subcategory="")
    await tick(database, local("2026-11-23T23:59:59"))
    assert await alarms(database, order) == ["unacknowledged"]


async def test_a_new_round_has_its_own_alarms(desk, database):
    order = await desk.file()
    await tick(database, NOW + timedelta(minutes=20))
    order = await desk.at(minutes=30).work_through(order)
    await desk.at(minutes=60).do(order, "reopen", reason="没修好")
    await tick(database, NOW + timedelta(minutes=80))
    assert await alarms(database, order) == ["on_site_due", "on_site_due"]


async def test_the_end_of_the_calendar_is_announced(database):
    async with database.reading() as session:
        assert await calendar_warning(session, now=local("2026-11-01T12:00:00")) is None
        assert await calendar_warning(session, now=local("2026-11-21T12:00:00")) == date(2026, 12, 31)
        assert await calendar_warning(session, now=local("2027-03-01T12:00:00")) == date(2026, 12, 31)


async def test_a_due_time_beyond_the_calendar_is_marked_provisional(desk):
    desk.now = local("2026-12-30T12:00:00")
    assert (await desk.file(**SLOW, requested_at=desk.now)).due_provisional
