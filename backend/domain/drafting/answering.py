"""A message that settles the open question in words: a short answer, a place as one would say it, a vague time, a refusal.

Each rule gives the step that it makes of the message, or None where it does not apply.
"""

from __future__ import annotations

import re
from dataclasses import replace

from backend.contracts.conversations import Address, Completeness, Draft, OccurredAt, TimeKind
from backend.domain.drafting.asking import FIELD_OF, is_findable
from backend.domain.drafting.gist import clauses_of, gist_of, joined, told_beside
from backend.domain.drafting.later import comes_back
from backend.domain.drafting.model import CONTROLS, SKIPPABLE, Ask, OpenForm, Step, Turn
from backend.domain.drafting.spots import spot_in
from backend.domain.language.address_landmarks import names_a_place
from backend.domain.language.address_merge import merge_address
from backend.domain.language.answers import AnswerKind, classify_answer
from backend.domain.language.wishes import says

LEAVES_OPEN = frozenset({AnswerKind.DONT_KNOW, AnswerKind.SKIP, AnswerKind.REFUSE, AnswerKind.LATER, AnswerKind.NO})
# Where it is and when it was need not be known: who says so is not asked again.
KNOWN_OR_NOT = frozenset({Ask.ADDRESS, Ask.ADDRESS_DETAIL, Ask.OCCURRED_AT})
_UNKNOWN_HERE = {"address": "no_former_place", "contact_phone": "no_known_phone"}  # remarks where no earlier order tells it
_PRESSED_PAST = frozenset({Ask.CONTACT_PHONE, Ask.OCCURRED_AT})  # 提交吧: files what there is
_LONGEST_PLACE = 40
_A_TIME = 10  # characters; in a longer answer the clause that tells it stands for it
# 老板姓啥不知道, 一共欠一万二: said where the place was asked for, and about none.
_NO_PLACE = re.compile(
    "^(?:医院|学校|银行|社区|物业|街道|单位|老板|房东|公司|派出所|店里|商场|超市|老师|大夫|护士|村里|居委会|客服|药店)(?:的人|那边)?(?:就|都|还|又|也|光)?说"
    "|(?:老板|房东|人|他|她)(?:家)?(?:姓|叫)(?:啥|什么)|姓(?:啥|什么)|都?叫(?:他|她)|是谁|[欠赔罚涨]"
    "|(?:心脏|身体|腿脚|血压|眼睛|耳朵)[^,。]{0,3}(?:不好|高|差|有病|不行)|受不了|睡不|不(?:好受|舒服)"
    "|[0-9一二两三四五六七八九十百千]+(?:万|千块|块钱?|元|岁|口人)"
)
_SPOT_TOLD = re.compile(
    r"^(?!.*(?:不好说|不知|记不|说不|不清)).*(?:对面|对过|斜对|对门|旁边|附近|中间|后身|后面|前面|跟前|门口|边上|那(?:段|片|一带|趟|栋|排|个)[一-龥]+)"
)
_BIDS_US = ("presses_whole", "enough_whole", "nothing_more_whole", "files_whole", "frets_whole")
_MANY_FIGURES = 7
_OF_SOMEBODY = re.compile("(?:我|俺|咱|你|他|她|人家|物业|老板)(?!记)")
_DATED_BY = re.compile("搬|住|来|回|发现|看见|开始|结婚|退休|上班|买|时候|那会|那年|以后|之后|起|刚|就|从|打")
_ENDS = re.compile("[呗啊呀吧哈呢]+$")
_PIECE = re.compile(r"[\s,。]+")
WORTH_KEEPING = 3  # characters beside facts and a yes from which words go into the description
_TELLING = frozenset({"provide_info", "report_complaint", "deny", "affirm", "nlu_fallback"})
_STATES = frozenset({"provide_info", "report_complaint"})
_OF_IT = ("laments", "about_calls")
_SOUNDS_SHORT = frozenset({"deny", "affirm"})
_ASIDE = ("puzzled_whole", "leaves_now", "keeps_back", "talks_to_us", "knows_not")
_SOUNDS_LIKE, _PLAINLY = 0.2, 0.9
_A_WORD = 2  # characters
_HOW_IT_IS = re.compile("[了着过没]")
_GOES_ON = re.compile("[还也又都]")
_A_STATEMENT, _A_SENTENCE = 5, 9  # characters
_PART_UNKNOWN = re.compile("单元|门洞|楼号|号楼|几楼|门牌|房号|房间号|哪一?户|哪一?家")
# a word that makes a statement of names
_SAYS = re.compile("[就了是有在没不着过的来说打找让别得会能想要0-9A-Za-z]|[一二两三四五六七八九十百几][个万千百块人岁斤口户]")
# 对对,整个单元都冷; not 没那么严重, 好几家都这样, 对面那栋
YES_BEFORE = re.compile(
    r"^(?:(?:对(?![面过门着])|嗯)+(?:的|了|啊|呀)*[,。!\s]*|(?:是|是的|好|好的|行|中|没错|可以)(?:了|啊|呀|吧)*(?:[,。!\s]+|$))+"
)
A_STORY = 15  # characters: so much is said on purpose, and nothing that was said is thrown away


