"""Users of console and API, their tokens, and who looked at personal data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.storage.tables.base import Base


class UserRow(Base):
    """A caseworker. `password_hash` is argon2; `unit_id` limits a handler to one unit's orders."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    unit_id: Mapped[str | None]
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class TokenRow(Base):
    """A bearer token or console session; only its SHA-256 is kept."""

    __tablename__ = "tokens"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]


class AccessLogRow(Base):
    """One reveal of personal data: who saw what of which subject, and why."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_subject", "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    subject: Mapped[str]
    what: Mapped[str]
    reason: Mapped[str]
