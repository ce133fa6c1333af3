"""A message for the open form, whatever was asked: its facts, its matter, then the answer to the open question."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.contracts.understanding import Facts
from backend.domain.drafting.absorbing import CORRECTION, absorb_facts
from backend.domain.drafting.answering import (
    KNOWN_OR_NOT,
    field_of,
    keeps_phone_back,
    leaves_open,
    more_words,
    nods,
    phone_remark,
    settle,
    take_words,
    unknown_part,
    without_phone,
)
from backend.domain.drafting.asking import open_questions, with_next_question
from backend.domain.drafting.beside import with_what_else
from backend.domain.drafting.gist import clauses_of, told_beside
from backend.domain.drafting.house_numbers import with_house
from backend.domain.drafting.later import comes_back
from backend.domain.drafting.model import CONTROLS, DIGRESSIONS, SKIPPABLE, Ask, OpenForm, Step, Turn
from backend.domain.drafting.rewording import reworded, reworded_beside
from backend.domain.drafting.several import of_first_problem
from backend.domain.drafting.subject import absorb_subject, opens_another
from backend.domain.drafting.words import words_beside_facts
from backend.domain.language.answers import AnswerKind, classify_answer
from backend.domain.language.wishes import says

# Asked once for good: what is said instead of an answer does not make it worth another try.
_ONCE = frozenset({Ask.ADDRESS_DETAIL, Ask.DESCRIPTION})
_LONG_ENOUGH = 5  # characters from which the same words are no answer that happens to fit twice
_ELSEWHERE = frozenset({"out_of_scope"})
_AS_BEFORE = re.compile(
    r"^(?:(?:刚才?|刚刚|前面|上面|我|俺|不是|不都|都|已经|早就?)+(?:跟|和|给|对)?[你您]?们?(?:说|讲|告诉|发|写)(?:过|了|给|你|您)*(?:嘛|吗|么|的|啊)*[\s,。!]*)?"
    r"(?:也|都|还|就|一样)*(?:是|有)?|(?:了|吧|啊|呀|呢)*$"
)
_ASKS_ON = frozenset({"not_needed", "no_former_place", "no_known_phone"})  # heard, and the question stays
_SHORTEST = 2
_REWORDED = "description"
_GOES = ("去", "去了", "去啦")
_A_FEW_WORDS = 4  # characters around a fact
_A_FEW_CHARACTERS = 10  # of a vague time
_ANSWERED_IN_WORDS = frozenset({Ask.OCCURRED_AT, Ask.CONTACT_PHONE})
_BESIDE = 8  # characters beside facts from which a message that is not for us keeps its phone for itself


def collect(form: OpenForm, turn: Turn) -> Step:
    """The form with everything that the message tells, and its next question; `understood` is False where nothing was found."""
    goes_on = _tells_nothing_at_all(form, turn)
    if goes_on:
        return Step(asked_anew(form), remarks=(goes_on,))
    turn = with_house(form, turn if form.draft.description else of_first_problem(turn))
    mended = reworded(form, turn) if form.draft.description else None
    if mended is not None:
        return Step(with_next_question(replace(mended, misunderstood=0)), changed=("description",))
    # What is told about a further problem does not move the place and the time of this one.
    before = form
    facts = Step(form) if opens_another(form, turn) or _is_foreign(turn) else absorb_facts(form, turn)
    facts = _reworded_too(facts, turn)
    digresses = turn.intent in DIGRESSIONS
    told = digresses or _REWORDED in facts.changed  # 不是卖水果的 是卖地瓜的 有俩礼拜了: there is no more of the matter in it
    subject = Step(facts.form) if told else absorb_subject(facts.form, turn, facts.changed)
    changed = (*facts.changed, *subject.changed)
    remarks = (*facts.remarks, *subject.remarks)
    form = subject.form
    if "address" in facts.changed and form.requested in KNOWN_OR_NOT and leaves_open(form, turn.text):
        form = replace(form, settled=(*form.settled, "address"))  # 说不好叫啥路,就菜市场往东那条: there is no more to ask
    if keeps_phone_back(form, turn):
        asked_leave = phone_remark(turn.text) if form.requested is Ask.CONTACT_PHONE else ""
        remarks = (*remarks, asked_leave) if asked_leave else remarks
        form, changed = without_phone(form), (*changed, Ask.CONTACT_PHONE.value)
    if not changed and digresses:
        return Step(form, remarks=remarks)
    if not changed and not remarks:
        step = _without_facts(form, turn)
        if not step.changed:
            return step
        form, changed, remarks = step.form, step.changed, step.remarks
    form, changed = _with_short_answer(form, turn, changed)
    form = with_what_else(form, turn, changed)
    form = _half_answered(before, form)
    form = _uncounted(form) if changed and field_of(form.requested) not in changed else form
    remarks = remarks or (("no_hurry",) if _is_off(turn) else ())
    return Step(with_next_question(replace(form, misunderstood=0)), changed=changed, remarks=remarks)


def _is_off(turn: Turn) -> bool:
    """园丁家园 几号楼我得问问, 先这样 开会去了: beside what was told, the rest has time."""
    clauses = clauses_of(turn.text)
    return any(says("hesitates", clause) or (says("leaves_now", clause) and clause.endswith(_GOES)) for clause in clauses)


def _reworded_too(facts: Step, turn: Turn) -> Step:
    """A word of the matter that is put right beside a fact that is."""
    mended = reworded_beside(facts.form, turn) if facts.changed and facts.form.draft.description else facts.form
    return facts if mended is facts.form else replace(facts, form=mended, changed=(*facts.changed, _REWORDED))


def _tells_nothing_at_all(form: OpenForm, turn: Turn) -> str:
    """The remark for words that were said before, or that only say that somebody is back; "" for all others."""
    is_back = says("is_back_whole", turn.text) and form.requested not in CONTROLS | {Ask.NOTHING}
    return "heard_already" if _is_said_again(form, turn) else "going_on" if is_back else ""


def _is_said_again(form: OpenForm, turn: Turn) -> bool:
    """The same words once more, by a finger that slipped or somebody who doubts that we heard."""
    whole = turn.answer is None and not turn.attachments and len(turn.text) >= _LONG_ENOUGH
    return whole and form.requested not in CONTROLS and turn.text in form.draft.description.split(";")


def _is_foreign(turn: Turn) -> bool:
    """An advertisement in the middle of the form: its place and its phone are not the resident's."""
    return turn.intent in _ELSEWHERE and told_beside(turn.text, turn.facts) >= _BESIDE


