"""Reads the tables in `told/` and says which of their rows the extractors get wrong.

Each row is a text and what it tells, in a short writing:

- places: `小区=… 楼=… 旁=…`; `a|b` where either is right, `旁=?` where it is a matter of taste, `村=` for a village under any
  name of a place, `外=outside` for a place that is not in the district;
- times, told at `NOW`: `since`, `at`, `on`, `between`, `future`, `often`, `vague`, `none`, with days or moments in Shanghai;
  `about` allows a quarter of the distance to `NOW`, at least a day; `since-open` has no start, `at-now` lies in the last two
  hours; `any a | b`;
- phones: a number, `tail` with the whole corrected number (`PREVIOUS` was known), `invalid`, `none`;
- messages that tell much at once: the other writings, each behind its letter of `LETTERS`, with ` ; ` between;
- the others: the name, the digits with their check, the wish, the measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import yaml

from backend.contracts.understanding import Facts, PhoneKind
from backend.domain.calendar import SHANGHAI
from backend.domain.language.addresses import COMPONENTS
from backend.domain.language.facts import draw_facts
from backend.domain.language.gazetteer import Gazetteer, Place

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
PREVIOUS = "17000009876"
KINDS = ("places", "times", "phones", "names", "orders", "privacy", "quantities", "nothing", "messages")
LETTERS = {"p": "places", "t": "times", "h": "phones", "n": "names", "o": "orders", "s": "privacy", "q": "quantities"}
_TABLES = Path(__file__).parent / "told"
_DIRECTORY = Path(__file__).parents[3] / "nlu_data" / "lookups" / "places.yml"
_PARTS = dict(zip(("街道", "社区", "小区", "路", "号", "楼", "单元", "层", "室", "旁"), COMPONENTS, strict=True))
_MINUTE, _DAY, _LAST = timedelta(minutes=1), timedelta(days=1), timedelta(hours=23, minutes=59, seconds=59)


def rows(kind: str, half: str) -> list[tuple[str, str]]:
    """The rows of one kind: `learnt` (rules were made with them in view) or `check` (measured blind first, errors read later)."""
    table = yaml.safe_load((_TABLES / f"{kind}.yml").read_text(encoding="utf-8"))
    return [(text, meant) for text, meant in table[half]]


def draw(text: str) -> Facts:
    """The facts of the text with the district's own directory."""
    return draw_facts(text, message_time=NOW, gazetteer=_directory(), previous_phone=PREVIOUS)


def is_right(kind: str, text: str, meant: str) -> bool:
    """Whether what is drawn from the text is what it tells."""
    if kind == "places":
        right, told, found = place_counts(text, meant)
        return right == told == found
    if kind == "messages":
        parts = (part.split(":", 1) for part in meant.split(" ; "))
        return all(is_right(LETTERS[letter], text, told) for letter, told in parts)
    return _CHECKS[kind](draw(text), meant)


def place_counts(text: str, meant: str) -> tuple[int, int, int]:
    """How many components are right, told and drawn."""
    told = dict(pair.split("=", 1) for pair in meant.split())
    mention = draw(text).address
    if "外" in told:
        good = mention is not None and mention.completeness.value == told["外"]
        return int(good), 1, 1
    free = {_PARTS[name] for name, value in told.items() if value == "?"}
    found = {name: getattr(mention.address, name) for name in COMPONENTS if mention and getattr(mention.address, name)}
    found = {name: value for name, value in found.items() if name not in free}
    wanted = [(name, value.split("|")) for name, value in told.items() if value != "?"]
    return sum(_same_part(name, values, found) for name, values in wanted), len(wanted), len(found)


def _same_part(name: str, values: list[str], found: dict[str, str]) -> bool:
    if name == "村":
        return any(found.get(kind) in values for kind in ("community", "estate", "landmark"))
    drawn = found.get(_PARTS[name], "")
    return drawn in values or (name == "旁" and bool(drawn) and any(value in drawn or drawn in value for value in values))


