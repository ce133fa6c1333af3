"""Conversations, their owners and the draft of an open complaint form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Owner(str, Enum):
    """Who answers: the bot, nobody yet (the human queue), or a caseworker."""

    BOT = "bot"
    QUEUE = "queue"
    HUMAN = "human"


class TimeKind(str, Enum):
    """How a resident tells when something happened (TAXONOMY section 4)."""

    POINT = "point"
    INTERVAL = "interval"
    SINCE = "since"
    RECURRING = "recurring"
    VAGUE = "vague"
    FUTURE = "future"


class Urgency(str, Enum):
    """TAXONOMY section 3."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"


class Completeness(str, Enum):
    """How well an address is known: a crew finds it, partly, not at all, or it is not in the district."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class OccurredAt:
    """When it happened: the words, the kind, and inclusive bounds (aware UTC) where the words give them."""

    text: str
    kind: TimeKind
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Address:
    """A place in components; every component is as said, building/unit/floor/room in Arabic digits, "" when not said."""

    text: str = ""
    street: str = ""
    community: str = ""
    estate: str = ""
    road: str = ""
    house_number: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    landmark: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True)
class Draft:
    """An open complaint form; `missing` names the fields still to be asked, in asking order."""

    service_code: str = ""
    category: str = ""
    subcategory: str = ""
    description: str = ""
    address: Address = field(default_factory=Address)
    occurred_at: OccurredAt | None = None
    contact_phone: str = ""
    contact_name: str = ""
    anonymous: bool = False
    attachments: tuple[dict[str, str], ...] = ()
    urgency: Urgency = Urgency.NORMAL
    missing: tuple[str, ...] = ()
