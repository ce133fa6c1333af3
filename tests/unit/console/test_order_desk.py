"""How clocks stand, what lists are narrowed to, and what staff and residents may see of an order."""

from datetime import UTC, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.console.cursor import read_cursor, write_cursor
from backend.console.order_parts import LONGEST_SEARCH, Asked
from backend.contracts.messages import Channel
from backend.contracts.people import Role
from backend.contracts.work_orders import Verb
from backend.domain.errors import Conflict, InvalidField, NotFound
from backend.domain.moments import is_usable
from backend.services import desk, order_desk
from backend.services.auth import Principal
from backend.services.casework import apply_verb
from backend.services.conversations import takeover
from backend.services.order_desk import deadline
from tests.unit.console.scene import START, bot_says, order, resident_says, to_queue

DUE = START + timedelta(days=1)
ZHOU = Principal("1", "zhou", "派单员小周", Role.DISPATCHER)
SUN = Principal("2", "sun", "经办人老孙", Role.HANDLER, "heating")
LOST = Principal("3", "lost", "没有单位的人", Role.HANDLER)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)


def an_order(**changes):
    fields = {
        "due_at": DUE,
        "state": "in_progress",
        "suspended_at": None,
        "resolved_at": None,
        "closed_at": None,
        "updated_at": START,
    }
    return SimpleNamespace(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "now", "standing", "length"),
    [
        ({}, START, "running", timedelta(days=1)),
        ({}, DUE - timedelta(hours=4), "soon", timedelta(hours=4)),
        ({}, DUE, "soon", timedelta()),
        ({}, DUE + timedelta(seconds=1), "overdue", timedelta(seconds=1)),
        ({"suspended_at": START}, DUE + timedelta(days=9), "paused", timedelta()),
        ({"due_at": None}, START, "none", timedelta()),
        ({"state": "resolved", "resolved_at": DUE}, DUE + timedelta(days=9), "done", timedelta()),
        ({"state": "closed", "resolved_at": DUE + timedelta(hours=1)}, DUE, "done_late", timedelta(hours=1)),
        ({"state": "withdrawn", "closed_at": START}, DUE + timedelta(days=9), "done", START - DUE),
    ],
)
def test_how_the_finish_clock_stands(changes, now, standing, length):
    found = deadline(an_order(**changes), now)
    assert (found.standing, found.length) == (standing, length)


@given(moment=st.datetimes(timezones=st.just(UTC)).filter(is_usable), row_id=st.uuids())
def test_a_cursor_is_read_back_as_it_was_written(moment, row_id):
    assert read_cursor(write_cursor((moment, row_id.hex))) == (moment, row_id.hex)


@pytest.mark.parametrize(
    "text", ["x", "~", "2026-11-23~a", "2026-11-23T09:00:00+08:00~", "2026-11-23T09:00:00~a", "0001-01-01T00:00:00+08:00~a"]
)
def test_a_cursor_that_is_not_ours_is_refused(text):
    with pytest.raises(InvalidField):
        read_cursor(text)


@given(st.builds(Asked, state=st.sampled_from(["all", "closed"]), unit=WORDS, category=WORDS, q=WORDS, conversation=WORDS))
def test_what_was_asked_survives_the_address(asked):
    assert Asked.from_query(asked.query()) == asked


def test_an_address_with_unknown_names_is_read_as_far_as_it_is_ours():
    assert Asked.from_query("q=暖气&evil=1&__class__=x") == Asked(q="暖气")


def test_filters_follow_what_was_asked():
    assert Asked().filters(ZHOU, START).states == ("accepted", "dispatched", "in_progress")
    assert Asked(state="closed").filters(ZHOU, START).states == ("closed",)
    assert Asked(conversation="c").filters(ZHOU, START).states == ()
    assert Asked(overdue="1").filters(ZHOU, START).overdue_at == START
    assert Asked().filters(ZHOU, START).overdue_at is None
    assert len(Asked(q="长" * 500).filters(ZHOU, START).q) == LONGEST_SEARCH


