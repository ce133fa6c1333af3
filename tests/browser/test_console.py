"""Caseworkers in the console: what they see without reloading, and what two of them do at the same time."""

import re

from playwright.sync_api import expect
from sqlalchemy import delete, select

from backend.storage.conversations import get_conversation
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.people import TokenRow
from tests.browser.conftest import now
from tests.unit.console import scene


def new_resident(site, number, text="屋里暖气冰凉,我要找人工", *, urgent=False):
    async def make(database):
        conversation_id = await scene.resident_says(database, text, user=number, now=now())
        await scene.to_queue(database, conversation_id, urgent=urgent, now=now())
        return conversation_id

    return site.make(make)


def says(site, number, text):
    site.make(lambda database: scene.resident_says(database, text, user=number, now=now()))


def test_a_resident_who_asks_for_a_person_appears_without_a_reload(site, opened, look, number):
    page = opened("zhou")
    expect(page.get_by_role("heading", name="等人接")).to_be_visible()
    page.evaluate("window.sameDocument = true")
    conversation_id = new_resident(site, number, "楼道里有煤气味,很重", urgent=True)
    entry = page.locator(f"#waiting-{conversation_id}")
    expect(entry).to_contain_text("楼道里有煤气味")
    expect(entry).to_contain_text("紧急")
    expect(page.locator("#live-notice")).to_contain_text("新的居民在等")
    expect(page).to_have_title(r"(1) 会话 · 有事坐席台")
    expect(page.locator("#nav-waiting")).to_have_text("1 紧急")
    assert page.evaluate("window.sameDocument")
    look(page, "queue-live")


def test_taking_over_replying_and_giving_back(site, opened, look, number):
    conversation_id = new_resident(site, number)
    page = opened("zhou")
    page.locator(f"#waiting-{conversation_id}").click()
    reply = page.get_by_label("回复居民")
    expect(reply).to_be_disabled()
    look(page, "talk-before-takeover")
    page.get_by_role("button", name="我来接").click()
    expect(page.get_by_text("您在接")).to_be_visible()
    page.evaluate("window.sameDocument = true")
    reply.fill("您好,我是派单员小周,师傅今晚就去看。")
    expect(page.locator("#say-count")).to_have_text("19 个字,算 1 条短信")
    reply.press("Control+Enter")
    expect(page.locator("#c-transcript")).to_contain_text("师傅今晚就去看")
    expect(page.locator("#c-transcript")).to_contain_text("等待发送")
    expect(reply).to_have_value("")
    expect(reply).to_be_focused()
    page.get_by_text("写内部备注").click()
    page.get_by_label("内部备注", exact=True).fill("老人独居")
    page.get_by_role("button", name="记下备注").click()
    expect(page.locator("#c-transcript")).to_contain_text("内部备注,居民看不到")
    page.get_by_role("button", name="显示号码").click()
    expect(page.locator("#c-phone")).to_contain_text(number)
    assert page.evaluate("window.sameDocument")
    look(page, "talk-mine")
    page.get_by_role("button", name="交还机器人").click()
    expect(page.locator("#c-head")).to_contain_text("机器人在聊")

    async def sent(session):
        query = select(MessageRow).where(MessageRow.conversation_id == conversation_id, MessageRow.author == "caseworker")
        return [(row.text, row.status) for row in await session.scalars(query.order_by(MessageRow.seq))]

    assert site.read(sent) == [("您好,我是派单员小周,师傅今晚就去看。", "queued"), ("老人独居", "suppressed")]


def test_what_is_being_written_and_the_focus_survive_new_messages_and_a_reload(site, opened, number):
    conversation_id = new_resident(site, number)
    page = opened("zhou")
    page.goto(f"/console/conversations/{conversation_id}")
    page.get_by_role("button", name="我来接").click()
    reply = page.get_by_label("回复居民")
    reply.press_sequentially("写到一半")
    says(site, number, "还有楼道灯也坏了")
    expect(page.locator("#c-transcript")).to_contain_text("楼道灯也坏了")
    expect(reply).to_have_value("写到一半")
    expect(reply).to_be_focused()
    entry = page.locator(f"#mine-{conversation_id}")
    entry.focus()
    says(site, number, "听见了吗")
    expect(entry).to_contain_text("听见了吗")
    expect(entry).to_be_focused()
    page.reload()
    expect(page.get_by_label("回复居民")).to_have_value("写到一半")


