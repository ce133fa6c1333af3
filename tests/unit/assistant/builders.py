"""Small builders, so that a test shows only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from backend.contracts.understanding import CategoryGuess, Issue
from backend.domain.draft import advance
from backend.domain.drafting.model import OpenForm, Step, Turn, open_form
from backend.domain.language.answers import classify_answer
from backend.domain.language.facts import draw_facts
from backend.domain.language.gazetteer import Gazetteer, Place
from backend.domain.language.normalise import normalise

NOW = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)
PLACES = Gazetteer.build(
    [Place("estate", "翠园小区"), Place("estate", "常青小区"), Place("estate", "解放小区"), Place("community", "翠园社区")]
)
COLD = CategoryGuess("供暖", "室温不达标", "0101", 0.9)
NO_HEAT = CategoryGuess("供暖", "停暖", "0102", 0.05)
LAMP = CategoryGuess("道路设施", "路灯", "1101", 0.9)
DARK_STAIRS = CategoryGuess("房屋维修", "楼道设施", "0505", 0.35)
_ids = count(1)


def guesses_of(text: str) -> tuple[CategoryGuess, ...]:
    """A stand-in for the model: key words."""
    if "路灯" in text:
        return (LAMP,)
    if "暖" in text or "冷" in text:
        return (COLD, NO_HEAT)
    return ()


def turn(text: str, intent: str = "provide_info", **values: Any) -> Turn:
    """A message as the service would make it."""
    at = values.pop("at", NOW)
    facts = draw_facts(text, message_time=at, gazetteer=PLACES, previous_phone=values.pop("previous_phone", ""))
    guesses = values.pop("guesses", guesses_of(text))
    issues = values.pop(
        "issues", tuple(Issue(text, g.category, g.subcategory, g.service_code, g.confidence) for g in guesses[:1])
    )
    values.setdefault("message_id", f"m{next(_ids)}")
    values.setdefault("answer", classify_answer(text))
    return Turn(text=normalise(text).text, intent=intent, at=at, facts=facts, guesses=guesses, issues=issues, **values)


def fresh(phone: str = "") -> OpenForm:
    return open_form("d1", now=NOW, known_phone=phone)


def told(form: OpenForm, *said: str | tuple[str, str] | Turn) -> Step:
    """The step after the last of these messages; a pair is (text, intent)."""
    step = Step(form)
    for each in said:
        message = each if isinstance(each, Turn) else turn(*each) if isinstance(each, tuple) else turn(each)
        step = advance(step.form, message)
    return step


REPORT = ("屋里暖气不热", "report_complaint")
FULL = ("屋里暖气冰凉,翠园小区6号楼2单元301,从前天夜里起的,17000001234", "report_complaint")


def later(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)
