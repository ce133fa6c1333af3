"""The same words at another hour of the day or another season: what they mean hangs on when they are said."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.conversations import TimeKind
from backend.domain.calendar import SHANGHAI
from backend.domain.language.times import parse_time

ONCE = frozenset({TimeKind.POINT, TimeKind.INTERVAL})


def local(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


MOMENTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: at("2024-01-01T00:00") + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("said_at", "text", "start", "end"),
    [
        ("2026-02-18T09:00", "大年三十晚上放炮把窗户崩了", "2026-02-16T18:00", "2026-02-16T23:59"),
        ("2026-02-18T09:00", "初一早上停的水", "2026-02-17T06:00", "2026-02-17T09:00"),
        ("2026-07-01T22:30", "刚过九点那阵儿", "2026-07-01T21:00", "2026-07-01T21:00"),
        ("2026-03-01T10:00", "上个月28号", "2026-02-28T00:00", "2026-02-28T23:59"),
        ("2026-01-03T10:00", "去年十二月", "2025-12-01T00:00", "2025-12-31T23:59"),
        ("2026-01-03T10:00", "元旦那天", "2026-01-01T00:00", "2026-01-01T23:59"),
        ("2026-04-10T08:00", "清明节那天 有人在道口烧纸", "2026-04-05T00:00", "2026-04-05T23:59"),
        ("2026-09-01T08:00", "昨日18點至20點停電", "2026-08-31T18:00", "2026-08-31T20:00"),
        ("2026-01-30T08:00", "腊八那天", "2026-01-26T00:00", "2026-01-26T23:59"),
        ("2026-11-22T15:20", "一点半停的", "2026-11-22T13:30", "2026-11-22T13:30"),
        ("2026-11-22T06:10", "半夜一点多", "2026-11-22T01:00", "2026-11-22T01:59"),
        ("2026-11-23T08:00", "上周日", "2026-11-22T00:00", "2026-11-22T23:59"),
        ("2026-03-02T09:00", "正月十三那天", "2026-03-01T00:00", "2026-03-01T23:59"),
        ("2026-11-22T10:00", "阴历初十", "2026-11-18T00:00", "2026-11-18T23:59"),
        ("2026-02-10T10:00", "夏天就报过 一直没修", "2025-06-01T00:00", "2025-08-31T23:59"),
        ("2026-11-22T10:00", "十月初一烧纸把草点着了", "2026-11-09T00:00", "2026-11-09T23:59"),
        ("2026-11-22T10:00", "11/20", "2026-11-20T00:00", "2026-11-20T23:59"),
        ("2026-01-02T10:00", "12/30", "2025-12-30T00:00", "2025-12-30T23:59"),
        ("2026-11-22T10:00", "昨天、前天两天", "2026-11-20T00:00", "2026-11-21T23:59"),
        ("2026-11-22T10:00", "五点钟左右吧 昨天的事儿", "2026-11-21T17:00", "2026-11-21T17:00"),
        ("2026-11-22T10:00", "从15号停到18号", "2026-11-15T00:00", "2026-11-18T23:59"),
    ],
)
def test_a_time_that_is_over_is_the_latest_such_one_before_the_message(said_at: str, text: str, start: str, end: str) -> None:
    mention = parse_time(text, at(said_at))
    assert mention is not None
    when = mention.occurred_at
    assert (when.kind in ONCE, local(when.start), local(when.end)) == (True, start, end)


@pytest.mark.parametrize(
    ("said_at", "text", "start"),
    [
        ("2026-07-01T00:40", "昨晚十一点到现在还在施工", "2026-06-30T23:00"),
        ("2026-07-01T00:40", "今晚上一直吵", "2026-06-30T18:00"),
        ("2026-12-29T08:00", "冬至开始", "2026-12-22T00:00"),
        ("2026-11-22T10:00", "今年入冬以来", "2026-11-07T00:00"),
        ("2026-02-10T10:00", "打去年入冬暖气就不行", "2025-11-07T00:00"),
        ("2026-11-22T10:00", "垃圾堆了两个礼拜", "2026-11-08T00:00"),
        ("2026-11-22T10:00", "3号楼 20号停的水 到今天了", "2026-11-20T00:00"),
    ],
)
def test_what_lasts_began_before_the_message(said_at: str, text: str, start: str) -> None:
    mention = parse_time(text, at(said_at))
    assert mention is not None
    assert (mention.occurred_at.kind, local(mention.occurred_at.start)) == (TimeKind.SINCE, start)


@pytest.mark.parametrize(
    ("text", "words", "start"),
    [
        ("一下雨就漏 打去年就这样", "一下雨,打去年", "2025-01-01T00:00"),
        ("从15号开始每天半夜十二点砸墙", "每天半夜十二点,从15号开始", "2026-11-15T00:00"),
        ("每天晚上九点跳到十点 半个月了", "每天晚上九点,半个月了", "2026-11-07T00:00"),
        ("一刮风就掉墙皮 自打上个月就开始了", "一刮风,自打上个月就开始", "2026-10-01T00:00"),
    ],
)
def test_what_comes_again_keeps_both_its_recurrence_and_its_start(text: str, words: str, start: str) -> None:
    mention = parse_time(text, at("2026-11-22T10:00"))
    assert mention is not None
    when = mention.occurred_at
    assert (when.kind, when.text, local(when.start), when.end) == (TimeKind.RECURRING, words, start, None)


@pytest.mark.parametrize(
    "text",
    [
        "晚上九点以后",
        "总是大半夜",
        "一般晚上八点来装货",
        "早上六点就开始砸 周末也砸",
        "周一到周五上午都堵",
        "从早上跳到晚上 天天如此",
    ],
)
def test_a_habit_is_no_single_day(text: str) -> None:
    mention = parse_time(text, at("2026-11-22T10:00"))
    assert mention is not None
    assert (mention.occurred_at.kind, mention.occurred_at.start) == (TimeKind.RECURRING, None)


@pytest.mark.parametrize("text", ["昨天早上六点就开始砸", "晚上九点以后停的电", "昨天晚上九点以后没水"])
def test_a_day_that_is_named_or_an_end_that_is_told_is_no_habit(text: str) -> None:
    mention = parse_time(text, at("2026-11-22T10:00"))
    assert mention is not None
    assert mention.occurred_at.kind is not TimeKind.RECURRING


@pytest.mark.parametrize(
    "text",
    [
        *(
            "作为一名教了三十年书的老教师",
            "我活了六十多年头回见",
            "吃了五天泡面",
            "修了一天又坏了",
            "才通了两天",
            "就亮了俩月",
            "扣了三天工资",
        ),
        *("晚上七点以后家里有人", "我下午三点以后在", "早上七点以后都可以来", "就我们这三栋"),
    ],
)
def test_what_has_passed_and_when_somebody_is_at_home_are_not_when_the_trouble_began(text: str) -> None:
    assert parse_time(text, at("2026-11-22T10:00")) is None


@pytest.mark.parametrize(
    "text", ["每天早上都报个平安 今儿到这会儿没信", "信号灯坏两天了 早晚高峰车跟孩子抢道", "说好去年年底交房 租房子租了三年了"]
)
def test_a_start_beside_a_habit_that_is_not_the_trouble_stays_a_start(text: str) -> None:
    mention = parse_time(text, at("2026-11-22T10:00"))
    assert mention is not None
    assert mention.occurred_at.kind is TimeKind.SINCE


@pytest.mark.parametrize("text", ["坏了五天了 老太太天天爬楼", "从礼拜一停的水 我们天天下楼提水"])
def test_an_effect_that_comes_every_day_does_not_make_the_trouble_a_recurring_one(text: str) -> None:
    mention = parse_time(text, at("2026-11-22T10:00"))
    assert mention is not None
    assert mention.occurred_at.kind is TimeKind.SINCE


@pytest.mark.parametrize(
    "text",
    [
        "中午吃了吗",
        "周末上班不",
        "节假日你们休息吗",
        "明天再跟你说",
        "三九天冻得够呛",
        "三伏天臭死了",
        "365天不休息",
        "现在的人啊",
        "晚上吃啥",
    ],
)
def test_words_of_time_that_name_no_moment_are_none(text: str) -> None:
    assert parse_time(text, at("2026-11-22T10:00")) is None


@given(
    MOMENTS,
    st.sampled_from(
        [
            "明天",
            "打明儿起停水三天",
            "后天上午",
            "下周三",
            "今天",
            "从今天开始",
            "今晚上一直吵",
            "入冬以来",
            "去年入冬开始",
            "初五早上",
        ]
    ),
)
def test_nothing_lasts_since_a_time_that_is_still_to_come(now: datetime, text: str) -> None:
    mention = parse_time(text, now)
    if mention is not None and mention.occurred_at.kind is TimeKind.SINCE and mention.occurred_at.start is not None:
        assert mention.occurred_at.start <= now


@given(MOMENTS, st.integers(1, 12), st.integers(1, 28))
def test_a_bare_date_in_digits_is_the_latest_such_day(now: datetime, month: int, day: int) -> None:
    mention = parse_time(f"{month}/{day}", now)
    assert mention is not None
    assert mention.occurred_at.start is not None
    first = mention.occurred_at.start.astimezone(SHANGHAI)
    assert (first.month, first.day) == (month, day)
    assert timedelta() <= now - first <= timedelta(days=366)


@pytest.mark.parametrize(("said", "day"), [("今天早上停的", 22), ("今早", 22), ("今天下午漏的", 22), ("今天早上要停水", 23)])
def test_after_midnight_this_morning_is_the_one_that_was_unless_it_is_planned(said: str, day: int) -> None:
    found = parse_time(said, datetime.fromisoformat("2026-11-23T00:22:00+08:00"))
    assert found is not None
    assert found.occurred_at.start is not None
    assert found.occurred_at.start.astimezone(SHANGHAI).day == day
