"""Times in a sentence that tell what is usual, what was promised or what comes of it: none of them is when the trouble began."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from backend.domain.language.times import parse_time

EVENING = datetime(2026, 11, 22, 21, tzinfo=timezone(timedelta(hours=8)))


def said_time(text: str) -> str | None:
    mention = parse_time(text, EVENING)
    return mention.occurred_at.text if mention else None


@pytest.mark.parametrize(
    "text",
    [
        "单元门谁都能推开 晚上都不敢出屋",
        "夜里没人敢走那条道",
        "往常都是十五号就到账",
        "按理说上个月就该通气",
        "他们说好十月底结账",
        "物业答应三天修好",
        "不是5号楼 是15号",
        "路灯坏了好几个 晚上黑漆漆的",
        "电梯又停了 我妈每天爬十二楼",
        "没水 天天得拎水上楼",
        "能不能今天就来啊",
    ],
)
def test_what_is_usual_promised_or_feared_is_no_beginning(text: str) -> None:
    assert said_time(text) is None


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("昨晚就开始凉", "昨晚"),
        ("前晚就没水了", "前晚"),
        ("这个月没到账 往常都是十五号就到", "这个月"),
        ("物业答应三天修 从上礼拜三就停了", "从上礼拜三"),
        ("不是5号楼 是15号 昨天才坏的", "昨天"),
        ("15号坏的 不是5号楼", "15号"),
        ("活是国庆前干完的", "国庆前"),
        ("就从这个月 1号", "从这个月 1号"),
        ("昨天晚上都睡不着", "昨天晚上"),
        ("今天来水了又停了", "今天"),
        ("每天晚上都喊", "每天晚上"),
    ],
)
def test_the_beginning_itself_is_found_beside_them(text: str, when: str) -> None:
    assert said_time(text) == when


def test_last_night_is_the_evening_and_not_the_whole_day() -> None:
    mention = parse_time("昨晚就开始凉", EVENING)
    assert mention is not None
    assert mention.occurred_at.start == datetime(2026, 11, 21, 18, tzinfo=timezone(timedelta(hours=8)))
