"""What can be expected of a turn, and how it is checked: one table. Every check looks at what interfaces show, never inside."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

LOCAL = timezone(timedelta(hours=8))
LONGEST_SMS = 134  # two concatenated parts of 67
_FOOTER = "回复前面的数字就行"  # stands under every numbered choice of a chat without menus
LONGEST_IN_COMMON = 8  # characters from which a sentence is one that should not be said twice in a row
_SENTENCES = re.compile(r"[。!?!?\n]+")
_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")
_SIMPLIFIED_ONLY = re.compile(r"[们说这请电话吗时间楼栋单号谢还给师处报办]")


@dataclass(frozen=True)
class Seen:
    """What can be seen after a turn. `before` are the orders that were there before it; `at` is when it began."""

    replies: list[dict[str, Any]]
    conversation: dict[str, Any]
    orders: list[dict[str, Any]]
    before: list[dict[str, Any]]
    others: list[dict[str, Any]] = field(default_factory=list)
    others_before: list[dict[str, Any]] = field(default_factory=list)
    at: datetime = field(kw_only=True)

    @property
    def text(self) -> str:
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def draft(self) -> dict[str, Any] | None:
        draft: dict[str, Any] | None = self.conversation["draft"]
        return draft

    @property
    def filed(self) -> list[str]:
        return sorted({order["number"] for order in self.orders} - {order["number"] for order in self.before})


Check = Callable[[Seen, Any], list[str]]


def complaints(seen: Seen, expect: dict[str, Any]) -> list[str]:
    """What is not as expected; empty when all is well."""
    return [complaint for name, expected in expect.items() for complaint in CHECKS[name](seen, expected)]


def reply_complaints(channel: str, answers: list[list[str]]) -> list[str]:
    """What is wrong with the bot's own answers, turn by turn: too long for SMS, or a sentence said twice in a row."""
    found = []
    if channel == "sms":
        long = [text for answer in answers for text in answer if len(text) > LONGEST_SMS]
        found += [f"an SMS of {len(text)} characters: {text}" for text in long]
    for first, second in pairwise([answer for answer in answers if answer]):
        if _is_emergency(first) and _is_emergency(second):
            continue  # what to do in danger may not be said in other words for the sake of variety
        repeated = _sentences(first[-1:]) & _sentences(second)
        found += [f"said twice in a row: {sentence}" for sentence in sorted(repeated)]
    return found


def _is_emergency(answer: list[str]) -> bool:
    return any(number in text for text in answer for number in ("119", "110", "120"))


def _sentences(answer: list[str]) -> set[str]:
    """The sentences of an answer, without those with a figure: facts, safety numbers and numbered choices may come again."""
    every = (sentence.strip() for text in answer for sentence in _SENTENCES.split(text))
    return {
        sentence
        for sentence in every
        if sentence != _FOOTER and len(sentence) >= LONGEST_IN_COMMON and not re.search(r"\d", sentence)
    }


def _asks(seen: Seen, expected: str) -> list[str]:
    draft = seen.draft
    asked = "none" if draft is None else (draft["missing"] or ["confirmed"])[0]
    return [] if _fits(asked, expected) else [f"asks {asked}, expected {expected}"]


def _draft(seen: Seen, expected: dict[str, Any]) -> list[str]:
    if seen.draft is None:
        return ["there is no draft"]
    return _differences(seen.draft, expected, seen.at, "draft")


def _order(seen: Seen, expected: dict[str, Any]) -> list[str]:
    return _differences(seen.orders[0], expected, seen.at, "order") if seen.orders else ["there is no order"]


def _oldest(seen: Seen, expected: dict[str, Any]) -> list[str]:
    return _differences(seen.orders[-1], expected, seen.at, "oldest order") if seen.orders else ["there is no order"]


def _reply(seen: Seen, expected: list[str]) -> list[str]:
    return [f"the answer lacks /{pattern}/" for pattern in expected if not re.search(pattern, seen.text)]


def _reply_not(seen: Seen, expected: list[str]) -> list[str]:
    return [f"the answer has /{pattern}/" for pattern in expected if re.search(pattern, seen.text)]


def _silent(seen: Seen, expected: bool) -> list[str]:
    return [] if bool(seen.replies) is not expected else [f"silent should be {expected}, heard: {seen.text}"]


def _owner(seen: Seen, expected: str) -> list[str]:
    owner = seen.conversation["owner"]
    return [] if owner == expected else [f"the conversation belongs to {owner}, expected {expected}"]


