"""What a message means in its place: the same "1", "不知道" or "6号楼" is another intent after another question.

The classifier sees the words alone. These rules see the open question too, and the facts that were drawn from the words; they
are used by the assistant (where the form says what is open) and by the understanding service (where only the last sentence is
known).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.contracts.messages import Channel
from backend.contracts.understanding import CategoryGuess, Facts
from backend.domain.drafting.context_words import FORM, about_order, new_phone
from backend.domain.drafting.context_words import RULES as WORD_RULES
from backend.domain.drafting.expected import ANSWERED_YES_NO, KEEPS_BY_SAME, QUESTIONS, YES_NO, in_the_light_of
from backend.domain.drafting.gist import told_beside
from backend.domain.drafting.heard import RATING, Heard, Ranking, best, is_clear, share
from backend.domain.drafting.model import Ask
from backend.domain.drafting.words import words_beside_facts
from backend.domain.language.answers import Answer, AnswerKind, explicit_score, parse_rating
from backend.domain.language.wishes import asks, gives_up, says
from backend.domain.opt_out import OptOutWord, screen

_DECIDED = 0.99
_FEW_WORDS = 4
_LIKELY = 0.4
_STRONG = 0.8
_CERTAIN = 0.8  # what the model alone must be where the matter is a clear one that endangers nobody
_SURE_OF_MATTER = 0.9
_UNSAID = "未说明"
# Leaves that are a danger by nature; the others are reported every day without one.
_DANGEROUS = frozenset({"泄漏异味", "火灾", "电梯困人", "人员被困", "打架斗殴", "轻生", "急救", "危险品"})
_ALARMING = 0.25  # where the table of dangers found nothing: recall first (cross-validated 0.87 at 0.5 % false alarms)
# What may be said at any time and is no answer, when the classifier is sure of it.
_FIRM = frozenset({"emergency", "opt_out", "ask_human", "cancel", "correct_previous_detail", "dispute_result"})
# While a verdict is waited for, these are still what they are, even with a "好" in them.
_NO_VERDICT = frozenset({"query_status", "ask_faq", "urge", "report_complaint", "ask_human", "cancel"})
# The last sentence of the bot, from the most telling word to the least.
_ASKED: tuple[tuple[str, re.Pattern[str]], ...] = (
    (RATING, re.compile(r"打.{0,3}分|评价|满意|评分|几分")),
    *((question.name, question.pattern) for question in QUESTIONS),
    (Ask.CANCEL.value, re.compile(r"不报了|要?取消吗|确定(?:要)?(?:取消|撤)|[是要](?:取消|撤).{0,8}吗")),
    (Ask.RESUME.value, re.compile(r"接着(?:上次|说|报|填|弄)|继续上次")),
    (Ask.CONFIRM.value, re.compile(r"对吗|对不对|是否正确|正确吗|确认(?:提交|是否)|核对|提交吗|没问题吧|是吗")),
    # 还有要补充的吗, 是6号楼吗, 电话还是这个吗: they name a field, and still only a yes or a no answers them.
    (YES_NO, re.compile(r"还有[^,。?]{0,12}(?:[吗么]|补充的|要说的|要反映的)[??]?$|(?:是|把)[^,。不?]{1,24}吗[??]?$")),
    (YES_NO, re.compile(r"(?:用|打|按|留)(?:您|你)?(?:现在)?(?:这个|这|本机)[^。?]{0,10}[吗么不][??]?$")),
    (Ask.CONTACT_PHONE.value, re.compile(r"电话|手机|号码|联系(?:方式|您)")),
    (Ask.OCCURRED_AT.value, re.compile(r"什么时候|啥时候|何时|几点|哪天|多久了|开始的|时间")),
    (Ask.ADDRESS.value, re.compile(r"哪个小区|几号楼|在哪|地址|什么地方|哪儿|哪里|位置|单元|哪一户")),
    (Ask.CATEGORY.value, re.compile(r"哪一?(?:类|种)|哪个最|是下面")),
    (Ask.DESCRIPTION.value, re.compile(r"什么事|啥事|描述|遇到|怎么回事|什么情况|补充")),
    (YES_NO, re.compile(r"吗[??]?$|还是.{1,12}[??]$|是不是|要不要|行不行")),
)
_FACT_OF: dict[str, Callable[[Facts], object]] = {
    Ask.ADDRESS.value: lambda facts: facts.address,
    Ask.ADDRESS_DETAIL.value: lambda facts: facts.address,
    Ask.OCCURRED_AT.value: lambda facts: facts.occurred_at,
    Ask.CONTACT_PHONE.value: lambda facts: facts.phones,
}
_YES_NO_QUESTIONS = ANSWERED_YES_NO | {Ask.CHANGE.value, ""}
_OPEN_FIELD = frozenset({*_FACT_OF, Ask.CATEGORY.value})
_ALWAYS_INFO = frozenset({AnswerKind.DONT_KNOW, AnswerKind.SKIP, AnswerKind.REFUSE, AnswerKind.SAME_AS_BEFORE, AnswerKind.LATER})


_WISHES = (
    *("urges", "adds", "starts_anew", "how_long", "solved", "another", "who_handles", "process", "reads_back"),
    *("how_to_apply", "asks_hotline", "starts_correction", "earlier", "aftermath", "wrong", "presses_whole", "asks_status_whole"),
    *("acknowledges_whole", "came_whole", "announces_file", "all_of_them", "new_phone", "instructs", "keeps", "gives_up_softly"),
    *("nobody_came", "tells_progress", "declines_rating"),
)
# With an order number beside it, this is what is wanted of the order.
_WITH_NUMBER = (("gives_up", "cancel"), ("urges", "urge"), ("adds", "provide_info"))
_AROUND_SCORE = frozenset({"correct_previous_detail", "provide_info", "affirm", "deny", "rate"})
_PARTING = frozenset({"thanks", "bye"})  # 好的谢谢, 改天聊: where nothing was asked they answer nothing
_ASKING = frozenset({"query_status", "ask_faq", "ask_human", "urge", "provide_info", "chitchat", "out_of_scope"})
_NOT_A_MATTER = frozenset({"report_complaint", "emergency", "rate", "ask_human", "opt_out"})
_CLEAR_WISH, _CLEAR_CALL = 0.5, 0.75
_HINTED, _LIKENED = 0.1, 0.3  # how likely a report must be beside the likeliest wish, before its matter makes it one
_LOUD = 0.95  # for a question that complains: 电费咋这么高
_LIKELY_MATTER = 0.5
_TOLD, _WORDY = 4, 8  # characters beside facts, greeting and thanks
_UNHEARD = 0.3
_SHORT_QUESTION = 14
_POLITE = frozenset({"greet", "thanks", "bye"})
_MUMBLED = frozenset({"chitchat", "abuse", "query_status", "provide_info", "correct_previous_detail", "nlu_fallback"})
_AROUND_MATTER = _POLITE | _MUMBLED | {"ask_faq"}
_STRONGER = frozenset({"emergency", "opt_out", "report_complaint", "cancel", "urge", "rate", "dispute_result", "ask_human"})
_ASKED_AFTER = frozenset({"report_complaint", "provide_info", "query_status", "chitchat", "nlu_fallback"})
_SATISFIED = frozenset({"thanks", "bye", "affirm", "provide_info", "chitchat", "report_complaint", "greet"})
_TOLD_ELSEWHERE = 0.9  # so surely an answer that its question must have been put elsewhere
# Below these shares a digression inside the form is doubtful: talk without content sooner than a question.
_WEAK = {
    "abuse": 0.85,
    **dict.fromkeys(("chitchat", "out_of_scope", "greet", "thanks", "bye", "rate", "opt_out"), 0.6),
    **dict.fromkeys(("ask_human", "ask_faq", "query_status", "urge", "dispute_result"), 0.4),
}


def asked_by(sentence: str) -> str:
    """The question that a sentence of the bot asks; "" when it asks nothing that we know."""
    half_width = unicodedata.normalize("NFKC", sentence).strip()  # the patterns know one form of each mark
    last = re.split(r"(?<=[。!\n])", half_width)
    for part in (*reversed([piece for piece in last if piece.strip()]),):
        for name, pattern in _ASKED:
            if pattern.search(part):
                return name
    return ""


def matter_of(guesses: Sequence[Mapping[str, Any]]) -> CategoryGuess | None:
    """The likeliest leaf out of the model's guesses, with the confidence of its category; None without a guess."""
    best = next(iter(guesses), None)
    if best is None:
        return None
    share = float(best.get("category_confidence") or 0.0)
    return CategoryGuess(str(best["category"]), str(best["subcategory"]), str(best.get("service_code") or ""), share)


