"""What stands beside the facts of an answer and no field takes: it goes along with the matter, unheard in the read-back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from backend.contracts.understanding import Facts, Privacy
from backend.domain.drafting.absorbing import CORRECTION
from backend.domain.drafting.gist import clauses_beside, clauses_of
from backend.domain.drafting.heard import POLITE
from backend.domain.drafting.model import DIGRESSIONS, OpenForm, Turn
from backend.domain.drafting.spots import spot_in
from backend.domain.language.privacy import privacy_in
from backend.domain.language.wishes import beside_phone, says

_WORTH_KEEPING = 4  # characters that no field has taken
_A_WORD = 3  # characters of a clause beside its facts
_BESIDE_PHONE = 6  # characters of a clause beside the phone in it
_SHORT = 8
_ENDS = re.compile(r"(?:啊|呀|呢|吧|呗|哈|啦)+$")


def with_what_else(form: OpenForm, turn: Turn, changed: tuple[str, ...]) -> OpenForm:
    """他家401我家301 beside a place, 晚上别打 beside a phone: whole clauses, as they were said, behind the description."""
    corrects = turn.intent == CORRECTION or says("wrong", turn.text) or says("starts_correction", turn.text)
    taken = corrects or {"description", "also", "category"} & set(changed) or turn.intent in DIGRESSIONS - POLITE
    if taken or not changed or not form.draft.description or turn.text in form.draft.description:
        return form
    left = "、".join(_left_over(form, turn))
    if len(left) < _WORTH_KEEPING:
        return form
    return replace(form, draft=replace(form.draft, description=f"{form.draft.description};{left}"))


def _left_over(form: OpenForm, turn: Turn) -> Iterator[str]:
    address, when = form.draft.address, form.draft.occurred_at
    known = f"{address.landmark} {when.text if when else ''} {form.draft.contact_name}"
    for clause in clauses_of(turn.text):
        said = clause
        for mention in turn.facts.phones:
            said = said.replace(mention.span.text, "")
        bare = _ENDS.sub("", said)
        spot = spot_in(bare)
        if bare not in known and not (spot and spot in known) and _tells(clause, turn.facts):
            yield bare


def _tells(clause: str, facts: Facts) -> bool:
    """Whether a clause tells those who work on the matter anything beside its facts."""
    if sum(len(part) for part in clauses_beside(clause, facts)) < _A_WORD or says("talks_to_us", clause):
        return False
    if says("knows_not", clause) and len(clause) <= _SHORT:
        return False  # 记不清了, before what is remembered after all
    if privacy_in(clause) is Privacy.CONFIDENTIAL:
        return says("hides_from", clause)  # from whom: that is for those who come
    has_phone = any(mention.span.text in clause for mention in facts.phones)
    return not has_phone or len(beside_phone(clause)) >= _BESIDE_PHONE
