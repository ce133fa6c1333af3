"""What an open form and an emergency in the middle of it know for each other, so that nobody says a place twice."""

from __future__ import annotations

from dataclasses import replace

import structlog

from backend.contracts.conversations import Address, Completeness, Draft
from backend.contracts.understanding import EmergencyHit
from backend.domain.drafting.danger_of_matter import unless_of_matter
from backend.domain.drafting.model import ASKS_FOR_A_FACT, OpenForm
from backend.domain.drafting.stored import form_from_json, form_to_json
from backend.domain.language.address_merge import merge_address
from backend.domain.language.addresses import completeness
from backend.domain.language.emergency import unless_faint
from backend.storage.tables.conversations import ConversationRow

log = structlog.get_logger()
_ADDRESS = "address"


def open_draft(conversation: ConversationRow) -> Draft:
    """The draft of the open form, an empty one where none is open or it cannot be read."""
    form = _form(conversation)
    return form.draft if form is not None else Draft()


def danger_in(conversation: ConversationRow, hit: EmergencyHit | None) -> EmergencyHit | None:
    """The danger that was heard in a message; not a faint one where the form asks for something else than what happened, nor
    smoke and smell where they are the matter itself."""
    form = _form(conversation)
    if form is None:
        return hit
    said = unless_of_matter(hit, form.draft.subcategory)
    return unless_faint(said) if form.requested.value in ASKS_FOR_A_FACT else said


def place_in_draft(draft: Draft, said: Address | None) -> Address | None:
    """`said` completed by the place of the draft: all of it where nothing was said, its estate or road where only a building or a
    room was; another estate or road stands for itself. None where neither tells a place."""
    known = draft.address if completeness(draft.address) is not Completeness.NONE else None
    if said is None or known is None:
        return said or known
    return said if said.estate or said.road or said.landmark else merge_address(known, said)


def lend_place(conversation: ConversationRow, address: Address) -> None:
    """Give the open form the place of an emergency where it has none: the read-back asks whether it is right."""
    form = _form(conversation)
    if form is None or completeness(form.draft.address) is not Completeness.NONE:
        return
    missing = tuple(name for name in form.draft.missing if name != _ADDRESS)
    draft = replace(form.draft, address=address, missing=missing)
    conversation.draft = form_to_json(replace(form, draft=draft))


def _form(conversation: ConversationRow) -> OpenForm | None:
    try:
        return form_from_json(conversation.draft) if conversation.draft is not None else None
    except (TypeError, KeyError, ValueError) as error:  # written by another version: an emergency goes on without it
        log.warning("draft_unreadable", conversation=conversation.id, error=type(error).__name__)
        return None
