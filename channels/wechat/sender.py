"""WeChat as a way to a resident: the ChannelSender of one account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import structlog

from backend.contracts.messages import Choice, OutboundMessage, Route, SendOutcome, SendResult
from backend.services.ports import ChannelTraits
from channels.wechat.client import WechatClient
from channels.wechat.errors import result_of, rule_of
from channels.wechat.http import AnswerLost, ApiDown, ApiRefused
from channels.wechat.masking import mask_openid
from channels.wechat.templates import render_fields
from channels.wechat.texts import TEXT_LIMIT_BYTES, harmless, numbered, size, split_text

# A turn may become two bubbles: five messages per 48 hours are soon used up.
MAX_BUBBLES = 2

_SUBSCRIBE_ROUTES = frozenset({Route.SUBSCRIBE_LONG_TERM, Route.SUBSCRIBE_ONE_TIME})

_log = structlog.get_logger()


class WechatSender:
    """Sends by customer-service message or subscribe message.

    custom/send and the subscribe calls take no id of ours, so a lost answer stays `unknown` and is never sent again from here.
    """

    def __init__(self, client: WechatClient) -> None:
        self._client = client
        account = client.account
        self.channel = account.channel
        self.traits = ChannelTraits(
            max_bubbles=MAX_BUBBLES,
            session_limited=True,
            routes=frozenset({Route.SESSION}) | (_SUBSCRIBE_ROUTES if account.templates else frozenset()),
        )

    def pieces(self, text: str, choices: Sequence[Choice]) -> int:
        """How many customer-service messages a text with its choices is sent as."""
        return max(len(self._steps("", text, choices)), 1)

    async def send(self, message: OutboundMessage) -> SendResult:
        """Deliver one message, once; never raises for what the platform says."""
        if message.route in _SUBSCRIBE_ROUTES:
            result = await self._subscribe(message)
        elif message.route is Route.SESSION:
            result = await self._session(message)
        else:
            result = SendResult(SendOutcome.REJECTED, reason="微信不能走这条路线")
        if result.outcome is not SendOutcome.ACCEPTED:
            self._report(message, result)
        return result

    async def _subscribe(self, message: OutboundMessage) -> SendResult:
        template = self._client.account.template_of_kind(message.template_kind)
        if template is None:
            return SendResult(SendOutcome.REJECTED, reason="这类通知没有配置微信模板")
        data = render_fields(template, message.template_fields)
        return await _outcome(lambda: self._client.send_subscribe(message.channel_user_id, template.id, data, page=message.page))

    async def _session(self, message: OutboundMessage) -> SendResult:
        """Send the text, cut where it is too long, the choices under the last piece."""
        steps = self._steps(message.channel_user_id, message.text, message.choices)
        if not steps:
            return SendResult(SendOutcome.REJECTED, reason="消息内容为空")
        result = SendResult(SendOutcome.ACCEPTED)
        for done, step in enumerate(steps):
            result = await _outcome(step)
            if result.outcome is not SendOutcome.ACCEPTED:
                return _after_some(result, done, len(steps))
        return result

    def _steps(self, openid: str, text: str, choices: Sequence[Choice]) -> list[Callable[[], Awaitable[str]]]:
        """One call for each customer-service message, in order."""
        text = harmless(text)
        choices = tuple(replace(choice, label=harmless(choice.label)) for choice in choices)
        if choices and self._client.account.name != "oa":
            text, choices = numbered(text, choices), ()  # message menus exist for official accounts only
        pieces = split_text(text)
        if not choices:
            return [lambda piece=piece: self._client.send_text(openid, piece) for piece in pieces]  # type: ignore[misc]
        head = pieces.pop() if pieces and size(pieces[-1]) + _menu_size(choices) <= TEXT_LIMIT_BYTES else "请选择:"
        texts: list[Callable[[], Awaitable[str]]] = [
            lambda piece=piece: self._client.send_text(openid, piece)  # type: ignore[misc]
            for piece in pieces
        ]
        return [*texts, lambda: self._client.send_menu(openid, head, choices)]

    def _report(self, message: OutboundMessage, result: SendResult) -> None:
        code = int(result.code) if result.code.lstrip("-").isdigit() else 0
        write = _log.error if rule_of(code).needs_operator else _log.warning
        write(
            "wechat_send_failed",
            message=message.id,
            account=self._client.account.name,
            openid=mask_openid(message.channel_user_id),
            route=message.route.value,
            outcome=result.outcome.value,
            code=result.code,
        )


async def _outcome(call: Callable[[], Awaitable[str]]) -> SendResult:
    try:
        return SendResult(SendOutcome.ACCEPTED, provider_id=await call(), code="0")
    except ApiRefused as refusal:
        return result_of(refusal.code, refusal.message)
    except ApiDown as down:
        return SendResult(SendOutcome.RETRY_LATER, code=down.code, reason="连不上微信,稍后再发")
    except AnswerLost as lost:
        return SendResult(SendOutcome.UNKNOWN, code=lost.code, reason="微信没有回答,不知道是否已发出")


def _after_some(result: SendResult, done: int, total: int) -> SendResult:
    """A retry would repeat the pieces that went out, so it is left to a person; another route carries the whole text anyway."""
    if done == 0 or result.outcome is not SendOutcome.RETRY_LATER:
        return result
    return replace(result, outcome=SendOutcome.UNKNOWN, reason=f"共 {total} 段,已发出 {done} 段。{result.reason}")


def _menu_size(choices: Sequence[Choice]) -> int:
    return sum(size(choice.label) + 1 for choice in choices)
