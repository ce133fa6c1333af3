"""Orders in the console: lists, one order, its verbs, and who sees what."""

import re

import pytest
from sqlalchemy import select

from backend.contracts.work_orders import State, Verb
from backend.domain.work_order import ROLE_VERBS, Standing, allowed_for
from backend.services.casework import apply_verb
from backend.services.forgetting import forget_order
from backend.storage.tables.people import AccessLogRow
from backend.storage.work_orders import get_order
from tests.unit.console.scene import order

UNLIT = {"service_code": "0301", "category": "", "subcategory": ""}


async def do(context, number, verb, **data):
    async with context.database.transaction() as session:
        return await apply_verb(
            session,
            number=number,
            verb=verb,
            actor="handler:sun",
            data=data,
            expected_version=None,
            now=context.clock.now(),
        )


def buttons(page):
    return set(re.findall(r'<details id="v-(\w+)"', page))


async def test_the_list_tells_state_unit_and_deadline_in_words(browser, context):
    made = await order(context.database)
    context.clock.advance(minutes=30)
    async with browser("zhou") as client:
        page = (await client.get("/console/orders")).text
    assert made.number in page
    assert "供热公司" in page
    assert "已派单" in page
    assert "还剩14小时" in page


async def test_an_order_whose_resident_is_forgotten_is_still_a_page(browser, context):
    made = await order(context.database)
    async with context.database.transaction() as session:
        await forget_order(session, made.id, now=context.clock.now())
    async with browser("admin") as client:
        for page in ("/console/orders", f"/console/orders/{made.number}"):
            answer = await client.get(page)
            assert answer.status_code == 200
            assert "已过保存期限" in answer.text
            assert "王大爷" not in answer.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"cold", "light"}),
        ("?q=冰凉", {"cold"}),
        ("?q=没有这样的", set()),
        ("?unit=heating", {"cold"}),
        ("?category=供暖", {"cold"}),
        ("?state=dispatched", {"cold", "light"}),
        ("?state=closed", set()),
        ("?state=all", {"cold", "light"}),
        ("?overdue=1", {"cold"}),
    ],
)
async def test_the_list_can_be_narrowed(browser, context, query, found):
    numbers = {
        "cold": (await order(context.database, key="a")).number,
        "light": (await order(context.database, key="b", description="路灯不亮", **UNLIT)).number,
    }
    context.clock.advance(hours=16)  # the cold flat is due the same night
    async with browser("zhou") as client:
        page = (await client.get(f"/console/orders{query}")).text
    assert {name for name, number in numbers.items() if number in page} == found


async def test_pages_follow_each_other_without_a_gap(browser, context):
    made = set()
    for index in range(33):
        context.clock.advance(seconds=1)
        made.add((await order(context.database, key=f"k{index}", now=context.clock.now())).number)
    async with browser("zhou") as client:
        first = (await client.get("/console/orders")).text
        following = re.search(r'href="(\?[^"]*cursor=[^"]+)"', first)[1].replace("&amp;", "&")
        second = (await client.get(f"/console/orders{following}")).text
        assert (await client.get("/console/orders?cursor=nonsense")).status_code == 422
    shown = [{number for number in made if number in page} for page in (first, second)]
    assert [len(page) for page in shown] == [30, 3]
    assert shown[0] | shown[1] == made
    assert "下一页" not in second


@pytest.mark.parametrize("username", ["zhou", "sun", "wu", "admin"])
async def test_the_buttons_are_exactly_what_this_role_may_do_now(browser, context, username):
    made = await order(context.database)
    roles = {"zhou": "dispatcher", "sun": "handler", "wu": "supervisor", "admin": "admin"}
    role = next(each for each in ROLE_VERBS if each.value == roles[username])
    async with browser(username) as client:
        for verb, state in ((None, State.DISPATCHED), (Verb.ACKNOWLEDGE, State.IN_PROGRESS), (Verb.RESOLVE, State.RESOLVED)):
            if verb:
                await do(context, made.number, verb, note="办好了")
            page = (await client.get(f"/console/orders/{made.number}")).text
            expected = {each.value for each in allowed_for(role, Standing(state))} - {"join"}
            assert buttons(page) == expected


async def test_an_order_is_worked_through_to_its_result(browser, context):
    made = await order(context.database)
    path = f"/console/orders/{made.number}"
    async with browser("sun") as client:
        for verb, fields in (
            ("acknowledge", {}),
            ("contact", {"reached": "yes", "method": "电话"}),
            ("arrive", {"arrived_at": "2026-11-23T09:10"}),
            ("note", {"note": "换了阀门"}),
            ("extend", {"reason": "等配件", "days": "2"}),
            ("resolve", {"note": "阀门换好了,室温20度", "outcome": "solved"}),
        ):
            context.clock.advance(minutes=10)
            version = re.search(r'name="version" value="(\d+)"', (await client.get(path)).text)[1]
            answer = await client.post(f"{path}/{verb}", data={"version": version, **fields})
            assert answer.status_code == 303, (verb, answer.text)
        page = (await client.get(path)).text
    assert "已办结,等评价" in page
    assert "阀门换好了,室温20度" in page
    assert "2个工作日,等批准" in page
    assert "按时办结" in page
    async with context.database.reading() as session:
        row = await get_order(session, made.number)
    assert row.arrived_at.isoformat() == "2026-11-23T01:10:00+00:00"


