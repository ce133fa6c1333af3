"""Which answer an entry of a numbered choice is: the entries' ids are ours, so nothing has to be guessed from their labels."""

from __future__ import annotations

from collections.abc import Sequence

from backend.contracts.understanding import CategoryGuess
from backend.domain.language.answers import Answer, AnswerKind

_FIXED: dict[str, Answer] = {
    "confirm_yes": Answer(AnswerKind.YES),
    "confirm_no": Answer(AnswerKind.NO),
    "cancel_yes": Answer(AnswerKind.YES),
    "cancel_no": Answer(AnswerKind.NO),
    "resume_yes": Answer(AnswerKind.YES),
    "resume_no": Answer(AnswerKind.NO),
    "same_yes": Answer(AnswerKind.YES),
    "same_no": Answer(AnswerKind.NO),
    "phone_skip": Answer(AnswerKind.SKIP),
    "category_none": Answer(AnswerKind.NO),
}
_CATEGORY = "category_"


def answer_of_menu(menu_id: str, options: Sequence[CategoryGuess]) -> Answer | None:
    """The answer behind a menu entry; None for an entry that is not the form's, or one of an older question."""
    if menu_id in _FIXED:
        return _FIXED[menu_id]
    if menu_id.startswith(_CATEGORY):
        codes = [guess.service_code for guess in options]
        code = menu_id.removeprefix(_CATEGORY)
        return Answer(AnswerKind.CHOICE, codes.index(code) + 1) if code in codes else None
    return None
