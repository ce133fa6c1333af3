"""What Kannel keeps while one of the programs, ours or its own, is away."""

from __future__ import annotations

import asyncio

import pytest

from backend.contracts.messages import MessageStatus, SendOutcome
from backend.services.inbox import InboxUnavailable
from tests.integration.sms.line import RESIDENT, Line, open_line


async def _restart(line: Line) -> None:
    """What a supervisor does; a smsbox that is left running would come back by itself after ten seconds."""
    await line.kannel.kill("smsbox")
    await line.kannel.start("bearerbox")
    await line.kannel.start("smsbox")


async def test_texts_wait_while_our_address_does_not_answer() -> None:
    async with open_line(answering=False) as line:
        for number in range(5):
            await line.kannel.send_mo(f"1700000000{number}", f"第{number}条")
        await asyncio.sleep(2)
        await line.open()
        assert sorted(await line.texts(5)) == [f"第{number}条" for number in range(5)]
        assert not line.kannel.smsc.submitted  # nobody was told "Could not fetch content, sorry."


async def test_texts_come_again_while_they_cannot_be_stored(line: Line) -> None:
    line.inbox.broken = InboxUnavailable("disk full")
    await line.kannel.send_mo(RESIDENT, "暖气不热")
    await asyncio.sleep(1.5)
    assert not line.inbox.messages
    line.inbox.broken = None
    assert await line.texts(1) == ["暖气不热"]
    assert not line.kannel.smsc.submitted


@pytest.mark.parametrize("victims", [("smsbox",), ("smsbox", "bearerbox")], ids=["smsbox", "both programs"])
async def test_texts_survive_kill_9_of_kannel_while_our_address_does_not_answer(victims: tuple[str, ...]) -> None:
    async with open_line(answering=False) as line:
        for number in range(3):
            await line.kannel.send_mo(f"1700000000{number}", f"第{number}条")
        await line.kannel.smsc.wait_until(lambda: line.kannel.smsc.acknowledged == 3, 10)
        for name in victims:
            await line.kannel.kill(name)
        for name in reversed(victims):
            await line.kannel.start(name)
        await line.open()
        assert sorted(await line.texts(3)) == [f"第{number}条" for number in range(3)]


async def test_replies_queued_for_a_carrier_that_is_away_survive_kill_9_of_bearerbox(line: Line) -> None:
    await line.kannel.smsc.stop()
    await asyncio.sleep(0.3)
    for number in range(3):
        assert (await line.send(f"第{number}条", message_id=f"m{number}")).outcome is SendOutcome.ACCEPTED
    await line.kannel.kill("bearerbox")
    # bearerbox is away: smsbox takes nothing, so nothing can be lost with it
    assert (await line.send("不该发出", message_id="m9")).outcome is SendOutcome.RETRY_LATER
    await line.kannel.smsc.start()
    await _restart(line)
    await line.kannel.smsc.wait_until(lambda: len(line.kannel.received) == 3, 15)
    assert sorted(arrived.text[-3:] for arrived in line.kannel.received) == ["第0条", "第1条", "第2条"]
    delivered = await line.reports(lambda report: report.status is MessageStatus.DELIVERED, count=3)
    assert {report.message_id for report in delivered} == {"m0", "m1", "m2"}


async def test_a_report_that_comes_after_a_restart_still_finds_its_message(line: Line) -> None:
    line.kannel.smsc.receipt = lambda _message: None
    await line.send("已受理", message_id="m1")
    await line.reports(lambda report: report.status is MessageStatus.SENT)
    await line.kannel.kill("bearerbox")
    await _restart(line)
    await line.kannel.smsc.wait_until(lambda: line.kannel.smsc.bound, 10)
    await line.kannel.smsc.report(line.kannel.smsc.submitted[0], "DELIVRD")
    (report,) = await line.reports(lambda report: report.status is MessageStatus.DELIVERED)
    assert report.message_id == "m1"


async def test_reports_wait_while_our_address_does_not_answer(line: Line) -> None:
    await line.close()
    await line.send("已受理")
    await line.kannel.wait_for(RESIDENT)
    await asyncio.sleep(1)
    await line.open()
    await line.reports(lambda report: report.status is MessageStatus.DELIVERED)


async def test_a_dead_gateway_is_tried_again_later(line: Line) -> None:
    await line.kannel.kill("smsbox")
    assert (await line.send("已受理")).outcome is SendOutcome.RETRY_LATER
    await line.kannel.start("smsbox")
    assert (await line.send("已受理")).outcome is SendOutcome.ACCEPTED
    await line.kannel.wait_for(RESIDENT)
