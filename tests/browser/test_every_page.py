"""Every page of the console as people of any age meet it: nothing cut off, every field named, every word readable."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from backend.contracts.conversations import Urgency
from backend.contracts.messages import Channel
from backend.contracts.understanding import Understood
from backend.contracts.work_orders import Verb
from backend.services.casework import apply_verb
from backend.storage.deliveries import add_call_back
from backend.storage.tables.messages import MessageRow
from backend.storage.understood import remember
from tests.browser.conftest import now
from tests.unit.console import scene

SIZES = {"desk": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
LONG = "楼下小广场垃圾堆了一个礼拜没人收,味儿特别大,苍蝇乱飞,孩子都不敢下楼玩,请尽快安排人清走"
# Visible controls that a screen reader could not name.
NAMELESS = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a, summary')]
  .filter((each) => each.offsetParent !== null)
  .filter((each) => !((each.labels && each.labels.length) || each.getAttribute('aria-label') || each.textContent.trim()))
  .map((each) => each.outerHTML)"""
# Texts whose contrast with what is behind them is below WCAG AA (4.5).
PALE = """() => {
  const channel = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (each) => {
    for (let at = each; at; at = at.parentElement) {
      const found = numbers(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const each of document.querySelectorAll('body *')) {
    const says = [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!says || each.offsetParent === null || each.disabled) continue;
    const [one, other] = [light(numbers(getComputedStyle(each).color)), light(behind(each))].sort((a, b) => b - a);
    if ((one + 0.05) / (other + 0.05) < 4.5) found.push(each.textContent.trim());
  }
  return found;
}"""
# English words that people would have to read (numbers, keys of the keyboard and ids of ours are none).
ENGLISH = """() => document.body.innerText.replace(/Ctrl\\+Enter|编号 [a-z_]+|…\\w+/g, '').match(/[A-Za-z]{3,}/g) || []"""


@pytest.fixture(scope="module")
def things(site):
    """Conversations, orders, a call to make, a dead letter and doubtful turns."""

    async def make(database):
        at = now()
        talk = await scene.resident_says(database, "屋里暖气冰凉,找人工", user="17000007001", now=at - timedelta(minutes=12))
        await scene.bot_says(database, talk, "您别急,我给您找人。", now=at - timedelta(minutes=11))
        await scene.to_queue(database, talk, urgent=True, now=at - timedelta(minutes=10))
        chat = await scene.resident_says(database, "你们几点上班", user="openid-7002", channel=Channel.WECHAT_OA, now=at)
        await scene.bot_says(database, chat, "人工每天八点到二十点在线。", now=at)
        open_one = await scene.order(database, now=at - timedelta(hours=5), key="p1", conversation_id=talk)
        hidden = await scene.order(
            database, now=at - timedelta(days=9), key="p2", description=LONG, confidential=True, urgency=Urgency.URGENT
        )
        async with database.transaction() as session:
            for verb, data in ((Verb.ACKNOWLEDGE, {}), (Verb.NOTE, {"note": "师傅已经在路上"})):
                await apply_verb(
                    session,
                    number=open_one.number,
                    verb=verb,
                    actor="handler:sun",
                    data=data,
                    expected_version=None,
                    now=at,
                    caller=None,
                )
            await add_call_back(
                session,
                message=None,
                conversation_id=talk,
                phone="17000007001",
                reason="微信和短信都发不出去",
                text="您反映的暖气不热已办好。",
                order_number=open_one.number,
                now=at,
            )
            said = list(await session.scalars(select(MessageRow).where(MessageRow.conversation_id.in_([talk, chat]))))
            for message in said:
                if message.direction == "in":
                    taken = Understood("report_complaint", 0.5, "供暖", "停暖", 0.4, 0.4)
                    await remember(session, message_id=message.id, understood=taken, now=at)
                else:
                    message.status, message.status_reason = "failed", "居民退订了"
        return {"talk": talk, "open": open_one.number, "hidden": hidden.number}

    return site.make(make)


PAGES = {
    "home": "/console",
    "talk": "/console/conversations/{talk}",
    "orders": "/console/orders",
    "order": "/console/orders/{open}",
    "order-hidden": "/console/orders/{hidden}",
    "intake": "/console/orders/new",
    "tasks": "/console/tasks",
    "review": "/console/review",
    "faqs": "/console/faqs",
    "faq": "/console/faqs/leak_time",
    "faq-new": "/console/faqs/new",
    "limits": "/console/limits",
    "limit": "/console/limits/0101",
    "missing": "/console/orders/000000000000",
}


@pytest.mark.parametrize("size", SIZES)
def test_on_every_page_everything_fits_is_named_and_can_be_read(opened, look, things, size):
    page = opened("admin", viewport=SIZES[size])
    for name, path in PAGES.items():
        page.goto(path.format(**things))
        for box in page.locator("details").all():
            box.evaluate("box => box.open = true")
        found = {
            "over the edge": page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)"),
            "nameless": page.evaluate(NAMELESS),
            "pale": page.evaluate(PALE),
            "English": page.evaluate(ENGLISH),
        }
        look(page, f"page-{size}-{name}")
        assert found == {"over the edge": 0, "nameless": [], "pale": [], "English": []}, (name, found)


def heard(site, opened, **asked):
    """What the assistant would be told to answer."""
    page = opened()
    answer = page.request.post(
        f"{site.url}/api/v1/faqs/answer",
        data={"text": "", **asked},
        headers={"Authorization": "Bearer service-token-for-tests"},
    )
    return answer.json()["answer"]


def test_an_answer_is_tried_out_changed_and_heard_without_a_restart(site, opened, look):
    assert "早八点到晚八点" in heard(site, opened, key="hours")
    page = opened("admin")
    page.get_by_role("link", name="常见问题").click()
    page.get_by_label("找问题或回答").fill("几点有人")
    page.get_by_label("找问题或回答").press("Enter")
    page.get_by_role("link", name="人工几点上班").click()
    page.get_by_label("回答").fill("长" * 140)
    page.get_by_role("button", name="看看短信什么样").click()
    expect(page.locator("#preview")).to_contain_text("要发3条短信,太长了,最多2条")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("还没有保存")).to_be_visible()
    expect(page.get_by_label("回答")).to_be_focused()
    expect(page.locator("#wrong-answer")).to_contain_text("请删掉大约6个字")
    look(page, "faq-too-long")
    page.get_by_label("回答").fill("人工全天都在,您随时说“转人工”。")
    page.get_by_label("别的问法").fill("几点有人\n半夜有人吗")
    page.get_by_role("button", name="看看短信什么样").click()
    expect(page.locator("#preview")).to_contain_text("要发1条短信")
    look(page, "faq-preview")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    assert heard(site, opened, key="hours") == "人工全天都在,您随时说“转人工”。"
    assert heard(site, opened, text="师傅,半夜有人吗?") == "人工全天都在,您随时说“转人工”。"


def test_a_time_limit_is_changed_by_keyboard_alone_and_heard_at_once(site, opened, look):
    page = opened("admin")
    page.goto("/console/limits/0301")
    page.get_by_label("多少分钟内到场").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("35")
    for key in ("Tab", "Tab", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("已改好1项")).to_be_visible()
    assert heard(site, opened, key="time_limit", service_code="0301") == "停电三十五分钟内到场。"
    page.goto("/console/limits/0301")
    expect(page.get_by_text("管理员(管理员)")).to_be_visible()
    look(page, "limit-changed")
