"""What is made ready before the programs start."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from backend.domain.errors import Unauthorised
from backend.services import auth
from backend.settings import Settings
from backend.storage.database import Database
from channels import setup
from channels.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAMES = {account[0] for account in DEMO_ACCOUNTS}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("YOUSHI_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def demo(tmp_path: Path) -> Settings:
    """A demo whose database is filled."""
    settings = Settings(home_dir=tmp_path)
    setup.migrate_database(settings)
    setup.fill_database(settings)
    return settings


def live(home: Path) -> Settings:
    return Settings(home_dir=home, sms_provider="kannel", admin_password=SecretStr("a-word-of-our-own"))


def who_gets_in(settings: Settings, password: str) -> set[str]:
    async def ask() -> set[str]:
        database, found = Database(settings.effective_database_url), set()
        for name in (*NAMES, "admin"):
            try:
                async with database.transaction() as session:
                    await auth.sign_in(session, username=name, password=password, now=NOW)
                found.add(name)
            except Unauthorised:
                continue
        await database.close()
        return found

    return asyncio.run(ask())


def test_who_read_how_to_try_the_demo_does_not_get_into_what_became_of_it(demo: Settings) -> None:
    assert who_gets_in(demo, DEMO_PASSWORD) == {*NAMES, "admin"}
    setup.fill_database(live(demo.home_dir))
    assert who_gets_in(demo, DEMO_PASSWORD) == set()
    assert who_gets_in(demo, "a-word-of-our-own") == {"admin"}


def test_an_account_of_the_demo_with_a_password_of_its_own_stays(demo: Settings) -> None:
    async def change() -> None:
        database = Database(demo.effective_database_url)
        async with database.transaction() as session:
            await auth.set_password(session, username="dispatcher", password="chosen-by-zhou")
        await database.close()

    asyncio.run(change())
    setup.fill_database(live(demo.home_dir))
    assert who_gets_in(demo, "chosen-by-zhou") == {"dispatcher"}
