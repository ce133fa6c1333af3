"""Alembic's entry: runs migrations over the async engine, with a lock timeout so that a busy table cannot stop the service."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text

import backend.storage.tables  # noqa: F401 - importing it fills the metadata
from backend.storage.database import Database
from backend.storage.tables.base import Base


def run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET lock_timeout = '4s'"))
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    database = Database(context.config.get_main_option("sqlalchemy.url") or "")
    async with database.engine.begin() as connection:
        await connection.run_sync(run)
    await database.close()


asyncio.run(main())
