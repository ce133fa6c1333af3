"""Words that name a kind of problem, and kinds that follow from each other."""

import pytest

from backend.domain.language.issues import announced_number, clauses_in, states_something
from backend.domain.language.matters import brings_along, is_blame, kinds_named, only_scolds, stops, thing_named
from backend.domain.language.normalise import normalise
from backend.domain.language.tables import load_table
from bot.components.category_shares import service_codes

NAMED = [
    ("路灯不亮", "道路设施/路灯"),
    ("那个灯杆子歪了", "道路设施/路灯"),
    ("井盖没了一个", "道路设施/井盖"),
    ("楼下油烟", "环境卫生/异味油烟扬尘"),
    ("电梯三天两头坏", "房屋维修/电梯故障"),
    ("消防通道让车堵死了", "消防/安全隐患/消防通道堵塞"),
    ("欠我三个月工资", "劳动欠薪/拖欠工资"),
    ("门口的车停得乱七八糟", "违章停车/交通/违停占道"),
    ("医院多收我二百块钱检查费", "医疗/收费"),
    ("超市卖过期面包", "市场经营/食品/食品安全"),
]
NOT_NAMED = ["公交车都过不来", "救护车也在外头等着", "路灯还亮着呢", "我家老人八十多了", "找物业问了好几回", "轱辘都没气了"]


@pytest.mark.parametrize(("text", "leaf"), NAMED)
def test_a_thing_and_its_fault_name_a_kind(text: str, leaf: str) -> None:
    assert leaf in kinds_named(text)


@pytest.mark.parametrize("text", NOT_NAMED)
def test_what_only_sounds_like_a_problem_names_none(text: str) -> None:
    assert kinds_named(text) == frozenset()


def test_a_fault_far_from_the_thing_or_behind_a_comma_does_not_belong_to_it() -> None:
    assert "道路设施/路灯" not in kinds_named("路灯底下那家天天卖烧烤的大叔人挺好,坏")


def test_the_thing_alone_is_known_by_its_category() -> None:
    assert thing_named("公交车都过不来", "违章停车/交通")
    assert not thing_named("公交车都过不来", "供暖")
    assert not thing_named("公交车都过不来", "没有这类")


def test_an_effect_follows_its_cause_and_not_the_other_way_round() -> None:
    assert brings_along("供电/停电", "房屋维修/电梯故障")
    assert not brings_along("房屋维修/电梯故障", "供电/停电")
    assert not brings_along("没有/这类", "供电/停电")
    assert brings_along("违章停车/交通/违停占道", "环境卫生/垃圾清运")
    assert not brings_along("环境卫生/垃圾清运", "违章停车/交通/违停占道")


def test_what_cannot_run_without_the_other_stops_with_it_and_what_only_often_follows_does_not() -> None:
    assert stops("供电/停电", "房屋维修/电梯故障")
    assert stops("其他/施工损坏", "供水/停水")
    assert not stops("房屋维修/电梯故障", "供电/停电")
    assert brings_along("市场经营/食品/占道摊贩", "违章停车/交通/拥堵")
    assert not stops("市场经营/食品/占道摊贩", "违章停车/交通/拥堵")


def test_blame_is_told_from_what_is_broken() -> None:
    assert is_blame("物业纠纷/服务不到位")
    assert not is_blame("房屋维修/电梯故障")


def test_the_table_names_only_known_kinds_and_every_kind_but_the_unsaid() -> None:
    table = load_table("problem_words")
    known = {"/".join(key) for key in service_codes()}
    assert known - set(table["kinds"]) == {"其他/未说明"}
    assert set(table["kinds"]) | set(table["brings"]) | set(table["blame"]) <= known
    assert {leaf for name in ("brings", "stops") for leaves in table[name].values() for leaf in leaves} <= known
    assert set(table["stops"]) <= known


def test_no_kind_follows_from_itself() -> None:
    assert not [leaf for leaf, leaves in load_table("problem_words")["brings"].items() if leaf in leaves]


@pytest.mark.parametrize(
    ("text", "number"), [("反映三个问题", 3), ("说两个事", 2), ("有俩事儿", 2), ("暖气不热", 1), ("3号楼停水", 1)]
)
def test_the_number_that_a_resident_names_is_heard(text: str, number: int) -> None:
    assert announced_number(text) == number


def test_a_piece_of_place_or_person_states_nothing() -> None:
    assert states_something("路灯坏了")
    assert not states_something("单元门口")


LISTS = [
    ("①消防栓没水②楼道堆杂物③车堵通道", ["消防栓没水", "楼道堆杂物", "车堵通道"]),
    ("1路灯不亮2井盖没了3垃圾没人收", ["路灯不亮", "井盖没了", "垃圾没人收"]),
    ("反映四点:1.路灯不亮2.井盖缺失3.垃圾乱倒4.野狗太多", ["反映四点", "路灯不亮", "井盖缺失", "垃圾乱倒", "野狗太多"]),
    ("首先停水两天了,其次下水道堵了,最后电话打不通", ["停水两天了", "下水道堵了", "电话打不通"]),
    ("头一个 楼顶漏雨 还一个 外墙掉皮", ["楼顶漏雨", "外墙掉皮"]),
    ("2号楼1单元3楼停水", ["2号楼1单元3楼停水"]),
    ("等了1个月2次都没来", ["等了1个月2次都没来"]),
    ("水压低,电梯坏", ["水压低", "电梯坏"]),
]


@pytest.mark.parametrize(("text", "pieces"), LISTS)
def test_lists_are_cut_at_their_numbers_and_measures_are_not(text: str, pieces: list[str]) -> None:
    assert [clause.span.text for clause in clauses_in(normalise(text).text)] == pieces


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("上礼拜报的暖气有信儿没", True),
        ("师傅啥时候来", True),
        ("上次那个单子到哪一步了", True),
        ("暖气不热", False),
        ("报警了没用", False),
    ],
)
def test_a_question_about_an_order_is_told_from_a_problem(text: str, asks: bool) -> None:
    assert clauses_in(text)[0].asks is asks


@pytest.mark.parametrize(
    ("text", "scolds"),
    [
        ("物业就知道收钱啥也不管", True),
        ("物业啥也不干", True),
        ("这物业就是吃干饭的", True),
        ("社区推来推去", True),
        ("供热那头电话一直占线", True),
        ("物业电话没人接", True),
        ("物业收了钱不扫地", False),
        ("保安也睡觉", False),
        ("物业乱收费", False),
        ("垃圾没人管", False),
        ("楼道灯坏了", False),
    ],
)
def test_scolding_somebody_is_told_from_saying_what_is_wrong(text: str, scolds: bool) -> None:
    assert only_scolds(text) is scolds
