"""Places and times as people say them: a side of a building, a denial, lunar months, a bare span, an age that is no year."""

from __future__ import annotations

from datetime import datetime

import pytest

from backend.domain.language.address_merge import address_text, merge_address, relative_correction
from backend.domain.language.addresses import COMPONENTS, parse_address
from backend.domain.language.times import parse_time
from tests.unit.language.places import GAZETTEER

NOW = datetime.fromisoformat("2026-11-22T12:00:00+08:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("翠园小区3号楼后面", {"estate": "翠园小区", "building": "3", "landmark": "后面"}),
        ("翠园小区3号楼前面路灯不亮", {"estate": "翠园小区", "building": "3", "landmark": "前面"}),
        ("垃圾堆成山了 翠园小区5号楼后边", {"estate": "翠园小区", "building": "5", "landmark": "后边"}),
        ("翠园小区1号楼北边", {"estate": "翠园小区", "building": "1", "landmark": "北边"}),
        ("就菜市场往东那条", {"landmark": "菜市场往东"}),
        ("不是翠园小区11号楼 是12号楼", {"building": "12"}),
        ("不是6号楼,应该是8号楼", {"building": "8"}),
        ("不是2单元是3单元", {"unit": "3"}),
    ],
)
def test_a_side_of_a_building_is_kept_and_what_is_denied_is_not(text: str, expected: dict[str, str]) -> None:
    mention = parse_address(text, GAZETTEER)
    assert mention is not None
    assert {name: getattr(mention.address, name) for name in COMPONENTS if getattr(mention.address, name)} == expected


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("国庆期间一直", "since", "2026-10-01", ""),
        ("头年腊月", "interval", "2026-01-19", "2026-02-16"),
        ("去年腊月里", "interval", "2026-01-19", "2026-02-16"),
        ("打头年腊月起", "since", "2026-01-19", ""),
        ("这半拉月", "since", "2026-11-07", ""),
        ("半个来月", "since", "2026-11-07", ""),
        ("三天", "since", "2026-11-19", ""),
        ("楼上半夜砸墙", "point", "2026-11-21", "2026-11-22"),
    ],
)
def test_times_in_other_words(text: str, kind: str, start: str, end: str) -> None:
    mention = parse_time(text, NOW)
    assert mention is not None
    found = mention.occurred_at
    local = [moment.astimezone(NOW.tzinfo).date().isoformat() if moment else "" for moment in (found.start, found.end)]
    assert (found.kind.value, *local) == (kind, start, end)
    assert not mention.span.text.startswith("上半夜")


@pytest.mark.parametrize("text", ["我妈晕过去了", "今年八十一了", "我今年七十六岁", "楼下午休的地方"])
def test_an_age_or_a_faint_is_no_time(text: str) -> None:
    assert parse_time(text, NOW) is None


@pytest.mark.parametrize(
    ("text", "part", "value"),
    [
        ("门牌我也记岔了 是601", "room", "601"),
        ("单元也错了 应该是2", "unit", "2"),
        ("楼号我刚才说错了,是9", "building", "9"),
    ],
)
def test_a_part_is_corrected_with_words_around_the_mistake(text: str, part: str, value: str) -> None:
    known = parse_address("翠园小区7号楼1单元501", GAZETTEER)
    assert known is not None
    moved = relative_correction(text, known.address)
    assert moved is not None
    assert getattr(moved, part) == value


def test_a_crossing_names_its_roads_once() -> None:
    crossing = parse_address("园林路和二一九路交叉口", GAZETTEER)
    later = parse_address("二一九公园对面", GAZETTEER)
    assert crossing is not None
    assert later is not None
    whole = merge_address(later.address, crossing.address)
    assert whole.text.count("园林路") == 1
    assert address_text({"road": "园林路", "landmark": "园林路和二一九路交叉口"}) == "园林路和二一九路交叉口"
