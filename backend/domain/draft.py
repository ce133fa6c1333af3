"""The complaint form as a pure function: an open form and one message give the form afterwards.

Control questions (confirm, cancel, resume, the numbered choice of categories) come first; then every fact of the message is
taken, whatever was asked; then a short answer settles the open question; then free words are taken as the answer; what is
left was not understood. The same message twice changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import timedelta

from backend.domain.drafting.asking import asked, with_next_question
from backend.domain.drafting.collecting import asked_anew, collect
from backend.domain.drafting.controls import CONTROL
from backend.domain.drafting.model import SKIPPABLE, Ask, Held, OpenForm, Outcome, Step, Turn
from backend.domain.drafting.waiting import about_waiting
from backend.domain.language.answers import AnswerKind
from backend.domain.language.wishes import says

RESUME_AFTER = timedelta(hours=1)
_STILL_IN_MIND = timedelta(days=1)  # who answers later may no longer know what was asked
_TOLD_BEFORE = SKIPPABLE - {Ask.CATEGORY}
_LEFT_OPEN = frozenset({AnswerKind.REFUSE, AnswerKind.SKIP, AnswerKind.DONT_KNOW})
_PLACEHOLDER = re.compile(r"\[(?:图片|视频|语音|位置)\]")


def advance(form: OpenForm, turn: Turn) -> Step:
    """One message for the form. Never raises: what is not understood leaves the form as it is with `understood` False."""
    if turn.message_id and turn.message_id == form.last_message:
        return Step(form, Outcome.FILE if form.confirmed_by == turn.message_id else Outcome.ASK)
    turn = _without_placeholder(turn)
    seen = replace(form, last_message=turn.message_id, touched_at=turn.at)
    stale = _is_stale(form, turn)
    if stale:  # the promise counts from today, not from the day on which it was begun
        seen = replace(seen, opened_at=turn.at)
    if stale and says("goes_on", turn.text):
        return _gone_on(seen, turn)
    if stale and not _settles_late(form, turn):
        held = Held(**{item.name: getattr(turn, item.name) for item in fields(Held)})
        return Step(asked(replace(seen, resume_to=form.requested, held=held), Ask.RESUME))
    control = CONTROL.get(form.requested)
    step = about_waiting(seen, turn) or (control(seen, turn) if control else None)
    if step is None and form.requested in _TOLD_BEFORE and says("said_already_whole", turn.text):
        return Step(with_next_question(seen), remarks=("told_before",))
    if step is None and turn.intent == "cancel":
        step = Step(asked(replace(seen, resume_to=form.requested), Ask.CANCEL))
    return step or collect(seen, turn)


def _gone_on(form: OpenForm, turn: Turn) -> Step:
    """我来接着说 号码找到了 0412-0003317: they go on with what they bring; 昨天没说完 接着说: with what was asked."""
    if not (turn.facts.address or turn.facts.phones):
        return Step(asked_anew(form), remarks=("going_on",))
    step = collect(form, turn)
    return replace(step, understood=True, remarks=("going_on", *step.remarks))


def _settles_late(form: OpenForm, turn: Turn) -> bool:
    """A yes to the read-back, or a refusal of what was asked last, hours after it was put: 对,提交, tapped the next day."""
    if turn.answer is None or turn.at - form.touched_at > _STILL_IN_MIND:
        return False
    if form.requested is Ask.CANCEL:
        return turn.answer.kind in (AnswerKind.YES, AnswerKind.NO, AnswerKind.CHOICE)
    if form.requested is Ask.CONFIRM:
        return turn.answer.kind is AnswerKind.YES or (turn.answer.kind is AnswerKind.CHOICE and turn.answer.number == 1)
    return form.requested in SKIPPABLE and turn.answer.kind in _LEFT_OPEN


def _without_placeholder(turn: Turn) -> Turn:
    """A photo or a position comes with a word for it in brackets, which the resident did not say."""
    if not _PLACEHOLDER.fullmatch(turn.text):
        return turn
    return replace(turn, text="", intent="provide_info", guesses=(), issues=(), answer=None, content=False)


def _is_stale(form: OpenForm, turn: Turn) -> bool:
    """After an hour of silence the resident is asked whether to go on, unless nothing worth keeping was said."""
    return turn.at - form.touched_at > RESUME_AFTER and bool(form.draft.description) and form.requested is not Ask.RESUME
