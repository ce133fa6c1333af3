"""Which unit gets an order: by residence (grid, community, street, district) and by category; the rule that fired is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.contracts.conversations import Address

# A rule may name this instead of a unit: the office of the street in which the place lies.
STREET_OFFICE = "@street"
# The more exactly a name says where, the earlier it is believed.
_NAMED_BY: tuple[tuple[str, str], ...] = (("community", "community"), ("estate", "estate"), ("street", "street"))


@dataclass(frozen=True)
class Place:
    """A place of the directory. `kind`: district, street, community, grid, estate. A former street has a `successor`."""

    code: str
    kind: str
    name: str
    parent: str = ""
    aliases: tuple[str, ...] = ()
    successor: str = ""
    unit_id: str = ""


@dataclass(frozen=True)
class Rule:
    """`place` "" is everywhere; `service` is a prefix of the service code, "" is everything."""

    id: str
    place: str
    service: str
    unit_id: str
    priority: int = 0


@dataclass(frozen=True)
class Routed:
    """The unit, and the rule that chose it."""

    unit_id: str
    rule_id: str


def locate(address: Address, places: Mapping[str, Place], *, grid: str = "") -> tuple[Place, ...]:
    """The places that hold this address, smallest first (grid … district); empty when no name is known.

    Names are believed in the order community, estate, street; then any name that stands in the free text, longest first.
    """
    start = places.get(grid) or _by_name(address, places.values()) or _by_text(address, places.values())
    return _chain(start, places) if start else ()


def route(chain: Sequence[Place], service_code: str, rules: Iterable[Rule]) -> Routed | None:
    """The most specific rule that fits: priority first, then the longer service prefix, then the smaller place. None: triage."""
    depth = {place.code: len(chain) - index for index, place in enumerate(chain)}
    depth[""] = 0
    fitting = [
        (rule, unit)
        for rule in rules
        if rule.place in depth and service_code.startswith(rule.service) and (unit := _unit_of(rule, chain))
    ]
    if not fitting:
        return None
    best, unit = max(fitting, key=lambda pair: (pair[0].priority, len(pair[0].service), depth[pair[0].place], pair[0].id))
    return Routed(unit, best.id)


def _unit_of(rule: Rule, chain: Sequence[Place]) -> str:
    if rule.unit_id != STREET_OFFICE:
        return rule.unit_id
    return next((place.unit_id for place in chain if place.kind == "street"), "")


def _by_name(address: Address, places: Iterable[Place]) -> Place | None:
    named = {kind: getattr(address, field) for field, kind in _NAMED_BY}
    found: dict[str, list[Place]] = {}
    for place in places:
        wanted = named.get(place.kind)
        if wanted and wanted in (place.name, *place.aliases):
            found.setdefault(place.kind, []).append(place)
    # Two estates of one name decide nothing; the street does then.
    return next((hits[0] for _, kind in _NAMED_BY if len(hits := found.get(kind, [])) == 1), None)


def _by_text(address: Address, places: Iterable[Place]) -> Place | None:
    text = address.text
    if not text:
        return None
    hits = [
        (len(name), place)
        for place in places
        if place.kind in ("community", "estate", "street")
        for name in (place.name, *place.aliases)
        if name in text
    ]
    return max(hits, key=lambda hit: (hit[0], hit[1].code))[1] if hits else None


def _chain(start: Place, places: Mapping[str, Place]) -> tuple[Place, ...]:
    chain: list[Place] = []
    place: Place | None = start
    while place is not None and place not in chain:
        if place.successor:
            place = places.get(place.successor)
            continue
        chain.append(place)
        place = places.get(place.parent)
    return tuple(chain)
