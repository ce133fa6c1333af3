"""What follows from a provider's answer: the ledgers corrected, the message done, tried again, or left to a person."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import MessageStatus, Route, SendOutcome, SendResult
from backend.domain.delivery_plan import MAX_ATTEMPTS, pause_before_retry
from backend.services.delivery_intent import Ledgers, read_ledgers, template_kind
from backend.services.receipts import advance, apply_early
from backend.storage.deliveries import add_call_back, finish_attempt
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.deliveries import DeliveryAttemptRow
from backend.storage.tables.messages import MessageRow


@dataclass(frozen=True)
class Case:
    """The rows of one attempt, in one transaction; the attempt's own as it was written before the request."""

    session: AsyncSession
    conversation: ConversationRow
    message: MessageRow
    attempt: DeliveryAttemptRow
    now: datetime

    async def ledgers(self) -> Ledgers:
        """What the platforms allow, read where an answer changes it."""
        return await read_ledgers(self.session, self.conversation.id)


async def record(case: Case, result: SendResult) -> None:
    """Write the outcome of an attempt and what follows from it. A message that a receipt already settled keeps its status."""
    await finish_attempt(case.session, case.attempt.id, result, now=case.now)
    await _FOLLOWS[result.outcome](case, result)


async def call_back(
    session: AsyncSession, conversation: ConversationRow, message: MessageRow, *, reason: str, now: datetime
) -> None:
    """Ask a person to reach the resident."""
    await add_call_back(
        session,
        message=message,
        conversation_id=conversation.id,
        phone=conversation.phone,
        reason=reason,
        text=message.text,
        order_number=message.order_number,
        now=now,
    )


async def _accepted(case: Case, result: SendResult) -> None:
    advance(case.message, MessageStatus.SENT, reason=case.attempt.route)
    await apply_early(case.session, case.message, result.provider_id)


async def _rejected(case: Case, result: SendResult) -> None:
    advance(case.message, MessageStatus.FAILED, reason=_reason(result))


async def _unknown(case: Case, result: SendResult) -> None:
    if advance(case.message, MessageStatus.UNKNOWN, reason=_reason(result)):
        await call_back(case.session, case.conversation, case.message, reason="不知道有没有发出去", now=case.now)


async def _retry_later(case: Case, result: SendResult) -> None:
    _give_back(case, await case.ledgers())
    if case.message.status != MessageStatus.SUBMITTED.value:
        return
    case.message.status_reason = _reason(result)
    if case.message.send_attempts % MAX_ATTEMPTS == 0:
        _close_route(case)
        return
    case.message.next_attempt_at = case.now + pause_before_retry(case.message.send_attempts, random.random())


async def _window_closed(case: Case, result: SendResult) -> None:
    if _correct_windows(case, await case.ledgers(), closed=True):
        _close_route(case)


async def _quota_used(case: Case, result: SendResult) -> None:
    if _correct_windows(case, await case.ledgers(), closed=False):
        _close_route(case)


async def _no_consent(case: Case, result: SendResult) -> None:
    long_term = case.attempt.route == Route.SUBSCRIBE_LONG_TERM.value
    kind = template_kind(case.message)
    for row in (await case.ledgers()).consents:
        if row.template_kind == kind and row.long_term == long_term:
            row.remaining, row.updated_at = 0, case.now
    _close_route(case)


def _correct_windows(case: Case, ledgers: Ledgers, *, closed: bool) -> bool:
    """Believe the provider, except about a window that the resident opened again meanwhile; False if that is so."""
    reserved = case.attempt.reserved.get("windows", {})
    renewed = False
    for row in ledgers.windows:
        if row.id not in reserved:
            continue
        if row.opened_at.isoformat() != reserved[row.id]:
            renewed = True
            continue
        row.used = row.allowed
        row.expires_at = min(row.expires_at, case.now) if closed else row.expires_at
    return not renewed


def _close_route(case: Case) -> None:
    case.message.closed_routes = [*case.message.closed_routes, case.attempt.route]


def _give_back(case: Case, ledgers: Ledgers) -> None:
    reserved = case.attempt.reserved
    for row in ledgers.windows:
        if row.used > 0 and reserved.get("windows", {}).get(row.id) == row.opened_at.isoformat():
            row.used -= 1
    for consent in ledgers.consents:
        if consent.id == reserved.get("consent"):
            consent.remaining += 1


def _reason(result: SendResult) -> str:
    return " ".join(part for part in (result.code, result.reason) if part) or result.outcome.value


_FOLLOWS: dict[SendOutcome, Callable[[Case, SendResult], Awaitable[None]]] = {
    SendOutcome.ACCEPTED: _accepted,
    SendOutcome.REJECTED: _rejected,
    SendOutcome.UNKNOWN: _unknown,
    SendOutcome.RETRY_LATER: _retry_later,
    SendOutcome.WINDOW_CLOSED: _window_closed,
    SendOutcome.QUOTA_USED: _quota_used,
    SendOutcome.NO_CONSENT: _no_consent,
}
