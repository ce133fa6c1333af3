"""work orders, messages, deliveries"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import backend.storage.tables.base

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "work_orders",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("service_code", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("subcategory", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("address_text", sa.String(), nullable=False),
        sa.Column("street_code", sa.String(), nullable=False),
        sa.Column("community_code", sa.String(), nullable=False),
        sa.Column("grid_code", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("contact_phone", sa.String(), nullable=False),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("channel_user_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("unit_id", sa.String(), nullable=True),
        sa.Column("routing_rule", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("requested_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("created_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("updated_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("clock_started_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("due_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("on_site_due_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("holder_due_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("next_alarm_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("dispatched_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("acknowledged_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("contacted_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("arrived_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("resolved_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("closed_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("suspended_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("resume_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("extension_requested", sa.Integer(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("supervisions", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reply", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_orders")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_work_orders_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_work_orders_number")),
    )
    with op.batch_alter_table("work_orders", schema=None) as batch_op:
        batch_op.create_index(
            "ix_work_orders_alarm",
            ["next_alarm_at"],
            unique=False,
            sqlite_where=sa.text("next_alarm_at IS NOT NULL"),
            postgresql_where=sa.text("next_alarm_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_work_orders_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index("ix_work_orders_newest", ["created_at", "id"], unique=False)
        batch_op.create_index(
            "ix_work_orders_open_unit",
            ["unit_id", "created_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('accepted', 'dispatched', 'in_progress')"),
            postgresql_where=sa.text("state IN ('accepted', 'dispatched', 'in_progress')"),
        )
        batch_op.create_index("ix_work_orders_resident", ["channel_user_id", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_orders_resume_at"), ["resume_at"], unique=False)
        batch_op.create_index("ix_work_orders_state_resolved", ["state", "resolved_at"], unique=False)
        batch_op.create_index("ix_work_orders_street_category", ["street_code", "service_code"], unique=False)

    op.create_table(
        "clock_alarms",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("due_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("raised_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["work_orders.id"], name=op.f("fk_clock_alarms_order_id_work_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_alarms")),
        sa.UniqueConstraint("order_id", "kind", "round", "due_at", name=op.f("uq_clock_alarms_order_id_kind_round_due_at")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("template_kind", sa.String(), nullable=False),
        sa.Column("long_term", sa.Boolean(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("updated_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_consents_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("conversation_id", "template_kind", "long_term", name="uq_consents_template"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("location", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("event", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("menu_id", sa.String(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("message_time", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("created_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=True),
        sa.Column("handled_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("turn_attempts", sa.Integer(), nullable=False),
        sa.Column("media_due_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("media_attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_reason", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("in_reply_to", sa.String(), nullable=True),
        sa.Column("user_name", sa.String(), nullable=True),
        sa.Column("order_number", sa.String(), nullable=True),
        sa.Column("notice_key", sa.String(), nullable=True),
        sa.Column("template_kind", sa.String(), nullable=False),
        sa.Column("template_fields", sa.JSON(), nullable=False),
        sa.Column("send_attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("deferred", sa.Boolean(), nullable=False),
        sa.Column("closed_routes", sa.JSON(), nullable=False),
        sa.Column("remind_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("resent_as", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_messages_seq"),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_messages_dedupe_key")),
        sa.UniqueConstraint("notice_key", name=op.f("uq_messages_notice_key")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_messages_media_due",
            ["media_due_at"],
            unique=False,
            sqlite_where=sa.text("media_due_at IS NOT NULL"),
            postgresql_where=sa.text("media_due_at IS NOT NULL"),
        )
        batch_op.create_index("ix_messages_order", ["order_number"], unique=False)
        batch_op.create_index(
            "ix_messages_queued",
            ["conversation_id", "seq"],
            unique=False,
            sqlite_where=sa.text("status IN ('queued', 'submitted')"),
            postgresql_where=sa.text("status IN ('queued', 'submitted')"),
        )
        batch_op.create_index(
            "ix_messages_remind",
            ["remind_at"],
            unique=False,
            sqlite_where=sa.text("remind_at IS NOT NULL"),
            postgresql_where=sa.text("remind_at IS NOT NULL"),
        )
        batch_op.create_index("ix_messages_status", ["status", "created_at"], unique=False)
        batch_op.create_index(
            "ix_messages_unhandled",
            ["conversation_id", "seq"],
            unique=False,
            sqlite_where=sa.text("direction = 'in' AND handled_at IS NULL"),
            postgresql_where=sa.text("direction = 'in' AND handled_at IS NULL"),
        )

    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=True),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("resolved", sa.String(), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("rated_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("revised_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["work_orders.id"], name=op.f("fk_ratings_order_id_work_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sa.UniqueConstraint("order_id", "round", name=op.f("uq_ratings_order_id_round")),
    )
    with op.batch_alter_table("ratings", schema=None) as batch_op:
        batch_op.create_index("ix_ratings_rated_at", ["rated_at"], unique=False)

    op.create_table(
        "send_windows",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("opened_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("expires_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_send_windows_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send_windows")),
        sa.UniqueConstraint("conversation_id", "seconds", name="uq_send_windows_grant"),
    )
    op.create_table(
        "tokens",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("expires_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("created_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tokens_user_id_users")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_tokens")),
    )
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tokens_user_id"), ["user_id"], unique=False)

    op.create_table(
        "work_order_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=False),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["work_orders.id"], name=op.f("fk_work_order_events_order_id_work_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order_events")),
        sa.UniqueConstraint("order_id", "idempotency_key", name=op.f("uq_work_order_events_order_id_idempotency_key")),
        sa.UniqueConstraint("order_id", "seq", name=op.f("uq_work_order_events_order_id_seq")),
    )
    with op.batch_alter_table("work_order_events", schema=None) as batch_op:
        batch_op.create_index("ix_work_order_events_type_at", ["type", "at"], unique=False)

    op.create_table(
        "work_order_joins",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("channel_user_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("joined_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["work_orders.id"], name=op.f("fk_work_order_joins_order_id_work_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order_joins")),
        sa.UniqueConstraint(
            "order_id", "channel", "channel_user_id", name=op.f("uq_work_order_joins_order_id_channel_channel_user_id")
        ),
    )
    with op.batch_alter_table("work_order_joins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_order_joins_channel_user_id"), ["channel_user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_order_joins_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "work_order_rounds",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=True),
        sa.Column("started_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("due_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("resolved_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["work_orders.id"], name=op.f("fk_work_order_rounds_order_id_work_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order_rounds")),
        sa.UniqueConstraint("order_id", "round", name=op.f("uq_work_order_rounds_order_id_round")),
    )
    with op.batch_alter_table("work_order_rounds", schema=None) as batch_op:
        batch_op.create_index("ix_work_order_rounds_due", ["due_at"], unique=False)

    op.create_table(
        "call_back_tasks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("order_number", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("done_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_call_back_tasks_conversation_id_conversations")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_call_back_tasks_message_id_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back_tasks")),
        sa.UniqueConstraint("message_id", name=op.f("uq_call_back_tasks_message_id")),
    )
    with op.batch_alter_table("call_back_tasks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_call_back_tasks_open",
            ["created_at", "id"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "delivery_attempts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("reserved", sa.JSON(), nullable=False),
        sa.Column("started_at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.Column("finished_at", backend.storage.tables.base.Time(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_delivery_attempts_conversation_id_conversations")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_delivery_attempts_message_id_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
    )
    with op.batch_alter_table("delivery_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_attempts_message", ["message_id", "number"], unique=False)
        batch_op.create_index(
            "ix_delivery_attempts_open",
            ["conversation_id"],
            unique=False,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )
        batch_op.create_index("ix_delivery_attempts_provider", ["provider_id"], unique=False)

    op.create_table(
        "understood_turns",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("subcategory", sa.String(), nullable=False),
        sa.Column("category_confidence", sa.Double(), nullable=False),
        sa.Column("subcategory_confidence", sa.Double(), nullable=False),
        sa.Column("at", backend.storage.tables.base.Time(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_understood_turns_message_id_messages")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_understood_turns")),
    )
    with op.batch_alter_table("understood_turns", schema=None) as batch_op:
        batch_op.create_index("ix_understood_turns_at", ["at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("understood_turns", schema=None) as batch_op:
        batch_op.drop_index("ix_understood_turns_at")

    op.drop_table("understood_turns")
    with op.batch_alter_table("delivery_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_attempts_provider")
        batch_op.drop_index(
            "ix_delivery_attempts_open",
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )
        batch_op.drop_index("ix_delivery_attempts_message")

    op.drop_table("delivery_attempts")
    with op.batch_alter_table("call_back_tasks", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_call_back_tasks_open", sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
        )

    op.drop_table("call_back_tasks")
    with op.batch_alter_table("work_order_rounds", schema=None) as batch_op:
        batch_op.drop_index("ix_work_order_rounds_due")

    op.drop_table("work_order_rounds")
    with op.batch_alter_table("work_order_joins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_order_joins_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_work_order_joins_channel_user_id"))

    op.drop_table("work_order_joins")
    with op.batch_alter_table("work_order_events", schema=None) as batch_op:
        batch_op.drop_index("ix_work_order_events_type_at")

    op.drop_table("work_order_events")
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tokens_user_id"))

    op.drop_table("tokens")
    op.drop_table("send_windows")
    with op.batch_alter_table("ratings", schema=None) as batch_op:
        batch_op.drop_index("ix_ratings_rated_at")

    op.drop_table("ratings")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_messages_unhandled",
            sqlite_where=sa.text("direction = 'in' AND handled_at IS NULL"),
            postgresql_where=sa.text("direction = 'in' AND handled_at IS NULL"),
        )
        batch_op.drop_index("ix_messages_status")
        batch_op.drop_index(
            "ix_messages_remind", sqlite_where=sa.text("remind_at IS NOT NULL"), postgresql_where=sa.text("remind_at IS NOT NULL")
        )
        batch_op.drop_index(
            "ix_messages_queued",
            sqlite_where=sa.text("status IN ('queued', 'submitted')"),
            postgresql_where=sa.text("status IN ('queued', 'submitted')"),
        )
        batch_op.drop_index("ix_messages_order")
        batch_op.drop_index(
            "ix_messages_media_due",
            sqlite_where=sa.text("media_due_at IS NOT NULL"),
            postgresql_where=sa.text("media_due_at IS NOT NULL"),
        )

    op.drop_table("messages")
    op.drop_table("consents")
    op.drop_table("clock_alarms")
    with op.batch_alter_table("work_orders", schema=None) as batch_op:
        batch_op.drop_index("ix_work_orders_street_category")
        batch_op.drop_index("ix_work_orders_state_resolved")
        batch_op.drop_index(batch_op.f("ix_work_orders_resume_at"))
        batch_op.drop_index("ix_work_orders_resident")
        batch_op.drop_index(
            "ix_work_orders_open_unit",
            sqlite_where=sa.text("state IN ('accepted', 'dispatched', 'in_progress')"),
            postgresql_where=sa.text("state IN ('accepted', 'dispatched', 'in_progress')"),
        )
        batch_op.drop_index("ix_work_orders_newest")
        batch_op.drop_index(batch_op.f("ix_work_orders_conversation_id"))
        batch_op.drop_index(
            "ix_work_orders_alarm",
            sqlite_where=sa.text("next_alarm_at IS NOT NULL"),
            postgresql_where=sa.text("next_alarm_at IS NOT NULL"),
        )

    op.drop_table("work_orders")
