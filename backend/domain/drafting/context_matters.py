"""Rules of the matter: what is told as a problem or a danger, whatever wish the words alone were taken for."""

from __future__ import annotations

import re

from backend.contracts.conversations import Completeness
from backend.contracts.understanding import UNSAID
from backend.domain.drafting.context_words import FORM, about_order
from backend.domain.drafting.gist import clauses_of, names_fault, told_beside
from backend.domain.drafting.heard import (
    FEW_WORDS,
    LIKELY,
    NO_DOUBT,
    PLAIN,
    POLITE,
    RATING,
    SURE_OF_MATTER,
    Heard,
    best,
    is_clear,
    share,
    surely,
)
from backend.domain.drafting.model import Ask
from backend.domain.drafting.words import words_beside_facts
from backend.domain.language.manners import behind_oath, behind_opening, behind_thanks
from backend.domain.language.matters import kinds_named
from backend.domain.language.wishes import says

_CERTAIN = 0.8  # what the model alone must be where the matter is a clear one that endangers nobody
# Leaves that are a danger by nature; the others are reported every day without one.
_DANGEROUS = frozenset({"泄漏异味", "火灾", "电梯困人", "人员被困", "打架斗殴", "轻生", "急救", "危险品"})
_ALARMING = 0.25  # where the table of dangers found nothing: recall first (cross-validated 0.87 at 0.5 % false alarms)
_SHARED, _MATTER_SAID = 0.4, 0.6  # shares of danger among the wishes, and of the category, for another opinion to count
_NOT_A_MATTER = frozenset({"report_complaint", "emergency", "rate", "ask_human", "opt_out"})
_TOLD_AS = frozenset({"dispute_result", "query_status", "chitchat", "abuse", "out_of_scope", "nlu_fallback"})
_LONG = 16  # characters in which a matter is told, be it by scolding
_HINTED = 0.1
_LIKENED = 0.3
_NEARLY_SURE = 0.85
_TOLD = 4
_WORDY = 8
_UNHEARD = 0.3
_MUMBLED = frozenset({"chitchat", "abuse", "query_status", "provide_info", "correct_previous_detail", "nlu_fallback"})
_AROUND_MATTER = POLITE | _MUMBLED | {"ask_faq"}
_STRONGER = frozenset({"emergency", "opt_out", "report_complaint", "cancel", "urge", "rate", "dispute_result", "ask_human"})
_WHETHER = re.compile(r"(.)[不没]\1")  # 停不停水
_ASKS_OR_TALKS = frozenset({"ask_faq", "provide_info", "chitchat", "out_of_scope", "query_status", "ask_human"})
_SEEMS_TO_ASK = frozenset({"ask_faq", "out_of_scope", "chitchat", "query_status"})
_WANTED = frozenset({"report_complaint", "ask_faq", "query_status", "ask_human"})
_BEHIND_OATH = frozenset({"query_status", "urge", "ask_human", "dispute_result", "report_complaint"})
_RUNNERS_UP, _FAINTLY = 3, 0.05  # places in the ranking, share
_NEXT_TO_NOTHING = 0.02
_TOLD_ELSEWHERE = 0.9  # so surely an answer that its question must have been put elsewhere


def emergency(heard: Heard) -> str:
    """A danger by the table, or by the model where the matter may be one; a doubtful one gives way to the next likeliest."""
    if heard.facts.emergency is not None and not outvoted(heard):
        return "emergency"
    names = [name for name, _ in heard.ranking]
    alarming = dict(heard.ranking).get("emergency", 0.0)
    if alarming >= (_ALARMING if _may_endanger(heard) else _CERTAIN) and not heard.idiom:
        return "emergency"
    return next(iter(names[1:]), "") if names[:1] == ["emergency"] else ""


def outvoted(heard: Heard) -> bool:
    """Whether a danger heard in a longer text is none: to the models it is a report of what endangers nobody, and where words
    name the danger they must be as good as sure of that.

    Of 1,695 dangers that nothing had learnt from this took one back, a faint one; of 162 alarms over everyday complaints 70.
    """
    hit, matter = heard.facts.emergency, heard.matter
    if hit is None or matter is None or len(heard.text) < _LONG or best(heard) != "report_complaint":
        return False
    if matter.subcategory in _DANGEROUS or not is_clear(matter, _MATTER_SAID if hit.faint else _CERTAIN):
        return False
    alarming = dict(heard.ranking).get("emergency", 0.0)
    return alarming < _SHARED if hit.faint else alarming < _NEXT_TO_NOTHING and share(heard) >= _CERTAIN


def _may_endanger(heard: Heard) -> bool:
    """Not a clear matter of another kind (a dark staircase, no gas at the stove), nor an answer inside the form."""
    if heard.requested in FORM and heard.facts.phones:
        return False
    sure = heard.matter is not None and heard.matter.confidence >= SURE_OF_MATTER and heard.matter.subcategory != UNSAID
    return not sure or heard.matter is None or heard.matter.subcategory in _DANGEROUS


