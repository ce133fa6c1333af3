"""The rules of language as the engine needs them. No model: they work with the assistant dead."""

from __future__ import annotations

import time
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import Reply
from backend.contracts.understanding import DangerTalk, EmergencyHit, Facts
from backend.domain.assistant_text import LONGEST_HEARD
from backend.domain.language.danger_talk import danger_talk, may_go_on
from backend.domain.language.emergency import screen_emergency, takes_back_danger
from backend.domain.language.facts import draw_facts
from backend.domain.language.gazetteer import Gazetteer
from backend.domain.language.normalise import normalise, to_traditional
from backend.services.directory import load_gazetteer_places

_GAZETTEER_KEPT = 300.0  # seconds


class RuleEars:
    """`Ears` by rules; the gazetteer is read again every five minutes."""

    def __init__(self) -> None:
        self._gazetteer: Gazetteer | None = None
        self._read_at = 0.0

    def emergency(self, text: str) -> EmergencyHit | None:
        return screen_emergency(text[:LONGEST_HEARD])

    def takes_back(self, text: str) -> bool:
        return takes_back_danger(text[:LONGEST_HEARD])

    def danger_talk(self, text: str) -> DangerTalk | None:
        return danger_talk(text[:LONGEST_HEARD])

    def may_go_on(self, text: str) -> bool:
        return may_go_on(text[:LONGEST_HEARD])

    async def facts(self, session: AsyncSession, text: str, *, message_time: datetime, phone: str) -> Facts:
        if self._gazetteer is None or time.monotonic() - self._read_at > _GAZETTEER_KEPT:
            self._gazetteer = Gazetteer.build(await load_gazetteer_places(session))
            self._read_at = time.monotonic()
        return draw_facts(text[:LONGEST_HEARD], message_time=message_time, gazetteer=self._gazetteer, previous_phone=phone)

    def script_of(self, text: str, before: str) -> str:
        found = normalise(text).script
        could_be_either = found == "simplified" and to_traditional(text) == text
        return before if could_be_either else found

    def in_script(self, reply: Reply, script: str) -> Reply:
        if script != "traditional":
            return reply
        choices = tuple(type(choice)(choice.id, to_traditional(choice.label)) for choice in reply.choices)
        return Reply(to_traditional(reply.text), choices)
