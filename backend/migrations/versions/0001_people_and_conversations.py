"""people, directory, conversations, queues"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import backend.storage.tables.base

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.create_index("ix_access_log_subject", ["subject", "at"], unique=False)

    op.create_table(
        "calendar",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar")),
    )
    op.create_table(
        "categories",
        sa.Column("service_code", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("subcategory", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("clock", sa.JSON(), nullable=False),
        sa.Column("synonyms", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("service_code", name=op.f("pk_categories")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("channel_user_id", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("queue_reason", sa.String(), nullable=False),
        sa.Column("queued_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("dialogue", sa.Integer(), nullable=False),
        sa.Column("dialogue_opened_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("dialogue_ended", sa.Boolean(), nullable=False),
        sa.Column("last_turn_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("draft", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("draft_updated_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("open_form", sa.Boolean(), nullable=False),
        sa.Column("opted_out_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("script", sa.String(), nullable=False),
        sa.Column("grid_code", sa.String(), nullable=False),
        sa.Column("last_inbound_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("last_apology_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("last_choices", sa.JSON(), nullable=False),
        sa.Column("emergency_number", sa.String(), nullable=False),
        sa.Column("emergency_kind", sa.String(), nullable=False),
        sa.Column("emergency_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("emergency_needs_address", sa.Boolean(), nullable=False),
        sa.Column("rating_pending", sa.JSON(), nullable=False),
        sa.Column("next_seq", sa.Integer(), nullable=False),
        sa.Column("turn_due_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("turn_holder", sa.String(), nullable=True),
        sa.Column("turn_until", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("turn_fence", sa.Integer(), nullable=False),
        sa.Column("send_due_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("send_holder", sa.String(), nullable=True),
        sa.Column("send_until", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("send_fence", sa.Integer(), nullable=False),
        sa.Column("created_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("updated_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("channel", "account", "channel_user_id", name="uq_conversations_resident"),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index("ix_conversations_phone", ["phone"], unique=False)
        batch_op.create_index(
            "ix_conversations_send_due",
            ["send_due_at"],
            unique=False,
            sqlite_where=sa.text("send_due_at IS NOT NULL"),
            postgresql_where=sa.text("send_due_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_conversations_turn_due",
            ["turn_due_at"],
            unique=False,
            sqlite_where=sa.text("turn_due_at IS NOT NULL"),
            postgresql_where=sa.text("turn_due_at IS NOT NULL"),
        )
        batch_op.create_index("ix_conversations_updated", ["updated_at", "id"], unique=False)

    op.create_table(
        "delivery_receipts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reported_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_receipts")),
        sa.UniqueConstraint("message_id", "provider_id", "part", "status", name="uq_delivery_receipts_report"),
    )
    with op.batch_alter_table("delivery_receipts", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_receipts_provider", ["provider_id"], unique=False)

    op.create_table(
        "directory_changes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_changes")),
        sa.UniqueConstraint("subject", "seq", name=op.f("uq_directory_changes_subject_seq")),
    )
    op.create_table(
        "faqs",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("synonyms", sa.JSON(), nullable=False),
        sa.Column("service_prefix", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_faqs")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "lookup_attempts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup_attempts")),
    )
    with op.batch_alter_table("lookup_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_lookup_attempts_key", ["key", "at"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("relayed_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("done_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_open",
            ["id"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "places",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("former", sa.Boolean(), nullable=False),
        sa.Column("successor_code", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_places")),
    )
    with op.batch_alter_table("places", schema=None) as batch_op:
        batch_op.create_index("ix_places_kind_name", ["kind", "name"], unique=False)
        batch_op.create_index("ix_places_parent", ["parent_code"], unique=False)

    op.create_table(
        "routing_rules",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("place_code", sa.String(), nullable=False),
        sa.Column("service_prefix", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rules")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )


def downgrade() -> None:
    op.drop_table("users")
    op.drop_table("units")
    op.drop_table("routing_rules")
    with op.batch_alter_table("places", schema=None) as batch_op:
        batch_op.drop_index("ix_places_parent")
        batch_op.drop_index("ix_places_kind_name")

    op.drop_table("places")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_open", sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
        )

    op.drop_table("outbox")
    with op.batch_alter_table("lookup_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_lookup_attempts_key")

    op.drop_table("lookup_attempts")
    op.drop_table("leases")
    op.drop_table("faqs")
    op.drop_table("directory_changes")
    with op.batch_alter_table("delivery_receipts", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_receipts_provider")

    op.drop_table("delivery_receipts")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index("ix_conversations_updated")
        batch_op.drop_index(
            "ix_conversations_turn_due",
            sqlite_where=sa.text("turn_due_at IS NOT NULL"),
            postgresql_where=sa.text("turn_due_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_conversations_send_due",
            sqlite_where=sa.text("send_due_at IS NOT NULL"),
            postgresql_where=sa.text("send_due_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_conversations_phone")

    op.drop_table("conversations")
    op.drop_table("categories")
    op.drop_table("calendar")
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.drop_index("ix_access_log_subject")

    op.drop_table("access_log")
