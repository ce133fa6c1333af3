"""What is said about a problem that waits for its turn, while the one before it is still talked about.

楼道灯那个不用报了 takes it away, 下水那个是7号楼 puts its place right; the open form stays as it is in both cases.
"""

from __future__ import annotations

import re
from dataclasses import replace

from backend.contracts.conversations import Address
from backend.contracts.understanding import Issue
from backend.domain.drafting.asking import with_next_question
from backend.domain.drafting.collecting import collect
from backend.domain.drafting.gist import clauses_of
from backend.domain.drafting.model import OpenForm, Step, Turn
from backend.domain.drafting.words import without_stretch
from backend.domain.language.several_places import place_after

DROPPED, CHANGED = "waiting_dropped", "waiting_changed"
_DROPS = re.compile(
    r"(?:不用|别|甭|不必|不要|先不)(?:再|给我)?(?:报|管|提|登记|记|投诉|反映|说|派|修|查)|不(?:报|投诉|反映|提)了?|(?:不用|不要)了"
    r"|算了|取消|撤(?:了|掉|销|回)"
)
_POINTS = re.compile(r"[那这](?:个|件|事|桩|盏|处|条)|第[二三四两2-4]|[后另][头面边]?(?:一|那)?[个件]|的(?:是|在|不)")
_COUNTED = re.compile(r"第([二三四两2-4])(?:个|件|样|桩)")
_ANOTHER = re.compile(r"[后另][头面边]?(?:一|那)?[个件]")
_PLACE_IN_LINE = {"二": 0, "两": 0, "2": 0, "三": 1, "3": 1, "四": 2, "4": 2}
_HOUSE = r"(?:号楼|栋|幢|#|号(?=[^\d]|$))"
_PAIR, _LONGEST = 2, 30  # characters; who says more tells something else


def about_waiting(form: OpenForm, turn: Turn) -> Step | None:
    """The form without the waiting problem that is no longer to be reported, or with its place or time put right; None when the
    message is not about exactly one that waits."""
    if not form.also or len(turn.text) > _LONGEST or not _POINTS.search(turn.text):
        return None
    index = _meant(form, turn.text)
    if index is None:
        return None
    if _DROPS.search(turn.text):
        dropped = _with_waiting(form, (*form.also[:index], *form.also[index + 1 :]), DROPPED)
        return _with_what_else(form, dropped, turn)
    mended = _mended(form, form.also[index], turn)
    return _with_waiting(form, (*form.also[:index], mended, *form.also[index + 1 :]), CHANGED) if mended else None


def _with_waiting(form: OpenForm, also: tuple[Issue, ...], remark: str) -> Step:
    return Step(with_next_question(replace(form, also=also, misunderstood=0)), changed=("also",), remarks=(remark,))


def _with_what_else(form: OpenForm, dropped: Step, turn: Turn) -> Step:
    """碧水家园9号楼 对了物业费那个先不说了: the answer to the open question, told in the same breath."""
    rest = turn
    for clause in clauses_of(turn.text):
        if _DROPS.search(clause) or _POINTS.search(clause):
            start = turn.text.index(clause)
            blank = rest.text[:start] + " " * len(clause) + rest.text[start + len(clause) :]
            rest = replace(rest, text=blank, facts=without_stretch(rest.facts, start, start + len(clause)))
    told = rest.facts.address or rest.facts.occurred_at or rest.facts.phones
    if not told or rest.text == turn.text:
        return dropped
    alone = replace(rest, intent="provide_info", answer=None, guesses=(), issues=())
    step = collect(replace(form, also=dropped.form.also), alone)
    return replace(step, understood=True, changed=(*dropped.changed, *step.changed), remarks=(*dropped.remarks, *step.remarks))


def _meant(form: OpenForm, text: str) -> int | None:
    """Which of those that wait the words name: by its place in the line, or by words that only this one was told in."""
    counted = _COUNTED.search(text)
    if counted:
        place = _PLACE_IN_LINE[counted[1]]
        return place if place < len(form.also) else None
    if len(form.also) == 1 and _ANOTHER.search(text):
        return 0
    said, here = _pairs(text), _pairs(form.draft.description)
    named = [index for index, issue in enumerate(form.also) if said & (_pairs(issue.text) - here)]
    return named[0] if len(named) == 1 and not said & (here - _pairs_of(form.also)) else None


def _pairs_of(issues: tuple[Issue, ...]) -> set[str]:
    return {pair for issue in issues for pair in _pairs(issue.text)}


def _pairs(text: str) -> set[str]:
    """Two Chinese characters that stand together; digits and marks name no matter."""
    words = re.findall(r"[\u4e00-\u9fff]+", text)
    return {word[start : start + _PAIR] for word in words for start in range(len(word) - 1)} - _SAYS_NOTHING


_SAYS_NOTHING = frozenset(
    {"那个", "这个", "那件", "不用", "号楼", "单元", "不是", "小区", "没人", "还有", "不了", "一个", "的是"}
)


def _mended(form: OpenForm, issue: Issue, turn: Turn) -> Issue | None:
    """The problem at the place and time that the message tells; None when it tells neither."""
    place, time = turn.facts.address, turn.facts.occurred_at
    if place is None and time is None:
        return None
    when = time.occurred_at if time else issue.occurred_at
    if place is None:
        return replace(issue, occurred_at=when)
    known = issue.address or form.draft.address
    said = place_after(known, place.address)
    return replace(issue, text=_rehoused(issue.text, known, said), address=said, occurred_at=when)


def _rehoused(text: str, known: Address, said: Address) -> str:
    """The words with the new number of the house, so that the read-back does not tell both."""
    if not known.building or not said.building:
        return text
    return re.sub(rf"(?<!\d){re.escape(known.building)}{_HOUSE}", f"{said.building}号楼", text)
