"""Plays dialogues through the real webhooks, several at a time; last, one by one, those that move the clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from channels.simulator.driver import DidNotHappen
from tests.installation import ADMIN_PASSWORD
from tests.journeys.conftest import World
from tests.journeys.dialogue_checks import LOCAL, Seen, complaints, reply_complaints
from tests.journeys.dialogue_files import Dialogue, DialogueTurn
from tests.journeys.dialogue_people import SETTLED_S, SILENCE_S, Person

AT_A_TIME = 8
LONGEST_DIALOGUE_S = 240.0
_GREETING = "你好"
# acts by people of the office and by time: an answer is waited for only where one is expected
_NOT_ANSWERED = frozenset({"takeover", "handback", "caseworker", "advance", "desk"})


@dataclass
class Played:
    """How a dialogue went: its transcript, and what was not as expected."""

    dialogue: Dialogue
    transcript: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def fails(self, complaint: str) -> None:
        self.failures.append(complaint)
        self.transcript.append(f"  ✗ {complaint}")

    def __str__(self) -> str:
        head = f"{self.dialogue.theme} · {self.dialogue.name} ({self.dialogue.channel})"
        return "\n".join([head, *self.transcript])


async def play_all(world: World, dialogues: Sequence[Dialogue]) -> dict[str, Played]:
    """All results by name."""
    gate = asyncio.Semaphore(AT_A_TIME)

    async def guarded(dialogue: Dialogue) -> Played:
        async with gate:
            return await play(world, dialogue)

    results = await asyncio.gather(*(guarded(each) for each in dialogues if not each.moves_clock))
    for dialogue in dialogues:
        if dialogue.moves_clock:
            results.append(await play(world, dialogue))
            await world.site.sign_in("admin", ADMIN_PASSWORD)
    return {played.dialogue.name: played for played in results}


async def play(world: World, dialogue: Dialogue) -> Played:
    """One dialogue, to its end or to the first turn that is not as expected. Never raises for what the system does."""
    played = Played(dialogue)
    try:
        async with asyncio.timeout(LONGEST_DIALOGUE_S):
            await _Stage(world, played).run()
    except (DidNotHappen, TimeoutError, aiohttp.ClientError) as error:
        played.fails(f"{type(error).__name__}: {error}")
    return played


class _Stage:
    def __init__(self, world: World, played: Played) -> None:
        self._world = world
        self._played = played
        self._person: Person
        self._answers: list[list[str]] = []

    async def run(self) -> None:
        dialogue = self._played.dialogue
        self._person = await Person.new(self._world, dialogue.channel)
        await self._prepare()
        for turn in dialogue.turns:
            seen = await self._turn(turn)
            wrong = complaints(seen, await self._filled(turn.expect))
            if turn.act not in _NOT_ANSWERED and not seen.replies and "silent" not in turn.expect:
                wrong.append("no answer")
            if wrong:
                for complaint in wrong:
                    self._played.fails(complaint)
                self._log(f"    draft: {_json(seen.draft)}")
                self._log(f"    orders: {_json([_short(order) for order in seen.orders])}")
                break
        for complaint in reply_complaints(dialogue.channel, self._answers):
            self._played.fails(complaint)

    async def _prepare(self) -> None:
        """What happened before: a resident with orders has spoken to us; what was said about them is not part of the dialogue."""
        given = self._played.dialogue.given
        if not given:
            return
        if any(item.of != "somebody" for item in given):
            await self._person.phone.says(_GREETING)
            await self._person.new_bubbles()
        told = sum([await self._person.is_given(item) for item in given])
        for bubble in await self._person.new_bubbles(least=told):
            self._log(f"(before) ← {bubble['text']}")

    async def _turn(self, turn: DialogueTurn) -> Seen:
        person = self._person
        before, others_before = await person.orders(), await person.others_now()
        at = await self._now()
        least = await _ACTS[turn.act](self, turn.what)
        if turn.act in _NOT_ANSWERED:
            least = max(least, int(bool(turn.expect.get("reply"))))
        is_silent = bool(turn.expect.get("silent")) or least == 0
        quiet = SETTLED_S * (len(turn.what) if turn.act == "say" and isinstance(turn.what, list) else 1)
        replies = await (person.new_bubbles(1, SILENCE_S) if is_silent else person.new_bubbles(least, quiet=quiet))
        for reply in replies:
            self._log(f"  ← {_shown(reply)}")
        if turn.act == "advance":
            self._answers.append(["…"])  # what is said again after a long silence is not said twice in a row
        elif turn.act not in _NOT_ANSWERED:
            self._answers.append([reply["text"] for reply in replies])
        return Seen(
            replies, await person.conversation(), await person.orders(), before, await person.others_now(), others_before, at=at
        )

    async def _filled(self, expected: Any) -> Any:
        """Placeholders in what is expected."""
        if isinstance(expected, str):
            return await self._person.filled(expected)
        if isinstance(expected, list):
            return [await self._filled(item) for item in expected]
        if isinstance(expected, dict):
            return {key: await self._filled(value) for key, value in expected.items()}
        return expected

    async def _now(self) -> datetime:
        return datetime.fromisoformat((await self._person.site.call("GET", "/simulator/clock"))["now"])

    def _log(self, line: str) -> None:
        self._played.transcript.append(line)

    async def say(self, what: str | list[str]) -> int:
        for text in what if isinstance(what, list) else [what]:
            said = await self._person.filled(str(text))
            self._log(f"→ {said}")
            await self._person.phone.says(said)
        return 1

    async def voice(self, text: str) -> int:
        text = await self._person.filled(text)
        self._log(f"→ [voice] {text}")
        await self._person.phone.act(kind="voice", text=text)
        return 1

    async def image(self, _what: bool) -> int:
        self._log("→ [photo]")
        await self._person.phone.act(kind="image")
        return 1

    async def location(self, what: dict[str, Any]) -> int:
        self._log(f"→ [location] {what}")
        await self._person.phone.act(kind="location", lat=what["lat"], lon=what["lon"], text=what.get("label", ""))
        return 1

    async def send(self, what: dict[str, Any]) -> int:
        self._log(f"→ [{what['kind']}] {what.get('text', '')}")
        await self._person.phone.act(**what)
        return 1

    async def scan(self, code: str) -> int:
        self._log(f"→ [scan] {code}")
        await self._person.phone.act(kind="scan", text=code)
        return 1

    async def choice(self, label: str) -> int:
        self._log(f"→ [choice] {await self._person.chooses(str(label))}")
        return 1

    async def advance(self, duration: str) -> int:
        """An ISO 8601 duration, or `to 23:10`: the next time that it is that late here."""
        self._log(f"… {duration} go by")
        to = duration.removeprefix("to ")
        change = {"advance": duration} if to == duration else {"now": _next(await self._now(), to).isoformat()}
        await self._person.site.call("POST", "/simulator/clock", change)
        await self._person.site.sign_in("admin", ADMIN_PASSWORD)
        return 0

    async def desk(self, verbs: list[Any]) -> int:
        number = (await self._person.orders())[0]["number"]
        self._log(f"# {number}: {verbs}")
        return await self._person.desk_does(number, tuple(verbs))

    async def takeover(self, _what: bool) -> int:
        return await self._conversation("takeover")

    async def handback(self, _what: bool) -> int:
        return await self._conversation("handback")

    async def caseworker(self, text: str) -> int:
        await self._conversation("messages", {"text": text})
        return 1

    async def _conversation(self, verb: str, body: dict[str, str] | None = None) -> int:
        self._log(f"# {verb} {body or ''}")
        conversation = await self._person.conversation()
        await self._person.site.call("POST", f"/api/v1/conversations/{conversation['id']}/{verb}", body)
        return 0


# what each act does; it returns how many messages must come of it
_ACTS: dict[str, Callable[[_Stage, Any], Awaitable[int]]] = {
    "say": _Stage.say,
    "voice": _Stage.voice,
    "image": _Stage.image,
    "location": _Stage.location,
    "send": _Stage.send,
    "scan": _Stage.scan,
    "choice": _Stage.choice,
    "advance": _Stage.advance,
    "desk": _Stage.desk,
    "takeover": _Stage.takeover,
    "handback": _Stage.handback,
    "caseworker": _Stage.caseworker,
}


def _next(now: datetime, clock: str) -> datetime:
    hour, minute = (int(part) for part in clock.split(":"))
    there = now.astimezone(LOCAL).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return there if there > now else there + timedelta(days=1)


def _shown(bubble: dict[str, Any]) -> str:
    entries = " ".join(f"[{choice['label']}]" for choice in bubble.get("choices") or [])
    return f"{bubble['text']} {entries}".rstrip()


def _short(order: dict[str, Any]) -> dict[str, Any]:
    kept = (
        "number",
        "state",
        "category",
        "subcategory",
        "urgency",
        "description",
        "address",
        "occurred_at",
        "contact_phone",
        "rating",
    )
    events = [{"type": event["type"], "note": event["note"]} for event in order["events"]]
    return {**{key: order[key] for key in kept}, "events": events}


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, default=str)
