"""Times in the words of an old person: no 15点48分, and still exact to the minute."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.contracts.spoken_time import LOCAL, by_text, clock_text, day_text, due_date, due_day, moment_text

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)  # Sunday, 16:00 in Tiedong
NIGHT = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
MINUTES = some.integers(-3000, 3000).map(lambda minutes: NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("at", "moment", "due"),
    [
        (NOW, "刚刚", "今天(11月22日)下午4点"),
        (NOW - timedelta(minutes=9), "刚刚", "今天(11月22日)下午3点51分"),
        (NOW - timedelta(minutes=10), "今天下午3点50分", "今天(11月22日)下午3点50分"),
        (NOW - timedelta(hours=20), "昨晚8点", "昨天(11月21日)晚上8点"),
        (NOW + timedelta(hours=15, minutes=30), "明早7点半", "明天(11月23日)早上7点半"),
        (NIGHT, "今晚11点59分", "今天(11月22日)"),
        (NIGHT + timedelta(days=2), "11月24日", "11月24日(周二)"),
        (NOW + timedelta(days=30), "12月22日", "12月22日(周二)下午4点"),
    ],
)
def test_days_and_hours_are_called_as_people_call_them(at: datetime, moment: str, due: str) -> None:
    assert (moment_text(at, now=NOW), due_day(at, now=NOW)) == (moment, due)


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (0, 5, "凌晨0点05分"), (4, 59, "凌晨4点59分"), (5, 0, "早上5点"), (8, 30, "上午8点半"), (11, 0, "中午11点"),
        (12, 0, "中午12点"), (13, 0, "下午1点"), (15, 48, "下午3点48分"), (18, 0, "晚上6点"), (23, 59, "晚上11点59分"),
    ],
)  # fmt: skip
def test_every_hour_has_its_part_of_the_day(hour: int, minute: int, said: str) -> None:
    assert clock_text(datetime(2026, 11, 22, hour, minute, tzinfo=LOCAL)) == said


@given(at=MINUTES)
def test_nothing_of_the_time_is_lost_and_no_hour_is_above_twelve(at: datetime) -> None:
    local = at.astimezone(LOCAL)
    said = by_text(at, now=NOW)
    hour = int(re.search(r"(\d+)点", said)[1])  # type: ignore[index]
    late = any(part in said for part in ("下午", "晚")) or "中午12" in said
    assert hour <= 12
    assert hour % 12 + 12 * late == local.hour
    assert ("分" in said) == (local.minute not in (0, 30))


def test_a_promise_for_a_far_day_keeps_its_date_and_its_hour() -> None:
    assert by_text(NOW + timedelta(days=2, hours=-6), now=NOW) == "11月24日上午10点"


def test_in_a_notice_a_promise_of_an_hour_is_no_promise_of_the_day_before() -> None:
    assert due_date(NOW + timedelta(hours=6)) == "11月22日晚上10点"
    assert due_date(NIGHT + timedelta(days=3)) == day_text(NIGHT + timedelta(days=3)) == "11月25日(周三)"