def settle(form: OpenForm, turn: Turn) -> Step | None:
    """A short answer that leaves the open question open for good, or takes the last order's value."""
    told_a_thing = form.requested is Ask.DESCRIPTION and bool(form.draft.description)
    if form.requested not in SKIPPABLE and not told_a_thing:
        return None
    if form.requested is Ask.CONTACT_PHONE and says("no_such_part", turn.text):
        return None  # 就路口 没有门牌号
    field = field_of(form.requested)
    left = _left_in_words(form, turn, field)
    if left is not None or turn.answer is None:
        return left
    if turn.answer.kind is AnswerKind.SAME_AS_BEFORE:
        return _as_before(form, turn, field)
    is_menu_skip = turn.answer.kind is AnswerKind.CHOICE and turn.answer.number == 1 and form.requested is Ask.CONTACT_PHONE
    if turn.answer.kind in LEAVES_OPEN or is_menu_skip:
        return Step(replace(form, settled=(*form.settled, field)), changed=(field,))
    return None


def _left_in_words(form: OpenForm, turn: Turn, field: str) -> Step | None:
    """你们自己查去, 就这么报吧, and 整个小区都这样 where the building was asked for: the field stays as it is."""
    if comes_back(turn.text):
        return None
    settled = replace(form, settled=(*form.settled, field))
    if form.requested is Ask.ADDRESS_DETAIL and says("everywhere", turn.text) and turn.facts.address is None:
        return Step(replace(settled, draft=_with_description(form.draft, turn.text)), changed=(field,))
    if says("keeps_back", turn.text) and not says("how_long", turn.text):
        return Step(settled, changed=(field,), remarks=("respected",))
    presses_on = form.requested in _PRESSED_PAST and says("files_whole", turn.text)
    return Step(settled, changed=(field,)) if presses_on or says("enough_whole", turn.text) else None


def _with_description(draft: Draft, words: str) -> Draft:
    return replace(draft, description=f"{draft.description};{words}")


def _as_before(form: OpenForm, turn: Turn, field: str) -> Step | None:
    draft, previous = form.draft, turn.previous
    if field == "address" and previous is not None and previous.address.text:
        return Step(replace(form, draft=replace(draft, address=previous.address)), changed=("address",))
    phone = (previous.phone if previous is not None else "") or turn.known_phone
    if field == "contact_phone" and phone:
        return Step(replace(form, draft=replace(draft, contact_phone=phone)), changed=("contact_phone",))
    unknown = _UNKNOWN_HERE.get(field)
    return Step(form, remarks=(unknown,)) if unknown else None


def take_words(form: OpenForm, turn: Turn) -> Step | None:
    """Free words as the answer to the open question, as the resident said them: a landmark, a vague time."""
    words = turn.text.strip()
    if form.unheard or turn.answer is not None or not 0 < len(words) <= _LONGEST_PLACE:
        return None
    if any(says(wish, words) for wish in ("question", "hesitates", "puzzled_whole")) or comes_back(words):
        return None
    if form.requested is not Ask.OCCURRED_AT and _NO_PLACE.search(words):
        return None
    if form.requested is Ask.ADDRESS and says("everywhere", words) and not form.draft.address.text:
        return None  # 一片都停了: how far it reaches, and not where
    if form.requested in KNOWN_OR_NOT and (leaves_open(form, words) or _is_outside(turn)):
        field = field_of(form.requested)
        return Step(replace(form, draft=_with_description(form.draft, words), settled=(*form.settled, field)), changed=(field,))
    if form.requested in (Ask.ADDRESS, Ask.ADDRESS_DETAIL) and _sounds_like_a_place(words):
        spot = _place_told(words)
        known = form.draft.address.landmark if form.requested is Ask.ADDRESS_DETAIL else ""
        spot = f"{known}{spot}" if names_a_place(known) and known not in spot else spot  # 站前广场, then 火车站出站口
        address = merge_address(form.draft.address, Address(text=spot, landmark=spot))
        is_enough = is_findable(address) or (form.requested is Ask.ADDRESS and says("bare_name_whole", spot))
        settled = form.settled if is_enough else (*form.settled, "address")
        return Step(replace(form, draft=replace(form.draft, address=address), settled=settled), changed=("address",))
    if form.requested is Ask.OCCURRED_AT and says("timelike", words) and not _no_time(words):
        timely = [clause for clause in clauses_of(words) if says("timelike", clause)]
        occurred_at = OccurredAt(text=timely[0] if len(words) > _A_TIME and timely else words, kind=TimeKind.VAGUE)
        return Step(replace(form, draft=replace(form.draft, occurred_at=occurred_at)), changed=("occurred_at",))
    return None


