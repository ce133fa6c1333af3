from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from backend.contracts.messages import Channel, Choice, OutboundMessage, Route, SendOutcome, SendResult
from backend.domain.segmentation import UCS2, Limits
from channels.sms.provider import Part
from channels.sms.sender import SmsSender, render

MESSAGE = OutboundMessage(
    id="5f3c", channel=Channel.SMS, account="106900000001", channel_user_id="17000000001", route=Route.SESSION, text="已受理"
)
TAKEN = SendResult(SendOutcome.ACCEPTED, provider_id="p-1", code="0")
LONG = "字" * 66 + "😀" + "单号261121123456。" * 8


@dataclass
class Provider:
    """Answers in turn, the last answer for ever."""

    answers: Sequence[SendResult] = (TAKEN,)
    limits: Limits = UCS2
    signature: str = ""
    parts: list[Part] = field(default_factory=list)

    async def send(self, part: Part) -> SendResult:
        self.parts.append(part)
        return self.answers[min(len(self.parts), len(self.answers)) - 1]


async def test_a_short_text_is_one_message_from_the_number_that_was_texted() -> None:
    provider = Provider()
    assert await SmsSender(provider).send(MESSAGE) == TAKEN
    assert provider.parts == [Part("5f3c", "17000000001", "106900000001", 1, 1, "已受理")]


@pytest.mark.parametrize("account", ["", "oa", "示例", "１０６"])
async def test_without_a_number_of_ours_the_provider_takes_its_own(account: str) -> None:
    provider = Provider()
    await SmsSender(provider).send(replace(MESSAGE, account=account, route=Route.SMS))
    assert provider.parts[0].sender == ""


async def test_a_long_text_goes_out_in_order_and_nothing_is_cut() -> None:
    provider = Provider(signature="【示例】")
    assert (await SmsSender(provider).send(replace(MESSAGE, text=LONG))).outcome is SendOutcome.ACCEPTED
    assert "".join(part.text for part in provider.parts) == "【示例】" + LONG
    assert [part.number for part in provider.parts] == list(range(1, len(provider.parts) + 1))
    assert {part.total for part in provider.parts} == {len(provider.parts)}
    assert sum(part.text.count("261121123456") for part in provider.parts) == 8
    assert all(len(part.text.encode("utf-16-be")) <= 134 for part in provider.parts)


async def test_choices_are_numbered_lines_under_the_text() -> None:
    provider = Provider()
    choices = (Choice("water", "漏水"), Choice("noise", "噪音"))
    await SmsSender(provider).send(replace(MESSAGE, text="是哪种情况?\n", choices=choices))
    assert provider.parts[0].text == "是哪种情况?\n1 漏水\n2 噪音"


def test_a_text_without_choices_stays_as_it_is() -> None:
    assert render("您好。\n请讲 ", ()) == "您好。\n请讲"


@pytest.mark.parametrize("phone", ["04120001234", "10086", "oAbCdEf", "", "+85261234567"])
async def test_a_number_that_cannot_receive_texts_is_not_tried(phone: str) -> None:
    provider = Provider()
    result = await SmsSender(provider).send(replace(MESSAGE, channel_user_id=phone))
    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "bad_number")
    assert not provider.parts


@pytest.mark.parametrize(("text", "code"), [("", "empty"), (" \n", "empty"), ("字" * 20_000, "too_long")])
async def test_what_cannot_be_an_sms_is_not_tried(text: str, code: str) -> None:
    provider = Provider(signature="【示例】")
    result = await SmsSender(provider).send(replace(MESSAGE, text=text))
    assert (result.outcome, result.code) == (SendOutcome.REJECTED, code)
    assert not provider.parts


@pytest.mark.parametrize("outcome", [SendOutcome.REJECTED, SendOutcome.RETRY_LATER, SendOutcome.UNKNOWN])
async def test_when_the_first_part_fails_its_outcome_is_the_outcome(outcome: SendOutcome) -> None:
    refused = SendResult(outcome, code="c", reason="r")
    provider = Provider(answers=[refused])
    assert await SmsSender(provider).send(replace(MESSAGE, text=LONG)) == refused
    assert len(provider.parts) == 1


@pytest.mark.parametrize("outcome", [SendOutcome.REJECTED, SendOutcome.RETRY_LATER, SendOutcome.UNKNOWN])
async def test_when_a_later_part_fails_the_message_is_in_doubt_and_not_to_be_repeated(outcome: SendOutcome) -> None:
    provider = Provider(answers=[TAKEN, SendResult(outcome, code="c", reason="连不上")])
    result = await SmsSender(provider).send(replace(MESSAGE, text=LONG))
    assert (result.outcome, result.code) == (SendOutcome.UNKNOWN, "c")
    assert "只发出1条" in result.reason
    assert "连不上" in result.reason
    assert len(provider.parts) == 2


async def test_the_first_parts_number_stands_for_the_message() -> None:
    provider = Provider(answers=[TAKEN, replace(TAKEN, provider_id="p-2")], limits=Limits(single=40, part=40))
    assert (await SmsSender(provider).send(replace(MESSAGE, text="字" * 60))).provider_id == "p-1"


def test_the_channel_offers_one_bubble_and_no_session_limit() -> None:
    assert SmsSender(Provider()).pieces("字" * 500, ()) == 1
    assert SmsSender.channel is Channel.SMS
    assert SmsSender.traits.max_bubbles == 1
    assert not SmsSender.traits.session_limited
    assert SmsSender.traits.routes == {Route.SESSION, Route.SMS}
