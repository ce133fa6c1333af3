"""What elders text: bus lines, gates, waiting, years in two digits, spots at a place, and what they merely saw."""

from __future__ import annotations

from datetime import datetime

import pytest

from backend.contracts.understanding import Privacy
from backend.domain.drafting.spots import spot_of
from backend.domain.language.addresses import parse_address
from backend.domain.language.answers import AnswerKind, classify_answer
from backend.domain.language.emergency import screen_emergency
from backend.domain.language.facts import draw_facts
from backend.domain.language.normalise import normalise
from backend.domain.language.privacy import find_privacy
from backend.domain.language.times import parse_time
from backend.domain.language.wishes import gives_up, says
from tests.unit.language.places import GAZETTEER

NOW = datetime.fromisoformat("2026-11-22T12:00:00+08:00")


@pytest.mark.parametrize(
    ("text", "road"),
    [
        ("二十四路等了五十分钟也不来", ""),
        ("等22路等了四十分钟", ""),
        ("坐8路车 司机甩站", ""),
        ("7路公交站牌倒了", ""),
        ("二一九路上路灯不亮", "二一九路"),
    ],
)
def test_a_bus_line_is_no_road_and_a_road_with_a_number_is_one(text: str, road: str) -> None:
    mention = parse_address(text, GAZETTEER)
    assert (mention.address.road if mention else "") == road


@pytest.mark.parametrize(
    ("text", "unit"),
    [("4门", "4"), ("4门 晌午就没电了", "4"), ("我家二门", "2"), ("是3门啊", "3"), ("4门的车", ""), ("两门课没考", "")],
)
def test_a_gate_that_is_all_that_is_said_is_a_unit(text: str, unit: str) -> None:
    mention = parse_address(text, GAZETTEER)
    assert (mention.address.unit if mention else "") == unit


@pytest.mark.parametrize(
    ("text", "words", "kind", "start"),
    [
        ("这三四天", "这三四天", "interval", "2026-11-19"),
        ("交完钱大半年了也没人给装", "大半年了", "since", "2026-05-24"),
        ("21年秋天搬出来的", "21年秋天", "interval", "2021-09-01"),
        ("二一年秋天搬出来的", "二一年秋天", "interval", "2021-09-01"),
        ("19年的时候就这样", "19年", "interval", "2019-01-01"),
        ("九月跟十月的", "九月跟十月", "interval", "2026-09-01"),
        ("今早起来就反上了", "今早", "point", "2026-11-22"),
        ("等了三天了没人来", "三天了", "since", "2026-11-19"),
    ],
)
def test_a_time_has_all_its_words_and_no_others(text: str, words: str, kind: str, start: str) -> None:
    mention = parse_time(text, NOW)
    assert mention is not None
    assert mention.occurred_at.start is not None
    local = mention.occurred_at.start.astimezone(NOW.tzinfo).date().isoformat()
    assert (mention.span.text, mention.occurred_at.kind.value, local) == (words, kind, start)


