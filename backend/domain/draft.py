"""The complaint form as a pure function: an open form and one message give the form afterwards.

Control questions (confirm, cancel, resume, the numbered choice of categories) come first; then every fact of the message is
taken, whatever was asked; then a short answer settles the open question; then free words are taken as the answer; what is
left was not understood. The same message twice changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta

from backend.contracts.conversations import Address, Completeness, Draft, OccurredAt, TimeKind
from backend.domain.drafting.absorbing import absorb_facts
from backend.domain.drafting.asking import FIELD_OF, asked, is_findable, with_next_question
from backend.domain.drafting.gist import gist_of, joined, told_beside
from backend.domain.drafting.model import Ask, Held, OpenForm, Outcome, Step, Turn
from backend.domain.drafting.own_questions import is_answer
from backend.domain.drafting.subject import absorb_subject, choose_category, of_first_problem, opens_another
from backend.domain.language.address_merge import merge_address, relative_correction
from backend.domain.language.answers import AnswerKind
from backend.domain.language.wishes import gives_up, says

RESUME_AFTER = timedelta(hours=1)
# Said inside the form, these do not speak about it; the assistant answers them and the open question stays.
DIGRESSIONS = frozenset(
    [
        "query_status",
        "urge",
        "rate",
        "dispute_result",
        "ask_human",
        "ask_faq",
        "opt_out",
        "out_of_scope",
        "chitchat",
        "abuse",
        "greet",
        "thanks",
        "bye",
    ]
)
_LEAVES_OPEN = frozenset({AnswerKind.DONT_KNOW, AnswerKind.SKIP, AnswerKind.REFUSE, AnswerKind.LATER, AnswerKind.NO})
# Asked once for good: what is said instead of an answer does not make it worth another try.
_ONCE = frozenset({Ask.ADDRESS_DETAIL})
_SKIPPABLE = frozenset({Ask.ADDRESS, Ask.ADDRESS_DETAIL, Ask.OCCURRED_AT, Ask.CONTACT_PHONE, Ask.CATEGORY})
_KNOWN_OR_NOT = frozenset({Ask.ADDRESS, Ask.ADDRESS_DETAIL, Ask.OCCURRED_AT})
_TOLD_BEFORE = _SKIPPABLE - {Ask.CATEGORY}
_LONGEST_PLACE = 40
_WORTH_KEEPING = 3
_LONG_ENOUGH = 5  # characters from which the same words are no answer that happens to fit twice
_TELLING = frozenset({"provide_info", "report_complaint", "deny", "affirm", "nlu_fallback"})
_ELSEWHERE = frozenset({"out_of_scope"})
_BESIDE = 8  # characters beside facts from which a message that is not for us keeps its phone for itself
_SOUNDS_LIKE = 0.4
_PLACEHOLDER = re.compile(r"\[(?:图片|视频|语音|位置)\]")


def open_form(draft_id: str, *, now: datetime, known_phone: str = "") -> OpenForm:
    """An empty form; the phone is known where the channel knows it (SMS) or an earlier order had it."""
    return OpenForm(id=draft_id, draft=Draft(contact_phone=known_phone), opened_at=now, touched_at=now)


def advance(form: OpenForm, turn: Turn) -> Step:
    """One message for the form. Never raises: what is not understood leaves the form as it is with `understood` False."""
    if turn.message_id and turn.message_id == form.last_message:
        return Step(form, Outcome.FILE if form.confirmed_by == turn.message_id else Outcome.ASK)
    turn = _without_placeholder(turn)
    seen = replace(form, last_message=turn.message_id, touched_at=turn.at)
    if _is_stale(form, turn):
        held = Held(**{item.name: getattr(turn, item.name) for item in fields(Held)})
        return Step(asked(replace(seen, resume_to=form.requested, held=held), Ask.RESUME))
    control = _CONTROL.get(form.requested)
    step = control(seen, turn) if control else None
    if step is None and form.requested in _TOLD_BEFORE and says("said_already_whole", turn.text):
        return Step(with_next_question(seen), remarks=("told_before",))
    if step is None and turn.intent == "cancel":
        step = Step(asked(replace(seen, resume_to=form.requested), Ask.CANCEL))
    return step or _collect(seen, turn)


def _without_placeholder(turn: Turn) -> Turn:
    """A photo or a position comes with a word for it in brackets, which the resident did not say."""
    if not _PLACEHOLDER.fullmatch(turn.text):
        return turn
    return replace(turn, text="", intent="provide_info", guesses=(), issues=(), answer=None, content=False)


def _is_stale(form: OpenForm, turn: Turn) -> bool:
    """After an hour of silence the resident is asked whether to go on, unless nothing worth keeping was said."""
    return turn.at - form.touched_at > RESUME_AFTER and bool(form.draft.description) and form.requested is not Ask.RESUME


def _collect(form: OpenForm, turn: Turn) -> Step:
    if _is_said_again(form, turn):
        return Step(_asked_anew(form), remarks=("heard_already",))
    turn = turn if form.draft.description else of_first_problem(turn)
    # What is told about a further problem does not move the place and the time of this one.
    facts = Step(form) if opens_another(form, turn) or _is_foreign(turn) else absorb_facts(form, turn)
    digresses = turn.intent in DIGRESSIONS
    subject = Step(facts.form) if digresses else absorb_subject(facts.form, turn, facts.changed)
    changed = (*facts.changed, *subject.changed)
    remarks = (*facts.remarks, *subject.remarks)
    form = subject.form
    if "address" in facts.changed and form.requested in _KNOWN_OR_NOT and says("knows_not", turn.text):
        form = replace(form, settled=(*form.settled, "address"))  # 说不好叫啥路,就菜市场往东那条: there is no more to ask
    if _keeps_phone_back(form, turn):
        form, changed = _without_phone(form), (*changed, Ask.CONTACT_PHONE.value)
    if not changed and digresses:
        return Step(form, remarks=remarks)
    if not changed and not remarks:
        step = _without_facts(form, turn)
        if not step.changed:
            return step
        form, changed, remarks = step.form, step.changed, step.remarks
    form = _uncounted(form) if changed and _field_of(form.requested) not in changed else form
    return Step(with_next_question(replace(form, misunderstood=0)), changed=changed, remarks=remarks)


def _is_said_again(form: OpenForm, turn: Turn) -> bool:
    """The same words once more, by a finger that slipped or somebody who doubts that we heard."""
    whole = turn.answer is None and not turn.attachments and len(turn.text) >= _LONG_ENOUGH
    return whole and form.requested not in _CONTROL and turn.text in form.draft.description.split(";")


def _is_foreign(turn: Turn) -> bool:
    """An advertisement in the middle of the form: its place and its phone are not the resident's."""
    return turn.intent in _ELSEWHERE and told_beside(turn.text, turn.facts) >= _BESIDE


