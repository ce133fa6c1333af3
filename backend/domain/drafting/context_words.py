"""What a few plain words mean in their place, whatever the classifier makes of them: calling, pressing, giving up, asking to hear
it again, asking for a telephone number, reporting after all."""

from __future__ import annotations

import re
from collections.abc import Callable

from backend.contracts.conversations import TimeKind
from backend.domain.drafting.heard import LIKELY, PLAIN, RATING, SURE_OF_MATTER, Heard, best, is_clear, share, stands, surely
from backend.domain.drafting.later import comes_back
from backend.domain.drafting.model import Ask
from backend.domain.language.matters import names_only_a_thing
from backend.domain.language.wishes import asks, beside_phone, says

FORM = frozenset(ask.value for ask in Ask if ask is not Ask.NOTHING)
_READ_BACK = frozenset({Ask.CONFIRM.value, Ask.CHANGE.value})
_FIELDS = frozenset(ask.value for ask in (Ask.ADDRESS, Ask.ADDRESS_DETAIL, Ask.OCCURRED_AT, Ask.CONTACT_PHONE))
_PLACES = frozenset({Ask.ADDRESS.value, Ask.ADDRESS_DETAIL.value})
_LONGEST_QUESTION = 18
_UNSURE = frozenset({"affirm", "deny", "bye", "chitchat", "provide_info", "nlu_fallback", "out_of_scope", "ask_human"})
_IN_FEW_WORDS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("solved_whole", "thanks", _UNSURE | {"cancel", "report_complaint", "greet", "urge", "correct_previous_detail"}),
    ("withdraws_other", "cancel", _UNSURE | {"correct_previous_detail", "dispute_result", "report_complaint"}),
    (
        "takes_back_withdrawal",
        "cancel",
        _UNSURE | {"correct_previous_detail", "dispute_result", "query_status", "urge", "rate", "ask_faq", "report_complaint"},
    ),
    ("stop_texts", "ask_faq", _UNSURE | {"report_complaint", "cancel"}),
    ("where_whole", "query_status", _UNSURE | {"greet"}),
    ("tells_progress", "provide_info", _UNSURE | {"report_complaint", "dispute_result"}),
    ("nobody_came", "dispute_result", _UNSURE),
    (
        "asks_when_whole",
        "query_status",
        _UNSURE | {"urge", "query_status", "report_complaint", "dispute_result", "rate"},
    ),
    ("urge_for_me", "urge", frozenset({"affirm", "deny", "chitchat", "nlu_fallback", "cancel", "provide_info"})),
    ("waits_long", "urge", _UNSURE | {"query_status"}),
    ("declines_rating", "rate", _UNSURE | {"cancel"}),
    ("asks_all_whole", "query_status", _UNSURE | {"urge", "ask_faq", "report_complaint", "cancel"}),
    ("asks_number", "query_status", _UNSURE | {"cancel", "ask_faq", "correct_previous_detail"}),
    ("threatens_else", "urge", _UNSURE | {"cancel", "dispute_result", "query_status", "abuse"}),
    ("other_worker", "dispute_result", _UNSURE | {"ask_faq", "urge", "report_complaint", "query_status"}),
    ("will_not_come", "dispute_result", _UNSURE | {"ask_faq", "urge", "report_complaint", "query_status"}),
    ("at_home", "provide_info", _UNSURE | {"query_status", "cancel", "urge", "ask_faq", "correct_previous_detail"}),
    ("no_urging", "provide_info", (_UNSURE - {"deny"}) | {"query_status", "cancel", "urge", "ask_faq", "rate"}),
    ("no_hurry", "provide_info", _UNSURE | {"query_status", "cancel", "urge", "ask_faq"}),
    ("worse", "provide_info", _UNSURE | {"cancel", "correct_previous_detail", "query_status"}),
    ("manners", "dispute_result", _UNSURE | {"query_status", "report_complaint"}),
    ("asks_awake", "ask_faq", _UNSURE | {"report_complaint", "query_status", "greet"}),
    ("asks_weekend", "ask_faq", _UNSURE | {"report_complaint", "query_status"}),
    ("announces_file", "provide_info", _UNSURE | {"ask_faq", "query_status"}),
    ("wants_to_ask_whole", "greet", _UNSURE | {"query_status", "report_complaint", "ask_faq"}),
    ("asks_eaten_whole", "chitchat", _UNSURE | {"query_status", "report_complaint", "greet"}),
    ("acknowledges_whole", "thanks", frozenset({"urge", "query_status", "chitchat", "provide_info", "out_of_scope"})),
    ("missed_call", "provide_info", _UNSURE | {"ask_faq", "query_status", "report_complaint", "dispute_result", "urge", "abuse"}),
    ("apologises", "chitchat", _UNSURE | {"thanks", "abuse", "cancel", "report_complaint", "urge", "rate"}),
    ("threatens_whole", "ask_human", _UNSURE | {"report_complaint"}),
    ("asks_noted", "provide_info", _UNSURE | {"query_status", "ask_faq", "correct_previous_detail", "urge", "dispute_result"}),
    ("asks_seen", "provide_info", _UNSURE | {"query_status", "ask_faq", "dispute_result"}),
)
_NO_SECRECY = frozenset({"emergency", "opt_out", "ask_faq", "rate"})
_FOR_HANDLERS = frozenset({"report_complaint", "chitchat", "ask_human", "out_of_scope", "nlu_fallback", "ask_faq"})
_TALK = frozenset({"chitchat", "out_of_scope", "abuse", "greet", "bye", "thanks", "nlu_fallback"})
_ASIDE = ("ask_human", "ask_faq", "query_status", "urge", "cancel", "dispute_result", "thanks", "out_of_scope")
_LEAVING = frozenset({"bye", "cancel", "chitchat"})
_FEW = 1  # characters
_ALIKE = 0.35  # of the likeliest wish: 别让物业知道是我说的 他们把公共收益揣兜了
_A_FEW_WORDS = 14
_STRESSES = ("stresses_whole", "laments", "about_calls")
_LATER = ("earlier", "aftermath", "adds")


