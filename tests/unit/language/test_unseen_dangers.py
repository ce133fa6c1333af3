"""How well dangers are heard that neither rules nor model have learnt from: found, of the right kind, and no idiom alarmed."""

from functools import cache
from pathlib import Path

import pytest
import yaml

from backend.contracts.understanding import EmergencyHit
from backend.domain.language.emergency import screen_emergency
from backend.domain.language.emergency_kinds import EMERGENCY_KINDS
from backend.domain.language.normalise import to_traditional

pytestmark = pytest.mark.xdist_group("unseen")  # each sentence is heard once, in one process
_HERE = Path(__file__).parent
_LEARNT = Path(__file__).parents[3] / "nlu_data" / "danger"
FOUND, ALARMED, RIGHT_KIND = 0.97, 0.042, 0.91  # of all sets; a set alone may be a little worse
FOUND_IN_A_SET, ALARMED_IN_A_SET = 0.94, 0.06
FOUND_WHERE_NOTHING_IS_NAMED = {"tenth": 0.88, "eleventh": 0.75}  # farewells and troubles told by what they leave behind


def _table(name: str) -> dict[str, dict[str, list[str]]]:
    rows: dict[str, dict[str, list[str]]] = yaml.safe_load((_HERE / f"{name}.yml").read_text(encoding="utf-8"))
    return rows


DANGERS, CALM = _table("unseen_danger"), _table("unseen_calm")


def _texts(kinds: dict[str, list[str]]) -> list[str]:
    return [text for texts in kinds.values() for text in texts]


@cache
def _heard(text: str) -> EmergencyHit | None:
    return screen_emergency(text)


def _alarms(texts: list[str]) -> float:
    return sum(_heard(text) is not None for text in texts) / len(texts)


def test_the_sets_are_large_and_nothing_learns_from_them() -> None:
    dangers, calm = [text for kinds in DANGERS.values() for text in _texts(kinds)], [t for k in CALM.values() for t in _texts(k)]
    assert len(set(dangers)) >= 700
    assert len(set(calm)) >= 700
    learnt = {
        text
        for table in _LEARNT.glob("batch_*.yml")
        for texts in yaml.safe_load(table.read_text(encoding="utf-8")).values()
        for text in texts
        if len(text) > 12
    }
    assert learnt & {*dangers, *calm} == set()


@pytest.mark.parametrize("name", sorted(DANGERS))
def test_nearly_every_danger_of_a_set_is_found(name: str) -> None:
    assert _alarms(_texts(DANGERS[name])) >= FOUND_WHERE_NOTHING_IS_NAMED.get(name, FOUND_IN_A_SET)


@pytest.mark.parametrize("name", sorted(CALM))
def test_hardly_a_calm_text_of_a_set_raises_the_alarm(name: str) -> None:
    assert _alarms(_texts(CALM[name])) <= ALARMED_IN_A_SET


def test_of_all_sets_together_more_is_found_and_less_alarmed() -> None:
    assert _alarms([text for kinds in DANGERS.values() for text in _texts(kinds)]) >= FOUND
    assert _alarms([text for kinds in CALM.values() for text in _texts(kinds)]) <= ALARMED


def test_the_kind_is_right_because_the_advice_depends_on_it() -> None:
    told = [
        (kind.split(" or "), text)
        for name, kinds in DANGERS.items()
        if name != "in_company"
        for kind in kinds
        for text in kinds[kind]
    ]
    hits = [(kinds, _heard(text)) for kinds, text in told]
    found = [(kinds, hit.kind) for kinds, hit in hits if hit is not None]
    assert {kind for kinds, _ in found for kind in kinds} == set(EMERGENCY_KINDS)
    assert sum(kind in kinds for kinds, kind in found) / len(found) >= RIGHT_KIND


def test_a_poison_that_was_swallowed_gets_the_advice_of_the_emergency_doctor_whoever_swallowed_it() -> None:
    told = [text for kinds in DANGERS.values() for kind in ("overdose", "poison") for text in kinds.get(kind, [])]
    hits = [hit for hit in map(_heard, told) if hit is not None]
    assert sum(EMERGENCY_KINDS[hit.kind].call == "120" for hit in hits) / len(hits) >= 0.9


def test_the_same_is_heard_in_traditional_characters_and_without_marks() -> None:
    dangers = _texts(DANGERS["third"])
    assert _alarms([to_traditional(text) for text in dangers]) >= FOUND_IN_A_SET
    assert _alarms([text.replace(" ", ",") for text in dangers]) >= FOUND_IN_A_SET
