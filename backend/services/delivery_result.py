"""What follows from a provider's answer: the ledgers corrected, the message done, tried again, or left to a person."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Owner
from backend.contracts.messages import Channel, MessageStatus, Route, SendOutcome, SendResult
from backend.domain.conversation import MAYBE_UNSENT
from backend.domain.delivery_plan import MAX_ATTEMPTS, pause_before_retry
from backend.domain.notices import is_notification
from backend.services.conversations import flag_for_people
from backend.services.delivery_intent import Ledgers, read_ledgers, template_kind
from backend.services.receipts import advance, apply_early, call_back
from backend.storage.deliveries import attempts_of, finish_attempt
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.deliveries import DeliveryAttemptRow
from backend.storage.tables.messages import MessageRow

_CHINESE = re.compile("[\u4e00-\u9fff]")
# for who texts us, an answer and a notice go the same way
_BY_TEXT = (Route.SESSION.value, Route.SMS.value)


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


async def give_up(
    session: AsyncSession, conversation: ConversationRow, message: MessageRow, *, why: str, essential: bool, now: datetime
) -> None:
    """No way is left. What was refused is a dead letter with the refusal as its reason; what must arrive is a task for a person;
    what nobody needs to hear by telephone and was never refused is let go."""
    attempts = await attempts_of(session, message.id)
    refused = any(attempt.outcome == SendOutcome.REJECTED.value for attempt in attempts)
    last = _plain(attempts[-1].code, attempts[-1].reason) if attempts else ""
    message.status_reason = ";".join(part for part in (last, why) if part)
    message.status = (MessageStatus.FAILED if essential or refused else MessageStatus.SUPPRESSED).value
    if essential:
        await call_back(session, conversation, message, reason=f"没有办法送达:{message.status_reason}", now=now)


async def _accepted(case: Case, result: SendResult) -> None:
    pieces = case.attempt.reserved.get("pieces", 1)
    route = case.attempt.route
    advance(case.message, MessageStatus.SENT, reason=route if pieces == 1 else f"{route}:{pieces}")
    await apply_early(case.session, case.message, result.provider_id, now=case.now)


async def _rejected(case: Case, result: SendResult) -> None:
    """Never by this route: the next one may still do it. Where there is none, the message becomes a dead letter."""
    _close_route(case)


async def _unknown(case: Case, result: SendResult) -> None:
    """Nobody sends it again: a task says so, and who was being answered waits for a person like others."""
    if advance(case.message, MessageStatus.UNKNOWN, reason=_reason(result)):
        await call_back(case.session, case.conversation, case.message, reason="可能没送到,先问问居民", now=case.now)
        if not is_notification(case.message.purpose) and case.conversation.owner != Owner.HUMAN.value:
            flag_for_people(case.conversation, reason=MAYBE_UNSENT, priority=0, now=case.now)


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
    same = _BY_TEXT if case.conversation.channel == Channel.SMS.value else (case.attempt.route,)
    case.message.closed_routes = [*case.message.closed_routes, *same]


def _give_back(case: Case, ledgers: Ledgers) -> None:
    reserved = case.attempt.reserved
    for row in ledgers.windows:
        if reserved.get("windows", {}).get(row.id) == row.opened_at.isoformat():
            row.used = max(row.used - reserved.get("pieces", 1), 0)
    for consent in ledgers.consents:
        if consent.id == reserved.get("consent"):
            consent.remaining += 1


def _reason(result: SendResult) -> str:
    return _plain(result.code, result.reason) or result.outcome.value


def _plain(code: str, reason: str) -> str:
    """What caseworkers read: a reason of ours says it all, a provider's needs its code beside it."""
    return reason if not code[:1].isdigit() and _CHINESE.search(reason) else " ".join(part for part in (code, reason) if part)


_FOLLOWS: dict[SendOutcome, Callable[[Case, SendResult], Awaitable[None]]] = {
    SendOutcome.ACCEPTED: _accepted,
    SendOutcome.REJECTED: _rejected,
    SendOutcome.UNKNOWN: _unknown,
    SendOutcome.RETRY_LATER: _retry_later,
    SendOutcome.WINDOW_CLOSED: _window_closed,
    SendOutcome.QUOTA_USED: _quota_used,
    SendOutcome.NO_CONSENT: _no_consent,
}
