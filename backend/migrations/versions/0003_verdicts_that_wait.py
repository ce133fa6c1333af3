"""a bad verdict waits for its reason"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import backend.storage.tables.base

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    with op.batch_alter_table("ratings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reopens_at", backend.storage.tables.base.Time(timezone=True), nullable=True))
        batch_op.create_index("ix_ratings_reopens_at", ["reopens_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ratings", schema=None) as batch_op:
        batch_op.drop_index("ix_ratings_reopens_at")
        batch_op.drop_column("reopens_at")
