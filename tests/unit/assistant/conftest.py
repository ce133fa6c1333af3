"""A database with the district in it and one conversation."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.storage.database import Database
from backend.storage.tables.conversations import ConversationRow
from tests.databases import filled, url_of
from tests.unit.assistant.builders import NOW


@pytest.fixture(scope="session")
def with_district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("drafts"), datetime(2026, 11, 21, tzinfo=UTC))


@pytest.fixture
async def database(tmp_path: Path, with_district: Path) -> AsyncIterator[Database]:
    database = Database(url_of(shutil.copy(with_district, tmp_path / "drafts.db")))
    async with database.transaction() as session:
        session.add(
            ConversationRow(id="c1", channel="wechat_oa", account="a", channel_user_id="u1", created_at=NOW, updated_at=NOW)
        )
    yield database
    await database.close()
