"""The storms: one installation for each database, and what is killed there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack

import aiohttp
import pytest
import pytest_asyncio

from channels.secrets_file import load_or_make_secrets
from channels.simulator.driver import Site
from tests.chaos.storm import DATABASE, Storm, rage
from tests.installation import ADMIN_PASSWORD, Installation, free_port
from tests.postgres import OwnPostgres

PEOPLE = {"sqlite": 200, "postgresql": 60}
VICTIMS = {"sqlite": ("worker", "rasa", "web", "actions", "redis"), "postgresql": (DATABASE, "worker", DATABASE)}


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=sorted(VICTIMS, reverse=True))
async def storm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Storm]:
    """An installation after all its dialogues and kills."""
    kind = str(request.param)
    home = tmp_path_factory.mktemp(f"storm-{kind}")
    load_or_make_secrets(home)
    port, simulator_port = free_port(), free_port()
    with ExitStack() as stack:
        database = stack.enter_context(OwnPostgres.running()) if kind == "postgresql" else None
        env = {"YOUSHI_SIMULATOR_URL": f"http://127.0.0.1:{simulator_port}/simulator"}
        env |= {"YOUSHI_DATABASE_URL": database.url} if database else {}
        installation = Installation(home, port, env)
        stack.callback(installation.stop)
        phones_url = installation.start_simulator(simulator_port)
        await installation.start()
        async with aiohttp.ClientSession() as http:
            site, phones = Site(http, installation.base_url), Site(http, phones_url)
            storm = Storm(PEOPLE[kind], VICTIMS[kind], database, installation, site, phones)
            await storm.site.sign_in("admin", ADMIN_PASSWORD)
            await rage(storm)
            yield storm
