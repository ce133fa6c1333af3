"""The draft of a conversation: hears one message, files the order, forgets. The draft lives in the conversation's row."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Address, Urgency
from backend.contracts.messages import Channel
from backend.contracts.understanding import CategoryGuess, Facts, Issue
from backend.contracts.work_orders import Verb
from backend.domain.delivery_plan import reached_at
from backend.domain.draft import advance
from backend.domain.drafting.asking import question_of, read_back, with_next_question
from backend.domain.drafting.codec import from_json
from backend.domain.drafting.collecting import collect
from backend.domain.drafting.later import as_before, put_off
from backend.domain.drafting.menus import answer_of_menu
from backend.domain.drafting.model import Ask, OpenForm, Outcome, Previous, Question, Step, Turn, open_form
from backend.domain.drafting.own_questions import with_own_question
from backend.domain.drafting.same_place import speaks_of_it
from backend.domain.drafting.several import next_form
from backend.domain.drafting.stored import form_from_json, form_to_json
from backend.domain.drafting.twins import OpenOrder, beside_twin, may_have_twin
from backend.domain.drafting.urgency import urgency_of
from backend.domain.errors import Conflict
from backend.domain.language.answers import Answer, AnswerKind, classify_answer
from backend.domain.language.normalise import normalise
from backend.domain.masking import without_reporter
from backend.services.casework import RESIDENT, apply_verb
from backend.services.intake import NewWorkOrder, accept_work_order
from backend.storage import directory
from backend.storage import work_orders as orders
from backend.storage.conversations import get_conversation
from backend.storage.form_results import added_to, note_key
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.work_orders import WorkOrderRow

log = structlog.get_logger()
_MOST_COMPARED = 10
_JUST_FILED = timedelta(hours=1)
_SHORT = 12  # characters up to which a description says itself what the order is about


@dataclass(frozen=True)
class HeardMessage:
    """A message as the assistant understood it. `location`: {lat, lon, label} of a location message; `grid`: a code that was
    scanned just now."""

    message_id: str
    text: str
    intent: str
    message_time: datetime
    facts: Facts = field(default_factory=Facts)
    guesses: tuple[CategoryGuess, ...] = ()
    issues: tuple[Issue, ...] = ()
    content: bool = True
    menu_id: str = ""
    attachments: tuple[dict[str, str], ...] = ()
    location: dict[str, Any] | None = None
    grid: str = ""
    asks_only: bool = False


@dataclass(frozen=True)
class Told:
    """What came of it: the stored draft (None when there is none), what to do, and the open question; `number` is the order that
    the message was added to (outcome ADD), the draft then the one for the problem that was kept for after it; `summary` is what
    is written down so far, in one line."""

    draft: dict[str, Any] | None
    outcome: Outcome
    question: Question
    changed: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    understood: bool = True
    misunderstood: int = 0
    number: str = ""
    summary: str = ""


@dataclass(frozen=True)
class Filed:
    """The order that was made, and the form for the problem that was kept for after it."""

    order: WorkOrderRow
    following: Told | None


class NothingToFile(Conflict):
    """There is no draft, or it is not the one that was confirmed."""

    code = "nothing_to_file"


async def hear(session: AsyncSession, *, conversation_id: str, message: HeardMessage, now: datetime) -> Told:
    """Take one message into the draft (opened when there is none) and say what to ask next. Raises NotFound.

    With `asks_only` nothing is taken in: the open question is returned as it stands (after a hand-back, say).
    """
    row = await get_conversation(session, conversation_id, lock=True)
    stored = _stored(row)
    if stored is None or stored.last_message == message.message_id:
        known = await added_to(session, row, message_id=message.message_id)
        if known:  # it was heard before, and the answer to it was lost
            return _told_added(row, stored, known, now)
    form = stored or await _opened(session, row, now)
    if message.asks_only:
        form = form if form.requested is not Ask.NOTHING else with_next_question(form)
        return _keep(row, Step(form), now)
    step = advance(form, await _turn(session, row, form, message))
    if step.outcome is Outcome.CANCELLED:
        _clear(row, now)
        return Told(None, step.outcome, Question(""))
    if step.outcome is Outcome.ADD:
        return await _added(session, row, step.form, message.message_id, now)
    form = await _beside_twin(session, row, await _with_category(session, step.form), now)
    return _keep(row, replace(step, form=form), now)


def take_in(row: ConversationRow, *, message_id: str, text: str, facts: Facts, at: datetime, now: datetime) -> None:
    """Take the facts of what was told to a person into the open form of a locked conversation; its words answer no question of
    ours. Without a form or a fact nothing changes."""
    form = _stored(row)
    if form is None or not (facts.address or facts.occurred_at or facts.phones):
        return
    step = collect(form, Turn(message_id=message_id, text=text, intent="provide_info", at=at, facts=facts))
    if step.outcome is Outcome.ASK:
        _keep(row, step, now)


async def _added(session: AsyncSession, row: ConversationRow, form: OpenForm, message_id: str, now: datetime) -> Told:
    """It is the matter of an open order: what was said goes to those who work on it, instead of into an order of its own."""
    number = form.twin.number if form.twin else ""
    data: dict[str, Any] = {"note": f"居民又反映:{_description(form)}"}
    data |= {"attachments": [dict(item) for item in form.draft.attachments]} if form.draft.attachments else {}
    await apply_verb(
        session,
        number=number,
        verb=Verb.NOTE,
        actor=RESIDENT,
        data=data,
        expected_version=None,
        now=now,
        idempotency_key=note_key(message_id) if message_id else "",
    )
    following = next_form(form, draft_id=uuid.uuid4().hex)
    if following is None:
        _clear(row, now)
    return _told_added(row, with_next_question(following) if following else None, number, now)


def _told_added(row: ConversationRow, following: OpenForm | None, number: str, now: datetime) -> Told:
    if following is None:
        return Told(None, Outcome.ADD, Question(""), number=number)
    return replace(_keep(row, Step(following, Outcome.ADD), now), number=number)


async def file_draft(session: AsyncSession, *, conversation_id: str, draft_id: str, now: datetime) -> Filed:
    """Make the order of the confirmed draft and clear it, in one transaction; the same draft twice gives the same order.

    Raises NotFound (conversation), NothingToFile, InvalidField (a phone or text that intake refuses).
    """
    row = await get_conversation(session, conversation_id, lock=True)
    key = f"form:{conversation_id}:{draft_id}"
    form = _stored(row)
    if form is None or form.id != draft_id:
        known = await orders.order_by_key(session, key)
        if known is None:
            raise NothingToFile("没有可以提交的内容", field="draft_id")
        return Filed(known, None)
    order = await accept_work_order(session, request=_request(row, form), idempotency_key=key, actor=RESIDENT, now=now)
    row.phone = reached_at(row.phone, order.contact_phone, by_sms=row.channel == Channel.SMS.value)
    following = next_form(form, draft_id=uuid.uuid4().hex)
    if following is None:
        _clear(row, now)
        return Filed(order, None)
    return Filed(order, _keep(row, Step(with_next_question(following)), now))


async def forget(session: AsyncSession, *, conversation_id: str, now: datetime) -> None:
    """Drop the draft. Raises NotFound."""
    _clear(await get_conversation(session, conversation_id, lock=True), now)


async def current(session: AsyncSession, *, conversation_id: str) -> dict[str, Any] | None:
    """The stored draft, None when no form is open. Raises NotFound."""
    return (await get_conversation(session, conversation_id)).draft


def _stored(row: ConversationRow) -> OpenForm | None:
    if row.draft is None:
        return None
    try:
        return form_from_json(row.draft)
    except (TypeError, KeyError, ValueError) as error:  # written by another version: start anew rather than fail for ever
        log.warning("draft_unreadable", conversation=row.id, error=type(error).__name__)
        return None


async def _opened(session: AsyncSession, row: ConversationRow, now: datetime) -> OpenForm:
    form = open_form(uuid.uuid4().hex, now=now, known_phone=row.phone)
    if row.grid_code:
        form = replace(form, draft=replace(form.draft, address=await _grid_address(session, row.grid_code)))
    return form


async def _grid_address(session: AsyncSession, grid_code: str) -> Address:
    """Community and street of a grid code: scanning it fills the place in."""
    places = await directory.places(session)
    names, place = {}, places.get(grid_code)
    while place is not None:
        names[place.kind] = place.name
        place = places.get(place.parent)
    street, community = names.get("street", ""), names.get("community", "")
    return Address(text=f"{street}{community}", street=street, community=community)


async def _turn(session: AsyncSession, row: ConversationRow, form: OpenForm, message: HeardMessage) -> Turn:
    answer = (
        answer_of_menu(message.menu_id, form.options)
        or classify_answer(message.text)
        or put_off(message.text, message.facts)
        or as_before(form, message.text, message.facts)
    )
    return Turn(
        message_id=message.message_id,
        text=normalise(message.text).text,
        intent=message.intent,
        at=message.message_time,
        facts=message.facts,
        guesses=message.guesses,
        issues=message.issues,
        content=message.content,
        answer=answer,
        attachments=message.attachments,
        place=await _grid_address(session, message.grid) if message.grid else _location(message.location),
        known_phone=row.phone,
        previous=await _previous(session, row, message, answer),
    )


def _location(data: dict[str, Any] | None) -> Address | None:
    if not data:
        return None
    label = str(data.get("label") or "")
    return Address(text=label or "您发的位置", landmark=label, lat=float(data["lat"]), lon=float(data["lon"]))


async def _previous(session: AsyncSession, row: ConversationRow, message: HeardMessage, answer: Answer | None) -> Previous | None:
    """Place and phone of the resident's last order, where the message speaks of it."""
    text = normalise(message.text).text
    wants_last = answer is not None and answer.kind is AnswerKind.SAME_AS_BEFORE
    if not wants_last and not speaks_of_it(text, just_filed=True):
        return None
    filters = orders.OrderFilters(conversation_id=row.id)
    rows, _ = await orders.list_orders(session, filters, limit=1)
    if not rows:
        return None
    just_filed = message.message_time - rows[0].created_at <= _JUST_FILED
    if not wants_last and not speaks_of_it(text, just_filed=just_filed):
        return None
    return Previous(address=from_json(Address, rows[0].address), phone=rows[0].contact_phone)