def wishes_of(text: str) -> list[str]:
    """What the words want beside the one intent: `gives_up` (a clear yes to taking back), `asks`, and any of `_WISHES`."""
    clear = {"gives_up": gives_up(text), "asks": asks(text)}
    return [*(name for name, is_so in clear.items() if is_so), *(name for name in _WISHES if says(name, text))]


def intents_in_context(heard: Heard) -> Ranking:
    """The ranking with the intent that the place decides in front; unchanged where it decides nothing."""
    heard = replace(heard, ranking=in_the_light_of(_opting_out_in_full(heard), heard.requested))
    decided = next((name for rule in _RULES for name in (rule(heard),) if name), "")
    if not decided:
        return heard.ranking
    rest = tuple((name, share) for name, share in heard.ranking if name != decided)
    own = dict(heard.ranking).get(decided, 0.0)
    return ((decided, max(own, _DECIDED)), *((name, share * (1 - _DECIDED)) for name, share in rest))


def _opting_out_in_full(heard: Heard) -> Ranking:
    """The ranking without `opt_out`, unless the whole message is one of its words (TAXONOMY section 1): T恤 is no T."""
    if screen(channel=Channel.SMS, text=heard.text) is OptOutWord.STOP:
        return heard.ranking
    return tuple(entry for entry in heard.ranking if entry[0] != "opt_out")