def test_a_handler_may_not_ask_for_a_resident():
    assert Asked(conversation="c").filters(SUN, START).conversation_id == ""
    assert Asked(conversation="c").filters(ZHOU, START).conversation_id == "c"


async def test_a_handler_without_a_unit_sees_no_order(context):
    made = await order(context.database)
    async with context.database.reading() as session:
        filters = Asked(state="all").filters(LOST, START)
        rows, _ = await order_desk.page_of_orders(session, filters, LOST, cursor=None, limit=10)
        assert rows == []
        with pytest.raises(NotFound):
            await order_desk.sheet(session, made.number, LOST)


async def test_a_suspended_order_is_not_listed_as_overdue(context):
    made = await order(context.database)
    for verb, data in (
        (Verb.ACKNOWLEDGE, {}),
        (Verb.SUSPEND, {"reason": "等配件", "resume_at": (START + timedelta(days=9)).isoformat()}),
    ):
        async with context.database.transaction() as session:
            await apply_verb(
                session, number=made.number, verb=verb, actor="handler:sun", data=data, expected_version=None, now=START
            )
    async with context.database.reading() as session:
        filters = Asked(overdue="1").filters(ZHOU, START + timedelta(days=5))
        assert await order_desk.page_of_orders(session, filters, ZHOU, cursor=None, limit=10) == ([], None)


async def test_only_a_granted_extension_is_a_public_step(context):
    made = await order(context.database)
    for role_actor, data in (("handler:sun", {"granted": False}), ("supervisor:wu", {"granted": True})):
        async with context.database.transaction() as session:
            await apply_verb(
                session,
                number=made.number,
                verb=Verb.EXTEND,
                actor=role_actor,
                data={"reason": "等配件", "days": 1, **data},
                expected_version=None,
                now=START,
            )
    async with context.database.reading() as session:
        steps = await order_desk.public_steps(session, made.number)
    assert [step.type for step in steps] == ["accepted", "dispatched", "extended"]
    assert steps[1].unit_name == "供热公司"


async def test_the_lists_put_every_conversation_into_exactly_one_place(context):
    database = context.database
    waiting = await resident_says(database, "等着", user="17000000001")
    await to_queue(database, waiting)
    mine = await resident_says(database, "我的", user="17000000002")
    hers = await resident_says(database, "同事的", user="17000000003")
    bot = await resident_says(database, "机器人的", user="17000000004")
    await bot_says(database, bot, "好的")
    for conversation_id, user in ((mine, "zhou"), (hers, "qian")):
        async with database.transaction() as session:
            await takeover(session, conversation_id=conversation_id, user=user, now=START)
    async with database.reading() as session:
        lists = await desk.lists(session, username="zhou")
    found = [[entry.row.id for entry in each] for each in (lists.waiting, lists.mine, lists.colleagues, lists.bot)]
    assert found == [[waiting], [mine], [hers], [bot]]
    assert lists.mine[0].unanswered
    assert not lists.bot[0].unanswered
    assert lists.names["zhou"] == "派单员小周"


async def test_sms_has_no_allowance_and_wechat_counts_down(context):
    sms = await resident_says(context.database, "短信")
    wechat = await resident_says(context.database, "微信", user="oABCdef1234567890abcdefghij", channel=Channel.WECHAT_OA)
    async with context.database.reading() as session:
        unlimited = await desk.allowance(session, await desk.conversation(session, sms), now=START)
        row = await desk.conversation(session, wechat)
        fresh = await desk.allowance(session, row, now=START)
        later = await desk.allowance(session, row, now=START + timedelta(hours=48))
    assert (unlimited.left, unlimited.until) == (None, None)
    assert (fresh.left, fresh.until) == (5, START + timedelta(hours=48))
    assert (later.left, later.until) == (0, None)


async def test_a_second_takeover_names_the_first(context):
    conversation_id = await resident_says(context.database, "我要人工")
    async with context.database.transaction() as session:
        await takeover(session, conversation_id=conversation_id, user="zhou", now=START)
    with pytest.raises(Conflict) as told:
        async with context.database.transaction() as session:
            await takeover(session, conversation_id=conversation_id, user="qian", now=START)
    assert told.value.extra["assignee"] == "zhou"
