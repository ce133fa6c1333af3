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


LAST = -1


@dataclass(frozen=True)
class Answer:
    """`number` is the chosen one, from 1 (LAST for the last one), for kind CHOICE; else None.

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
_WHICH = "(?:一|那)?(?:个|条|件|项)(?:事儿?|单子?)?(?:吧|的|哈|呗)*"
_FIRST = re.compile(rf"{_PADDING}(?:就|要|是)?(?:头|前|(?:最)?(?:上|前)(?:面|边|头)(?:的)?){_WHICH}{_PADDING}")
_LAST = re.compile(
    rf"{_PADDING}(?:就|要|是)?(?:最后|末|后|末尾|最(?:下|后)(?:的)?|(?:最)?(?:下|后|底下)(?:面|边|头)(?:的)?){_WHICH}{_PADDING}"
)
_EMOJI_YES = frozenset("👌👍✅🆗☑✔√🙆")
_EMOJI_NO = frozenset("❌🙅👎✖×")
_WORDS = tuple((int(score), re.compile("|".join(words))) for score, words in _TABLE["ratings"].items())
# 一分没退 is money, and no score.
_SCORE = re.compile(
    r"(?<![\d.第前后过差扣减少])(?P<score>[0-5]|[零一二两三四五])(?:\s*(?:颗)?(?:星|分(?!钟|之|公司|局|钱"
    r"|(?:都|也|还)?(?:没|未)(?!问题|毛病|得说|的说|说的|啥)|(?:都|也)?不(?:少|退|落|差)))|(?:个|颗)星)"
)
# 刚才打高了 改成3: a bare number is a score only beside words of scoring.
_CHANGED_TO = re.compile(
    r"(?:(?:打|给|评|分|点|按)[^,。]{0,5}(?:高|低|错|多|少|重|轻)了?|没戴(?:老)?花?眼?镜|眼(?:神儿?|睛)?(?:花|不好使?|不济)了?)"
    r"[^\d]{0,8}?(?:改|换|应该|想给|是|给)(?:成|为|到|是)?(?:个)?\s*"
    r"(?P<score>[0-5]|[零一二两三四五])(?![\d号楼单元层室点天个月年])"
)
# 那改成5, and no more: a score only where one is waited for.
_CHANGED_ALONE = re.compile(
    rf"(?:那|就|给我|帮我|还是|,|\s)*(?:改|换)(?:成|为|到|个)?\s*(?P<score>[0-5]|[零一二两三四五])分?(?:吧|呗|了|啊)*{_PADDING}"
)
_STARS = re.compile(r"[★⭐🌟]")
_LONE = re.compile(rf"{_PADDING}(?:评分?|打|给)?{_PADDING}(?P<score>[0-5]|[零一二三四五])(?:分|星|吧|个星)*{_PADDING}")
# Ten or a hundred points: full marks on another scale. 十分满意 is no number.
_FULL_MARKS = re.compile(r"(?<![\d.第前后])(?:100|10)\s*分(?!钟|之)|一百分|百分(?!之|百)|(?:打|给|评)(?:个)?十分|^十分[吧。!]*$")
_LONE_DIGIT = re.compile("[1-5]")
_NO_SCORE = re.compile(_TABLE["no_score"])
_TALK = re.compile(_TABLE["beside_score"])
_CLAUSE = re.compile(r"[^,。;!?、\s]+")
_TELLS = 3  # characters beside the score that say why
_LONGEST = 24


def classify_answer(text: str) -> Answer | None:
    """The short answer that the whole text is, None when it says more or something else."""
    plain = normalise(text).text
    if not re.search(r"\w", plain):
        return _emoji(text)
    if len(plain) > _LONGEST:
        return None
    choice = _choice(plain)
    if choice is not None:
        return choice
    kinds = [kind for kind, pattern in _KINDS if pattern.fullmatch(plain)]
    return Answer(kinds[0], also=kinds[1] if len(kinds) > 1 else None) if kinds else None


@dataclass(frozen=True)
class Verdict:
    """A score from 1 to 5; `named`: as a number or stars, not by an adjective; `clause` is the part of the text that gives it;
    `comment` is the whole text where it says more than the score, else ""."""

    score: int
    named: bool
    clause: str
    comment: str


def parse_verdict(text: str) -> Verdict | None:
    """The score of `parse_rating` with what is said beside it, None for none."""
    score, plain = parse_rating(text), normalise(text).text
    if score is None:
        return None
    clauses = _CLAUSE.findall(plain)
    clause = next((each for each in clauses if parse_rating(each) == score), plain)
    beside = _TALK.sub("", "".join(_without_score(each) for each in clauses))
    lone = _LONE.fullmatch(plain) is not None
    return Verdict(score, lone or explicit_score(text) is not None, clause, plain if len(beside) >= _TELLS else "")


def parse_rating(text: str) -> int | None:
    """A score from 1 to 5 in digits, stars or words, None for none, and for a mere 好的 that only says it was heard.

    好差评: 非常满意 5, 满意 4, 基本满意 3, 不满意 2, 非常不满意 1. Less than 1 counts as 1, ten or a hundred points as 5.
    """
    plain = normalise(text).text
    if _NO_SCORE.fullmatch(plain):
        return None
    lone = _LONE.fullmatch(plain)
    if lone:
        return max(parse_numeral(lone["score"]) or 0, 1)
    score = explicit_score(text)
    if score is not None:
        return score
    digits = [int(clause) for clause in _CLAUSE.findall(plain) if _LONE_DIGIT.fullmatch(clause)]
    if len(digits) == 1:  # 挺好 5
        return digits[0]
    return next((score for score, words in _WORDS if words.search(plain)), None)


def explicit_score(text: str) -> int | None:
    """A score that is named as one: stars, 5分, 四颗星; the last one where several are (不是3分是5分)."""
    stars = len(_STARS.findall(text))
    if 1 <= stars <= 5:
        return stars
    plain = normalise(text).text
    if _FULL_MARKS.search(plain):
        return 5
    return _last_score([*_SCORE.finditer(plain)] or [*_CHANGED_TO.finditer(plain)])


def slipped_score(text: str) -> int | None:
    """The score of 刚才没戴眼镜 应该是5: another than the one that was given; None for anything else."""
    return _last_score([*_CHANGED_TO.finditer(normalise(text).text)])


def _last_score(named: list[re.Match[str]]) -> int | None:
    scores = [value for value in (parse_numeral(match["score"]) for match in named) if value is not None]
    return min(max(scores[-1], 1), 5) if scores else None


def changed_score(text: str) -> int | None:
    """The score of 那改成5, said to nobody who is asked for anything but a score; None for anything else."""
    alone = _CHANGED_ALONE.fullmatch(normalise(text).text)
    value = parse_numeral(alone["score"]) if alone else None
    return min(max(value, 1), 5) if value is not None else None


def _without_score(clause: str) -> str:
    for pattern in (_FULL_MARKS, _SCORE, _STARS, *(words for _, words in _WORDS)):
        clause = pattern.sub("", clause)
    return clause


def _choice(plain: str) -> Answer | None:
    placed = next((number for number, pattern in ((1, _FIRST), (LAST, _LAST)) if pattern.fullmatch(plain)), None)
    if placed is not None:
        return Answer(AnswerKind.CHOICE, placed)
    match = _CHOICE.fullmatch(plain)
    number = parse_numeral(match["number"]) if match else None
    return Answer(AnswerKind.CHOICE, number) if number and number <= 20 else None


def _emoji(text: str) -> Answer | None:
    if any(char in _EMOJI_YES for char in text) or re.search(r"\[(?:OK|强|好的)\]", text):
        return Answer(AnswerKind.YES)
    if any(char in _EMOJI_NO for char in text) or "[弱]" in text:
        return Answer(AnswerKind.NO)
    return None
