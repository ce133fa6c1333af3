"""The dialogues as data: YAML files that somebody who does not program can read and extend (`dialogues/*.yml`).

    - name: a cold flat told in one message is read back at once
      channel: wechat_oa
      given: [{order: {category: 供暖, subcategory: 室温不达标, description: …, address: …}, verbs: [acknowledge], of: me}]
      turns:
        - say: 屋里冰凉,翠园小区6号楼2单元301
          expect: {asks: occurred_at, draft: {address.building: "6"}}

A turn does one thing (`ACTS`) and may expect any of what `dialogue_checks.CHECKS` knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.journeys.dialogue_checks import CHECKS

HERE = Path(__file__).resolve().parent / "dialogues"
CHANNELS = frozenset({"wechat_oa", "wechat_mp", "sms"})
# say: a text, or several in a row · voice: what the platform understood · image: true · location: {lat, lon, label} ·
# send: {kind: video|link|file|menu, text} · scan: grid code · choice: part of a menu entry's label (SMS: the digit) ·
# advance: ISO 8601 duration on the simulated clock, or `to 23:10` ·
# desk: what the unit does, in order · takeover, handback: true · caseworker: what a person writes
ACTS = ("say", "voice", "image", "location", "send", "scan", "choice", "advance", "desk", "takeover", "handback", "caseworker")
MOVES_CLOCK = "advance"


class BadDialogue(Exception):
    """A file is not written as the format asks; the text says where."""


@dataclass(frozen=True)
class DialogueTurn:
    """One thing that happens (`act`, one of ACTS, with its `what`) and what must be seen then."""

    act: str
    what: Any
    expect: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GivenOrder:
    """An order from before. `of` says whose it is: `me`, `somebody` (else), or `me_by_telephone` (taken in by the desk)."""

    order: dict[str, Any]
    verbs: tuple[Any, ...] = ()
    of: str = "me"


@dataclass(frozen=True)
class Dialogue:
    """`theme` is the name of its file."""

    theme: str
    name: str
    channel: str
    turns: tuple[DialogueTurn, ...]
    given: tuple[GivenOrder, ...] = ()

    @property
    def moves_clock(self) -> bool:
        return any(turn.act == MOVES_CLOCK for turn in self.turns)


def load_dialogues(folder: Path = HERE) -> tuple[Dialogue, ...]:
    """All dialogues, in the order of the files. Raises BadDialogue."""
    files = [(path.stem, yaml.safe_load(path.read_text("utf-8"))) for path in sorted(folder.glob("*.yml"))]
    found = [_dialogue(theme, data) for theme, every in files for data in every]
    names = [dialogue.name for dialogue in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise BadDialogue(f"names are there twice: {sorted(twice)}")
    return tuple(found)


def _dialogue(theme: str, data: dict[str, Any]) -> Dialogue:
    where = f"{theme}.yml, {data.get('name')!r}"
    _only(data, {"name", "channel", "given", "turns"}, where)
    if data.get("channel") not in CHANNELS:
        raise BadDialogue(f"{where}: channel must be one of {sorted(CHANNELS)}")
    turns = tuple(_turn(turn, where) for turn in data["turns"])
    given = tuple(_given(item, where) for item in data.get("given", ()))
    if not any(turn.expect for turn in turns):
        raise BadDialogue(f"{where}: nothing is expected, so it cannot fail")
    return Dialogue(theme, str(data["name"]), data["channel"], turns, given)


def _turn(data: dict[str, Any], where: str) -> DialogueTurn:
    acts = [name for name in ACTS if name in data]
    if len(acts) != 1:
        raise BadDialogue(f"{where}: a turn does exactly one of {ACTS}, this one does {acts}: {data}")
    _only(data, {acts[0], "expect"}, where)
    expect = data.get("expect") or {}
    _only(expect, set(CHECKS), where)
    return DialogueTurn(acts[0], data[acts[0]], expect)


def _given(data: dict[str, Any], where: str) -> GivenOrder:
    _only(data, {"order", "verbs", "of"}, where)
    return GivenOrder(dict(data["order"]), tuple(data.get("verbs", ())), data.get("of", "me"))


def _only(data: dict[str, Any], known: set[str], where: str) -> None:
    unknown = set(data) - known
    if unknown:
        raise BadDialogue(f"{where}: unknown {sorted(unknown)}")
