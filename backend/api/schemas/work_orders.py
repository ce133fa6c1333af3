"""The JSON of work orders: what comes in and what goes out (DESIGN.md section 6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from backend.api.schemas.moments import Moment
from backend.api.schemas.texts import Said, Short, Text, TypedDigits
from backend.contracts.conversations import Address, OccurredAt, TimeKind, Urgency
from backend.contracts.work_orders import Resolved
from backend.domain.errors import InvalidField
from backend.domain.verb_data import MOST_FILES
from backend.services.intake import NewWorkOrder

_CLOCK_SKEW = timedelta(minutes=5)


class _Given(BaseModel):
    """What is null was not given, as in the drafts and orders that we give out."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        return {name: value for name, value in given.items() if value is not None} if isinstance(given, dict) else given


class AddressIn(_Given):
    """A place in components; `text` is what the resident said. A bare string is taken as `text`."""

    text: Annotated[Text, Field(max_length=500)] = ""
    street: Short = ""
    community: Short = ""
    estate: Short = ""
    road: Short = ""
    house_number: Short = ""
    building: Short = ""
    unit: Short = ""
    floor: Short = ""
    room: Short = ""
    landmark: Short = ""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None


def _as_text(value: Any) -> Any:
    """A place or a time that is only told in words."""
    return {"text": value} if isinstance(value, str) else value


class OccurredIn(BaseModel):
    text: Short
    kind: TimeKind = TimeKind.VAGUE
    start: Moment | None = None
    end: Moment | None = None


class NewOrder(_Given):
    """Intake for telephone, letter and visit, and on behalf of a resident. `requested_at`: when the resident reported it."""

    service_code: Annotated[str, Field(pattern=r"^(\d{4})?$")] = ""
    category: Short = ""
    subcategory: Short = ""
    description: Annotated[Text, Field(min_length=1, max_length=4000)]
    address: Annotated[AddressIn, BeforeValidator(_as_text)] = AddressIn()
    occurred_at: Annotated[OccurredIn | None, BeforeValidator(_as_text)] = None
    contact_phone: Short = ""
    contact_name: Short = ""
    anonymous: bool = False
    confidential: bool = False
    attachments: Annotated[list[dict[Short, Annotated[Text, Field(max_length=2000)]]], Field(max_length=MOST_FILES)] = []
    channel: Annotated[str, Field(max_length=40)] = "telephone"
    channel_user_id: Short = ""
    conversation_id: Short | None = None
    on_behalf_of: Short | None = None
    requested_at: Moment | None = None
    urgency: Urgency = Urgency.NORMAL
    grid_code: Short = ""

    def to_request(self, now: datetime) -> NewWorkOrder:
        """Raises InvalidField when `requested_at` lies in the future."""
        requested_at = (self.requested_at or now).astimezone(UTC)
        if requested_at > now + _CLOCK_SKEW:
            raise InvalidField("反映时间不能在将来", field="requested_at")
        occurred = self.occurred_at
        return NewWorkOrder(
            service_code=self.service_code,
            category=self.category,
            subcategory=self.subcategory,
            description=self.description,
            address=Address(**self.address.model_dump()),
            occurred_at=OccurredAt(**occurred.model_dump()) if occurred else None,
            contact_phone=self.contact_phone,
            contact_name=self.contact_name,
            anonymous=self.anonymous,
            confidential=self.confidential,
            attachments=tuple(self.attachments),
            channel=self.channel,
            channel_user_id=self.channel_user_id,
            conversation_id=self.on_behalf_of or self.conversation_id,
            requested_at=requested_at,
            urgency=self.urgency,
            grid_code=self.grid_code,
        )


class VerbBody(BaseModel):
    """`version` is the one the caller saw; further fields are the data of the verb.

    `on_behalf_of` (a conversation) or `channel` with `channel_user_id` say for whom our own programs act.
    """

    model_config = ConfigDict(extra="allow")

    version: int | None = None
    note: Text | None = None
    reason: Text | None = None
    on_behalf_of: str = ""
    channel: str = ""
    channel_user_id: str = ""

    def verb_data(self) -> dict[str, Any]:
        data = {**(self.model_extra or {}), "note": self.note, "reason": self.reason}
        return {name: value for name, value in data.items() if value is not None}


