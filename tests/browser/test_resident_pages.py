"""The resident's pages on a small phone, without JavaScript, and enlarged."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import now
from tests.unit.console import scene

PHONE = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}


def new_order(site, number):
    return site.make(lambda database: scene.order(database, key=number, contact_phone=number, now=now()))


def ask(page, order_number, tail):
    page.goto("/status")
    page.get_by_label("工单号").fill(order_number)
    page.get_by_label("登记电话的后四位").fill(tail)
    page.get_by_role("button", name="查一查").click()


def test_the_right_tail_shows_how_far_it_is(site, opened, look, number):
    order = new_order(site, number)
    page = opened(**PHONE)
    page.goto("/")
    look(page, "resident-home")
    ask(page, order.number, number[-4:])
    expect(page.get_by_role("heading", level=1)).to_have_text("已派给供热公司")
    expect(page.locator(".steps")).to_contain_text("已受理")
    expect(page.locator("body")).not_to_contain_text("王大爷")
    expect(page.locator("body")).not_to_contain_text(number)
    look(page, "resident-status")


def test_a_wrong_tail_is_told_without_giving_anything_away(site, opened, look, number):
    order = new_order(site, number)
    page = opened(**PHONE)
    ask(page, order.number, "9999")
    expect(page.get_by_role("alert")).to_contain_text("没有查到")
    expect(page.get_by_label("工单号")).to_have_value(order.number)
    look(page, "resident-not-found")


def test_a_mistyped_number_is_told_as_such(site, opened, number):
    order = new_order(site, number)
    page = opened(**PHONE)
    ask(page, order.number[:-1] + str((int(order.number[-1]) + 5) % 10), number[-4:])
    expect(page.get_by_role("alert")).to_contain_text("好像输错了一位")


@pytest.mark.parametrize("path", ["/", "/status"])
def test_at_twice_the_size_on_a_small_phone_nothing_is_cut(site, opened, look, path):
    page = opened(viewport={"width": 360, "height": 740})
    page.goto(path)
    page.evaluate("document.documentElement.style.fontSize = '250%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    look(page, f"resident-twice-{path.strip('/') or 'home'}")
