"""Conversations and what a platform allows us to send in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.storage.tables.base import Base


class ConversationRow(Base):
    """One resident on one account of one channel.

    Two leases live here, so that taking one is a matter of this row alone: `turn_*` (who answers) and `send_*` (who delivers).
    Their times (and `turn_due_at`) are wall-clock times also when the clock of the program is simulated: they bound crashes, not
    the subject's time. `send_due_at` follows the program's clock, because messages rest at night. Both are null when there is
    nothing to do.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "account", "channel_user_id", name="uq_conversations_resident"),
        Index(
            "ix_conversations_turn_due",
            "turn_due_at",
            sqlite_where=text("turn_due_at IS NOT NULL"),
            postgresql_where=text("turn_due_at IS NOT NULL"),
        ),
        Index(
            "ix_conversations_send_due",
            "send_due_at",
            sqlite_where=text("send_due_at IS NOT NULL"),
            postgresql_where=text("send_due_at IS NOT NULL"),
        ),
        Index("ix_conversations_phone", "phone"),
        Index("ix_conversations_updated", "updated_at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    account: Mapped[str]
    channel_user_id: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")

    owner: Mapped[str] = mapped_column(default="bot")
    assignee: Mapped[str | None]
    epoch: Mapped[int] = mapped_column(default=0)
    queue_reason: Mapped[str] = mapped_column(default="")
    queued_at: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(default=0)

    dialogue: Mapped[int] = mapped_column(default=0)
    dialogue_opened_at: Mapped[datetime | None]
    dialogue_ended: Mapped[bool] = mapped_column(default=True)
    last_turn_at: Mapped[datetime | None]
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    draft_updated_at: Mapped[datetime | None]
    open_form: Mapped[bool] = mapped_column(default=False)

    opted_out_at: Mapped[datetime | None]
    script: Mapped[str] = mapped_column(default="simplified")
    grid_code: Mapped[str] = mapped_column(default="")
    last_inbound_at: Mapped[datetime | None]
    last_apology_at: Mapped[datetime | None]
    last_choices: Mapped[list[Any]] = mapped_column(default=list)
    emergency_number: Mapped[str] = mapped_column(default="")
    emergency_kind: Mapped[str] = mapped_column(default="")
    emergency_at: Mapped[datetime | None]
    emergency_needs_address: Mapped[bool] = mapped_column(default=False)
    rating_pending: Mapped[list[Any]] = mapped_column(default=list)

    next_seq: Mapped[int] = mapped_column(default=1)
    turn_due_at: Mapped[datetime | None]
    turn_holder: Mapped[str | None]
    turn_until: Mapped[datetime | None]
    turn_fence: Mapped[int] = mapped_column(default=0)
    send_due_at: Mapped[datetime | None]
    send_holder: Mapped[str | None]
    send_until: Mapped[datetime | None]
    send_fence: Mapped[int] = mapped_column(default=0)

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SendWindowRow(Base):
    """How many messages a platform still takes, and until when. A newer grant of the same length starts the count again."""

    __tablename__ = "send_windows"
    __table_args__ = (UniqueConstraint("conversation_id", "seconds", name="uq_send_windows_grant"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seconds: Mapped[int]
    allowed: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ConsentRow(Base):
    """A resident's consent to subscribe messages; `remaining` counts one-time consents and is 1 or 0 for a long-term one."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("conversation_id", "template_kind", "long_term", name="uq_consents_template"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    template_kind: Mapped[str]
    long_term: Mapped[bool]
    remaining: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime]
