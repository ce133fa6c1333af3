"""The place in a message: components in digits, completeness, nothing invented."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.contracts.conversations import Address, Completeness
from backend.contracts.understanding import AddressMention, Span
from backend.domain.language.address_elsewhere import without_elsewhere
from backend.domain.language.address_landmarks import between_part, landmark_part, with_direction
from backend.domain.language.address_names import house_number, name_parts, named_after, unheard_of, village_parts, with_phase
from backend.domain.language.address_numbers import Part, number_parts, taken_back
from backend.domain.language.denied import BLANK, without_denied
from backend.domain.language.gazetteer import Gazetteer, PlaceMatch
from backend.domain.language.normalise import normalise
from backend.domain.language.outside import find_outside

COMPONENTS = ("street", "community", "estate", "road", "house_number", "building", "unit", "floor", "room", "landmark")
_GLUE = re.compile(r"[\s,、的,.·-]*(?:号|楼|是|就|[那这](?:边|儿|块儿?)(?:的|那个)?)?[\s,]*")
# Something else stands between a place and itself: 6号楼停水 is a place and a problem.
_FURTHEST_GAP = 4


def parse_address(text: str, gazetteer: Gazetteer) -> AddressMention | None:
    """The place that a message names, None when it names none.

    Components are as said (typos set right, former streets by their successor), numbers in Arabic digits; `text` of the address
    holds the words themselves.
    """
    return address_in(normalise(text).text, gazetteer)


def address_in(text: str, gazetteer: Gazetteer) -> AddressMention | None:
    """`parse_address` for text that is normalised already."""
    text = _without_slips(without_denied(text))
    matches = [match for match in gazetteer.find(text) if _means_the_place(match, text)]
    text = without_elsewhere(text, [(match.start, match.end) for match in matches])
    matches = [match for match in matches if text[match.start] != BLANK]
    parts = _named(text, matches)
    parts += [part for part in number_parts(text, _names_end(parts)) if not _inside(part, parts)]
    landmark = between_part(text) or landmark_part(text, parts)
    outside = find_outside(text)
    known_inside = any(match.place.kind != "landmark" for match in matches)
    if outside is not None and (outside.text[-1] in "区市县" or not known_inside):
        return _mention(text, [*parts, *([landmark] if landmark else [])], Completeness.OUTSIDE, outside)
    parts += [] if landmark is None or any(part.name == "landmark" for part in parts) else [landmark]
    if not parts:
        return None
    mention = _mention(text, parts, Completeness.PARTIAL, None)
    return replace(mention, completeness=completeness(mention.address))


_NUMERAL = r"[\d零一幺二两三四五六七八九十百]{1,5}"
_CORRECTED = re.compile(
    rf"{_NUMERAL}(?P<kind>号楼|栋|单元|楼|层|室|号)?[\s,。]*(?:啊|哦|噢|哎|呃|嗯)?[\s,]*(?:不对|说?错了)[啊哦\s,。]*(?:应该)?是?\s*"
    rf"(?={_NUMERAL}(?(kind)(?P=kind)|(?![\d号楼栋层年月日点])))"
)


def _without_slips(text: str) -> str:
    """四零一 不对 四零二: the slip is blotted out, positions kept."""
    return _CORRECTED.sub(lambda slip: " " * len(slip[0]), text) if "不对" in text or "错了" in text else text


def completeness(address: Address) -> Completeness:
    """Full when a crew finds it: estate and building, road and number, or coordinates; partial when something is known."""
    if address.lat is not None and address.lon is not None:
        return Completeness.FULL
    if (address.estate and address.building) or (address.road and (address.house_number or address.building)):
        return Completeness.FULL
    if any(getattr(address, name) for name in COMPONENTS):
        return Completeness.PARTIAL
    return Completeness.NONE


def components_of(values: dict[str, str]) -> Address:
    """An address of these components, the others empty; keys are names out of COMPONENTS (TypeError otherwise)."""
    return replace(Address(), **{name: values[name] for name in values})  # type: ignore[arg-type]  # only text fields are named


def _named(text: str, matches: list[PlaceMatch]) -> list[Part]:
    parts = [Part(match.place.kind, match.place.name, match.start, match.end) for match in matches]
    parts += name_parts(text, [(part.start, part.end) for part in parts])
    guessed = parts[len(matches) :]  # built like a name: counts less than one that the directory has
    parts.sort(key=lambda part: (taken_back(text, part.start, part.end), part in guessed, part.start))
    chosen: list[Part] = []
    for part in parts:
        if not any(other.name == part.name for other in chosen):
            chosen.append(part)
    if not any(part.name in ("estate", "road") for part in chosen):
        known = {part.name for part in chosen}
        village = [part for part in village_parts(text) if part.name not in known]
        chosen += village or [part for part in (unheard_of(text),) if part is not None]
    chosen = [with_phase(text, part) if part.name == "estate" else part for part in chosen]
    road = next((part for part in chosen if part.name == "road"), None)
    house = house_number(text, road.end) if road else None
    chosen = [with_direction(text, part) if part.name == "landmark" else part for part in chosen]
    return [*chosen, house] if house else chosen


def _inside(part: Part, others: list[Part]) -> bool:
    """园林路58号2单元: the house number is not a building too."""
    return any(part.start < other.end and other.start < part.end for other in others)


def _names_end(parts: list[Part]) -> int | None:
    """Where a bare building number may follow: after the estate, else after the house number."""
    for name in ("estate", "house_number"):
        for part in parts:
            if part.name == name:
                return part.end
    return None


_ROAD_AFTER = re.compile(r"\s*(?:路|街|大街|大道|道|巷|胡同|派出所|医院|小学|中学)")


def _means_the_place(match: PlaceMatch, text: str) -> bool:
    """解放路 is not 解放 the street: a name that goes on as another kind of name is not that place."""
    if match.place.kind == "road":
        return not named_after(text, match.end)
    return not _ROAD_AFTER.match(text, match.end)


def _mention(text: str, parts: list[Part], how_well: Completeness, outside: Span | None) -> AddressMention:
    ranges = sorted(
        {(part.start, part.end) for part in parts if part.start < part.end}
        | ({(outside.start, outside.end)} if outside else set())
    )
    spans = tuple(Span(start, end, text[start:end]) for start, end in _merge(ranges, text))
    values: dict[str, str] = {}
    for part in parts:
        values.setdefault(part.name, part.value)
    address = replace(components_of(values), text=" ".join(span.text for span in spans) or values.get("landmark", ""))
    return AddressMention(spans=spans, address=address, completeness=how_well)


def _merge(ranges: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in ranges:
        if merged and (start <= merged[-1][1] or _glued(text[merged[-1][1] : start])):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _glued(between: str) -> bool:
    return len(between) <= _FURTHEST_GAP and bool(_GLUE.fullmatch(between))