async def test_a_change_by_somebody_else_in_between_is_told_and_the_text_is_kept(browser, context):
    made = await order(context.database)
    path = f"/console/orders/{made.number}"
    await do(context, made.number, Verb.ACKNOWLEDGE)
    await do(context, made.number, Verb.NOTE, note="同事写的")
    async with browser("sun") as client:
        answer = await client.post(f"{path}/resolve", data={"version": str(made.version - 1), "note": "我写的答复"})
    assert answer.status_code == 409
    assert "刚有人改过这个工单" in answer.text
    assert "我写的答复" in answer.text
    assert "同事写的" in answer.text


async def test_what_is_not_possible_any_more_is_said_with_the_state(browser, context):
    made = await order(context.database)
    await do(context, made.number, Verb.ACKNOWLEDGE)
    async with browser("sun") as client:
        answer = await client.post(f"/console/orders/{made.number}/acknowledge", data={})
    assert answer.status_code == 409
    assert "工单现在是“办理中”,不能做“签收”" in answer.text


@pytest.mark.parametrize(
    ("verb", "fields", "said"),
    [
        ("resolve", {"note": " "}, "请写下给居民的答复"),
        ("suspend", {"reason": "等配件", "resume_at": "not a time"}, "时间没有填对"),
        ("extend", {"reason": "等配件", "days": "9"}, "1 到 3 个工作日"),
        ("extend", {"reason": "等配件", "days": "x"}, "请写一个整数"),
    ],
)
async def test_a_wrong_field_is_named_and_the_form_stays_open(browser, context, verb, fields, said):
    made = await order(context.database)
    await do(context, made.number, Verb.ACKNOWLEDGE)
    async with browser("sun") as client:
        answer = await client.post(f"/console/orders/{made.number}/{verb}", data=fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert re.search(rf'<details id="v-{verb}"[^>]* open>', answer.text)


async def test_a_handler_sees_the_orders_of_the_own_unit_only(browser, context):
    mine = await order(context.database, key="a")
    other = await order(context.database, key="b", **UNLIT)
    async with browser("sun") as client:
        page = (await client.get("/console/orders?state=all")).text
        assert mine.number in page
        assert other.number not in page
        assert (await client.get(f"/console/orders/{other.number}")).status_code == 404
        assert (await client.post(f"/console/orders/{other.number}/note", data={"note": "x"})).status_code == 404


async def test_an_order_that_leaves_the_unit_brings_the_handler_back_to_the_list(browser, context):
    made = await order(context.database)
    async with browser("sun") as client:
        answer = await client.post(f"/console/orders/{made.number}/return", data={"reason": "不归我们管"})
    assert answer.headers["location"] == "/console/orders"


@pytest.mark.parametrize("kind", ["confidential", "anonymous"])
async def test_a_hidden_reporter_is_shown_to_nobody_without_a_reason(browser, context, kind):
    made = await order(
        context.database, description="我是王大爷,邻居半夜装修,找我17000001234", **{kind: True}, conversation_id=None
    )
    for username in ("sun", "zhou", "wu", "admin"):
        async with browser(username) as client:
            for path in ("/console/orders", f"/console/orders/{made.number}"):
                page = (await client.get(path)).text
                assert made.number in page
                assert "17000001234" not in page
                assert "王大爷" not in page


async def test_revealing_a_hidden_reporter_needs_a_reason_that_is_kept(browser, context):
    made = await order(context.database, confidential=True)
    path = f"/console/orders/{made.number}/reveal"
    async with browser("sun") as handler:
        assert (await handler.post(path, data={"reason": "想知道"})).status_code == 403
    async with browser("zhou") as client:
        assert (await client.post(path, data={"reason": ""})).status_code == 422
        answer = await client.post(path, data={"reason": "回访核实"})
        assert "17000001234" in answer.text
        assert "王大爷" in answer.text
        assert "17000001234" not in (await client.get(f"/console/orders/{made.number}")).text
    async with context.database.reading() as session:
        logged = list(await session.scalars(select(AccessLogRow)))
    assert [(row.actor, row.reason) for row in logged] == [("dispatcher:zhou", "回访核实")]


async def test_an_open_reporter_can_be_called_by_the_unit(browser, context):
    made = await order(context.database)
    async with browser("sun") as client:
        page = (await client.get(f"/console/orders/{made.number}")).text
    assert "王大爷" in page
    assert "17000001234" in page


async def test_what_residents_write_is_never_markup(browser, context):
    made = await order(context.database, description="<script>alert(1)</script>", contact_name="<img src=x>")
    async with browser("zhou") as client:
        page = (await client.get(f"/console/orders/{made.number}")).text
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "&lt;script&gt;" in page


async def test_what_the_resident_put_right_stands_beside_what_it_replaces(browser, context):
    number = (await order(context.database)).number
    await do(context, number, "note", note="居民更正 楼号:6号楼 → 8号楼。原话:楼号错了", corrects=True)
    await do(context, number, "note", note="居民补充:带个梯子")
    async with browser("zhou") as client:
        facts = (await client.get(f"/console/orders/{number}")).text.split("<h2>时限</h2>")[0]
    assert "居民更正 楼号:6号楼 → 8号楼" in facts
    assert "带个梯子" not in facts
