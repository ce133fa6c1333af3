"""Rules of what is asked: how something is looked up, who does it, for a person."""

from __future__ import annotations

from backend.domain.drafting.context_words import FORM
from backend.domain.drafting.heard import (
    POLITE,
    SURE_OF_MATTER,
    Heard,
    best,
    is_clear,
    share,
    stands,
)
from backend.domain.language.wishes import says

_ASKING = frozenset({"query_status", "ask_faq", "ask_human", "urge", "provide_info", "chitchat", "out_of_scope"})
_SHORT_QUESTION = 14


def question(heard: Heard) -> str:
    """How one looks something up, and inside the form how long it takes: answered, never stored."""
    if heard.facts.order_numbers or best(heard) not in _ASKING:
        return ""
    if says("how_to", heard.text):
        return "" if stands(heard) else "ask_faq"
    return "ask_faq" if heard.requested in FORM and says("how_long", heard.text) and not says("earlier", heard.text) else ""


def who_handles(heard: Heard) -> str:
    """谁来管这个事啊, in the middle of the form and after it; 谢谢 谁给办啊: the question counts, not the thanks before it."""
    bare = len(heard.text) <= _SHORT_QUESTION and heard.facts.address is None and not heard.facts.order_numbers
    polite = best(heard) in POLITE
    asked = heard.requested in FORM or (heard.requested == "" and (polite or share(heard) < SURE_OF_MATTER))
    after_thanks = heard.requested == "" and polite and says("how_long", heard.text)
    return "ask_faq" if bare and ((asked and says("who_handles", heard.text)) or after_thanks) else ""


def of_elsewhere(heard: Heard) -> str:
    """我是立山区的 路灯不亮 你们管不, with no form open: first whether we see to it at all."""
    asks = not heard.requested and says("elsewhere", heard.text) and says("asks_scope", heard.text)
    return "ask_faq" if asks and best(heard) != "emergency" else ""


def person(heard: Heard) -> str:
    """我要找你们领导: a person, unless a clear matter is told around it and no question is open."""
    tells = is_clear(heard.matter, SURE_OF_MATTER) and not heard.requested
    unwanted = best(heard) == "deny" and share(heard) >= SURE_OF_MATTER  # 不用转人工
    return "ask_human" if says("asks_person", heard.text) and not tells and not unwanted else ""
