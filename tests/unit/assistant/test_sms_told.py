"""Complaints told by text message, one piece after the other: nothing is lost, nothing stands in the wrong field."""

from __future__ import annotations

import pytest

from backend.contracts.conversations import Address
from backend.contracts.understanding import CategoryGuess
from backend.domain.drafting.asking import question_of, read_back
from backend.domain.drafting.context import hear, intents_in_context
from backend.domain.drafting.gist import gist_of
from backend.domain.drafting.heard import Ranking
from backend.domain.drafting.later import comes_back, put_off
from backend.domain.drafting.model import Ask, Outcome, Previous
from backend.domain.drafting.several import next_form
from tests.unit.assistant.builders import COLD, FULL, LAMP, REPORT, fresh, later, told, turn

SMS = "17000000009"
FIX = "correct_previous_detail"
COVER = ("井盖没了", "report_complaint")
LIFT = CategoryGuess("房屋维修", "电梯故障", "0503", 0.97)
STAIRS = CategoryGuess("房屋维修", "楼道设施", "0505", 0.97)
WATER_LESS = CategoryGuess("供水", "水压", "0204", 0.97)
NO_WATER = CategoryGuess("供水", "停水", "0201", 0.97)


def decided(text: str, asked: Ask | None, ranking: Ranking) -> str:
    facts = turn(text).facts
    return intents_in_context(hear(text, ranking, facts, asked.value if asked else "", ()))[0][0]


@pytest.mark.parametrize(
    ("first", "correction", "right", "wrong"),
    [
        ("暖气不热,翠园小区6号楼2单元301,前天开始的", "不是6号楼 是9号楼", "9号楼2单元301", "6号楼"),
        ("暖气不热,翠园小区6号楼2单元301,前天开始的", "不是301 是302", "6号楼2单元302", "301"),
        ("暖气不热,翠园小区6号楼2单元301,前天开始的", "不是前天 是昨天", "昨天", "前天"),
        ("路灯不亮 翠园小区小卖店门前 昨晚开始", "不是小卖店 是卫生所门前", "卫生所门前", "小卖店门前"),
    ],
)
def test_what_is_put_right_is_right_in_the_story_as_well(first: str, correction: str, right: str, wrong: str) -> None:
    step = told(fresh(SMS), (first, "report_complaint"), turn(correction, FIX, guesses=()))
    assert right in step.form.draft.description
    assert wrong not in step.form.draft.description


def test_what_completes_a_place_changes_no_word_of_the_story() -> None:
    step = told(fresh(SMS), ("楼下暖气不热,翠园小区", "report_complaint"), "6号楼")
    assert step.form.draft.description == "楼下暖气不热,翠园小区"


@pytest.mark.parametrize("said", ["先不说了 我接孩子去 回头再说", "不聊了 上班去了 一会儿再说", "我做饭去了 回头再告诉你"])
def test_who_comes_back_later_is_asked_nothing_else_and_gives_nothing_up(said: str) -> None:
    assert comes_back(said)
    assert put_off(said, turn(said).facts) is None
    assert decided(said, Ask.ADDRESS, (("bye", 0.99), ("cancel", 0.01))) == "provide_info"
    step = told(fresh(SMS), COVER, said)
    assert (step.form.requested, step.remarks, step.form.settled) == (Ask.ADDRESS, ("no_hurry",), ())


@pytest.mark.parametrize("said", ["不报了 上班去了", "别不说了啊", "回头再说地址"])
def test_who_gives_up_or_leaves_one_answer_out_is_not_held_for_coming_back(said: str) -> None:
    assert not comes_back(said)


@pytest.mark.parametrize("said", ["你们自己查去", "您自己看看去呗", "那你自己打听"])
def test_who_leaves_the_finding_out_to_us_is_not_asked_again(said: str) -> None:
    assert decided(said, Ask.OCCURRED_AT, (("ask_faq", 0.94), ("provide_info", 0.02))) == "provide_info"
    step = told(fresh(SMS), REPORT, "翠园小区6号楼", said)
    assert (step.form.requested, step.remarks) == (Ask.CONFIRM, ("respected",))


@pytest.mark.parametrize("said", ["你要几号楼干啥 我说的是整个小区", "全小区都这样", "哪栋楼都停了", "不分哪栋"])
def test_the_whole_estate_has_no_building_and_its_words_are_no_spot(said: str) -> None:
    step = told(fresh(SMS), REPORT, "翠园小区", said)
    assert step.form.requested is Ask.OCCURRED_AT
    assert step.form.draft.address.text == "翠园小区"
    assert said in step.form.draft.description


