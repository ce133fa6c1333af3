"""How long without 了, as short messages tell it; what goes on at a part of the day, day by day; tomorrows that begin nothing."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.conversations import OccurredAt, TimeKind
from backend.domain.language.times import parse_time

SHANGHAI = timezone(timedelta(hours=8))
MORNING = datetime(2026, 11, 22, 10, 30, tzinfo=SHANGHAI)


def told(text: str) -> OccurredAt | None:
    mention = parse_time(text, MORNING)
    return mention.occurred_at if mention else None


@pytest.mark.parametrize(
    ("text", "words", "start"),
    [
        ("翠园小区6号楼 停水 三天", "三天", "2026-11-19"),
        ("停水 星光家园2号楼 两天 17000015566", "两天", "2026-11-20"),
        ("9号楼15栋 单元门坏 一周", "一周", "2026-11-15"),
        ("4号楼后面垃圾没人收,十来天", "十来天", "2026-11-12"),
        ("路灯不亮半个月", "半个月", "2026-11-07"),
        ("下水道堵三天。", "三天", "2026-11-19"),
        ("没暖气一周 家里有老人", "一周", "2026-11-15"),
        ("三天 没水", "三天", "2026-11-19"),
        ("也就三四天的事", "三四天", "2026-11-18"),
        ("大概半个月", "半个月", "2026-11-07"),
    ],
)
def test_a_span_that_closes_its_clause_tells_since_when(text: str, words: str, start: str) -> None:
    time = told(text)
    assert time is not None
    assert (time.text, time.kind) == (words, TimeKind.SINCE)
    assert time.start is not None
    assert time.start.astimezone(SHANGHAI).date().isoformat() == start


@given(st.integers(2, 60), st.sampled_from(["天", "周", "个月"]), st.sampled_from([" ", ",", "。", "\n"]))
def test_a_bare_span_goes_as_far_back_as_it_says(count: int, unit: str, mark: str) -> None:
    bare, with_le = told(f"停水{mark}{count}{unit}"), told(f"停水{count}{unit}了")
    assert bare is not None
    assert with_le is not None
    assert (bare.kind, bare.start) == (with_le.kind, with_le.start)


def test_a_day_that_is_named_counts_more_than_a_bare_span() -> None:
    time = told("前天停的水 物业说修 三天")
    assert time is not None
    assert time.text == "前天"


@pytest.mark.parametrize(
    "text",
    [
        "物业费 一年 三千",
        "供暖费 一个月 两百多",
        "一个月 两次 停水",
        "保修两年 坏了",
        "合同 两年",
        "工期半年",
        "三天内办好",
        "上了三天班",
        "楼里住了三年",
    ],
)
def test_a_span_of_pay_of_a_contract_or_of_a_promise_is_no_beginning(text: str) -> None:
    assert told(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("楼下烧烤店晚上烟大呛人", "晚上"),
        ("楼下广场舞 晚上吵得睡不着", "晚上"),
        ("隔壁晚上唱歌", "晚上"),
        ("晚上霓虹灯闪得我家跟蹦迪似的", "晚上"),
        ("夜里不让人睡", "夜里"),
        ("天不亮就放鞭炮", "天不亮"),
        ("天不亮就有人吆喝卖菜", "天不亮"),
        ("天不亮就有收废品的敲锣", "天不亮"),
        ("早上五点就有卖豆腐的喊", "早上五点"),
    ],
)
def test_what_goes_on_at_a_part_of_the_day_comes_again(text: str, words: str) -> None:
    time = told(text)
    assert time is not None
    assert (time.text, time.kind, time.start) == (words, TimeKind.RECURRING, None)


@pytest.mark.parametrize(
    "text",
    ["晚上停电了", "晚上突然没水", "昨晚隔壁唱歌", "早上五点就停电了", "半夜楼上打电钻", "晚上吵架了 把门砸了", "晚上还在唱歌"],
)
def test_what_happened_then_once_stays_a_point(text: str) -> None:
    time = told(text)
    assert time is not None
    assert time.kind is TimeKind.POINT


@pytest.mark.parametrize(
    "text",
    [
        "孩子明天还得上学呢",
        "老人后天做手术",
        "物业说明天来修",
        "三九天没暖气",
        "大三九天的一点热气没有",
        "今儿天不错",
        "就现在这个号",
        "目前用的这个号",
    ],
)
def test_tomorrow_the_season_and_the_weather_are_no_beginning(text: str) -> None:
    assert told(text) is None


@pytest.mark.parametrize("text", ["明天停水", "通知说明天停电"])
def test_what_is_announced_for_tomorrow_is_to_come(text: str) -> None:
    time = told(text)
    assert time is not None
    assert time.kind is TimeKind.FUTURE
