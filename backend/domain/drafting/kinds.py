"""A category that the resident names to put it right: 写成噪音吧 不是垃圾."""

from __future__ import annotations

import re

from backend.contracts.understanding import CategoryGuess
from backend.domain.drafting.absorbing import CORRECTION
from backend.domain.drafting.model import Ask, OpenForm, Turn
from backend.domain.language.denied import without_denied_first
from backend.domain.language.tables import load_table

_KINDS: dict[str, CategoryGuess] = {
    word: CategoryGuess(category, subcategory, service_code, 1.0)
    for row in load_table("kinds")["kinds"]
    for category, subcategory, service_code in [row["leaf"]]
    for word in row["words"]
}
_NAMED = re.compile(
    r"(?:写|记|报|登记|归|划|分|改|换|算|填|弄|标)(?:成|为|到|作|的?是)?(?:是)?(?P<word>"
    + "|".join(sorted(_KINDS, key=len, reverse=True))
    + r")(?:扰民|问题|类|那类|这类|的事儿?|投诉|里)?(?:吧|呗|的|了|就行|才对|里|上)*(?=$|[\s,。!])"
)
_PUTS_RIGHT = frozenset({Ask.CONFIRM, Ask.CHANGE, Ask.CATEGORY})


def named_kind(form: OpenForm, turn: Turn) -> CategoryGuess | None:
    """The leaf that stands for the kind which is named; of the guessed ones of that category the likeliest. None where the
    message names none, or is no correction."""
    if turn.intent != CORRECTION and form.requested not in _PUTS_RIGHT:
        return None
    match = _NAMED.search(without_denied_first(turn.text))
    if match is None:
        return None
    usual = _KINDS[match["word"]]
    return next((guess for guess in turn.guesses if guess.category == usual.category), usual)