def about_order(text: str) -> bool:
    """Whether the words speak of something that was reported before; 没报过啊,那我现在报 does not."""
    return any(says(name, text) for name in _LATER) and not says("reports_now", text)


def _reports_now(heard: Heard) -> str:
    """没报过啊 那我现在报 家里没电了: whatever stands in front of it, it is a report."""
    open_form = heard.requested in FORM - {Ask.DESCRIPTION.value}
    told = not open_form and says("reports_now", heard.text) and is_clear(heard.matter, LIKELY)
    return "report_complaint" if told and not says("question", heard.text) else ""


def _asks_for_repair(heard: Heard) -> str:
    """能帮忙修修我们单元门不, with no form open: asks that it be done, not about rules."""
    asks = not heard.requested and best(heard) == "ask_faq" and says("asks_repair", heard.text)
    return "report_complaint" if asks and is_clear(heard.matter, PLAIN) and not about_order(heard.text) else ""


def _read_back(heard: Heard) -> str:
    """能给我念念我报的内容吗: asks after what was written down, in the form and after it."""
    if len(heard.text) > _LONGEST_QUESTION or not says("reads_back", heard.text) or stands(heard) or _surely_denies(heard):
        return ""
    if heard.requested not in FORM and says("asks_noted", heard.text):
        return "provide_info"
    return "ask_faq" if says("others_see", heard.text) else "query_status"


def _surely_denies(heard: Heard) -> bool:
    """这写的啥啊 不是我说的: a no, with a word about what was written down."""
    return best(heard) == "deny" and share(heard) >= SURE_OF_MATTER and says("wrong", heard.text)


def _information(heard: Heard) -> str:
    """热线电话多少, 低保怎么申请: asks for knowledge, whatever else its words sound like."""
    if heard.facts.phones or heard.facts.order_numbers or best(heard) == "emergency" or stands(heard):
        return ""
    beside = says("asks_photo", heard.text) or says("stop_texts", heard.text)  # no matter of the form
    if says("asks_hotline", heard.text) or (heard.requested in FORM and beside):
        return "ask_faq"
    asks = says("how_to_apply", heard.text) and heard.facts.address is None
    return "ask_faq" if asks and len(heard.text) <= _LONGEST_QUESTION and not says("rhetorical", heard.text) else ""


def _corrects_order(heard: Heard) -> str:
    """改一下 是四个月, with no form open: it belongs to the order that was just filed, whatever it sounds like."""
    told = heard.requested == "" and says("starts_correction", heard.text) and heard.answer is None
    told = told and not stands(heard) and not asks(heard.text) and not says("withdraws_other", heard.text)
    return "correct_previous_detail" if told and best(heard) not in ("deny", "dispute_result", "rate", "cancel") else ""


def new_phone(heard: Heard) -> str:
    """电话换了,打这个17000004321, with no form open: for the order that was filed, and nobody is beaten."""
    told = heard.requested in ("", RATING) and heard.facts.phones and heard.facts.emergency is None
    told = told and says("new_phone", heard.text)
    return "correct_previous_detail" if told and len(beside_phone(heard.text)) <= _FEW else ""