class RatingIn(BaseModel):
    """The three answers; `contacted` null when the resident did not answer that. With `reason_follows` a bad verdict reopens the
    order with its reason, or after half an hour without one."""

    contacted: bool | None = None
    resolved: Annotated[str, Field(json_schema_extra={"enum": [each.value for each in Resolved]})]
    satisfaction: Annotated[int, Field(json_schema_extra={"minimum": 1, "maximum": 5})]
    comment: Annotated[Text, Field(max_length=1000)] = ""
    reason_follows: bool = False
    on_behalf_of: str = ""
    channel: str = ""
    channel_user_id: str = ""


class ResidentIn(BaseModel):
    """Whom our own program acts for: the conversation, or the identity on the channel."""

    on_behalf_of: str = ""
    channel: str = ""
    channel_user_id: str = ""


class RatingOut(BaseModel):
    contacted: bool | None
    resolved: str
    satisfaction: int
    comment: str
    rated_at: datetime
    revised_at: datetime | None
    round: int


class LookupIn(BaseModel):
    """A number with the last four digits of the phone; our own programs may give the resident's identity instead."""

    number: Annotated[TypedDigits, Field(max_length=40)]
    phone_tail: Annotated[TypedDigits, Field(max_length=20)] = ""
    on_behalf_of: str = ""
    channel: str = ""
    channel_user_id: str = ""


class RevealIn(BaseModel):
    reason: Annotated[Said, Field(max_length=500)]


class RevealOut(BaseModel):
    number: str
    contact_name: str
    contact_phone: str
    channel: str
    channel_user_id: str


class EventOut(BaseModel):
    """`from` and `to` are states; the first event comes from none."""

    model_config = ConfigDict(serialize_by_alias=True)

    seq: int
    type: str
    at: datetime
    actor: str
    from_: Annotated[str | None, Field(serialization_alias="from")]
    to: str
    note: str
    data: dict[str, Any]


class ClocksOut(BaseModel):
    """All due times and what happened to them. `provisional`: counted through a year whose calendar is not known yet."""

    started_at: datetime
    due_at: datetime | None
    on_site_due_at: datetime | None
    holder_due_at: datetime | None
    provisional: bool
    suspended: bool
    resume_at: datetime | None
    overdue: bool
    extensions: int
    extension_requested: int
    dispatched_at: datetime | None
    acknowledged_at: datetime | None
    contacted_at: datetime | None
    arrived_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None


class AttemptOut(BaseModel):
    """One attempt by one route, with why that route, and what the provider said."""

    model_config = ConfigDict(from_attributes=True)

    route: str
    why: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    code: str
    reason: str


class DeliveryOut(BaseModel):
    """A message to a resident about this order."""

    message_id: str
    purpose: str
    channel: str
    text: str
    status: str
    status_reason: str
    created_at: datetime
    attempts: list[AttemptOut]


class WorkOrderOut(BaseModel):
    """Personal fields are null where the reader may not see them (`hidden` is true then)."""

    number: str
    state: str
    state_text: str
    category: str
    subcategory: str
    service_code: str
    urgency: str
    description: str
    address: dict[str, Any]
    occurred_at: dict[str, Any] | None
    contact_phone: str | None
    contact_name: str | None
    anonymous: bool
    confidential: bool
    hidden: bool
    attachments: list[Any]
    channel: str
    channel_user_id: str | None
    conversation_id: str | None
    unit: str | None
    unit_name: str
    routing_rule: str
    street_code: str
    community_code: str
    grid_code: str
    requested_at: datetime
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None
    on_site_due_at: datetime | None
    clocks: ClocksOut
    events: list[EventOut]
    deliveries: list[DeliveryOut]
    reminders: int
    returns: int
    supervisions: int
    level: int
    round: int
    outcome: str
    reply: str
    rating: RatingOut | None
    joined: int
    allowed_verbs: list[str]
    version: int
