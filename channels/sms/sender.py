"""The way out by SMS: one text per turn, cut into parts, handed to the configured provider in order."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from backend.contracts.messages import Channel, Choice, OutboundMessage, Route, SendOutcome, SendResult
from backend.domain.segmentation import TooLong, cut
from backend.services.ports import ChannelTraits
from channels.sms.fields import BadMessage
from channels.sms.numbers import is_mobile, national
from channels.sms.provider import Part, Provider

_log = structlog.get_logger()


def render(text: str, choices: Sequence[Choice]) -> str:
    """Return a text with its choices as numbered lines, to be answered with the number."""
    lines = [f"{number} {choice.label}" for number, choice in enumerate(choices, start=1)]
    return "\n".join([text.rstrip(), *lines]) if lines else text.rstrip()


class SmsSender:
    """The ChannelSender of SMS: replies to residents who text us, and notices to the phones of residents on WeChat."""

    channel = Channel.SMS
    # an SMS costs money and a resident hates three in a row: one turn is one text
    traits = ChannelTraits(max_bubbles=1, session_limited=False, routes=frozenset({Route.SESSION, Route.SMS}))

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def pieces(self, text: str, choices: Sequence[Choice]) -> int:
        """One: a carrier limits nothing, and a long text is joined on the phone."""
        return 1

    async def send(self, message: OutboundMessage) -> SendResult:
        """Deliver to the phone in `channel_user_id`, from our number in `account` where that is one.

        Accepted means that the provider has every part. If it has some and not the others, the outcome is unknown: sending the
        message again would repeat the first ones.
        """
        try:
            phone = national(message.channel_user_id)
        except BadMessage:
            phone = ""
        if not is_mobile(phone):
            return SendResult(SendOutcome.REJECTED, code="bad_number", reason="不是能收短信的手机号")
        text = render(message.text, message.choices)
        if not text:
            return SendResult(SendOutcome.REJECTED, code="empty", reason="没有内容")
        try:
            texts = cut(self._provider.signature + text, self._provider.limits)
        except TooLong:
            return SendResult(SendOutcome.REJECTED, code="too_long", reason="内容太长,短信发不下")
        return await self._send_parts(message, phone, texts)

    async def _send_parts(self, message: OutboundMessage, phone: str, texts: Sequence[str]) -> SendResult:
        sender = message.account if message.account.isascii() and message.account.isdigit() else ""
        first = SendResult(SendOutcome.UNKNOWN)
        for number, text in enumerate(texts, start=1):
            result = await self._provider.send(Part(message.id, phone, sender, number, len(texts), text))
            if result.outcome is not SendOutcome.ACCEPTED:
                _log.warning(
                    "sms_not_taken",
                    message_id=message.id,
                    part=number,
                    parts=len(texts),
                    outcome=result.outcome.value,
                    code=result.code,
                )
                return result if number == 1 else _partly(result, number, len(texts))
            first = result if number == 1 else first
        return first


def _partly(result: SendResult, failed: int, total: int) -> SendResult:
    reason = f"长短信{total}条只发出{failed - 1}条:{result.reason}"
    return SendResult(SendOutcome.UNKNOWN, code=result.code, reason=reason)
