"""What must be true before the programs start: a reachable, migrated database with the directory and the first accounts in it."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.people import Role
from backend.services import auth
from backend.services.directory import seed_directory
from backend.settings import BadSettings, Settings, load_settings
from backend.storage.database import Database
from backend.storage.migrate import migrate
from backend.storage.tables.people import UserRow
from channels import logs
from channels.clock import make_clock
from channels.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from channels.programs import CannotStart
from channels.sms.providers import require_settings, service_number
from channels.wechat.accounts import accounts_from


def main() -> int:
    """Check the configuration of the environment and make its database ready; what is missing is told in one sentence.

    A program of its own: the supervisor, which stays, need not load what only this needs.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        settings = load_settings()
        logs.configure("ERROR")  # alone with the database, a slow transaction holds up nobody
        check_settings(settings)
        migrate_database(settings)
        fill_database(settings)
    except (CannotStart, BadSettings) as problem:
        sys.stdout.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def check_settings(settings: Settings) -> None:
    """Refuse to start on what is dangerous. Raises CannotStart."""
    password = settings.admin_password.get_secret_value()
    if not settings.is_demo and password in ("", DEMO_PASSWORD):
        raise CannotStart("正式环境要设管理员密码:YOUSHI_ADMIN_PASSWORD=……(至少8位,不能用演示密码)")
    if password and len(password) < _shortest_password(settings):
        raise CannotStart(f"YOUSHI_ADMIN_PASSWORD 太短:至少{auth.SHORTEST_PASSWORD}位")
    try:
        settings.home_dir.mkdir(parents=True, exist_ok=True)
        make_clock(settings)
        accounts_from(settings)
        require_settings(settings)
        service_number(settings)
    except ValueError as error:
        raise CannotStart(str(error)) from error
    except OSError as error:
        raise CannotStart(f"文件夹 {settings.home_dir} 不能写({error.strerror}):换一个 YOUSHI_HOME_DIR") from error


def migrate_database(settings: Settings) -> None:
    """Bring the schema up to date. Raises CannotStart when the database does not answer."""
    try:
        migrate(settings.effective_database_url)
    except (DBAPIError, OSError) as error:
        where = Database(settings.effective_database_url).engine.url.render_as_string(hide_password=True)
        raise CannotStart(
            f"连不上数据库 {where}:检查 YOUSHI_DATABASE_URL,并确认数据库已启动({error.__class__.__name__})"
        ) from error


def fill_database(settings: Settings) -> None:
    """Seed the directory and the accounts; safe to repeat."""
    asyncio.run(_fill(settings))


async def _fill(settings: Settings) -> None:
    database = Database(settings.effective_database_url)
    now = make_clock(settings).now()
    try:
        async with database.transaction() as session:
            await seed_directory(session, now)
            await _ensure_admin(session, settings, now)
            if settings.is_demo:
                await _ensure_demo_accounts(session, now)
            else:
                await _close_demo_accounts(session, now)
    finally:
        await database.close()


async def _ensure_admin(session: AsyncSession, settings: Settings, now: datetime) -> None:
    """The first administrator; `YOUSHI_ADMIN_PASSWORD` is the truth whenever it is set."""
    password = settings.admin_password.get_secret_value()
    if await _exists(session, "admin"):
        if password:
            await auth.set_password(session, username="admin", password=password, shortest=_shortest_password(settings))
        return
    await auth.create_user(
        session,
        username="admin",
        name="管理员",
        role=Role.ADMIN,
        password=password or DEMO_PASSWORD,
        unit_id=None,
        now=now,
        shortest=_shortest_password(settings),
    )


def _shortest_password(settings: Settings) -> int:
    """Where no real person can be reached (demo, tests) any password will do."""
    return auth.SHORTEST_PASSWORD if settings.is_live else 1


async def _ensure_demo_accounts(session: AsyncSession, now: datetime) -> None:
    for username, name, role, unit_id in DEMO_ACCOUNTS:
        if not await _exists(session, username):
            await auth.create_user(
                session, username=username, name=name, role=role, password=DEMO_PASSWORD, unit_id=unit_id, now=now
            )


async def _close_demo_accounts(session: AsyncSession, now: datetime) -> None:
    """Whoever read how to try the demo would know their password: they end where residents are real."""
    for username, *_ in DEMO_ACCOUNTS:
        await auth.close_if_password(session, username=username, password=DEMO_PASSWORD, now=now)


async def _exists(session: AsyncSession, username: str) -> bool:
    return (await session.execute(select(UserRow.id).where(UserRow.username == username))).first() is not None


if __name__ == "__main__":
    sys.exit(main())
