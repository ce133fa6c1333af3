"""The read-back tells the matter in the resident's own words, and nothing that is read back beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.understanding import CategoryGuess, Facts, Issue
from backend.domain.drafting.asking import question_of
from backend.domain.drafting.gist import LONGEST, LONGEST_OF_TWO, gist_of, told_beside
from backend.domain.drafting.several import next_form
from backend.domain.language.facts import draw_facts
from backend.domain.language.normalise import normalise
from tests.unit.assistant.builders import COLD, FULL, NOW, PLACES, REPORT, fresh, told, turn


def gist(text: str) -> str:
    plain = normalise(text).text
    return gist_of(plain, draw_facts(plain, message_time=NOW, gazetteer=PLACES))


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("翠园小区3号楼1单元停水 今早开始 就用这个号", "停水"),
        ("您好,我住在翠园小区2号楼,楼上从昨天晚上开始漏水,电话17000004522", "楼上漏水"),
        ("匿名举报 翠园小区7号楼那家自己往外盖了个彩钢房", "那家自己往外盖了个彩钢房"),
        ("你们他妈的到底管不管 翠园小区12号楼3单元电梯坏了 17000005522", "电梯坏了"),
        ("解放小区2号楼有人赌博 天天晚上 不留电话", "有人赌博"),
        ("俺家住翠园小区8号楼2单元501打前天晚上起暖气就拔凉拔凉的我姓赵电话17000003311你们给看看呗", "暖气就拔凉拔凉"),
        ("不是 是下水道返上来的味儿 不是饭店", "下水道返上来的味儿"),
        ("还有个事 我们楼门口路灯也不亮", "我们楼门口路灯也不亮"),
        ("上次的事谢谢你们修好了 这回是单元门坏了 关不上", "单元门坏了、关不上"),
        ("我家暖气不热找你行吗", "我家暖气不热"),
        ("麻烦把电话换成17000006164", "把电话换成"),
        ("17000001234", ""),
        ("翠园小区2号楼3单元", ""),
        ("你好 辛苦了", ""),
    ],
)
def test_what_only_says_where_when_who_and_please_is_left_out(text: str, short: str) -> None:
    assert gist(text) == short


@given(st.text(alphabet="水电暖气不热漏了的啊,。 我家楼上今天昨天3号楼17000001234谢谢", max_size=60))
def test_it_is_never_longer_than_a_line_and_never_holds_a_phone(text: str) -> None:
    short = gist(text)
    assert len(short) <= LONGEST_OF_TWO
    assert "17000001234" not in short


def test_a_sentence_without_an_end_is_replaced_by_the_name_of_its_category() -> None:
    rambling = "我跟你说啊楼上他家啊天天晚上蹦啊跳啊的我这心脏不好睡不着觉都一个多月了都没有人来管一管啊这日子可咋过"
    noisy = CategoryGuess("噪音扰民", "生活", "0805", 0.9)
    step = told(fresh("17000001234"), turn(f"翠园小区6号楼 {rambling}", "report_complaint", guesses=(noisy,)))
    assert question_of(step.form).values["summary"].startswith("噪音扰民(生活)")
    assert told_beside(rambling, Facts()) > LONGEST


def test_a_corrected_phone_is_not_read_back_as_the_matter() -> None:
    step = told(fresh(), FULL, ("麻烦把电话换成17000006164", "correct_previous_detail"))
    summary = question_of(step.form).values["summary"]
    assert summary.startswith("屋里暖气冰凉")
    assert "17000001234" not in summary


def test_slips_of_the_finger_in_the_place_are_set_right_in_the_read_back() -> None:
    step = told(fresh("17000001234"), ("暖气不热 翠园小区2好楼3单圆 昨天", "report_complaint"))
    assert "翠园小区2号楼3单元" in question_of(step.form).values["summary"]


def test_the_next_problem_does_not_repeat_the_place_as_its_matter() -> None:
    lamp = Issue("翠园小区6号楼,楼前路灯也不亮", "道路设施", "路灯", "1101", 0.9)
    cold = Issue("翠园小区6号楼 暖气不热", "供暖", "室温不达标", "0101", 0.9)
    both = turn("翠园小区6号楼 暖气不热 还有楼前路灯也不亮 昨天 17000001234", "report_complaint", issues=(cold, lamp))
    step = told(fresh(), both)
    assert question_of(step.form).values["summary"].startswith("暖气不热,")
    following = next_form(step.form, draft_id="d2")
    assert following is not None
    assert following.gist == "楼前路灯也不亮"


def test_a_corrected_matter_is_read_back_as_corrected() -> None:
    step = told(fresh(), FULL, ("不对", "deny"), turn("不是暖气 是地热管不热", "deny", guesses=(COLD,), answer=None))
    assert question_of(step.form).key == "confirm"
    assert "地热管不热" in question_of(step.form).values["summary"]
    assert "地热管不热" in step.form.draft.description


def test_two_leaves_of_one_name_are_told_apart_in_the_choice() -> None:
    fees = (CategoryGuess("供暖", "收费争议", "0104", 0.4), CategoryGuess("物业纠纷", "收费争议", "0602", 0.35))
    step = told(fresh(), turn("收费不合理", "report_complaint", guesses=fees, issues=()))
    labels = [choice.label for choice in question_of(step.form).choices]
    assert labels == ["供暖(收费争议)", "物业纠纷(收费争议)", "都不是"]


def test_the_first_words_keep_the_gist_when_more_is_told() -> None:
    step = told(
        fresh(), REPORT, turn("孩子都感冒了", "report_complaint", guesses=(COLD,)), "翠园小区6号楼", "昨天", "17000001234"
    )
    assert question_of(step.form).values["summary"].startswith("屋里暖气不热")


@pytest.mark.parametrize(
    ("text", "short"),
    [("翠园小区2单元门禁坏了", "门禁坏了"), ("翠园小区2单元门坏了", "门坏了"), ("翠园小区6号楼道灯坏了", "楼道灯坏了")],
)
def test_the_number_of_a_door_does_not_tear_the_word_behind_it(text: str, short: str) -> None:
    assert gist(text) == short
