"""What is still missing from a form, what to ask next, and the words that the question needs.

A question is asked twice at most; a partial address is asked once for what is missing; then the form goes on with what it
has, because an incomplete order that a person completes is better than a resident who gives up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from backend.contracts.conversations import Address, Completeness, Draft, OccurredAt
from backend.contracts.messages import Choice
from backend.contracts.understanding import UNSAID, CategoryGuess
from backend.domain.drafting.gist import shorter
from backend.domain.drafting.model import Ask, OpenForm, Question
from backend.domain.language.address_landmarks import names_a_place
from backend.domain.language.address_numbers import well_spelt
from backend.domain.language.addresses import COMPONENTS, completeness
from backend.domain.language.matters import names_only_a_thing
from backend.domain.language.wishes import says

SURE = 0.6  # share of a leaf from which it is not asked
SURE_OF_CATEGORY = 0.75  # a clear category with an open leaf is not worth a question either
MOST_OPTIONS = 3
_ASKED_AT_MOST = {Ask.ADDRESS_DETAIL: 1, Ask.CATEGORY: 1}
_USUAL_LIMIT = 2
_READ_BACK_DESCRIPTION = 20
_LONGEST_WITH_EXTRA = 60  # characters of the read-back from which nothing else is asked beside it
_LONGEST_READ_BACK = 58  # leaves room in two SMS parts for an answer or a remark in front of it
_BARE_DIRECTION = 3
_OUTDOORS = frozenset({"道路设施", "绿化", "违章停车/交通", "市场经营/食品"})
_VENUES = frozenset({"教育", "医疗", "劳动欠薪", "市场经营/食品"})  # it is about a school, a shop, an employer
_IN_THE_STREET = frozenset({"占道摊贩"})
_BUSES = "公交"  # its line and the stop are the place
_OF_A_PERSON = frozenset({"医保", "养老金社保", "低保救助", "残疾优待", "老年优待", "养老服务"})  # no crew comes to the house
_OF_AN_ESTATE = frozenset({"业委会"})  # nor does it matter in which house the votes were counted
_TELLS_LITTLE = frozenset({"漏水", "收费", "服务", "其他", "生活", "设备", "交通", "施工"})
_SINCE = tuple(Choice(f"since_{number}", label) for number, label in enumerate(("今天", "昨天", "好几天了", "记不清"), start=1))
_UNNAMED = re.compile(r"(?P<what>学校|小学|中学|幼儿园|医院|诊所|超市|商店|饭店|市场|菜市场|早市|公园|广场|工地|车站)")
_IN_THE_OPEN = re.compile(
    r"公园|公厕|公共厕所|(?<!小)广场|马路|路边|道边|街边|街上|河边|桥[上下]|站牌|站点|车站|早市|夜市|大集|菜市场"
)
_VILLAGE = re.compile("(?<!新)村$")
_AT_HOME = re.compile("窗户|阳台|[我俺咱]们?家")  # a branch at the window: which house?
_YESTERDAY = re.compile(r"[坐做左作咋](?=[天晚])")  # slips of 昨
_UNKNOWN = re.compile("不知道?|不记得|记不")  # 不知道啥时候 is stored as it was said, and nothing to check
FIELD_OF = {Ask.ADDRESS_DETAIL: "address"}


def _needs_address(form: OpenForm) -> bool:
    return not _known(form.draft.address) or _is_direction(form.draft.address)


def _needs_detail(form: OpenForm) -> bool:
    by_line = form.draft.subcategory == _BUSES and bool(form.draft.address.estate or form.draft.address.landmark)
    in_words = completeness(form.draft.address) is Completeness.NONE  # of an order that was taken in by telephone
    of_a_person = form.draft.subcategory in _OF_A_PERSON | _OF_AN_ESTATE and bool(
        form.draft.address.estate or form.draft.address.community
    )
    known = by_line or of_a_person or in_words or is_findable(form.draft.address)
    return _known(form.draft.address) and not known


def _is_direction(address: Address) -> bool:
    """楼下 alone is nothing to build on: then the whole place is asked for."""
    bare = 0 < len(address.landmark) <= _BARE_DIRECTION and not says("bare_name_whole", address.landmark)
    return bare and not any(getattr(address, name) for name in COMPONENTS if name != "landmark")


def _tells_too_little(form: OpenForm) -> bool:
    """暖气有问题, 低保的事: asked once what is wrong with it."""
    if form.also:  # 快递柜, of 快递柜占了消防通道: the rest was said with the other
        return False
    return not form.asked.get(Ask.DESCRIPTION.value) and names_only_a_thing(form.gist or form.draft.description)


_MISSING: tuple[tuple[Ask, Callable[[OpenForm], bool]], ...] = (
    (Ask.DESCRIPTION, lambda form: not form.draft.description or _tells_too_little(form)),
    (Ask.CATEGORY, lambda form: not form.draft.category and bool(form.options)),
    (Ask.ADDRESS, _needs_address),
    (Ask.ADDRESS_DETAIL, _needs_detail),
    (Ask.OCCURRED_AT, lambda form: form.draft.occurred_at is None),
    (Ask.CONTACT_PHONE, lambda form: not form.draft.contact_phone and not form.draft.anonymous),
)


def open_questions(form: OpenForm) -> tuple[Ask, ...]:
    """The field questions that are still worth asking, in asking order."""
    return tuple(ask for ask, is_missing in _MISSING if _may_ask(form, ask) and is_missing(form))


def with_next_question(form: OpenForm) -> OpenForm:
    """The form with `missing` and the next question set; counts the question when it is a new one."""
    open_now = open_questions(form)
    missing = tuple(dict.fromkeys(FIELD_OF.get(ask, ask.value) for ask in open_now))
    form = replace(form, draft=replace(form.draft, missing=missing))
    return asked(form, open_now[0] if open_now else Ask.CONFIRM)


def asked(form: OpenForm, ask: Ask) -> OpenForm:
    """The form with `ask` as its open question, counted."""
    return replace(form, requested=ask, asked={**form.asked, ask.value: form.asked.get(ask.value, 0) + 1}, unheard=False)


def unsaid(form: OpenForm) -> OpenForm:
    """The form as if its open question had not been put: nobody heard it, so that it counts for nothing, and free words are no
    answer to it."""
    name = form.requested.value
    times = max(form.asked.get(name, 0) - 1, 0)
    return replace(form, asked={**form.asked, name: times}, misunderstood=max(form.misunderstood - 1, 0), unheard=True)


def is_about_a_venue(form: OpenForm) -> bool:
    """Whether the place is a school, a shop, an employer, which has a name."""
    return form.draft.category in _VENUES and form.draft.subcategory not in _IN_THE_STREET


def is_findable(address: Address) -> bool:
    """Complete enough that nothing more is asked: a crew finds it, a landmark narrows down a known place, or it is a place that
    everybody finds by its name (湖南小学, 烈士山公园东门)."""
    if completeness(address) is Completeness.FULL:
        return True
    if address.landmark.startswith("楼") and not address.building:
        return False  # 山南小区楼下: at the foot of which?
    if address.landmark and (address.estate or address.road or address.community or address.street):
        return True
    return names_a_place(address.landmark)


def question_of(form: OpenForm) -> Question:
    """The open question and what its wording needs."""
    make = _QUESTIONS.get(form.requested)
    return make(form) if make else Question(form.requested.value)


def read_back(form: OpenForm) -> str:
    """One line that a resident can check: what, where, when, phone."""
    draft = form.draft
    phone = f"电话{draft.contact_phone}" if draft.contact_phone else ""
    who = f"匿名,{phone}" if draft.anonymous else f"{_called(draft.contact_name)}{phone}"
    place = well_spelt(draft.address.text) or "地方没说"
    matter = "、".join(part for part in matter_in_short(form).split("、") if part not in place)
    parts = [matter or matter_in_short(form), place, _when(draft.occurred_at), who.rstrip(",")]
    if len(",".join(parts)) > _LONGEST_READ_BACK:
        parts[0] = shorter(parts[0])
    return ",".join(part for part in parts if part)


def _called(name: str) -> str:
    """姓刘, or 张秀兰: the name that was given, which nobody is asked for."""
    return f"姓{name}," if len(name) == 1 else f"{name}," if name else ""


def matter_in_short(form: OpenForm) -> str:
    """The resident's own words about the matter, without those that only say where, when and who; the name of the category where
    they are many."""
    return form.gist or _label(form.draft) or _cut(form.draft.description, _READ_BACK_DESCRIPTION)


def _label(draft: Draft) -> str:
    return "" if draft.subcategory in ("", UNSAID) else leaf_label(draft.category, draft.subcategory)


def leaf_label(category: str, subcategory: str) -> str:
    """停水 tells enough alone; 生活 and 收费 need their category."""
    return f"{category}({subcategory})" if subcategory in _TELLS_LITTLE else subcategory


def _cut(text: str, longest: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def _when(occurred_at: OccurredAt | None) -> str:
    text = occurred_at.text if occurred_at else ""
    if _UNKNOWN.match(text):
        return ""
    text = re.sub(r"^(?:都|得有|有)(?=[\d一二两俩三仨四五六七八九十半好几])", "", text)
    return "刚才" if text in ("刚", "刚刚") else _YESTERDAY.sub("昨", re.sub(r"(?:就|都)(?:没|一直)?$", "", text))


def _known(address: Address) -> bool:
    return completeness(address) is not Completeness.NONE or bool(address.text)


def _may_ask(form: OpenForm, ask: Ask) -> bool:
    if FIELD_OF.get(ask, ask.value) in form.settled:
        return False
    return form.asked.get(ask.value, 0) < _ASKED_AT_MOST.get(ask, _USUAL_LIMIT) or (
        form.requested is ask and ask is Ask.DESCRIPTION
    )


def _confirm(form: OpenForm) -> Question:
    choices = (Choice("confirm_yes", "对,提交"), Choice("confirm_no", "要改"))
    summary = read_back(form)
    beside = form.extra if len(summary) <= _LONGEST_WITH_EXTRA and form.asked.get(Ask.CONFIRM.value, 0) <= 1 else ""
    if beside:
        return Question("confirm_extra", {"summary": summary, "extra": beside}, choices)
    return Question(Ask.CONFIRM.value, {"summary": summary}, choices)


def _category(form: OpenForm) -> Question:
    leaves = [guess.subcategory for guess in form.options]
    labels = [
        Choice(f"category_{guess.service_code}", _option_label(guess, is_twice=leaves.count(guess.subcategory) > 1))
        for guess in form.options
    ]
    return Question(Ask.CATEGORY.value, {}, (*labels, Choice("category_none", "都不是")))


def _option_label(guess: CategoryGuess, *, is_twice: bool) -> str:
    return f"{guess.category}({guess.subcategory})" if is_twice else leaf_label(guess.category, guess.subcategory)


def _detail(form: OpenForm) -> Question:
    """What is missing of a place."""
    address = form.draft.address
    if _is_direction(address):
        return _address(form)
    wanted = _wanted(address, outdoors=form.draft.category in _OUTDOORS)
    if is_about_a_venue(form) and not (address.estate or address.road or address.building or _UNNAMED.match(address.landmark)):
        wanted = "在什么路上,或者挨着什么"
    return Question(Ask.ADDRESS_DETAIL.value, {"known": well_spelt(address.text), "wanted": wanted})


def _address(form: OpenForm) -> Question:
    """Who tells of a road is not asked for a staircase, and who tells of a school is asked which."""
    if is_about_a_venue(form):
        return Question("address_venue")
    at_home = form.draft.category == "绿化" and _AT_HOME.search(form.draft.description)
    outdoors = (form.draft.category in _OUTDOORS and not at_home) or _IN_THE_OPEN.search(form.draft.description)
    return Question("address_outdoors" if outdoors else Ask.ADDRESS.value)


def _wanted(address: Address, *, outdoors: bool) -> str:
    venue = _UNNAMED.match(address.landmark)
    if venue and not (address.estate or address.road):
        return f"是哪个{venue['what']},挨着什么"
    if address.estate and outdoors and not address.building:
        return "在几号楼附近,或者挨着什么"
    if _VILLAGE.search(address.estate):
        return "几组,或者挨着谁家"
    if address.estate:
        return "几号楼" if address.unit else "几号楼几单元"
    if address.road:
        return "多少号,或者挨着什么"
    if outdoors and not address.building:
        return "什么路,或者挨着什么"
    return "哪个小区" if address.building else "哪个小区、几号楼"


def _since(form: OpenForm) -> Question:
    """The usual answers as a menu, so that digits are enough; an entry's label is read as if it had been typed."""
    return Question(Ask.OCCURRED_AT.value, {}, _SINCE)