def test_of_two_caseworkers_the_second_reads_who_was_faster(site, opened, look, number):
    conversation_id = new_resident(site, number)
    zhou, qian = opened("zhou"), opened("qian")
    for page in (zhou, qian):
        page.goto(f"/console/conversations/{conversation_id}")
        # without live updates both still see the button
        page.route("**/console/events*", lambda route: route.abort())
        page.reload()
    zhou.get_by_role("button", name="我来接").click()
    expect(zhou.get_by_text("您在接")).to_be_visible()
    qian.get_by_role("button", name="我来接").click()
    expect(qian.get_by_role("alert")).to_have_text("派单员小周已经接手了这个会话,正在和居民说话。")
    expect(qian.get_by_label("回复居民")).to_be_disabled()
    look(qian, "takeover-lost")
    assert site.read(lambda session: get_conversation(session, conversation_id)).assignee == "zhou"


def test_a_colleagues_takeover_removes_the_button_at_once(site, opened, number):
    conversation_id = new_resident(site, number)
    zhou, qian = opened("zhou"), opened("qian")
    for page in (zhou, qian):
        page.goto(f"/console/conversations/{conversation_id}")
    zhou.get_by_role("button", name="我来接").click()
    expect(qian.locator("#c-head")).to_contain_text("派单员小周在接")
    expect(qian.get_by_role("button", name="我来接")).to_have_count(0)


def test_updates_come_back_after_the_connection_was_lost(site, opened, number):
    page = opened("zhou")
    context = page.context
    expect(page.get_by_role("heading", name="等人接")).to_be_visible()
    context.set_offline(True)
    conversation_id = new_resident(site, number, "断网时来的")
    context.set_offline(False)
    expect(page.locator(f"#waiting-{conversation_id}")).to_contain_text("断网时来的")


def test_an_order_is_worked_through_by_its_unit(site, opened, look, number):
    order = site.make(lambda database: scene.order(database, key=number, contact_phone=number, now=now()))
    page = opened("sun")
    page.get_by_role("link", name=order.number).click()
    look(page, "order-new")
    steps = (
        ("签收", {}),
        ("联系居民", {"怎么联系的": "电话"}),
        ("到场", {}),
        ("办结", {"给居民的答复": "阀门换好了,室温20度"}),
    )
    for name, fields in steps:
        form = page.locator("details", has=page.locator("summary", has_text=name)).first
        form.locator("summary").click()
        for label, value in fields.items():
            form.get_by_label(label).fill(value)
        form.get_by_role("button", name=name).click()
        expect(page.locator(".timeline")).to_contain_text(name)
    expect(page.locator(".order-head")).to_contain_text("已办结,等评价")
    look(page, "order-resolved")


def test_an_open_order_and_the_list_change_by_themselves(site, opened, look, number):
    order = site.make(lambda database: scene.order(database, key=number, contact_phone=number, now=now()))
    page, listing, sun = opened("zhou"), opened("wu"), opened("sun")
    listing.goto("/console/orders?category=供暖")
    row = listing.locator("tr", has_text=order.number)
    expect(row).to_contain_text("已派单")
    page.goto(f"/console/orders/{order.number}")
    page.locator("#v-supervise summary").click()
    page.locator("#v-supervise-reason").fill("写到一半的督办")
    sun.goto(f"/console/orders/{order.number}")
    sun.locator("#v-acknowledge summary").click()
    sun.locator("#v-acknowledge button").click()
    expect(row).to_contain_text("办理中")
    expect(page.locator("#o-head")).to_contain_text("办理中")
    expect(page.locator(".timeline")).to_contain_text("签收")
    expect(page.locator("#o-verbs-news")).to_be_visible()
    expect(page.locator("#v-supervise-reason")).to_have_value("写到一半的督办")
    look(page, "order-live")
    page.locator("#v-supervise button").click()
    expect(page.get_by_role("alert")).to_contain_text("刚有人改过这个工单")
    page.wait_for_timeout(800)
    expect(page.locator("#v-supervise-reason")).to_have_value("写到一半的督办")


def hide(page, hidden):
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_of_many_tabs_every_one_opens_and_hidden_ones_are_up_to_date_when_shown(site, opened, number):
    first = opened("zhou")
    tabs = [first]
    for _ in range(8):  # more than the six connections that a browser opens to one server
        hide(tabs[-1], True)
        tab = first.context.new_page()
        tab.goto("/console")
        expect(tab.get_by_role("heading", name="等人接")).to_be_visible()
        tabs.append(tab)
    conversation_id = new_resident(site, number, "第九个窗口也要看见")
    expect(tabs[-1].locator(f"#waiting-{conversation_id}")).to_be_visible()
    expect(tabs[0].locator(f"#waiting-{conversation_id}")).to_be_attached()  # the one hidden tab that keeps its stream
    expect(tabs[3].locator(f"#waiting-{conversation_id}")).to_have_count(0)
    hide(tabs[3], False)
    expect(tabs[3].locator(f"#waiting-{conversation_id}")).to_be_attached()