@pytest.mark.parametrize("said", ["老板姓啥不知道 都叫他老六", "一共欠一万二", "罚了我二百块钱"])
def test_what_is_said_instead_of_a_place_is_no_place(said: str) -> None:
    step = told(fresh(SMS), REPORT, said)
    assert step.form.draft.address == Address()
    assert Ask.ADDRESS.value not in step.form.settled


def test_where_it_is_stands_without_the_words_for_what_is_not_known() -> None:
    step = told(fresh(SMS), REPORT, "翠园小区", "具体哪栋不好说 就小区中间那个垃圾点")
    assert step.form.draft.address.landmark == "小区中间那个垃圾点"


def test_words_for_a_place_go_along_when_the_house_itself_is_told() -> None:
    step = told(fresh(SMS), REPORT, "学校对面那趟楼", "翠园小区 好像5号楼")
    assert step.form.draft.address.text == "翠园小区5号楼"
    assert "学校对面" in step.form.draft.description


def test_a_daily_time_is_not_worn_down_by_saying_it_shorter_and_grows_by_what_is_new() -> None:
    noise = ("楼上天天半夜蹦", "report_complaint")
    assert told(fresh(SMS), noise, "翠园小区9号楼", "开学以后就天天这样").form.draft.occurred_at.text == "天天半夜"  # type: ignore[union-attr]
    stall = ("门口天天堵车", "report_complaint")
    assert told(fresh(SMS), stall, "翠园小区", "从早到晚").form.draft.occurred_at.text == "天天,从早到晚"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("last", "guess", "said", "waits"),
    [
        (LIFT, STAIRS, "楼道灯也不亮", True),
        (LIFT, STAIRS, "楼道灯不亮", False),  # a detail, for all we know: nothing says that it is another thing
        (NO_WATER, WATER_LESS, "水也小", False),  # one trouble told twice
    ],
)
def test_another_thing_of_the_same_category_waits_for_its_turn(
    last: CategoryGuess, guess: CategoryGuess, said: str, waits: bool
) -> None:
    first = turn("家里没法住三天了,翠园小区8号楼", "report_complaint", guesses=(last,))
    step = told(fresh(SMS), first, turn(said, "report_complaint", guesses=(guess,)))
    assert bool(step.form.also) is waits
    assert ("second_noted" in step.remarks) is waits


def test_the_place_of_the_last_order_is_taken_from_a_whole_sentence() -> None:
    before = Previous(address=Address(text="翠园小区6号楼", estate="翠园小区", building="6"), phone=SMS)
    step = told(fresh(SMS), turn("路灯也坏了 跟上次一样的地方", "report_complaint", previous=before))
    assert step.form.draft.address.text == "翠园小区6号楼"
    assert step.form.gist == "路灯也坏了"


def test_a_yes_with_haste_files() -> None:
    for said in ("嗯呐快点来人吧", "对赶紧的吧", "行,抓紧啊"):
        assert decided(said, Ask.CONFIRM, (("urge", 0.99), ("affirm", 0.01))) == "affirm"


def test_going_on_after_hours_is_no_reason_to_ask_whether_to_go_on() -> None:
    step = told(fresh(SMS), REPORT, "翠园小区6号楼", turn("接着说吧", "affirm", at=later(3)))
    assert (step.form.requested, step.remarks) == (Ask.OCCURRED_AT, ("going_on",))
    asked = told(fresh(SMS), REPORT, "翠园小区6号楼", turn("在吗", "greet", at=later(3)))
    assert asked.form.requested is Ask.RESUME


def test_not_known_at_the_read_back_is_kept_and_not_read_back() -> None:
    step = told(fresh(SMS), FULL, "不知道别人家冷不冷")
    assert (step.form.requested, step.remarks) == (Ask.CONFIRM, ("not_needed",))
    assert "不知道" in step.form.draft.description
    assert "不知道" not in read_back(step.form)


def test_an_unknown_time_is_not_read_back() -> None:
    step = told(fresh(SMS), REPORT, "翠园小区6号楼", "不知道啥时候坏的")
    assert "不知道" not in question_of(step.form).values["summary"]


