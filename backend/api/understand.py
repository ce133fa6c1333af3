"""`POST /api/v1/understand`: what a text says. Pre-fills the operator's form, and shows what the assistant would make of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from backend.api.dependencies import ClockDep, ContextDep, ReadingDep, StaffOrServiceDep
from backend.api.schemas.moments import Moment
from backend.api.schemas.texts import Said
from backend.contracts.understanding import Facts, OrderNumberMention, PhoneKind, Privacy
from backend.domain.drafting.codec import to_json
from backend.services.understanding import Heading, understand

router = APIRouter(prefix="/api/v1", tags=["understanding"])
_EMPTY_ADDRESS = {"components": {}, "completeness": "none", "text": ""}


class TextIn(BaseModel):
    """`context` is the bot's last sentence, so that "1" or "不知道" can be understood."""

    text: Annotated[Said, Field(max_length=4000)]
    channel: Annotated[str, Field(max_length=40)] = "telephone"
    message_time: Moment | None = None
    context: Annotated[str, Field(max_length=4000)] | None = ""


class IntentOut(BaseModel):
    name: str
    confidence: float


class ConfidenceOut(BaseModel):
    """How sure, on both levels of the category, and of the intent."""

    intent: float
    category: float
    subcategory: float


class UnderstandingOut(BaseModel):
    """Names as in the taxonomy; what is not said is empty or null. `assistant`: false when only the rules answered."""

    intent: str
    intents: list[IntentOut]
    emergency: bool
    emergency_kind: str
    category: str
    subcategory: str
    service_code: str
    confidence: ConfidenceOut
    categories: list[dict[str, Any]]
    urgency: str
    address: dict[str, Any]
    occurred_at: dict[str, Any] | None
    phone: str
    name: str
    anonymous: bool
    confidential: bool
    quantities: list[str]
    issues: list[dict[str, Any]]
    order_number: str
    order_number_check: str
    assistant: bool


@router.post("/understand")
async def understand_text(
    body: TextIn, _: StaffOrServiceDep, session: ReadingDep, context: ContextDep, clock: ClockDep
) -> UnderstandingOut:
    """Intent, emergency, category with confidence, urgency, and the facts of one text, read against its own time."""
    heading = await understand(
        session,
        context.assistant,
        text=body.text,
        channel=body.channel,
        message_time=body.message_time or clock.now(),
        context=body.context or "",
    )
    return _out(heading)


_REPORTS = frozenset({"report_complaint", "emergency", ""})


def _out(heading: Heading) -> UnderstandingOut:
    told, facts = heading.understanding, heading.understanding.facts
    intent, share = told.intents[0] if told.intents else ("", 0.0)
    guesses = told.categories if intent in _REPORTS else ()
    best = guesses[0] if guesses else None
    number = facts.order_numbers[0] if facts.order_numbers else None
    return UnderstandingOut(
        intent=intent,
        intents=[IntentOut(name=name, confidence=confidence) for name, confidence in told.intents],
        emergency=intent == "emergency",
        emergency_kind=facts.emergency.kind if facts.emergency else "",
        category=best.category if best else "",
        subcategory=best.subcategory if best else "",
        service_code=best.service_code if best else "",
        confidence=ConfidenceOut(
            intent=share, category=heading.category_confidence if best else 0.0, subcategory=best.confidence if best else 0.0
        ),
        categories=[to_json(guess) for guess in guesses],
        urgency=told.urgency.value,
        address=_address(facts),
        occurred_at=_occurred(facts),
        phone=next((mention.number for mention in reversed(facts.phones) if mention.kind is not PhoneKind.INVALID), ""),
        name=facts.name,
        anonymous=facts.privacy is Privacy.ANONYMOUS,
        confidential=facts.privacy is Privacy.CONFIDENTIAL,
        quantities=list(facts.quantities),
        issues=[to_json(issue) for issue in told.issues] if intent in _REPORTS else [],
        order_number=number.digits if number else "",
        order_number_check=_check(number),
        assistant=heading.assistant_answered,
    )


def _address(facts: Facts) -> dict[str, Any]:
    """Components that were said, the words themselves, and how complete it is."""
    if facts.address is None:
        return dict(_EMPTY_ADDRESS)
    components = {name: value for name, value in to_json(facts.address.address).items() if value not in ("", None)}
    text = components.pop("text", "")
    return {"components": components, "completeness": facts.address.completeness.value, "text": text}


def _occurred(facts: Facts) -> dict[str, Any] | None:
    if facts.occurred_at is None:
        return None
    occurred = facts.occurred_at.occurred_at
    return {"text": occurred.text, "kind": occurred.kind.value, "start": _iso(occurred.start), "end": _iso(occurred.end)}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _check(number: OrderNumberMention | None) -> str:
    return number.check.value if number else ""
