"""An answer that is put off in a whole sentence: 我在路上呢,回头再说地址."""

from __future__ import annotations

from backend.contracts.understanding import Facts
from backend.domain.language.answers import Answer, AnswerKind
from backend.domain.language.wishes import says


def put_off(text: str, facts: Facts) -> Answer | None:
    """The answer LATER where the text says so and gives nothing instead, else None."""
    gives = facts.address is not None or facts.phones or (facts.occurred_at is not None and not says("now_of_speech", text))
    return None if gives or not says("puts_off", text) else Answer(AnswerKind.LATER)