def test_words_after_a_no_go_along_with_the_matter() -> None:
    step = told(fresh(SMS), FULL, turn("要改", "deny"), turn("车牌辽C00000", guesses=()))
    assert (step.form.requested, step.form.gist) == (Ask.CONFIRM, "屋里暖气冰凉、车牌辽C00000")


@pytest.mark.parametrize("said", ["短信发不了照片咋整 我这有照片", "照片往哪发", "能发照片吗"])
def test_how_a_photo_gets_here_is_answered_in_the_form(said: str) -> None:
    assert decided(said, Ask.CONFIRM, (("deny", 0.43), ("chitchat", 0.2))) == "ask_faq"


def test_a_question_behind_thanks_is_answered() -> None:
    assert decided("谢谢 谁给办啊", None, (("thanks", 0.9),)) == "ask_faq"
    assert decided("谢谢啊", None, (("thanks", 0.9),)) == "thanks"


@pytest.mark.parametrize(
    ("said", "gist"),
    [
        ("我帮我奶奶报的,奶奶家暖气不热,奶奶姓王,联系我奶奶电话17000005566", "奶奶家暖气不热"),
        ("我是小区门口开小饭店的 门前污水井往外冒 电话打我店里0412-0001234", "门前污水井往外冒"),
        ("又他妈停电了 一天停三回 你们管不管", "停电了、一天停三回"),
        ("操他妈的什么破物业 灯不亮", "灯不亮"),
        ("那我家厕所返水咋整", "我家厕所返水"),
        ("没水了今天早晨五点多停的", "没水了"),
        ("垃圾桶一个礼拜没倒了", "垃圾桶没倒了"),
    ],
)
def test_the_matter_in_short_has_no_words_about_who_tells_it(said: str, gist: str) -> None:
    assert gist_of(said, turn(said).facts) == gist


def test_the_matter_that_waited_is_read_back_without_its_own_place_twice() -> None:
    text = "我妈家解放小区4号楼1单元 下水井盖丢了"
    lamp = turn("路灯坏了 翠园小区3号楼", "report_complaint", guesses=(LAMP,))
    own = turn(f"还有{text}", "report_complaint", guesses=(CategoryGuess("道路设施", "井盖", "1102", 0.97),))
    following = next_form(told(fresh(SMS), lamp, own).form, draft_id="d2")
    assert following is not None
    assert "解放小区" not in following.gist
    assert following.draft.address.estate == "解放小区"


def test_the_whole_talk_of_an_old_woman_ends_in_one_right_order() -> None:
    step = told(
        fresh(SMS),
        turn("俺家屋里冷", "report_complaint", guesses=(COLD,)),
        "解放",
        "3号 一单元",
        "2楼东门",
        "前儿个",
        ("嗯呐", "affirm"),
    )
    draft = step.form.draft
    assert step.outcome is Outcome.FILE
    assert (draft.address.estate, draft.address.building, draft.address.unit, draft.address.floor) == ("解放小区", "3", "1", "2")
    assert draft.occurred_at is not None
    assert draft.occurred_at.text == "前儿个"


@pytest.mark.parametrize(
    ("said", "building"),
    [("12号", "12"), ("老楼 12号", "12"), ("我家是十二号", "12"), ("12号停的", ""), ("12号晚上", "")],
)
def test_a_bare_number_answers_which_house_unless_it_tells_a_day(said: str, building: str) -> None:
    step = told(fresh(SMS), REPORT, "翠园小区", said)
    assert step.form.draft.address.building == building
    assert (step.form.draft.occurred_at is None) is bool(building)


def test_a_number_that_nobody_asked_for_is_no_house() -> None:
    step = told(fresh(SMS), REPORT, "翠园小区6号楼", "12号")
    assert step.form.draft.address.building == "6"
    assert step.form.draft.occurred_at is not None


@pytest.mark.parametrize("said", ["不是南门 是西门", "不是南门 我说错了 是西门", "南门说错了 是西门"])
def test_the_spot_is_put_right_where_it_stands(said: str) -> None:
    step = told(fresh(SMS), ("翠园小区南门那条道停两排车 昨晚开始", "report_complaint"), turn(said, FIX, guesses=()))
    assert step.form.draft.address.text == "翠园小区西门"
    assert "南门" not in step.form.draft.description
    assert "翠园小区" not in step.form.gist