def _without_facts(form: OpenForm, turn: Turn) -> Step:
    """A message in which the rules found nothing to take: an answer in words, a mere nod, or something not understood."""
    answered = unknown_part(form, turn) or settle(form, turn) or take_words(form, turn) or more_words(form, turn)
    if answered is not None:
        asks_on = _ASKS_ON & set(answered.remarks)
        return replace(answered, form=with_next_question(answered.form)) if asks_on else answered
    if _is_first(form):
        return Step(with_next_question(form))
    if says("puzzled_whole", turn.text) and form.requested in SKIPPABLE:
        return Step(with_next_question(form), remarks=("puzzled",))
    waits = says("hesitates", turn.text) or comes_back(turn.text)
    if turn.answer is None and waits and form.requested not in CONTROLS:
        return Step(asked_anew(form), remarks=("no_hurry",))
    if _tells_nothing_new(form, turn):
        return Step(asked_anew(form), remarks=("heard_already",))
    lost = replace(form, misunderstood=form.misunderstood + 1)
    return Step(asked_anew(lost)) if nods(form, turn) else Step(lost, understood=False)


def _with_short_answer(form: OpenForm, turn: Turn, changed: tuple[str, ...]) -> tuple[OpenForm, tuple[str, ...]]:
    """一直这样 beside a phone, 记不清 beside a place: a clause that answers the open question, which the facts do not."""
    field = field_of(form.requested)
    told = changed and not {field, "also", "category"} & set(changed) and turn.facts.occurred_at is None
    told = told and turn.intent != CORRECTION
    if not told or form.requested not in _ANSWERED_IN_WORDS or form.requested not in open_questions(form):
        return form, changed
    for clause in _clauses_without_place(turn):
        alone = replace(turn, text=clause, facts=Facts(), guesses=(), issues=(), answer=classify_answer(clause), attachments=())
        if alone.answer is not None and alone.answer.kind is AnswerKind.NO:
            continue  # 不对,是3号楼
        words = form.requested is Ask.OCCURRED_AT and len(clause) <= _A_FEW_CHARACTERS
        answered = settle(form, alone) or (take_words(form, alone) if words else None)
        if answered is not None:
            description = replace(answered.form.draft, description=form.draft.description)
            return replace(answered.form, draft=description), (*changed, *answered.changed)
    return form, changed


