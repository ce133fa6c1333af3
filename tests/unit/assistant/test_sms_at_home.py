"""A complaint by text message from home: spots at a place, words put right, what is lost nowhere, moments that are wanted."""

from __future__ import annotations

import pytest

from backend.contracts.conversations import Address
from backend.contracts.understanding import CategoryGuess
from backend.domain.drafting.asking import read_back
from backend.domain.drafting.gist import gist_of
from backend.domain.drafting.later import as_before
from backend.domain.drafting.model import Ask, Outcome, Previous
from backend.domain.drafting.rewording import reworded
from backend.domain.language.answers import Answer, AnswerKind
from tests.unit.assistant.builders import FULL, REPORT, fresh, told, turn
from tests.unit.assistant.test_context import intent

DOG = CategoryGuess("治安", "犬只", "1405", 0.9)
QUARREL = CategoryGuess("邻里纠纷", "其他", "1904", 0.7)
SWINDLE = CategoryGuess("治安", "诈骗", "1403", 0.7)
POWER_CUT = CategoryGuess("供电", "停电", "0301", 0.9)
BARKS = turn("有条大黑狗没人牵", REPORT, guesses=(DOG,))


@pytest.mark.parametrize(
    ("said", "landmark"),
    [("常青小区小花园那块儿", "小花园"), ("常青小区对面 菜店门口", "对面菜店门口"), ("常青小区驿站", "驿站")],
)
def test_a_spot_at_the_place_is_kept_and_no_house_is_asked_for(said: str, landmark: str) -> None:
    form = told(fresh("17000000009"), BARKS, said).form
    assert (form.draft.address.landmark, form.requested) == (landmark, Ask.OCCURRED_AT)


def test_the_mended_word_is_read_back_though_there_was_no_room_for_the_old_one() -> None:
    paid = turn(
        "孙女上的那个画画托管班说黄就黄了 交的12800块不给退", REPORT, guesses=(CategoryGuess("教育", "培训退费", "1703", 0.9),)
    )
    form = told(fresh("17000000009"), paid, "翠园小区6号楼", "昨天", turn("不是12800 是13800", "deny", guesses=())).form
    assert "13800" in read_back(form)
    assert form.draft.description == "孙女上的那个画画托管班说黄就黄了 交的13800块不给退"


def test_the_door_of_the_house_is_read_back_with_it() -> None:
    form = told(fresh("17000000009"), BARKS, "常青小区3号楼1单元6楼 一进门左手那户", "昨天").form
    assert "常青小区3号楼1单元6楼一进门左手那户" in read_back(form)


def test_what_no_field_takes_goes_along_with_the_matter_once() -> None:
    form = told(fresh("17000000009"), BARKS, "常青小区10号楼2单元 他家401我家301", "昨天").form
    assert form.draft.description == "有条大黑狗没人牵;他家401我家301"
    assert "401" not in read_back(form)


@pytest.mark.parametrize(
    ("said", "description"),
    [
        ("不是2800 是3800", "托管班黄了 交的3800不给退"),
        ("2800说错了 是3800", "托管班黄了 交的3800不给退"),
        ("应该是3800 不是2800", "托管班黄了 交的3800不给退"),
        ("2800改成3800吧", "托管班黄了 交的3800不给退"),
        ("不是托管班 是画画班 我说走嘴了", "画画班黄了 交的2800不给退"),
    ],
)
@pytest.mark.parametrize("wish", ["deny", "correct_previous_detail", "provide_info", REPORT, "affirm"])
def test_a_word_of_the_matter_is_put_right_wherever_it_stands(said: str, description: str, wish: str) -> None:
    paid = turn("托管班黄了 交的2800不给退", REPORT, guesses=(CategoryGuess("教育", "培训退费", "1703", 0.9),))
    step = told(fresh("17000000009"), paid, "翠园小区6号楼", "昨天", turn(said, wish, guesses=()))
    assert (step.form.draft.description, step.form.requested, step.changed) == (description, Ask.CONFIRM, ("description",))
    assert description.split(" ")[0] in read_back(step.form)


@pytest.mark.parametrize(
    "said", ["不是电视 是收音机", "不是我家 是楼上", "是的", "不是2单元是3单元", "不是停水 是停电", "不是昨天 是前天"]
)
def test_nothing_is_reworded_that_was_not_said_or_is_of_another_kind(said: str) -> None:
    form = told(fresh("17000000009"), turn("昨天我家停水 冰箱2台都不好使", REPORT), "翠园小区6号楼2单元", "昨天").form
    guesses = (POWER_CUT,) if "停电" in said else ()
    assert reworded(form, turn(said, "correct_previous_detail", guesses=guesses)) is None