def test_a_form_that_is_out_of_date_says_so_and_keeps_the_text(site, opened, look, number):
    order = site.make(lambda database: scene.order(database, key=number, contact_phone=number, now=now()))
    sun, zhou = opened("sun"), opened("zhou")
    sun.route("**/console/events*", lambda route: route.abort())  # else the form would have been renewed in time
    sun.goto(f"/console/orders/{order.number}")
    zhou.goto(f"/console/orders/{order.number}")
    for page, text in ((zhou, "派单员先写"), (sun, "经办人后写")):
        page.locator("#v-note summary").click()
        page.locator("#v-note-note").fill(text)
        page.locator("#v-note button").click()
    expect(sun.get_by_role("alert")).to_contain_text("刚有人改过这个工单")
    expect(sun.locator("#v-note-note")).to_have_value("经办人后写")
    expect(sun.locator(".timeline")).to_contain_text("派单员先写")
    look(sun, "order-stale")
    sun.locator("#v-note button").click()
    expect(sun.locator(".timeline")).to_contain_text("经办人后写")


def end_sessions(site):
    async def end(database):
        async with database.transaction() as session:
            await session.execute(delete(TokenRow))

    site.make(end, announce=False)


def sign_in_again(page):
    expect(page.get_by_role("alert")).to_contain_text("登录过期了")
    page.get_by_label("用户名").fill("zhou")
    page.get_by_label("密码").fill(scene.PASSWORD)
    page.get_by_role("button", name="登录").click()


def test_what_was_filled_in_survives_a_session_that_ended_meanwhile(site, opened, look, number):
    order = site.make(lambda database: scene.order(database, now=now(), key=f"late-{number}"))
    page = opened("zhou")
    page.goto(f"/console/orders/{order.number}")
    page.locator("#v-note summary").click()
    text = page.locator("#v-note-note")
    text.fill("老人独居,请先打电话")
    end_sessions(site)
    page.locator("#v-note button").click()
    sign_in_again(page)
    expect(page).to_have_url(re.compile(f"/console/orders/{order.number}$"))
    expect(text).to_be_visible()
    expect(text).to_have_value("老人独居,请先打电话")
    expect(page.locator("#live-notice")).to_contain_text("请再提交一次")
    look(page, "signed-in-again")
    page.locator("#v-note button").click()
    expect(page.locator("#o-story")).to_contain_text("请先打电话")
    expect(page.locator("#v-note-note")).to_have_value("")


def test_a_reply_survives_a_session_that_ended_meanwhile(site, opened, number):
    conversation_id = new_resident(site, number)
    page = opened("zhou")
    page.goto(f"/console/conversations/{conversation_id}")
    page.get_by_role("button", name="我来接").click()
    page.get_by_label("回复居民").fill("写了很久的一段话")
    end_sessions(site)
    page.get_by_label("回复居民").press("Control+Enter")
    sign_in_again(page)
    expect(page).to_have_url(re.compile(f"/console/conversations/{conversation_id}$"))
    expect(page.get_by_label("回复居民")).to_have_value("写了很久的一段话")


def test_the_conversation_is_two_keys_away_however_many_others_there_are(site, opened, number):
    conversation_id = new_resident(site, number)
    page = opened("zhou")
    page.goto(f"/console/conversations/{conversation_id}")
    for key in ("Tab", "Enter", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("您在接")).to_be_visible()


def test_a_call_is_registered_by_keyboard_alone(site, opened, look, number):
    page = opened("zhou")
    page.goto("/console/orders/new")
    page.get_by_label("什么事").focus()
    page.keyboard.type("单元门坏了,关不上")
    page.get_by_label("电话", exact=True).focus()
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("工单")
    expect(page.locator(".quote").first).to_have_text("单元门坏了,关不上")
    look(page, "order-from-telephone")


def test_on_a_phone_nothing_runs_over_the_edge(site, opened, look, number):
    conversation_id = new_resident(site, number)
    order = site.make(lambda database: scene.order(database, key=number, contact_phone=number, now=now()))
    page = opened("zhou", viewport={"width": 360, "height": 740})
    pages = {
        "console": "/console",
        "talk": f"/console/conversations/{conversation_id}",
        "orders": "/console/orders",
        "order": f"/console/orders/{order.number}",
        "intake": "/console/orders/new",
        "tasks": "/console/tasks",
    }
    for name, path in pages.items():
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        look(page, f"phone-{name}")
