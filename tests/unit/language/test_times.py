"""Times against a Saturday evening, 21 November 2026, 19:30 in Asia/Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.conversations import TimeKind
from backend.domain.calendar import SHANGHAI
from backend.domain.language.normalise import normalise
from backend.domain.language.time_values import approximate_count, last_day, months_before
from backend.domain.language.times import parse_time

NOW = datetime(2026, 11, 21, 19, 30, tzinfo=SHANGHAI)
DAY = "00:00:00", "23:59:59"

# text, kind, start, end (local, "MM-dd HH:mm:ss", a year in front when it is another one, "" for none)
TIMES = [
    ("昨天", "point", "11-20 00:00:00", "11-20 23:59:59"),
    ("昨儿晚上", "point", "11-20 18:00:00", "11-20 23:59:59"),
    ("前儿个", "point", "11-19 00:00:00", "11-19 23:59:59"),
    ("大前天", "point", "11-18 00:00:00", "11-18 23:59:59"),
    ("夜儿个停的电", "point", "11-20 00:00:00", "11-20 23:59:59"),
    ("今儿停水了", "point", "11-21 00:00:00", "11-21 23:59:59"),
    ("今早八点", "point", "11-21 08:00:00", "11-21 08:00:00"),
    ("昨晚", "point", "11-20 18:00:00", "11-20 23:59:59"),
    ("昨晚八点半停的电", "point", "11-20 20:30:00", "11-20 20:30:00"),
    ("昨晚上十点", "point", "11-20 22:00:00", "11-20 22:00:00"),
    ("前天夜里", "point", "11-19 18:00:00", "11-19 23:59:59"),
    ("后半夜", "point", "11-21 00:00:00", "11-21 06:00:00"),
    ("凌晨三点", "point", "11-21 03:00:00", "11-21 03:00:00"),
    ("半夜", "point", "11-20 23:00:00", "11-21 03:00:00"),
    ("今天半夜", "point", "11-20 23:00:00", "11-21 03:00:00"),
    ("昨天半夜", "point", "11-20 23:00:00", "11-21 03:00:00"),
    ("昨天半夜两点", "point", "11-21 02:00:00", "11-21 02:00:00"),
    ("昨天中午十二点半", "point", "11-20 12:30:00", "11-20 12:30:00"),
    ("头晌", "point", "11-21 08:00:00", "11-21 12:00:00"),
    ("晌午", "point", "11-21 11:00:00", "11-21 13:00:00"),
    ("过晌两点多", "point", "11-21 14:00:00", "11-21 14:59:00"),
    ("擦黑的时候", "point", "11-21 16:30:00", "11-21 19:00:00"),
    ("傍黑儿", "point", "11-21 16:30:00", "11-21 19:00:00"),
    ("早上", "point", "11-21 06:00:00", "11-21 09:00:00"),
    ("星期四", "point", "11-19 00:00:00", "11-19 23:59:59"),
    ("礼拜三下午", "point", "11-18 12:00:00", "11-18 18:00:00"),
    ("周五晚上八点半", "point", "11-20 20:30:00", "11-20 20:30:00"),
    ("周六晚上十点", "point", "11-14 22:00:00", "11-14 22:00:00"),
    ("上周五", "point", "11-13 00:00:00", "11-13 23:59:59"),
    ("上个礼拜天", "point", "11-15 00:00:00", "11-15 23:59:59"),
    ("这周一", "point", "11-16 00:00:00", "11-16 23:59:59"),
    ("11月15号", "point", "11-15 00:00:00", "11-15 23:59:59"),
    ("十一月十五号", "point", "11-15 00:00:00", "11-15 23:59:59"),
    ("12月1号", "point", "2025-12-01 00:00:00", "2025-12-01 23:59:59"),
    ("去年12月1日", "point", "2025-12-01 00:00:00", "2025-12-01 23:59:59"),
    ("25号停水", "point", "10-25 00:00:00", "10-25 23:59:59"),
    ("15号", "point", "11-15 00:00:00", "11-15 23:59:59"),
    ("31号", "point", "10-31 00:00:00", "10-31 23:59:59"),
    ("3号下午三点", "point", "11-03 15:00:00", "11-03 15:00:00"),
    ("上个月15号", "point", "10-15 00:00:00", "10-15 23:59:59"),
    ("2026-11-15", "point", "11-15 00:00:00", "11-15 23:59:59"),
    ("2026年11月15日早上", "point", "11-15 06:00:00", "11-15 09:00:00"),
    ("11.15晚上", "point", "11-15 18:00:00", "11-15 23:59:59"),
    ("腊月二十三", "point", "02-10 00:00:00", "02-10 23:59:59"),
    ("正月十五", "point", "03-03 00:00:00", "03-03 23:59:59"),
    ("中秋那天", "point", "09-25 00:00:00", "09-25 23:59:59"),
    ("立冬那天", "point", "11-07 00:00:00", "11-07 23:59:59"),
    ("冬至", "point", "2025-12-21 00:00:00", "2025-12-21 23:59:59"),
    ("国庆节的时候", "point", "10-01 00:00:00", "10-01 23:59:59"),
    ("三天前", "point", "11-18 00:00:00", "11-18 23:59:59"),
    ("半个月前", "point", "11-06 00:00:00", "11-06 23:59:59"),
    ("两个小时前", "point", "11-21 17:30:00", "11-21 17:30:00"),
    ("半小时前", "point", "11-21 19:00:00", "11-21 19:00:00"),
    ("三点半左右", "point", "11-21 15:30:00", "11-21 15:30:00"),
    ("20:30停的电", "point", "11-20 20:30:00", "11-20 20:30:00"),
    ("早上7:15", "point", "11-21 07:15:00", "11-21 07:15:00"),
    ("晚上12点还在施工", "point", "11-21 00:00:00", "11-21 00:00:00"),
    ("上周", "interval", "11-09 00:00:00", "11-15 23:59:59"),
    ("上个月", "interval", "10-01 00:00:00", "10-31 23:59:59"),
    ("十月底", "interval", "10-21 00:00:00", "10-31 23:59:59"),
    ("头两天", "interval", "11-19 00:00:00", "11-20 23:59:59"),
    ("这两天", "interval", "11-20 00:00:00", "11-21 23:59:59"),
    ("去年冬天", "interval", "2025-12-01 00:00:00", "02-28 23:59:59"),
    ("11月1号到5号", "interval", "11-01 00:00:00", "11-05 23:59:59"),
    ("周一到周三", "interval", "11-16 00:00:00", "11-18 23:59:59"),
    ("周五到周日", "interval", "11-13 00:00:00", "11-15 23:59:59"),
    ("晚上十点到早上六点", "interval", "11-20 22:00:00", "11-21 06:00:00"),
    ("昨天晚上十点到今天早上六点停电", "interval", "11-20 22:00:00", "11-21 06:00:00"),
    ("昨天下午两点到四点", "interval", "11-20 14:00:00", "11-20 16:00:00"),
    ("从昨天早上停到现在", "since", "11-20 06:00:00", ""),
    ("打昨儿起就没水", "since", "11-20 00:00:00", ""),
    ("打上礼拜就没来", "since", "11-09 00:00:00", ""),
    ("从周四开始", "since", "11-19 00:00:00", ""),
    ("自11月10号起", "since", "11-10 00:00:00", ""),
    ("昨晚停的电,到现在没来", "since", "11-20 18:00:00", ""),
    ("打开栓到现在就没热过", "since", "11-01 00:00:00", ""),
    ("供暖以来一直不热", "since", "11-01 00:00:00", ""),
    ("入冬以来", "since", "11-07 00:00:00", ""),
    ("今年夏天开始", "since", "06-01 00:00:00", ""),
    ("都三天了", "since", "11-18 00:00:00", ""),
    ("停水3天了", "since", "11-18 00:00:00", ""),
    ("两三天没来人收垃圾", "since", "11-18 00:00:00", ""),
    ("一个多月了", "since", "10-21 00:00:00", ""),
    ("快一个半月了", "since", "10-06 00:00:00", ""),
    ("半个月没水", "since", "11-06 00:00:00", ""),
    ("半年多了", "since", "05-23 00:00:00", ""),
    ("两天两宿了", "since", "11-19 00:00:00", ""),
    ("一个礼拜没收垃圾", "since", "11-14 00:00:00", ""),
    ("电停了仨钟头了", "since", "11-21 16:30:00", ""),
    ("周一报的修,都三天了没人来", "since", "11-18 00:00:00", ""),
    ("昨天报过修了,家里停暖三天了", "since", "11-18 00:00:00", ""),
    ("天天半夜", "recurring", "", ""),
    ("每到下雨就漏", "recurring", "", ""),
    ("一到周末就吵", "recurring", "", ""),
    ("隔三差五停水", "recurring", "", ""),
    ("三天两头停电", "recurring", "", ""),
    ("每天早上六点到八点", "recurring", "", ""),
    ("每周三晚上", "recurring", "", ""),
    ("晚上总有人唱歌", "recurring", "", ""),
    ("一下雨就返水", "recurring", "", ""),
    ("有年头了", "vague", "", ""),
    ("前一阵子", "vague", "", ""),
    ("最近老停电", "vague", "", ""),
    ("有些日子了", "vague", "", ""),
    ("好几天了", "vague", "", ""),
    ("前几天", "vague", "", ""),
    ("明天上午", "future", "11-22 08:00:00", "11-22 12:00:00"),
    ("下周三来人", "future", "11-25 00:00:00", "11-25 23:59:59"),
    ("后天", "future", "11-23 00:00:00", "11-23 23:59:59"),
]

NO_TIME = [
    "三号楼停水",
    "25号楼停水了",
    "园林路25号",
    "2单元301",
    "一点水都没有",
    "提三点意见",
    "24小时内解决",
    "3天之内必须修好",
    "打3号线电话",
    "五一路井盖没了",
    "等了半天",
    "13度",
    "快点来人",
    "2号门没关",
    "一楼二楼都停了",
    "你好",
    "",
]


def _local(moment: datetime | None) -> str:
    if moment is None:
        return ""
    assert moment.tzinfo == UTC
    local = moment.astimezone(SHANGHAI)
    return local.strftime("%m-%d %H:%M:%S" if local.year == NOW.year else "%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(("text", "kind", "start", "end"), TIMES)
def test_words_of_time_become_a_kind_and_inclusive_bounds(text: str, kind: str, start: str, end: str) -> None:
    mention = parse_time(text, NOW)
    assert mention is not None
    when = mention.occurred_at
    assert (when.kind.value, _local(when.start), _local(when.end)) == (kind, start, end)
    assert when.text == mention.span.text
    assert normalise(text).text[mention.span.start : mention.span.end] == mention.span.text


@pytest.mark.parametrize("text", NO_TIME)
def test_words_that_only_look_like_time_are_none(text: str) -> None:
    assert parse_time(text, NOW) is None


def test_just_now_ends_with_the_message() -> None:
    mention = parse_time("刚才", NOW)
    assert mention is not None
    assert mention.occurred_at.kind is TimeKind.POINT
    assert mention.occurred_at.end == NOW


def test_the_time_of_the_message_counts_in_its_own_zone() -> None:
    mention = parse_time("昨天", datetime(2026, 11, 20, 17, 0, tzinfo=UTC))
    assert mention is not None
    assert _local(mention.occurred_at.start) == "11-20 00:00:00"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        parse_time("昨天", datetime(2026, 11, 20))  # noqa: DTZ001 - naive on purpose


@pytest.mark.parametrize(
    ("raw", "count"), [("三", 3), ("两三", 3), ("三四", 4), ("十几", 10), ("二十多", 20), ("12", 12), ("俩", 2)]
)
def test_a_count_in_words_of_time_is_read(raw: str, count: int) -> None:
    assert approximate_count(raw) == count


def test_months_end_where_the_calendar_ends_them() -> None:
    assert last_day(2024, 2) == 29
    assert last_day(2026, 12) == 31
    assert months_before(date(2026, 3, 31), 1).isoformat() == "2026-02-28"
    assert months_before(date(2026, 11, 21), -2).isoformat() == "2027-01-21"


PIECES = st.sampled_from(
    [
        "昨天",
        "前儿个",
        "上周三",
        "11月",
        "15号",
        "31号",
        "半夜",
        "八点",
        "半",
        "到",
        "从",
        "起",
        "腊月",
        "三十",
        "年",
        "个月",
        "前",
        "了",
        "没水",
        "每",
        "星期",
        "2月30号",
        "二十",
        "明天",
        "都",
        ",",
        "24点",
        "冬至",
        "去年",
    ]
)


@given(
    st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=10).map("".join)),
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2080, 1, 1)),  # noqa: DTZ001 - hypothesis wants naive bounds
)
def test_no_text_breaks_the_clock_and_bounds_are_in_order(text: str, moment: datetime) -> None:
    mention = parse_time(text, moment.replace(tzinfo=UTC))
    if mention is not None and mention.occurred_at.start is not None and mention.occurred_at.end is not None:
        assert mention.occurred_at.start <= mention.occurred_at.end


@given(
    st.sampled_from(["昨天", "星期四", "25号", "3月31号", "八点半", "半夜", "晚上", "腊月二十三", "立冬"]), st.integers(0, 3000)
)
def test_a_past_event_never_begins_after_the_message(text: str, hours: int) -> None:
    moment = NOW + timedelta(hours=hours)
    mention = parse_time(text, moment)
    assert mention is not None
    assert mention.occurred_at.start is not None
    assert mention.occurred_at.start <= moment
