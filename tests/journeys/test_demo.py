"""A demo as a new user meets it: `make run` without any settings, `youshi demo`, and the simulated phones in a browser."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from tests.installation import ADMIN_PASSWORD, ROOT, Installation, free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")

COMPLAINT = "屋里暖气冰凉,园林街道翠园小区6号楼2单元301,从前天夜里起的"
SHOTS = ROOT / "tests" / "browser" / "screenshots"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
ANSWER_MS = 30_000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("demo"), free_port())
    try:
        await installation.start()
        yield installation
    finally:
        installation.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium is not None, "chromium is missing: tests/system-packages installs it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()


async def test_the_whole_story_plays_in_the_terminal(demo: Installation) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "channels.cli", "demo"),
        env=demo.env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert "整个故事都发生了" in said.decode()


async def test_the_demo_fails_loudly_when_nothing_runs(tmp_path: Path) -> None:
    env = {**Installation(tmp_path, free_port()).env}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "channels.cli", "demo"), env=env, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 1
    assert "make run" in said.decode()


@pytest.mark.parametrize("button", ["+ 微信(公众号)", "+ 短信手机"])
async def test_a_complaint_typed_on_a_simulated_phone_becomes_an_order_in_the_console(
    demo: Installation, browser: Browser, button: str
) -> None:
    page = await browser.new_page()
    await page.goto(f"{demo.base_url}/simulator")
    shown = await page.request.get(f"{demo.base_url}/simulator/world")
    before = len((await shown.json())["phones"])
    await expect(page.locator(".phone")).to_have_count(before)
    await page.get_by_role("button", name=button).click()
    await expect(page.locator(".phone")).to_have_count(before + 1)
    phone = page.locator(".phone").nth(before)
    await say(phone, COMPLAINT)
    if "微信" in button:
        await say(phone, "17000001234")
    await say(phone, "对")
    filed = phone.locator(".bubble:not(.mine)", has_text=re.compile(r"\d{12}"))
    await expect(filed).to_be_visible(timeout=ANSWER_MS)
    number = re.search(r"\d{12}", await filed.inner_text())
    assert number is not None
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"simulator-{before}.png", full_page=True)
    await sees_in_console(demo, browser, number[0])
    await page.close()


async def say(phone: Locator, text: str) -> None:
    """Type, send, and wait for an answer below it."""
    answers = phone.locator(".bubble:not(.mine)")
    heard = await answers.count()
    await phone.locator("textarea").fill(text)
    await phone.get_by_role("button", name="发送").click()
    await expect(answers).not_to_have_count(heard, timeout=ANSWER_MS)


async def sees_in_console(demo: Installation, browser: Browser, number: str) -> None:
    context = await browser.new_context()
    page: Page = await context.new_page()
    await page.goto(f"{demo.base_url}/console")
    await page.locator("input[name=username]").fill("admin")
    await page.locator("input[name=password]").fill(ADMIN_PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url("**/console")
    await page.goto(f"{demo.base_url}/console/orders/{number}")
    await expect(page.locator("body")).to_contain_text("翠园小区")
    await expect(page.locator("body")).to_contain_text("供暖")
    await context.close()
