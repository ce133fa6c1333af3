"""The district's own data: units, places, categories, routing rules, questions and answers, the calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.storage.tables.base import Base


class UnitRow(Base):
    """Who can hold an order. `kind`: desk (the district's dispatch desk), street, department, utility."""

    __tablename__ = "units"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[str | None]
    phone: Mapped[str] = mapped_column(default="")
    sample: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class PlaceRow(Base):
    """A place. `kind`: district, street, community, grid, estate. A former street names its `successor_code`."""

    __tablename__ = "places"
    __table_args__ = (Index("ix_places_kind_name", "kind", "name"), Index("ix_places_parent", "parent_code"))

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    parent_code: Mapped[str] = mapped_column(default="")
    aliases: Mapped[list[Any]] = mapped_column(default=list)
    former: Mapped[bool] = mapped_column(default=False)
    successor_code: Mapped[str] = mapped_column(default="")
    unit_id: Mapped[str] = mapped_column(default="")
    sample: Mapped[bool] = mapped_column(default=False)
    households: Mapped[int | None]


class CategoryRow(Base):
    """One leaf. `service_code`: two digits of the category, two of the leaf. `clock` as `ClockSpec.from_data` reads it; what it
    was at an earlier moment is in the changes.
    """

    __tablename__ = "categories"

    service_code: Mapped[str] = mapped_column(primary_key=True)
    category: Mapped[str]
    subcategory: Mapped[str]
    unit_id: Mapped[str]
    urgency: Mapped[str]
    clock: Mapped[dict[str, Any]]
    synonyms: Mapped[list[Any]]
    questions: Mapped[list[Any]]
    evidence: Mapped[list[Any]]
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1)


class RoutingRuleRow(Base):
    """A rule as `backend.domain.routing.Rule` reads it."""

    __tablename__ = "routing_rules"

    id: Mapped[str] = mapped_column(primary_key=True)
    place_code: Mapped[str]
    service_prefix: Mapped[str]
    unit_id: Mapped[str]
    priority: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")


class FaqRow(Base):
    """A question that residents ask, with the answer that an administrator can edit. A withdrawn one (not `active`) is not told.

    `service_prefix`: the answer to "how long" for these matters only. `synonyms`: other ways to ask, in residents' words.
    """

    __tablename__ = "faqs"

    key: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str]
    answer: Mapped[str]
    synonyms: Mapped[list[Any]]
    service_prefix: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class DirectoryChangeRow(Base):
    """One change of the district's data by a person, chained by hashes per subject (`faq:fee`, `category:0101`)."""

    __tablename__ = "directory_changes"
    __table_args__ = (UniqueConstraint("subject", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    subject: Mapped[str]
    seq: Mapped[int]
    type: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    hash: Mapped[str]


class CalendarRow(Base):
    """A local day and whether people work on it; years without rows count Monday to Friday, provisionally."""

    __tablename__ = "calendar"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    working: Mapped[bool]
    name: Mapped[str] = mapped_column(default="")
