"""The questions about the form itself: right so, what to change, drop it, go on, which kind, the same matter?

Each rule gives the step that it makes of the message, or None where the message is to be read like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace

from backend.domain.drafting.absorbing import absorb_facts
from backend.domain.drafting.answering import A_STORY, LEAVES_OPEN, WORTH_KEEPING, YES_BEFORE, keeps_phone_back, with_words
from backend.domain.drafting.asking import asked, with_next_question
from backend.domain.drafting.collecting import asked_anew, collect
from backend.domain.drafting.gist import gist_of, joined
from backend.domain.drafting.guesses import choose_category
from backend.domain.drafting.later import comes_back, leaves_it_so
from backend.domain.drafting.model import DIGRESSIONS, Ask, Held, OpenForm, Outcome, Step, Turn, open_form
from backend.domain.drafting.own_questions import is_answer
from backend.domain.drafting.rewording import reworded
from backend.domain.drafting.subject import absorb_subject, kept_for_later, opens_another, tells_another
from backend.domain.drafting.waiting import about_waiting
from backend.domain.language.address_landmarks import other_side
from backend.domain.language.address_merge import relative_correction
from backend.domain.language.answers import AnswerKind
from backend.domain.language.matters import kinds_named
from backend.domain.language.wishes import agrees_and_asks, gives_up, says

_ADDS = re.compile("还有|另外|再(?:一个|就是)|顺便")
_ANNOUNCED = re.compile(rf"^(?:(?:{_ADDS.pattern})(?!人)[\s,。]*)+")
_PASSES = re.compile("跳|略|下一|^过|pass|skip|next|空着|不填", re.IGNORECASE)
_A_REFUSAL = 12  # characters
_SOUNDS_LIKE = 0.4  # of an offered category, said in words


def _confirm(form: OpenForm, turn: Turn) -> Step | None:
    verdict = _agreed(form, turn)
    stands = _stands(turn, verdict)
    if stands is not None:
        return Step(asked_anew(form), remarks=stands)
    agreed = _agrees(turn)
    if verdict is True or _closes(turn.text) or (agreed and _tells_of_another(form, turn)) or _asks_beside_yes(turn):
        return Step(_confirmed(_with_the_rest(form, turn), turn), Outcome.FILE)
    answered = _answered_shortly(form, turn)
    if answered is not None:
        return answered
    beside = None if agreed else _told_beside(form, turn)
    if beside is not None:
        return beside
    keeps_back = keeps_phone_back(form, turn)
    if _puts_right(form, turn) and not (agreed and not keeps_back and not absorb_facts(form, turn).changed):
        return None
    waits = _waits(form, turn) if turn.intent not in DIGRESSIONS else None
    if waits is not None and not (agreed and "not_needed" in waits.remarks):
        return waits
    if agreed:
        return Step(_confirmed(_with_the_rest(form, turn), turn), Outcome.FILE)
    is_wrong = verdict is False or (turn.intent not in DIGRESSIONS and says("something_wrong_whole", turn.text))
    return Step(asked(form, Ask.CHANGE)) if is_wrong else None


def _stands(turn: Turn, verdict: bool | None) -> tuple[str, ...] | None:
    """What is remarked where the read-back stands as it was: 我不是说了吗, 我回来了, 知道了 after an answer of ours."""
    if says("said_already_whole", turn.text):
        return ("told_before",)
    if _is_back(turn):
        return ("going_on",)
    return () if verdict is None and says("acknowledges_whole", turn.text) else None


def _closes(text: str) -> bool:
    return says("nothing_more_whole", text) or leaves_it_so(text)


def _answered_shortly(form: OpenForm, turn: Turn) -> Step | None:
    """跟上次一样; and 跳过, which is for the question that stood beside the read-back."""
    kind = turn.answer.kind if turn.answer is not None else None
    if kind is AnswerKind.SAME_AS_BEFORE:
        return _same_number(form, turn)
    passes = kind is AnswerKind.SKIP and _PASSES.search(turn.text)
    return Step(asked(replace(form, extra=""), Ask.CONFIRM), remarks=("not_needed",)) if passes and form.extra else None


def _asks_beside_yes(turn: Turn) -> bool:
    """对 这个多久能来人: right, whatever is asked beside it; not 对 是不是写3单元了."""
    return turn.answer is None and agrees_and_asks(turn.text) and not _has_facts(turn)


def _is_back(turn: Turn) -> bool:
    return turn.answer is None and says("is_back_whole", turn.text)


def _with_the_rest(form: OpenForm, turn: Turn) -> OpenForm:
    """What was said beside the yes: 对 还有消防栓也没水 is a problem of its own, 对,整个单元都冷 goes along with this one."""
    rest = YES_BEFORE.sub("", turn.text)
    if turn.answer is None and _tells_of_another(form, turn):
        return kept_for_later(form, replace(turn, text=_ANNOUNCED.sub("", rest) or rest)).form
    tells = _agrees(turn) or is_answer(form.extra, turn.text) or bool(kinds_named(rest))
    return with_words(form, turn) if tells else form


def _tells_of_another(form: OpenForm, turn: Turn) -> bool:
    rest = YES_BEFORE.sub("", turn.text)
    return opens_another(form, turn) or (_ADDS.match(rest) is not None and tells_another(form, turn))


def _waits(form: OpenForm, turn: Turn) -> Step | None:
    """不知道几单元, 等我找花镜: the read-back stands, and nothing has to be added in a hurry or at all."""
    goes_on = says("wrong", turn.text) and len(turn.text) >= A_STORY  # 不对等等 是楼上402漏的 我家是302
    if (says("hesitates", turn.text) or comes_back(turn.text)) and not (says("drops_it", turn.text) or goes_on):
        return Step(asked_anew(form), remarks=("no_hurry",))
    if says("keeps_back", turn.text) and len(turn.text) <= _A_REFUSAL:
        return Step(asked(form, Ask.CONFIRM), remarks=("respected",))
    if says("knows_not", turn.text):
        # 不知道几单元 goes along, and is nothing to check
        told = form if turn.answer is not None else replace(with_words(form, turn), gist=form.gist)
        return Step(asked(told, Ask.CONFIRM), remarks=("not_needed",))
    return None


def _agreed(form: OpenForm, turn: Turn) -> bool | None:
    """The answer to the read-back. What only sounds like a yes, and forbids something or tells another fact, is none."""
    verdict = _yes_or_no(turn)
    if verdict is not True or turn.answer is not None:
        return verdict
    tells = says("forbids", turn.text) or says("writes_in", turn.text)
    return None if tells or absorb_facts(form, turn).changed else True


def _puts_right(form: OpenForm, turn: Turn) -> bool:
    """Whether the message itself says what is to be changed: a fact, 前面那栋, 还是别留电话了."""
    drops = bool(form.draft.contact_phone) and (says("keeps_own_phone", turn.text) or says("drops_phone", turn.text))
    if form.draft.address.landmark and other_side(turn.text, form.draft.address.landmark):
        return True
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
    rest = YES_BEFORE.sub("", turn.text)  # 对 不对等等: taken back in the same breath
    return not any(says("starts_correction", said) for said in (turn.text, rest)) and not says("question", turn.text)


def _confirmed(form: OpenForm, turn: Turn) -> OpenForm:
    return replace(form, draft=replace(form.draft, missing=()), confirmed_by=turn.message_id)


def _told_beside(form: OpenForm, turn: Turn) -> Step | None:
    """The answer to the category's own question, which stood beside the read-back."""
    if not form.extra or turn.answer is not None or turn.intent in DIGRESSIONS or turn.intent == "cancel":
        return None
    if turn.facts.phones or says("wrong", turn.text):
        return None  # 尾号按错了 是4456, asked for a year: it is put right
    if not is_answer(form.extra, turn.text):
        return None
    return Step(asked(replace(with_words(form, turn), extra=""), Ask.CONFIRM), remarks=("noted",))