def _may_report(heard: Heard, least: float = _HINTED) -> bool:
    """The words themselves must hint at a report: the model of matters finds one in everything, 手机没电了先撂了 as well."""
    return dict(heard.ranking).get("report_complaint", 0.0) >= least * share(heard)


def matter(heard: Heard) -> str:
    """A clear matter with an unclear wish is a complaint: the read-back asks before anything is filed."""
    if not is_clear(heard.matter, SURE_OF_MATTER) or heard.answer is not None or heard.facts.order_numbers:
        return ""
    wish, complains = best(heard), says("rhetorical", heard.text)
    if wish == "report_complaint":  # likeliest, if hardly so: the matter settles it
        return wish if share(heard) < LIKELY else ""
    blocked = _NOT_A_MATTER if heard.requested in ("", RATING) else _NOT_A_MATTER | {"correct_previous_detail"}
    if wish in blocked or share(heard) >= (NO_DOUBT if complains else PLAIN if _hardly_asks(heard) else LIKELY):
        return ""
    if not complains and (says("question", heard.text) or not _may_report(heard)):
        return ""
    return "" if about_order(heard.text) else "report_complaint"


def _hardly_asks(heard: Heard) -> bool:
    """维修基金被挪用, 彩票站不兑奖: as a question or talk hardly likelier than as a report, with nothing that asks."""
    opens = heard.requested in ("", Ask.DESCRIPTION.value) and best(heard) in _SEEMS_TO_ASK
    return opens and is_clear(heard.matter, NO_DOUBT) and _may_report(heard, LIKELY)


def described(heard: Heard) -> str:
    """楼道灯又不亮了, where we asked what happened: it is told, however much it sounds like a matter of before."""
    of_before = heard.requested == Ask.DESCRIPTION.value and best(heard) in _TOLD_AS
    told = of_before and is_clear(heard.matter, LIKELY) and not heard.facts.order_numbers
    waits = best(heard) == "query_status" and says("how_long", heard.text) and not about_order(heard.text)  # 这水啥时候能来啊
    return "report_complaint" if told and (waits or not says("question", heard.text)) else ""


def undisputed(heard: Heard) -> str:
    """和平小区路灯不亮 井盖松动 都给解决了, before any form: a fault and no word of what was done about it, so that
    nothing that was handled is disputed."""
    doubtful = not heard.requested and best(heard) == "dispute_result" and share(heard) < _NEARLY_SURE
    told = doubtful and not heard.facts.order_numbers and heard.answer is None and bool(kinds_named(heard.text))
    handled = about_order(heard.text) or any(says(name, heard.text) for name in ("still", "worse", "question"))
    return "report_complaint" if told and not handled and is_clear(heard.matter, SURE_OF_MATTER) else ""


def announced(heard: Heard) -> str:
    """举报有人违建 and 房东不退押金 ask nothing, 低保被取消了 takes nothing back: a clear matter, told, stated or suffered."""
    open_to_it = heard.requested in ("", RATING, Ask.DESCRIPTION.value) and heard.answer is None and not heard.facts.order_numbers
    if not open_to_it or not is_clear(heard.matter, SURE_OF_MATTER) or says("question", heard.text) or says("how_to", heard.text):
        return ""
    opens = (best(heard) in _ASKS_OR_TALKS and says("announces_first", heard.text)) or says("begins_to_tell", heard.text)
    suffers = best(heard) == "cancel" and says("was_taken_away", heard.text)
    states = best(heard) == "ask_faq" and share(heard) < NO_DOUBT and kinds_named(heard.text) and not _asks_all_the_same(heard)
    return "report_complaint" if opens or suffers or states else ""


def asks_leave(heard: Heard) -> str:
    """请问孩子上学的事归你们管吗 小学不收 说没学位了: a matter is told behind the question whether it may be."""
    asks = best(heard) in _ASKS_OR_TALKS and heard.requested in ("", RATING) and says("asks_scope", heard.text)
    if not asks or not is_clear(heard.matter, SURE_OF_MATTER):
        return ""
    rest = [clause for clause in clauses_of(heard.text) if not says("asks_scope", clause) and not says("question", clause)]
    return "report_complaint" if sum(map(len, rest)) >= _WORDY and any(names_fault(clause) for clause in rest) else ""


def _asks_all_the_same(heard: Heard) -> bool:
    """停不停水, 那边的路灯找谁, and 养狗证在哪办, in which nothing hints at a trouble."""
    asks = any(says(wish, heard.text) for wish in ("how_to_apply", "who_handles")) or _WHETHER.search(heard.text) is not None
    return asks or not _may_report(heard, _FAINTLY)


def greeted(heard: Heard) -> str:
    """你好 我家没水了, 您好请问医保卡丢了咋补: what is wanted stands behind the greeting, in as few words as may be."""
    if best(heard) == "thanks" and heard.requested == "":
        return _thanked(heard.text)
    if best(heard) != "greet" or heard.requested not in ("", RATING, Ask.DESCRIPTION.value) or heard.answer is not None:
        return ""
    rest = behind_opening(heard.text)
    if not rest:
        return ""
    if is_clear(heard.matter, SURE_OF_MATTER) and not says("question", rest) and not says("how_to_apply", rest):
        return "report_complaint"
    meant = next((name for name, share in heard.ranking[1:_RUNNERS_UP] if name in _WANTED and share >= _FAINTLY), "")
    return "ask_faq" if meant == "query_status" and not says("earlier", rest) else meant  # 供暖啥时候开