@pytest.mark.parametrize("said", ["我的名字可不许写上啊", "别报那么细", "等我闺女来了看看 先不报"])
def test_what_only_sounds_like_a_yes_files_nothing(said: str) -> None:
    assert told(fresh("17000000009"), FULL, (said, "affirm")).outcome is Outcome.ASK


def test_a_yes_that_says_a_known_fact_again_files_and_one_with_another_fact_is_read_back() -> None:
    assert told(fresh("17000000009"), FULL, ("对 就是6号楼2单元301", "affirm")).outcome is Outcome.FILE
    step = told(fresh("17000000009"), FULL, ("对 就是6号楼3单元", "affirm"))
    assert (step.outcome, step.form.draft.address.unit) == (Outcome.ASK, "3")


@pytest.mark.parametrize("said", ["那就先这么报", "就按你写的报吧", "照这个报上"])
def test_as_it_is_written_is_a_yes(said: str) -> None:
    assert told(fresh("17000000009"), FULL, (said, "bye")).outcome is Outcome.FILE


def test_a_component_that_nobody_knows_is_not_needed_at_the_read_back() -> None:
    step = told(fresh("17000000009"), BARKS, "常青小区3号楼", "昨天", "不知道几单元 还没搬进去呢")
    assert (step.form.requested, step.remarks, step.understood) == (Ask.CONFIRM, ("not_needed",), True)
    assert "不知道几单元" in step.form.draft.description


def test_the_other_half_of_a_question_is_asked_for_and_no_third_time() -> None:
    asks_house = told(fresh("17000000009"), BARKS, "7楼", "常青小区").form
    assert asks_house.requested is Ask.ADDRESS_DETAIL
    assert told(asks_house, "不知道几号楼").form.requested is Ask.OCCURRED_AT
    assert told(fresh("17000000009"), BARKS, "常青小区", "就在小区里").form.requested is Ask.OCCURRED_AT


@pytest.mark.parametrize("said", ["你别着急啊 我手慢 一个字一个字摁", "等我戴上眼镜", "接个电话去了"])
def test_who_wants_a_moment_is_asked_the_same_again(said: str) -> None:
    step = told(fresh("17000000009"), BARKS, "常青小区", said)
    assert (step.form.requested, step.remarks) == (Ask.ADDRESS_DETAIL, ("no_hurry",))
    assert step.form.draft.occurred_at is None


def test_who_goes_on_after_all_is_asked_what_was_open() -> None:
    step = told(fresh("17000000009"), BARKS, "常青小区", ("算了", "cancel"), ("拉倒吧 那帮人要二百 还是给我报上", "cancel"))
    assert (step.outcome, step.form.requested, step.remarks) == (Outcome.ASK, Ask.ADDRESS_DETAIL, ("going_on",))


def test_the_family_is_no_further_matter() -> None:
    cheated = turn("忽悠我花四千八买净水器", REPORT, guesses=(SWINDLE,))
    family = turn("可别让我儿子知道 他该骂我了", REPORT, guesses=(QUARREL,))
    step = told(fresh("17000000009"), cheated, "翠园小区6号楼", "昨天", family)
    assert step.remarks == ("confidential_noted",)
    assert (step.form.draft.subcategory, step.form.gist) == ("诈骗", "忽悠我花四千八买净水器")


def test_words_at_the_read_back_add_to_a_doubtful_matter_and_replace_none() -> None:
    cheated = turn("忽悠我花四千八买净水器", REPORT, guesses=(SWINDLE,))
    step = told(fresh("17000000009"), cheated, "翠园小区6号楼", "昨天", turn("跟邻居都吵吵起来了", REPORT, guesses=(QUARREL,)))
    assert step.form.draft.subcategory == "诈骗"
    assert step.form.gist.startswith("忽悠我花四千八买净水器")


def test_a_further_matter_has_the_time_that_was_told_with_it() -> None:
    lamp = turn("另外路灯也坏了 前天坏的", REPORT)
    form = told(fresh("17000000009"), BARKS, "常青小区3号楼", lamp).form
    assert form.also[0].occurred_at is not None
    assert form.also[0].occurred_at.text == "前天"
    assert form.draft.occurred_at is None


def test_the_place_of_the_last_order_is_meant_by_where_it_was() -> None:
    asked = told(fresh("17000000009"), BARKS).form
    said = turn("就上回报水黄那个地方")
    assert as_before(asked, said.text, said.facts) == Answer(AnswerKind.SAME_AS_BEFORE)
    assert as_before(asked, "菜市场那个地方", said.facts) is None
    home = Address(text="翠园小区2号楼", estate="翠园小区", building="2")
    meant = turn(said.text, answer=Answer(AnswerKind.SAME_AS_BEFORE), previous=Previous(home))
    assert told(asked, meant).form.draft.address == home