def _same(form: OpenForm, turn: Turn) -> Step | None:
    """Yes: it goes to the open order. No, or anything else: it is a complaint of its own."""
    if _yes_or_no(turn) is True or says("is_same", turn.text):
        return Step(form, Outcome.ADD)
    back = replace(form, requested=form.resume_to, resume_to=Ask.NOTHING)
    if _yes_or_no(turn) is not False:
        return collect(back, turn)
    if not _has_facts(turn):
        return Step(asked_anew(back), remarks=("filed_anew",))
    step = collect(back, turn)
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
        len(said) < WORTH_KEEPING
        or says("hesitates", turn.text)
        or relative_correction(turn.text, form.draft.address) is not None
    ):
        return None
    step = absorb_subject(form, turn)
    draft = replace(form.draft, description=f"{form.draft.description};{turn.text}")
    mended = step.form if step.changed == ("category",) else replace(form, draft=draft, gist=_gist_with(form, said, turn))
    return Step(asked(mended, Ask.CONFIRM), changed=("description",))


def _gist_with(form: OpenForm, said: str, turn: Turn) -> str:
    """车牌辽C00000 goes along with the matter; what tells a matter itself takes its place."""
    tells = any(guess.confidence >= _SOUNDS_LIKE for guess in turn.guesses[:1]) or says("wrong", turn.text)
    return said if tells or not form.gist else joined(form.gist, said)


