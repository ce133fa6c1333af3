"""Numbers that are swapped, typing errors in what stands behind a number, names and places that hide in a sentence."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from backend.contracts.conversations import Address, Completeness, TimeKind
from backend.domain.language.address_merge import relative_correction
from backend.domain.language.addresses import parse_address
from backend.domain.language.answers import explicit_score
from backend.domain.language.gazetteer import Gazetteer, Place
from backend.domain.language.names import find_name
from backend.domain.language.times import parse_time

PLACES = Gazetteer.build([Place("estate", "碧水家园"), Place("road", "人民路")])
KNOWN = Address(text="碧水家园9号楼2单元602室", estate="碧水家园", building="9", unit="2", room="602")
MORNING = datetime(2026, 11, 22, 7, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ("不是602是702", "room", "702"),
        ("不是602,应该是702", "room", "702"),
        ("602改成702", "room", "702"),
        ("602说错了,是702", "room", "702"),
        ("不是9是8", "building", "8"),
        ("不是二是三", "unit", "3"),
        ("不是9号楼 是19号", "building", "19"),
        ("不是2单元,是3单元", "unit", "3"),
    ],
)
def test_a_swapped_number_changes_the_component_that_had_it(said: str, field: str, value: str) -> None:
    after = relative_correction(said, KNOWN)
    assert after is not None
    changed = {name for name in ("estate", "building", "unit", "room") if getattr(after, name) != getattr(KNOWN, name)}
    assert (changed, getattr(after, field)) == ({field}, value)


@pytest.mark.parametrize("said", ["不是601是702", "不是9号是8号停的", "不是602是7点", "不是3分是5分"])
def test_a_number_that_was_not_said_or_is_no_part_of_a_place_changes_nothing(said: str) -> None:
    assert relative_correction(said, KNOWN) is None


@pytest.mark.parametrize("said", ["碧水家园9号搂1单元", "碧水家园9号楼1单圆", "碧水家园9号娄1单元"])
def test_homophones_of_building_and_unit_are_read_as_meant(said: str) -> None:
    found = parse_address(said, PLACES)
    assert found is not None
    assert (found.address.building, found.address.unit) == ("9", "1")


def test_a_leak_behind_a_number_is_no_building() -> None:
    found = parse_address("碧水家园9号漏水", PLACES)
    assert found is None or found.address.building in ("", "9")
    assert "漏" not in (found.address.text if found else "")


def test_the_other_district_is_outside_also_before_a_road_of_the_people() -> None:
    found = parse_address("铁西区人民路15号那边路灯全灭了", PLACES)
    assert found is not None
    assert found.completeness is Completeness.OUTSIDE


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("我姓张叫张秀兰 文化新村3号楼", "张秀兰"),
        ("免贵姓王,名叫王小明", "王小明"),
        ("我姓李,叫李师傅修过", "李"),
        ("我姓张", "张"),
    ],
)
def test_the_whole_name_beats_the_surname_before_it(said: str, name: str) -> None:
    assert find_name(said).startswith(name)


def test_how_long_it_lasts_says_more_than_every_day() -> None:
    lasting = parse_time("电梯坏了五天了,老太太天天爬楼", MORNING)
    daily = parse_time("天天停水", MORNING)
    nightly = parse_time("三天了天天半夜吵", MORNING)
    assert lasting is not None
    assert daily is not None
    assert nightly is not None
    kinds = (lasting.occurred_at.kind, daily.occurred_at.kind, nightly.occurred_at.kind)
    assert kinds == (TimeKind.SINCE, TimeKind.RECURRING, TimeKind.RECURRING)


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("刚才按错了 应该是5分", 5),
        ("不是3分是4分", 4),
        ("★★★", 3),
        ("等了5分钟", None),
        ("又漏了 修得不行", None),
        ("满意", None),
    ],
)
def test_a_score_is_explicit_only_where_it_is_named_as_one(said: str, score: int | None) -> None:
    assert explicit_score(said) == score
