"""Whether words of a resident are one of the questions that an administrator wrote down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from backend.domain.language.normalise import normalise

# Inside a longer message only a phrase of this many characters says what is meant; a shorter one must be the whole message.
_TELLING = 4
_NOT_A_WORD = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Simplified characters, half width, lower case, without blanks and punctuation: what two questions are compared by."""
    return _NOT_A_WORD.sub("", normalise(text).text).lower()


def asked_for(text: str, questions: Iterable[tuple[str, Sequence[str]]]) -> str:
    """The key of the question whose wording stands in `text`, the longest wording first; "" when none does.

    `questions`: keys with the ways to ask.
    """
    said = plain(text)
    best, longest = "", 0
    for key, wordings in questions:
        for wording in map(plain, wordings):
            fits = said == wording or (len(wording) >= _TELLING and wording in said)
            if fits and len(wording) > longest:
                best, longest = key, len(wording)
    return best
