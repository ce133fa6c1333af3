"""The resident's pages: status by number and the phone's last four digits."""

import re

import pytest

from backend.contracts.work_orders import EventType, Verb
from backend.domain.language.order_numbers import check_digit
from backend.services.casework import apply_verb
from backend.services.order_desk import PUBLIC_EVENTS
from channels.web.pages import STATES, STEPS, digits_of
from tests.unit.console.scene import order

HEAD = "26112399999"
UNKNOWN = HEAD + check_digit(HEAD)


async def ask(client, number, tail):
    return await client.post("/status", data={"number": number, "tail": tail})


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def without_number(page):
    return re.sub(r'value="\d*"', 'value=""', page)


async def test_the_first_page_says_how_to_reach_us_and_offers_the_status_form(browser):
    async with browser() as client:
        page = (await client.get("/")).text
    assert "公众号" in page
    assert "短信" in page
    assert 'action="/status"' in page
    assert "<script" not in page


async def test_the_right_tail_gets_the_status_and_the_public_steps_only(browser, context):
    made = await order(context.database)
    for verb, data in ((Verb.ACKNOWLEDGE, {}), (Verb.NOTE, {"note": "内部说明"}), (Verb.EXTEND, {"reason": "等配件", "days": 1})):
        context.clock.advance(minutes=5)
        async with context.database.transaction() as session:
            await apply_verb(
                session,
                number=made.number,
                verb=verb,
                actor="handler:sun",
                data=data | ({"granted": False} if verb is Verb.EXTEND else {}),
                expected_version=None,
                now=context.clock.now(),
            )
    async with browser() as client:
        answer = await ask(client, made.number, "1234")
    assert answer.status_code == 200
    text = words(answer.text)
    assert "正在处理" in text
    assert "已派给供热公司" in text
    assert "已受理" in text
    for secret in ("王大爷", "17000001234", "老孙", "sun", "内部说明", "等配件", "翠园小区"):
        assert secret not in answer.text


async def test_a_wrong_tail_and_an_unknown_number_get_the_same_page(browser, context):
    made = await order(context.database)
    async with browser() as client:
        wrong = await ask(client, made.number, "9999")
        unknown = await ask(client, UNKNOWN, "1234")
    assert (wrong.status_code, unknown.status_code) == (404, 404)
    assert without_number(wrong.text) == without_number(unknown.text)
    assert "没有查到" in wrong.text


async def test_five_tries_then_a_pause_that_also_holds_for_the_right_tail(browser, context):
    made = await order(context.database)
    async with browser() as client:
        for _ in range(5):
            assert (await ask(client, made.number, "9999")).status_code == 404
        paused = await ask(client, made.number, "1234")
        assert paused.status_code == 429
        assert "请过十五分钟再试" in paused.text
        context.clock.advance(minutes=16)
        assert (await ask(client, made.number, "1234")).status_code == 200


async def test_a_mistyped_number_is_recognised_and_costs_no_try(browser, context):
    made = await order(context.database)
    wrong = made.number[:-1] + str((int(made.number[-1]) + 1) % 10)
    async with browser() as client:
        for _ in range(6):
            answer = await ask(client, wrong, "1234")
            assert answer.status_code == 422
            assert "好像输错了一位" in answer.text
            assert f'value="{wrong}"' in answer.text
        assert (await ask(client, made.number, "1234")).status_code == 200


@pytest.mark.parametrize(
    ("number", "tail", "said"),
    [
        ("2611", "1234", "您输了4位"),
        ("", "1234", "请输入工单号"),
        ("单号", "1234", "请输入工单号"),
        (UNKNOWN, "12", "后四位"),
        (UNKNOWN, "", "后四位"),
    ],
)
async def test_what_is_missing_is_said_plainly(browser, number, tail, said):
    async with browser() as client:
        answer = await ask(client, number, tail)
    assert answer.status_code == 422
    assert said in answer.text


async def test_blanks_dashes_and_full_width_digits_are_taken(browser, context):
    made = await order(context.database)
    spaced = f"{made.number[:4]} {made.number[4:8]}-{made.number[8:]}"
    async with browser() as client:
        assert (await ask(client, spaced, "1234")).status_code == 200


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "您反映的供暖·停暖(单号{})已登记,交给供热公司办理。最晚11月24日(周二)给您答复。",
        "单号:{} 电话17000001234",
        "{}。" + "谢谢" * 300,
    ],
)
async def test_a_whole_message_may_be_pasted_where_the_number_goes(browser, context, around):
    made = await order(context.database)
    async with browser() as client:
        assert (await ask(client, around.format(made.number), "1234")).status_code == 200


@pytest.mark.parametrize("number", ["1" * 5000, "字" * 5000, "\x00" * 12])
async def test_whatever_is_typed_gets_a_page(browser, number):
    async with browser() as client:
        answer = await ask(client, number, number)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/", "/status", "/web/static/resident.css"])
async def test_who_only_looks_whether_the_page_is_there_gets_its_head(browser, path):
    async with browser() as client:
        asked, got = await client.head(path), await client.get(path)
    assert (asked.status_code, asked.headers["content-type"]) == (200, got.headers["content-type"])


def test_full_width_digits_count_as_digits():
    assert digits_of("单号" + "".join(chr(0xFF10 + int(digit)) for digit in "261123")) == "261123"
    assert digits_of("") == ""


async def test_an_order_without_a_phone_cannot_be_looked_up_with_an_empty_tail(browser, context):
    made = await order(context.database, contact_phone="")
    async with browser() as client:
        assert (await ask(client, made.number, "0000")).status_code == 404
        assert (await ask(client, made.number, "")).status_code == 422


async def test_a_link_may_bring_the_number(browser):
    async with browser() as client:
        page = (await client.get(f"/status?number={UNKNOWN}")).text
        assert f'value="{UNKNOWN}"' in page
        assert "<script" not in (await client.get('/status?number="><script>')).text


async def test_pages_are_never_kept_and_the_style_sheet_is(browser):
    async with browser() as client:
        page = await client.get("/status")
        assert page.headers["cache-control"] == "no-store"
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert "max-age" in (await client.get("/web/static/resident.css")).headers["cache-control"]
        assert (await client.get("/web/static/pages.py")).status_code == 404


def test_every_public_step_and_every_state_has_words():
    assert set(STEPS) == {event.value for event in PUBLIC_EVENTS}
    assert set(STATES) == {"accepted", "dispatched", "in_progress", "resolved", "closed", "declined", "withdrawn"}
    assert EventType.RETURNED not in PUBLIC_EVENTS
    assert EventType.ALARM_RAISED not in PUBLIC_EVENTS