def sworn(heard: Heard) -> str:
    """操你妈的 暖气还不修: scolding with a request takes the request (TAXONOMY section 1), a clear matter first."""
    rest = behind_oath(heard.text) if best(heard) == "abuse" and heard.answer is None else ""
    if not rest:
        return ""
    matter = is_clear(heard.matter, SURE_OF_MATTER) or (is_clear(heard.matter, LIKELY) and kinds_named(rest))
    if matter and heard.requested in ("", RATING, Ask.DESCRIPTION.value):
        return "report_complaint"
    return next((name for name, share in heard.ranking[1:_RUNNERS_UP] if name in _BEHIND_OATH and share >= _FAINTLY), "")


def _thanked(text: str) -> str:
    """谢谢 我家没水了: thanks in advance, where the rest names a trouble and nothing that was handled."""
    rest = behind_thanks(text)
    handled = about_order(rest) or any(says(wish, rest) for wish in ("solved", "solved_whole", "praises", "question"))
    return "report_complaint" if kinds_named(rest) and not handled else ""


def placed_matter(heard: Heard) -> str:
    """Words for a matter before any form: a complaint where they stand together with a place, whatever greeting, thanks, question
    or scolding is around them; a polite opening; or where nothing else was understood."""
    told = told_beside(heard.text, heard.facts)
    if not _may_be_a_matter(heard) or told < _TOLD or _follows_up(heard):
        return ""
    unheard = share(heard) < _UNHEARD and not says("question", heard.text)
    return "report_complaint" if unheard or _is_at_a_place(heard) or _is_in_many_words(heard, told) else ""


def _may_be_a_matter(heard: Heard) -> bool:
    """Before any form, and neither surely another wish nor surely talk that names nothing."""
    answers = heard.requested not in ("", RATING, Ask.DESCRIPTION.value) or heard.answer is not None
    if answers or heard.facts.order_numbers or not is_clear(heard.matter, LIKELY):
        return False
    talks = surely(heard, "thanks", "chitchat", "out_of_scope") and not kinds_named(heard.text) and not _is_outside(heard)
    return not talks and not (best(heard) in _STRONGER and share(heard) >= _UNHEARD)


def _follows_up(heard: Heard) -> bool:
    """Said of an order that there is: it adds to it, or asks after it."""
    of_before = any(says(name, heard.text) for name in ("adds", "earlier")) and not says("reports_now", heard.text)
    return of_before or says("what_about_whole", heard.text)


def _is_at_a_place(heard: Heard) -> bool:
    if heard.facts.address is None or (best(heard) == "correct_previous_detail" and share(heard) >= NO_DOUBT):
        return False  # 单元说岔了 应该一单元
    named = _may_report(heard) or bool(kinds_named(heard.text)) or says("announces_matter", heard.text)
    return (named and best(heard) in _AROUND_MATTER) or _is_offside(heard)


def _is_in_many_words(heard: Heard, told: int) -> bool:
    """A matter that is surely one, behind manners or in the middle of scolding."""
    scolds = best(heard) in _AROUND_MATTER and share(heard) < PLAIN and told >= _LONG and not says("question", heard.text)
    polite = best(heard) in POLITE and told >= _WORDY
    return _may_report(heard) and (scolds or polite) and is_clear(heard.matter, SURE_OF_MATTER)


def _is_outside(heard: Heard) -> bool:
    return heard.facts.address is not None and heard.facts.address.completeness is Completeness.OUTSIDE


def _is_offside(heard: Heard) -> bool:
    """A clear matter at a place that may lie outside; an advertisement gives its phone, and no day when it began."""
    advertises = bool(heard.facts.phones) and heard.facts.occurred_at is None
    return best(heard) == "out_of_scope" and is_clear(heard.matter, SURE_OF_MATTER) and not advertises


def no_person(heard: Heard) -> str:
    """我家暖气不热找你行吗: a clear matter, and no word for a person."""
    doubtful = best(heard) in ("ask_human", "chitchat") and share(heard) < PLAIN and not heard.requested
    tells = is_clear(heard.matter, SURE_OF_MATTER) and not says("person", heard.text)
    return "report_complaint" if doubtful and tells else ""


def told_afresh(heard: Heard) -> str:
    """A clear matter where no question is open: it details nothing that was asked, so it is a report."""
    details = not heard.requested and best(heard) == "provide_info" and heard.answer is None and not heard.facts.order_numbers
    if not details or about_order(heard.text):
        return ""
    told = len(words_beside_facts(heard.text, heard.facts)) > FEW_WORDS and share(heard) < _TOLD_ELSEWHERE
    likened = is_clear(heard.matter, SURE_OF_MATTER) and told and _may_report(heard, _LIKENED)
    named = is_clear(heard.matter, PLAIN) and kinds_named(heard.text) and not says("question", heard.text)
    return "report_complaint" if likened or named else ""  # 小区没门卫: named in however few words
