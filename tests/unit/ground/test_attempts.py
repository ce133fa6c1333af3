"""Guessing passwords is slow for one name and for one address, whether the name exists or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backend.api import auth as auth_api
from backend.api import problems
from backend.api.dependencies import AppContext
from backend.console.pages import console_router
from backend.contracts.people import Role
from backend.domain.errors import DomainError, TooOften, Unauthorised
from backend.services import attempts
from backend.services.attempts import WINDOW, Limit
from backend.services.auth import create_user
from backend.services.sign_in import PAUSED, TRIES_PER_CLIENT, TRIES_PER_NAME, sign_in
from backend.settings import Settings
from backend.storage.database import Database
from backend.storage.tables.work_orders import LookupAttemptRow
from tests.clocks import HandClock

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
RIGHT = "right-password"


@pytest.fixture
def clock() -> HandClock:
    return HandClock(START)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'attempts.db'}")
    await database.create_schema()
    async with database.transaction() as session:
        for name in ("zhou", "qian"):
            await create_user(session, username=name, name=name, role=Role.DISPATCHER, password=RIGHT, unit_id=None, now=START)
    yield database
    await database.close()


async def outcome(
    database: Database, username: str, password: str = "wrong", *, client: str = "10.0.0.1", now: datetime = START
) -> str:
    """What came of a try: "in", "wrong" or "paused"."""
    try:
        await sign_in(database, username=username, password=password, client=client, now=now)
    except Unauthorised:
        return "wrong"
    except TooOften:
        return "paused"
    return "in"


@pytest.mark.parametrize("username", ["zhou", "nobody"])
async def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(database: Database, username: str) -> None:
    assert [await outcome(database, username) for _ in range(TRIES_PER_NAME)] == ["wrong"] * 5
    assert await outcome(database, username, RIGHT, client="10.0.0.2") == "paused"


async def test_the_pause_ends_and_others_are_not_touched_by_it(database: Database) -> None:
    for _ in range(TRIES_PER_NAME):
        await outcome(database, "zhou")
    assert await outcome(database, "qian", RIGHT) == "in"
    assert await outcome(database, "zhou", RIGHT, now=START + WINDOW - timedelta(seconds=1)) == "paused"
    assert await outcome(database, "zhou", RIGHT, now=START + WINDOW) == "in"


async def test_tries_during_the_pause_do_not_make_it_longer(database: Database) -> None:
    for _ in range(TRIES_PER_NAME):
        await outcome(database, "zhou")
    for minute in range(1, 15):
        assert await outcome(database, "zhou", now=START + timedelta(minutes=minute)) == "paused"
    assert await outcome(database, "zhou", RIGHT, now=START + WINDOW) == "in"


async def test_one_address_that_tries_many_names_is_stopped_and_other_addresses_are_not(database: Database) -> None:
    told = [await outcome(database, f"name-{number}") for number in range(TRIES_PER_CLIENT)]
    assert told == ["wrong"] * TRIES_PER_CLIENT
    assert await outcome(database, "zhou", RIGHT) == "paused"
    assert await outcome(database, "zhou", RIGHT, client="10.0.0.2") == "in"


async def test_a_right_password_forgives_the_name_but_not_the_address(database: Database) -> None:
    for _ in range(TRIES_PER_NAME - 1):
        await outcome(database, "zhou")
    assert await outcome(database, "zhou", RIGHT) == "in"
    assert [await outcome(database, "zhou") for _ in range(TRIES_PER_NAME)] == ["wrong"] * 5
    assert await outcome(database, "zhou") == "paused"
    async with database.reading() as session:
        rows = list(await session.scalars(select(LookupAttemptRow.key)))
    assert sorted(rows.count(key) for key in set(rows)) == [5, 9]


async def test_right_passwords_are_never_counted(database: Database) -> None:
    for _ in range(TRIES_PER_NAME + 1):
        assert await outcome(database, "zhou", RIGHT) == "in"
    async with database.reading() as session:
        assert list(await session.scalars(select(LookupAttemptRow))) == []


async def test_tries_at_the_same_moment_count_too(database: Database) -> None:
    told = await asyncio.gather(*(outcome(database, "zhou") for _ in range(8)))
    assert sorted(told) == ["paused"] * 3 + ["wrong"] * 5


async def test_neither_names_nor_addresses_are_stored(database: Database) -> None:
    await outcome(database, "zhou")
    async with database.reading() as session:
        keys = list(await session.scalars(select(LookupAttemptRow.key)))
    assert len(keys) == 2
    assert all(len(key) == 64 and "zhou" not in key and "10.0" not in key for key in keys)


async def test_a_status_look_up_and_a_sign_in_count_apart(database: Database) -> None:
    async with database.transaction() as session:
        for _ in range(TRIES_PER_CLIENT):
            await attempts.record(session, [Limit("client:10.0.0.1", 5)], now=START)
    assert await outcome(database, "zhou", RIGHT) == "in"


@settings(max_examples=25, deadline=None)
@given(ages=st.lists(st.integers(0, 1200), max_size=8), most=st.integers(1, 5))
def test_the_wait_ends_exactly_when_fewer_than_the_limit_are_left(ages: list[int], most: int) -> None:
    async def wait() -> int:
        database = Database("sqlite+aiosqlite:///:memory:")
        await database.create_schema()
        async with database.transaction() as session:
            for age in ages:
                await attempts.record(session, [Limit("k", most)], now=START - timedelta(seconds=age))
            told = await attempts.seconds_to_wait(session, [Limit("k", most), Limit("other", most)], now=START)
        await database.close()
        return told

    def counted(after: int) -> int:
        return sum(age + after < WINDOW.total_seconds() for age in ages)

    told = asyncio.run(wait())
    assert counted(told) < most
    assert told == 0 or counted(told - 1) >= most


@pytest.fixture
async def site(database: Database, clock: HandClock, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    app.include_router(auth_api.router)
    app.include_router(console_router())
    app.state.context = AppContext(settings=Settings(home_dir=tmp_path), database=database, clock=clock, assistant=None)  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app, client=("10.0.0.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"Origin": "http://test"}) as client:
        yield client


async def tries(site: httpx.AsyncClient, path: str, username: str, password: str = "wrong") -> httpx.Response:
    return await site.post(path, data={"username": username, "password": password})


async def test_the_api_answers_with_a_problem_that_says_when_to_come_back(site: httpx.AsyncClient, clock: HandClock) -> None:
    answers = []
    for username in ("zhou", "nobody"):
        for _ in range(TRIES_PER_NAME):
            assert (await tries(site, "/api/v1/auth/token", username)).status_code == 401
        clock.advance(minutes=5)
        answers.append(await tries(site, "/api/v1/auth/token", username))
        clock.advance(minutes=-5)
    known, unknown = answers
    assert known.status_code == 429
    assert known.headers["content-type"] == "application/problem+json"
    assert known.headers["retry-after"] == "600"
    assert (known.json()["code"], known.json()["detail"]) == ("too_often", PAUSED)
    assert (known.json(), known.headers["retry-after"]) == (unknown.json(), unknown.headers["retry-after"])


async def test_the_console_shows_the_form_again_and_counts_together_with_the_api(
    site: httpx.AsyncClient, clock: HandClock
) -> None:
    for path in ("/api/v1/auth/token", "/console/login", "/console/login", "/api/v1/auth/token", "/console/login"):
        assert (await tries(site, path, "zhou")).status_code == 401
    answer = await tries(site, "/console/login", "zhou", RIGHT)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    assert PAUSED in answer.text
    assert 'name="password"' in answer.text
    assert "set-cookie" not in answer.headers
    clock.at += WINDOW
    assert (await tries(site, "/console/login", "zhou", RIGHT)).status_code == 303


def test_other_errors_carry_no_time_to_come_back() -> None:
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    async def fails() -> None:
        raise DomainError("no")

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await client.get("/")

    assert "retry-after" not in asyncio.run(ask()).headers