def _instructs(heard: Heard) -> str:
    """师傅来之前先打个电话,我家有狗, with no form open: for those who come, and no complaint about a dog."""
    told = heard.requested in ("", RATING) and says("instructs", heard.text) and not _names_place(heard) and not stands(heard)
    unsure = best(heard) in ("urge", "query_status") or share(heard) < LIKELY
    meant = best(heard) in _FOR_HANDLERS or (unsure and not says("urges", heard.text))
    return "provide_info" if told and meant and not asks(heard.text) else ""


def _few_words(heard: Heard) -> str:
    """What a few words mean to somebody who has filed: 水来了 is no report, 没人联系我 no mere no, 别给我发短信了 no trouble."""
    if heard.requested not in ("", RATING) or _names_place(heard) or heard.facts.emergency is not None:
        return ""
    wish, only_whole = best(heard), stands(heard)
    told = (entry for entry in _IN_FEW_WORDS if wish in entry[2] and not (only_whole and not entry[0].endswith("_whole")))
    return next((meant for name, meant, _ in told if says(name, heard.text)), "")


def _names_place(heard: Heard) -> bool:
    """Whether a home is named: 楼下, 北门 and 修路 name none."""
    address = heard.facts.address.address if heard.facts.address else None
    return address is not None and any((address.estate, address.building, address.unit, address.community))


def _wants_secrecy(heard: Heard) -> str:
    """千万别让他们知道是我举报的, with no form open: for the order that was filed, and no matter of its own."""
    said = heard.requested in ("", RATING) and heard.facts.privacy is not None and heard.facts.address is None
    likened = dict(heard.ranking).get("report_complaint", 0.0) >= _ALIKE * share(heard)
    told = (likened and is_clear(heard.matter, SURE_OF_MATTER)) or says("announces_matter", heard.text)
    otherwise = best(heard) in _NO_SECRECY or says("gives_up", heard.text) or says("question", heard.text)
    if not said or otherwise:
        return ""
    return "provide_info" if not told else "report_complaint" if best(heard) == "provide_info" else ""


def _calls(heard: Heard) -> str:
    """闺女啊, 有人吗: a greeting; so is a mark or a little face alone, and 我要反映问题 where the form is open."""
    if heard.requested == RATING or heard.answer is not None or surely(heard, "ask_human", "query_status"):
        return ""
    wordless = not re.search(r"\w", heard.text)
    again = heard.requested in FORM - {Ask.DESCRIPTION.value} and says("opens_whole", heard.text)
    return "greet" if wordless or again or says("calls_whole", heard.text) else ""


def _asks_status(heard: Heard) -> str:
    """查进度, the entry of the account's menu: after one's orders, not how that is done."""
    return "query_status" if says("asks_status_whole", heard.text) else ""


def _tells(heard: Heard) -> str:
    """挺危险的, and 那谁知道啊 where something is asked, are told to us; 我说不清 给我找个人 asks for a person."""
    if surely(heard, *_ASIDE):
        return ""
    asks = heard.requested != Ask.CONFIRM.value or says("question", heard.text)
    asked = (heard.requested in _FIELDS or not asks) and says("knows_not", heard.text)
    asked = asked or (heard.requested == Ask.ADDRESS.value and says("as_before_place", heard.text) and not heard.facts.address)
    remembers = heard.requested == Ask.OCCURRED_AT.value and says("since_then", heard.text) and not says("question", heard.text)
    place = heard.requested in _PLACES and says("no_such_part", heard.text)
    in_form = heard.requested in FORM and (any(says(name, heard.text) for name in _STRESSES) or _tells_extent(heard))
    return "provide_info" if remembers or in_form or asked or place else ""


def _tells_extent(heard: Heard) -> bool:
    """整栋楼都这样: who else has it, and no matter of its own."""
    own = is_clear(heard.matter, LIKELY) or heard.answer is not None or says("question", heard.text)
    return says("extent", heard.text) and len(heard.text) <= _A_FEW_WORDS and not own


def _asks_what_next(heard: Heard) -> str:
    """报上去以后呢 谁给我打电话, in the form: a question about the way of things, no call for a person."""
    asks = heard.requested in FORM and says("process", heard.text) and heard.facts.address is None
    return "ask_faq" if asks and not surely(heard, "cancel", "urge", "query_status", "thanks") else ""


