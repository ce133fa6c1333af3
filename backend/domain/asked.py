"""Whether words of a resident are one of the questions that an administrator wrote down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from backend.domain.language.normalise import normalise

# Inside a longer message only a phrase of this many characters says what is meant; a shorter one must be the whole message.
_TELLING = 4
_NOT_A_WORD = re.compile(r"[\W_]+")
_POLITE = re.compile(
    r"^(?:您好|你好|师傅|同志|请问|问一?下|打听一?下|我?想?问问?|一下|那个)+|(?:啊|呀|呢|吗|么|嘛|谢谢|麻烦了)+$"
)
_QUESTION = re.compile(
    r"[??吗呢么几谁哪咋怎啥]|什么|多少|多久|多长|如何|为何|能不能|是不是|有没有|可不可以|行不行|要不要|用不用|还能"
)


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


def asked_in_full(text: str, questions: Iterable[tuple[str, Sequence[str]]]) -> str:
    """The key of the question that is all the message says, politeness apart; "" when none is, and for what is no question."""
    said = _core(text)
    if not said or not _QUESTION.search(normalise(text).text):
        return ""
    return next((key for key, wordings in questions if said in map(_core, wordings)), "")


def _core(text: str) -> str:
    return _POLITE.sub("", plain(text))
