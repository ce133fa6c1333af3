"""What the engine must understand by itself, without the assistant."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import Reply
from backend.contracts.understanding import DangerTalk, EmergencyHit, Facts


class Ears(Protocol):
    """What the engine must understand by itself."""

    def emergency(self, text: str) -> EmergencyHit | None:
        """Danger to life now, or None."""
        ...

    def takes_back(self, text: str) -> bool:
        """Whether a danger that was just reported is taken back."""
        ...

    def danger_talk(self, text: str) -> DangerTalk | None:
        """What is said of a danger that was just reported; None where it is something else, or a danger by itself."""
        ...

    def may_go_on(self, text: str) -> bool:
        """Whether a few words that nothing else explains may go on with a danger that was just reported."""
        ...

    async def facts(self, session: AsyncSession, text: str, *, message_time: datetime, phone: str) -> Facts:
        """Address, time and phone of a text; `phone` is the one known before."""
        ...

    def script_of(self, text: str, before: str) -> str:
        """`simplified` or `traditional`; a text that could be either leaves it as it was `before`."""
        ...

    def in_script(self, reply: Reply, script: str) -> Reply:
        """The reply in the characters that the resident writes."""
        ...
