"""What stands beside the facts of an answer and no field takes: it goes along with the matter, unheard in the read-back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from backend.contracts.understanding import Facts, Privacy
from backend.domain.drafting.absorbing import CORRECTION
from backend.domain.drafting.gist import clauses_beside, clauses_of, told_in_correction
from backend.domain.drafting.heard import POLITE
from backend.domain.drafting.model import CONTROLS, DIGRESSIONS, OpenForm, Turn
from backend.domain.drafting.spots import spot_in
from backend.domain.drafting.words import BLOT, blotted
from backend.domain.language.address_merge import relative_correction
from backend.domain.language.privacy import privacy_in
from backend.domain.language.wishes import asks, beside_phone, says

_TO_US = ("talks_to_us", "puzzled_whole", "keeps_back", "goes_on", "waives_anonymity", "hesitates", "enough_whole")
_WORTH_KEEPING = 4  # characters that no field has taken
_A_WORD, _OF_A_TIME = 3, 2  # characters of a clause beside its facts
_BESIDE_PHONE = 6  # characters of a clause beside the phone in it
_SHORT = 8
_IS = re.compile(r"^(?:就|其实)?是(?=..)")
_ENDS = re.compile(r"(?:啊|呀|呢|吧|呗|哈|啦)+$")
_TAIL = re.compile(
    "(?:已经|都|有|就|是|得|能|快|怕|少说|怎么也|也|大概|差不多|可能|应该|估计|这)+$"
)  # 纸壳子有, of 纸壳子有一个多月了
_MANNERS = re.compile(r"(?:好|行|嗯|哦|可以|对|是|的|了|啊|哈|呀|谢谢|感谢|多谢|您|你|麻烦|辛苦)+")
_READ_ALOUD = re.compile(r"[零一幺二两三四五六七八九\s]|啊|嗯|对|是|他|她|号|的|吧")
_WHEN_TO_CALL = re.compile(
    "(?:周末|礼拜|星期|早上|上午|中午|晌午|下午|晚上|白天|下班|平时|[点半])[^,。]{0,6}(?:打|接|联系|在家|有空|方便)"
)
_WHOSE = re.compile(
    "(?:老伴|老头|老太|儿子|闺女|女儿|姑娘|媳妇|爱人|对象|老公|[爸妈爷奶]|孙子|孙女|邻居|老乡|工友|同事|[哥姐弟妹])[^,。0-9]{0,4}的"
)
_LEAVES_PHONE = re.compile("(?:留|给|写)(?:你们?|您|个|下|上|一个)*(?:电话|手机|号码?)(?:吧|呗)?$")
_LEAVES = re.compile("(?:我|俺)(?:得|要|先|这就|去)")  # 我得去医院, before 等会儿再说
_OFF = re.compile(r"(?:我|俺)?(?:先|得|要|这就|还得)*[一-龥]{1,5}去(?:了|啦|吧|呀)*")  # 开会去了
_POINTING = frozenset("那这个的在就是有我家门儿块边头里")


def with_what_else(form: OpenForm, turn: Turn, changed: tuple[str, ...]) -> OpenForm:
    """他家401我家301 beside a place, 晚上别打 beside a phone: whole clauses, as they were said, behind the description."""
    corrects = any(says(wish, turn.text) for wish in ("wrong", "starts_correction", "instead"))
    corrects = corrects or (turn.intent == CORRECTION and form.requested in CONTROLS)
    taken = {"description", "also", "category"} & set(changed) or turn.intent in DIGRESSIONS - POLITE
    if taken or not changed or not form.draft.description or turn.text in form.draft.description:
        return form
    over = _uncorrected(form, turn) if corrects else _left_over(form, turn)
    left = "、".join(over)
    if len(left) < _WORTH_KEEPING:
        return form
    return replace(form, draft=replace(form.draft, description=f"{form.draft.description};{left}"))


def _uncorrected(form: OpenForm, turn: Turn) -> Iterator[str]:
    """白天也闪 of 不是一到晚上 是白天也闪 晚上更厉害 有个把月了: the clauses of a correction that put no field right."""
    unmarked, begin = blotted(turn.text, turn.facts), 0
    for clause in clauses_of(turn.text):
        begin = turn.text.index(clause, begin)
        has_fact = BLOT in unmarked[begin : begin + len(clause)]
        begin += len(clause)
        said = _IS.sub("", clause)
        mends = any(says(wish, said) for wish in ("wrong", "starts_correction", "instead", "writes_in"))
        mends = mends or relative_correction(said, form.draft.address) is not None
        if not has_fact and not mends and told_in_correction(said, Facts()) >= _A_WORD and _tells(said, said, turn.facts):
            yield said


def _left_over(form: OpenForm, turn: Turn) -> Iterator[str]:
    when, unmarked = form.draft.occurred_at, blotted(turn.text, turn.facts)
    known = f"{form.draft.address.landmark} {when.text if when else ''} {form.draft.contact_name}"
    # 打不通就打我爱人 17000004415: a number beside the one that is kept
    other = [mention.span.text for mention in turn.facts.phones if mention.number != form.draft.contact_phone]
    begin = 0
    for clause in clauses_of(turn.text):
        begin = turn.text.index(clause, begin)
        beside = unmarked[begin : begin + len(clause)].replace(BLOT, "")
        begin += len(clause)
        said = clause
        for mention in turn.facts.phones:
            said = said.replace(mention.span.text, "")
        bare = _ENDS.sub("", said)
        spot = spot_in(bare)
        in_place = (spot and spot in known) or not set(beside) - set(form.draft.address.landmark) - _POINTING
        leaves = says("puts_off", turn.text) and (says("puts_off", clause) or _LEAVES.match(clause) is not None)
        leaves = leaves or (_OFF.fullmatch(clause) is not None and says("leaves_now", clause))
        is_new = _TAIL.sub("", beside) not in form.draft.description and bare not in known
        if any(number in clause for number in other):
            yield clause
        elif is_new and not in_place and not leaves and _tells(clause, beside, turn.facts):
            yield bare


def _tells(clause: str, beside: str, facts: Facts) -> bool:
    """Whether a clause tells those who work on the matter anything `beside` its facts."""
    if facts.phones and _WHEN_TO_CALL.search(clause):
        return True  # 周末打 平时上班接不了
    if privacy_in(clause) is Privacy.CONFIDENTIAL:
        return says("hides_from", clause)  # from whom and why: that is for those who come
    when = facts.occurred_at
    needed = _OF_A_TIME if when and when.span.text in clause else _A_WORD  # 一到夜里就叫 tells what happens then
    words = min(sum(map(len, clauses_beside(clause, facts))), sum(map(len, clauses_beside(beside, Facts()))))
    if words < needed or _MANNERS.fullmatch(clause) or any(says(wish, clause) for wish in _TO_US):
        return False
    is_answer = len(clause) <= _SHORT or needed == _OF_A_TIME
    denies = says("no_such_part", clause) or says("by_wechat", clause)  # 没有小区, 在这儿说就行
    if denies or (says("knows_not", clause) and is_answer) or says("knows_no_phone", clause):
        return False  # 记不清了, before what is remembered after all
    if ("留" in clause and says("refuses", clause)) or _LEAVES_PHONE.search(clause) or asks(clause):
        return False  # 电话我不留了, 要不要钱哦: an answer, and what is answered
    has_phone = any(mention.span.text in clause for mention in facts.phones)
    if has_phone and _WHOSE.search(clause):
        return True
    return not has_phone or len(_READ_ALOUD.sub("", beside_phone(beside))) >= _BESIDE_PHONE
