"""Playing people against the running system over HTTP: residents on simulated phones, and caseworkers on the API.

Used by `youshi demo` and by the journeys; every wait names what it waits for and fails loudly when it does not happen.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp

ORDER_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")
PATIENCE_S = 30.0
POLL_S = 0.1


class DidNotHappen(Exception):
    """A step of the story failed; the text says which and what was seen instead."""


@dataclass
class Site:
    """A running installation, seen from outside."""

    http: aiohttp.ClientSession
    base_url: str
    token: str = ""

    async def call(self, method: str, path: str, body: Any = None, *, params: dict[str, str] | None = None) -> Any:
        """Call and return the JSON. Raises DidNotHappen for anything but a 2xx."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.http.request(method, self.base_url + path, json=body, params=params, headers=headers) as answer:
            text = await answer.text()
            if answer.status >= 300:
                raise DidNotHappen(f"{method} {path} answered {answer.status}: {text[:300]}")
            return await answer.json() if text else None

    async def sign_in(self, username: str, password: str) -> None:
        form = {"username": username, "password": password}
        async with self.http.post(f"{self.base_url}/api/v1/auth/token", data=form) as answer:
            if answer.status != 200:
                raise DidNotHappen(f"{username} cannot sign in: {answer.status} {await answer.text()}")
            self.token = (await answer.json())["access_token"]

    async def order(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.call("GET", f"/api/v1/work-orders/{number}")
        return found

    async def do(self, number: str, verb: str, **data: Any) -> dict[str, Any]:
        """Apply a verb at the order's current version."""
        version = (await self.order(number))["version"]
        done: dict[str, Any] = await self.call("POST", f"/api/v1/work-orders/{number}/{verb}", {"version": version, **data})
        return done


@dataclass
class Resident:
    """Somebody with a simulated phone. `site` serves the phone, `desk` is where the office is asked (the same unless said)."""

    site: Site
    key: str
    channel: str
    user_id: str
    read: int = 0
    desk: Site | None = None

    @classmethod
    async def with_new_phone(cls, site: Site, channel: str, name: str) -> Resident:
        phone = await site.call("POST", "/simulator/phones", {"channel": channel, "name": name})
        return cls(site, phone["key"], channel, phone["user_id"])

    async def says(self, text: str, times: int = 1) -> None:
        await self.act(kind="text", text=text, **({"times": times} if times > 1 else {}))

    async def act(self, **what: Any) -> None:
        await self.site.call("POST", f"/simulator/phones/{quote(self.key, safe='')}/acts", what)

    async def bubbles(self) -> list[dict[str, Any]]:
        phone = await self.site.call("GET", f"/simulator/phones/{quote(self.key, safe='')}")
        return list(phone["bubbles"])

    async def hears(self, what: str, is_it: Callable[[str], object], patience: float = PATIENCE_S) -> str:
        """Wait for a message that fits, after what was heard before. Raises DidNotHappen with what came instead."""
        deadline = time.monotonic() + patience
        while True:
            bubbles = await self.bubbles()
            for index, bubble in enumerate(bubbles[self.read :], self.read):
                if not bubble["mine"] and is_it(bubble["text"]):
                    self.read = index + 1
                    return str(bubble["text"])
            if time.monotonic() > deadline:
                came = [("→ " if bubble["mine"] else "← ") + bubble["text"] for bubble in bubbles]
                raise DidNotHappen(f"{self.channel}: no {what} within {patience:.0f} s; the phone shows:\n  " + "\n  ".join(came))
            await asyncio.sleep(POLL_S)

    async def conversation(self) -> dict[str, Any]:
        """Our conversation with this resident, with the draft of an open form."""
        desk = self.desk or self.site
        query = {"channel": self.channel, "channel_user_id": self.user_id}
        found = (await desk.call("GET", "/api/v1/conversations", params=query))["items"]
        if not found:
            raise DidNotHappen(f"{self.channel}: the conversation is not there")
        one: dict[str, Any] = await desk.call("GET", f"/api/v1/conversations/{found[0]['id']}")
        return one

    async def files(self, complaint: str, answers: dict[str, str], times: int = 1) -> str:
        """Tell a complaint, answer whatever is asked by field, confirm; return the order's number. Raises DidNotHappen.

        `times`: how often the platform delivers each message, all at once.
        """
        await self.says(complaint, times)
        for _ in range(len(answers) + 3):
            heard = await self.hears("answer", bool)
            filed = ORDER_NUMBER.search(heard)
            if filed:
                return filed[0]
            draft = (await self.conversation())["draft"]
            field = draft["missing"][0] if draft and draft["missing"] else "confirmed"
            if field not in answers:
                raise DidNotHappen(f"{self.channel}: asked for {field!r} again or unexpectedly: {heard}")
            await self.says(answers.pop(field), times)
        raise DidNotHappen(f"{self.channel}: no order number after all questions were answered")
