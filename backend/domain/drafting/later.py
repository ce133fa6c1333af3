"""An answer that is put off in a whole sentence: 我在路上呢,回头再说地址."""

from __future__ import annotations

import re

from backend.contracts.understanding import Facts
from backend.domain.drafting.gist import clauses_of
from backend.domain.drafting.model import Ask, OpenForm
from backend.domain.language.answers import Answer, AnswerKind
from backend.domain.language.wishes import says

_PAUSES = re.compile("先(?:就)?(?:不|别)(?:跟你们?)?(?:说|聊|唠|弄|整)了?[\\s,。]+[^\\s,。]")  # 先不说了 接娃


def put_off(text: str, facts: Facts) -> Answer | None:
    """The answer LATER where the text says so and gives nothing instead, else None."""
    gives = facts.address is not None or facts.phones or (facts.occurred_at is not None and not says("now_of_speech", text))
    return None if gives or not says("puts_off", text) or comes_back(text) else Answer(AnswerKind.LATER)


def comes_back(text: str) -> bool:
    """先不说了 接孩子去 回头再说: the open question stands until then, and nothing is given up."""
    pauses = says("puts_off", text) or leaves_it_so(text) or _PAUSES.search(text) is not None
    return pauses and says("leaves_now", text) and not says("drops_it", text)


def leaves_it_so(text: str) -> bool:
    """先这样 拉活去了: what was told stands, and whoever told it is gone."""
    first, *rest = clauses_of(text) or [""]
    stands = any(says(name, first) for name in ("nothing_more_whole", "enough_whole"))
    return stands and bool(rest) and all(says("leaves_now", clause) for clause in rest) and not says("puts_off", text)


def as_before(form: OpenForm, text: str, facts: Facts) -> Answer | None:
    """就上回报水黄那个地方, asked where: the place of the last order."""
    asked = form.requested is Ask.ADDRESS and facts.address is None
    return Answer(AnswerKind.SAME_AS_BEFORE) if asked and says("as_before_place", text) else None
