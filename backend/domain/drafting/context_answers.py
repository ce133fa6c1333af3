"""Rules of the open question: what is an answer to it, a yes or a no, or a fact that was asked for."""

from __future__ import annotations

from collections.abc import Callable

from backend.contracts.conversations import Completeness
from backend.contracts.understanding import Facts
from backend.domain.drafting.context_words import FORM
from backend.domain.drafting.expected import ANONYMOUS, ANSWERED_YES_NO, KEEPS_BY_SAME
from backend.domain.drafting.heard import (
    FEW_WORDS,
    POLITE,
    RATING,
    SURE_OF_MATTER,
    Heard,
    best,
    is_clear,
    is_firm,
    share,
    surely,
)
from backend.domain.drafting.later import leaves_it_so
from backend.domain.drafting.model import Ask
from backend.domain.drafting.words import words_beside_facts
from backend.domain.language.address_numbers import lone_door
from backend.domain.language.answers import Answer, AnswerKind
from backend.domain.language.wishes import gives_up, says

_BARELY = 2  # characters beside a fact
_STRONG, _NEARLY_SURE = 0.8, 0.95
_TALK = frozenset({"chitchat", "out_of_scope", "abuse", "bye", "ask_human"})
_FACT_OF: dict[str, Callable[[Facts], object]] = {
    Ask.ADDRESS.value: lambda facts: facts.address,
    Ask.ADDRESS_DETAIL.value: lambda facts: facts.address,
    Ask.OCCURRED_AT.value: lambda facts: facts.occurred_at,
    Ask.CONTACT_PHONE.value: lambda facts: facts.phones,
}
_PLACES = frozenset({Ask.ADDRESS.value, Ask.ADDRESS_DETAIL.value})
_ASKS = frozenset({"ask_faq", "query_status", "urge"})
_OF_ORDERS = frozenset({"dispute_result", "rate"})
_YES_NO_QUESTIONS = ANSWERED_YES_NO | {Ask.CHANGE.value, ""}
_OPEN_FIELD = frozenset({*_FACT_OF, Ask.CATEGORY.value})
_ALWAYS_INFO = frozenset({AnswerKind.DONT_KNOW, AnswerKind.SKIP, AnswerKind.REFUSE, AnswerKind.SAME_AS_BEFORE, AnswerKind.LATER})
_PARTING = frozenset({"thanks", "bye"})  # 好的谢谢, 改天聊: where nothing was asked they answer nothing
# Below these shares a digression inside the form is doubtful: talk without content sooner than a question.
_WEAK = {
    "abuse": 0.85,
    **dict.fromkeys(("chitchat", "out_of_scope", "greet", "thanks", "bye", "rate", "opt_out", "ask_human"), 0.6),
    **dict.fromkeys(("ask_faq", "query_status", "urge", "dispute_result"), 0.4),
}


_GIVES_UP = ("gives_up", "gives_up_softly", "drops_it", "never_mind_whole")
_A_SENTENCE = 9  # characters
_BESIDE_A_YES = POLITE | {"urge"}  # 对,谢谢; 是,快点
_BESIDE_READ_BACK = frozenset(
    {"provide_info", "report_complaint", "out_of_scope", "chitchat", "nlu_fallback", "correct_previous_detail"}
)


def control(heard: Heard) -> str:
    """The questions whether to give up and whether to go on: only a clear yes gives up."""
    if heard.requested == Ask.CANCEL.value:
        return "affirm" if gives_up(heard.text, softly=True) else "deny" if says("keeps", heard.text) else ""
    if heard.requested == Ask.CONFIRM.value:
        closes = says("nothing_more_whole", heard.text) or leaves_it_so(heard.text)
        return "affirm" if closes or _agrees_first(heard) else ""
    if heard.requested == Ask.CHANGE.value:
        return "affirm" if best(heard) in _BESIDE_A_YES and says("agrees_first", heard.text) else ""
    if heard.requested == Ask.RESUME.value:
        return "deny" if says("starts_anew", heard.text) else "affirm" if says("goes_on", heard.text) else ""
    if heard.requested == Ask.SAME.value:
        return _same_matter(heard)
    return ""


