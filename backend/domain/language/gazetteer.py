"""The district's place names: exact, misspelt, by sound, by former name; and names that lie outside."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz.distance import Levenshtein

from backend.domain.language.numerals import DIGITS
from backend.domain.language.romanise import pinyin, sound
from backend.domain.language.tables import load_table

KINDS = ("street", "community", "estate", "road", "landmark")
_GENERIC_ENDINGS = ("小区", "社区", "街道", "花园", "家园", "新村", "公寓", "大厦", "花苑", "嘉园", "佳园", "名苑")
# A name without its ending counts only where a building number follows: 翠园6号楼.
_NUMBER_FOLLOWS = r"(?=\s*(?:[\dA-Za-z甲乙丙]|[一二三四五六七八九十]+(?:号|栋|#|单元)))"
# ... or where it is said to be one: 小区是常青
_SAID_TO_BE = r"(?:(?<=小区[是叫:])|(?<=小区名[是叫:]))"
_STANDS_ALONE = r"(?=[,。!?\s的]|$)"
# ... or where it is all that is said, and names one estate only: 旧堡, 我家在松柏那边
_SAID_ALONE = re.compile(
    r"[\s,。]*(?:[我俺咱](?:们)?(?:家|这儿?)?|家)?(?:就)?(?:住在?|是在?|在|搁)?(?P<name>[\u3400-\u9fff]{2,6}?)"
    r"(?:那边|那块儿?|那儿|那片|这边|这块儿?|这片|里边?|的|啊|呀|呢|吧|呗)*[\s,。!]*"
)
_LATIN = re.compile(r"[A-Za-z]{2,40}(?: ?[A-Za-z]{2,10})*")
_HAN = re.compile(r"[\u3400-\u9fff]+")
# 二一九公寓 is also written 219公寓 and dictated 二幺九公寓; shorter numbers are those of buses and holidays (51路, 五一).
_PHASE = re.compile(r"[1-9一二三四五六七八九](?=期$)")
_SPOKEN_NUMBER = re.compile(r"[零一二三四五六七八九]{3,}")


@dataclass(frozen=True)
class Place:
    """A name of the directory; `kind` is one of KINDS, `parents` the names above it (community, street), nearest first."""

    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlaceMatch:
    """`place` stands at text[start:end]; `exact` is False for a typo, a sound-alike or Latin letters."""

    start: int
    end: int
    place: Place
    exact: bool


@dataclass(frozen=True)
class Gazetteer:
    """Built once per directory version; matching reads precomputed tables only."""

    places: tuple[Place, ...]

    @classmethod
    def build(cls, places: Iterable[Place]) -> Gazetteer:
        """These places plus the streets and landmarks of the shipped table; raises ValueError for an unknown kind."""
        return _built(tuple(places))

    def warm(self) -> None:
        """Computes the tables now, so that the first message is not slow."""
        _ = (self._pattern, self._by_sound, self._by_pinyin, self._masked, self._tails, self._lone_cores)

    def find(self, text: str) -> tuple[PlaceMatch, ...]:
        """Places in normalised text from left to right, not overlapping: exact names first, then typos where those leave room."""
        matches = [
            PlaceMatch(match.start(), match.end(), self._names[match[0]], exact=True)
            for match in self._pattern.finditer(text)
            if match[0]
        ]
        matches += self._alone(text) if not matches else []
        if self._by_pinyin:
            matches += self._latin(text)
        matches += self._misspelt(text, matches)
        return tuple(sorted(matches, key=lambda match: match.start))

    def place(self, name: str) -> Place | None:
        """The place of exactly this name or alias."""
        return self._names.get(name)

    @cached_property
    def _names(self) -> dict[str, Place]:
        names: dict[str, Place] = {}
        for place in self.places:
            for name in _spellings(place):
                names.setdefault(name, place)
        for place in self.places:
            for core in _cores(place):
                names.setdefault(core, place)
        return names

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        whole = {name for place in self.places for name in _spellings(place) if len(name) >= 2}
        cores = {core for place in self.places for core in _cores(place)} - whole
        parts = [(name, re.escape(name)) for name in whole] + [
            (core, f"{_SAID_TO_BE}{re.escape(core)}{_STANDS_ALONE}|{re.escape(core)}{_NUMBER_FOLLOWS}") for core in cores
        ]
        parts.sort(key=lambda part: (-len(part[0]), part[0]))
        return re.compile("|".join(part for _, part in parts) or r"(?!)")

    @cached_property
    def _by_sound(self) -> dict[tuple[str, ...], Place | None]:
        """Names of three characters or more by their sound; None where two places sound alike."""
        table: dict[tuple[str, ...], Place | None] = {}
        for name, place in self._typo_names:
            key = tuple(sound(char) for char in name)
            table[key] = place if table.get(key, place) == place else None
        return table

    @cached_property
    def _by_pinyin(self) -> dict[str, Place | None]:
        table: dict[str, Place | None] = {}
        for place in self.places:
            for name in (place.name, *place.aliases, *_cores(place)):
                if len(name) >= 2 and _HAN.fullmatch(name):
                    key = pinyin(name)
                    table[key] = place if table.get(key, place) == place else None
        return table

    @cached_property
    def _masked(self) -> dict[str, set[str]]:
        """Names of five characters or more with one character struck out: one wrong character in a long name is a typo."""
        table: dict[str, set[str]] = {}
        for name, _ in self._typo_names:
            if len(name) >= 5:
                for index in range(len(name)):
                    table.setdefault(f"{name[:index]}?{name[index + 1 :]}", set()).add(name)
        return table

    @cached_property
    def _endings(self) -> frozenset[str]:
        """The last two characters of names that may be misspelt; nothing else is worth a closer look."""
        return frozenset(name[-2:] for name, _ in self._typo_names)

    @cached_property
    def _typo_names(self) -> list[tuple[str, Place]]:
        whole = {name for place in self.places for name in (place.name, *place.aliases)}
        return [(name, self._names[name]) for name in sorted(whole) if len(name) >= 3 and _HAN.fullmatch(name)]

    @cached_property
    def _lone_cores(self) -> dict[str, Place]:
        """Names without their ending that only one estate has: 翠园 may be 翠园小区 or 翠园新村."""
        owners: dict[str, set[str]] = {}
        for place in self.places:
            for core in _cores(place):
                owners.setdefault(core, set()).add(place.name)
        return {
            core: self._names[core] for core, names in owners.items() if len(names) == 1 and self._names[core].kind == "estate"
        }

    def _alone(self, text: str) -> list[PlaceMatch]:
        said = _SAID_ALONE.fullmatch(text)
        place = self._lone_cores.get(said["name"]) if said else None
        return [PlaceMatch(said.start("name"), said.end("name"), place, exact=True)] if said and place else []

    def _latin(self, text: str) -> list[PlaceMatch]:
        found = []
        for run in _LATIN.finditer(text):
            ending = next((ending for ending in _GENERIC_ENDINGS if text.startswith(ending, run.end())), "")
            key = run[0].replace(" ", "").lower()
            place = self._by_pinyin.get(key + pinyin(ending)) or self._by_pinyin.get(key)
            if place is not None:
                found.append(PlaceMatch(run.start(), run.end() + len(ending), place, exact=False))
        return found

    def _misspelt(self, text: str, taken: list[PlaceMatch]) -> list[PlaceMatch]:
        sounds = [sound(char) for char in text]
        ends = [index + 1 for index in range(1, len(text)) if (sounds[index - 1], sounds[index]) in self._tails]
        if not ends:
            return []
        used = bytearray(len(text))
        for match in taken:
            used[match.start : match.end] = b"\x01" * (match.end - match.start)
        found: list[PlaceMatch] = []
        for size in self._sizes:
            for start in (end - size for end in ends):
                if start >= 0 and not any(used[start : start + size]):
                    place = self._typo_at(text[start : start + size], tuple(sounds[start : start + size]))
                    if place is not None:
                        found.append(PlaceMatch(start, start + size, place, exact=False))
                        used[start : start + size] = b"\x01" * size
        return found

    @cached_property
    def _tails(self) -> frozenset[tuple[str, str]]:
        """The sounds of their last two characters: where a text has none of them, no name can be misspelt."""
        return frozenset((sound(name[-2]), sound(name[-1])) for name, _ in self._typo_names)

    @cached_property
    def _sizes(self) -> list[int]:
        return sorted({len(name) for name, _ in self._typo_names}, reverse=True)

    def _typo_at(self, window: str, key: tuple[str, ...]) -> Place | None:
        place = self._by_sound.get(key)
        if place is not None:
            return place
        if len(window) < 5 or window[-2:] not in self._endings:
            return None
        names = {name for index in range(len(window)) for name in self._masked.get(f"{window[:index]}?{window[index + 1 :]}", ())}
        close = [name for name in names if _same_ending(name, window) and Levenshtein.distance(name, window) == 1]
        return self._names[close[0]] if len(close) == 1 else None


def _same_ending(name: str, window: str) -> bool:
    """A typo never turns one kind of name into another (小区 into 社区), and one that changes a number is no typo."""
    return name[-2:] == window[-2:] and not any(
        a != b and (a in "一二三四五六七八九十东西南北" or b in "一二三四五六七八九十东西南北")
        for a, b in zip(name, window, strict=True)
    )


@lru_cache(maxsize=8)
def _built(places: tuple[Place, ...]) -> Gazetteer:
    """The tables of a directory are made once, however often it is asked for."""
    everything = (*_shipped_places(), *places)
    for place in everything:
        if place.kind not in KINDS:
            raise ValueError(f"unknown kind of place: {place.kind}")
    gazetteer = Gazetteer(places=everything)
    gazetteer.warm()
    return gazetteer


def _spellings(place: Place) -> list[str]:
    """Name and aliases, and a number in them the other ways that it is written and said."""
    names = [place.name, *place.aliases]
    for name in tuple(names):
        names += [other for other in (_phase_written(name),) if other]
        number = _SPOKEN_NUMBER.search(name)
        if number is not None:
            arabic = "".join(str(DIGITS[char]) for char in number[0])
            names += [name.replace(number[0], said) for said in (arabic, number[0].replace("一", "幺"))]
    return names


def _phase_written(name: str) -> str:
    """翠园小区2期 for 翠园小区二期 and the other way round, "" for a name without a phase."""
    phase = _PHASE.search(name)
    if phase is None:
        return ""
    spoken = "零一二三四五六七八九"
    other = spoken[int(phase[0])] if phase[0].isdigit() else str(spoken.index(phase[0]))
    return f"{name[: phase.start()]}{other}{name[phase.end() :]}"


def _cores(place: Place) -> tuple[str, ...]:
    if place.kind != "estate":
        return ()
    return tuple(
        name[: -len(ending)]
        for name in (place.name, *place.aliases)
        for ending in _GENERIC_ENDINGS
        if name.endswith(ending) and len(name) - len(ending) >= 2
    )


def _shipped_places() -> list[Place]:
    table = load_table("places")
    streets = [
        Place(
            "street", entry["name"], tuple(alias for name in (entry["name"], *entry["former"]) for alias in _street_aliases(name))
        )
        for entry in table["streets"]
    ]
    return streets + [Place("landmark", name) for name in table["landmarks"]]


def _street_aliases(name: str) -> tuple[str, ...]:
    stem = name[:-2] if name.endswith("街道") else name
    if not name.endswith("街道"):
        return (name,)
    offices = (name, f"{stem}街道", f"{stem}街道办", f"{stem}街道办事处", f"{stem}办事处")
    return (*offices, f"{stem}镇")  # what was a town before is still called one