def _no_time(words: str) -> bool:
    """我物业费一直交着呢 tells of somebody; of many figures none is a day."""
    figures = re.findall("[0-9零一幺二两三四五六七八九]", words)
    return len(figures) >= _MANY_FIGURES or (_OF_SOMEBODY.match(words) is not None and _DATED_BY.search(words) is None)


def _place_told(words: str) -> str:
    """小区中间那个垃圾点 of 具体哪栋不好说 就小区中间那个垃圾点: what says where, without what only says what is not known."""
    pieces, told = [piece for piece in _PIECE.split(words) if piece], _told_pieces(words)
    bare = [_ENDS.sub("", piece) or piece for piece in (told if len(told) < len(pieces) else pieces)]
    return re.sub(r"^(?:就是|就在|就|是在|是|在)(?=..)", "", " ".join(bare) or words)


def _told_pieces(words: str) -> list[str]:
    untold = ("knows_not", "no_such_part")
    return [piece for piece in _PIECE.split(words) if says("placelike", piece) and not any(says(wish, piece) for wish in untold)]


def _sounds_like_a_place(words: str) -> bool:
    """就菜市场后头, and not 说了多少回了 来了看一眼就走 走了还是那样: a story names a spot, or it is no place."""
    tells = len(words) >= A_STORY and "了" in words and not any(spot_in(clause) for clause in clauses_of(words))
    return says("placelike", words) and not says("somewhere_whole", words) and not tells


def leaves_open(form: OpenForm, words: str) -> bool:
    """没注意是几点, 全小区都这样: what was asked for is not known, or is not there."""
    where = form.requested is not Ask.OCCURRED_AT
    if where and says("knows_not", words) and _SPOT_TOLD.search(_place_told(words)):
        return False
    if where and says("no_such_part", words) and any(spot_in(piece) for piece in _told_pieces(words)):
        return False  # 村里哪来的楼 二组 老孙家磨坊
    return says("knows_not", words) or (where and (says("no_such_part", words) or says("everywhere", words)))


def unknown_part(form: OpenForm, turn: Turn) -> Step | None:
    """几单元不知道, asked since when: a part of the place, which nobody needs to know, and no answer yet."""
    if form.requested is not Ask.OCCURRED_AT or not _PART_UNKNOWN.search(turn.text) or not says("knows_not", turn.text):
        return None
    name = form.requested.value
    again = {**form.asked, name: max(form.asked.get(name, 0) - 1, 0)}
    return Step(replace(form, draft=_with_description(form.draft, turn.text), asked=again), remarks=("not_needed",))


def _is_outside(turn: Turn) -> bool:
    return turn.facts.address is not None and turn.facts.address.completeness is Completeness.OUTSIDE


def more_words(form: OpenForm, turn: Turn) -> Step | None:
    """楼上402, told at the read-back; 就剩个窟窿了, said instead of a place: more about the matter, which goes along."""
    told = told_beside(turn.text, turn.facts)
    if form.draft.description and says("stresses_whole", turn.text):
        return Step(with_words(form, turn), changed=("description",))
    same = sum(each.confidence for each in turn.guesses if each.category == form.draft.category)
    little = told < (_A_WORD if same >= _PLAINLY and turn.intent == "report_complaint" else WORTH_KEEPING)  # 反水
    if not form.draft.description or turn.answer is not None or little or not _may_tell_more(form, turn, told):
        return None
    if form.unheard:  # nothing was asked yet: 这是群里转的 我也是这小区的 goes on telling
        return Step(with_words(form, turn), changed=("description",))
    # 桌子板凳西瓜皮 is not understood: two of them bring a person. What is told at the read-back is read back again.
    sounds = sum(each.confidence for each in turn.guesses[:2]) >= _SOUNDS_LIKE and _GOES_ON.search(turn.text)  # 味儿大 还打鸣
    reaches = says("extent", turn.text) or says("everywhere", turn.text)
    dated = turn.facts.occurred_at is not None and told >= _A_STATEMENT - 1  # 上个月月初交的钱, asked for the phone
    states = len(turn.text) >= _A_SENTENCE and _HOW_IT_IS.search(turn.text)  # 现在小了点 用盆接着呢
    likely = (
        same >= _SOUNDS_LIKE or sounds or reaches or states or len(turn.text) >= A_STORY or dated or _tells_beside(form, turn)
    )
    if not likely and not _adds_at_the_end(form, turn):
        return None
    return Step(with_words(form, turn), changed=("description",), remarks=("noted",) if form.requested is Ask.CONFIRM else ())


