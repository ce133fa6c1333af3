"""The words of drafting: an open form, one message for it, and what comes of the two."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from backend.contracts.conversations import Address, Draft
from backend.contracts.messages import Choice
from backend.contracts.understanding import CategoryGuess, Facts, Issue
from backend.domain.language.answers import Answer


class Ask(str, Enum):
    """The open question of a form: a field, or one about the form itself (`CONTROLS`)."""

    NOTHING = ""
    DESCRIPTION = "description"
    CATEGORY = "category"
    ADDRESS = "address"
    ADDRESS_DETAIL = "address_detail"
    OCCURRED_AT = "occurred_at"
    CONTACT_PHONE = "contact_phone"
    CONFIRM = "confirm"
    CHANGE = "change"
    CANCEL = "cancel"
    RESUME = "resume"
    SAME = "same"


# The questions about the form itself, and the choice of kinds: they have rules of their own; the others ask for a field.
CONTROLS = frozenset({Ask.CONFIRM, Ask.CHANGE, Ask.CANCEL, Ask.RESUME, Ask.CATEGORY, Ask.SAME})
# What may be left open: an order can be worked on without it.
SKIPPABLE = frozenset({Ask.ADDRESS, Ask.ADDRESS_DETAIL, Ask.OCCURRED_AT, Ask.CONTACT_PHONE, Ask.CATEGORY})
# Questions that ask for something else than what happened: their answers hardly ever tell a danger.
ASKS_FOR_A_FACT = frozenset(ask.value for ask in Ask if ask not in (Ask.NOTHING, Ask.DESCRIPTION))
# Said inside the form, these do not speak about it; the assistant answers them and the open question stays.
DIGRESSIONS = frozenset(
    [
        "query_status",
        "urge",
        "rate",
        "dispute_result",
        "ask_human",
        "ask_faq",
        "opt_out",
        "out_of_scope",
        "chitchat",
        "abuse",
        "greet",
        "thanks",
        "bye",
    ]
)


class Outcome(str, Enum):
    """What is to be done now: ask the open question, file the order, add it to the order that it resembles, forget the draft."""

    ASK = "ask"
    FILE = "file"
    ADD = "add"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Held:
    """A message that waits until its draft is known."""

    message_id: str
    text: str
    intent: str
    at: datetime
    facts: Facts
    guesses: tuple[CategoryGuess, ...] = ()
    issues: tuple[Issue, ...] = ()
    content: bool = True
    attachments: tuple[dict[str, str], ...] = ()
    place: Address | None = None


@dataclass(frozen=True)
class Twin:
    """An open order of the same resident about the same thing at the same place; `day` is that of its report, as in 11月20日."""

    number: str
    matter: str
    day: str


@dataclass(frozen=True)
class OpenForm:
    """A draft being collected.

    `asked` counts questions by name; `settled` are fields that the resident leaves open; `options` is what the last numbered
    choice of categories offered; `also` are further problems for after this one; `resume_to` is the question under a cancel
    question; `last_message` makes a repeated message harmless, and `confirmed_by` is the one that said yes to the read-back;
    `held` is what was said when we asked whether to go on with an old draft; `gist` is the matter in the resident's words without
    place, time and phone; `sureness` is the share with which the category was taken; `remarked` are remarks that are made once
    only; `extra` is the category's own question, put with the first read-back; `twin` is the open order that this may be about;
    `told_later` are the words of those of `also` that were not told in the first breath.
    """

    id: str
    draft: Draft
    opened_at: datetime
    touched_at: datetime
    requested: Ask = Ask.NOTHING
    asked: dict[str, int] = field(default_factory=dict)
    settled: tuple[str, ...] = ()
    options: tuple[CategoryGuess, ...] = ()
    also: tuple[Issue, ...] = ()
    confidential: bool = False
    resume_to: Ask = Ask.NOTHING
    last_message: str = ""
    confirmed_by: str = ""
    misunderstood: int = 0
    held: Held | None = None
    gist: str = ""
    sureness: float = 1.0
    remarked: tuple[str, ...] = ()
    extra: str = ""
    twin: Twin | None = None
    unheard: bool = False
    told_later: tuple[str, ...] = ()


@dataclass(frozen=True)
class Previous:
    """What "the same as last time" means: place and phone of the resident's last order."""

    address: Address = field(default_factory=Address)
    phone: str = ""


@dataclass(frozen=True)
class Turn:
    """One message of a resident, understood. `text` is normalised, `place` comes from a location message or a grid code;
    `content` is False for "I want to complain" without a complaint."""

    message_id: str
    text: str
    intent: str
    at: datetime
    facts: Facts = field(default_factory=Facts)
    guesses: tuple[CategoryGuess, ...] = ()
    issues: tuple[Issue, ...] = ()
    content: bool = True
    answer: Answer | None = None
    attachments: tuple[dict[str, str], ...] = ()
    place: Address | None = None
    known_phone: str = ""
    previous: Previous | None = None


@dataclass(frozen=True)
class Question:
    """The open question with what its wording needs; `choices` are numbered on SMS."""

    key: str
    values: dict[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Step:
    """What a message did: the form afterwards, the fields that changed, and remarks to be made before the question."""

    form: OpenForm
    outcome: Outcome = Outcome.ASK
    changed: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    understood: bool = True


def open_form(draft_id: str, *, now: datetime, known_phone: str = "") -> OpenForm:
    """An empty form; the phone is known where the channel knows it (SMS) or an earlier order had it."""
    return OpenForm(id=draft_id, draft=Draft(contact_phone=known_phone), opened_at=now, touched_at=now)
