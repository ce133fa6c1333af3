"""One complaint, all the way: told, filed, worked on, rated; on WeChat (safe mode) and SMS (Kannel), on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from channels.simulator.driver import Resident
from tests.journeys.conftest import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

COMPLAINT = "屋里暖气冰凉,园林街道翠园小区6号楼2单元301,从前天夜里起的"
ANSWERS = {"contact_phone": "17000001234", "occurred_at": "前天夜里", "address": "翠园小区6号楼2单元301", "confirmed": "对"}
CHANNELS = ["wechat_oa", "sms"]


async def file(world: World, resident: Resident, complaint: str = COMPLAINT) -> str:
    return await resident.files(complaint, dict(ANSWERS))


async def work_through(world: World, resident: Resident, number: str) -> None:
    """The unit takes the order, goes there and resolves it; the resident hears of each step and is asked to rate."""
    await world.site.do(number, "acknowledge")
    await resident.hears("word that somebody has it", lambda text: number in text)
    await world.site.do(number, "arrive")
    await resident.hears("word that somebody is there", lambda text: "到" in text)
    await world.site.do(number, "resolve", note="已经修好,现场试过,恢复正常。", outcome="solved")
    await resident.hears("request to rate", lambda text: "分" in text)


async def order_when(world: World, number: str, what: str, is_so: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The order once it is as described; fails with what it is like instead."""
    for _ in range(150):
        order = await world.site.order(number)
        if is_so(order):
            return order
        await asyncio.sleep(0.2)
    raise AssertionError(f"order {number}: not {what}: {order}")


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_complaint_in_one_message_becomes_an_order_with_every_fact(world: World, channel: str) -> None:
    resident = await world.on(channel)
    order = await world.site.order(await file(world, resident))
    assert (order["category"], order["subcategory"]) == ("供暖", "室温不达标")
    address = {key: order["address"][key] for key in ("street", "estate", "building", "unit", "room")}
    assert address == {"street": "园林街道", "estate": "翠园小区", "building": "6", "unit": "2", "room": "301"}
    assert order["occurred_at"]["kind"] == "since"
    assert order["contact_phone"] == (resident.user_id if channel == "sms" else "17000001234")
    assert order["state"] == "dispatched"
    assert order["unit"]
    assert order["due_at"]
    assert (order["channel"], order["channel_user_id"]) == (channel, resident.user_id)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_progress_is_pushed_and_a_good_rating_closes_the_order(world: World, channel: str) -> None:
    resident = await world.on(channel)
    number = await file(world, resident)
    await work_through(world, resident, number)
    await resident.says("5")
    order = await order_when(world, number, "closed", lambda order: order["state"] == "closed")
    assert order["rating"]["satisfaction"] == 5
    types = [event["type"] for event in order["events"]]
    assert types == ["accepted", "dispatched", "acknowledged", "arrived", "resolved", "rated", "closed"]
    await order_when(
        world,
        number,
        "told of everything",
        lambda order: order["deliveries"] and {delivery["status"] for delivery in order["deliveries"]} <= {"sent", "delivered"},
    )


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_rating_of_two_brings_the_order_back_to_the_same_unit_with_a_new_clock(world: World, channel: str) -> None:
    resident = await world.on(channel)
    number = await file(world, resident)
    before = await world.site.order(number)
    await work_through(world, resident, number)
    await resident.says("2分")
    await resident.hears("question for the reason", bool)
    await resident.says("根本没修好,屋里还是冰凉")
    told = "told to those who do it again"
    order = await order_when(world, number, told, lambda order: any("冰凉" in (event["note"] or "") for event in order["events"]))
    assert order["rating"]["satisfaction"] == 2
    assert "冰凉" in order["rating"]["comment"]
    assert order["state"] == "dispatched"
    assert order["unit"] == before["unit"]
    assert order["due_at"] >= before["due_at"]
    assert "reopened" in [event["type"] for event in order["events"]]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_caseworker_takes_over_in_the_middle_and_the_form_goes_on_after_hand_back(world: World, channel: str) -> None:
    resident = await world.on(channel)
    await resident.says("我们楼道的灯坏了好几天了")
    await resident.hears("question", bool)
    conversation = await resident.conversation()
    path = f"/api/v1/conversations/{conversation['id']}"
    taken = await world.site.call("POST", f"{path}/takeover")
    assert taken["owner"] == "human"
    assert taken["epoch"] > conversation["epoch"]
    before = await bot_words(world, conversation["id"])
    await resident.says("在翠园小区6号楼2单元")
    await world.site.call("POST", f"{path}/messages", {"text": "您好,我是值班员小周,您慢慢说。"})
    await resident.hears("the caseworker's words", lambda text: "小周" in text)
    silent = await bot_words(world, conversation["id"])
    assert silent == before, "the bot spoke while a person had the conversation"
    await world.site.call("POST", f"{path}/handback")
    await resident.hears("the bot again", bool)
    after = await resident.conversation()
    assert after["owner"] == "bot"
    assert after["draft"]["description"]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_every_message_redelivered_three_times_at_once_counts_once(world: World, channel: str) -> None:
    resident = await world.on(channel)
    before = await order_count(world)
    number = await resident.files(COMPLAINT, dict(ANSWERS), times=3)
    conversation = await resident.conversation()
    messages = await messages_of(world, conversation["id"])
    said = [message["text"] for message in messages if message["direction"] == "in"]
    assert len(said) == len(set(said))
    assert await order_count(world) == before + 1
    assert number in {message["text"][start : start + 12] for message in messages for start in range(len(message["text"]))}


async def test_two_residents_talking_at_the_same_time_get_their_own_orders(world: World) -> None:
    aunt, uncle = await world.on("wechat_oa"), await world.on("sms")
    cold, dark = await asyncio.gather(
        file(world, aunt), file(world, uncle, "站前街道前进小区3号楼1单元门口的路灯三天不亮了,从19号晚上开始的")
    )
    first, second = await asyncio.gather(world.site.order(cold), world.site.order(dark))
    assert (first["category"], first["address"]["building"]) == ("供暖", "6")
    assert (second["category"], second["address"]["building"]) == ("道路设施", "3")


async def bot_words(world: World, conversation_id: str) -> list[str]:
    messages = await messages_of(world, conversation_id)
    return [message["id"] for message in messages if message["author"] == "bot" and message["status"] != "suppressed"]


async def messages_of(world: World, conversation_id: str) -> list[dict[str, Any]]:
    found = await world.site.call("GET", f"/api/v1/conversations/{conversation_id}/messages", params={"limit": "200"})
    return list(found["items"])


async def order_count(world: World) -> int:
    found = await world.site.call("GET", "/api/v1/work-orders", params={"limit": "200"})
    return len(found["items"])
