"""Addresses: components in digits, typos, reversed order, and nothing invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.conversations import Address, Completeness
from backend.domain.language.addresses import COMPONENTS, completeness, parse_address
from backend.domain.language.normalise import normalise
from tests.unit.language.places import EMPTY, GAZETTEER

F, P = Completeness.FULL, Completeness.PARTIAL

KNOWN = [
    ("翠园小区6号楼2单元301", F, {"estate": "翠园小区", "building": "6", "unit": "2", "room": "301"}),
    ("翠园小区6-2-301", F, {"estate": "翠园小区", "building": "6", "unit": "2", "room": "301"}),
    ("翠园小区6/2/301", F, {"estate": "翠园小区", "building": "6", "unit": "2", "room": "301"}),
    ("翠园六号楼二单元三零一没暖气", F, {"estate": "翠园小区", "building": "6", "unit": "2", "room": "301"}),
    ("翠园6-301", F, {"estate": "翠园小区", "building": "6", "room": "301"}),
    ("301 2单元 6号楼 翠园小区", F, {"estate": "翠园小区", "building": "6", "unit": "2", "room": "301"}),
    ("园林路58号门口井盖没了", F, {"road": "园林路", "house_number": "58", "landmark": "门口"}),
    ("园林路58-3号", F, {"road": "园林路", "house_number": "58-3"}),
    ("园林路58号3号楼2单元", F, {"road": "园林路", "house_number": "58", "building": "3", "unit": "2"}),
    ("园林路甲47号", F, {"road": "园林路", "house_number": "甲47"}),
    ("翠圆小区12#楼", F, {"estate": "翠园小区", "building": "12"}),
    ("翠园小区12#", F, {"estate": "翠园小区", "building": "12"}),
    ("翠園小區12棟3門301", F, {"estate": "翠园小区", "building": "12", "unit": "3", "room": "301"}),
    ("cuiyuan小区6号楼", F, {"estate": "翠园小区", "building": "6"}),
    ("东方新成国际花园3栋", F, {"estate": "东方新城国际花园", "building": "3"}),
    ("锦绣华府C2座1单元5楼2号", F, {"estate": "锦绣华府", "building": "C2", "unit": "1", "floor": "5", "room": "2"}),
    (
        "新华社区翠园小区8号楼3单元401室",
        F,
        {"community": "新华社区", "estate": "翠园小区", "building": "8", "unit": "3", "room": "401"},
    ),
    ("胜利街道的翠园小区", P, {"street": "山南街道", "estate": "翠园小区"}),
    ("对炉街道幸福家园3栋2门洞", F, {"street": "园林街道", "estate": "幸福家园", "building": "3", "unit": "2"}),
    ("常青街道和平小区", P, {"street": "和平街道", "estate": "和平小区"}),
    ("东长甸街道", P, {"street": "长甸街道"}),
    ("我住和平街道", P, {"street": "和平街道"}),
    ("219路有个坑", P, {"road": "二一九路"}),
    ("新兴菜市场后身那堆破烂儿", P, {"landmark": "新兴菜市场后身"}),
    ("二一九公园对面路灯不亮", P, {"landmark": "二一九公园对面"}),
    ("园林路88号楼下烧烤摊", F, {"road": "园林路", "house_number": "88", "landmark": "楼下"}),
    ("园林路156号2单元7楼701", F, {"road": "园林路", "house_number": "156", "unit": "2", "floor": "7", "room": "701"}),
    ("翠园小区门口路灯不亮", P, {"estate": "翠园小区", "landmark": "门口"}),
    ("园林路和二一九路交叉口红绿灯坏了", P, {"road": "园林路", "landmark": "园林路和二一九路交叉口"}),
]

UNKNOWN = [
    ("我家住甲47号楼3门", P, {"building": "甲47", "unit": "3"}),
    ("B7栋2单元", P, {"building": "B7", "unit": "2"}),
    ("6号楼楼下井盖没了", P, {"building": "6", "landmark": "楼下"}),
    ("三号楼停水了", P, {"building": "3"}),
    ("永乐里5号楼", F, {"estate": "永乐里", "building": "5"}),
    ("住长青里12号楼1单元6楼", F, {"estate": "长青里", "building": "12", "unit": "1", "floor": "6"}),
    ("幸福小区3楼漏水", P, {"estate": "幸福小区", "floor": "3"}),
    ("和平小区6号楼", F, {"estate": "和平小区", "building": "6"}),
    ("阳光100小区6号楼", F, {"estate": "阳光100小区", "building": "6"}),
    ("我家在向阳花园2号楼", F, {"estate": "向阳花园", "building": "2"}),
    ("铁东二道街58号", F, {"road": "二道街", "house_number": "58"}),
    ("三楼东户", P, {"floor": "3"}),
    ("建国大道156号", F, {"road": "建国大道", "house_number": "156"}),
    ("钢都花园15#2-601", F, {"estate": "钢都花园", "building": "15", "unit": "2", "room": "601"}),
    ("小区是金色家园,楼号B3,1单元,1502", F, {"estate": "金色家园", "building": "B3", "unit": "1", "room": "1502"}),
    ("四单元二楼一号家里没电", P, {"unit": "4", "floor": "2", "room": "1"}),
    ("新世界百货后面小巷子垃圾", P, {"landmark": "新世界百货后面"}),
    ("旧堡街道南沙河边上垃圾成堆", P, {"street": "旧堡街道", "landmark": "南沙河边上"}),
    ("3号楼下井盖没了", P, {"building": "3", "landmark": "楼下"}),
    ("2单元三楼东户", P, {"unit": "2", "floor": "3"}),
    ("二门301", P, {"unit": "2", "room": "301"}),
    ("6号楼一楼饭店油烟大", P, {"building": "6", "floor": "1"}),
    ("菜市场后身那堆破烂儿多少天没人收了", P, {"landmark": "菜市场后身"}),
    ("十五中学对面有人占道", P, {"landmark": "十五中学对面"}),
    ("不是2单元是3单元", P, {"unit": "3"}),
    ("6号楼改成8号楼", P, {"building": "8"}),
    ("站前广场有人乱停车", P, {"landmark": "站前广场"}),
    ("沈阳路停车", P, {"road": "沈阳路"}),
    ("2单元 25号停水", P, {"unit": "2"}),
]

OUTSIDE = [
    "我家在海城",
    "铁西区永乐花园3号楼",
    "我在铁西永乐花园住",
    "立山区的能管吗",
    "沈阳这边停水",
    "千山区汪峪小区",
    "我是岫岩的",
]

NONE = [
    "25号停水了",
    "我们小区停水了",
    "楼道里堆满了东西",
    "下水道堵了,家里全是水",
    "马路上有个大坑",
    "我从北京回来发现家里跑水了",
    "一天到晚的噪音",
    "知道了",
    "消防通道堵了",
    "老旧小区改造啥时候",
    "人行道坏了",
    "孩子上幼儿园怎么办",
    "医院乱收费",
    "屋里才13度",
    "17000001234",
    "一门心思等着",
    "昨天晚上八点半",
    "哪条路归你们管",
    "",
]


def _components(address: Address) -> dict[str, str]:
    return {name: getattr(address, name) for name in COMPONENTS if getattr(address, name)}


@pytest.mark.parametrize(("text", "how_well", "expected"), KNOWN)
def test_a_place_of_the_directory_is_read_into_components(text: str, how_well: Completeness, expected: dict[str, str]) -> None:
    mention = parse_address(text, GAZETTEER)
    assert mention is not None
    assert _components(mention.address) == expected
    assert mention.completeness is how_well


@pytest.mark.parametrize(("text", "how_well", "expected"), UNKNOWN)
def test_a_place_that_no_directory_knows_is_read_by_its_pattern(
    text: str, how_well: Completeness, expected: dict[str, str]
) -> None:
    mention = parse_address(text, EMPTY)
    assert mention is not None
    assert _components(mention.address) == expected
    assert mention.completeness is how_well


@pytest.mark.parametrize("text", OUTSIDE)
def test_a_place_outside_the_district_is_said_to_be_outside(text: str) -> None:
    mention = parse_address(text, GAZETTEER)
    assert mention is not None
    assert mention.completeness is Completeness.OUTSIDE


@pytest.mark.parametrize("text", NONE)
def test_no_address_is_invented(text: str) -> None:
    assert parse_address(text, GAZETTEER) is None


def test_the_words_of_the_address_are_kept_as_said() -> None:
    mention = parse_address("那个胜利街道的翠园小区", GAZETTEER)
    assert mention is not None
    assert mention.address.text == "胜利街道的翠园小区"
    assert mention.address.street == "山南街道"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (Address(), Completeness.NONE),
        (Address(estate="翠园小区"), P),
        (Address(building="6"), P),
        (Address(estate="翠园小区", building="6"), F),
        (Address(road="园林路", house_number="58"), F),
        (Address(road="园林路"), P),
        (Address(lat=41.1, lon=123.0), F),
        (Address(lat=41.1), Completeness.NONE),
        (Address(landmark="楼下"), P),
    ],
)
def test_completeness_follows_what_a_crew_needs(address: Address, expected: Completeness) -> None:
    assert completeness(address) is expected


@given(st.integers(1, 99), st.integers(1, 9), st.integers(1, 33), st.integers(1, 9))
def test_every_door_of_an_estate_comes_back(building: int, unit: int, floor: int, door: int) -> None:
    room = f"{floor}0{door}"
    for text in (
        f"翠园小区{building}号楼{unit}单元{room}",
        f"翠园小区{building}-{unit}-{room}",
        f"翠园{building}栋{unit}门{room}室",
    ):
        mention = parse_address(text, GAZETTEER)
        assert mention is not None
        assert _components(mention.address) == {"estate": "翠园小区", "building": str(building), "unit": str(unit), "room": room}


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser_and_spans_lie_in_it(text: str) -> None:
    mention = parse_address(text, GAZETTEER)
    if mention is not None:
        plain = normalise(text).text
        assert mention.spans
        for span in mention.spans:
            assert plain[span.start : span.end] == span.text


@pytest.mark.parametrize(
    "text",
    [
        "12路公交等了半天",
        "公交36路半小时不来一趟",
        "五楼往上水上不来",
        "三楼以上全没电",
        "二楼住户天天吵",
        "六楼老头把破烂从一楼码到三楼",
    ],
)
def test_bus_lines_and_floors_of_others_are_no_place(text: str) -> None:
    assert parse_address(text, GAZETTEER) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("和平街道五一路27号", {"street": "和平街道", "road": "五一路", "house_number": "27"}),
        ("溪谷原著6-2-1901", {"estate": "溪谷原著", "building": "6", "unit": "2", "room": "1901"}),
        ("家住香格里拉小区", {"estate": "香格里拉小区"}),
        ("恒大绿洲二期9栋二单元", {"estate": "恒大绿洲二期", "building": "9", "unit": "2"}),
        ("翠园小区11、12、13号楼", {"estate": "翠园小区", "building": "11"}),
        ("翠园小区一共三栋楼 我家是第二栋", {"estate": "翠园小区", "building": "2"}),
        ("翠园小区16幢甲单元", {"estate": "翠园小区", "building": "16", "unit": "甲"}),
        ("小区:翠园小区;楼:2;单元:1;室:302", {"estate": "翠园小区", "building": "2", "unit": "1", "room": "302"}),
        ("楼道归物业还是归街道管", {}),
        ("鞍钢医院住院部楼下", {"landmark": "鞍钢医院住院部楼下"}),
    ],
)
def test_components_are_those_that_are_meant(text: str, parts: dict[str, str]) -> None:
    mention = parse_address(text, GAZETTEER)
    drawn = {name: getattr(mention.address, name) for name in COMPONENTS if mention and getattr(mention.address, name)}
    assert drawn == parts