def _cancel(form: OpenForm, turn: Turn) -> Step | None:
    back = replace(form, requested=form.resume_to, resume_to=Ask.NOTHING)
    verdict = _yes_or_no(turn)
    keeps = says("keeps", turn.text)
    if gives_up(turn.text, softly=True) or (verdict is True and turn.answer is not None and not keeps):
        return Step(form, Outcome.CANCELLED)
    if verdict is not None or keeps or turn.intent == "cancel":
        return Step(asked_anew(back), remarks=("going_on",))
    return collect(back, turn)


def _resume(form: OpenForm, turn: Turn) -> Step | None:
    """Yes: the old draft goes on with what was said meanwhile. No: what was said meanwhile begins a new one."""
    verdict = _yes_or_no(turn)
    if verdict is False or turn.intent == "cancel" or says("starts_anew", turn.text):
        fresh = open_form(form.id, now=turn.at, known_phone=turn.known_phone)
        return _with_held(form, fresh, turn, "starting_anew")
    back = replace(form, requested=form.resume_to, resume_to=Ask.NOTHING, held=None)
    return _with_held(form, back, turn, "") if verdict is True else collect(back, turn)


def _with_held(form: OpenForm, goes_on: OpenForm, turn: Turn, remark: str) -> Step:
    goes_on = replace(goes_on, last_message=turn.message_id, touched_at=turn.at)
    held = form.held
    if held is None or held.intent in DIGRESSIONS or says("hesitates", held.text):
        return Step(with_next_question(goes_on), changed=("description",), remarks=(remark or "going_on",))
    waiting = Turn(**{item.name: getattr(held, item.name) for item in fields(Held)}, known_phone=turn.known_phone)
    here = replace(goes_on, requested=Ask.NOTHING if remark else goes_on.requested)
    step = about_waiting(here, waiting) or collect(here, waiting)
    return replace(step, understood=True, remarks=((remark,) if remark else ()) + step.remarks)


def _category(form: OpenForm, turn: Turn) -> Step | None:
    if says("puzzled_whole", turn.text):  # the choice is ours to understand: a person makes it
        return Step(with_next_question(choose_category(form, len(form.options) + 1).form), remarks=("puzzled",))
    if turn.answer is None:
        return _named_option(form, turn)
    if turn.answer.kind is AnswerKind.CHOICE and turn.answer.number:
        step = choose_category(form, turn.answer.number)
        return replace(step, form=with_next_question(step.form)) if step.understood else step
    if turn.answer.kind in LEAVES_OPEN or turn.answer.kind is AnswerKind.YES:  # a mere yes chooses nothing: a person does
        step = choose_category(form, len(form.options) + 1)
        return replace(step, form=with_next_question(step.form))
    return None


def _named_option(form: OpenForm, turn: Turn) -> Step | None:
    """One of the offered categories in words (不是邻居的事儿,是楼顶漏雨): taken when the words sound like that one most."""
    if turn.intent in DIGRESSIONS or not turn.guesses or turn.guesses[0].confidence < _SOUNDS_LIKE:
        return None
    best = turn.guesses[0].service_code
    number = next((place for place, guess in enumerate(form.options, start=1) if guess.service_code == best), 0)
    return collect(choose_category(form, number).form, turn) if number else None


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


_Rule = Callable[[OpenForm, Turn], Step | None]


def _unless_reworded(rule: _Rule) -> _Rule:
    """不是2800 是3800 is neither a no nor a yes: it is read like any other message."""
    return lambda form, turn: None if reworded(form, turn) is not None else rule(form, turn)


CONTROL: dict[Ask, _Rule] = {
    Ask.CONFIRM: _unless_reworded(_confirm),
    Ask.CHANGE: _unless_reworded(_change),
    Ask.CANCEL: _cancel,
    Ask.RESUME: _resume,
    Ask.CATEGORY: _category,
    Ask.SAME: _same,
}