def _without_facts(form: OpenForm, turn: Turn) -> Step:
    """A message in which the rules found nothing to take: an answer in words, a mere nod, or something not understood."""
    answered = _settle(form, turn) or _take_words(form, turn) or _more_words(form, turn)
    if answered is not None:
        return answered
    if _is_first(form):
        return Step(with_next_question(form))
    if says("puzzled_whole", turn.text) and form.requested in _SKIPPABLE:
        return Step(with_next_question(form), remarks=("puzzled",))
    if turn.answer is None and says("hesitates", turn.text) and form.requested not in _CONTROL:
        return Step(_asked_anew(form), remarks=("no_hurry",))
    lost = replace(form, misunderstood=form.misunderstood + 1)
    return Step(_asked_anew(lost)) if _nods(form, turn) else Step(lost, understood=False)


def _more_words(form: OpenForm, turn: Turn) -> Step | None:
    """楼上402, told at the read-back; 就剩个窟窿了, said instead of a place: more about the matter, which goes along."""
    told = told_beside(turn.text, turn.facts)
    if form.draft.description and says("stresses_whole", turn.text):
        return Step(_with_words(form, turn), changed=("description",))
    if not form.draft.description or turn.answer is not None or turn.intent not in _TELLING or told < _WORTH_KEEPING:
        return None
    if says("question", turn.text) or says("wrong", turn.text) or says("hesitates", turn.text):
        return None
    same = sum(each.confidence for each in turn.guesses if each.category == form.draft.category)
    if same < _SOUNDS_LIKE:  # 桌子板凳西瓜皮 is not understood: two of them bring a person
        return None
    return Step(_with_words(form, turn), changed=("description",), remarks=("noted",) if form.requested is Ask.CONFIRM else ())


def _nods(form: OpenForm, turn: Turn) -> bool:
    """好的, 行, and 开始的 after 昨天: no answer to a question about a field, but nothing to apologise for either; two of them
    bring a person."""
    if says("fragment_whole", turn.text) and form.requested not in _CONTROL:
        return True
    return turn.answer is not None and turn.answer.kind is AnswerKind.YES and form.requested not in _CONTROL


