"""What a sentence wants, told by its words: giving up or keeping, starting anew, refusing, asking, urging, adding.

These rules stand beside the classifier where its mistake would cost something: an order taken back, a question stored as a
time, a complaint written onto another order.
"""

from __future__ import annotations

import re

from backend.domain.language.answers import AnswerKind, classify_answer
from backend.domain.language.normalise import normalise
from backend.domain.language.tables import load_table

_WHOLE = "_whole"
_ABOUT_PHONES = re.compile(r"[\d\s\W]|电话|手机|号码?|以后|麻烦|就[行好]|[的了吧是我您请给那个这]")
_MARKS_BEHIND = re.compile(r"[\s\W]+$")
_LEADS_ON = re.compile(r"^(?:一下|(?:一?[个件])?(?:事儿?(?![故情业])))?[\s\W]*")  # 还有个事 楼上漏水
_PADDING = r"[\s,。!?~:;、]*"
_FIRST_CLAUSE = re.compile(r"\s*([^\s,。!?;、]*)([\s,。!;、]*)(.*)", re.DOTALL)
_TABLES = ("form", "fields", "yes_no", "matters", "orders", "questions", "talk")
_TABLE = {
    name: re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    for table in _TABLES
    for name, patterns in load_table(f"wishes/{table}").items()
}


def says(wish: str, text: str) -> bool:
    """Whether the text speaks of `wish`, a name out of data/wishes/*.yml (KeyError for another); a name ending in `_whole` must
    be all that is said."""
    plain = normalise(text).text
    if wish.endswith(_WHOLE):
        return bool(re.fullmatch(f"{_PADDING}(?:{_TABLE[wish].pattern}){_PADDING}", plain))
    return bool(_TABLE[wish].search(plain))


def gives_up(text: str, *, softly: bool = False) -> bool:
    """A clear yes to "shall we take it back?". Everything else keeps: a no, a half sentence, a question, anything with a word of
    keeping.

    `softly` also takes 算了 and 不用了, which are clear only while nothing is filed yet.
    """
    if says("keeps", text) or asks(text):
        return False
    if says("gives_up", text) or (softly and says("gives_up_softly", text)):
        return True
    answer = classify_answer(text)
    return answer is not None and (answer.kind is AnswerKind.YES or (answer.kind is AnswerKind.CHOICE and answer.number == 1))


def asks(text: str) -> bool:
    """Whether the words ask something; 撤了吧行吗 and 能不能让师傅带个梯子 ask for leave only."""
    return says("question", _TABLE["polite_tail"].sub("", _TABLE["polite_head"].sub("", normalise(text).text)))


def agrees_and_asks(text: str) -> bool:
    """对 这个多久能来人: a yes, and behind it a question that is not about what the yes was said to."""
    first, mark, rest = _FIRST_CLAUSE.match(normalise(text).text).groups()  # type: ignore[union-attr]  # matches any text
    answer = classify_answer(first) if mark and rest else None
    if answer is None or answer.kind is not AnswerKind.YES or says("no_yes_whole", first):
        return False
    if not says("question", rest) and not says("how_long", rest):
        return False
    rest = rest.replace("是不是", "")  # asks, and puts nothing in the place of another
    return not any(says(wish, rest) for wish in ("wrong", "instead", "starts_correction", "reads_back", "hesitates", "knows_not"))


def around_another(text: str) -> tuple[str, str]:
    """What stands before and behind the first words that announce a further problem (5分,对了楼下井盖没了), without the marks
    between; two "" where none are announced."""
    plain = normalise(text).text
    announced = _TABLE["another"].search(plain)
    if announced is None:
        return "", ""
    return _MARKS_BEHIND.sub("", plain[: announced.start()]), _LEADS_ON.sub("", plain[announced.end() :])


def beside_phone(text: str) -> str:
    """What is said beside a new telephone number: the characters without digits, marks and the words that announce it."""
    return _ABOUT_PHONES.sub("", _TABLE["new_phone"].sub("", normalise(text).text))
