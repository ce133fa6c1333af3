"""The simulated world: phones of invented residents, what the platforms know about them, and failures that can be switched on.

It lives in memory of the program that serves the simulator and keeps what a phone received, so that it can be looked at.
"""

from __future__ import annotations

import asyncio
import secrets
import string
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.contracts.messages import Channel
from backend.services.ports import Clock

# (messages, seconds) that WeChat allows after what a resident did; DESIGN's sources give the platform pages
MESSAGE_GRANT = (5, 48 * 3600)
CLICK_GRANT = (3, 60)
ENTER_GRANT = (2, 60)


@dataclass
class Bubble:
    """One message on a phone. `choices` are the entries of a menu; `note` is what the phone shows small below it."""

    id: int
    mine: bool
    text: str
    at: str
    choices: list[dict[str, str]] = field(default_factory=list)
    note: str = ""


@dataclass
class Phone:
    """One resident's phone: a WeChat chat with the account `channel`, or an SMS conversation."""

    channel: Channel
    user_id: str
    name: str
    bubbles: list[Bubble] = field(default_factory=list)
    consents: Counter[str] = field(default_factory=Counter)
    windows: dict[int, tuple[datetime, int]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.channel.value}:{self.user_id}"


@dataclass
class Switches:
    """Failures of the platforms. `errcode` answers every WeChat send; `slow_seconds` delays every answer of both."""

    wechat_errcode: int = 0
    wechat_down: bool = False
    sms_down: bool = False
    sms_rejects: bool = False
    sms_report: str = "delivered"
    slow_seconds: float = 0.0


class World:
    """All phones and switches. Changes wake whoever waits in `changed_since`."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.phones: dict[str, Phone] = {}
        self.switches = Switches()
        self.tokens: dict[str, str] = {}
        self.media: dict[str, str] = {}  # what was sent, by media id: image or voice
        self.version = 0
        self._bubbles = 0
        self._changed = asyncio.Event()

    def add_phone(self, channel: Channel, name: str = "", user_id: str = "") -> Phone:
        """A new invented resident; the number or openid is made up unless given."""
        user_id = user_id or (self._free_number() if channel is Channel.SMS else _invent_openid())
        phone = Phone(channel, user_id, name or f"居民{len(self.phones) + 1}")
        return self.phones.setdefault(phone.key, phone)

    def phone_of(self, channel: Channel, user_id: str) -> Phone:
        """The phone of somebody; one that wrote from elsewhere gets its phone on the first message to it."""
        return self.phones.get(f"{channel.value}:{user_id}") or self.add_phone(channel, user_id=user_id)

    def show(self, phone: Phone, text: str, *, mine: bool, choices: list[dict[str, str]] | None = None, note: str = "") -> Bubble:
        """Put a message on a phone."""
        self._bubbles += 1
        bubble = Bubble(self._bubbles, mine, text, self.clock.now().isoformat(), choices or [], note)
        phone.bubbles.append(bubble)
        self.touch()
        return bubble

    def touch(self) -> None:
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed_since(self, version: int, seconds: float) -> int:
        """Wait until something has happened after `version`, at most `seconds`; return the current version."""
        if version >= self.version:
            try:
                await asyncio.wait_for(self._changed.wait(), seconds)
            except TimeoutError:
                return self.version
        return self.version

    def open_window(self, phone: Phone, grant: tuple[int, int]) -> None:
        """What the resident did allows some messages for some time; the same kind of act starts the count again."""
        allowed, seconds = grant
        phone.windows[seconds] = (self.clock.now() + timedelta(seconds=seconds), allowed)

    def use_window(self, phone: Phone) -> int:
        """Count one customer-service message; returns WeChat's errcode (0, 45015 closed, 45047 used up)."""
        now = self.clock.now()
        still_open = {seconds: window for seconds, window in phone.windows.items() if window[0] > now}
        if not still_open:
            return 45015
        usable = [seconds for seconds, window in still_open.items() if window[1] > 0]
        if not usable:
            return 45047
        until, left = phone.windows[min(usable)]
        phone.windows[min(usable)] = (until, left - 1)
        return 0

    def quota_of(self, phone: Phone) -> dict[str, Any] | None:
        """The best open window: messages left and when it ends; None when none is open."""
        now = self.clock.now()
        best = max(((left, until) for until, left in phone.windows.values() if until > now), default=None)
        return None if best is None else {"left": best[0], "until": best[1].isoformat()}

    def describe(self, phone: Phone) -> dict[str, Any]:
        """A phone as JSON."""
        return {
            "key": phone.key,
            "channel": phone.channel.value,
            "user_id": phone.user_id,
            "name": phone.name,
            "quota": self.quota_of(phone),
            "consents": dict(phone.consents),
            "bubbles": [asdict(bubble) for bubble in phone.bubbles],
        }

    def _free_number(self) -> str:
        while True:
            number = f"1700000{secrets.randbelow(10000):04d}"
            if f"{Channel.SMS.value}:{number}" not in self.phones:
                return number


def _invent_openid() -> str:
    return "o" + "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(27))
