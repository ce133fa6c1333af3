"""Words that look like a floor, a road or a house and are none, doors without a floor's number, and hours of every day."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from backend.contracts.conversations import TimeKind
from backend.domain.language.addresses import COMPONENTS, parse_address
from backend.domain.language.names import find_name
from backend.domain.language.times import parse_time
from backend.domain.language.wishes import says
from tests.unit.language.places import GAZETTEER

SHANGHAI = timezone(timedelta(hours=8))
NOON = datetime(2026, 11, 24, 14, 10, tzinfo=SHANGHAI)


def parts(text: str) -> dict[str, str]:
    mention = parse_address(text, GAZETTEER)
    address = mention.address if mention else None
    return {name: getattr(address, name) for name in COMPONENTS if address and getattr(address, name)}


@pytest.mark.parametrize(
    "text",
    [
        "烧开了壶底一层白的",
        "窗台上一层黑灰",
        "水面漂一层黄沫",
        "一楼把阳台扒了开了个门",
        "我家就在道边",
        "有个男的总在小区跟着放学的孩子",
        "挖完路就搁那儿晾着",
        "刨开的道没人填",
        "那我还用去社区说一声不",
    ],
)
def test_what_looks_like_a_place_and_is_none(text: str) -> None:
    assert parts(text) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我家在一层", {"floor": "1"}),
        ("住三楼把头", {"floor": "3", "landmark": "把头"}),
        ("顶层七零二 墙都黑了", {"room": "702"}),
        ("翠园小区6号楼顶楼1801", {"estate": "翠园小区", "building": "6", "room": "1801"}),
        ("一到放学点儿二十中门口堵死", {"landmark": "二十中门口"}),
        ("1、2号楼都停水", {"building": "1"}),
    ],
)
def test_the_place_itself_is_read(text: str, expected: dict[str, str]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize("text", ["1、28号楼井盖塌了 2、30号楼路灯不亮", "1.28号楼井盖塌了;2.30号楼路灯不亮;3.没人扫雪"])
def test_the_numbers_that_count_the_matters_are_no_houses(text: str) -> None:
    assert parts(text)["building"] == "28"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("天天早晚7点20到8点", "天天早晚7点20到8点"),
        ("天天早晚七点二十到八点堵车", "天天早晚七点二十到八点"),
        ("天天晚上八点到十点", "天天晚上八点到十点"),
        ("早上五点多就有收破烂的拿喇叭喊", "早上五点多"),
        ("早晚高峰堵", "早晚"),
    ],
)
def test_hours_of_every_day_are_kept_with_what_comes_again(text: str, words: str) -> None:
    mention = parse_time(text, NOON)
    assert mention is not None
    assert (mention.occurred_at.kind, mention.occurred_at.text) == (TimeKind.RECURRING, words)


def test_a_year_in_words_is_a_year() -> None:
    mention = parse_time("二零二四年冬天就开始漏 漏到今年冬天", NOON)
    assert mention is not None
    assert mention.occurred_at.kind is TimeKind.SINCE
    assert mention.occurred_at.start is not None
    assert mention.occurred_at.start.astimezone(SHANGHAI).date() == date(2024, 12, 1)


@pytest.mark.parametrize(
    ("text", "name"), [("叫我老于头就行", "老于头"), ("就叫我老孙太太", "老孙太太"), ("叫我老于就行", "老于")]
)
def test_how_an_elder_wants_to_be_called_is_a_name(text: str, name: str) -> None:
    assert find_name(text) == name


@pytest.mark.parametrize(
    ("text", "asked"), [("供热公司哪个人管这事儿", True), ("哪位负责这个", True), ("找了哪个人都没来修灯", False)]
)
def test_who_in_an_office_handles_it_is_a_question(text: str, asked: bool) -> None:
    assert says("who_handles", text) is asked
