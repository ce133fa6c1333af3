"""What a yes/no question of ours leads us to expect, and what other wishes are in its light.

After "要不要帮您催一下?" the answer 快催吧 is a yes, not a new wish; after "师傅联系您了吗?" 影子都没见着 is a no. The
classifier sees the words alone, so its ranking is read again here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.domain.drafting.heard import Ranking
from backend.domain.drafting.model import Ask

YES_NO = "yes_no"
VISITED, FIXED, ANONYMOUS = "visited", "fixed", "anonymous"
_GAIN = 4.0  # how much likelier a yes or a no is after a yes/no question than anywhere; chosen on separately written answers
_ANSWERS = ("affirm", "deny")


@dataclass(frozen=True)
class YesNoQuestion:
    """A yes/no question: how it is recognised in a sentence of the bot, which wishes are a yes or a no to it, what is likelier
    after it than anywhere."""

    name: str
    pattern: re.Pattern[str]
    folds: Mapping[str, str] = field(default_factory=dict)
    likelier: tuple[str, ...] = _ANSWERS


_NOT_WANTED = {"cancel": "deny", "bye": "deny"}
# From the most telling to the least; all are questions that the assistant's own sentences or a caseworker's may end with.
QUESTIONS: tuple[YesNoQuestion, ...] = (
    YesNoQuestion("offer_urge", re.compile(r"(?:要不要|需要|要|帮您).{0,8}催.{0,6}[吗?]"), {"urge": "affirm", **_NOT_WANTED}),
    YesNoQuestion(
        "offer_person",
        re.compile(r"(?:要不要|需要|要|帮您|给您).{0,8}(?:人工|工作人员).{0,6}[吗?]"),
        {"ask_human": "affirm", "urge": "affirm", **_NOT_WANTED},
    ),
    YesNoQuestion(
        FIXED,
        re.compile(
            r"(?:[修弄整处清换通](?:理|通|走|上)?好?|解决|恢复(?:供[水电暖热气]|正常)?|来[水电气]|[水电气]来|好(?:转|使)?|热|亮|正常|改善|见强)"
            r"(?:点儿?)?了?(?:吗|没有?|么)[??]?$"
        ),
        {"dispute_result": "deny"},
    ),
    YesNoQuestion(
        VISITED,
        re.compile(r"(?:联系|来|到|上门|打(?:过)?电话)(?:过|上)?(?:您|你)?(?:家)?(?:了|过)?(?:吗|没有?|么)[??]?$"),
        {"dispute_result": "deny", "query_status": "deny"},
    ),
    YesNoQuestion(
        Ask.SAME.value,
        re.compile(r"同一(?:件|个)|是不是(?:这|它)|是(?:这|那)一?(?:件|个).{0,4}吗"),
        {"correct_previous_detail": "deny"},
    ),
    # 不想留姓名 is no no to whether the name is to be kept back.
    YesNoQuestion(ANONYMOUS, re.compile(r"(?:匿名|保密)[^,。?]{0,6}[吗么]?[??]?$"), {}, (*_ANSWERS, "provide_info")),
    # 就您一家还是整栋楼都没水: neither yes nor no is an answer, and 都没水 is one and no further complaint.
    YesNoQuestion(
        "which",
        re.compile(r"^(?!.*(?:要不要|需要|对吗|没错吧|[报查]|人工))[^?]*还是(?!这|那|原来|老)[^,。?]{1,14}[??]?$"),
        dict.fromkeys(("affirm", "deny", "report_complaint"), "provide_info"),
        (),
    ),
    # 还有别的要说的吗: 没了, 有, or what there is to add (师傅来之前打个电话); a further complaint says so surely.
    YesNoQuestion(
        "more",
        re.compile(r"还有[^,。?]{0,12}(?:补充|要说|要反映|别的|其他|其它)[^,。?]{0,8}(?:[吗么没])?[??]?$"),
        {},
        (*_ANSWERS, "provide_info"),
    ),
)
# Where a wrong yes files an order or throws one away, nothing is taken for likelier than the words say.
_WEIGHTY = frozenset({Ask.CONFIRM.value, Ask.CANCEL.value})
_FOLDS: Mapping[str, Mapping[str, str]] = {
    **{question.name: question.folds for question in QUESTIONS},
    Ask.RESUME.value: _NOT_WANTED,
}
_LIKELIER: Mapping[str, tuple[str, ...]] = {question.name: question.likelier for question in QUESTIONS}
ANSWERED_YES_NO = _WEIGHTY | {*_FOLDS, YES_NO}
KEEPS_BY_SAME = ANSWERED_YES_NO - _WEIGHTY  # 就这个, 还是那个 is a yes to these


def in_the_light_of(ranking: Ranking, requested: str) -> Ranking:
    """The ranking after the question `requested`, best first, with the same sum of shares; unchanged after any other question."""
    if requested not in ANSWERED_YES_NO - _WEIGHTY or not ranking:
        return ranking
    folds, likelier = _FOLDS.get(requested, {}), _LIKELIER.get(requested, _ANSWERS)
    shares: dict[str, float] = {}
    for name, share in ranking:
        meant = folds.get(name, name)
        shares[meant] = shares.get(meant, 0.0) + share * (_GAIN if name in likelier else 1.0)
    scale = sum(share for _, share in ranking) / (sum(shares.values()) or 1.0)
    return tuple(sorted(((name, share * scale) for name, share in shares.items()), key=lambda entry: -entry[1]))
