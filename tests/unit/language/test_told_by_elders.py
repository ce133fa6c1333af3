"""Places, times and the matter in a line, as old people write them."""

from datetime import UTC, datetime

import pytest

from backend.domain.drafting.gist import gist_of
from backend.domain.language.addresses import parse_address
from backend.domain.language.facts import draw_facts
from backend.domain.language.normalise import normalise
from backend.domain.language.times import parse_time
from tests.unit.assistant.builders import PLACES

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("翠园小区拐号楼幺单元两洞幺", {"building": "7", "unit": "1", "room": "201"}),
        ("翠园小区幺幺号楼三单元", {"building": "11", "unit": "3"}),
        ("往里拐3号楼", {"building": "3"}),
        ("翠园小区3门洞 402", {"unit": "3", "room": "402", "building": ""}),
        ("窗户框子往里灌风 翠园小区6号楼", {"estate": "翠园小区", "building": "6"}),
        ("铁东医院对过", {"landmark": "铁东医院对过"}),
        ("鞍山市医院旁边", {"landmark": "鞍山市医院旁边"}),
        ("对炉街道办事处旁边", {"landmark": "对炉街道办事处旁边"}),
        ("停电/翠园小区/3-1-402/今早", {"estate": "翠园小区", "building": "3", "unit": "1", "room": "402"}),
        ("翠园小区6号楼 往楼下扔垃圾", {"building": "6", "landmark": ""}),
        ("翠园小区18号楼前头", {"building": "18", "landmark": "前头"}),
    ],
)
def test_places_of_old_people(text: str, parts: dict[str, str]) -> None:
    mention = parse_address(text, PLACES)
    assert mention is not None
    assert {name: getattr(mention.address, name) for name in parts} == parts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("不是昨天 是前天", "前天"),
        ("不是昨天", None),
        ("是不是昨天坏的", "昨天"),
        ("啥前儿能来人", None),
        ("坐天", "坐天"),
        ("咋晚", "咋晚"),
        ("化雪那几天就漏", None),
        ("好几天了", "好几天了"),
    ],
)
def test_times_of_old_people(text: str, words: str | None) -> None:
    mention = parse_time(text, NOW)
    assert (mention.occurred_at.text if mention else None) == words


@pytest.mark.parametrize(
    ("text", "gist"),
    [
        ("我替我妈报的 她家漏雨", "她家漏雨"),
        ("替对门老太太反映一下 她家没暖气", "她家没暖气"),
        ("17000004567 是我儿子电话 屋里才十三度", "屋里才十三度"),
        ("马路上都成河了 老赵", "马路上都成河了"),
        ("自来水跟泥汤子似的", "自来水跟泥汤子似的"),
        ("到现在也没来水", "到现在也没来水"),
        ("我妈家漏雨", "我妈家漏雨"),
        ("尊敬的工作人员:您好!屋里冷。此致敬礼!", "屋里冷"),
        ("1.姓名:老滕 2.问题:树枝挡光", "树枝挡光"),
        ("小王啊 我是你刘姨 楼道灯不亮了", "楼道灯不亮了"),
        ("报告:水管爆裂", "水管爆裂"),
        ("停电/速来", "停电、速来"),
    ],
)
def test_the_matter_without_who_tells_it_for_whom(text: str, gist: str) -> None:
    plain = normalise(text).text
    facts = draw_facts(text, message_time=NOW, gazetteer=PLACES, previous_phone="")
    assert gist_of(plain, facts) == gist


def test_slashes_stand_between_facts_also_where_a_time_is_blotted_out() -> None:
    facts = draw_facts("停电/翠园小区/3-1-402/今早/速来", message_time=NOW, gazetteer=PLACES)
    assert facts.address is not None
    assert (facts.address.address.building, facts.address.address.unit, facts.address.address.room) == ("3", "1", "402")
    assert facts.occurred_at is not None
    assert facts.occurred_at.occurred_at.text == "今早"
