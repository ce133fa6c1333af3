"""The draft of a conversation over HTTP: for the assistant's actions, and for the console that fills the form with the
resident."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from backend.api.dependencies import ClockDep, DeskOrServiceDep, ReadingDep, SessionDep
from backend.api.schemas.moments import Moment
from backend.contracts.messages import Choice
from backend.contracts.understanding import CategoryGuess, Facts, Issue
from backend.domain.drafting.codec import from_json
from backend.domain.errors import InvalidField
from backend.services import drafts
from backend.services.drafts import Filed, HeardMessage, Told
from backend.storage import directory

router = APIRouter(prefix="/api/v1/conversations", tags=["drafts"])


class ChoiceOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    label: str


class QuestionOut(BaseModel):
    """The open question by name, with what its wording needs."""

    key: str
    values: dict[str, str]
    choices: list[ChoiceOut]


class DraftOut(BaseModel):
    """`outcome`: ask (the question), file (confirmed: file it), add (it went to the open order `number`), cancelled. `summary` is
    what is written down so far."""

    draft: dict[str, Any] | None
    outcome: str
    question: QuestionOut
    changed: list[str]
    remarks: list[str]
    understood: bool
    misunderstood: int
    number: str
    summary: str


class LocationIn(BaseModel):
    """A shared position in degrees; `label` is what the sender's map calls it."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    label: Annotated[str, Field(max_length=500)] = ""


class MessageIn(BaseModel):
    """One message of the resident as the assistant understood it; `facts`, `guesses` and `issues` as in `POST /understand`."""

    message_id: Annotated[str, Field(max_length=100)]
    text: Annotated[str, Field(max_length=10_000)] = ""
    intent: Annotated[str, Field(max_length=60)] = ""
    message_time: Moment | None = None
    facts: dict[str, Any] = {}
    guesses: list[dict[str, Any]] = []
    issues: list[dict[str, Any]] = []
    content: bool = True
    menu_id: Annotated[str, Field(max_length=100)] = ""
    attachments: list[dict[str, str]] = []
    location: LocationIn | None = None
    grid: Annotated[str, Field(max_length=64)] = ""
    asks_only: bool = False


class FileIn(BaseModel):
    draft_id: Annotated[str, Field(max_length=64)]


class FiledOut(BaseModel):
    """The new order in short, and the next draft when another problem was kept for after this one."""

    number: str
    unit_name: str
    due_at: AwareDatetime | None
    on_site_due_at: AwareDatetime | None
    subcategory: str
    following: DraftOut | None


@router.get("/{conversation_id}/draft")
async def get_draft(conversation_id: str, _: DeskOrServiceDep, session: ReadingDep) -> dict[str, Any] | None:
    """The open draft, null when there is none."""
    return await drafts.current(session, conversation_id=conversation_id)


@router.patch("/{conversation_id}/draft")
async def hear_message(
    conversation_id: str, body: MessageIn, _: DeskOrServiceDep, session: SessionDep, clock: ClockDep
) -> DraftOut:
    """Take one message into the draft. The same `message_id` again changes nothing."""
    now = clock.now()
    message = HeardMessage(
        **body.model_dump(include={"message_id", "text", "intent", "content", "menu_id", "location", "grid", "asks_only"}),
        message_time=body.message_time or now,
        facts=_facts(body.facts),
        guesses=tuple(_read(CategoryGuess, guess, "guesses") for guess in body.guesses),
        issues=tuple(_read(Issue, issue, "issues") for issue in body.issues),
        attachments=tuple(body.attachments),
    )
    return _draft_out(await drafts.hear(session, conversation_id=conversation_id, message=message, now=now))


@router.post("/{conversation_id}/draft/file", status_code=201)
async def file_draft(conversation_id: str, body: FileIn, _: DeskOrServiceDep, session: SessionDep, clock: ClockDep) -> FiledOut:
    """Make the order of the confirmed draft; safe to repeat."""
    filed = await drafts.file_draft(session, conversation_id=conversation_id, draft_id=body.draft_id, now=clock.now())
    unit = await directory.unit(session, filed.order.unit_id) if filed.order.unit_id else None
    return _filed_out(filed, unit.name if unit else "")


@router.delete("/{conversation_id}/draft", status_code=204)
async def forget_draft(conversation_id: str, _: DeskOrServiceDep, session: SessionDep, clock: ClockDep) -> None:
    """Drop the draft."""
    await drafts.forget(session, conversation_id=conversation_id, now=clock.now())


def _facts(data: dict[str, Any]) -> Facts:
    return _read(Facts, data, "facts")


def _read[T](kind: type[T], data: dict[str, Any], field: str) -> T:
    try:
        return from_json(kind, data)
    except (TypeError, ValueError, KeyError, StopIteration) as error:
        raise InvalidField(f"{field} 的内容读不懂", field=field) from error


def _draft_out(told: Told) -> DraftOut:
    question = told.question
    return DraftOut(
        draft=told.draft,
        outcome=told.outcome.value,
        question=QuestionOut(key=question.key, values=question.values, choices=[_choice(choice) for choice in question.choices]),
        changed=list(told.changed),
        remarks=list(told.remarks),
        understood=told.understood,
        misunderstood=told.misunderstood,
        number=told.number,
        summary=told.summary,
    )


def _choice(choice: Choice) -> ChoiceOut:
    return ChoiceOut.model_validate(choice)


def _filed_out(filed: Filed, unit: str) -> FiledOut:
    return FiledOut(
        number=filed.order.number,
        unit_name=unit,
        due_at=filed.order.due_at,
        on_site_due_at=filed.order.on_site_due_at,
        subcategory=filed.order.subcategory,
        following=_draft_out(filed.following) if filed.following else None,
    )
