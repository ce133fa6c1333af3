"""What Youshi makes of one message: the answer of `POST /api/v1/understand` and the facts that the bot hands to its actions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from backend.contracts.conversations import Address, Completeness, OccurredAt, Urgency


class NumberCheck(str, Enum):
    """What a run of digits that looks like an order number turns out to be."""

    VALID = "valid"
    MISTYPED = "mistyped"
    TRUNCATED = "truncated"


class PhoneKind(str, Enum):
    """`tail` is a correction of the last digits only; `invalid` was meant as a phone but cannot be one."""

    FULL = "full"
    TAIL = "tail"
    INVALID = "invalid"


class Privacy(str, Enum):
    """A resident who does not want to be known to anyone, or not to the handlers (保密)."""

    ANONYMOUS = "anonymous"
    CONFIDENTIAL = "confidential"


class DangerTalk(Enum):
    """What is said of a danger that was just reported; a later one decides over an earlier one."""

    STATE = "state"
    DONE = "done"
    HELP = "help"
    WHEN = "when"
    UNWANTED = "unwanted"
    BACK = "back"
    QUIET = "quiet"


@dataclass(frozen=True)
class Span:
    """Where in the normalised text something stands: `text == normalised[start:end]`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class PhoneMention:
    span: Span
    number: str
    kind: PhoneKind


@dataclass(frozen=True)
class OrderNumberMention:
    span: Span
    digits: str
    check: NumberCheck


@dataclass(frozen=True)
class AddressMention:
    """All spans of the text that speak of the place, and the place."""

    spans: tuple[Span, ...]
    address: Address
    completeness: Completeness


@dataclass(frozen=True)
class TimeMention:
    span: Span
    occurred_at: OccurredAt


@dataclass(frozen=True)
class EmergencyHit:
    """`kind` is the key of the emergency table (gas, fire, electricity, lift, trapped, co, violence, suicide, medical …).

    `faint`: no word of it names a danger, and as a whole it only resembles one: where something else was asked for it is an
    answer.
    """

    kind: str
    span: Span
    faint: bool = False


UNSAID = "未说明"  # the sub-category of words that name no matter


@dataclass(frozen=True)
class CategoryGuess:
    category: str
    subcategory: str
    service_code: str
    confidence: float


@dataclass(frozen=True)
class Issue:
    """One problem of a message that may hold several; `address` and `occurred_at` where it has its own, None where one place or
    time was told for all of them."""

    text: str
    category: str
    subcategory: str
    service_code: str
    confidence: float
    address: Address | None = None
    occurred_at: OccurredAt | None = None


@dataclass(frozen=True)
class Facts:
    """Everything drawn from the text by rules, without a model."""

    address: AddressMention | None = None
    occurred_at: TimeMention | None = None
    phones: tuple[PhoneMention, ...] = ()
    order_numbers: tuple[OrderNumberMention, ...] = ()
    name: str = ""
    privacy: Privacy | None = None
    quantities: tuple[str, ...] = ()
    emergency: EmergencyHit | None = None


@dataclass(frozen=True)
class Understanding:
    """`intents` holds (name, confidence), best first; `categories` likewise; a message without a problem has none."""

    intents: tuple[tuple[str, float], ...]
    categories: tuple[CategoryGuess, ...]
    issues: tuple[Issue, ...]
    urgency: Urgency
    facts: Facts


@dataclass(frozen=True)
class Understood:
    """What the assistant took one message for, kept for review. Confidences are shares between 0 and 1; the category is the
    likeliest one whatever the intent is, "" when the assistant told none."""

    intent: str
    confidence: float
    category: str = ""
    subcategory: str = ""
    category_confidence: float = 0.0
    subcategory_confidence: float = 0.0
