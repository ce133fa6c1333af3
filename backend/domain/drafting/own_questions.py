"""The question that a category asks beside the usual ones: at most one, put with the first read-back, never a turn of its own.

Which questions there are is data of the category (`ask` in backend/seed/categories.yml). Who answers "对" has skipped it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from backend.domain.drafting.model import OpenForm
from backend.domain.language.normalise import normalise
from backend.domain.language.tables import load_table

_KINDS = tuple((re.compile(kind["asks"]), re.compile(kind["answered"])) for kind in load_table("own_questions")["kinds"])


def with_own_question(form: OpenForm, questions: Iterable[str]) -> OpenForm:
    """The form with the first of its category's questions that nothing said so far has answered; unchanged when all are."""
    told = " ".join([form.draft.description, form.draft.occurred_at.text if form.draft.occurred_at else ""])
    return replace(form, extra=next((question for question in questions if not is_answer(question, told)), ""))


def is_answer(question: str, text: str) -> bool:
    """Whether the text tells what the question asks, as far as the table knows this kind of question."""
    said = normalise(text).text
    return any(asks.search(question) and answered.search(said) for asks, answered in _KINDS)
