"""How the facts of a message change a draft.

A fact fills an empty field, or the field that was asked for; it replaces a known one only when the resident corrects
something (the intent says so, or the read-back is open). A known place is completed, never overwritten, by further parts of
the same place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from backend.contracts.conversations import Address, Completeness, Draft, OccurredAt, TimeKind
from backend.contracts.understanding import AddressMention, PhoneKind, PhoneMention, Privacy, Span
from backend.domain.drafting.asking import is_about_a_venue
from backend.domain.drafting.model import Ask, OpenForm, Step, Turn
from backend.domain.drafting.put_right import put_right
from backend.domain.drafting.rewording import WORDS_PUT_RIGHT
from backend.domain.drafting.same_place import same_place, speaks_of_it
from backend.domain.drafting.spots import name_beside, spot_of
from backend.domain.drafting.words import words_beside_facts
from backend.domain.language.address_landmarks import names_a_place, other_side
from backend.domain.language.address_merge import merge_address, only_as_said, relative_correction, with_landmark
from backend.domain.language.address_numbers import door_side, lone_door
from backend.domain.language.addresses import COMPONENTS
from backend.domain.language.wishes import says

CORRECTION = "correct_previous_detail"
_CORRECTING = frozenset({Ask.CONFIRM, Ask.CHANGE})
_ASKING_PLACE = frozenset({Ask.ADDRESS, Ask.ADDRESS_DETAIL})
_SAID_ONCE = frozenset({"outside"})
_HEARD = frozenset({"voice", "audio"})  # was understood as words: nothing to thank for
_PHOTO = "image"
_OF_THE_MOMENT = ("现在", "刚", "这会", "眼下")
# 明天要停水, 下周要动工: the trouble itself is still to come.
_ANNOUNCED = re.compile(
    r"[^,。!?]{0,5}?(?:(?:要|会|将|就|得|又|开始|通知|说)+(?!来|给|修|派)|(?=停|断|拆|施工|动工))"
    r"[^,。!?]{0,2}(?:停|断|拆|施工|动工|开工|涨|封|关|挖|砍|收|铺|改造|搬|强)"
)
_ASKING = frozenset({"query_status", "urge", "ask_faq", "ask_human"})
_CHAT = "chitchat"
_DIRECTION = 4  # characters of 楼后头 and the like
_NUMBERS = ("building", "unit", "floor", "room")
_NAMES_PLACE = re.compile("地址|地方|地点|位置")
_DAYS = re.compile("[天昨今前号日周月年季]|礼拜|星期|刚")
_NOW_AND_THEN = re.compile("年|一[下刮化起到]|动不动|经常|时常|时不时|每[次回逢]|隔三")
_HOUR = re.compile("[早晚夜点晌午晨宿黑亮]")
_CLOCK = re.compile("[点半刻]")
_DAILY = frozenset({"天天", "每天", "成天", "整天", "见天", "每日", "一天到晚", "天天都"})
_BARE = 2  # characters beside a fact up to which the message is that fact and nothing else
_DIGITS_OF_A_YEAR = 4
_MEANT_AS_PHONE = 5  # digits
_HOTLINE = re.compile(r"(?<!\d)(?:1[12][0-9]|1000\d|10086|123\d\d|12388|95\d{3}|96\d{3})(?!\d)")  # 12345也打了没用
_MIXED_KINDS = ("estate", "road", "building", "unit", "room")


def is_correction(form: OpenForm, turn: Turn) -> bool:
    """Whether what the message says replaces what is known."""
    corrects = turn.intent == CORRECTION or says("starts_correction", turn.text) or says("place_wrong", turn.text)
    return corrects or form.requested in _CORRECTING


def absorb_facts(form: OpenForm, turn: Turn) -> Step:
    """The form with every fact of the message in its place; `changed` names the fields, `remarks` what has to be said about
    it."""
    draft, changed, remarks = form.draft, [], []
    for name, take in _TAKERS:
        taken, remark = take(form, draft, turn)
        if taken != draft and not (name == "attachments" and _is_recording(turn)):
            changed.append(name)
        draft = taken
        if remark and remark not in form.remarked:
            remarks.append(remark)
    waived = form.confidential and turn.facts.privacy is None and says("waives_confidence", turn.text)
    confidential = (form.confidential and not waived) or turn.facts.privacy is Privacy.CONFIDENTIAL
    if confidential and not form.confidential:
        remarks.append("confidential_noted")
    if confidential != form.confidential:
        changed.append("confidential")
    once = tuple(remark for remark in remarks if remark in _SAID_ONCE)
    gist = form.gist
    if is_correction(form, turn):
        gist = put_right(gist, form.draft, draft)
        draft = replace(draft, description=put_right(draft.description, form.draft, draft))
    changed_form = replace(form, draft=draft, gist=gist, confidential=confidential, remarked=(*form.remarked, *once))
    return Step(changed_form, changed=tuple(changed), remarks=tuple(remarks))


def _place(form: OpenForm, draft: Draft, turn: Turn) -> tuple[Draft, str]:
    known, said = draft.address, turn.facts.address or _door(form, turn)
    if turn.previous is not None and not known.text and speaks_of_it(turn.text, just_filed=True):
        known = same_place(turn.text, turn.previous.address, said.address if said else None)
    shared = turn.place is not None and turn.place.lat is not None
    if turn.place is not None:
        known = _completed(known, turn.place)
    moved = _moved(form, turn, known, said)
    if moved is not None:
        return replace(draft, address=_with_the_rest(known, moved, said)), ""
    remark = "place_noted" if shared else ""
    if said is not None:
        said = _with_door(said)
        if form.requested in _ASKING_PLACE or (form.requested in _CORRECTING and _NAMES_PLACE.search(turn.text)):
            said = _with_spot(said, turn, names=is_about_a_venue(form) and form.requested is Ask.ADDRESS)
        remark = "outside" if said.completeness is Completeness.OUTSIDE else ""
        replacing = is_correction(form, turn) or form.requested in _ASKING_PLACE
        known = _as_estate(known, said)
        better = _is_only_words(known) and _says_it_better(said, known)
        draft = _with_first_words(draft, said) if better or _loses_words(form, turn, known, said) else draft
        if better:
            known = merge_address(Address(), said.address)  # the real place instead of 就在楼后头
        elif replacing or not _conflicts(known, said.address):
            known = _said_again(form, turn, known, merge_address(known, said.address), said.address)
    return (replace(draft, address=known), remark) if known != draft.address else (draft, remark)


def _with_the_rest(known: Address, moved: Address, said: AddressMention | None) -> Address:
    """楼号是8不是6 我家住401: the other numbers that stand beside the one that is put right."""
    if said is None or moved.landmark != known.landmark:
        return moved
    told = {name: getattr(said.address, name) for name in _NUMBERS if getattr(moved, name) == getattr(known, name)}
    further = {name: value for name, value in told.items() if value and value != getattr(known, name)}
    return merge_address(moved, Address(**further)) if further else moved


def _moved(form: OpenForm, turn: Turn, known: Address, said: AddressMention | None) -> Address | None:
    """The place after 楼号往后数一个, or after 是南门 where the north gate was meant; None where nothing moves it."""
    corrects = is_correction(form, turn)
    side = other_side(turn.text, known.landmark) if known.landmark and corrects else ""
    if side:
        return with_landmark(known, side)
    return relative_correction(turn.text, known) if known.text and (corrects or said is None) else None


def _said_again(form: OpenForm, turn: Turn, known: Address, merged: Address, said: Address) -> Address:
    """地址就是旧堡小区, and 长甸小区5号楼 after 地址不对: what is said again with nothing new in it is the whole place, and what
    stood beside it was wrong."""
    denies = form.requested is Ask.CHANGE or says("wrong", turn.text) or _NAMES_PLACE.search(turn.text)
    return only_as_said(known, said) if merged == known and denies and form.requested in _CORRECTING else merged


def _door(form: OpenForm, turn: Turn) -> AddressMention | None:
    """201, said where a house is known and no door yet, and neither a telephone nor a year can be meant."""
    known, number = form.draft.address, lone_door(turn.text)
    year = form.requested is Ask.OCCURRED_AT and number.startswith(("19", "20")) and len(number) == _DIGITS_OF_A_YEAR
    lacking = bool(known.building or known.unit) and not known.room and form.requested is not Ask.CONTACT_PHONE
    if not number or not lacking or year:
        return None
    return AddressMention((Span(0, len(turn.text), turn.text),), Address(text=number, room=number), Completeness.PARTIAL)


def _with_spot(said: AddressMention, turn: Turn, *, names: bool) -> AddressMention:
    """常青小区小花园那块儿, asked where: the words beside the estate tell where at it; `names`: the name of a house was asked
    for as well (启明星 就在翠园小区对过)."""
    spot, known = spot_of(turn.text, turn.facts), said.address.landmark
    name = name_beside(turn.text, turn.facts) if names else ""
    if name and name not in known and name not in spot:
        at = spot if spot and known in spot else known
        return replace(said, address=with_landmark(said.address, f"{at}{name}"))
    if not spot or spot in known:
        return said
    both = f"{spot}{known}" if turn.text.find(spot) < turn.text.find(known) else f"{known}{spot}"
    floor = "" if re.search("[楼层]", spot) and not (said.address.building or said.address.estate) else said.address.floor
    return replace(said, address=replace(said.address, landmark=spot if known in spot else both, floor=floor))


def _with_door(said: AddressMention) -> AddressMention:
    """4楼西边那户: which door of the floor, where no number tells it."""
    place = said.address
    side = next((side for span in said.spans if (side := door_side(span.text))), "")
    if not side or place.room or place.landmark:
        return said
    return replace(said, address=replace(place, landmark=side))


def _is_only_words(known: Address) -> bool:
    """A place that was taken as the resident said it, without a component that the rules know."""
    return bool(known.landmark) and known.text == known.landmark and known.lat is None and not names_a_place(known.landmark)


def _as_estate(known: Address, said: AddressMention) -> Address:
    """翠园, and then 9号楼: where the houses have numbers, the bare name is that of an estate."""
    place = said.address
    bare = _is_only_words(known) and says("bare_name_whole", known.landmark)
    return (
        Address(text=known.text, estate=known.landmark) if bare and place.building and not (place.estate or place.road) else known
    )


def _loses_words(form: OpenForm, turn: Turn, known: Address, said: AddressMention) -> bool:
    """旧堡那条上坡道, before 旧堡小区后身: the one spot takes the place of the other, and puts nothing right."""
    return _is_only_words(known) and bool(said.address.landmark) and not is_correction(form, turn)


def _says_it_better(said: AddressMention, known: Address) -> bool:
    """A whole place after words for it, or the estate after its short name (翠园, then 翠园新村)."""
    return said.completeness is Completeness.FULL or known.landmark in said.address.estate


def _with_first_words(draft: Draft, said: AddressMention) -> Draft:
    """小学对面那趟楼, told before 文化新村5号楼: no part of the place any more, and still of use to those who come."""
    words = draft.address.landmark
    worth = len(words) > _DIRECTION and words not in said.address.text and words not in draft.description
    return replace(draft, description=f"{draft.description};{words}") if worth and draft.description else draft


def _conflicts(known: Address, said: Address) -> bool:
    return any(
        getattr(known, name) and getattr(said, name) and getattr(known, name) != getattr(said, name) for name in _MIXED_KINDS
    )


def _completed(known: Address, place: Address) -> Address:
    """What is known stays; a shared position or a scanned code adds the rest."""
    values = {name: getattr(known, name) or getattr(place, name) for name in COMPONENTS}
    located = place.lat is not None
    return Address(
        text=known.text or place.text,
        lat=place.lat if located else known.lat,
        lon=place.lon if located else known.lon,
        **values,
    )


def _time(form: OpenForm, draft: Draft, turn: Turn) -> tuple[Draft, str]:
    said = turn.facts.occurred_at
    if said is None:
        return draft, ""
    asks = turn.intent in _ASKING or any(says(name, turn.text) for name in ("now_of_speech", "now_is_state", "hesitates"))
    if asks and said.occurred_at.text.startswith(_OF_THE_MOMENT):
        return draft, ""  # 我这个现在办到哪步了
    if said.occurred_at.kind is TimeKind.VAGUE and says("how_long", turn.text):
        return draft, ""  # 几天能给铲啊
    if said.occurred_at.kind is TimeKind.FUTURE and not _ANNOUNCED.match(turn.text, said.span.end):
        # 明天再说, 明天来修行不行: no trouble began tomorrow
        return draft, "time_ahead" if form.requested is Ask.OCCURRED_AT else ""
    when = _with_time(form, turn, draft.occurred_at, said.occurred_at)
    return replace(draft, occurred_at=when), ""


def _with_time(form: OpenForm, turn: Turn, known: OccurredAt | None, said: OccurredAt) -> OccurredAt | None:
    """The time that is known, after this one was said."""
    mended = _hour_put_right(known, turn.text) if known is not None else None
    if mended is not None:
        return mended
    if known is not None and _says_no_more(form, turn, known, said):
        return known
    if known is not None and _tells_the_hours(known, said) and turn.intent != CORRECTION:
        return replace(known, text=f"{known.text}{said.text}")
    if known is None or form.requested is Ask.OCCURRED_AT or _replaces(form, turn, known, said):
        return said
    adds = _tells_since(known, said) or _tells_last_time(known, said)
    if len(words_beside_facts(turn.text, turn.facts)) > _BARE and not adds:
        return known
    return _sharper(known, said)


def _tells_the_hours(known: OccurredAt, said: OccurredAt) -> bool:
    """早上七点半到八点, after a bare 天天: at what hours it happens, day by day."""
    bare = known.kind is TimeKind.RECURRING and known.start is None and not _HOUR.search(known.text)
    return bare and said.kind in (TimeKind.POINT, TimeKind.INTERVAL) and not _DAYS.search(said.text)


def _hour_put_right(known: OccurredAt, text: str) -> OccurredAt | None:
    """天天早上六点到八点半 after 不是六点 是五点半: it comes again as before, at another hour."""
    if known.kind is not TimeKind.RECURRING:
        return None
    found = ((match["old"], match["new"]) for pattern in WORDS_PUT_RIGHT for match in pattern.finditer(text))
    pairs = [(old, new) for old, new in found if old in known.text and _CLOCK.search(old) and _CLOCK.search(new)]
    return replace(known, text=known.text.replace(*pairs[0], 1)) if pairs else None


def _tells_since(known: OccurredAt, said: OccurredAt) -> bool:
    """得有两三个月了吧 具体记不清了, after 三天两头, or 就从上个月开始, after 半夜两点: since when was not known yet."""
    again = known.kind is TimeKind.RECURRING and known.start is None
    return said.kind is TimeKind.SINCE and (again or _is_hour(known))


def _tells_last_time(known: OccurredAt, said: OccurredAt) -> bool:
    """大前天掉的, after 那面墙年年掉: when it was this time."""
    now_and_then = known.kind is TimeKind.RECURRING and known.start is None and _NOW_AND_THEN.search(known.text)
    return bool(now_and_then) and said.kind in (TimeKind.POINT, TimeKind.INTERVAL) and _DAYS.search(said.text) is not None


def _replaces(form: OpenForm, turn: Turn, known: OccurredAt, said: OccurredAt) -> bool:
    """有俩月了, at the read-back of what happens 天天后半夜, tells since when and is no correction."""
    corrects = turn.intent == CORRECTION or says("wrong", turn.text)
    hourly = _HOUR.search(known.text) is not None  # a bare 天天 tells less than since when
    adds = form.requested is Ask.CONFIRM and not corrects and hourly and _tells_since(known, said)
    return is_correction(form, turn) and not adds


def _is_hour(known: OccurredAt) -> bool:
    """半夜两点, of no day: when it is heard."""
    return known.kind is TimeKind.POINT and not _DAYS.search(known.text)


def _says_no_more(form: OpenForm, turn: Turn, known: OccurredAt, said: OccurredAt) -> bool:
    """天天, where 天天半夜 is known; 夜里, said again of what happens 一到夜里: nothing else is meant by fewer words. Nor is
    a time of what is only chatted about: 今天出太阳那句不用写哈哈."""
    if turn.intent == _CHAT:
        return True
    lasts = known.kind in (TimeKind.SINCE, TimeKind.INTERVAL) and said.text in _DAILY  # 对 天天这样, of 最近一个月
    if lasts and turn.intent != CORRECTION and form.requested is not Ask.OCCURRED_AT:
        return True
    if turn.intent == CORRECTION or said.text not in known.text:
        return False
    alike = known.kind is TimeKind.RECURRING and said.kind is known.kind
    return alike or form.requested is not Ask.OCCURRED_AT


def _sharper(known: OccurredAt, said: OccurredAt) -> OccurredAt:
    """What is said later about the time alone: it tells since when a daily nuisance goes on, else it replaces the first word."""
    if said.kind is TimeKind.SINCE and _is_hour(known):
        return replace(said, text=f"{known.text},{said.text}")
    if known.kind is not TimeKind.RECURRING:
        return said
    return replace(known, text=f"{known.text},{said.text}", start=known.start or said.start, end=known.end)


def _phone(form: OpenForm, draft: Draft, turn: Turn) -> tuple[Draft, str]:
    if not turn.facts.phones and draft.contact_phone and says("drops_phone", turn.text):
        return replace(draft, contact_phone=""), ""
    usable = [mention for mention in turn.facts.phones if mention.kind is not PhoneKind.INVALID and _is_whole(mention)]
    from_channel = not draft.contact_phone or draft.contact_phone == turn.known_phone
    if usable and (from_channel or is_correction(form, turn) or form.requested is Ask.CONTACT_PHONE):
        return replace(draft, contact_phone=usable[-1].number), ""
    digits = sum(char.isdigit() for char in _HOTLINE.sub("", turn.text))
    meant = turn.facts.phones or (form.requested is Ask.CONTACT_PHONE and digits >= _MEANT_AS_PHONE)
    return draft, "phone_invalid" if meant and not usable else ""


def _is_whole(mention: PhoneMention) -> bool:
    """A corrected tail counts only when the old number could be completed with it."""
    return mention.kind is PhoneKind.FULL or len(mention.number) >= 11


def _who(form: OpenForm, draft: Draft, turn: Turn) -> tuple[Draft, str]:
    if draft.anonymous and turn.facts.privacy is None and says("waives_anonymity", turn.text):
        draft = replace(draft, anonymous=False)
    name = turn.facts.name if not draft.contact_name or is_correction(form, turn) else ""
    draft = replace(draft, contact_name=name) if name else draft
    if turn.facts.privacy is Privacy.ANONYMOUS and not draft.anonymous:
        given = any(mention.kind is PhoneKind.FULL for mention in turn.facts.phones)
        return replace(draft, anonymous=True, contact_phone=draft.contact_phone if given else ""), "anonymous_noted"
    return draft, ""


def _attached(form: OpenForm, draft: Draft, turn: Turn) -> tuple[Draft, str]:
    new = tuple(item for item in turn.attachments if item not in draft.attachments)
    if not new:
        return draft, ""
    kinds = {item.get("kind") for item in new}
    seen = "photo_noted" if kinds == {_PHOTO} else "file_noted" if kinds - _HEARD else "" if turn.text else "voice_unheard"
    return replace(draft, attachments=(*draft.attachments, *new)), seen


def _is_recording(turn: Turn) -> bool:
    """Whether what is attached is only the sound of the words: it is kept, and answers nothing beyond them."""
    return bool(turn.text) and {item.get("kind") for item in turn.attachments} <= _HEARD


_TAKERS: tuple[tuple[str, Callable[[OpenForm, Draft, Turn], tuple[Draft, str]]], ...] = (
    ("address", _place),
    ("occurred_at", _time),
    ("contact_phone", _phone),
    ("contact_name", _who),
    ("attachments", _attached),
)
