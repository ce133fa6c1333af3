"""Leases of things that only one program may do at a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from backend.storage.tables.base import Base


class LeaseRow(Base):
    """`until` is wall-clock time; `fence` grows with each new holder."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]
    fence: Mapped[int] = mapped_column(default=1)
