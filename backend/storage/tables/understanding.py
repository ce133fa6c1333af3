"""What the assistant took messages for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.storage.tables.base import Base


class UnderstoodTurnRow(Base):
    """One message of a resident that the assistant answered, with the shares (0 to 1) of its best readings."""

    __tablename__ = "understood_turns"
    __table_args__ = (Index("ix_understood_turns_at", "at"),)

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    intent: Mapped[str]
    confidence: Mapped[float]
    category: Mapped[str] = mapped_column(default="")
    subcategory: Mapped[str] = mapped_column(default="")
    category_confidence: Mapped[float] = mapped_column(default=0.0)
    subcategory_confidence: Mapped[float] = mapped_column(default=0.0)
    at: Mapped[datetime]