def _agrees_first(heard: Heard) -> bool:
    """对,谢谢; 对 再加一句 家里有吃奶的孩子: a yes, and something beside it that goes along and puts nothing right."""
    if not says("agrees_first", heard.text):
        return False
    if best(heard) in _BESIDE_A_YES:
        return True
    facts = heard.facts
    goes_along = best(heard) in _BESIDE_READ_BACK and share(heard) < _STRONG and not (facts.address or facts.phones)
    return goes_along and not any(says(name, heard.text) for name in ("question", "forbids", "starts_correction"))


def _same_matter(heard: Heard) -> str:
    """不是一回事, 就是那个: whether it is the matter of the open order."""
    if says("is_another", heard.text):
        return "deny"
    return "affirm" if says("is_same", heard.text) and best(heard) != "deny" else ""


def door(heard: Heard) -> str:
    """201, in the form: the door of the house that was told, and no order's number; where a phone was asked for, part of it."""
    return "provide_info" if heard.requested in FORM and lone_door(heard.text) and not heard.facts.order_numbers else ""


def no_giving_up(heard: Heard) -> str:
    """不用管我婆婆 就让他们把冰刨了, 他们家没人 电话也没有: a doubtful sentence inside the form gives nothing up without
    a word for it, and denies nothing of the read-back without one."""
    if surely(heard, "cancel") or heard.requested not in FORM or heard.answer is not None or len(heard.text) < _A_SENTENCE:
        return ""
    if best(heard) == "cancel" and heard.requested != Ask.CANCEL.value:
        return "" if any(says(wish, heard.text) for wish in _GIVES_UP) else "provide_info"
    denies = best(heard) == "deny" and heard.requested == Ask.CONFIRM.value and not says("question", heard.text)
    return "provide_info" if denies and not _puts_right(heard.text) and not says("denies", heard.text) else ""


def refusal(heard: Heard) -> str:
    """电话就不留了吧,怕人打击报复, 能不留吗: the phone is kept back. 要电话干啥 asks what it is for."""
    asked = heard.requested == Ask.CONTACT_PHONE.value and not heard.facts.phones and not surely(heard, "cancel")
    if asked and says("why_phone", heard.text):
        return "ask_faq"
    leave = says("may_leave_out", heard.text) or (says("by_wechat", heard.text) and not says("how_to", heard.text))
    refuses = leave or (says("refuses", heard.text) and not says("question", heard.text))
    return "provide_info" if asked and refuses else ""


def phone_dropped(heard: Heard) -> str:
    """把电话删了吧 takes the phone out, not the complaint."""
    told = heard.requested in FORM and says("drops_phone", heard.text) and not surely(heard, "ask_faq")
    return "correct_previous_detail" if told else ""


def put_off(heard: Heard) -> str:
    """到家再给你打电话: an answer to the open question, not a goodbye."""
    told = heard.requested in _OPEN_FIELD and says("puts_off", heard.text) and not surely(heard, "cancel", "ask_faq")
    return "provide_info" if told else ""


def weak(heard: Heard) -> str:
    """Inside the form a doubtful digression is an answer that was not understood; two of them bring a person."""
    if heard.requested not in FORM or heard.answer is not None or says("question", heard.text):
        return ""
    limit = _NEARLY_SURE if _tells_all_the_same(heard) else _WEAK.get(best(heard), 0.0)
    return "provide_info" if share(heard) < limit else ""


def _tells_all_the_same(heard: Heard) -> bool:
    """孩子直咳嗽, 冻手写不了字, 社区说没接到通知: what comes of it and what was said of it, whatever it sounds like."""
    wish = best(heard)
    if wish == "urge":
        return not says("urges", heard.text)
    return (wish in _TALK and says("suffers", heard.text)) or (wish == "query_status" and says("office_answers", heard.text))


def short_answer(heard: Heard) -> str:
    """A choice, a yes, a no, 不知道, 跳过: what they mean after this question."""
    answer = heard.answer
    if answer is None or heard.requested == RATING:
        return ""
    if answer.kind is AnswerKind.CHOICE:
        return _chosen(heard, answer)
    if (not heard.requested and best(heard) in _PARTING and share(heard) >= _STRONG) or surely(heard, "cancel"):
        return ""
    if _says_no(heard, answer):
        return "" if is_firm(heard) else "deny"
    if answer.kind is AnswerKind.SAME_AS_BEFORE and heard.requested in KEEPS_BY_SAME:
        return "affirm"
    if answer.kind in _ALWAYS_INFO:
        return "" if best(heard) == "cancel" else "provide_info"
    if answer.kind is AnswerKind.NO:
        return "provide_info" if heard.requested == Ask.CONTACT_PHONE.value else "" if is_firm(heard) else "deny"
    return "affirm"


