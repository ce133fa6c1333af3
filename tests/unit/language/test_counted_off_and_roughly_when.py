"""Numbers that count the way to a house, days told roughly, and how somebody lives: what they are and what they are not."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from backend.contracts.conversations import OccurredAt, TimeKind
from backend.domain.language.addresses import parse_address
from backend.domain.language.normalise import normalise
from backend.domain.language.times import parse_time
from tests.unit.language.places import GAZETTEER

SHANGHAI = timezone(timedelta(hours=8))
NOON = datetime(2026, 11, 24, 14, 10, tzinfo=SHANGHAI)


def building(text: str) -> str:
    mention = parse_address(text, GAZETTEER)
    return mention.address.building if mention else ""


def told(text: str) -> OccurredAt | None:
    mention = parse_time(text, NOON)
    return mention.occurred_at if mention else None


@pytest.mark.parametrize(
    "text",
    [
        "左手第三栋",
        "进大门左手边第三栋楼",
        "翠园小区东边第二栋",
        "倒数第二栋",
        "从南边数第四栋",
        "往里走第三栋",
        "门口右边的第一栋",
    ],
)
def test_a_house_that_is_counted_off_on_the_way_has_another_number_on_its_wall(text: str) -> None:
    assert building(text) == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("翠园小区第三栋", "3"),
        ("左手边那个3号楼", "3"),
        ("进门左手 12栋", "12"),
        ("第5号楼", "5"),
        ("俩号楼门口", "2"),
        ("仨号楼2单元", "3"),
        ("两号楼", "2"),
    ],
)
def test_the_number_of_a_house_is_read_however_it_is_said(text: str, number: str) -> None:
    assert building(text) == number


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("上个月二十几号", date(2026, 10, 21), date(2026, 10, 29)),
        ("上个月20多号开始的吧", date(2026, 10, 21), date(2026, 10, 29)),
        ("这个月十几号", date(2026, 11, 11), date(2026, 11, 19)),
        ("10月二十几号", date(2026, 10, 21), date(2026, 10, 29)),
        ("十二月十几号", date(2025, 12, 11), date(2025, 12, 19)),
        ("今年二月二十几号", date(2026, 2, 21), date(2026, 2, 28)),
    ],
)
def test_some_day_of_a_month_is_told_by_its_ten(text: str, first: date, last: date) -> None:
    when = told(text)
    assert when is not None
    assert when.start is not None
    assert when.start.astimezone(SHANGHAI).date() == first
    if when.kind is TimeKind.INTERVAL:
        assert when.end is not None
        assert when.end.astimezone(SHANGHAI).date() == last


@pytest.mark.parametrize("text", ["十几号人堵在门口", "二十几号楼都没水", "上个月二十几号楼停水"])
def test_how_many_people_or_houses_is_no_day(text: str) -> None:
    when = told(text)
    assert when is None or "几号" not in when.text


@pytest.mark.parametrize("text", ["这房子空了一年", "房子闲置三年了", "我们结婚十年了", "搬来两年了 邻居没说过话"])
def test_how_somebody_lives_is_no_trouble_that_lasts(text: str) -> None:
    assert told(text) is None


@pytest.mark.parametrize(
    ("text", "kind", "start"),
    [
        ("房子空了一年 上个礼拜三才漏的", TimeKind.POINT, date(2026, 11, 18)),
        ("漏了一年了", TimeKind.SINCE, date(2025, 11, 24)),
        ("琴日停嘅水", TimeKind.POINT, date(2026, 11, 23)),
        ("尋日下晝", TimeKind.POINT, date(2026, 11, 23)),
        ("琴晚开始", TimeKind.SINCE, date(2026, 11, 23)),
    ],
)
def test_the_trouble_itself_has_its_time(text: str, kind: TimeKind, start: date) -> None:
    when = told(text)
    assert when is not None
    assert when.start is not None
    assert (when.kind, when.start.astimezone(SHANGHAI).date()) == (kind, start)


def test_a_piano_played_day_and_night_is_not_yesterday() -> None:
    when = told("楼上弹琴日夜不停")
    assert when is None or when.kind is TimeKind.RECURRING


@pytest.mark.parametrize(
    ("text", "clean"),
    [("没汽了做不了生意", "没气了做不了生意"), ("暖汽不热", "暖气不热"), ("没汽车票", "没汽车票"), ("没汽水卖了", "没汽水卖了")],
)
def test_gas_and_steam_are_told_apart(text: str, clean: str) -> None:
    assert normalise(text).text == clean
