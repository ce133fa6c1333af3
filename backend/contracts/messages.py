"""What goes between a resident and Youshi, whatever the platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from backend.contracts.understanding import Understood


class Channel(str, Enum):
    """Where a resident talks to us."""

    WECHAT_OA = "wechat_oa"
    WECHAT_MP = "wechat_mp"
    SMS = "sms"
    WEB = "web"


class Author(str, Enum):
    """Who wrote a message."""

    RESIDENT = "resident"
    BOT = "bot"
    CASEWORKER = "caseworker"
    SYSTEM = "system"


class MessageKind(str, Enum):
    """The form of a message; `event` is a platform event such as a scan or a menu click."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    EVENT = "event"


class MessageStatus(str, Enum):
    """How far a message got. Inbound messages are `stored`; the rest is the way out."""

    STORED = "stored"
    QUEUED = "queued"
    SUBMITTED = "submitted"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"


class EventName(str, Enum):
    """Platform events that mean something to us."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    SCAN = "scan"
    MENU_CLICK = "menu_click"
    ENTER = "enter"
    CONSENT = "consent"
    OTHER = "other"


@dataclass(frozen=True)
class Location:
    """A shared position; WeChat sends GCJ-02 degrees."""

    lat: float
    lon: float
    label: str = ""
    datum: str = "gcj02"


@dataclass(frozen=True)
class Attachment:
    """A photo, voice or video. `media_id` belongs to the platform (kept there for 3 days), `url` is fetchable."""

    kind: MessageKind
    media_id: str = ""
    url: str = ""
    format: str = ""


@dataclass(frozen=True)
class Consent:
    """The resident's answer to a subscribe-message question, and later changes of it.

    `template_kind` is our own name of the template (progress, rating …). A one-time consent is good for one message each.
    """

    template_kind: str
    accepted: bool
    long_term: bool = False


@dataclass(frozen=True)
class PlatformEvent:
    """`key` is the menu key, scene or template; `data` is what else the platform said."""

    name: EventName
    key: str = ""
    data: dict[str, str] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True)
class SessionGrant:
    """What a platform allows us to send after this message: `allowed` messages within `seconds` of it.

    WeChat counts (5 in 48 h after a message, 3 in 1 min after a click); a channel without such a limit grants nothing.
    """

    allowed: int
    seconds: int


@dataclass(frozen=True)
class InboundMessage:
    """One message from a resident, parsed and verified by its channel.

    `dedupe_key` is unique over all channels. `message_time` is the platform's own time (aware, UTC).
    `menu_id` is the chosen entry of a message menu, `text` its label.
    """

    channel: Channel
    account: str
    channel_user_id: str
    dedupe_key: str
    kind: MessageKind
    message_time: datetime
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    event: PlatformEvent | None = None
    menu_id: str = ""
    phone: str = ""
    grant: SessionGrant | None = None


@dataclass(frozen=True)
class Choice:
    """One entry of a numbered choice: SMS shows it as "1 …", WeChat as a message menu."""

    id: str
    label: str


@dataclass(frozen=True)
class Reply:
    """One bubble that the assistant or a person wants to say. `understood` comes with the first bubble of an assistant that
    tells what it took the message for; it is no part of what is said. A `passing` one only leads on (a greeting, the next
    question): nothing is lost when it is not said because the resident has written on meanwhile.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    understood: Understood | None = field(default=None, compare=False)
    passing: bool = field(default=False, compare=False)


class Route(str, Enum):
    """The ways to reach a resident, cheapest first; `call_back` is a task for a person."""

    SESSION = "session"
    SUBSCRIBE_LONG_TERM = "subscribe_long_term"
    SUBSCRIBE_ONE_TIME = "subscribe_one_time"
    SMS = "sms"
    CALL_BACK = "call_back"


@dataclass(frozen=True)
class OutboundMessage:
    """What a channel sender is asked to deliver. `id` is ours and is handed to the provider wherever it takes one."""

    id: str
    channel: Channel
    account: str
    channel_user_id: str
    route: Route
    text: str
    choices: tuple[Choice, ...] = ()
    template_kind: str = ""
    template_fields: dict[str, str] = field(default_factory=dict)
    page: str = ""


class SendOutcome(str, Enum):
    """What a provider said.

    accepted: it took the message. rejected: it never will (this route). retry_later: it did not take it, try again.
    window_closed / quota_used / no_consent: not by this route, take the next one. unknown: no answer, it may have gone out.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RETRY_LATER = "retry_later"
    WINDOW_CLOSED = "window_closed"
    QUOTA_USED = "quota_used"
    NO_CONSENT = "no_consent"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SendResult:
    """The answer of a channel sender; `code` is the provider's own (errcode, HTTP status), `reason` is for people."""

    outcome: SendOutcome
    provider_id: str = ""
    code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class DeliveryReceipt:
    """A later report by the provider about a message that we sent. `message_id` is ours when known.

    A long SMS goes out in `parts` parts with a report each (`part` counts from 1; 0: about the whole message). It is delivered
    when every part is, and failed when one is.
    """

    status: MessageStatus
    message_id: str = ""
    provider_id: str = ""
    part: int = 0
    parts: int = 1
    code: str = ""
    reported_at: datetime | None = None
