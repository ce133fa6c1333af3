"""An SMS phone whose texts go through the carrier and a real Kannel, in both directions."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

from channels.simulator.driver import DidNotHappen, Resident
from tests.kannel import RealKannel


@dataclass
class SmsResident(Resident):
    """The same person as on WeChat, with another phone. `mo_url` is where Kannel hands in what the phone sends."""

    kannel: RealKannel | None = None
    mo_url: str = ""

    async def act(self, **what: Any) -> None:
        assert what["kind"] == "text", "an SMS phone sends texts only"
        assert self.kannel is not None
        times = what.get("times", 1)
        if times == 1:
            await self.kannel.send_mo(self.user_id, what["text"])
            return
        # Kannel repeats its call under the same id when our answer is lost: the repetition happens on this side of it
        query = {"from": f"+86{self.user_id}", "to": self.kannel.sender, "text": what["text"], "id": secrets.token_hex(8)}
        await asyncio.gather(*(self._hand_in(query) for _ in range(times)))

    async def bubbles(self) -> list[dict[str, Any]]:
        assert self.kannel is not None
        mine = [arrived for arrived in self.kannel.received if arrived.to.removeprefix("86") == self.user_id]
        return [{"mine": False, "text": arrived.text} for arrived in mine]

    async def _hand_in(self, query: dict[str, str]) -> None:
        async with self.site.http.get(self.mo_url, params=query) as answer:
            if answer.status != 200:
                raise DidNotHappen(f"the text was answered {answer.status}")