def _clauses_without_place(turn: Turn) -> list[str]:
    """就在那块 of 就在二中后门那块: what a clause says beside the place in it, of which no word is a time."""
    places = [span.text for span in turn.facts.address.spans] if turn.facts.address else []
    clauses = clauses_of(turn.text)
    for place in places:
        clauses = [clause.replace(place, "") for clause in clauses]
    return [clause for clause in clauses if clause]


def _half_answered(before: OpenForm, form: OpenForm) -> OpenForm:
    """7楼, then 锦绣花园, asked for estate and building: the other half of the question is still open."""
    old, new = before.draft.address, form.draft.address
    named = new.estate and not old.estate and not (new.building or new.landmark)
    if before.requested is not Ask.ADDRESS_DETAIL or not named or not (old.unit or old.floor or old.room):
        return form
    return replace(form, asked={**form.asked, Ask.ADDRESS_DETAIL.value: 0})


def _tells_nothing_new(form: OpenForm, turn: Turn) -> bool:
    """也是俩月, where two months stand in the read-back already, 那就不留, where no phone does: it was understood."""
    facts = turn.facts
    if form.requested is Ask.CHANGE or says("wrong", turn.text):
        return False
    if form.requested is Ask.CONFIRM and not form.draft.contact_phone and says("refuses", turn.text):
        return True
    said, when = _AS_BEFORE.sub("", turn.text), form.draft.occurred_at
    if len(said) >= _SHORTEST and said in f"{when.text if when else ''} {form.draft.address.text}":
        return True
    known = facts.address or facts.occurred_at or facts.phones
    return bool(known) and len(words_beside_facts(turn.text, facts)) <= _A_FEW_WORDS


def _is_first(form: OpenForm) -> bool:
    return form.requested is Ask.NOTHING


def _uncounted(form: OpenForm) -> OpenForm:
    """The open question was set aside by a photo or another fact, so asking it again is not asking twice; a choice of kinds is
    offered once more and no further."""
    name, times = form.requested.value, form.asked.get(form.requested.value, 0)
    if form.requested is Ask.CATEGORY and name not in form.remarked:
        form = replace(form, remarked=(*form.remarked, name))
        return replace(form, asked={**form.asked, name: max(times - 1, 0)})
    counts = times and form.requested not in CONTROLS and form.requested not in _ONCE
    return replace(form, asked={**form.asked, name: times - 1}) if counts else form


def asked_anew(form: OpenForm) -> OpenForm:
    """The question that stood before, put again: going on is no reason to leave it out."""
    name = form.requested.value
    again = form.asked.get(name, 0) - (form.requested not in CONTROLS)
    return with_next_question(replace(form, asked={**form.asked, name: max(again, 0)}))
