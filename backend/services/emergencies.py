"""Life first: the safety instruction, an order and an alarm in the turn that reports the danger; no assistant needed."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Address, Completeness, Draft, Urgency
from backend.contracts.messages import Reply
from backend.contracts.understanding import DangerTalk, Facts, PhoneKind
from backend.contracts.work_orders import Verb
from backend.domain import phrases
from backend.domain.conversation import EMERGENCY_PRIORITY, is_recent_emergency, same_emergency
from backend.domain.errors import DomainError
from backend.domain.language.emergency import names_danger
from backend.domain.language.emergency_kinds import EMERGENCY_KINDS
from backend.domain.language.normalise import normalise
from backend.services.casework import apply_verb
from backend.services.conversations import flag_for_people
from backend.services.corrections import set_address
from backend.services.draft_place import lend_place, open_draft, place_in_draft
from backend.services.intake import NewWorkOrder, accept_work_order
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.messages import MessageRow
from backend.storage.work_orders import get_order

log = structlog.get_logger()

PURPOSE = "emergency"  # of the messages in which we speak of a danger
_ACTOR = "system"
_TELLING_LANDMARK = 3  # characters: 超市门口, not 门口


async def respond(
    session: AsyncSession, conversation: ConversationRow, message: MessageRow, *, kind: str, facts: Facts, now: datetime
) -> Reply:
    """Make (or add to) the emergency order, alarm the duty caseworkers, and return what to say.

    A second message about the same danger within 30 minutes is noted on the first order. When the order cannot be made, the
    instruction is said all the same and people are told.
    """
    known = conversation.emergency_number
    known_kind, named = conversation.emergency_kind, names_danger(normalise(message.text).text)
    is_same = same_emergency(kind=kind, known_kind=known_kind, known_at=conversation.emergency_at, now=now, named=named)
    flag_for_people(conversation, reason="emergency", priority=EMERGENCY_PRIORITY, now=now)
    if is_same and known and await _noted(session, known, message, now=now):
        await add_place(session, conversation, _place(facts), now=now)
        # 穿蓝棉袄 最后在河边看见的 only resembles a danger of its own: what was advised for the one that was named stays.
        return Reply(phrases.emergency_repeated(kind if named else known_kind, known))
    draft = open_draft(conversation)
    place = place_in_draft(draft, _place(facts))
    number = await _new_order(session, conversation, message, kind=kind, facts=facts, draft=draft, place=place, now=now)
    conversation.emergency_number, conversation.emergency_kind, conversation.emergency_at = number, kind, now
    # A place of the draft is read back, and the next one that is said still replaces it.
    conversation.emergency_needs_address = not leads_there(facts)
    if place is not None and leads_there(facts):
        lend_place(conversation, place)
    assumed = phrases.address_text(place) if place is not None and not leads_there(facts) else ""
    return Reply(phrases.emergency_reply(kind, number, needs_address=place is None, assumed=assumed))


async def place_told(
    session: AsyncSession, conversation: ConversationRow, message: MessageRow, address: Address, *, now: datetime
) -> Reply:
    """The address came after the report: put it on the order and tell people."""
    number = conversation.emergency_number
    await _noted(session, number, message, now=now)
    await add_place(session, conversation, address, now=now)
    lend_place(conversation, address)
    flag_for_people(conversation, reason="emergency", priority=EMERGENCY_PRIORITY, now=now)
    return Reply(phrases.emergency_address_noted(number))


async def taken_back(session: AsyncSession, conversation: ConversationRow, message: MessageRow, *, now: datetime) -> Reply:
    """The resident says that it is over or was none: noted on the order and told to people, who make sure; nothing is closed."""
    number = conversation.emergency_number
    await _noted(session, number, message, now=now)
    conversation.emergency_needs_address = False
    flag_for_people(conversation, reason="emergency", priority=EMERGENCY_PRIORITY, now=now)
    return Reply(phrases.emergency_taken_back(number))


async def goes_on(
    session: AsyncSession, conversation: ConversationRow, message: MessageRow, *, talk: DangerTalk, now: datetime
) -> Reply:
    """What is said of the danger afterwards is noted on its order, told to people, and answered; the place is asked for again
    where nobody knows it yet."""
    number = conversation.emergency_number
    await _noted(session, number, message, now=now)
    flag_for_people(conversation, reason="emergency", priority=EMERGENCY_PRIORITY, now=now)
    said = phrases.emergency_goes_on(conversation.emergency_kind, number, talk, turn=message.seq)
    is_lost = conversation.emergency_needs_address and not (await get_order(session, number)).address_text
    asks = is_lost and talk is not DangerTalk.UNWANTED and message.seq // 2 % 2 == 1  # not with every answer
    return Reply(said + (phrases.EMERGENCY_ASKS_PLACE if asks else ""))


def leads_there(facts: Facts) -> bool:
    """Whether the text says where, in the district or not, so that somebody finds the way: 门口 or 三楼 alone does not."""
    if facts.address is None or facts.address.completeness is Completeness.OUTSIDE:
        return facts.address is not None
    place = facts.address.address
    named = (place.street, place.community, place.estate, place.road, place.house_number, place.building)
    return any(named) or place.lat is not None or len(place.landmark) >= _TELLING_LANDMARK


def awaits_place(conversation: ConversationRow, *, now: datetime) -> bool:
    """Whether a place that is told now is that of the emergency: it still lacks one that was told for it, and is not long ago."""
    return conversation.emergency_needs_address and is_recent_emergency(known_at=conversation.emergency_at, now=now)


async def add_place(session: AsyncSession, conversation: ConversationRow, address: Address | None, *, now: datetime) -> None:
    """Write an address onto the emergency order of a conversation, if it still lacks one."""
    if address is None or not conversation.emergency_needs_address or not conversation.emergency_number:
        return
    conversation.emergency_needs_address = False
    number, grid = conversation.emergency_number, conversation.grid_code
    try:
        async with session.begin_nested():
            await set_address(session, number=number, address=address, actor=_ACTOR, now=now, grid_code=grid)
    except DomainError as error:  # whatever is wrong with the order, the resident must get the instruction
        log.warning("emergency_place_refused", number=number, error=error.code)


def _place(facts: Facts) -> Address | None:
    return facts.address.address if facts.address is not None and leads_there(facts) else None


async def _noted(session: AsyncSession, number: str, message: MessageRow, *, now: datetime) -> bool:
    return await _attempt(session, number, Verb.NOTE, {"note": f"居民补充:{message.text}"}, now=now)


async def _attempt(session: AsyncSession, number: str, verb: Verb, data: dict[str, str], *, now: datetime) -> bool:
    try:
        async with session.begin_nested():
            await apply_verb(session, number=number, verb=verb, actor=_ACTOR, data=data, expected_version=None, now=now)
    except DomainError as error:  # whatever is wrong with the order, the resident must get the instruction
        log.warning("emergency_order_refused", number=number, verb=verb.value, error=error.code)
        return False
    return True


async def _new_order(
    session: AsyncSession,
    conversation: ConversationRow,
    message: MessageRow,
    *,
    kind: str,
    facts: Facts,
    draft: Draft,
    place: Address | None,
    now: datetime,
) -> str:
    danger = EMERGENCY_KINDS.get(kind)
    phones = [phone.number for phone in facts.phones if phone.kind is PhoneKind.FULL]
    request = NewWorkOrder(
        service_code="",
        category=danger.category if danger else "",
        subcategory=danger.subcategory if danger else "",
        description=message.text,
        address=place or Address(),
        occurred_at=facts.occurred_at.occurred_at if facts.occurred_at else None,
        contact_phone=phones[0] if phones else draft.contact_phone or conversation.phone,
        contact_name=facts.name or draft.contact_name,
        anonymous=False,
        confidential=False,
        attachments=tuple(message.attachments),
        channel=conversation.channel,
        channel_user_id=conversation.channel_user_id,
        conversation_id=conversation.id,
        requested_at=message.message_time,
        urgency=Urgency.EMERGENCY,
        grid_code=conversation.grid_code,
    )
    try:
        async with session.begin_nested():
            order = await accept_work_order(
                session, request=request, idempotency_key=f"emergency:{message.id}", actor=_ACTOR, now=now
            )
    except Exception as error:  # the instruction must be said and people alarmed, order or not
        log.exception("emergency_without_order", conversation=conversation.id, error=type(error).__name__)
        return ""
    return order.number
