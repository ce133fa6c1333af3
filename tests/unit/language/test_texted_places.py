"""Places, days and names as they are texted: short, misspelt, with the way and the distance."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.domain.language.emergency import screen_emergency
from backend.domain.language.facts import draw_facts
from backend.domain.language.gazetteer import Gazetteer, Place
from backend.domain.language.names import find_name

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
PLACES = Gazetteer.build(
    [Place("estate", name) for name in ("旧堡小区", "松柏花园", "翠园小区", "翠园新村", "嘉新小区")]
    + [Place("community", "旧堡社区")]
)


@pytest.mark.parametrize(
    ("text", "estate"),
    [
        ("旧堡", "旧堡小区"),
        ("我家在松柏那边", "松柏花园"),
        ("俺家松柏的", "松柏花园"),
        ("就在旧堡", "旧堡小区"),
        ("翠园", ""),  # two estates begin like this
        ("旧堡那边的路灯坏了", ""),  # not all that is said: may be the street
    ],
)
def test_a_short_name_that_is_all_that_is_said_is_the_one_estate_of_that_name(text: str, estate: str) -> None:
    address = draw_facts(text, message_time=NOW, gazetteer=PLACES).address
    assert (address.address.estate if address else "") == estate


@pytest.mark.parametrize(
    ("text", "building", "unit", "room"),
    [
        ("3号 一单元", "3", "1", ""),
        ("3号1单元", "3", "1", ""),
        ("松柏花圆7号搂3单圆402", "7", "3", "402"),
        ("十五号 二门洞", "15", "2", ""),
    ],
)
def test_a_number_before_a_unit_is_a_building_and_no_day(text: str, building: str, unit: str, room: str) -> None:
    facts = draw_facts(text, message_time=NOW, gazetteer=PLACES)
    assert facts.occurred_at is None
    assert facts.address is not None
    assert (facts.address.address.building, facts.address.address.unit, facts.address.address.room) == (building, unit, room)


@pytest.mark.parametrize("text", ["3号停的水", "15号开始没电", "20号晚上坏的"])
def test_a_day_of_the_month_stays_a_day(text: str) -> None:
    facts = draw_facts(text, message_time=NOW, gazetteer=PLACES)
    assert facts.occurred_at is not None
    assert facts.address is None


@pytest.mark.parametrize(
    ("text", "landmark"),
    [
        ("嘉新小区大门口往东50米", "大门口往东50米"),
        ("嘉新小区北门往里走二百多米", "北门往里走二百多米"),
        ("嘉新小区后身往北", "后身往北"),
        ("嘉新小区门口", "门口"),
        ("嘉新小区门口3天没人扫", "门口"),
    ],
)
def test_the_way_and_the_distance_belong_to_the_spot(text: str, landmark: str) -> None:
    address = draw_facts(text, message_time=NOW, gazetteer=PLACES).address
    assert address is not None
    assert address.address.landmark == landmark


@pytest.mark.parametrize("text", ["楼下都来找了", "楼下邻居来敲门", "漏水了 楼下老太太急眼了"])
def test_the_people_below_are_no_place(text: str) -> None:
    assert draw_facts(text, message_time=NOW, gazetteer=PLACES).address is None


def test_what_lies_below_is_a_place() -> None:
    address = draw_facts("楼下垃圾桶没人倒", message_time=NOW, gazetteer=PLACES).address
    assert address is not None
    assert address.address.landmark == "楼下"


def test_a_former_town_is_the_street_of_today() -> None:
    address = draw_facts("长甸镇上那个石桥栏杆断了", message_time=NOW, gazetteer=PLACES).address
    assert address is not None
    assert address.address.street == "长甸街道"


@pytest.mark.parametrize(
    ("text", "told"), [("刚才停的电", True), ("刚停的", True), ("就刚才那个路灯", False), ("刚才说的那个井盖", False)]
)
def test_what_was_told_just_now_did_not_happen_just_now(text: str, told: bool) -> None:
    assert (draw_facts(text, message_time=NOW, gazetteer=PLACES).occurred_at is not None) is told


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我帮奶奶报的 奶奶姓王", "王"),
        ("我妈姓赵 电话17000001234", "赵"),
        ("电话打我儿子的17000007766 他姓孟", "孟"),
        ("楼上那家姓王", ""),
        ("电话错了 应该是17000009999", ""),
        ("应当是17000009999", ""),
    ],
)
def test_whose_name_is_given(text: str, name: str) -> None:
    assert find_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "门前污水井往外冒 电话打我店里0412-0001234",
        "有事手机打我家里",
        "8号楼电梯坏了三天了,我住11楼,七十多岁爬不动啊,楼道灯也不亮",
        "电梯停了,老人下不去楼",
        "变压器老跳闸 一浇地就跳 有十来天了",
        "一开空调就跳",
        "你们啥时候来 别让小孩掉里",
        "井盖碎了 可别再让老人绊倒了",
    ],
)
def test_calm_texts_raise_no_alarm(text: str) -> None:
    assert screen_emergency(text) is None


@pytest.mark.parametrize(
    "text", ["他拿电话打我家孩子头", "电梯停了人在里头下不来 快来", "他站在楼顶说再来人就跳", "快来 小孩掉井里了"]
)
def test_dangers_that_sound_alike_still_do(text: str) -> None:
    assert screen_emergency(text) is not None


@pytest.mark.parametrize("text", ["嘉新小区后身那个胡同", "在两个小区中间", "这条胡同口", "附近小区"])
def test_no_name_is_made_of_counting_and_pointing(text: str) -> None:
    address = draw_facts(text, message_time=NOW, gazetteer=PLACES).address
    assert (address.address.road if address else "") == ""
    assert (address.address.estate if address else "") in ("", "嘉新小区")


@pytest.mark.parametrize("text", ["下水堵了 物业推给社区 社区推给物业", "找社区也没用", "往市里去那边的"])
def test_who_was_asked_and_where_a_road_goes_name_no_place(text: str) -> None:
    assert draw_facts(text, message_time=NOW, gazetteer=PLACES).address is None