def _presses(heard: Heard) -> str:
    """赶紧的, at the read-back: yes, and soon; elsewhere in the form, and 急死了, a wish for haste."""
    if heard.requested not in FORM or heard.answer is not None:
        return ""
    presses = says("presses_whole", heard.text)
    if presses and heard.requested == Ask.CONFIRM.value:
        return "affirm"
    return "urge" if presses or says("frets_whole", heard.text) else ""


def _leaves(heard: Heard) -> str:
    """不说了, in the form: asked whether to give up, not wished farewell. 发错了, outside of it: nothing was wanted."""
    if heard.requested in FORM and best(heard) in _LEAVING and comes_back(heard.text):
        return "provide_info"
    if heard.requested in FORM and best(heard) == "bye" and says("gives_up_softly", heard.text):
        return "cancel"
    return "bye" if heard.requested == "" and says("never_mind_whole", heard.text) else ""


def _unreadable(heard: Heard) -> str:
    """asdkjh: letters that are no word we know are not a matter, whatever the model makes of them."""
    letters = heard.answer is None and re.fullmatch(r"[A-Za-z\s.,!?~_/。…、-]+", heard.text) and heard.facts.address is None
    doubtful = best(heard) in ("report_complaint", "provide_info", "emergency", "out_of_scope") or share(heard) < LIKELY
    return "nlu_fallback" if letters and doubtful else ""


def _told_before(heard: Heard) -> str:
    """我不是说了吗, 啥意思, in the form: neither a question after an order nor talk."""
    asked = heard.requested in FORM and heard.answer is None and not heard.facts.order_numbers
    beside = says("said_already_whole", heard.text) or says("puzzled_whole", heard.text)
    return "provide_info" if asked and beside else ""


def _broken(heard: Heard) -> str:
    """坏了, 狗, before any form: a report that has yet to name the thing, or what is wrong with it."""
    told = says("fault_whole", heard.text) or (names_only_a_thing(heard.text) and not says("question", heard.text))
    opens = heard.requested in ("", Ask.DESCRIPTION.value) and told
    return "report_complaint" if opens and best(heard) != "emergency" else ""


def _takes_time(heard: Heard) -> str:
    """我手慢 你别急, in the form: neither talk nor scolding, but a moment that is wanted."""
    if heard.requested in FORM and heard.answer is None and says("is_back_whole", heard.text):
        return "provide_info"
    stalls = heard.requested in FORM and heard.answer is None and says("hesitates", heard.text)
    stalls = stalls and best(heard) in _TALK | {"ask_human", "urge"} and not says("asks_person", heard.text)
    stalls = stalls and not surely(heard, "ask_human", "thanks", "urge")
    return "provide_info" if stalls and not is_clear(heard.matter, PLAIN) else ""


def _keeps_back(heard: Heard) -> str:
    """家在哪儿跟这有啥关系 不想说, where something is asked: a refusal. 你是木头啊: scolding, and no joke."""
    if heard.requested not in FORM or heard.answer is not None:
        return ""
    leaves = says("drops_it", heard.text) or surely(heard, "cancel", "ask_human")
    if heard.requested in _FIELDS and says("keeps_back", heard.text) and not leaves:
        return "provide_info"
    return "abuse" if best(heard) in _TALK and says("scolds_talk", heard.text) else ""


def _told_fact(heard: Heard) -> str:
    """几号楼我得看看 好像是15号楼, 上个月搞的选举, in the form: tells a place or a day, and asks after no order."""
    asks_after = heard.requested in FORM and best(heard) == "query_status" and not says("question", heard.text)
    if not asks_after:
        return ""
    dated = _names_when(heard) and (heard.requested in _READ_BACK or not about_order(heard.text))
    told = (heard.facts.address is not None and share(heard) < PLAIN) or (dated and share(heard) < SURE_OF_MATTER)
    return "provide_info" if told else ""


def _names_when(heard: Heard) -> bool:
    """充电那个是昨天看见的, at the read-back: no order is asked after with a day of its own."""
    when = heard.facts.occurred_at
    return when is not None and when.occurred_at.kind is not TimeKind.FUTURE and when.occurred_at.start is not None


RULES: tuple[Callable[[Heard], str], ...] = (
    _calls,
    _asks_status,
    _tells,
    _asks_what_next,
    _presses,
    _leaves,
    _unreadable,
    _told_before,
    _broken,
    _told_fact,
    _read_back,
    _takes_time,
    _keeps_back,
    _information,
    _corrects_order,
    _instructs,
    _wants_secrecy,
    _few_words,
    _reports_now,
    _asks_for_repair,
)