def _keeps_phone_back(form: OpenForm, turn: Turn) -> bool:
    """A refusal in a whole sentence, which may carry other facts (怕人打击报复); not asked for, it must name the phone."""
    if turn.facts.phones or Ask.CONTACT_PHONE.value in form.settled or turn.answer is not None:
        return False
    if form.requested is Ask.CONTACT_PHONE:
        unknown = says("refuses", turn.text) or says("knows_no_phone", turn.text)
        return unknown and not says("question", turn.text)
    if form.draft.contact_phone:
        return says("keeps_own_phone", turn.text)
    return says("refuses_phone", turn.text) or says("drops_phone", turn.text)


def _without_phone(form: OpenForm) -> OpenForm:
    """别留我电话: neither asked for any more nor, where the channel told it (SMS), passed on."""
    draft = replace(form.draft, contact_phone="")
    return replace(form, draft=draft, settled=(*form.settled, Ask.CONTACT_PHONE.value))


def _uncounted(form: OpenForm) -> OpenForm:
    """The open question was set aside by a photo or another fact, so asking it again is not asking twice."""
    name, times = form.requested.value, form.asked.get(form.requested.value, 0)
    counts = times and form.requested not in _CONTROL and form.requested not in _ONCE
    return replace(form, asked={**form.asked, name: times - 1}) if counts else form


def _field_of(ask: Ask) -> str:
    return FIELD_OF.get(ask, ask.value)


def _is_first(form: OpenForm) -> bool:
    return form.requested is Ask.NOTHING


def _settle(form: OpenForm, turn: Turn) -> Step | None:
    """A short answer that leaves the open question open for good, or takes the last order's value."""
    if form.requested not in _SKIPPABLE:
        return None
    field = _field_of(form.requested)
    if says("enough_whole", turn.text):
        return Step(replace(form, settled=(*form.settled, field)), changed=(field,))
    if turn.answer is None:
        return None
    if turn.answer.kind is AnswerKind.SAME_AS_BEFORE:
        return _as_before(form, turn, field)
    is_menu_skip = turn.answer.kind is AnswerKind.CHOICE and turn.answer.number == 1 and form.requested is Ask.CONTACT_PHONE
    if turn.answer.kind in _LEAVES_OPEN or is_menu_skip:
        return Step(replace(form, settled=(*form.settled, field)), changed=(field,))
    return None


def _as_before(form: OpenForm, turn: Turn, field: str) -> Step | None:
    if turn.previous is None:
        return None
    draft = form.draft
    if field == "address" and turn.previous.address.text:
        return Step(replace(form, draft=replace(draft, address=turn.previous.address)), changed=("address",))
    phone = turn.previous.phone or turn.known_phone
    if field == "contact_phone" and phone:
        return Step(replace(form, draft=replace(draft, contact_phone=phone)), changed=("contact_phone",))
    return None


def _take_words(form: OpenForm, turn: Turn) -> Step | None:
    """Free words as the answer to the open question, as the resident said them: a landmark, a vague time."""
    words = turn.text.strip()
    if turn.answer is not None or not words or len(words) > _LONGEST_PLACE or says("question", words) or says("hesitates", words):
        return None
    if form.requested in _KNOWN_OR_NOT and (says("knows_not", words) or _is_outside(turn)):
        field = _field_of(form.requested)
        draft = replace(form.draft, description=f"{form.draft.description};{words}")
        return Step(replace(form, draft=draft, settled=(*form.settled, field)), changed=(field,))
    if form.requested in (Ask.ADDRESS, Ask.ADDRESS_DETAIL) and says("placelike", words) and not says("somewhere_whole", words):
        spot = re.sub(r"^(?:就是|就在|就|是在|是|在)(?=..)", "", words)
        address = merge_address(form.draft.address, Address(text=spot, landmark=spot))
        leaves_open = is_findable(address) or (form.requested is Ask.ADDRESS and says("bare_name_whole", spot))
        settled = form.settled if leaves_open else (*form.settled, "address")
        return Step(replace(form, draft=replace(form.draft, address=address), settled=settled), changed=("address",))
    if form.requested is Ask.OCCURRED_AT and says("timelike", words):
        occurred_at = OccurredAt(text=words, kind=TimeKind.VAGUE)
        return Step(replace(form, draft=replace(form.draft, occurred_at=occurred_at)), changed=("occurred_at",))
    return None


def _is_outside(turn: Turn) -> bool:
    return turn.facts.address is not None and turn.facts.address.completeness is Completeness.OUTSIDE