def _may_tell_more(form: OpenForm, turn: Turn, told: int) -> bool:
    """Nothing that is asked, and at the read-back also what is said with a word of mending (不对等等 是楼上402漏的)."""
    if comes_back(turn.text) or (says("question", turn.text) and not says("laments", turn.text)):
        return False
    if form.requested is Ask.CONFIRM and told >= _A_STATEMENT and turn.intent in (*_TELLING, "correct_previous_detail"):
        return True
    return turn.intent in _TELLING and not says("wrong", turn.text) and not says("hesitates", turn.text)


def _tells_beside(form: OpenForm, turn: Turn) -> bool:
    """喝不了, 我们七个人 一共四万六, asked where: a statement, of which nobody but those who come can tell what it is worth."""
    states = _SAYS.search(turn.text) is not None or any(says(wish, turn.text) for wish in _OF_IT)
    aside = any(says(wish, turn.text) for wish in _ASIDE) or comes_back(turn.text)
    tells = turn.intent in _STATES or (turn.intent in _SOUNDS_SHORT and len(turn.text) >= _A_STATEMENT)  # 银行说没打
    return states and not aside and tells and form.requested not in CONTROLS


def _adds_at_the_end(form: OpenForm, turn: Turn) -> bool:
    """打电话打我的 别打她的, 刚搬来就有, at the read-back: a statement, to be read back with the rest."""
    if form.requested is Ask.CONFIRM and any(says(name, turn.text) for name in ("writes_in", "laments")):
        return True
    states = len(turn.text) >= _A_SENTENCE or _SAYS.search(turn.text)  # 桌子板凳西瓜皮 states nothing
    return form.requested is Ask.CONFIRM and turn.intent == "provide_info" and len(turn.text) >= _A_STATEMENT and bool(states)


def nods(form: OpenForm, turn: Turn) -> bool:
    """好的, 行, and 开始的 after 昨天: no answer to a question about a field, but nothing to apologise for either; two of them
    bring a person."""
    if says("fragment_whole", turn.text) and form.requested not in CONTROLS:
        return True
    return turn.answer is not None and turn.answer.kind is AnswerKind.YES and form.requested not in CONTROLS


def keeps_phone_back(form: OpenForm, turn: Turn) -> bool:
    """A refusal in a whole sentence, which may carry other facts (怕人打击报复); not asked for, it must name the phone."""
    if turn.facts.phones or Ask.CONTACT_PHONE.value in form.settled or turn.answer is not None:
        return False
    if form.requested is Ask.CONTACT_PHONE:
        refuses = any(says("refuses", clause) and not says("question", clause) for clause in clauses_of(turn.text))
        return refuses or says("knows_no_phone", turn.text) or phone_remark(turn.text) != ""
    if form.draft.contact_phone:
        return says("keeps_own_phone", turn.text)
    return says("refuses_phone", turn.text) or says("drops_phone", turn.text)


def phone_remark(text: str) -> str:
    """What is said to somebody who asks whether the phone may be left out, or who wants to be reached here."""
    return "by_wechat_noted" if says("by_wechat", text) else "phone_left_out" if says("may_leave_out", text) else ""


def without_phone(form: OpenForm) -> OpenForm:
    """别留我电话: neither asked for any more nor, where the channel told it (SMS), passed on."""
    draft = replace(form.draft, contact_phone="")
    return replace(form, draft=draft, settled=(*form.settled, Ask.CONTACT_PHONE.value))


def field_of(ask: Ask) -> str:
    return FIELD_OF.get(ask, ask.value)


def with_words(form: OpenForm, turn: Turn) -> OpenForm:
    """What was said beside a yes belongs to the description."""
    said = _without_bidding(YES_BEFORE.sub("", turn.text))
    again = classify_answer(said)  # 行 就这么的 says yes twice
    least = _A_WORD if said == turn.text else WORTH_KEEPING
    if len(said) < least or (again is not None and again.kind is AnswerKind.YES):
        return form
    gist = joined(form.gist, gist_of(said, turn.facts)) if form.gist else ""
    return replace(form, draft=replace(form.draft, description=f"{form.draft.description};{said}"), gist=gist)


def _without_bidding(said: str) -> str:
    """What tells something; 就这么报 and 赶紧给查查吧 only bid us go on."""
    clauses = clauses_of(said)
    told = [clause for clause in clauses if not any(says(wish, clause) for wish in _BIDS_US)]
    return said if len(told) == len(clauses) else " ".join(told)