def _emergency(heard: Heard) -> str:
    if heard.facts.emergency is not None:
        return "emergency"
    names = [name for name, _ in heard.ranking]
    share = dict(heard.ranking).get("emergency", 0.0)
    if share >= (_ALARMING if _may_endanger(heard) else _CERTAIN) and not heard.idiom:
        return "emergency"
    return next(iter(names[1:]), "") if names[:1] == ["emergency"] else ""


def _may_endanger(heard: Heard) -> bool:
    """Not a clear matter of another kind (a dark staircase, no gas at the stove), nor an answer inside the form."""
    if heard.requested in FORM and heard.facts.phones:
        return False
    sure = heard.matter is not None and heard.matter.confidence >= _SURE_OF_MATTER and heard.matter.subcategory != _UNSAID
    return not sure or heard.matter is None or heard.matter.subcategory in _DANGEROUS


def _order_number(heard: Heard) -> str:
    if not heard.facts.order_numbers:
        return ""
    wish = next((intent for name, intent in _WITH_NUMBER if says(name, heard.text)), "")
    if wish and not says("keeps", heard.text) and best(heard) in ("query_status", "provide_info", wish, ""):
        return wish
    spoken = words_beside_facts(heard.text, heard.facts)
    beside = re.sub(r"[\dA-Za-z零一二三四五六七八九]|单号|工单号?|编号|查", "", spoken)
    return "query_status" if len(beside) < _FEW_WORDS or best(heard) in ("provide_info", "") else ""


