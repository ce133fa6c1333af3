"""Work orders, their events, and what hangs on them: rounds, ratings, joined residents, alarms, look-up attempts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.storage.tables.base import Base

_OPEN = text("state IN ('accepted', 'dispatched', 'in_progress')")
_ALARMED = text("next_alarm_at IS NOT NULL")


class WorkOrderRow(Base):
    """One order as it stands; everything but personal data can be replayed from its events. `version` = number of events."""

    __tablename__ = "work_orders"

    version: Mapped[int] = mapped_column()
    # The service counts; SQLAlchemy adds `WHERE version = <the one read>` to every UPDATE and notices a lost race.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}
    __table_args__ = (
        Index("ix_work_orders_newest", "created_at", "id"),
        Index("ix_work_orders_open_unit", "unit_id", "created_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_work_orders_alarm", "next_alarm_at", sqlite_where=_ALARMED, postgresql_where=_ALARMED),
        Index("ix_work_orders_resident", "channel_user_id", "created_at"),
        Index("ix_work_orders_state_resolved", "state", "resolved_at"),
        Index("ix_work_orders_street_category", "street_code", "service_code"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    round: Mapped[int]

    service_code: Mapped[str]
    category: Mapped[str]
    subcategory: Mapped[str]
    urgency: Mapped[str]
    description: Mapped[str]
    address: Mapped[dict[str, Any]]
    address_text: Mapped[str]
    street_code: Mapped[str]
    community_code: Mapped[str]
    grid_code: Mapped[str]
    occurred_at: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    attachments: Mapped[list[Any]]

    contact_phone: Mapped[str]
    contact_name: Mapped[str]
    anonymous: Mapped[bool]
    confidential: Mapped[bool]
    channel: Mapped[str]
    channel_user_id: Mapped[str]
    conversation_id: Mapped[str | None] = mapped_column(index=True)

    unit_id: Mapped[str | None]
    routing_rule: Mapped[str]
    level: Mapped[int]
    requested_at: Mapped[datetime]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    clock_started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    due_provisional: Mapped[bool]
    on_site_due_at: Mapped[datetime | None]
    holder_due_at: Mapped[datetime | None]
    next_alarm_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    resume_at: Mapped[datetime | None] = mapped_column(index=True)

    extension_requested: Mapped[int]
    extensions: Mapped[int]
    returns: Mapped[int]
    reminders: Mapped[int]
    supervisions: Mapped[int]
    outcome: Mapped[str]
    reply: Mapped[str]


class WorkOrderEventRow(Base):
    """One change, never altered. `changes` are the order fields that it set; `hash` chains it to the event before;
    `idempotency_key` is what a caller gave so that asking again changes nothing."""

    __tablename__ = "work_order_events"
    __table_args__ = (
        UniqueConstraint("order_id", "seq"),
        UniqueConstraint("order_id", "idempotency_key"),
        Index("ix_work_order_events_type_at", "type", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_orders.id"))
    seq: Mapped[int]
    type: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    note: Mapped[str]
    data: Mapped[dict[str, Any]]
    changes: Mapped[dict[str, Any]]
    hash: Mapped[str]
    idempotency_key: Mapped[str | None]


class RoundRow(Base):
    """One handling of an order from (re)dispatch to result: the figures need each round's due time and holder."""

    __tablename__ = "work_order_rounds"
    __table_args__ = (UniqueConstraint("order_id", "round"), Index("ix_work_order_rounds_due", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_orders.id"))
    round: Mapped[int]
    unit_id: Mapped[str | None]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    void: Mapped[bool] = mapped_column(default=False)


class RatingRow(Base):
    """The resident's verdict on one round; `unit_id` is the unit that is rated; `reopens_at` is until when a bad one waits for
    its reason."""

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("order_id", "round"),
        Index("ix_ratings_rated_at", "rated_at"),
        Index("ix_ratings_reopens_at", "reopens_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_orders.id"))
    round: Mapped[int]
    unit_id: Mapped[str | None]
    contacted: Mapped[bool | None]
    resolved: Mapped[str]
    satisfaction: Mapped[int]
    comment: Mapped[str]
    actor: Mapped[str]
    rated_at: Mapped[datetime]
    revised_at: Mapped[datetime | None]
    reopens_at: Mapped[datetime | None]


class JoinRow(Base):
    """A resident who has the same problem and gets the same notices."""

    __tablename__ = "work_order_joins"
    __table_args__ = (UniqueConstraint("order_id", "channel", "channel_user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_orders.id"))
    channel: Mapped[str]
    channel_user_id: Mapped[str] = mapped_column(index=True)
    conversation_id: Mapped[str | None] = mapped_column(index=True)
    phone: Mapped[str]
    joined_at: Mapped[datetime]


class ClockAlarmRow(Base):
    """An alarm that was raised: once for each kind, round and due time, also across restarts."""

    __tablename__ = "clock_alarms"
    __table_args__ = (UniqueConstraint("order_id", "kind", "round", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_orders.id"))
    kind: Mapped[str]
    round: Mapped[int]
    due_at: Mapped[datetime]
    target: Mapped[str]
    raised_at: Mapped[datetime]


class LookupAttemptRow(Base):
    """A try that may be a guess: a failed status look-up or sign-in (`backend.services.attempts`). `key` is a digest, not an
    address, number or name."""

    __tablename__ = "lookup_attempts"
    __table_args__ = (Index("ix_lookup_attempts_key", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str]
    at: Mapped[datetime]
