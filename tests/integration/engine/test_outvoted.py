"""A danger heard in a long complaint is asked of the assistant's models first; without them people are alarmed."""

from __future__ import annotations

from typing import Any

import pytest

from backend.storage.tables.work_orders import WorkOrderRow
from tests.integration.engine.world import World

TOLD = "包工头卷钱跑了 我们十六个人在甲方门口等两天了 甲方说钱早给他了"
WAGES = {"category": "劳动欠薪", "subcategory": "拖欠工资", "category_confidence": 0.99}


def heard_as(intent: str, share: float) -> dict[str, Any]:
    return {"intent_ranking": [{"name": intent, "confidence": share}], "categories": [WAGES]}


async def test_a_plain_report_to_the_models_goes_to_the_assistant_and_alarms_nobody(district: World) -> None:
    district.assistant.understanding = heard_as("report_complaint", 0.9)
    await district.talk(TOLD)
    assert [turn.text for turn in district.assistant.turns] == [TOLD]
    assert await district.rows(WorkOrderRow) == []


@pytest.mark.parametrize(
    ("understanding", "fails"),
    [(heard_as("emergency", 0.6), False), ({}, False), (heard_as("report_complaint", 0.9), True)],
    ids=["a danger to the models too", "nothing understood", "the assistant is down"],
)
async def test_otherwise_a_faint_danger_alarms_before_the_assistant_is_asked(
    district: World, understanding: dict[str, Any], fails: bool
) -> None:
    district.assistant.understanding, district.assistant.fails = understanding, fails
    await district.talk(TOLD)
    (order,) = await district.rows(WorkOrderRow)
    assert order.urgency == "emergency"
    assert district.assistant.turns == []


async def test_a_danger_that_is_named_stands_where_the_models_are_not_as_good_as_sure(district: World) -> None:
    district.assistant.understanding = heard_as("report_complaint", 0.75)
    await district.talk("着火了 我们在甲方门口等两天了 甲方说钱早给他了")
    (order,) = await district.rows(WorkOrderRow)
    assert order.urgency == "emergency"