def _rating(heard: Heard) -> str:
    asks_otherwise = best(heard) in _NO_VERDICT and share(heard) >= _LIKELY and len(heard.text) > _FEW_WORDS
    if heard.requested != RATING or (_is_firm(heard) and len(heard.text) > 1) or asks_otherwise:  # 0 calls nobody here
        return ""
    return "rate" if parse_rating(heard.text) is not None else ""


def _revised_score(heard: Heard) -> str:
    """刚才按错了,应该是5分: a score is a score, whatever is said around it."""
    around = _AROUND_SCORE | {"dispute_result"} if heard.requested == RATING else _AROUND_SCORE
    wanted = heard.requested in ("", RATING) and best(heard) in around
    return "rate" if wanted and explicit_score(heard.text) is not None else ""


def _unsolved(heard: Heard) -> str:
    """A bare 没解决 is a verdict on what was handled, where the form does not ask something else."""
    return "dispute_result" if heard.requested in ("", RATING) and says("unsolved_whole", heard.text) else ""


def _control(heard: Heard) -> str:
    """The questions whether to give up and whether to go on: only a clear yes gives up."""
    if heard.requested == Ask.CANCEL.value:
        return "affirm" if gives_up(heard.text, softly=True) else "deny" if says("keeps", heard.text) else ""
    if heard.requested == Ask.CONFIRM.value:
        polite = best(heard) in _POLITE and says("agrees_first", heard.text)
        return "affirm" if polite or says("nothing_more_whole", heard.text) else ""
    if heard.requested == Ask.RESUME.value:
        return "deny" if says("starts_anew", heard.text) else ""
    if heard.requested == Ask.SAME.value:
        return (
            "deny"
            if says("is_another", heard.text)
            else "affirm"
            if says("is_same", heard.text) and best(heard) != "deny"
            else ""
        )
    return ""


def _refusal(heard: Heard) -> str:
    """电话就不留了吧,怕人打击报复: the phone is kept back, and nothing is asked."""
    asked = heard.requested == Ask.CONTACT_PHONE.value and not heard.facts.phones
    return "provide_info" if asked and says("refuses", heard.text) and not says("question", heard.text) else ""


def _question(heard: Heard) -> str:
    """How one looks something up, and inside the form how long it takes: answered, never stored."""
    if heard.facts.order_numbers or best(heard) not in _ASKING:
        return ""
    if says("how_to", heard.text):
        return "ask_faq"
    return "ask_faq" if heard.requested in FORM and says("how_long", heard.text) and not says("earlier", heard.text) else ""


def _who_handles(heard: Heard) -> str:
    """谁来管这个事啊, in the middle of the form."""
    bare = heard.requested in FORM and len(heard.text) <= _SHORT_QUESTION and heard.facts.address is None
    return "ask_faq" if bare and says("who_handles", heard.text) else ""


def _addition(heard: Heard) -> str:
    """补充一下, with no form open: it belongs to an order that exists."""
    return "provide_info" if heard.requested in ("", RATING) and says("adds", heard.text) else ""


def _may_report(heard: Heard, least: float = _HINTED) -> bool:
    """The words themselves must hint at a report: the model of matters finds one in everything, 手机没电了先撂了 as well."""
    return dict(heard.ranking).get("report_complaint", 0.0) >= least * share(heard)


def _matter(heard: Heard) -> str:
    """A clear matter with an unclear wish is a complaint: the read-back asks before anything is filed."""
    if not is_clear(heard.matter, _SURE_OF_MATTER) or heard.answer is not None or heard.facts.order_numbers:
        return ""
    wish, complains = best(heard), says("rhetorical", heard.text)
    blocked = _NOT_A_MATTER if heard.requested in ("", RATING) else _NOT_A_MATTER | {"correct_previous_detail"}
    if wish in blocked or share(heard) >= (_LOUD if complains else _CLEAR_WISH):
        return ""
    if not complains and (says("question", heard.text) or not _may_report(heard)):
        return ""
    return "" if about_order(heard.text) else "report_complaint"