@lru_cache(maxsize=1)
def _directory() -> Gazetteer:
    entries = yaml.safe_load(_DIRECTORY.read_text(encoding="utf-8"))["places"]
    return Gazetteer.build(
        Place(entry["kind"], entry["name"], tuple(entry.get("aliases", ())), tuple(entry.get("parents", ()))) for entry in entries
    )


def _either(check: Callable[[Facts, list[str]], bool]) -> Callable[[Facts, str], bool]:
    """`any a | b`: one of several readings is enough."""
    return lambda facts, meant: any(check(facts, reading.split()) for reading in meant.removeprefix("any ").split(" | "))


def _time(facts: Facts, meant: list[str]) -> bool:
    mention = facts.occurred_at
    if mention is None or meant[0] == "none":
        return mention is None and meant[0] == "none"
    when, about = mention.occurred_at, "about" in meant
    kind = {"often": "recurring", "vague": "vague", "future": "future"}.get(meant[0], meant[0].partition("-")[0])
    once = when.kind.value in ("point", "interval")
    if kind not in (when.kind.value, *(("at", "on", "between") if once else ())):
        return meant[0] == "since-now" and once and _lately(when.start)
    if meant[0] in ("at-now", "since-now"):
        return _lately(when.start)
    if meant[0] == "since-open":
        return when.start is None
    bounds = list(_bounds(meant, about))
    drawn = (when.start, when.end)
    return all(_near(moment, bound, slack) for moment, (bound, slack) in zip(drawn, bounds, strict=False))


def _bounds(meant: list[str], about: bool) -> Iterator[tuple[datetime, timedelta]]:
    """The bounds that are told, each with what it may be off."""
    days = [word for word in meant[1:] if word != "about"]
    for place, word in enumerate([*days, *(days if meant[0] == "on" else ())]):
        moment = datetime.fromisoformat(word).replace(tzinfo=SHANGHAI)
        moment += _LAST if place == 1 and "T" not in word else timedelta()
        yield moment, max(abs(NOW - moment) / 4, _DAY) if about else _MINUTE
    if meant[0] == "at":
        yield datetime.fromisoformat(days[0]).replace(tzinfo=SHANGHAI) + timedelta(minutes=30), timedelta(minutes=31)


def _near(moment: datetime | None, meant: datetime, slack: timedelta) -> bool:
    return moment is not None and abs(moment - meant) <= slack


def _lately(moment: datetime | None) -> bool:
    return moment is not None and timedelta() <= NOW.astimezone(UTC) - moment <= timedelta(hours=2)


def _phone(facts: Facts, meant: list[str]) -> bool:
    kept = [phone for phone in facts.phones if phone.kind is not PhoneKind.INVALID]
    if meant[0] in ("none", "invalid"):
        return not kept and bool(facts.phones) is (meant[0] == "invalid")
    number = kept[0].number.replace("-", "") if kept else ""
    return number == meant[-1] and (meant[0] == "tail") is (kept[0].kind is PhoneKind.TAIL)


def _order(facts: Facts, meant: list[str]) -> bool:
    drawn = [(order.digits, order.check.value) for order in facts.order_numbers]
    return drawn == [(digits, meant[0]) for digits in meant[1:]]


def _nothing(facts: Facts, meant: str) -> bool:
    """No fact; a mere spot (楼下) is none."""
    place = facts.address.address if facts.address else None
    named = place and any(getattr(place, name) for name in COMPONENTS if name != "landmark")
    return not (named or facts.occurred_at or facts.phones or facts.order_numbers or facts.name or facts.privacy)


_CHECKS: dict[str, Callable[[Facts, str], bool]] = {
    "times": _either(_time),
    "phones": _either(_phone),
    "orders": _either(_order),
    "names": lambda facts, meant: facts.name == meant,
    "privacy": _either(lambda facts, meant: (facts.privacy.value if facts.privacy else "none") == meant[0]),
    "quantities": lambda facts, meant: list(facts.quantities) == meant.split(),
    "nothing": _nothing,
}
