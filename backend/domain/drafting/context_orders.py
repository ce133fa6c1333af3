"""Rules of what exists already: an order by its number, a verdict that is waited for, something to add."""

from __future__ import annotations

import re

from backend.domain.drafting.heard import (
    FEW_WORDS,
    RATING,
    Heard,
    best,
    is_firm,
    share,
    surely,
)
from backend.domain.drafting.words import words_beside_facts
from backend.domain.language.answers import changed_score, explicit_score, parse_rating, slipped_score
from backend.domain.language.wishes import says

_LIKELY = 0.4
# While a verdict is waited for, these are still what they are, even with a "好" in them.
_NO_VERDICT = frozenset({"query_status", "ask_faq", "urge", "report_complaint", "ask_human", "cancel"})
# With an order number beside it, this is what is wanted of the order.
_WITH_NUMBER = (("gives_up", "cancel"), ("urges", "urge"), ("adds", "provide_info"))
_OF_NUMBER = frozenset({"rate", "cancel", "urge", "dispute_result"})  # and so is this, in the classifier's own words
_SURELY = 0.9
_FEW_OF_A_SLIP = 20  # characters
_MORE_THAN_A_SLIP = frozenset({"emergency", "opt_out", "ask_human", "report_complaint", "ask_faq"})
_AROUND_SCORE = frozenset({"correct_previous_detail", "provide_info", "affirm", "deny", "rate"})
_ASKED_AFTER = frozenset(
    {"report_complaint", "provide_info", "query_status", "chitchat", "nlu_fallback", "out_of_scope", "dispute_result"}
)
_PUTS_OFF = frozenset({"urge", "report_complaint"})
_NO_SCORE_YET = ("verdict_later", "half_good", "asks_how_to_rate")
_SATISFIED = frozenset({"thanks", "bye", "affirm", "provide_info", "chitchat", "report_complaint", "greet"})


def order_number(heard: Heard) -> str:
    """An order number: what is wanted of that order, its state where nothing else is said."""
    if not heard.facts.order_numbers:
        return ""
    wish = next((intent for name, intent in _WITH_NUMBER if says(name, heard.text)), "")
    if wish and not says("keeps", heard.text) and best(heard) in ("query_status", "provide_info", wish, ""):
        return wish
    spoken = words_beside_facts(heard.text, heard.facts)
    beside = re.sub(r"[\dA-Za-z零一二三四五六七八九]|单号|工单号?|编号|查", "", spoken)
    is_surely = best(heard) in _OF_NUMBER and share(heard) >= _SURELY
    return "query_status" if (len(beside) < FEW_WORDS and not is_surely) or best(heard) in ("provide_info", "") else ""


def rating(heard: Heard) -> str:
    """A score or a verdict, while one is waited for."""
    asks_otherwise = best(heard) in _NO_VERDICT and share(heard) >= _LIKELY and len(heard.text) > FEW_WORDS
    if heard.requested != RATING or (is_firm(heard) and len(heard.text) > 1) or asks_otherwise:  # 0 calls nobody here
        return ""
    return "rate" if parse_rating(heard.text) is not None else ""


def revised_score(heard: Heard) -> str:
    """刚才按错了,应该是5分: a score is a score, whatever is said around it."""
    around = _AROUND_SCORE | {"dispute_result"} if heard.requested == RATING else _AROUND_SCORE
    wanted = heard.requested in ("", RATING) and best(heard) in around
    if heard.requested == RATING and changed_score(heard.text) is not None:
        return "rate"
    if heard.requested in ("", RATING) and slipped_score(heard.text) is not None and heard.facts.address is None:
        return "rate"
    return "rate" if wanted and explicit_score(heard.text) is not None else ""


def slipped(heard: Heard) -> str:
    """点错了, while a verdict is waited for or not yet certain: about the score, whatever it sounds like."""
    told = heard.requested == RATING and says("slips", heard.text) and len(heard.text) <= _FEW_OF_A_SLIP
    told = told and heard.facts.address is None
    return "rate" if told and best(heard) not in _MORE_THAN_A_SLIP else ""


def after_score(heard: Heard) -> str:
    """我打的分记上了吗: after a score, and not after an order."""
    return "provide_info" if heard.requested in ("", RATING) and says("asks_rated", heard.text) else ""


def after_others(heard: Heard) -> str:
    """楼上老李头报没报过我家: after what others filed, and no trouble of one's own."""
    asks = heard.requested in ("", RATING) and says("asks_of_others", heard.text)
    return "query_status" if asks and best(heard) not in ("emergency", "ask_human") else ""


def unsolved(heard: Heard) -> str:
    """A bare 没解决 is a verdict on what was handled, where the form does not ask something else."""
    refuses = heard.requested == RATING and says("no_verdict_yet", heard.text)
    bare = heard.requested in ("", RATING) and says("unsolved_whole", heard.text)
    return "dispute_result" if bare or refuses else ""


def addition(heard: Heard) -> str:
    """补充一下, with no form open: it belongs to an order that exists."""
    told = heard.requested in ("", RATING) and says("adds", heard.text) and not _is_of_the_world(heard)
    nothing = best(heard) == "deny" and share(heard) >= _SURELY  # 没的补充
    return "provide_info" if told and not nothing else ""


def what_about(heard: Heard) -> str:
    """那路灯呢, with no form open: asks after an order. Who has none is taken to report."""
    asks = not heard.requested and heard.answer is None
    asks = asks and (says("what_about_whole", heard.text) or says("asks_how_far", heard.text))
    return "query_status" if asks and best(heard) in _ASKED_AFTER and not _is_of_the_world(heard) else ""


def solved(heard: Heard) -> str:
    """修好了谢谢啊, 小伙子真不赖, while a verdict is waited for: it says that it is good, not yet how many points."""
    pleased = says("solved", heard.text) or says("praises", heard.text)
    talk = heard.requested == RATING and best(heard) in _SATISFIED and pleased
    return "rate" if talk and not says("question", heard.text) else ""


def verdict_put_off(heard: Heard) -> str:
    """我还没看呢, 亮是亮了 一闪一闪的, 咋打分, while a verdict is waited for: no score yet, and neither talk nor a complaint."""
    if heard.requested != RATING or is_firm(heard):
        return ""
    if says("verdict_later", heard.text) and best(heard) in _PUTS_OFF:  # 还没热起来呢 等明天看看再说吧
        return "rate"
    if best(heard) in _NO_VERDICT - {"ask_faq"}:
        return ""
    return "rate" if any(says(name, heard.text) for name in _NO_SCORE_YET) else ""


def _is_of_the_world(heard: Heard) -> bool:
    """今天天气怎么样: surely talk, whatever words of orders are in it."""
    return surely(heard, "out_of_scope", "chitchat")