def _placed_matter(heard: Heard) -> str:
    """Words for a matter before any form: a complaint where they stand together with a place, whatever greeting, thanks, question
    or scolding is around them; a polite opening; or where nothing else was understood."""
    wish = best(heard)
    elsewhere = (
        heard.requested not in ("", RATING, Ask.DESCRIPTION.value) or heard.facts.order_numbers or heard.answer is not None
    )
    if elsewhere or (wish in _STRONGER and share(heard) >= _UNHEARD) or not is_clear(heard.matter, _LIKELY_MATTER):
        return ""
    told = told_beside(heard.text, heard.facts)
    follows = any(says(name, heard.text) for name in ("adds", "earlier")) and not says("reports_now", heard.text)
    if told < _TOLD or follows or says("what_about_whole", heard.text):
        return ""
    surely_else = wish == "correct_previous_detail" and share(heard) >= _LOUD  # 单元说岔了 应该一单元
    likened = _may_report(heard)
    around = (likened and wish in _AROUND_MATTER) or _is_offside(heard)
    placed = heard.facts.address is not None and not surely_else and around
    unheard = share(heard) < _UNHEARD and not says("question", heard.text)
    wordy = likened and wish in _POLITE and told >= _WORDY and is_clear(heard.matter, _SURE_OF_MATTER)
    return "report_complaint" if placed or unheard or wordy else ""


def _is_offside(heard: Heard) -> bool:
    """A clear matter at a place that may lie outside; an advertisement gives its phone, and no day when it began."""
    advertises = bool(heard.facts.phones) and heard.facts.occurred_at is None
    return best(heard) == "out_of_scope" and is_clear(heard.matter, _SURE_OF_MATTER) and not advertises


def _person(heard: Heard) -> str:
    """我要找你们领导: a person, unless a clear matter is told around it and no question is open."""
    tells = is_clear(heard.matter, _SURE_OF_MATTER) and not heard.requested
    return "ask_human" if says("asks_person", heard.text) and not tells else ""


def _no_person(heard: Heard) -> str:
    """我家暖气不热找你行吗: a clear matter, and no word for a person."""
    doubtful = best(heard) == "ask_human" and share(heard) < _CLEAR_CALL and not heard.requested
    tells = is_clear(heard.matter, _SURE_OF_MATTER) and not says("person", heard.text)
    return "report_complaint" if doubtful and tells else ""


def _what_about(heard: Heard) -> str:
    """那路灯呢, with no form open: asks after an order. Who has none is taken to report."""
    asks = not heard.requested and heard.answer is None and says("what_about_whole", heard.text)
    return "query_status" if asks and best(heard) in _ASKED_AFTER else ""


def _phone_dropped(heard: Heard) -> str:
    """把电话删了吧 takes the phone out, not the complaint."""
    return "correct_previous_detail" if heard.requested in FORM and says("drops_phone", heard.text) else ""


def _put_off(heard: Heard) -> str:
    """到家再给你打电话: an answer to the open question, not a goodbye."""
    return "provide_info" if heard.requested in _OPEN_FIELD and says("puts_off", heard.text) else ""


def _solved(heard: Heard) -> str:
    """修好了谢谢啊, while a verdict is waited for: it says that it is good, not yet how many points."""
    talk = heard.requested == RATING and best(heard) in _SATISFIED and says("solved", heard.text)
    return "rate" if talk and not says("question", heard.text) else ""


def _told_afresh(heard: Heard) -> str:
    """A clear matter where no question is open: it details nothing that was asked, so it is a report."""
    details = not heard.requested and best(heard) == "provide_info" and heard.answer is None and not heard.facts.order_numbers
    clear = is_clear(heard.matter, _SURE_OF_MATTER)
    later = about_order(heard.text)
    told = len(words_beside_facts(heard.text, heard.facts)) > _FEW_WORDS and share(heard) < _TOLD_ELSEWHERE
    return "report_complaint" if details and clear and told and not later and _may_report(heard, _LIKENED) else ""


