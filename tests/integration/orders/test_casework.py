"""Working orders: verbs, versions, roles, limits, and the log that proves it all."""

import asyncio
import contextlib
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from backend.contracts.conversations import Address
from backend.contracts.people import Role
from backend.contracts.work_orders import EventType, State, Verb
from backend.domain.errors import DomainError, Forbidden, IllegalTransition, InvalidField, NotFound, StaleVersion, TooOften
from backend.domain.work_order import MOVES
from backend.services.audit import verify
from backend.services.casework import Caller, Resident, allowed_now
from backend.services.corrections import set_address
from backend.services.order_log import append_event
from backend.services.verb_effects import ReturnTooLate, TooLateToExtend, TooManyExtensions
from backend.storage.database import Database
from backend.storage.tables.work_orders import JoinRow, RoundRow, WorkOrderEventRow, WorkOrderRow
from backend.storage.work_orders import events_of, get_order, open_orders_of
from tests.clocks import local

from .conftest import COLD_HOME, NOW, Desk

HANDLER = Caller(Role.HANDLER, unit_id="heating")
OTHER_HANDLER = Caller(Role.HANDLER, unit_id="water")
SUPERVISOR = Caller(Role.SUPERVISOR)
OWNER = Caller(Role.SERVICE, resident=Resident("conversation-li"))
OWNER_BY_IDENTITY = Caller(Role.SERVICE, resident=Resident("", "wechat_oa", "openid-li"))
STRANGER = Caller(Role.SERVICE, resident=Resident("conversation-other", "wechat_oa", "openid-other"))
SLOW = {"category": "绿化", "subcategory": "毁绿"}  # three working days: Friday evening until Wednesday


async def log_of(database, order):
    async with database.reading() as session:
        return await events_of(session, order.id)


async def test_the_whole_way_from_report_to_archive(desk, database):
    order = await desk.file()
    for minute, verb, data in (
        (2, "acknowledge", {}),
        (5, "contact", {"method": "phone"}),
        (15, "arrive", {"lat": 41.1, "lon": 123.0}),
        (60, "resolve", {"note": "换了阀门", "outcome": "solved"}),
        (61, "close", {"reason": "电话回访满意", "waived": False}),
    ):
        order = await desk.at(minutes=minute).do(order, verb, **data)
    log = await log_of(database, order)
    assert [event.type for event in log] == [
        "accepted", "dispatched", "acknowledged", "contacted", "arrived", "resolved", "closed",
    ]  # fmt: skip
    assert (order.state, order.version, order.reply) == ("closed", 7, "换了阀门")
    assert (order.acknowledged_at, order.arrived_at) == (NOW + timedelta(minutes=2), NOW + timedelta(minutes=15))


async def test_an_illegal_verb_names_the_possible_ones_and_changes_nothing(desk, database):
    order = await desk.file()
    with pytest.raises(IllegalTransition) as caught:
        await desk.do(order, "close")
    assert caught.value.extra["allowed"] == allowed_now(order)
    assert len(await log_of(database, order)) == 2


async def test_a_stale_version_is_refused_and_the_current_one_told(desk):
    order = await desk.file()
    await desk.do(order, "note", note="第一个人")
    with pytest.raises(StaleVersion) as caught:
        await desk.do(order, "note", note="第二个人", version=2)
    assert caught.value.extra["version"] == 3