def _says_no(heard: Heard, answer: Answer) -> bool:
    """没有, 不用 skip a field where one is open; after a yes/no question, and where nothing is open, they are a no."""
    if heard.requested in ANSWERED_YES_NO:
        return answer.kind is AnswerKind.SKIP or (answer.kind is AnswerKind.REFUSE and heard.requested != ANONYMOUS)
    no_field = answer.kind is AnswerKind.SKIP and heard.requested in ("", RATING, Ask.CHANGE.value)
    return no_field and (answer.also is AnswerKind.NO or best(heard) == "deny")


def _chosen(heard: Heard, answer: Answer) -> str:
    if heard.requested in _YES_NO_QUESTIONS:
        return {1: "affirm", 2: "deny"}.get(answer.number or 0, "") if heard.requested else ""
    return "provide_info" if heard.requested in _OPEN_FIELD else ""


def asked_fact(heard: Heard) -> str:
    """The fact that was asked for, without another matter around it."""
    has = _FACT_OF.get(heard.requested)
    if has is None or not has(heard.facts):
        return ""
    beside = len(words_beside_facts(heard.text, heard.facts))
    if best(heard) in _OF_ORDERS and not says("earlier", heard.text):
        return "provide_info"  # 快一个月了 换过灯泡没两天又不亮, asked since when: nothing was filed that it could be about
    bare = best(heard) == "correct_previous_detail" and not _puts_right(heard.text)
    if beside and is_firm(heard) and not bare:
        return ""
    few = beside <= (3 if _doubtful(heard) and not says("question", heard.text) else 2) * FEW_WORDS
    states = best(heard) in _ASKS or few or _tells_no_matter(heard)
    return "provide_info" if states and not _digresses(heard, beside) else ""


def _digresses(heard: Heard, beside: int) -> bool:
    """Whether a question stands beside the fact: 8号楼三单元 你是机器人还是真人. 就上个月的事 asks after nothing, nor does
    a phone or a whole place that was asked for."""
    asks = says("question", heard.text)
    if best(heard) == "chitchat":
        return says("talks_to_us", heard.text)
    place = heard.facts.address if heard.requested in _PLACES else None
    found = heard.facts.phones or (place is not None and place.completeness is Completeness.FULL)
    wish = best(heard) in _ASKS and share(heard) > 0.5
    return wish and not says("where_else", heard.text) and (asks or (beside > _BARELY and not found))


def where_told(heard: Heard) -> str:
    """老铁路宿舍 一楼 门前有棵枣树, where the place was asked for: how it looks there is no matter of its own."""
    asked = heard.requested in _PLACES and heard.answer is None
    tells = asked and _tells_no_matter(heard) and says("placelike", heard.text)
    return "provide_info" if tells and not says("question", heard.text) else ""


def _doubtful(heard: Heard) -> bool:
    """礼拜二 还是礼拜三来着 反正没几天: a wish that is hardly likelier than an answer."""
    return share(heard) < _STRONG and dict(heard.ranking).get("provide_info", 0.0) >= share(heard) / 2


def _tells_no_matter(heard: Heard) -> bool:
    doubtful = best(heard) in ("report_complaint", "chitchat", "nlu_fallback", "out_of_scope") and share(heard) < _STRONG
    return doubtful and not is_clear(heard.matter, SURE_OF_MATTER)


def _puts_right(text: str) -> bool:
    return says("starts_correction", text) or says("wrong", text) or says("instead", text)


def bare_facts(heard: Heard) -> str:
    """A place, a time, a phone or a name, and nothing beside it."""
    facts = heard.facts
    if not (facts.address or facts.occurred_at or facts.phones or facts.name) or is_firm(heard):
        return ""
    wrong = not heard.requested and best(heard) == "provide_info" and says("wrong", heard.text)
    if wrong and "correct_previous_detail" in [name for name, _ in heard.ranking[:2]]:
        return "correct_previous_detail"  # 电话最后四位写反了 是7721
    few = len(words_beside_facts(heard.text, facts)) < FEW_WORDS // 2
    return "provide_info" if few and share(heard) < _STRONG else ""
