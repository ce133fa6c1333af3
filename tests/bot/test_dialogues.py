"""Dialogues with the trained assistant: Rasa, the action server and the backend's API as separate programs."""

from __future__ import annotations

from typing import Any

import pytest

from backend.services.ports import AssistantFailed
from tests.bot.conftest import Installation

STORY = "屋里暖气冰凉,园林街道翠园小区6号楼2单元301,从前天夜里起的"


async def test_the_story_becomes_one_order(people: Any) -> None:
    resident = await people()
    await resident.say_all(STORY, "17000001234")
    answer = await resident.say("对")
    (order,) = await resident.orders()
    assert order.number in answer
    assert "供热公司" in answer
    assert (order.category, order.subcategory, order.contact_phone) == ("供暖", "室温不达标", "17000001234")
    assert (order.address["estate"], order.address["building"], order.address["unit"]) == ("翠园小区", "6", "2")


async def test_on_sms_the_phone_is_not_asked_and_digits_are_enough(people: Any) -> None:
    resident = await people(channel="sms", phone="17000002222")
    answer = await resident.say(STORY)
    assert "电话" in answer
    await resident.say("1")
    (order,) = await resident.orders()
    assert order.contact_phone == "17000002222"


async def test_one_fact_per_message_with_a_digression_and_a_correction(people: Any) -> None:
    resident = await people()
    await resident.say_all("我要投诉", "楼道灯坏了好几天了", "翠园小区")
    answer = await resident.say("多久能来")
    assert "工作日" in answer
    assert "几号楼" in answer
    await resident.say_all("6号楼", "不留")
    answer = await resident.say("是3单元")
    assert "6号楼3单元" in answer
    await resident.say("对")
    (order,) = await resident.orders()
    assert order.address["unit"] == "3"


async def test_a_restarted_assistant_goes_on_with_the_draft(people: Any) -> None:
    resident = await people()
    await resident.say("屋里暖气不热")
    for said in ("翠园小区6号楼2单元", "昨天晚上", "17000001234", "对"):
        resident.forgotten()
        await resident.say(said)
    (order,) = await resident.orders()
    assert order.description == "屋里暖气不热"
    assert order.address["building"] == "6"


async def test_cancelling_asks_once_and_makes_no_order(people: Any) -> None:
    resident = await people()
    await resident.say_all("楼道灯坏了", "算了不报了", "1")
    assert await resident.orders() == []
    assert (await resident.row()).draft is None


async def test_an_advertisement_makes_neither_draft_nor_order(people: Any) -> None:
    resident = await people()
    await resident.say("专业办理贷款,加微信详谈")
    assert (await resident.row()).draft is None


async def test_a_person_is_fetched_and_the_draft_stays(people: Any) -> None:
    resident = await people()
    await resident.say_all("楼道灯坏了", "转人工")
    row = await resident.row()
    assert row.owner == "queue"
    assert row.draft is not None


async def test_a_dead_action_server_is_named_and_the_next_message_goes_on(installation: Installation, people: Any) -> None:
    resident = await people()
    await resident.say("屋里暖气不热")
    installation.kill("actions")
    with pytest.raises(AssistantFailed) as caught:
        await resident.say("翠园小区6号楼")
    assert caught.value.reason == "actions_down"
    installation.start("actions")
    installation.wait(f"{installation.actions}/health")
    answer = await resident.say("翠园小区6号楼")
    assert "什么时候" in answer or "啥时候" in answer


async def test_while_the_backend_is_dead_nothing_is_said_and_nothing_lost(installation: Installation, people: Any) -> None:
    resident = await people()
    await resident.say_all(STORY, "17000001234")
    row = await resident.row()
    installation.kill("backend")
    try:
        with pytest.raises(AssistantFailed) as failed:
            await resident.say("对")
        assert failed.value.reason == "empty"
    finally:
        installation.start("backend")
        installation.wait(f"{installation.backend}/openapi.json")
    assert (await resident.row()).draft == row.draft
    await resident.say("对")
    assert len(await resident.orders()) == 1