@pytest.mark.parametrize(
    ("text", "requested", "ranking", "expected"),
    [
        ("回得忒快了 我都看不过来", "address", ("abuse", 0.9), "provide_info"),
        ("等我戴上眼镜", "confirm", ("chitchat", 0.9), "provide_info"),
        ("回得忒快了", "", ("chitchat", 0.9), "chitchat"),
        ("就上回报水黄那个地方", "address", ("query_status", 0.9), "provide_info"),
    ],
)
def test_a_moment_and_the_old_place_are_no_talk_and_no_question(
    text: str, requested: str, ranking: tuple[str, float], expected: str
) -> None:
    assert intent(text, requested, ranking, ("deny", 0.01)) == expected


@pytest.mark.parametrize("said", ["家在哪儿跟这有啥关系 不想说", "凭啥告诉你们", "不愿意说"])
def test_who_keeps_the_place_back_is_not_asked_again_and_it_is_no_place(said: str) -> None:
    step = told(fresh("17000000009"), BARKS, said)
    assert (step.form.requested, step.remarks) == (Ask.OCCURRED_AT, ("respected",))
    assert step.form.draft.address == Address()


def test_a_house_that_is_put_right_in_many_words_moves_no_matter() -> None:
    alone = CategoryGuess("社保民政", "独居老人求助", "1507", 0.95)
    before = told(fresh("17000000009"), FULL).form.draft
    after = told(fresh("17000000009"), FULL, turn("六栋不对 我糊涂了 俺们是九栋", "correct_previous_detail", guesses=(alone,)))
    assert after.form.draft.address.building == "9"
    assert (after.form.draft.category, after.form.draft.description) == (before.category, FULL[0].replace("6号楼", "9号楼"))


@pytest.mark.parametrize(
    ("text", "requested", "ranking", "expected"),
    [
        ("就上个月的事", "occurred_at", ("query_status", 0.9), "provide_info"),
        ("不知道几单元 还没搬进去呢", "confirm", ("ask_faq", 0.9), "provide_info"),
        ("等会儿 我找花镜去", "confirm", ("ask_human", 0.9), "provide_info"),
        ("等会儿 给我找个真人", "confirm", ("ask_human", 0.9), "ask_human"),
        ("几天能给铲啊", "confirm", ("urge", 0.9), "ask_faq"),
        ("你写没写店名啊", "confirm", ("deny", 0.9), "query_status"),
        ("刚才来电话打岔了 说到哪儿了", "confirm", ("chitchat", 0.9), "query_status"),
        ("上个月的事咋还没信", "occurred_at", ("query_status", 0.9), "query_status"),
        ("老是这几句车轱辘话 你是木头啊", "address", ("chitchat", 0.9), "abuse"),
        ("家在哪儿跟这有啥关系 不想说", "address", ("abuse", 0.9), "provide_info"),
        ("车来了我先上车 一会儿接着说", "address", ("bye", 0.9), "provide_info"),
    ],
)
def test_answers_refusals_and_scolding_are_told_apart_in_the_form(
    text: str, requested: str, ranking: tuple[str, float], expected: str
) -> None:
    assert intent(text, requested, ranking, ("deny", 0.01)) == expected


def test_how_long_it_will_take_is_no_time_of_the_matter() -> None:
    form = told(fresh("17000000009"), BARKS, "常青小区东门外那个坡", "昨天", ("几天能给弄走啊", "ask_faq")).form
    assert form.draft.occurred_at is not None
    assert form.draft.occurred_at.text == "昨天"


@pytest.mark.parametrize(("said", "unit"), [("单元按错了 4", "4"), ("单元错了 3", "3"), ("单元说错了是5", "5")])
def test_a_number_behind_the_name_of_what_was_wrong_is_the_right_one(said: str, unit: str) -> None:
    assert told(fresh("17000000009"), FULL, (said, "correct_previous_detail")).form.draft.address.unit == unit


def test_a_number_that_is_not_to_be_written_down_is_taken_out() -> None:
    form = told(fresh("17000000009"), BARKS, "常青小区3号楼", "昨天", "我这号别写上去 我怕人找").form
    assert form.draft.contact_phone == ""


@pytest.mark.parametrize(
    ("said", "gist"),
    [
        ("上面那个是孩子拿我手机乱发的 我要说的是电表跑得快", "电表跑得快"),
        ("外墙皮往下掉 砸着人可咋整", "外墙皮往下掉、砸着人"),
        ("你们都是吃干饭的啊 暖气管子往外滋水", "暖气管子往外滋水"),
        ("我住一楼都不坐电梯凭啥收我钱", "我住一楼都不坐电梯凭啥收我钱"),
        ("楼底下歌厅还嚎呢", "楼底下歌厅还嚎"),
    ],
)
def test_the_matter_in_short_is_the_matter(said: str, gist: str) -> None:
    message = turn(said)
    assert gist_of(message.text, message.facts) == gist
