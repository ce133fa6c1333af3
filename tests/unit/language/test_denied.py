"""What is denied or put right in the same breath is no fact; what only looks like a fact is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.language.address_merge import merge_address, out_of_doors, relative_correction
from backend.domain.language.addresses import parse_address
from backend.domain.language.denied import BLANK, behind_slip, without_denied_first
from backend.domain.language.emergency import screen_emergency
from backend.domain.language.names import find_name
from backend.domain.language.times import parse_time
from tests.unit.language.places import GAZETTEER

NOW = datetime(2026, 11, 22, 7, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("不是今天 是昨儿", "昨儿"),
        ("不是今天 昨儿个", "昨儿个"),
        ("今天停的 不对 是昨天停的", "昨天"),
        ("昨天 啊不是 前天坏的", "前天"),
        ("是不是昨天停的", "昨天"),
        ("zuotian", "昨天"),
        ("Qiantian wanshang", "前天 晚上"),
        ("楼号和时间不对 是16号楼 一个月", "一个月"),
        ("这暖气从供暖那天到现在就没热过 今天必须给我个说法", "从供暖那天到现在"),
        ("我现在在外地 今天下午两点多爆的", "今天下午两点多"),
    ],
)
def test_the_time_that_is_meant_is_found(text: str, words: str) -> None:
    mention = parse_time(text, NOW)
    assert mention is not None
    assert mention.occurred_at.text == words


@pytest.mark.parametrize("text", ["今天天气真冷啊", "这天气可真够呛", "今天必须给我个说法", "jintianqi"])
def test_talk_of_the_weather_and_a_demand_tell_no_time(text: str) -> None:
    assert parse_time(text, NOW) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("翠园小区5号楼 啊不是 是15号楼 电梯坏了", {"building": "15", "landmark": ""}),
        ("翠园小区2单元 不对 3单元", {"unit": "3"}),
        ("翠园小区3单元 不是停水是停电", {"unit": "3"}),
        ("翠园小区5号楼下水堵了往上返", {"building": "5", "landmark": ""}),
        ("翠园小区5号楼下停满了车", {"building": "5", "landmark": "楼下"}),
        ("翠园小区8号楼前的井盖没了", {"building": "8", "landmark": "前"}),
        ("翠园小区2号楼2单元202一点水都没有", {"unit": "2", "room": "202"}),
        ("翠园小区4号楼 树枝伸到我家窗户里了", {"estate": "翠园小区", "building": "4"}),
        ("翠园小区4号楼 我就一过路的", {"road": ""}),
    ],
)
def test_the_place_that_is_meant_is_found(text: str, expected: dict[str, str]) -> None:
    mention = parse_address(text, GAZETTEER)
    assert mention is not None
    assert {name: getattr(mention.address, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("said", "building"),
    [
        ("楼号错了 前面那栋", "5"),
        ("不是这栋 是后面那栋", "7"),
        ("往后错一栋", "7"),
        ("楼号往后数一个", "7"),
        ("后面那栋也停了", None),
    ],
)
def test_a_building_is_counted_from_the_one_that_was_said(said: str, building: str | None) -> None:
    known = parse_address("翠园小区6号楼2单元", GAZETTEER)
    assert known is not None
    moved = relative_correction(said, known.address)
    assert (moved and moved.building) == building


def test_nothing_stands_before_the_first_building() -> None:
    known = parse_address("翠园小区1号楼", GAZETTEER)
    assert known is not None
    assert relative_correction("错了 前面那栋", known.address) is None


def test_the_gate_of_the_estate_is_nobodys_door() -> None:
    home, gate = parse_address("翠园小区6号楼2单元301", GAZETTEER), parse_address("翠园小区大门口", GAZETTEER)
    assert home is not None
    assert gate is not None
    assert merge_address(home.address, gate.address).text == "翠园小区大门口"
    assert out_of_doors(home.address, "门口").text == "翠园小区门口"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("那行 17000002213", ""),
        ("那英 17000002213", "那英"),
        ("哦对了他叫王建国", "王建国"),
        ("我儿子叫王建国", "王建国"),
        ("楼上那家他叫王建国来的", ""),
    ],
)
def test_words_of_agreement_are_no_name_and_the_sons_is_one(text: str, name: str) -> None:
    assert find_name(text) == name


@pytest.mark.parametrize("text", ["老埋汰了", "太埋汰了", "楼道老埋汰了"])
def test_dirt_buries_nobody(text: str) -> None:
    assert screen_emergency(text) is None


def test_who_is_buried_is_still_in_danger() -> None:
    assert screen_emergency("墙倒了把人埋底下了") is not None


@given(st.text(alphabet="不是今天昨 ,错了啊对号楼6", max_size=24))
def test_blotting_keeps_every_position(text: str) -> None:
    blotted = without_denied_first(text)
    assert len(blotted) == len(text)
    assert all(new in (old, BLANK) for old, new in zip(text, blotted, strict=True))
    assert 0 <= behind_slip(text) <= len(text)


def test_a_day_in_letters_is_that_day() -> None:
    mention = parse_time("zuotian", NOW)
    assert mention is not None
    assert mention.occurred_at.start is not None
    assert NOW - mention.occurred_at.start < timedelta(days=2)
    assert (mention.span.start, mention.span.end) == (0, 7)
