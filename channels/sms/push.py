"""What one push of a provider amounts to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from backend.contracts.messages import Channel, DeliveryReceipt, InboundMessage, MessageKind
from channels.sms.fields import BadMessage, Record
from channels.sms.numbers import national

_ACCOUNT_LIMIT = 32

_log = structlog.get_logger()


@dataclass(frozen=True)
class Push:
    """Messages for the inbox and reports about messages that we sent; one of the two is empty."""

    messages: tuple[InboundMessage, ...] = ()
    receipts: tuple[DeliveryReceipt, ...] = ()


def text_message(*, sender: str, to: str, text: str, key: str, sent_at: datetime) -> InboundMessage:
    """Return a text from a phone; the sender's number is the resident and the phone. Raises BadMessage for a bad number."""
    number = national(sender)
    return InboundMessage(
        channel=Channel.SMS,
        account=_our_number(to),
        channel_user_id=number,
        dedupe_key=key,
        kind=MessageKind.TEXT,
        message_time=sent_at,
        text=text,
        phone=number,
    )


def _our_number(to: str) -> str:
    try:
        return national(to)
    except BadMessage:
        return to.strip()[:_ACCOUNT_LIMIT]  # a name instead of a number: whoever texted it is what matters


def readable[T](records: Sequence[Record], read: Callable[[Record], T]) -> tuple[T, ...]:
    """Return what could be read of a batch. Raises BadMessage when nothing could.

    One broken record must not keep the others from being stored: the provider would send the whole batch again for ever.
    """
    found: list[T] = []
    errors: list[BadMessage] = []
    for record in records:
        try:
            found.append(read(record))
        except BadMessage as error:
            errors.append(error)
    if not found:
        raise errors[0]
    if errors:
        _log.warning("sms_push_record_refused", refused=len(errors), taken=len(found), reason=str(errors[0]))
    return tuple(found)
