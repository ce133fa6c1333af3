"""Statements that every turn needs, built once: building one costs more time than the database needs to run it."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from backend.storage.tables.base import Base


def insert_once(session: AsyncSession, table: type[Base]) -> Any:
    """INSERT … ON CONFLICT DO NOTHING for rows given by column name, in the words of the session's database."""
    return _insert_once(session.get_bind().dialect.name, table)


@cache
def _insert_once(dialect: str, table: type[Base]) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]
