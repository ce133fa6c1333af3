"""Where and when each of several problems of one message is: its own place and time, or what was told once for all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from backend.contracts.conversations import Address
from backend.domain.language.address_merge import address_text, merge_address
from backend.domain.language.addresses import COMPONENTS, components_of

T = TypeVar("T")
_BESIDE = re.compile(r"楼[下上前后里道顶]|门[口前]|单元门|旁边|附近|对面|后身|跟前|院")
_WITHIN = ("unit", "floor", "room", "landmark")  # means nothing at another building
_ELSEWHERE = ("street", "community", "estate", "road", "house_number")


def own_places(told: Sequence[Address | None]) -> list[Address | None]:
    """For each problem the place it has for itself, completed by what was told before it (翠园小区3号楼门口 …, 8号楼后面 …: both
    in 翠园小区). None everywhere when one place was told, wherever it stands: it is meant for all of them."""
    told = [None if place is None or _is_relative(place) else place for place in told]
    if sum(place is not None for place in told) < 2:
        return [None] * len(told)
    found: list[Address] = []
    last = next(place for place in told if place is not None)
    for place in told:
        last = place_after(last, place) if place is not None else last
        found.append(last)
    return list(found) if any(_parts(place) != _parts(found[0]) for place in found) else [None] * len(told)


def place_after(earlier: Address, said: Address) -> Address:
    """The place of a further problem: one named in full stands alone; a building, a gate, a floor lie where the earlier was."""
    if any(getattr(said, name) and getattr(said, name) != getattr(earlier, name) for name in _ELSEWHERE):
        return said
    if said.building and said.building != earlier.building:
        kept = {name: value for name, value in _parts(earlier).items() if name not in _WITHIN}
        values = {**kept, **_parts(said)}
        return replace(components_of(values), text=address_text(values))
    return merge_address(earlier, said)


def own_times(told: Sequence[T | None]) -> list[T | None]:
    """For each problem the time it has for itself; None everywhere when one time was told, which is then meant for all."""
    if sum(time is not None for time in told) < 2:
        return [None] * len(told)
    last = next(time for time in told if time is not None)
    found: list[T | None] = []
    for time in told:
        last = time if time is not None else last
        found.append(last)
    return found


def _is_relative(place: Address) -> bool:
    """楼下, 门口: beside the place that was told, no place of its own."""
    return set(_parts(place)) == {"landmark"} and bool(_BESIDE.match(place.landmark))


def _parts(place: Address) -> dict[str, str]:
    return {name: getattr(place, name) for name in COMPONENTS if getattr(place, name)}
