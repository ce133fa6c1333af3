"""How well place, time, phone and the other facts are drawn, on the separately written test set. Totals only.

An address component counts when it is the same, a street also under the name of its successor; a landmark when one of the two
holds the other (门口 in 单元门口). A time counts when its kind and both bounds are the same (a day or a part of it is a point for
some and an interval for others: the bounds tell); where the writer marked bounds as approximate, a quarter of the distance to
the message's time, at least a day, is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import yaml

from backend.contracts.understanding import Facts, PhoneKind, Privacy
from backend.domain.language.addresses import COMPONENTS, parse_address
from backend.domain.language.facts import draw_facts
from backend.domain.language.gazetteer import Gazetteer
from bot.components.fact_extractor import PlacesFile
from bot.corpus import HELD_OUT, ROOT

_LEAST_SLACK = timedelta(days=1)
_ONCE = {"point": "once", "interval": "once"}


@dataclass(frozen=True)
class Drawn:
    """A row of the test set and what was drawn from its text."""

    row: dict[str, Any]
    facts: Facts

    def parts(self) -> dict[str, str]:
        address = self.facts.address.address if self.facts.address else None
        return {name: getattr(address, name) for name in COMPONENTS if address and getattr(address, name)}

    def phone(self) -> str:
        return next((phone.number for phone in self.facts.phones if phone.kind is not PhoneKind.INVALID), "")


def held_out_facts() -> list[str]:
    """One line per kind of fact."""
    places = PlacesFile(ROOT / "nlu_data" / "lookups" / "places.yml").gazetteer()
    return fact_lines(yaml.safe_load((HELD_OUT / "facts.yml").read_text(encoding="utf-8")), places)


def fact_lines(rows: Iterable[dict[str, Any]], gazetteer: Gazetteer) -> list[str]:
    """The totals for these rows."""
    drawn = [Drawn(row, draw_facts(row["text"], message_time=_moment(row["message_time"]), gazetteer=gazetteer)) for row in rows]
    successors = {place: street for one in drawn for place, street in _successor(one, gazetteer)}
    return [_phones(drawn), _addresses(drawn, successors), *_components(drawn, successors), _times(drawn), *_others(drawn)]


def same_time(told: dict[str, Any] | None, drawn: Drawn) -> bool:
    """Whether the time that was drawn is the one that was told, None being told and drawn included."""
    mention = drawn.facts.occurred_at
    if told is None or mention is None:
        return told is None and mention is None
    found = mention.occurred_at
    if _ONCE.get(found.kind.value, found.kind.value) != _ONCE.get(told["kind"], told["kind"]):
        return False
    now = _moment(drawn.row["message_time"])
    return all(
        _same_moment(_moment(meant) if meant else None, bound, now if told.get("approx") else None)
        for meant, bound in ((told.get("start"), found.start), (told.get("end"), found.end))
    )


def _same_moment(meant: datetime | None, found: datetime | None, now: datetime | None) -> bool:
    """`now` is given where the bound is approximate."""
    if meant is None or found is None:
        return meant is found or now is not None
    slack = max(abs(now - meant) / 4, _LEAST_SLACK) if now else timedelta(seconds=59)
    return abs(meant - found) <= slack


def _phones(drawn: Sequence[Drawn]) -> str:
    told = [(one.row["phone"] or "", one.phone()) for one in drawn]
    exact = sum(bool(meant) and meant.replace("-", "") == found.replace("-", "") for meant, found in told)
    wrong = sum(bool(found) and meant.replace("-", "") != found.replace("-", "") for meant, found in told)
    return f"phones: {exact}/{sum(bool(meant) for meant, _ in told)} exact, {wrong} wrong"


def _successor(one: Drawn, gazetteer: Gazetteer) -> list[tuple[str, str]]:
    """The street that was told, and the one that it belongs to today."""
    street = one.row["address"].get("street", "")
    mention = parse_address(street, gazetteer) if street else None
    return [(street, mention.address.street)] if mention else []


def _addresses(drawn: Sequence[Drawn], successors: dict[str, str]) -> str:
    right, said, found = (sum(counts) for counts in zip(*(_counts(one, COMPONENTS, successors) for one in drawn), strict=True))
    return f"address components: F1 {_f1(right, said, found):.3f} ({right} right, {said} told, {found} drawn)"


def _components(drawn: Sequence[Drawn], successors: dict[str, str]) -> list[str]:
    shown = []
    for name in COMPONENTS:
        right, said, found = (sum(counts) for counts in zip(*(_counts(one, (name,), successors) for one in drawn), strict=True))
        shown.append(f"{name} {_f1(right, said, found):.2f}" if said else f"{name} -")
    return ["  " + "; ".join(shown)]


def _counts(one: Drawn, names: Sequence[str], successors: dict[str, str]) -> tuple[int, int, int]:
    meant = {name: str(one.row["address"][name]) for name in names if one.row["address"].get(name)}
    found = {name: value for name, value in one.parts().items() if name in names}
    right = sum(_same_part(name, successors.get(value, value), found.get(name, "")) for name, value in meant.items())
    return right, len(meant), len(found)


def _same_part(name: str, meant: str, found: str) -> bool:
    if name == "landmark" and found:
        return meant in found or found in meant
    return meant == found


def _times(drawn: Sequence[Drawn]) -> str:
    told = [one for one in drawn if one.row["occurred_at"]]
    right = sum(same_time(one.row["occurred_at"], one) for one in told)
    invented = sum(one.row["occurred_at"] is None and one.facts.occurred_at is not None for one in drawn)
    return f"times: {right}/{len(told)} right, {invented} of {len(drawn) - len(told)} invented"


def _others(drawn: Sequence[Drawn]) -> list[str]:
    pairs: dict[str, list[tuple[object, object]]] = {
        "names": [(one.row["name"] or "", one.facts.name) for one in drawn],
        "anonymous": [(one.row["anonymous"], one.facts.privacy is Privacy.ANONYMOUS) for one in drawn],
        "completeness": [
            (one.row["completeness"], one.facts.address.completeness.value if one.facts.address else "none") for one in drawn
        ],
    }
    return [f"{name}: {sum(meant == found for meant, found in told)}/{len(told)} right" for name, told in pairs.items()]


def _f1(right: int, said: int, found: int) -> float:
    return 2 * right / (said + found) if said + found else 1.0


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
