"""A yes or a no that is told with something around it: 好啊,拜托你了; 没有!坑还在那; 打过了上午来的电话; 修啥呀还那样."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend.domain.drafting.expected import ANSWERED_YES_NO, FIXED, VISITED
from backend.domain.drafting.heard import Heard, best, is_firm, surely
from backend.domain.drafting.model import Ask
from backend.domain.language.answers import AnswerKind, classify_answer
from backend.domain.language.wishes import says

# Where a wrong yes files an order or throws one away, and where neither is an answer, the first word decides nothing.
_LED = ANSWERED_YES_NO - {Ask.CONFIRM.value, Ask.CANCEL.value, "which"}
_OFFERS = frozenset({"offer_urge", "offer_person"})
_NO = frozenset({AnswerKind.NO, AnswerKind.SKIP, AnswerKind.REFUSE})
_FIELDS = frozenset(ask.value for ask in (Ask.ADDRESS, Ask.ADDRESS_DETAIL, Ask.OCCURRED_AT, Ask.CONTACT_PHONE, Ask.CATEGORY))
_OF_FIELD = frozenset({AnswerKind.DONT_KNOW, AnswerKind.SAME_AS_BEFORE, AnswerKind.REFUSE})
_BESIDE_IT = frozenset({"affirm", "deny", "chitchat", "nlu_fallback", "report_complaint", "ask_faq"})
_CLAUSE = re.compile(r"[^,。!?;:、~\s]+")
_ASKS_BACK = re.compile(r"谁(?:来|管|修|理)(?=[呀啊了]|$)")  # where we asked whether somebody came: nobody did
_STATE = {VISITED: "visited_so", FIXED: "fixed_so"}


def led_by_yes_or_no(heard: Heard) -> str:
    """The first words of a longer answer to a yes/no question, where nothing after them takes them back."""
    if heard.requested not in _LED or heard.answer is not None or _is_another_wish(heard):
        return ""
    first, rest = _first_and_rest(heard.text)
    if heard.requested in _OFFERS and says("declines_offer", heard.text):
        return "" if says("after_all", rest) else "deny"
    answer = classify_answer(first) if rest else None
    if answer is None or says("hesitates", heard.text) or says("no_yes_whole", first):
        return ""
    if answer.kind in _NO:
        return "" if says("after_all", rest) else "deny"
    agrees = answer.kind is AnswerKind.YES and heard.requested != "more"
    return "affirm" if agrees and not says("takes_back_yes", rest) else ""


def told_state(heard: Heard) -> str:
    """Whether somebody came, or it is good again, told instead of said. What is not good again is not, whatever was done."""
    wish = _STATE.get(heard.requested)
    if wish is None or heard.answer is not None or _is_another_wish(heard, _ASKS_BACK.sub("", heard.text)):
        return ""
    if heard.requested == FIXED and says("not_so", _without_good_news(heard.text)):
        return "deny"
    said = next((said for clause in _clauses(heard.text) if (said := _state_of(clause, wish))), "")
    return "" if said == "affirm" and surely(heard, "deny") else said  # 就好了一天, 清一半留一半就说办好了


def field_left(heard: Heard) -> str:
    """看不懂 你给我定; 你不是有我号吗,还是那个: the field stays as it is known or unknown, with a word about it."""
    open_field = heard.requested in _FIELDS and heard.answer is None and best(heard) in _BESIDE_IT
    if not open_field or heard.facts.phones or heard.facts.address is not None:
        return ""
    kinds = [answer.kind for clause in _clauses(heard.text) if (answer := classify_answer(clause))]
    leaves = kinds[:1] and kinds[0] in _OF_FIELD
    return "provide_info" if leaves or AnswerKind.SAME_AS_BEFORE in kinds else ""


def _state_of(clause: str, wish: str) -> str:
    told = _without_good_news(clause)
    if says("not_so", told):
        return "deny"
    return "affirm" if says(wish, told) and not says("own_doing", told) else ""


def _without_good_news(text: str) -> str:
    """不漏了, 没问题了 sound like a no and are none."""
    return re.sub(r"不(?:再)?[漏堵响臭吵冷闪滴闹]了?|没(?:有)?(?:啥|什么)?(?:问题|毛病|事)|不错|不赖", "好了", text)


def _is_another_wish(heard: Heard, told: str | None = None) -> bool:
    corrects = best(heard) == "correct_previous_detail" and (heard.facts.address or heard.facts.occurred_at or heard.facts.phones)
    firm = is_firm(heard) and best(heard) in ("ask_human", "opt_out", "emergency")
    return bool(corrects) or firm or says("question", heard.text if told is None else told)


def _first_and_rest(text: str) -> tuple[str, str]:
    clauses = list(_clauses(text))
    return (clauses[0], " ".join(clauses[1:])) if clauses else ("", "")


def _clauses(text: str) -> Iterator[str]:
    return (match[0] for match in _CLAUSE.finditer(text))
