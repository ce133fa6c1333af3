"""Short answers to the question that was just asked: don't know, skip, later, yes, no, a number of a menu, a rating."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from backend.domain.language.normalise import normalise
from backend.domain.language.numerals import parse_numeral
from backend.domain.language.tables import load_table


class AnswerKind(str, Enum):
    """What a short answer does to the open question."""

    DONT_KNOW = "dont_know"
    SKIP = "skip"
    REFUSE = "refuse"
    SAME_AS_BEFORE = "same_as_before"
    LATER = "later"
    YES = "yes"
    NO = "no"
    CHOICE = "choice"


@dataclass(frozen=True)
class Answer:
    """`number` is the chosen one, from 1, for kind CHOICE; else None.

    `also` is the second reading of a word that means two things: 没有 skips a field but answers "no" to a yes/no question.
    """

    kind: AnswerKind
    number: int | None = None
    also: AnswerKind | None = None


_TABLE = load_table("answers")
_PADDING = r"[\s,。!?~:;、]*"
_LEAD = "|".join(_TABLE["lead"])
_TRAIL = "|".join(sorted(_TABLE["trail"], key=len, reverse=True))
_KINDS = tuple(
    (
        AnswerKind(kind),
        re.compile(rf"{_PADDING}(?:(?:{_LEAD}){_PADDING})*(?:{'|'.join(patterns)})(?:{_PADDING}(?:{_TRAIL}))*{_PADDING}"),
    )
    for kind, patterns in _TABLE["kinds"].items()
)
_CHOICE = re.compile(
    rf"{_PADDING}(?:我?选择?|要|是|就|按|回复?)?{_PADDING}(?:第)?(?P<number>\d{{1,2}}"
    rf"|[一二两三四五六七八九十]{{1,2}})(?:个|项|条|号|种|那个|,|\.)?(?:吧|的|那个|这个|选项|,|哈"
    rf"|呗)*{_PADDING}"
)
_FIRST_LAST = {"头一个": 1, "前一个": 1, "上面那个": 1, "前面那个": 1, "上边那个": 1, "头一条": 1}
_EMOJI_YES = frozenset("👌👍✅🆗☑✔🙆")
_EMOJI_NO = frozenset("❌🙅👎✖")
_WORDS = tuple((int(score), re.compile("|".join(words))) for score, words in _TABLE["ratings"].items())
_SCORE = re.compile(r"(?<![\d.第前后过差])(?P<score>[0-5]|[零一二两三四五])(?:\s*(?:颗)?(?:星|分(?!钟|之|公司|局))|(?:个|颗)星)")
_STARS = re.compile(r"[★⭐🌟]")
_LONE = re.compile(rf"{_PADDING}(?:评分?|打|给)?{_PADDING}(?P<score>[1-5]|[一二三四五])(?:分|星|吧|个星)*{_PADDING}")
_LONGEST = 24


def classify_answer(text: str) -> Answer | None:
    """The short answer that the whole text is, None when it says more or something else."""
    plain = normalise(text).text
    if not plain:
        return _emoji(text)
    if len(plain) > _LONGEST:
        return None
    choice = _choice(plain)
    if choice is not None:
        return choice
    kinds = [kind for kind, pattern in _KINDS if pattern.fullmatch(plain)]
    return Answer(kinds[0], also=kinds[1] if len(kinds) > 1 else None) if kinds else None


def parse_rating(text: str) -> int | None:
    """A score from 1 to 5 in digits, stars or words, None for none.

    好差评: 非常满意 5, 满意 4, 基本满意 3, 不满意 2, 非常不满意 1.
    """
    plain = normalise(text).text
    lone = _LONE.fullmatch(plain)
    if lone:
        return parse_numeral(lone["score"])
    score = explicit_score(text)
    if score is not None:
        return score
    return next((score for score, words in _WORDS if words.search(plain)), None)


def explicit_score(text: str) -> int | None:
    """A score that is named as one: stars, 5分, 四颗星; the last one where several are (不是3分是5分)."""
    stars = len(_STARS.findall(text))
    if 1 <= stars <= 5:
        return stars
    plain = normalise(text).text
    scores = [value for value in (parse_numeral(match["score"]) for match in _SCORE.finditer(plain)) if value is not None]
    return min(max(scores[-1], 1), 5) if scores else None


def _choice(plain: str) -> Answer | None:
    if plain.rstrip("吧的。") in _FIRST_LAST:
        return Answer(AnswerKind.CHOICE, _FIRST_LAST[plain.rstrip("吧的。")])
    match = _CHOICE.fullmatch(plain)
    number = parse_numeral(match["number"]) if match else None
    return Answer(AnswerKind.CHOICE, number) if number and number <= 20 else None


def _emoji(text: str) -> Answer | None:
    if any(char in _EMOJI_YES for char in text) or re.search(r"\[(?:OK|强|好的)\]", text):
        return Answer(AnswerKind.YES)
    if any(char in _EMOJI_NO for char in text) or "[弱]" in text:
        return Answer(AnswerKind.NO)
    return None
