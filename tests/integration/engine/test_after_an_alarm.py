"""What follows on an alarm belongs to it: noted on its order and answered, no second order, no new form."""

from __future__ import annotations

import pytest

from backend.contracts.conversations import Address
from backend.storage.tables.work_orders import WorkOrderEventRow, WorkOrderRow
from tests.integration.engine.test_notifications import FIRE, facts_at
from tests.integration.engine.told import PLACE
from tests.integration.engine.world import World


async def _notes(world: World) -> list[str]:
    return [row.note for row in await world.rows(WorkOrderEventRow) if row.type == "noted"]


async def test_what_was_done_is_noted_and_answered_without_the_assistant(district: World) -> None:
    await district.talk(FIRE)
    asked = len(district.assistant.turns)
    await district.talk("打了120")
    (order,) = await district.rows(WorkOrderRow)
    assert await _notes(district) == ["居民补充:打了120"]
    assert order.number in district.wechat.texts[-1]
    assert len(district.assistant.turns) == asked


async def test_the_place_is_asked_for_again_only_while_nobody_knows_it(district: World) -> None:
    await district.talk("着火")
    await district.talk("打了120")
    assert "您在哪里" in district.wechat.texts[-1]
    district.ears.facts_by_text["翠园小区6号楼"] = facts_at(PLACE)
    await district.talk("翠园小区6号楼")
    await district.talk("打了120")
    assert "您在哪里" not in district.wechat.texts[-1]


async def test_a_few_words_go_on_with_the_danger_for_half_an_hour_and_no_longer(district: World) -> None:
    await district.talk(FIRE)
    asked = len(district.assistant.turns)
    await district.talk("俩人")
    assert len(district.assistant.turns) == asked
    district.clock.advance(minutes=31)
    await district.talk("俩人")
    assert [turn.text for turn in district.assistant.turns[asked:]] == ["俩人"]
    assert await _notes(district) == ["居民补充:俩人"]


async def test_another_matter_after_an_alarm_goes_to_the_assistant(district: World) -> None:
    await district.talk(FIRE)
    await district.talk("路灯坏了")
    assert district.assistant.turns[-1].text == "路灯坏了"
    assert await _notes(district) == []


async def test_nobody_who_wished_to_die_is_taken_at_their_word_that_nobody_need_come(
    district: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await district.talk(FIRE)
    async with district.writing() as session:
        row = await session.merge(await district.conversation())
        row.emergency_kind = "suicide"
    monkeypatch.setattr(district.ears, "takes_back", lambda text: True)
    await district.talk("你们别来")
    assert "12356" in district.wechat.texts[-1]
    assert "没事就好" not in district.wechat.texts[-1]
    assert (await district.conversation()).emergency_number


async def test_a_caseworker_who_has_taken_over_is_not_spoken_over(district: World) -> None:
    await district.talk(FIRE)
    await district.takeover()
    said = len(district.wechat.texts)
    await district.talk("打了120")
    assert len(district.wechat.texts) == said


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (Address(text="门口", landmark="门口"), False),
        (Address(text="三楼", floor="3"), False),
        (Address(text="超市门口", landmark="超市门口"), True),
        (Address(text="6号楼", building="6"), True),
    ],
)
async def test_a_place_that_leads_nobody_there_is_asked_for(district: World, told: Address, found: bool) -> None:
    district.ears.facts_by_text[FIRE] = facts_at(told)
    await district.talk(FIRE)
    (order,) = await district.rows(WorkOrderRow)
    assert bool(order.address_text) is found
    assert ("请告诉我" in district.wechat.texts[-1]) is not found


async def test_a_few_words_answer_whoever_asked_last(district: World) -> None:
    await district.talk(FIRE)
    await district.talk("路灯坏了")
    asked = len(district.assistant.turns)
    await district.talk("俩人")
    assert [turn.text for turn in district.assistant.turns[asked:]] == ["俩人"]