@pytest.mark.parametrize("text", ["等了五十分钟也不来", "等了两个小时没等着", "住了21年", "干了15年的活"])
def test_how_long_somebody_waited_or_lived_there_is_not_since_when(text: str) -> None:
    assert parse_time(text, NOW) is None


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("翠园小区小花园那块儿", "小花园"),
        ("翠园小区老年活动室", "老年活动室"),
        ("翠园小区 就是里头那个麻将馆", "麻将馆"),
        ("解放路那个金海湾", "金海湾"),
        ("翠园小区门市 叫小太阳", "门市小太阳"),
        ("翠园小区3号楼1单元 东户", "东户"),
        ("翠园小区 从大门进去往右手拐第二个垃圾箱", "从大门进去往右手拐第二个垃圾箱"),
        ("翠园小区的", ""),
        ("翠园小区那边", ""),
        ("翠园小区暖气不热", ""),
        ("翠园小区 麻烦快点", ""),
        ("翠园小区 全楼都这样", ""),
        ("翠园小区6号楼 我姓王", ""),
        ("翠园小区6号楼 他家401我家301", ""),
        ("小花园那块儿", ""),
    ],
)
def test_what_stands_beside_a_place_tells_where_at_it_unless_it_says_something_else(text: str, spot: str) -> None:
    facts = draw_facts(text, message_time=NOW, gazetteer=GAZETTEER)
    assert spot_of(normalise(text).text, facts) == spot


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("我的名字可不许写上啊", Privacy.ANONYMOUS),
        ("姓名千万别给我往上写", Privacy.ANONYMOUS),
        ("这事儿可别让我儿子知道 他该骂我了", Privacy.CONFIDENTIAL),
        ("不能告诉我闺女知道", Privacy.CONFIDENTIAL),
        ("别让我儿子白跑一趟", None),
        ("别跟我老伴说不清楚", None),
    ],
)
def test_the_family_may_not_know_either(text: str, wish: Privacy | None) -> None:
    assert find_privacy(text) == wish


@pytest.mark.parametrize(
    "text",
    [
        "夏天就够着了",
        "今早六点起来就看着了",
        "这回看着了",
        "早上就看着了",
        "起来就发现了",
        "昨天才瞅着",
        "打电话打我的 别打她的 她听不见",
        "电话打我儿子的",
    ],
)
def test_what_was_merely_noticed_has_set_nothing_on_fire(text: str) -> None:
    assert screen_emergency(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "楼上着了",
        "昨晚就看着着火了",
        "孩子找不着了",
        "吃了一瓶安眠药睡着了叫不醒",
        "开门就闻着了 一股煤气味",
        "他打我",
        "他打电话骂我还要打我",
    ],
)
def test_a_fire_that_is_seen_still_burns(text: str) -> None:
    assert screen_emergency(text) is not None


@pytest.mark.parametrize(
    ("text", "goes_back"),
    [
        ("拉倒吧 那帮人要二百 还是给我报上", False),
        ("那还是帮我报吧", False),
        ("给我报上", False),
        ("拉倒吧", True),
        ("别给我报了", True),
    ],
)
def test_who_wants_it_reported_after_all_does_not_give_up(text: str, goes_back: bool) -> None:
    assert gives_up(text, softly=True) is goes_back


@pytest.mark.parametrize(
    ("wish", "text", "said"),
    [
        ("hesitates", "你别着急啊 我手慢 一个字一个字摁", True),
        ("hesitates", "回得忒快了 我都看不过来", True),
        ("hesitates", "等我戴上眼镜", True),
        ("hesitates", "刚才孙子来了 我做饭去了", True),
        ("hesitates", "刚才下楼了", True),
        ("hesitates", "车开得太快了", False),
        ("hesitates", "着急用水", False),
        ("nothing_more_whole", "那就先这么报", True),
        ("nothing_more_whole", "就按你写的报吧", True),
        ("nothing_more_whole", "照这个报", True),
        ("nothing_more_whole", "这么报不对", False),
        ("forbids", "我的名字可不许写上啊", True),
        ("forbids", "没错 别人家也这样", False),
        ("as_before_place", "就上回报水黄那个地方", True),
        ("as_before_place", "菜市场那个地方", False),
    ],
)
def test_wishes_in_the_words_of_elders(wish: str, text: str, said: bool) -> None:
    assert says(wish, text) is said


def test_a_yes_with_the_northern_ending_is_a_yes() -> None:
    answer = classify_answer("没错儿")
    assert answer is not None
    assert answer.kind is AnswerKind.YES


@pytest.mark.parametrize(("text", "floor"), [("二楼写错了 我家三楼", "3"), ("不是2楼 是3楼", "3"), ("三楼", "3")])
def test_the_floor_that_is_taken_back_is_not_the_floor(text: str, floor: str) -> None:
    mention = parse_address(text, GAZETTEER)
    assert mention is not None
    assert mention.address.floor == floor