async def _with_category(session: AsyncSession, form: OpenForm) -> OpenForm:
    """The urgency of the category, unless the words themselves were an emergency, and its own question for the read-back."""
    if not form.draft.service_code or form.draft.urgency is Urgency.EMERGENCY:
        return form
    category = await directory.category(session, form.draft.service_code)
    usual = Urgency(category.urgency) if category else Urgency.NORMAL
    urgency = urgency_of(usual, form.draft.subcategory, form.draft.description)
    form = replace(form, draft=replace(form.draft, urgency=urgency))
    is_first = form.requested is Ask.CONFIRM and form.asked.get(Ask.CONFIRM.value) == 1
    return with_own_question(form, category.questions if category else ()) if is_first else form


async def _beside_twin(session: AsyncSession, row: ConversationRow, form: OpenForm, now: datetime) -> OpenForm:
    if not may_have_twin(form):
        return form
    rows = await orders.open_orders_of(
        session, conversation_id=row.id, channel=row.channel, channel_user_id=row.channel_user_id, limit=_MOST_COMPARED
    )
    return beside_twin(form, [_open_order(order) for order in rows], now)


def _open_order(order: WorkOrderRow) -> OpenOrder:
    matter = order.description if len(order.description) <= _SHORT else order.subcategory or order.category
    return OpenOrder(order.number, order.service_code, from_json(Address, order.address), matter, order.requested_at)


