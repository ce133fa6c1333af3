"""Fail when the tables and the migrations say different things: `python -m tests.check_migrations`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from alembic import command

from backend.storage.migrate import alembic_config, migrate

with tempfile.TemporaryDirectory() as folder:
    url = f"sqlite+aiosqlite:///{Path(folder) / 'check.db'}"
    migrate(url)
    command.check(alembic_config(url))
