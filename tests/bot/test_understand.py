"""`POST /understand` with the trained model: the answer's shape, and that time and context count."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import yaml

from tests.bot.backend_app import TOKEN
from tests.bot.conftest import ROOT, Installation


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


def test_each_problem_of_a_message_has_its_own_words_and_the_place_that_was_said_once(installation: Installation) -> None:
    told = understood(installation, "锦绣家园3号楼,单元门锁坏了关不上,另外下水道返水,物业说管不了")
    assert [(issue["category"], issue["text"]) for issue in told["issues"]] == [
        ("房屋维修", "锦绣家园3号楼,单元门锁坏了关不上"),
        ("环境卫生", "锦绣家园3号楼,下水道返水,物业说管不了"),
    ]


def test_problems_are_counted_right_in_most_messages_of_the_development_set(installation: Installation) -> None:
    rows = yaml.safe_load((ROOT / "tests" / "bot" / "issues_dev.yml").read_text(encoding="utf-8"))
    wanted = [(row["text"], len(row["issues"])) for row in rows["several"]] + [(row["text"], 1) for row in rows["one"]]
    wrong = [text for text, count in wanted if len(understood(installation, text)["issues"]) != count]
    assert len(wrong) <= 0.2 * len(wanted), wrong
