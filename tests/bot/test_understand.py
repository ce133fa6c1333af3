"""`POST /understand` with the trained model: the answer's shape, and that time and context count."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.bot.backend_app import TOKEN
from tests.bot.conftest import Installation


def understood(installation: Installation, text: str, **more: Any) -> dict[str, Any]:
    response = httpx.post(
        f"{installation.backend}/api/v1/understand",
        json={"text": text, "channel": "sms", "message_time": "2026-11-21T19:30:00+08:00", **more},
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=20,
    )
    response.raise_for_status()
    answer: dict[str, Any] = response.json()
    return answer


def test_a_full_complaint_is_taken_apart(installation: Installation) -> None:
    told = understood(installation, "屋里暖气冰凉,翠园小区6号楼2单元301,从前天夜里起的,我姓王,17000001234")
    assert (told["intent"], told["category"], told["subcategory"]) == ("report_complaint", "供暖", "室温不达标")
    assert told["service_code"] == "0101"
    assert told["confidence"]["category"] >= told["confidence"]["subcategory"] > 0.5
    assert told["address"]["components"] == {"estate": "翠园小区", "building": "6", "unit": "2", "room": "301"}
    assert told["address"]["completeness"] == "full"
    assert told["occurred_at"]["kind"] == "since"
    assert told["occurred_at"]["start"].startswith("2026-11-19")
    assert (told["phone"], told["name"], told["urgency"]) == ("17000001234", "王", "urgent")
    assert len(told["issues"]) == 1


def test_an_emergency_is_one_at_once(installation: Installation) -> None:
    told = understood(installation, "家里着火了快来人")
    assert (told["intent"], told["emergency"], told["urgency"], told["emergency_kind"]) == (
        "emergency",
        True,
        "emergency",
        "fire",
    )


@pytest.mark.parametrize(
    ("text", "context", "intent"),
    [
        ("1", "您核对一下:停水,翠园小区。对吗?", "affirm"),
        ("2", "您核对一下:停水,翠园小区。对吗?", "deny"),
        ("5", "请您打个分,1到5。", "rate"),
        ("不知道", "什么时候开始的?", "provide_info"),
        ("6号楼", "请问是哪个小区、几号楼?", "provide_info"),
    ],
)
def test_the_last_sentence_of_the_bot_decides_short_answers(
    installation: Installation, text: str, context: str, intent: str
) -> None:
    assert understood(installation, text, context=context)["intent"] == intent


def test_what_is_no_complaint_has_no_category(installation: Installation) -> None:
    told = understood(installation, "谢谢啊")
    assert (told["intent"], told["category"], told["issues"]) == ("thanks", "", [])