def _confirm(form: OpenForm, turn: Turn) -> Step | None:
    verdict = _yes_or_no(turn)
    if says("said_already_whole", turn.text):
        return Step(asked(form, Ask.CONFIRM), remarks=("told_before",))
    if verdict is True or says("nothing_more_whole", turn.text):
        answered = is_answer(form.extra, turn.text)
        return Step(_confirmed(_with_words(form, turn) if answered else form, turn), Outcome.FILE)
    if turn.answer is not None and turn.answer.kind is AnswerKind.SAME_AS_BEFORE:
        return _same_number(form, turn)
    agreed = _agrees(turn)
    beside = None if agreed else _told_beside(form, turn)
    if beside is not None:
        return beside
    if _puts_right(form, turn):
        return None
    if says("hesitates", turn.text) and turn.intent not in DIGRESSIONS and not says("drops_it", turn.text):
        return Step(_asked_anew(form), remarks=("no_hurry",))
    if agreed:
        return Step(_confirmed(_with_words(form, turn), turn), Outcome.FILE)
    is_wrong = verdict is False or (turn.intent not in DIGRESSIONS and says("something_wrong_whole", turn.text))
    return Step(asked(form, Ask.CHANGE)) if is_wrong else None


def _puts_right(form: OpenForm, turn: Turn) -> bool:
    """Whether the message itself says what is to be changed: a fact, 前面那栋, 还是别留电话了."""
    drops = bool(form.draft.contact_phone) and (says("keeps_own_phone", turn.text) or says("drops_phone", turn.text))
    return _has_facts(turn) or drops or relative_correction(turn.text, form.draft.address) is not None


def _same_number(form: OpenForm, turn: Turn) -> Step:
    """电话就是这个号, at the read-back: the number that the message comes from; with 跟上次一样 nothing is another now."""
    phone = turn.known_phone if turn.known_phone and re.search("号|电话|手机", turn.text) else form.draft.contact_phone
    changed = ("contact_phone",) if phone != form.draft.contact_phone else ()
    taken = replace(form, draft=replace(form.draft, contact_phone=phone))
    return Step(asked(taken, Ask.CONFIRM), changed=changed, remarks=() if changed else ("noted",))


def _agrees(turn: Turn) -> bool:
    """A yes with something beside it: 对,整个单元都冷."""
    if turn.answer is not None or not says("agrees_first", turn.text):
        return False
    return not says("starts_correction", turn.text) and not says("question", turn.text)


def _confirmed(form: OpenForm, turn: Turn) -> OpenForm:
    return replace(form, draft=replace(form.draft, missing=()), confirmed_by=turn.message_id)


def _told_beside(form: OpenForm, turn: Turn) -> Step | None:
    """The answer to the category's own question, which stood beside the read-back."""
    if not form.extra or turn.answer is not None or turn.intent in DIGRESSIONS or turn.intent == "cancel":
        return None
    if not is_answer(form.extra, turn.text):
        return None
    return Step(asked(replace(_with_words(form, turn), extra=""), Ask.CONFIRM), remarks=("noted",))


def _with_words(form: OpenForm, turn: Turn) -> OpenForm:
    """What was said beside a yes belongs to the description."""
    said = re.sub(r"^[对是嗯好行啊的了,。!\s没错]+", "", turn.text)
    if len(said) < _WORTH_KEEPING:
        return form
    gist = joined(form.gist, gist_of(said, turn.facts)) if form.gist else ""
    return replace(form, draft=replace(form.draft, description=f"{form.draft.description};{said}"), gist=gist)


def _same(form: OpenForm, turn: Turn) -> Step | None:
    """Yes: it goes to the open order. No, or anything else: it is a complaint of its own."""
    if _yes_or_no(turn) is True or says("is_same", turn.text):
        return Step(form, Outcome.ADD)
    back = replace(form, requested=form.resume_to, resume_to=Ask.NOTHING)
    if _yes_or_no(turn) is not False:
        return _collect(back, turn)
    if not _has_facts(turn):
        return Step(_asked_anew(back), remarks=("filed_anew",))
    step = _collect(back, turn)
    return replace(step, remarks=("filed_anew", *step.remarks), understood=True)


def _change(form: OpenForm, turn: Turn) -> Step | None:
    """ "Nothing to change after all" goes back to the read-back; words without a fact put the matter right."""
    if says("files_whole", turn.text):
        return Step(_confirmed(form, turn), Outcome.FILE)
    if _yes_or_no(turn) is True:
        return Step(asked(form, Ask.CONFIRM))
    if _has_facts(turn) or turn.answer is not None or turn.intent in DIGRESSIONS or turn.intent == "cancel":
        return None
    said = gist_of(turn.text, turn.facts)
    if (
        len(said) < _WORTH_KEEPING
        or says("hesitates", turn.text)
        or relative_correction(turn.text, form.draft.address) is not None
    ):
        return None
    step = absorb_subject(form, turn)
    draft = replace(form.draft, description=f"{form.draft.description};{turn.text}")
    mended = step.form if step.changed == ("category",) else replace(form, draft=draft, gist=said)
    return Step(asked(mended, Ask.CONFIRM), changed=("description",))


