"""The JSON of conversations, messages and call-back tasks (DESIGN.md section 6)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from backend.api.schemas.texts import Short, Text


class SessionOut(BaseModel):
    """What the platform still takes: how many messages, and until when the latest window is open."""

    remaining: int
    expires_at: AwareDatetime | None


class ConversationOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    channel: str
    account: str
    channel_user_id: str
    phone: str
    owner: Literal["bot", "queue", "human"]
    assignee: str | None
    epoch: int
    opted_out: bool
    draft: dict[str, Any] | None
    queue_reason: str
    queued_at: AwareDatetime | None
    priority: int
    script: str
    grid_code: str
    emergency_number: str
    rating_pending: list[str]
    last_inbound_at: AwareDatetime | None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    session: SessionOut | None = None


class MessageOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    seq: int
    direction: Literal["in", "out"]
    author: str
    kind: str
    text: str
    attachments: list[dict[str, Any]]
    location: dict[str, Any] | None
    choices: list[dict[str, str]]
    channel: str
    status: str
    status_reason: str
    purpose: str
    order_number: str | None
    user: str | None
    created_at: AwareDatetime
    message_time: AwareDatetime


class DeadLetterOut(MessageOut):
    conversation_id: str


class SayIn(BaseModel):
    """What a caseworker writes; with `note` it stays between caseworkers."""

    text: Annotated[Text, Field(min_length=1, max_length=2000)]
    note: bool = False


class HandoverIn(BaseModel):
    """Why a person is needed (`asked`, `low_confidence`, `assistant:timeout` …); a higher `priority` is served first."""

    reason: Short = "asked"
    priority: Annotated[int, Field(ge=0, le=9)] = 0


class CallBackOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    conversation_id: str | None
    message_id: str | None
    order_number: str | None
    phone: str
    reason: str
    text: str
    created_at: datetime
    done_at: datetime | None
    done_by: str | None
    result: str


class DoneIn(BaseModel):
    result: Annotated[Text, Field(max_length=2000)] = ""