def _description(form: OpenForm) -> str:
    """The resident's own words; who wants to stay unknown is not given away by them."""
    said = form.draft.description
    return without_reporter(said, form.draft.contact_name) if form.draft.anonymous else said


def _keep(row: ConversationRow, step: Step, now: datetime) -> Told:
    row.draft = form_to_json(step.form)
    row.draft_updated_at = row.updated_at = now
    row.open_form = True
    return Told(
        draft=row.draft,
        outcome=step.outcome,
        question=question_of(step.form),
        changed=step.changed,
        remarks=step.remarks,
        understood=step.understood,
        misunderstood=step.form.misunderstood,
        summary=read_back(step.form),
    )


def _clear(row: ConversationRow, now: datetime) -> None:
    row.draft, row.draft_updated_at, row.open_form = None, None, False
    row.dialogue_ended, row.updated_at = True, now


def _request(row: ConversationRow, form: OpenForm) -> NewWorkOrder:
    draft = form.draft
    return NewWorkOrder(
        service_code=draft.service_code,
        category=draft.category,
        subcategory=draft.subcategory,
        description=_description(form) or "居民没有说明,请联系核实",
        address=draft.address,
        occurred_at=draft.occurred_at,
        contact_phone=draft.contact_phone,
        contact_name=draft.contact_name,
        anonymous=draft.anonymous,
        confidential=form.confidential,
        attachments=draft.attachments,
        channel=row.channel,
        channel_user_id=row.channel_user_id,
        conversation_id=row.id,
        requested_at=form.opened_at,
        urgency=draft.urgency,
        grid_code=row.grid_code,
    )
