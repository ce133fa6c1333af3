"""What labellers read points to nobody, and still says what it said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.anonymising import anonymised


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("常青小区12号楼2单元501 室温15度 1700000 3321", "常青小区12号楼2单元*** 室温15度 170**** ****"),
        ("座机0412-0001234", "座机041*-*******"),
        ("电话１７０００００１２３４", "电话１７０********"),
        ("幺七零零零零零幺二三四", "幺七零********"),
        ("身份证210302195001011234", "身份证210***************"),
        ("260314583027 取消", "260********* 取消"),
    ],
)
def test_long_numbers_keep_their_first_three_digits_and_their_shape(raw: str, shown: str) -> None:
    assert anonymised(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("翠园小区6号楼2单元三零一停水", "翠园小区6号楼2单元***停水"),
        ("5号楼301没水", "5号楼***没水"),
        ("5號樓301沒水", "5號樓***沒水"),
        ("6-2-301没暖气", "6-2-***没暖气"),
        ("我家301室漏水", "我家***室漏水"),
    ],
)
def test_the_room_goes_and_the_house_stays(raw: str, shown: str) -> None:
    assert anonymised(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [("我叫李淑芬,停水了", "我叫李某,停水了"), ("本人陈杰,住翠园小区", "本人陈某,住翠园小区"), ("免贵姓王", "免贵姓王")],
)
def test_of_a_name_only_the_surname_is_left(raw: str, shown: str) -> None:
    assert anonymised(raw) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2单元20多户没水",
        "3号楼300多户都停电",
        "5号楼3单元 2天了",
        "2026年11月21日晚上就13度",
        "2单元12楼楼道灯不亮",
        "菜市场后身那堆破烂儿多少天没人收了",
        "",
    ],
)
def test_what_points_to_nobody_stays_as_it_was_written(text: str) -> None:
    assert anonymised(text) == text


@given(
    number=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    before=st.sampled_from(["", "电话", "打", "手机是 "]),
    after=st.sampled_from(["", ",快点", " 谢谢", "找我"]),
    gap=st.sampled_from(["", " ", "-"]),
)
def test_no_mobile_number_can_be_read_however_it_is_grouped(number: str, before: str, after: str, gap: str) -> None:
    shown = anonymised(f"{before}{number[:3]}{gap}{number[3:7]}{gap}{number[7:]}{after}")
    assert number[3:] not in "".join(char for char in shown if char.isdigit())
    assert sum(char.isdigit() for char in shown) <= 7


@given(st.text(max_size=60))
def test_any_text_can_be_anonymised_twice_with_the_same_result(text: str) -> None:
    once = anonymised(text)
    assert anonymised(once) == once