async def test_of_two_people_at_the_same_time_one_wins(desk, database):
    order = await desk.file()
    results = await asyncio.gather(
        *(desk.do(order, "acknowledge", version=order.version) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["StaleVersion", "WorkOrderRow"]
    assert [event.type for event in await log_of(database, order)].count("acknowledged") == 1


async def test_a_lost_race_behind_our_back_is_noticed(desk, database):
    order = await desk.file()
    async with database.reading() as session:
        row = await get_order(session, order.number)
        await session.execute(update(WorkOrderRow).values(version=9).execution_options(synchronize_session=False))
        with pytest.raises(StaleVersion):
            await append_event(session, row, type_=EventType.NOTED, actor="x", now=NOW)


@pytest.mark.parametrize(
    ("caller", "error"),
    [(HANDLER, None), (OTHER_HANDLER, NotFound), (Caller(Role.HANDLER), NotFound), (SUPERVISOR, Forbidden), (OWNER, Forbidden)],
)
async def test_only_the_holding_unit_acknowledges(desk, caller, error):
    order = await desk.file()
    if error is None:
        assert (await desk.do(order, "acknowledge", caller=caller)).state == "in_progress"
        return
    with pytest.raises(error):
        await desk.do(order, "acknowledge", caller=caller)


@pytest.mark.parametrize("verb", ["urge", "withdraw", "note", "reopen"])
async def test_a_strangers_number_changes_nothing_and_looks_unknown(desk, verb):
    order = await desk.file()
    with pytest.raises(NotFound) as known:
        await desk.do(order, verb, caller=STRANGER, note="x")
    order.number = "261120000000"
    with pytest.raises(NotFound) as unknown:
        await desk.do(order, verb, caller=STRANGER, note="x")
    assert known.value.detail == unknown.value.detail


@pytest.mark.parametrize("caller", [OWNER, OWNER_BY_IDENTITY])
async def test_the_owner_is_known_by_conversation_or_identity(desk, caller):
    order = await desk.file()
    assert (await desk.do(order, "withdraw", caller=caller, reason="自己好了")).state == "withdrawn"


async def test_an_urge_is_counted_told_and_limited_to_three_a_day(desk, database):
    order = await desk.file()
    for count in (1, 2, 3):
        order = await desk.do(order, "urge", caller=OWNER)
        assert order.reminders == count
    with pytest.raises(TooOften) as caught:
        await desk.do(order, "urge", caller=OWNER)
    assert caught.value.extra["retry_after"] == 4.5 * 3600  # until midnight
    assert (await desk.at(hours=5).do(order, "urge", caller=OWNER)).reminders == 4
    assert (await log_of(database, order))[-1].data["unit"] == "heating"


async def test_joining_gives_the_same_rights_once(desk, database):
    order = await desk.file()
    joined = {"channel": "sms", "channel_user_id": "17000009999", "phone": "17000009999", "service_code": "0101"}
    neighbour = Caller(Role.SERVICE, resident=Resident("", "sms", "17000009999"))
    order = await desk.do(order, "join", caller=neighbour, **joined)
    again = await desk.do(order, "join", caller=neighbour, **joined)
    assert again.version == order.version
    assert (await desk.do(order, "urge", caller=neighbour)).reminders == 1
    async with database.reading() as session:
        [row] = (await session.execute(select(JoinRow))).scalars()
    assert (row.channel, row.phone) == ("sms", "17000009999")
    assert "17000009999" not in str([event.data for event in await log_of(database, order)])


async def test_who_only_joined_may_not_withdraw_the_matter(desk):
    order = await desk.file()
    neighbour = Caller(Role.SERVICE, resident=Resident("", "sms", "17000009999"))
    joined = {"channel": "sms", "channel_user_id": "17000009999", "service_code": "0101"}
    await desk.do(order, "join", caller=neighbour, **joined)
    with pytest.raises(Forbidden):
        await desk.do(order, "withdraw", caller=neighbour, reason="不用了")


async def test_open_orders_of_a_resident_are_those_reported_or_joined_that_somebody_works_on(desk, database):
    async def open_of(conversation_id, channel, channel_user_id, limit=10):
        whose = {"conversation_id": conversation_id, "channel": channel, "channel_user_id": channel_user_id}
        async with database.reading() as session:
            return [order.number for order in await open_orders_of(session, **whose, limit=limit)]

    first = await desk.file()
    second = await desk.at(minutes=1).file(conversation_id="", **SLOW)  # taken in by telephone for the same resident
    neighbours = await desk.at(minutes=2).file(conversation_id="conversation-zhao", channel_user_id="openid-zhao")
    gone = await desk.at(minutes=3).file()
    await desk.do(gone, "withdraw", caller=OWNER, reason="不用了")
    assert await open_of("conversation-li", "wechat_oa", "openid-li") == [second.number, first.number]
    assert await open_of("conversation-li", "wechat_oa", "openid-li", limit=1) == [second.number]
    assert await open_of("conversation-li", "sms", "openid-li") == [first.number], "an identity counts on its own channel only"
    assert await open_of("conversation-new", "sms", "17000009999") == []
    joined = {"channel": "sms", "channel_user_id": "17000009999", "phone": "17000009999", "service_code": "0101"}
    await desk.do(neighbours, "join", caller=Caller(Role.SERVICE, resident=Resident("", "sms", "17000009999")), **joined)
    assert await open_of("conversation-new", "sms", "17000009999") == [neighbours.number]


async def test_a_guessed_number_cannot_be_joined(desk):
    order = await desk.file()
    for service_code in (None, "0201"):
        with pytest.raises(NotFound):
            await desk.do(order, "join", caller=STRANGER, channel="sms", channel_user_id="x", service_code=service_code)


async def test_the_reporter_may_ask_after_filing_not_to_be_known_and_nobody_else_may(desk, database):
    order = await desk.file()
    with pytest.raises(Forbidden):
        await desk.do(order, "note", note="保密", confidential=True, caller=await _joined(desk, order))
    order = await desk.do(order, "note", note="居民要求保密", confidential=True, caller=OWNER)
    assert order.confidential
    assert (await desk.do(order, "note", note="补充", caller=OWNER)).confidential
    async with database.reading() as session:
        assert (await verify(session)).is_sound


async def _joined(desk, order) -> Caller:
    neighbour = {"channel": "sms", "channel_user_id": "17000009999", "service_code": order.service_code}
    await desk.do(order, "join", caller=Caller(Role.SERVICE, resident=Resident("", "sms", "17000009999")), **neighbour)
    return Caller(Role.SERVICE, resident=Resident("", "sms", "17000009999"))


async def test_a_confidential_order_cannot_be_joined(desk):
    order = await desk.file(confidential=True)
    with pytest.raises(NotFound):
        await desk.do(order, "join", caller=STRANGER, channel="sms", channel_user_id="x", service_code="0101")


async def test_the_reporter_joining_the_own_order_has_no_effect(desk):
    order = await desk.file()
    again = await desk.do(order, "join", channel="wechat_oa", channel_user_id="openid-li")
    assert again.version == order.version


async def test_dispatching_again_keeps_the_residents_clock_and_starts_the_holders(desk):
    order = await desk.file()
    moved = await desk.at(minutes=30).do(order, "dispatch", unit="housing")
    assert (moved.unit_id, moved.routing_rule, moved.due_at) == ("housing", "manual", order.due_at)
    assert moved.holder_due_at == NOW + timedelta(minutes=150)


async def test_dispatching_from_triage_needs_a_unit_that_exists(desk):
    order = await desk.file(category="", subcategory="")
    for data in ({}, {"unit": "nobody"}):
        with pytest.raises(InvalidField) as caught:
            await desk.do(order, "dispatch", **data)
        assert caught.value.field == "unit"
    assert (await desk.do(order, "dispatch", unit="housing")).state == "dispatched"


async def test_returning_goes_back_to_the_desk_and_the_third_time_escalates(desk, database):
    order = await desk.file(**SLOW)
    decisions = []
    for _ in range(3):
        order = await desk.do(order, "return", reason="不归我们管", suggested_unit="urban_management")
        assert (order.state, order.unit_id) == ("accepted", "desk")
        order = await desk.do(order, "dispatch", unit="greening")
    log = await log_of(database, order)
    decisions = [event.data.get("decision") for event in log if event.type == "returned"]
    assert decisions == [None, "dispatcher", "dispatcher"]
    assert [event.type for event in log].count("escalated") == 1
    assert (order.returns, order.level) == (3, 1)


async def test_after_one_working_day_an_order_cannot_be_returned(desk):
    order = await desk.file(**SLOW)
    with pytest.raises(ReturnTooLate):
        await desk.at(days=3, hours=5).do(order, "return", reason="不归我们管")  # Monday 24:00 is over
    assert (await desk.at(days=3).do(order, "return", reason="不归我们管")).returns == 1


async def test_a_handler_asks_for_more_time_and_the_next_level_grants_it(desk):
    order = await desk.file(**SLOW)
    asked = await desk.do(order, "extend", caller=Caller(Role.HANDLER, unit_id="greening"), reason="等苗木", days=2)
    assert (asked.due_at, asked.extension_requested, asked.extensions) == (order.due_at, 2, 0)
    granted = await desk.do(order, "extend", caller=SUPERVISOR, reason="同意")
    assert (granted.due_at, granted.extension_requested, granted.extensions) == (local("2026-11-27T23:59:59"), 0, 1)


async def test_a_refused_extension_changes_no_due_time(desk):
    order = await desk.file(**SLOW)
    await desk.do(order, "extend", caller=Caller(Role.HANDLER, unit_id="greening"), reason="等苗木", days=2)
    refused = await desk.do(order, "extend", caller=SUPERVISOR, reason="不同意", granted=False)
    assert (refused.due_at, refused.extension_requested, refused.extensions) == (order.due_at, 0, 0)


async def test_at_most_three_extensions_of_three_days(desk):
    order = await desk.file(**SLOW)
    for _ in range(3):
        order = await desk.do(order, "extend", reason="工程量大", days=3)
    assert order.due_at == local("2026-12-08T23:59:59")
    with pytest.raises(TooManyExtensions):
        await desk.do(order, "extend", reason="还要", days=1)


async def test_an_extension_after_the_due_time_is_refused(desk):
    order = await desk.file(**SLOW)
    with pytest.raises(TooLateToExtend):
        await desk.at(days=6).do(order, "extend", reason="晚了", days=1)


@pytest.mark.parametrize("due", ["2026-11-26", "2026-11-30"])
async def test_an_extension_may_name_the_day(desk, due):
    order = await desk.file(**SLOW)
    assert (await desk.do(order, "extend", reason="等料", until=f"{due}T10:00:00+08:00")).due_at == local(f"{due}T23:59:59")


@pytest.mark.parametrize("data", [{}, {"until": "2026-12-01T10:00:00+08:00"}, {"until": "2026-11-25T10:00:00+08:00"}])
async def test_an_extension_without_a_possible_length_is_refused(desk, data):
    order = await desk.file(**SLOW)
    with pytest.raises(InvalidField):
        await desk.do(order, "extend", reason="等料", **data)


async def test_a_suspension_moves_the_due_day_by_its_working_days(desk):
    order = await desk.file(**SLOW)
    order = await desk.do(order, "suspend", reason="居民不在家", resume_at="2026-12-01T09:00:00+08:00")
    assert order.next_alarm_at is None
    order = await desk.at(days=3).do(order, "resume")
    assert (order.due_at, order.suspended_at) == (local("2026-11-26T23:59:59"), None)


async def test_a_suspension_also_stops_the_promise_to_be_on_site(desk):
    order = await desk.file()
    await desk.at(minutes=5).do(order, "suspend", reason="家里没人", resume_at="2026-11-20T20:30:00+08:00")
    order = await desk.at(minutes=35).do(order, "resume")
    assert order.on_site_due_at == NOW + timedelta(minutes=50)


async def test_a_suspension_must_end_in_the_future(desk):
    order = await desk.file()
    with pytest.raises(InvalidField) as caught:
        await desk.do(order, "suspend", reason="等", resume_at=NOW.isoformat())
    assert caught.value.field == "resume_at"


async def test_reopening_starts_a_new_round_for_the_same_unit_with_a_new_clock(desk, database):
    order = await desk.work_through(await desk.file())
    first_due = order.due_at
    order = await desk.at(days=2).do(order, "reopen", caller=OWNER, reason="说修好了,其实没来")
    assert (order.state, order.unit_id, order.round) == ("dispatched", "heating", 2)
    assert order.due_at == local("2026-11-22T23:59:59")
    assert (order.resolved_at, order.reply, order.outcome, order.arrived_at) == (None, "", "", None)
    async with database.reading() as session:
        rounds = (await session.execute(select(RoundRow).order_by(RoundRow.round))).scalars().all()
    assert [(row.due_at, row.resolved_at) for row in rounds] == [(first_due, NOW), (order.due_at, None)]


async def test_pauses_of_an_earlier_round_do_not_lengthen_the_next(desk):
    order = await desk.file(**SLOW)
    await desk.do(order, "suspend", reason="等", resume_at="2026-12-01T09:00:00+08:00")
    await desk.at(days=3).do(order, "resume")
    order = await desk.work_through(order)
    order = await desk.do(order, "reopen", reason="没修好")
    order = await desk.do(order, "extend", reason="等料", days=1)
    assert order.due_at == local("2026-11-27T23:59:59")  # Monday + 3 + 1


async def test_a_withdrawn_order_is_void_in_the_figures_and_its_clock_stops(desk, database):
    order = await desk.do(await desk.file(), "withdraw", reason="自己好了")
    assert (order.state, order.next_alarm_at) == ("withdrawn", None)
    async with database.reading() as session:
        assert (await session.execute(select(RoundRow.void))).scalars().all() == [True]


async def test_an_arrival_cannot_lie_before_the_report_or_in_the_future(desk):
    order = await desk.file()
    for minutes in (-1, 1):
        with pytest.raises(InvalidField):
            await desk.do(order, "arrive", arrived_at=(NOW + timedelta(minutes=minutes)).isoformat())


async def test_only_a_call_that_reached_somebody_is_the_first_contact(desk):
    order = await desk.do(await desk.file(), "contact", reached=False)
    assert order.contacted_at is None
    order = await desk.at(minutes=3).do(order, "contact")
    order = await desk.at(minutes=9).do(order, "contact")
    assert order.contacted_at == NOW + timedelta(minutes=3)


async def test_escalation_and_supervision_are_counted_and_need_a_reason(desk):
    order = await desk.file()
    for verb in ("escalate", "supervise"):
        with pytest.raises(InvalidField):
            await desk.do(order, verb)
    order = await desk.do(order, "escalate", reason="三次没人接")
    order = await desk.do(order, "supervise", reason="区长批示")
    assert (order.level, order.supervisions) == (1, 1)
    with pytest.raises(InvalidField):
        await desk.do(order, "escalate", reason="上报", unit="nobody")


async def test_an_address_that_comes_later_routes_an_order_in_triage(desk, database):
    order = await desk.file(category="邻里纠纷", subcategory="漏水", address=Address())
    async with database.transaction() as session:
        order = await set_address(session, number=order.number, address=COLD_HOME, actor="resident", now=NOW)
    assert (order.state, order.unit_id, order.street_code) == ("dispatched", "street_yuanlin", "210302004")
    async with database.reading() as session:
        assert (await verify(session)).is_sound


async def test_an_address_for_an_order_on_its_way_is_a_note_to_its_holder(desk, database):
    order = await desk.file(address=Address())
    async with database.transaction() as session:
        order = await set_address(session, number=order.number, address=COLD_HOME, actor="resident", now=NOW)
    assert (order.unit_id, order.address["room"]) == ("heating", "301")
    assert (await log_of(database, order))[-1].note == f"地址:{COLD_HOME.text}"


TAMPERING = {
    "note": update(WorkOrderEventRow).where(WorkOrderEventRow.seq == 2).values(note="改过"),
    "time": update(WorkOrderEventRow).where(WorkOrderEventRow.seq == 2).values(at=NOW - timedelta(days=1)),
    "removed": delete(WorkOrderEventRow).where(WorkOrderEventRow.seq == 2),
    "removed the last": delete(WorkOrderEventRow).where(WorkOrderEventRow.seq == 4),
    "row due": update(WorkOrderRow).values(due_at=NOW + timedelta(days=9)),
    "row unit": update(WorkOrderRow).values(unit_id="water"),
    "row state": update(WorkOrderRow).values(state="closed"),
    "row count": update(WorkOrderRow).values(reminders=0),
}


@pytest.mark.parametrize(
    ("what", "seq"),
    [
        ("note", 2),
        ("time", 2),
        ("removed", 2),
        ("removed the last", 0),
        *((what, 0) for what in TAMPERING if what.startswith("row")),
    ],
)
async def test_the_audit_names_the_first_thing_that_was_tampered_with(desk, database, what, seq):
    order = await desk.do(await desk.file(), "urge")
    order = await desk.do(order, "acknowledge")
    async with database.reading() as session:
        assert (await verify(session)).is_sound
    async with database.transaction() as session:
        await session.execute(TAMPERING[what])
    async with database.reading() as session:
        report = await verify(session)
    assert (report.first.number, report.first.seq) == (order.number, seq)
    assert order.number in report.summary()


STEP = st.tuples(
    st.sampled_from(Verb),
    st.sampled_from([None, HANDLER, SUPERVISOR, OWNER, STRANGER, Caller(Role.DISPATCHER)]),
    st.integers(0, 60 * 24 * 3),
    st.booleans(),
)


def _data(verb, now):
    known = {
        Verb.SUSPEND: {"reason": "等料", "resume_at": (now + timedelta(days=2)).isoformat()},
        Verb.EXTEND: {"reason": "等料", "days": 1},
        Verb.DISPATCH: {"unit": "heating"},
        Verb.JOIN: {"channel": "sms", "channel_user_id": "17000005678", "service_code": "0101"},
    }
    return known.get(verb, {"note": "说明"})


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=14))
def test_no_sequence_of_verbs_ever_breaks_an_order(sqlite_template, tmp_path_factory, steps):
    """The chain holds, the replay equals the row, versions count events, and states only move as designed."""

    async def play():
        path = tmp_path_factory.mktemp("play") / "orders.db"
        path.write_bytes(sqlite_template.read_bytes())
        database = Database(f"sqlite+aiosqlite:///{path}")
        desk = Desk(database)
        order = await desk.file()
        for verb, caller, minutes, stale in steps:
            desk.now += timedelta(minutes=minutes)
            before = order.version
            version = before - 1 if stale else before
            # Anything but a domain error would fail the test.
            with contextlib.suppress(DomainError):
                order = await desk.do(order, verb.value, caller=caller, version=version, **_data(verb, desk.now))
            assert order.version >= before
        async with database.reading() as session:
            report = await verify(session)
            log = await events_of(session, order.id)
        await database.close()
        assert report.is_sound, report.summary()
        assert [event.seq for event in log] == list(range(1, order.version + 1))
        moves = {(event.from_state, event.to_state) for event in log[1:]}
        designed = {(state.value, to.value) for state, verbs in MOVES.items() for to in verbs.values()}
        assert moves <= designed
        assert State(order.state).value == log[-1].to_state

    asyncio.run(play())


async def test_a_photo_that_comes_after_filing_stands_with_those_before_and_the_log_still_proves_itself(desk, database):
    order = await desk.file(attachments=({"kind": "image", "media_id": "m1"},))
    order = await desk.do(order, "note", note="居民补充:[图片]", attachments=[{"kind": "image", "media_id": "m2"}], caller=OWNER)
    assert [item["media_id"] for item in order.attachments] == ["m1", "m2"]
    async with database.reading() as session:
        assert (await verify(session)).is_sound


async def test_what_the_unit_photographs_is_its_own_affair(desk):
    order = await desk.file()
    order = await desk.do(
        order, "note", note="现场照片", attachments=[{"kind": "image", "url": "https://x/1.jpg"}], caller=HANDLER
    )
    assert order.attachments == []
