"""The doors that `backend` leaves open; `channels` puts the real things behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from backend.contracts.messages import Channel, Choice, OutboundMessage, Reply, Route, SendResult


class Clock(Protocol):
    """The only source of time; the simulated one can be moved in demo and tests."""

    def now(self) -> datetime:
        """Return the current time, aware, UTC."""
        ...


@dataclass(frozen=True)
class ChannelTraits:
    """What a channel can do.

    `max_bubbles`: how many separate messages one turn may become. `session_limited`: sending by `Route.SESSION` needs an open
    window with quota. `routes`: the ways this channel offers.
    """

    max_bubbles: int
    session_limited: bool
    routes: frozenset[Route]


class ChannelSender(Protocol):
    """One channel's way out. `send` never raises for what the provider says: the result tells it."""

    channel: Channel
    traits: ChannelTraits

    def pieces(self, text: str, choices: Sequence[Choice]) -> int:
        """How many messages of the platform's a text becomes in an open window; each counts in its quota. At least 1."""
        ...

    async def send(self, message: OutboundMessage) -> SendResult:
        """Deliver one message, once. A timeout or a broken answer after the request left is `unknown`."""
        ...


@dataclass(frozen=True)
class AssistantTurn:
    """One message for the assistant. `sender` names the dialogue (`{conversation}.{n}`); `metadata` reaches the actions."""

    sender: str
    text: str
    metadata: dict[str, Any] = field(default_factory=dict)


class AssistantFailed(Exception):
    """The assistant gave no usable answer; `reason` is one of
    down, timeout, http_error, empty, bad_json, no_model, actions_down.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Assistant(Protocol):
    """The conversational assistant."""

    async def respond(self, turn: AssistantTurn) -> tuple[Reply, ...]:
        """Return what the assistant says, at least one reply. Raises AssistantFailed otherwise."""
        ...

    async def parse(self, text: str, metadata: dict[str, Any]) -> dict[str, Any]:
        """Return the assistant's understanding of a text without a dialogue. Raises AssistantFailed."""
        ...
