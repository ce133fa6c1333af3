"""One resident of a dialogue: the phone, what came to it since the last turn, and what the office knows about the person."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from channels.simulator.driver import DidNotHappen, Resident, Site
from tests.journeys.conftest import World
from tests.journeys.dialogue_files import GivenOrder

PATIENCE_S = 30.0
SETTLED_S = 0.5
SILENCE_S = 2.0
POLL_S = 0.1
PLACEHOLDER = re.compile(r"\{(number|oldest|other|mistyped|truncated|spaced|wide|spoken|tail6|phone|other_tail)\}")
_WIDE = str.maketrans("0123456789", "0123456789")
_SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")
# what the resident is told of, so that a turn can wait for the word of it
NOTICED = frozenset({"acknowledge", "arrive", "resolve", "extend", "decline"})
_DEFAULTS: dict[str, dict[str, Any]] = {"resolve": {"note": "已经处理好,现场试过,恢复正常。", "outcome": "solved"}}
_tails: Iterator[int] = itertools.count(1)


@dataclass
class Person:
    """The resident of one dialogue. `heard` counts the bubbles of earlier turns; `others` are orders of somebody else."""

    world: World
    phone: Resident
    heard: int = 0
    others: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    async def new(cls, world: World, channel: str) -> Person:
        phone = await world.on(channel)
        phone.desk = world.site
        return cls(world, phone)

    @property
    def site(self) -> Site:
        return self.world.site

    @property
    def channel(self) -> str:
        return self.phone.channel

    async def chooses(self, label: str) -> str:
        """Tap the menu entry that contains `label`; on SMS type its number. Returns what was tapped."""
        if self.channel == "sms":
            await self.phone.says(label)
            return label
        menus = [bubble["choices"] for bubble in await self.phone.bubbles() if not bubble["mine"] and bubble["choices"]]
        entry = next((entry for entry in (menus[-1] if menus else []) if label in entry["label"]), None)
        if entry is None:
            raise DidNotHappen(f"no menu entry with {label!r}; the last menu: {menus[-1:] or 'none'}")
        await self.phone.act(kind="choice", text=entry["label"], id=entry["id"])
        return str(entry["label"])

    async def new_bubbles(self, least: int = 1, patience: float = PATIENCE_S, quiet: float = SETTLED_S) -> list[dict[str, Any]]:
        """What came since the last call: at least `least` messages, or until patience ends, then `quiet` s of none."""
        start = quiet_since = time.monotonic()
        count = -1
        while True:
            came = [bubble for bubble in await self.phone.bubbles() if not bubble["mine"]][self.heard :]
            now = time.monotonic()
            if len(came) != count:
                count, quiet_since = len(came), now
            if (count >= least and now - quiet_since > quiet) or now - start > patience:
                self.heard += count
                return came
            await asyncio.sleep(POLL_S)

    async def conversation(self) -> dict[str, Any]:
        return await self.phone.conversation()

    async def orders(self) -> list[dict[str, Any]]:
        """The resident's orders, newest first."""
        query = {"channel": self.channel, "channel_user_id": self.phone.user_id}
        return list((await self.site.call("GET", "/api/v1/work-orders", params=query))["items"])

    async def others_now(self) -> list[dict[str, Any]]:
        return [await self.site.order(order["number"]) for order in self.others]

    async def is_given(self, given: GivenOrder) -> int:
        """An order from before, with what was done to it since. Returns how many notices the resident gets of it."""
        body = await self._order_body(given)
        order = await self.site.call("POST", "/api/v1/work-orders", body)
        told = await self.desk_does(order["number"], given.verbs)
        if given.of != "somebody":
            return told
        self.others.append(await self.site.order(order["number"]))
        return 0

    async def _order_body(self, given: GivenOrder) -> dict[str, Any]:
        tail = next(_tails)
        if given.of == "somebody":
            return {"channel": "telephone", "contact_phone": f"1700000{9500 + tail}", **given.order}
        mine = {"channel": self.channel, "channel_user_id": self.phone.user_id}
        phone = self.phone.user_id if self.channel == "sms" else f"1700000{8000 + tail}"
        known = {} if given.of == "me_by_telephone" else {"conversation_id": (await self.conversation())["id"]}
        return {**mine, **known, "contact_phone": phone, **given.order}

    async def desk_does(self, number: str, verbs: tuple[Any, ...]) -> int:
        """What the unit does, in order: a verb, or {verb: note}. Returns how many of them the resident is told of."""
        told = 0
        for item in verbs:
            verb, note = next(iter(item.items())) if isinstance(item, dict) else (item, "")
            data = {**_DEFAULTS.get(verb, {}), **({"note": note} if isinstance(note, str) and note else {})}
            await self.site.do(number, verb, **data, **(note if isinstance(note, dict) else {}))
            told += verb in NOTICED
        return told

    async def filled(self, text: str) -> str:
        """The text with order numbers and phones in the place of {number}, {oldest}, {other}, {mistyped}, {phone} …"""
        names = set(PLACEHOLDER.findall(text))
        if not names:
            return text
        numbers = [order["number"] for order in await self.orders()] or [""]
        known = {"number": numbers[0], "oldest": numbers[-1], "phone": self.phone.user_id, "truncated": numbers[0][:9]}
        known["mistyped"] = numbers[0][:-1] + str((int(numbers[0][-1:] or "0") + 1) % 10)
        known |= {"spaced": " ".join(re.findall("....", numbers[0])), "tail6": numbers[0][-6:]}
        known |= {"wide": numbers[0].translate(_WIDE), "spoken": numbers[0].translate(_SPOKEN)}
        if self.others:
            known |= {"other": self.others[0]["number"], "other_tail": self.others[0]["contact_phone"][-4:]}
        return PLACEHOLDER.sub(lambda match: known[match[1]], text)
