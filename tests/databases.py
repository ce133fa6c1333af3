"""Databases for tests: filling one takes longer than a test does, so that it is made once and copied."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from backend.services.seeding import seed_directory
from backend.storage.database import Database


async def fill(url: str, now: datetime) -> None:
    """All tables, and the district's own data as of `now`."""
    database = Database(url)
    await database.create_schema()
    async with database.transaction() as session:
        await seed_directory(session, now)
    await database.close()


def filled(folder: Path, now: datetime) -> Path:
    """A file of SQLite that `fill` filled."""
    path = folder / "filled.db"
    asyncio.run(fill(url_of(path), now))
    return path


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"
