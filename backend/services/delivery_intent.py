"""Choosing the way of one message and writing down the intent, before any request leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import Channel, Choice, MessageStatus, OutboundMessage, Route
from backend.domain.delivery_plan import Plan, Situation
from backend.domain.notices import is_essential, is_notification
from backend.domain.session_window import Window, open_windows
from backend.services.ports import ChannelSender
from backend.storage.conversations import consents_of, windows_of
from backend.storage.tables.conversations import ConsentRow, ConversationRow, SendWindowRow
from backend.storage.tables.deliveries import DeliveryAttemptRow
from backend.storage.tables.messages import MessageRow

_URGENT = frozenset({"emergency"})
_AWAKE = timedelta(hours=1)  # who wrote within it is not woken by an SMS at night
_REPLY_TEMPLATE = "progress"  # a conversation reply that finds its window closed may use this template


@dataclass(frozen=True)
class Ledgers:
    """What the platforms allow in a conversation, as rows of this transaction."""

    windows: list[SendWindowRow]
    consents: list[ConsentRow]

    def consent(self, template_kind: str, *, long_term: bool) -> ConsentRow | None:
        found = (row for row in self.consents if row.template_kind == template_kind and row.long_term == long_term)
        return next((row for row in found if row.remaining > 0), None)


async def read_ledgers(session: AsyncSession, conversation_id: str) -> Ledgers:
    return Ledgers(await windows_of(session, conversation_id), await consents_of(session, conversation_id))


def template_kind(message: MessageRow) -> str:
    return message.template_kind or _REPLY_TEMPLATE


async def situation(
    session: AsyncSession,
    conversation: ConversationRow,
    message: MessageRow,
    ledgers: Ledgers,
    senders: Mapping[Channel, ChannelSender],
    *,
    now: datetime,
) -> Situation:
    """What the choice of the route depends on."""
    channel = Channel(conversation.channel)
    sender = senders.get(channel)
    traits = sender.traits if sender else None
    phone = conversation.phone if Channel.SMS in senders else ""
    kind = template_kind(message)
    one_time = ledgers.consent(kind, long_term=False)
    return Situation(
        channel=channel,
        routes=traits.routes if traits else frozenset(),
        session_limited=bool(traits and traits.session_limited),
        now=now,
        windows=tuple(Window(row.id, row.allowed, row.used, row.expires_at) for row in ledgers.windows),
        long_term_consent=ledgers.consent(kind, long_term=True) is not None,
        one_time_consents=one_time.remaining if one_time else 0,
        phone=phone,
        opted_out=await _opted_out(session, conversation, phone),
        closed=frozenset(Route(route) for route in message.closed_routes),
        notification=is_notification(message.purpose),
        essential=is_essential(message.purpose),
        urgent=message.purpose in _URGENT,
        pieces=sender.pieces(message.text, choices_of(message)) if sender else 1,
        awake=conversation.last_inbound_at is not None and now - conversation.last_inbound_at < _AWAKE,
    )


async def _opted_out(session: AsyncSession, conversation: ConversationRow, phone: str) -> bool:
    """Whether SMS to this phone are unwanted: said in the phone's own conversation, it holds for all."""
    if conversation.opted_out_at is not None or not phone:
        return conversation.opted_out_at is not None
    query = select(ConversationRow.id).where(
        ConversationRow.phone == phone,
        ConversationRow.channel == Channel.SMS.value,
        ConversationRow.opted_out_at.is_not(None),
    )
    return (await session.scalars(query.limit(1))).first() is not None


def choices_of(message: MessageRow) -> tuple[Choice, ...]:
    """What the resident may choose from under a message."""
    return tuple(Choice(choice["id"], choice["label"]) for choice in message.choices)


def reserve(message: MessageRow, ledgers: Ledgers, plan: Plan, at: Situation) -> DeliveryAttemptRow:
    """Take what the route costs from the ledger and return the attempt; the message becomes `submitted`.

    Each piece of a session message counts in every open window: grants are not added up, and which of them the platform charges
    is not said.
    """
    route = plan.route or Route.CALL_BACK
    reserved: dict[str, object] = {}
    if route is Route.SESSION and at.session_limited:
        open_ids = {window.id for window in open_windows(at.windows, at.now)}
        reserved["windows"] = {row.id: row.opened_at.isoformat() for row in ledgers.windows if row.id in open_ids}
        reserved["pieces"] = at.pieces
        for row in ledgers.windows:
            row.used += at.pieces if row.id in open_ids else 0
    consent = ledgers.consent(template_kind(message), long_term=False) if route is Route.SUBSCRIBE_ONE_TIME else None
    if consent is not None:
        consent.remaining -= 1
        reserved["consent"] = consent.id
    message.send_attempts += 1
    message.status, message.status_reason, message.next_attempt_at = MessageStatus.SUBMITTED.value, plan.why, None
    return DeliveryAttemptRow(
        id=uuid4().hex,
        message_id=message.id,
        conversation_id=message.conversation_id,
        number=message.send_attempts,
        route=route.value,
        why=plan.why,
        reserved=reserved,
        started_at=at.now,
    )


def outbound(conversation: ConversationRow, message: MessageRow, route: Route, *, sms_account: str) -> OutboundMessage:
    """What the sender of the route gets."""
    by_sms = route is Route.SMS
    native_sms = conversation.channel == Channel.SMS.value
    return OutboundMessage(
        id=message.id,
        channel=Channel.SMS if by_sms else Channel(conversation.channel),
        account=sms_account if by_sms and not native_sms else conversation.account,
        channel_user_id=conversation.phone if by_sms and not native_sms else conversation.channel_user_id,
        route=route,
        text=message.text,
        choices=choices_of(message),
        template_kind=template_kind(message),
        template_fields=message.template_fields or {"subject": "您有新回复", "state": "有新回复", "note": message.text},
    )