def _cancel(form: OpenForm, turn: Turn) -> Step | None:
    back = replace(form, requested=form.resume_to, resume_to=Ask.NOTHING)
    verdict = _yes_or_no(turn)
    keeps = says("keeps", turn.text)
    if gives_up(turn.text, softly=True) or (verdict is True and turn.answer is not None and not keeps):
        return Step(form, Outcome.CANCELLED)
    if verdict is not None or keeps or turn.intent == "cancel":
        return Step(_asked_anew(back), remarks=("going_on",))
    return _collect(back, turn)


def _asked_anew(form: OpenForm) -> OpenForm:
    """The question that stood before, put again: going on is no reason to leave it out."""
    return with_next_question(_uncounted(form))


def _resume(form: OpenForm, turn: Turn) -> Step | None:
    """Yes: the old draft goes on with what was said meanwhile. No: what was said meanwhile begins a new one."""
    verdict = _yes_or_no(turn)
    if verdict is False or turn.intent == "cancel" or says("starts_anew", turn.text):
        fresh = open_form(form.id, now=turn.at, known_phone=turn.known_phone)
        return _with_held(form, fresh, turn, "starting_anew")
    back = replace(form, requested=form.resume_to, resume_to=Ask.NOTHING, held=None)
    return _with_held(form, back, turn, "") if verdict is True else _collect(back, turn)


def _with_held(form: OpenForm, goes_on: OpenForm, turn: Turn, remark: str) -> Step:
    goes_on = replace(goes_on, last_message=turn.message_id, touched_at=turn.at)
    held = form.held
    if held is None or held.intent in DIGRESSIONS:
        return Step(with_next_question(goes_on), changed=("description",), remarks=(remark or "going_on",))
    waiting = Turn(**{item.name: getattr(held, item.name) for item in fields(Held)}, known_phone=turn.known_phone)
    step = _collect(replace(goes_on, requested=Ask.NOTHING if remark else goes_on.requested), waiting)
    return replace(step, understood=True, remarks=((remark,) if remark else ()) + step.remarks)


def _category(form: OpenForm, turn: Turn) -> Step | None:
    if says("puzzled_whole", turn.text):  # the choice is ours to understand: a person makes it
        return Step(with_next_question(choose_category(form, len(form.options) + 1).form), remarks=("puzzled",))
    if turn.answer is None:
        return _named_option(form, turn)
    if turn.answer.kind is AnswerKind.CHOICE and turn.answer.number:
        step = choose_category(form, turn.answer.number)
        return replace(step, form=with_next_question(step.form)) if step.understood else step
    if turn.answer.kind in _LEAVES_OPEN:
        step = choose_category(form, len(form.options) + 1)
        return replace(step, form=with_next_question(step.form))
    return None


def _named_option(form: OpenForm, turn: Turn) -> Step | None:
    """One of the offered categories in words (不是邻居的事儿,是楼顶漏雨): taken when the words sound like that one most."""
    if turn.intent in DIGRESSIONS or not turn.guesses or turn.guesses[0].confidence < _SOUNDS_LIKE:
        return None
    best = turn.guesses[0].service_code
    number = next((place for place, guess in enumerate(form.options, start=1) if guess.service_code == best), 0)
    return _collect(choose_category(form, number).form, turn) if number else None


def _yes_or_no(turn: Turn) -> bool | None:
    """An entry of the yes/no menu, a short answer, or the intent; None when the message says something else."""
    if turn.answer is not None:
        if turn.answer.kind is AnswerKind.CHOICE:
            return {1: True, 2: False}.get(turn.answer.number or 0)
        return {AnswerKind.YES: True, AnswerKind.NO: False}.get(turn.answer.kind)
    return {"affirm": True, "deny": False}.get(turn.intent)


def _has_facts(turn: Turn) -> bool:
    facts = turn.facts
    return bool(facts.address or facts.occurred_at or facts.phones or facts.name or facts.privacy)


_CONTROL: dict[Ask, Callable[[OpenForm, Turn], Step | None]] = {
    Ask.CONFIRM: _confirm,
    Ask.CHANGE: _change,
    Ask.CANCEL: _cancel,
    Ask.RESUME: _resume,
    Ask.CATEGORY: _category,
    Ask.SAME: _same,
}
