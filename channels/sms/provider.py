"""What the sender needs of a provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from backend.contracts.messages import SendResult
from backend.domain.segmentation import Limits


@dataclass(frozen=True)
class Part:
    """One request to a provider: part `number` (from 1) of the `total` parts of message `message_id`.

    `sender` is our number that the resident texted, "" when the message answers none.
    """

    message_id: str
    phone: str
    sender: str
    number: int
    total: int
    text: str


class Provider(Protocol):
    """One provider's way out."""

    @property
    def limits(self) -> Limits:
        """How much text one request may hold."""
        ...

    @property
    def signature(self) -> str:
        """What we have to put before the text; empty where the provider does it."""
        ...

    async def send(self, part: Part) -> SendResult:
        """Hand over one part; never raises for what the provider or the network does."""
        ...
