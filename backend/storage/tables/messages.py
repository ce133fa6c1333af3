"""Everything said in a conversation, both ways and in one order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.storage.tables.base import Base

_REMIND = text("remind_at IS NOT NULL")
_MEDIA_DUE = text("media_due_at IS NOT NULL")


class MessageRow(Base):
    """One message. `seq` orders a conversation; `dedupe_key` is set inbound, `notice_key` on what must be said only once.

    Outbound: `purpose` tells why it is said (reply, apology, emergency, notice:resolved …); `epoch` is the ownership under which
    it was computed; `next_attempt_at` holds it back, `deferred` lets later messages pass it meanwhile (night rest). A message
    that a provider did not take yet stays `submitted` until the next attempt. `media_due_at` is set while a platform has an
    attachment that is not kept here yet; an attachment that is kept has `sha256`, one that never will be has `lost`.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq", name="uq_messages_seq"),
        Index(
            "ix_messages_unhandled",
            "conversation_id",
            "seq",
            sqlite_where=text("direction = 'in' AND handled_at IS NULL"),
            postgresql_where=text("direction = 'in' AND handled_at IS NULL"),
        ),
        Index(
            "ix_messages_queued",
            "conversation_id",
            "seq",
            sqlite_where=text("status IN ('queued', 'submitted')"),
            postgresql_where=text("status IN ('queued', 'submitted')"),
        ),
        Index("ix_messages_remind", "remind_at", sqlite_where=_REMIND, postgresql_where=_REMIND),
        Index("ix_messages_media_due", "media_due_at", sqlite_where=_MEDIA_DUE, postgresql_where=_MEDIA_DUE),
        Index("ix_messages_status", "status", "created_at"),
        Index("ix_messages_order", "order_number"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int]
    direction: Mapped[str]
    author: Mapped[str]
    kind: Mapped[str] = mapped_column(default="text")
    text: Mapped[str] = mapped_column(default="")
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    location: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    event: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    menu_id: Mapped[str] = mapped_column(default="")
    choices: Mapped[list[Any]] = mapped_column(default=list)
    channel: Mapped[str]
    message_time: Mapped[datetime]
    created_at: Mapped[datetime]

    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    handled_at: Mapped[datetime | None]
    turn_attempts: Mapped[int] = mapped_column(default=0)
    media_due_at: Mapped[datetime | None]
    media_attempts: Mapped[int] = mapped_column(default=0)

    status: Mapped[str]
    status_reason: Mapped[str] = mapped_column(default="")
    purpose: Mapped[str] = mapped_column(default="")
    epoch: Mapped[int | None]
    in_reply_to: Mapped[str | None]
    user: Mapped[str | None] = mapped_column("user_name")
    order_number: Mapped[str | None]
    notice_key: Mapped[str | None] = mapped_column(unique=True)
    template_kind: Mapped[str] = mapped_column(default="")
    template_fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    send_attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    deferred: Mapped[bool] = mapped_column(default=False)
    closed_routes: Mapped[list[Any]] = mapped_column(default=list)
    remind_at: Mapped[datetime | None]
    resent_as: Mapped[str | None]
