"""Signing in, tokens and roles, over HTTP against the real application parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from pydantic import SecretStr

from backend.api import auth as auth_api
from backend.api import problems
from backend.api.dependencies import AppContext, require
from backend.api.paging import decode_cursor, encode_cursor
from backend.contracts.people import Role
from backend.domain.errors import Conflict, InvalidField, NotFound
from backend.services.auth import Principal, activate, create_user, deactivate, set_password
from backend.settings import Settings
from backend.storage.database import Database
from tests.clocks import HandClock
from tests.passwords import REAL

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
CLOCK = HandClock(START)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'auth.db'}")
    await database.create_schema()
    CLOCK.at = START
    async with database.transaction() as session:
        for name, role in (("admin", Role.ADMIN), ("zhou", Role.DISPATCHER), ("sun", Role.HANDLER)):
            await create_user(
                session, username=name, name=name, role=role, password="right-password", unit_id=None, now=CLOCK.now()
            )
    yield database
    await database.close()


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    router = APIRouter()

    @router.get("/dispatchers-only")
    async def only(principal: Annotated[Principal, Depends(require(Role.DISPATCHER))]) -> str:
        return principal.actor

    app.include_router(auth_api.router)
    app.include_router(router)
    problems.install(app)
    settings = Settings(service_token=SecretStr("our-own-token"))
    app.state.context = AppContext(settings=settings, database=database, clock=CLOCK, assistant=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def token_of(client: httpx.AsyncClient, username: str, password: str = "right-password") -> httpx.Response:
    return await client.post("/api/v1/auth/token", data={"username": username, "password": password})


async def test_a_right_password_gives_a_token_that_names_the_user(client: httpx.AsyncClient) -> None:
    token = (await token_of(client, "zhou")).json()["access_token"]
    me = await client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json() == {"username": "zhou", "name": "zhou", "role": "dispatcher", "unit_id": None}


@pytest.mark.parametrize(("username", "password"), [("zhou", "wrong-password"), ("nobody", "right-password")])
async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    client: httpx.AsyncClient, username: str, password: str
) -> None:
    answer = await token_of(client, username, password)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "用户名或密码不对"


def test_guessing_a_stolen_password_costs_64_mib_and_three_passes_a_try() -> None:
    assert REAL.hash("right-password").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_a_token_ends_after_its_life(client: httpx.AsyncClient) -> None:
    token = (await token_of(client, "zhou")).json()["access_token"]
    CLOCK.advance(hours=13)
    answer = await client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(("username", "status"), [("zhou", 200), ("admin", 200), ("sun", 403)])
async def test_only_the_named_roles_and_administrators_get_in(client: httpx.AsyncClient, username: str, status: int) -> None:
    token = (await token_of(client, username)).json()["access_token"]
    answer = await client.get("/dispatchers-only", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status


async def test_our_own_programs_come_with_the_shared_token(client: httpx.AsyncClient) -> None:
    me = await client.get("/api/v1/auth/me", headers={"Authorization": "Bearer our-own-token"})
    assert me.json()["role"] == "service"
    nobody = await client.get("/api/v1/auth/me", headers={"Authorization": "Bearer "})
    assert nobody.status_code == 401


async def test_a_missing_form_field_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/token", data={"username": "zhou"})
    assert answer.status_code == 422
    assert answer.json()["field"] == "password"


async def test_a_taken_name_and_a_short_password_are_refused(database: Database) -> None:
    for password, error in (("right-password", Conflict), ("short", InvalidField)):
        with pytest.raises(error):
            async with database.transaction() as session:
                await create_user(
                    session, username="zhou", name="", role=Role.ADMIN, password=password, unit_id=None, now=CLOCK.now()
                )


async def test_a_new_password_ends_the_old_one_and_all_sign_ins(client: httpx.AsyncClient, database: Database) -> None:
    token = (await token_of(client, "zhou")).json()["access_token"]
    async with database.transaction() as session:
        await set_password(session, username="zhou", password="another-password")
    assert (await client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})).status_code == 401
    assert (await token_of(client, "zhou")).status_code == 401
    assert (await token_of(client, "zhou", "another-password")).status_code == 200


async def test_a_closed_account_is_out_at_once_and_stays_out(client: httpx.AsyncClient, database: Database) -> None:
    token = (await token_of(client, "zhou")).json()["access_token"]
    async with database.transaction() as session:
        await deactivate(session, username="zhou", now=CLOCK.now())
    assert (await client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})).status_code == 401
    assert (await token_of(client, "zhou")).status_code == 401
    with pytest.raises(NotFound):
        async with database.transaction() as session:
            await deactivate(session, username="nobody", now=CLOCK.now())


async def test_a_closed_account_is_opened_again_with_a_new_password(client: httpx.AsyncClient, database: Database) -> None:
    async with database.transaction() as session:
        await deactivate(session, username="zhou", now=CLOCK.now())
    async with database.transaction() as session:
        await activate(session, username="zhou", password="another-password")
    assert (await token_of(client, "zhou")).status_code == 401
    assert (await token_of(client, "zhou", "another-password")).status_code == 200


@pytest.mark.parametrize(
    ("username", "password", "error"),
    [("zhou", "another-password", Conflict), ("nobody", "another-password", NotFound), ("qian", "short", InvalidField)],
)
async def test_only_a_closed_account_is_opened_and_with_a_good_password(
    database: Database, username: str, password: str, error: type[Exception]
) -> None:
    async with database.transaction() as session:
        await create_user(
            session, username="qian", name="", role=Role.DISPATCHER, password="right-password", unit_id=None, now=CLOCK.now()
        )
        await deactivate(session, username="qian", now=CLOCK.now())
    with pytest.raises(error):
        async with database.transaction() as session:
            await activate(session, username=username, password=password)


async def test_a_handler_whose_unit_is_gone_is_not_opened_again(database: Database) -> None:
    async with database.transaction() as session:
        await deactivate(session, username="sun", now=CLOCK.now())
    with pytest.raises(InvalidField, match="单位"):
        async with database.transaction() as session:
            await activate(session, username="sun", password="another-password")


async def test_the_last_administrator_stays(database: Database) -> None:
    with pytest.raises(Conflict, match="最后一个管理员"):
        async with database.transaction() as session:
            await deactivate(session, username="admin", now=CLOCK.now())
    async with database.transaction() as session:
        await create_user(
            session, username="boss", name="老郑", role=Role.ADMIN, password="right-password", unit_id=None, now=CLOCK.now()
        )
        await deactivate(session, username="admin", now=CLOCK.now())


@pytest.mark.parametrize(("given", "seen"), [("", "li"), ("  ", "li"), (" 小李 ", "小李")])
async def test_colleagues_always_see_a_name(database: Database, given: str, seen: str) -> None:
    async with database.transaction() as session:
        row = await create_user(
            session, username="li", name=given, role=Role.DISPATCHER, password="right-password", unit_id=None, now=CLOCK.now()
        )
        assert row.name == seen


async def test_a_name_that_fills_the_page_is_refused(database: Database) -> None:
    with pytest.raises(InvalidField, match="姓名"):
        async with database.transaction() as session:
            await create_user(
                session, username="li", name="李" * 61, role=Role.ADMIN, password="right-password", unit_id=None, now=CLOCK.now()
            )


def test_a_cursor_comes_back_as_it_was() -> None:
    assert decode_cursor(encode_cursor("2026-11-21T00:00:00+00:00", "abc"), 2) == ["2026-11-21T00:00:00+00:00", "abc"]


@pytest.mark.parametrize("cursor", ["", "x", "bm90IGpzb24", encode_cursor("only one")])
def test_a_foreign_cursor_is_refused_with_its_field(cursor: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        decode_cursor(cursor, 2)
    assert refusal.value.field == "cursor"
