"""Pieces of a message that may each hold a problem."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.understanding import Span
from backend.domain.language.issues import Joint, clauses_in
from backend.domain.language.normalise import normalise

ROOT = Path(__file__).resolve().parents[3]

MESSAGES = [
    ("家里暖气不热,还有楼道灯坏了", ["家里暖气不热", "楼道灯坏了"]),
    ("1.路灯不亮 2.井盖没了 3.垃圾没人收", ["路灯不亮", "井盖没了", "垃圾没人收"]),
    ("1、路灯不亮\n2、井盖没了", ["路灯不亮", "井盖没了"]),
    ("暖气才13度,老人都冻感冒了。另外楼下烧烤店半夜还吵吵", ["暖气才13度", "老人都冻感冒了", "楼下烧烤店半夜还吵吵"]),
    ("第一,楼顶漏雨;第二,电梯老坏", ["楼顶漏雨", "电梯老坏"]),
    ("水压小,顺便问下停气啥时候来", ["水压小", "停气啥时候来"]),
    ("楼上漏水", ["楼上漏水"]),
    ("还有多久能来", ["多久能来"]),
    ("一是停水二是停电", ["停水", "停电"]),
    ("路灯不亮 前天还有个姑娘让人跟踪了", ["路灯不亮", "前天还有个姑娘让人跟踪了"]),
    ("路灯不亮还有个井盖没了", ["路灯不亮", "井盖没了"]),
    ("垃圾没人收再一个路灯也不亮", ["垃圾没人收", "路灯也不亮"]),
    ("路灯坏了!井盖也没了!", ["路灯坏了", "井盖也没了"]),
    ("翠园小区3号楼,停水停电", ["翠园小区3号楼", "停水", "停电"]),
    ("既停水又停电", ["既停水", "又停电"]),
    ("没暖气没水,没人收垃圾", ["没暖气", "没水", "没人收垃圾"]),
    ("停水停电停气三天了", ["停水", "停电", "停气三天了"]),
    ("停水 电也停了", ["停水", "电也停了"]),
    ("水也没有电也没有煤气也打不着", ["水也没有", "电也没有", "煤气也打不着"]),
]


def spans_of(text: str) -> list[Span]:
    return [clause.span for clause in clauses_in(normalise(text).text)]


@pytest.mark.parametrize(("text", "pieces"), MESSAGES)
def test_a_message_is_cut_where_another_matter_begins(text: str, pieces: list[str]) -> None:
    assert [span.text for span in spans_of(text) if len(span.text) > 1] == pieces


def test_nothing_is_cut_out_of_nothing() -> None:
    assert spans_of("") == []


@pytest.mark.parametrize("text", ["16.5度", "第三单元漏水", "第二天又停了", "停"])
def test_numbers_inside_a_sentence_do_not_cut_it(text: str) -> None:
    assert [span.text for span in spans_of(text)] == [text]


@pytest.mark.parametrize("text", ["水没有电工来修", "停水电费照收", "没水电表还走", "停车没电梯"])
def test_what_merely_begins_with_the_name_of_a_supply_is_no_list_of_supplies(text: str) -> None:
    assert [span.text for span in spans_of(text)] == [text]


@pytest.mark.parametrize(
    ("text", "remark"), [("扬尘大得窗户都不敢开", 7), ("不敢开窗户", 0), ("电梯坏了", None), ("老太太摔了一跤", 0)]
)
def test_a_clause_knows_where_its_words_only_add_something(text: str, remark: int | None) -> None:
    [clause] = clauses_in(text)
    assert clause.remark == remark
    assert clause.beside == (remark is not None)


@given(st.text(max_size=80))
def test_pieces_stand_in_order_and_do_not_overlap(text: str) -> None:
    plain, last = normalise(text).text, 0
    for span in spans_of(text):
        assert plain[span.start : span.end] == span.text
        assert span.start >= last
        assert span.text
        last = span.end


@pytest.mark.parametrize(
    ("text", "joints"),
    [
        ("暖气不热了,垃圾没人收", [Joint.STOP, Joint.COMMA]),
        ("暖气不热了。垃圾没人收", [Joint.STOP, Joint.STOP]),
        ("暖气不热了,另外垃圾没人收", [Joint.STOP, Joint.ANOTHER]),
        ("1.暖气不热 2.垃圾没人收", [Joint.ANOTHER, Joint.ANOTHER]),
        ("暖气不热了,还有,垃圾没人收", [Joint.STOP, Joint.ANOTHER]),
    ],
)
def test_what_stands_between_two_clauses_is_known(text: str, joints: list[Joint]) -> None:
    assert [clause.joint for clause in clauses_in(text)] == joints


@pytest.mark.parametrize(
    "text",
    [
        "物业说等配件",
        "找社区社区让去法院",
        "打客服电话没人接",
        "到现在也没人管",
        "老人冻感冒了",
        "害得我一宿没睡",
        "差点掉进去",
        "住院花了一万多",
        "家里有八十岁的老人",
        "请领导协调一下",
        "想反映两件事",
        "家里就老两口",
        "垃圾车也进不来",
        "送煤的不给送了",
        "公交也改道了",
        "墙角都长毛了",
        "不补钱就断水",
        "暖气费一分没少交",
        "把别人车都砸了",
        "孩子学费还欠着",
    ],
)
def test_effects_people_answers_and_wishes_only_add_to_a_problem(text: str) -> None:
    assert clauses_in(text)[0].beside


@pytest.mark.parametrize(
    "text",
    [
        "路灯不亮",
        "井盖没了",
        "垃圾车半夜来吵人",
        "把人行道占了",
        "楼下烧烤店半夜吵得睡不着",
        "物业费涨了三成",
        "公交车总不来",
        "早市占道车过不去",
        "下水道堵了",
    ],
)
def test_a_plain_problem_is_no_addition(text: str) -> None:
    assert not clauses_in(text)[0].beside


@pytest.mark.parametrize("text", ["请教下停车位怎么申请", "想打听明年改造的事", "问一下办这个要带什么材料"])
def test_a_question_how_something_is_done_is_told_from_a_problem(text: str) -> None:
    assert clauses_in(text)[0].inquires
    assert not clauses_in("停车位让人占了")[0].inquires


def test_what_somebody_did_to_a_thing_is_noticed() -> None:
    assert clauses_in("修路的把水管挖断了")[0].does
    assert not clauses_in("水管断了")[0].does


def test_words_of_lists_and_of_causes_are_noticed() -> None:
    assert clauses_in("路灯也不亮")[0].adds
    assert not clauses_in("路灯不亮")[0].adds
    assert clauses_in("因为修路")[0].because
    assert not clauses_in("修路")[0].because


@pytest.mark.parametrize(
    "text",
    [
        "十一月三号交的取暖费",
        "取暖费早就交了",
        "交着高档的物业费",
        "供热公司来人放气",
        "店家不认",
        "商家拉黑我",
        "还涨价",
        "反倒骂人",
    ],
)
def test_what_was_paid_and_how_somebody_answered_only_add_to_a_problem(text: str) -> None:
    assert clauses_in(text)[0].beside


@pytest.mark.parametrize("text", ["物业费又涨了", "店家卖过期奶", "取暖费多收三百", "还停电"])
def test_what_is_wrong_with_a_bill_or_a_shop_is_told_itself(text: str) -> None:
    assert not clauses_in(text)[0].beside


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("天天打鸣", True),
        ("天天早上四点打鸣", True),
        ("还涨价", True),
        ("声音老大", True),
        ("叮当的", True),
        ("冻成大冰溜子", True),
        ("一开窗全是辣椒味", True),
        ("吵得睡不着", True),
        ("往我家灌", False),
        ("还停电", False),
        ("还没水", False),
        ("楼道灯也不亮", False),
        ("也冒水", False),
        ("闹耗子", False),
        ("垃圾没人收", False),
    ],
)
def test_a_clause_that_names_nobody_and_nothing_goes_on_about_what_was_named_before(text: str, bare: bool) -> None:
    assert clauses_in(text)[0].bare is bare
