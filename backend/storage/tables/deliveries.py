"""Attempts to deliver, what providers reported about them, and the tasks left for people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.storage.tables.base import Base


class DeliveryAttemptRow(Base):
    """The intent to send one message by one route, committed before the request leaves; the outcome follows.

    An attempt without an outcome whose sender is gone means: nobody knows whether it went out. `reserved` says what was taken
    from the ledgers for it, so that it can be given back when the provider did not take the message.
    """

    __tablename__ = "delivery_attempts"
    __table_args__ = (
        Index(
            "ix_delivery_attempts_open",
            "conversation_id",
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index("ix_delivery_attempts_message", "message_id", "number"),
        Index("ix_delivery_attempts_provider", "provider_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    number: Mapped[int]
    route: Mapped[str]
    why: Mapped[str] = mapped_column(default="")
    reserved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    provider_id: Mapped[str] = mapped_column(default="")
    code: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")


class ReceiptRow(Base):
    """A provider's report, kept also when it comes before the answer to the request that it is about."""

    __tablename__ = "delivery_receipts"
    __table_args__ = (
        UniqueConstraint("message_id", "provider_id", "part", "status", name="uq_delivery_receipts_report"),
        Index("ix_delivery_receipts_provider", "provider_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(default="")
    provider_id: Mapped[str] = mapped_column(default="")
    part: Mapped[int] = mapped_column(default=0)
    parts: Mapped[int] = mapped_column(default=1)
    status: Mapped[str]
    code: Mapped[str] = mapped_column(default="")
    reported_at: Mapped[datetime]


class CallBackTaskRow(Base):
    """Somebody must call a resident, or look after a message that the program may not send again."""

    __tablename__ = "call_back_tasks"
    __table_args__ = (
        Index(
            "ix_call_back_tasks_open",
            "created_at",
            "id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[str | None] = mapped_column(ForeignKey("messages.id"), unique=True)
    order_number: Mapped[str | None]
    phone: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    result: Mapped[str] = mapped_column(default="")
