"""Texts and reports through a real Kannel and an SMPP carrier."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from pydantic import SecretStr

from backend.contracts.messages import MessageStatus, SendOutcome
from channels.sms.providers import make_provider
from channels.sms.sender import SmsSender
from tests.clocks import HandClock
from tests.integration.sms.line import RESIDENT, Line
from tests.smsc import BAD_DESTINATION, GSM7, LATIN1, OK, THROTTLED
from tests.unit.sms.helpers import NOW

COLD = "屋里暖气冰凉,园林街道翠园小区6号楼2单元301,从前天夜里起的"
SIGNATURE = "【示例社区】"


async def test_what_residents_type_arrives_as_typed(line: Line) -> None:
    texts = [COLD, "😀👨‍👩‍👧 急!", "1", "50% off?  a+b=c & d", "第一行\n第二行", "café", "hello", "/restart", "〇々ꀀ𠮷"]
    for text in texts:
        await line.kannel.send_mo(RESIDENT, text)
    assert sorted(await line.texts(len(texts))) == sorted(texts)
    message = line.inbox.messages[0]
    assert (message.phone, message.account) == (RESIDENT, line.kannel.sender)


async def test_texts_in_the_phones_own_alphabets_are_understood(line: Line) -> None:
    await line.kannel.smsc.send_raw(f"86{RESIDENT}", line.kannel.sender, b"R", GSM7)
    await line.kannel.smsc.send_raw(f"86{RESIDENT}", line.kannel.sender, "é".encode("latin-1"), LATIN1)
    assert sorted(await line.texts(2)) == ["R", "é"]


@pytest.mark.parametrize("how", [{}, {"shuffled": True}, {"payload": True}], ids=["in order", "last part first", "in one TLV"])
async def test_a_long_text_arrives_as_one_message(line: Line, how: dict[str, bool]) -> None:
    # the 67th unit is the first half of an emoji: phones do cut it in two
    text = "长" * 66 + "😀" + COLD * 4
    await line.kannel.send_mo(RESIDENT, text, **how)
    assert await line.texts(1) == [text]


async def test_two_long_texts_at_once_are_not_mixed_up(line: Line) -> None:
    first, second = "甲" * 200, "乙" * 150
    await asyncio.gather(line.kannel.send_mo(RESIDENT, first), line.kannel.send_mo("17000000002", second))
    assert sorted(await line.texts(2)) == sorted([first, second])
    assert {m.text: m.phone for m in line.inbox.messages} == {first: RESIDENT, second: "17000000002"}


@pytest.mark.parametrize("text", ["您好,已受理😀 100% & a+b", "第一行\n1 漏水\n2 噪音", "€^{}[]~|", "𠮷" * 10])
async def test_a_phone_shows_what_we_wrote(line: Line, text: str) -> None:
    assert (await line.send(text)).outcome is SendOutcome.ACCEPTED
    arrived = await line.kannel.wait_for(RESIDENT)
    assert arrived.text == SIGNATURE + text
    assert arrived.source == line.kannel.sender


async def test_a_long_reply_is_put_together_and_nothing_is_cut(line: Line) -> None:
    # emoji and numbers on every seam
    text = "字" * 60 + "😀" + "尾" * 59 + "261121123456" + "完" * 60 + "17000001234" + "😀" * 40
    assert (await line.send(text)).outcome is SendOutcome.ACCEPTED
    assert (await line.kannel.wait_for(RESIDENT)).text == SIGNATURE + text
    submitted = line.kannel.smsc.submitted
    # Any order will do: of parts that wait in Kannel's queue at once the one accepted in a later second leaves first
    # (gw/sms.c, sms_priority_compare), and a phone goes by the header. That we hand them over in order: tests/unit/sms.
    assert sorted(m.header[1:] for m in submitted if m.header) == [(len(submitted), n + 1) for n in range(len(submitted))]
    assert len({m.header[0] for m in submitted if m.header}) == 1
    for part in submitted:
        part.text.encode("utf-8")  # a half of a surrogate pair could not be encoded
        assert len(part.raw) <= 134
    assert any("261121123456" in part.text for part in submitted)
    assert any("17000001234" in part.text for part in submitted)


async def test_every_part_of_a_long_message_is_reported(line: Line) -> None:
    await line.send("字" * 150)
    reports = await line.reports(lambda report: report.status is MessageStatus.DELIVERED, count=3)
    assert sorted((report.message_id, report.part, report.parts) for report in reports) == [("5f3c", n, 3) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        ("DELIVRD", MessageStatus.DELIVERED, "DELIVRD"),
        ("UNDELIV", MessageStatus.FAILED, "UNDELIV 027"),
        ("EXPIRED", MessageStatus.FAILED, "EXPIRED 027"),
        ("REJECTD", MessageStatus.FAILED, "REJECTD 027"),
        ("UNKNOWN", MessageStatus.UNKNOWN, "UNKNOWN 027"),
        ("ENROUTE", MessageStatus.SENT, "ENROUTE 027"),
    ],
)
async def test_what_the_carrier_reports_becomes_a_status(line: Line, state: str, status: MessageStatus, code: str) -> None:
    line.kannel.smsc.receipt = lambda _message: state
    await line.send("已受理")
    (report,) = await line.reports(lambda report: report.code == code)
    assert (report.status, report.message_id) == (status, "5f3c")
    accepted = await line.reports(lambda report: report.status is MessageStatus.SENT)
    assert accepted[0].code in ("ACK/", code)


async def test_a_number_that_the_carrier_refuses_is_a_failure(line: Line) -> None:
    line.kannel.smsc.verdict = lambda _message: BAD_DESTINATION
    assert (await line.send("已受理")).outcome is SendOutcome.ACCEPTED
    (report,) = await line.reports(lambda report: report.status is MessageStatus.FAILED)
    assert "0x0000000b" in report.code


async def test_a_throttling_carrier_gets_the_message_later_and_once(line: Line) -> None:
    line.kannel.smsc.verdict = lambda _message: THROTTLED
    await line.send("已受理")
    await asyncio.sleep(1)
    line.kannel.smsc.verdict = lambda _message: OK
    await line.kannel.wait_for(RESIDENT)
    await line.reports(lambda report: report.status is MessageStatus.DELIVERED)
    assert len(line.kannel.received) == 1


async def test_a_wrong_password_is_refused_at_once(line: Line) -> None:
    wrong = line.settings.model_copy(update={"sms_kannel_password": SecretStr("wrong")})
    async with aiohttp.ClientSession() as session:
        line.sender = SmsSender(make_provider(wrong, session, HandClock(NOW)))
        result = await line.send("已受理")
    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "http_403")
    assert "Authorization failed" in result.reason