def test_the_floor_is_put_right_in_the_numerals_that_were_used() -> None:
    step = told(fresh(SMS), ("屋里冷 我住六楼", "report_complaint"), "翠园小区8号楼", turn("我不是六楼 是七楼", FIX, guesses=()))
    assert step.form.draft.address.floor == "7"
    assert "六楼" not in step.form.draft.description


def test_a_time_of_another_kind_changes_no_word_of_the_story() -> None:
    lamp = turn("路灯一到晚上就灭 翠园小区3号楼", "report_complaint", guesses=(LAMP,))
    step = told(fresh(SMS), lamp, "入秋就这样")
    assert step.form.draft.description.startswith("路灯一到晚上就灭 翠园小区3号楼")


@pytest.mark.parametrize("said", ["俺不知道啊 刚看见", "暖气有一个多月了"])
def test_words_that_tell_nothing_new_are_not_added_to_the_story(said: str) -> None:
    step = told(fresh(SMS), ("屋里暖气不热", "report_complaint"), "翠园小区6号楼", said)
    assert step.form.draft.description == "屋里暖气不热"


def test_a_day_told_at_the_read_back_asks_after_no_order() -> None:
    assert decided("充电那个是昨天看见的", Ask.CONFIRM, (("query_status", 0.63), ("provide_info", 0.3))) == "provide_info"
    assert decided("昨天报的那个咋样了", Ask.CONFIRM, (("query_status", 0.9),)) == "query_status"


def test_a_place_whose_name_is_not_known_is_not_asked_for_again() -> None:
    step = told(fresh(SMS), REPORT, "不知道那地方叫啥")
    assert step.form.requested is Ask.OCCURRED_AT


def test_a_telephone_that_is_put_right_changes_no_other_word() -> None:
    first = ("屋里冷 翠园小区6号楼 前天开始 电话打我店里0412-0001234", "report_complaint")
    step = told(fresh(SMS), first, turn("不对 电话改成我媳妇的 17000001234", FIX, guesses=()))
    assert step.form.draft.contact_phone == "17000001234"
    assert "媳妇" not in step.form.gist


def test_the_place_of_an_order_that_was_taken_in_by_telephone_is_not_asked_on() -> None:
    before = Previous(address=Address(text="翠园小区6号楼"), phone=SMS)
    step = told(fresh(SMS), turn("路灯也坏了 跟上次一样的地方", "report_complaint", previous=before))
    assert step.form.requested is Ask.OCCURRED_AT


@pytest.mark.parametrize("said", ["不用给我家修屋里的 把楼道灯换了", "他们要是知道是我告的 不得找我麻烦"])
def test_a_sentence_without_a_word_of_giving_up_gives_nothing_up(said: str) -> None:
    assert decided(said, Ask.CONFIRM, (("cancel", 0.6), ("provide_info", 0.2))) == "provide_info"


@pytest.mark.parametrize("said", ["算了不报了 我自己打电话吧", "撤了", "不想弄了,太麻烦,就这么着吧不报了"])
def test_who_gives_up_in_words_is_asked_whether_to_drop_it(said: str) -> None:
    assert decided(said, Ask.OCCURRED_AT, (("cancel", 0.9), ("provide_info", 0.1))) == "cancel"


@pytest.mark.parametrize(
    ("said", "intent"),
    [("他家没人 电话也没有", "provide_info"), ("不对 我说的不是这个楼", "deny"), ("写得不对啊 你们咋记的", "deny")],
)
def test_a_sentence_with_a_no_in_it_denies_the_read_back_only_when_it_says_so(said: str, intent: str) -> None:
    assert decided(said, Ask.CONFIRM, (("deny", 0.7), ("provide_info", 0.2))) == intent


def test_a_yes_with_haste_takes_a_change_back() -> None:
    assert decided("是的 快点", Ask.CHANGE, (("urge", 0.9), ("affirm", 0.1))) == "affirm"


def test_every_house_of_an_estate_told_with_its_name_needs_no_number() -> None:
    step = told(fresh(SMS), REPORT, "翠园小区 哪栋都有")
    assert step.form.requested is Ask.OCCURRED_AT


def test_whose_door_is_meant_of_two() -> None:
    step = told(fresh(SMS), REPORT, "翠园小区4号楼1单元", "402是他家 我家302")
    assert step.form.draft.address.room == "302"
    assert "402是他家" in step.form.draft.description