def _phone(form: OpenForm) -> Question:
    return Question(Ask.CONTACT_PHONE.value, {}, (Choice("phone_skip", "不留电话"),))


def _cancel(form: OpenForm) -> Question:
    return Question(Ask.CANCEL.value, {}, (Choice("cancel_yes", "不报了"), Choice("cancel_no", "接着报")))


def _resume(form: OpenForm) -> Question:
    about = matter_in_short(form) or form.draft.address.text
    return Question(Ask.RESUME.value, {"about": about}, (Choice("resume_yes", "接着说"), Choice("resume_no", "重新说")))


def _same(form: OpenForm) -> Question:
    twin = form.twin
    values = {"number": twin.number, "matter": twin.matter, "day": twin.day} if twin else {}
    return Question(Ask.SAME.value, values, (Choice("same_yes", "是同一件"), Choice("same_no", "不是,另报")))


def _description(form: OpenForm) -> Question:
    return Question("description_more" if form.draft.description else Ask.DESCRIPTION.value)


_QUESTIONS: dict[Ask, Callable[[OpenForm], Question]] = {
    Ask.DESCRIPTION: _description,
    Ask.CONFIRM: _confirm,
    Ask.ADDRESS: _address,
    Ask.CATEGORY: _category,
    Ask.ADDRESS_DETAIL: _detail,
    Ask.OCCURRED_AT: _since,
    Ask.CONTACT_PHONE: _phone,
    Ask.CANCEL: _cancel,
    Ask.RESUME: _resume,
    Ask.SAME: _same,
}