def _weak(heard: Heard) -> str:
    """Inside the form a doubtful digression is an answer that was not understood; two of them bring a person."""
    if heard.requested not in FORM or heard.answer is not None or says("question", heard.text):
        return ""
    limit = _WEAK.get(best(heard), 0.0)
    return "provide_info" if share(heard) < limit else ""


def _short_answer(heard: Heard) -> str:
    answer = heard.answer
    if answer is None or heard.requested == RATING:
        return ""
    if answer.kind is AnswerKind.CHOICE:
        return _chosen(heard, answer)
    if not heard.requested and best(heard) in _PARTING and share(heard) >= _STRONG:
        return ""
    if _says_no(heard, answer):
        return "" if _is_firm(heard) else "deny"
    if answer.kind is AnswerKind.SAME_AS_BEFORE and heard.requested in KEEPS_BY_SAME:
        return "affirm"
    if answer.kind in _ALWAYS_INFO:
        return "" if best(heard) == "cancel" else "provide_info"
    if answer.kind is AnswerKind.NO:
        return "provide_info" if heard.requested == Ask.CONTACT_PHONE.value else "" if _is_firm(heard) else "deny"
    return "affirm"


def _says_no(heard: Heard, answer: Answer) -> bool:
    """没有, 不用 skip a field where one is open; after a yes/no question, and where nothing is open, they are a no."""
    if heard.requested in ANSWERED_YES_NO:
        return answer.kind in (AnswerKind.SKIP, AnswerKind.REFUSE)
    no_field = answer.kind is AnswerKind.SKIP and heard.requested in ("", RATING, Ask.CHANGE.value)
    return no_field and (answer.also is AnswerKind.NO or best(heard) == "deny")


def _chosen(heard: Heard, answer: Answer) -> str:
    if heard.requested in _YES_NO_QUESTIONS:
        return {1: "affirm", 2: "deny"}.get(answer.number or 0, "") if heard.requested else ""
    return "provide_info" if heard.requested in _OPEN_FIELD else ""


def _asked_fact(heard: Heard) -> str:
    """The fact that was asked for, without another matter around it."""
    has = _FACT_OF.get(heard.requested)
    if has is None or not has(heard.facts):
        return ""
    beside = len(words_beside_facts(heard.text, heard.facts))
    bare = best(heard) == "correct_previous_detail" and beside < _FEW_WORDS // 2 and not says("starts_correction", heard.text)
    if beside and _is_firm(heard) and not bare:
        return ""
    digression = best(heard) in ("ask_faq", "query_status", "urge") and share(heard) > 0.5
    return "provide_info" if not digression and beside <= 2 * _FEW_WORDS else ""


def _bare_facts(heard: Heard) -> str:
    facts = heard.facts
    if not (facts.address or facts.occurred_at or facts.phones or facts.name) or _is_firm(heard):
        return ""
    few = len(words_beside_facts(heard.text, facts)) < _FEW_WORDS // 2
    return "provide_info" if few and share(heard) < _STRONG else ""


def _is_firm(heard: Heard) -> bool:
    return best(heard) in _FIRM and share(heard) >= 0.5


_RULES: tuple[Callable[[Heard], str], ...] = (
    new_phone,
    _emergency,
    _order_number,
    _control,
    _revised_score,
    _unsolved,
    _rating,
    _solved,
    _short_answer,
    _phone_dropped,
    _person,
    *WORD_RULES,
    _put_off,
    _refusal,
    _asked_fact,
    _what_about,
    _placed_matter,
    _question,
    _who_handles,
    _addition,
    _matter,
    _no_person,
    _told_afresh,
    _bare_facts,
    _weak,
)
