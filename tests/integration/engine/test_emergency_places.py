"""The place of an emergency and that of an open form are said once, whichever comes first."""

from __future__ import annotations

from typing import Any

import pytest

from backend.contracts.conversations import Address, Draft
from backend.domain.drafting.model import Ask, OpenForm
from backend.domain.drafting.stored import form_to_json
from backend.storage.tables.work_orders import WorkOrderRow
from tests.integration.engine.test_notifications import FIRE, facts_at
from tests.integration.engine.told import PLACE
from tests.integration.engine.world import PHONE, World


async def _drafting(world: World, address: Address, **more: Any) -> None:
    """The conversation has an open form that knows this place."""
    await world.talk("你好")
    now = world.clock.now()
    missing = () if address.text else ("address",)
    draft = Draft(description="暖气不热", address=address, missing=missing, **more)
    async with world.writing() as session:
        row = await session.merge(await world.conversation())
        row.draft = form_to_json(OpenForm(id="d1", draft=draft, opened_at=now, touched_at=now, requested=Ask.OCCURRED_AT))
        row.draft_updated_at, row.open_form = now, True


async def test_an_emergency_uses_the_place_and_phone_of_the_open_form_and_says_so(district: World) -> None:
    await _drafting(district, PLACE, contact_phone=PHONE, contact_name="老张")
    await district.talk("着火了")
    (order,) = await district.rows(WorkOrderRow)
    assert (order.address["estate"], order.address["building"]) == ("翠园小区", "6")
    assert (order.contact_phone, order.contact_name) == (PHONE, "老张")
    assert "翠园小区6号楼" in district.wechat.texts[-1]
    assert "请告诉我" not in district.wechat.texts[-1]
    assert (await district.conversation()).draft["address"]["building"] == "6"


async def test_another_place_told_after_it_replaces_that_of_the_form(district: World) -> None:
    await _drafting(district, PLACE)
    await district.talk("着火了")
    there = Address(text="常青小区2号楼", estate="常青小区", building="2")
    district.ears.facts_by_text["不对,是常青小区2号楼"] = facts_at(there)
    await district.talk("不对,是常青小区2号楼")
    (order,) = await district.rows(WorkOrderRow)
    assert order.address["estate"] == "常青小区"
    assert (await district.conversation()).draft["address"]["estate"] == "翠园小区"


async def test_a_building_alone_lies_in_the_estate_of_the_form(district: World) -> None:
    await _drafting(district, PLACE)
    district.ears.facts_by_text[FIRE] = facts_at(Address(text="8号楼", building="8"))
    await district.talk(FIRE)
    (order,) = await district.rows(WorkOrderRow)
    assert (order.address["estate"], order.address["building"]) == ("翠园小区", "8")


@pytest.mark.parametrize("later", [False, True])
async def test_the_place_of_an_emergency_is_not_asked_again_by_the_form(district: World, later: bool) -> None:
    await _drafting(district, Address())
    district.ears.facts_by_text["翠园小区6号楼" if later else FIRE] = facts_at(PLACE)
    await district.talk(FIRE)
    if later:
        await district.talk("翠园小区6号楼")
    draft = (await district.conversation()).draft
    assert (draft["address"]["estate"], draft["missing"]) == ("翠园小区", [])


async def test_a_place_that_comes_half_an_hour_later_belongs_to_something_else(district: World) -> None:
    await district.talk(FIRE)
    district.clock.advance(minutes=31)
    district.ears.facts_by_text["翠园小区6号楼路灯坏了"] = facts_at(PLACE)
    await district.talk("翠园小区6号楼路灯坏了")
    assert district.assistant.turns[-1].text == "翠园小区6号楼路灯坏了"