def _filed(seen: Seen, expected: bool) -> list[str]:
    if not expected:
        return [f"filed {seen.filed}, nothing was to be filed"] if seen.filed else []
    if len(seen.filed) != 1:
        return [f"one order was to be filed, there are {seen.filed}"]
    told = _NUMBER.findall(seen.text)
    return [] if seen.filed[0] in told else [f"the number {seen.filed[0]} was not told"]


def _orders(seen: Seen, expected: int) -> list[str]:
    return [] if len(seen.orders) == expected else [f"there are {len(seen.orders)} orders, expected {expected}"]


def _state(seen: Seen, expected: str) -> list[str]:
    return _order(seen, {"state": expected})


def _rating(seen: Seen, expected: dict[str, Any] | None) -> list[str]:
    rated = [order["rating"] for order in seen.orders if order["rating"]]
    if expected is None:
        return [f"rated: {rated}, expected no rating"] if rated else []
    return _differences(rated[0], expected, seen.at, "rating") if rated else ["there is no rating"]


def _alarm(seen: Seen, expected: bool) -> list[str]:
    """People are called: the conversation stands before all others in the list of the duty caseworkers."""
    raised = seen.conversation["queued_at"] is not None and seen.conversation["priority"] > 0
    return [] if raised is expected else [f"alarm {raised}, expected {expected}"]


def _bubbles(seen: Seen, most: int) -> list[str]:
    """How many answers came at most: several short messages at once are not answered one by one."""
    return [] if len(seen.replies) <= most else [f"{len(seen.replies)} answers, expected at most {most}"]


def _choices(seen: Seen, least: int) -> list[str]:
    """A menu on WeChat, numbered lines on SMS."""
    menus = [len(reply.get("choices") or []) for reply in seen.replies]
    numbered = len(re.findall(r"(?m)^\s*\d\s*[.、  ]?\s*\S", seen.text))
    most = max([*menus, numbered], default=0)
    return [] if most >= least else [f"{most} choices, expected at least {least}"]


def _others_untouched(seen: Seen, _expected: bool) -> list[str]:
    pairs = zip(seen.others_before, seen.others, strict=True)
    return [f"order {new['number']} of somebody else was changed" for old, new in pairs if old["version"] != new["version"]]


def _traditional(seen: Seen, _expected: bool) -> list[str]:
    wrong = sorted(set(_SIMPLIFIED_ONLY.findall(seen.text)))
    return [f"simplified characters in the answer: {''.join(wrong)}"] if wrong else []


def _opted_out(seen: Seen, expected: bool) -> list[str]:
    return [] if seen.conversation["opted_out"] is expected else [f"opted_out is {seen.conversation['opted_out']}"]


def _differences(found: dict[str, Any], expected: dict[str, Any], at: datetime, what: str) -> list[str]:
    return [
        f"{what}.{path} is {actual!r}, expected {wanted!r}"
        for path, wanted in expected.items()
        for actual in [_value(found, path, at)]
        if not _fits(actual, wanted)
    ]


def _value(found: dict[str, Any], path: str, at: datetime) -> Any:
    """A dotted path; `occurred_at.day` counts days from the message's own, `events` and `notes` are those of an order."""
    if path == "occurred_at.day":
        start = (found.get("occurred_at") or {}).get("start")
        return (datetime.fromisoformat(start).astimezone(LOCAL).date() - at.astimezone(LOCAL).date()).days if start else None
    if path in ("events", "notes") and "number" in found:
        key = {"events": "type", "notes": "note"}[path]
        return [f"{event[key]} {event['data']}" if path == "notes" else event[key] for event in found["events"]]
    value: Any = found
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _fits(actual: Any, wanted: Any) -> bool:
    """Equal; a list wants each of its items; `~` begins a pattern; `!` something else; a number counts a list."""
    if isinstance(wanted, list):
        return all(any(_fits(item, each) for item in actual or []) for each in wanted)
    if isinstance(actual, list) and isinstance(wanted, int):
        return len(actual) == wanted
    if isinstance(wanted, str) and wanted[:1] == "~":
        return bool(re.search(wanted[1:], str(actual or "")))
    if isinstance(wanted, str) and wanted[:1] == "!":
        return not re.search(wanted[1:], str(actual or ""))
    return bool(actual == wanted)


CHECKS: dict[str, Check] = {
    "asks": _asks,
    "draft": _draft,
    "reply": _reply,
    "reply_not": _reply_not,
    "silent": _silent,
    "owner": _owner,
    "filed": _filed,
    "orders": _orders,
    "order": _order,
    "oldest": _oldest,
    "state": _state,
    "rating": _rating,
    "alarm": _alarm,
    "bubbles": _bubbles,
    "choices": _choices,
    "others_untouched": _others_untouched,
    "traditional": _traditional,
    "opted_out": _opted_out,
}
