"""Words of the work order: states, verbs and events (DESIGN.md sections 5 and 6)."""

from __future__ import annotations

import re
from enum import Enum

# what the contact phone of an order looks like: a mobile, a landline with or without its area code
CONTACT_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\d{7,8}")


class State(str, Enum):
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OPEN_STATES = frozenset({State.ACCEPTED, State.DISPATCHED, State.IN_PROGRESS})


class Verb(str, Enum):
    """What a person or program may ask of an order; each writes the event of `EVENT_OF_VERB`."""

    DISPATCH = "dispatch"
    ACKNOWLEDGE = "acknowledge"
    CONTACT = "contact"
    ARRIVE = "arrive"
    NOTE = "note"
    RETURN = "return"
    EXTEND = "extend"
    SUSPEND = "suspend"
    RESUME = "resume"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    DECLINE = "decline"
    URGE = "urge"
    ESCALATE = "escalate"
    SUPERVISE = "supervise"
    JOIN = "join"


class EventType(str, Enum):
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    CONTACTED = "contacted"
    ARRIVED = "arrived"
    NOTED = "noted"
    RETURNED = "returned"
    EXTENDED = "extended"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    URGED = "urged"
    ESCALATED = "escalated"
    SUPERVISED = "supervised"
    JOINED = "joined"
    RATED = "rated"
    ALARM_RAISED = "alarm_raised"


EVENT_OF_VERB: dict[Verb, EventType] = {
    Verb.DISPATCH: EventType.DISPATCHED,
    Verb.ACKNOWLEDGE: EventType.ACKNOWLEDGED,
    Verb.CONTACT: EventType.CONTACTED,
    Verb.ARRIVE: EventType.ARRIVED,
    Verb.NOTE: EventType.NOTED,
    Verb.RETURN: EventType.RETURNED,
    Verb.EXTEND: EventType.EXTENDED,
    Verb.SUSPEND: EventType.SUSPENDED,
    Verb.RESUME: EventType.RESUMED,
    Verb.RESOLVE: EventType.RESOLVED,
    Verb.CLOSE: EventType.CLOSED,
    Verb.REOPEN: EventType.REOPENED,
    Verb.WITHDRAW: EventType.WITHDRAWN,
    Verb.DECLINE: EventType.DECLINED,
    Verb.URGE: EventType.URGED,
    Verb.ESCALATE: EventType.ESCALATED,
    Verb.SUPERVISE: EventType.SUPERVISED,
    Verb.JOIN: EventType.JOINED,
}


class Resolved(str, Enum):
    """The resident's answer to "is it solved?"."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
