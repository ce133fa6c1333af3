from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.services.seeding import seed_directory
from backend.storage.database import Database
from tests.integration.engine.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'engine.db'}")
    await db.create_schema()
    yield World(db, tmp_path)
    await db.close()


@pytest.fixture
async def district(world: World) -> World:
    """The world with the district's units, categories and answers in it."""
    async with world.writing() as session:
        await seed_directory(session, world.clock.now())
    return world
