"""Installations that journeys run against: the real programs with the trained model, real Redis, real Kannel, on both databases.

The WeChat platform is the simulator as a program of its own; the SMS carrier is an SMSC behind a real Kannel.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from channels.clock import CLOCK_FILE, SimulatedClock
from channels.secrets_file import load_or_make_secrets
from channels.simulator.driver import Resident, Site
from channels.wechat.accounts import demo_accounts
from tests.installation import ADMIN_PASSWORD, Installation, free_port
from tests.journeys.phones import SmsResident
from tests.journeys.postmark import postmark
from tests.kannel import RealKannel
from tests.postgres import OwnPostgres

# a Sunday evening: what 上个礼拜三, 十五号 and 今早 mean does not depend on when the tests run
THE_DAY = datetime.fromisoformat("2026-11-22T18:40:00+08:00")


@dataclass
class World:
    """One installation with its platforms. `site` is signed in as the administrator; `phones` is the simulator."""

    installation: Installation
    site: Site
    phones: Site
    kannel: RealKannel
    mo_url: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def on_wechat(self, name: str = "李阿姨", channel: str = "wechat_oa") -> Resident:
        """A new resident with a WeChat phone. The phone is on the simulator, the orders are on the site."""
        resident = await Resident.with_new_phone(self.phones, channel, name)
        resident.desk = self.site
        return resident

    def on_sms(self) -> Resident:
        """A new resident with an SMS phone behind Kannel."""
        number = f"1700000{next(self._numbers):04d}"
        return SmsResident(site=self.site, key=number, channel="sms", user_id=number, kannel=self.kannel, mo_url=self.mo_url)

    async def on(self, channel: str) -> Resident:
        return self.on_sms() if channel == "sms" else await self.on_wechat(channel=channel)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL of our own."""
    with OwnPostgres.running() as server:
        yield server.url


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["sqlite", "postgresql"])
async def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The installation, once per database."""
    home = tmp_path_factory.mktemp(f"home-{request.param}")
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    async with running_world(home, url) as world:
        yield world


@contextlib.asynccontextmanager
async def running_world(home: Path, database_url: str, at: datetime = THE_DAY) -> AsyncIterator[World]:
    """Start simulator, Kannel and all programs; stop them at the end. `at` is what their clock says when they start."""
    installation = Installation(home, free_port())
    clock = _clock_of(home, at)
    simulator_port = free_port()
    sms_token = load_or_make_secrets(home)["sms_callback_token"]
    async with contextlib.AsyncExitStack() as stack:
        mo_url = f"{installation.base_url}/sms/{sms_token}/kannel/mo"
        kannel = await stack.enter_async_context(RealKannel(await stack.enter_async_context(postmark(mo_url, clock))))
        installation.extra_env = {
            **wechat_environment(home, simulator_port),
            **kannel.environment(),
            "YOUSHI_DATABASE_URL": database_url,
            "YOUSHI_CLOCK": "simulated",
        }
        phones_url = installation.start_simulator(simulator_port)
        stack.callback(installation.stop)
        await installation.start()
        http = await stack.enter_async_context(aiohttp.ClientSession())
        site, phones = Site(http, installation.base_url), Site(http, phones_url)
        await site.sign_in("admin", ADMIN_PASSWORD)
        yield World(installation, site, phones, kannel, mo_url)


def _clock_of(home: Path, at: datetime) -> SimulatedClock:
    """The clock of an installation before its programs start; while they run it only moves forward."""
    home.mkdir(parents=True, exist_ok=True)
    (home / CLOCK_FILE).write_text(json.dumps({"offset_seconds": (at - datetime.now(UTC)).total_seconds()}))
    return SimulatedClock(home / CLOCK_FILE)


def wechat_environment(home: Path, simulator_port: int) -> dict[str, str]:
    """Real settings for both accounts, with the simulator as the platform."""
    env = {"YOUSHI_WECHAT_API_BASE": f"http://127.0.0.1:{simulator_port}/simulator/wechat"}
    for name, account in demo_accounts(home).items():
        values = {"APPID": account.appid, "SECRET": account.secret, "TOKEN": account.token, "AES_KEY": account.aes_key}
        env |= {f"YOUSHI_WECHAT_{name.upper()}_{key}": value for key, value in values.items()}
    for kind in ("progress", "rating"):
        env[f"YOUSHI_WECHAT_TEMPLATE_{kind.upper()}"] = f"demo-oa-{kind}"
    return env
