"""What was told by text message in winter: more of the matter instead of an answer, two things put right at once, noise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.contracts.conversations import TimeKind
from backend.contracts.understanding import CategoryGuess
from backend.domain.drafting.asking import question_of
from backend.domain.drafting.context import hear, intents_in_context
from backend.domain.drafting.gist import gist_of
from backend.domain.drafting.later import comes_back, leaves_it_so
from backend.domain.drafting.model import Ask, OpenForm, Outcome, Step
from backend.domain.drafting.several import next_form
from backend.domain.language.address_merge import address_text
from backend.domain.language.emergency import emergency_in
from backend.domain.language.facts import draw_facts
from backend.domain.language.times import parse_time
from backend.domain.language.wishes import says
from tests.unit.assistant.builders import NOW, PLACES, fresh, told, turn

WATER = CategoryGuess("供水", "水质", "0203", 0.97)
WAGES = CategoryGuess("劳动欠薪", "拖欠工资", "1601", 0.95)
SCALES = CategoryGuess("市场经营/食品", "计量价格", "2104", 0.95)
LEAK = CategoryGuess("邻里纠纷", "漏水", "1901", 0.97)
TREE = CategoryGuess("绿化", "树木修剪倒伏", "1201", 0.95)
DANCE = CategoryGuess("噪音扰民", "广场舞", "0803", 0.95)
FEES = CategoryGuess("物业纠纷", "收费争议", "0602", 0.95)
LAMP = CategoryGuess("道路设施", "路灯", "1101", 0.95)
TUESDAY = datetime(2026, 11, 24, 6, 10, tzinfo=UTC)
PHONE = "17000000001"
FIX = "correct_previous_detail"


def opened(text: str, guess: CategoryGuess) -> OpenForm:
    """A form that this message has opened."""
    return told(fresh(PHONE), turn(text, "report_complaint", guesses=(guess,))).form


def answered(form: OpenForm, *said: str | tuple[str, str]) -> Step:
    """The form after these answers, none of which sounds like a matter."""
    pairs = [each if isinstance(each, tuple) else (each, "provide_info") for each in said]
    return told(form, *(turn(text, intent, guesses=(), known_phone=PHONE) for text, intent in pairs))


def decided(text: str, requested: Ask, *ranking: tuple[str, float]) -> str:
    """The intent that the place decides."""
    facts = draw_facts(text, message_time=NOW, gazetteer=PLACES)
    return intents_in_context(hear(text, ranking, facts, requested.value, ()))[0][0]


# --- more of the matter, told while something else is asked


@pytest.mark.parametrize(
    ("first", "guess", "more"),
    [
        ("水是红的", WATER, "喝不了"),
        ("工头不给钱", WAGES, "我们七个人 一共四万六"),
        ("水是红的", WATER, "老太太不敢洗衣裳"),
        ("树枝打窗户", TREE, "一共坏了三块玻璃"),
    ],
)
def test_a_statement_instead_of_an_answer_goes_along_and_is_not_called_unclear(
    first: str, guess: CategoryGuess, more: str
) -> None:
    form = opened(first, guess)
    step = answered(form, more)
    assert form.requested is Ask.ADDRESS
    assert step.understood
    assert step.form.draft.description == f"{first};{more}"
    assert step.form.misunderstood == 0
    assert step.form.requested is Ask.ADDRESS


@pytest.mark.parametrize("said", ["桌子板凳西瓜皮", "你说的是啥意思", "不想跟你说", "说不清楚", "我妈喊我 等会儿再说"])
def test_what_states_nothing_of_the_matter_is_not_put_into_it(said: str) -> None:
    step = answered(opened("水是红的", WATER), said)
    assert step.form.draft.description == "水是红的"


@pytest.mark.parametrize("said", ["上哪撒尿去啊", "这让人咋活", "谁受得了啊"])
def test_a_lament_is_no_question(said: str) -> None:
    assert decided(said, Ask.CONFIRM, ("ask_faq", 0.65), ("bye", 0.1)) == "provide_info"
    form = told(opened("水是红的", WATER), "翠园小区6号楼", "昨天").form
    step = answered(form, said)
    assert said in step.form.draft.description
    assert step.form.requested is Ask.CONFIRM


@pytest.mark.parametrize("said", ["上哪查进度去", "到哪办低保去啊", "多少钱啊"])
def test_a_question_stays_one(said: str) -> None:
    assert not says("laments", said)


@pytest.mark.parametrize(
    ("said", "sounds"),
    [
        ("孩子直咳嗽", ("urge", 0.57)),
        ("冻手写不了字", ("chitchat", 0.73)),
        ("让人拿笤帚赶出来了", ("ask_human", 0.68)),
        ("社区说没接到通知", ("query_status", 0.73)),
    ],
)
def test_what_comes_of_it_tells_on_whatever_it_sounds_like(said: str, sounds: tuple[str, float]) -> None:
    assert decided(said, Ask.ADDRESS, sounds, ("report_complaint", 0.06)) == "provide_info"


@pytest.mark.parametrize(
    ("said", "sounds"), [("快点吧", ("urge", 0.6)), ("天真冷啊", ("chitchat", 0.99)), ("转人工", ("ask_human", 0.7))]
)
def test_haste_small_talk_and_a_person_stay_what_they_are(said: str, sounds: tuple[str, float]) -> None:
    assert decided(said, Ask.ADDRESS, sounds, ("report_complaint", 0.06)) == sounds[0]


# --- noise that is no part of the story


@pytest.mark.parametrize(
    "said",
    [
        "大前天就这样了",
        "得有半个月了",
        "昨天晚上看见的",
        "昨天下班路过看到的",
        "怎么也得有半个来月了",
    ],
)
def test_a_time_leaves_no_words_behind_in_the_story(said: str) -> None:
    form = told(opened("水是红的", WATER), "翠园小区6号楼").form
    step = answered(form, said)
    assert form.requested is Ask.OCCURRED_AT
    assert step.form.draft.description == "水是红的"
    assert step.form.draft.occurred_at is not None


@pytest.mark.parametrize("said", ["翠园小区 几号楼我得问问", "我姥姥说是翠园小区", "翠园小区 先这样 开会去了"])
def test_who_told_it_and_what_is_to_be_done_first_are_no_part_of_the_story(said: str) -> None:
    step = answered(opened("水是红的", WATER), said)
    assert step.form.draft.description == "水是红的"
    assert step.form.draft.address.estate == "翠园小区"


@pytest.mark.parametrize("said", ["翠园小区 几号楼我得问问", "翠园小区 先这样 开会去了"])
def test_who_has_to_ask_or_to_go_is_given_time(said: str) -> None:
    assert answered(opened("水是红的", WATER), said).remarks == ("no_hurry",)


def test_whose_boss_it_is_stays_in_the_story() -> None:
    form = told(opened("工头不给钱", WAGES), "翠园小区6号楼").form
    step = answered(form, "八月干的活 老板姓赵 电话17000003344")
    assert "老板姓赵" in step.form.draft.description
    assert step.form.draft.contact_phone == PHONE


def test_an_answer_of_several_clauses_gives_the_time_only_the_clause_that_tells_it() -> None:
    form = told(opened("水是红的", WATER), "翠园小区6号楼").form
    step = answered(form, "换完管子那阵 跟谁说都没用")
    assert step.form.draft.occurred_at is not None
    assert step.form.draft.occurred_at.text == "换完管子那阵"


# --- put right


@pytest.mark.parametrize(
    ("said", "building", "room"),
    [("楼号是8不是6 我家住401", "8", "401"), ("单元说错了 是3 我家402", "6", "402"), ("楼号错了是9", "9", "501")],
)
def test_two_numbers_of_a_place_are_put_right_in_one_message(said: str, building: str, room: str) -> None:
    form = told(opened("水是红的", WATER), "翠园小区6号楼2单元501", "昨天").form
    place = answered(form, (said, FIX)).form.draft.address
    assert (place.building, place.room) == (building, room)


def test_a_time_and_a_sum_are_put_right_in_one_message() -> None:
    form = told(opened("物业费一平涨到2块8", FEES), "翠园小区6号楼").form
    step = answered(form, ("这个月一号起涨的 不是2块8 是2块6", FIX))
    assert "2块6" in step.form.draft.description
    assert "2块8" not in step.form.draft.description
    assert step.form.draft.occurred_at is not None
    assert step.form.draft.occurred_at.text == "这个月一号起"


@pytest.mark.parametrize("said", ["楼上是602不是502 我家是502", "楼上的是602不是502,我家是502"])
def test_another_door_and_ones_own_are_told_apart(said: str) -> None:
    form = told(opened("楼上502往下漏水", LEAK), "翠园小区6号楼2单元402", "昨天").form
    draft = answered(form, (said, FIX)).form.draft
    assert draft.description.startswith("楼上602往下漏水")
    assert draft.address.room == "502"


def test_what_is_new_beside_a_word_put_right_goes_along() -> None:
    form = told(opened("卖鱼的秤不准 三斤给二斤六", SCALES), "翠园小区门口早市", "昨天").form
    step = answered(form, ("不是三斤 是五斤 给了四斤三两", FIX))
    assert step.form.draft.description == "卖鱼的秤不准 五斤给二斤六;给了四斤三两"


@pytest.mark.parametrize("said", ["不是三斤 是五斤 我打错了", "不是三斤 是五斤 谢谢", "三斤改成五斤吧"])
def test_a_slip_and_thanks_beside_a_word_put_right_do_not(said: str) -> None:
    form = told(opened("卖鱼的秤不准 三斤给二斤六", SCALES), "翠园小区门口早市", "昨天").form
    assert answered(form, (said, FIX)).form.draft.description == "卖鱼的秤不准 五斤给二斤六"


def test_an_hour_is_put_right_in_what_comes_again() -> None:
    form = told(opened("跳舞的喇叭太吵", DANCE), "翠园小区小广场", "天天早上六点到八点半").form
    when = answered(form, ("不是六点 是五点半", FIX)).form.draft.occurred_at
    assert when is not None
    assert (when.text, when.kind) == ("天天早上五点半到八点半", TimeKind.RECURRING)


def test_every_day_beside_a_yes_does_not_replace_since_when() -> None:
    form = told(opened("水是红的", WATER), "翠园小区6号楼", "最近一个月都这样").form
    step = answered(form, "对 天天这样")
    assert step.outcome is Outcome.FILE
    assert step.form.draft.occurred_at is not None
    assert step.form.draft.occurred_at.text == "最近一个月"


# --- the read-back


@pytest.mark.parametrize("said", ["先这样 拉活去了", "就这样吧 开会去了"])
def test_who_leaves_it_so_at_the_read_back_has_said_yes(said: str) -> None:
    form = told(opened("水是红的", WATER), "翠园小区6号楼", "昨天").form
    assert decided(said, Ask.CONFIRM, ("bye", 0.99)) == "affirm"
    assert answered(form, (said, "affirm")).outcome is Outcome.FILE


@pytest.mark.parametrize("said", ["先这样 拉活去了 回头再说", "拉活去了", "先这样 不报了", "先这样 地址不对"])
def test_who_comes_back_or_only_leaves_has_not(said: str) -> None:
    assert not leaves_it_so(said)


def test_who_leaves_it_so_before_the_end_comes_back() -> None:
    assert comes_back("先这样 开会去了")
    step = answered(opened("水是红的", WATER), "先这样 开会去了")
    assert step.remarks == ("no_hurry",)
    assert step.form.requested is Ask.ADDRESS
    assert step.form.draft.description == "水是红的"


def test_a_yes_with_another_problem_and_its_place_files_the_first() -> None:
    form = told(opened("卖鱼的秤不准", SCALES), "翠园小区门口早市", "今早六点半").form
    step = told(form, turn("对 另外我家楼上漏水 翠园小区4号楼1单元301", "report_complaint", guesses=(LEAK,)))
    assert step.outcome is Outcome.FILE
    following = next_form(step.form, draft_id="d2")
    assert following is not None
    assert following.draft.description == "我家楼上漏水 翠园小区4号楼1单元301"
    assert following.draft.address.room == "301"
    assert following.draft.occurred_at is None  # it was not at half past six that it leaked


def test_a_day_told_with_the_first_problem_is_read_back_with_the_next() -> None:
    form = told(opened("卖鱼的秤不准", SCALES), "翠园小区门口早市", "昨天").form
    step = told(form, turn("对 另外路灯也不亮", "report_complaint", guesses=(LAMP,)))
    following = next_form(step.form, draft_id="d2")
    assert following is not None
    assert following.draft.occurred_at is not None


def test_the_question_beside_the_read_back_may_be_passed_over() -> None:
    form = replace(told(opened("水是红的", WATER), "翠园小区6号楼", "昨天").form, extra="家里现在多少度")
    step = answered(form, "跳过")
    assert step.understood
    assert step.form.requested is Ask.CONFIRM
    assert step.form.extra == ""
    assert "家里现在多少度" not in str(question_of(step.form).values)


def test_not_knowing_at_the_read_back_is_no_part_of_the_story() -> None:
    form = told(opened("水是红的", WATER), "翠园小区6号楼", "昨天").form
    assert answered(form, "不知道").form.draft.description == "水是红的"


# --- places


def test_the_site_of_a_building_is_the_spot_and_no_house_is_asked_for() -> None:
    step = answered(opened("工头不给钱", WAGES), "工地在翠园小区")
    assert step.form.draft.address.landmark == "工地"
    assert step.form.requested is Ask.OCCURRED_AT
    assert step.form.draft.description == "工头不给钱"


def test_a_name_says_more_than_the_kind_of_house() -> None:
    step = answered(opened("教室没暖气", FEES), "学校在翠园小区旁边 叫第七中学")
    assert step.form.draft.address.landmark == "旁边第七中学"


def test_half_an_answer_is_asked_for_the_other_half() -> None:
    form = opened("2单元有人飞线充电", FEES)
    assert form.requested is Ask.ADDRESS_DETAIL
    step = answered(form, "翠园小区")
    assert step.form.requested is Ask.ADDRESS_DETAIL
    assert question_of(step.form).values["wanted"] == "几号楼"
    assert answered(step.form, "不知道").form.requested is Ask.OCCURRED_AT


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"estate": "翠园小区", "building": "6", "landmark": "前"}, "翠园小区6号楼前"),
        ({"estate": "翠园小区", "building": "6", "unit": "2", "room": "501", "landmark": "前"}, "翠园小区6号楼2单元501室楼前"),
        ({"estate": "翠园小区二期", "landmark": "二期工地"}, "翠园小区二期工地"),
        ({"estate": "翠园小区二期", "landmark": "二期"}, "翠园小区二期二期"),
    ],
)
def test_a_spot_reads_well_behind_the_numbers(parts: dict[str, str], text: str) -> None:
    assert address_text(parts) == text


def test_the_way_in_front_of_a_gate_is_no_road() -> None:
    facts = draw_facts("常青小区门前大道上井盖翘起来了", message_time=NOW, gazetteer=PLACES)
    assert facts.address is not None
    assert (facts.address.address.estate, facts.address.address.road) == ("常青小区", "")


def test_a_whole_estate_is_no_refusal() -> None:
    form = answered(opened("物业费涨了", FEES), "翠园小区").form
    step = answered(form, "跟楼号没关系 全小区都这样")
    assert form.requested is Ask.ADDRESS_DETAIL
    assert step.remarks == ()
    assert "全小区都这样" in step.form.draft.description


def test_our_before_a_place_goes_with_it() -> None:
    text = "我们翠园小区北门人行道停一溜车"
    assert gist_of(text, draw_facts(text, message_time=NOW, gazetteer=PLACES)).startswith("人行道")


# --- found by a third round


def test_by_the_way_with_a_sum_put_right_is_no_yes() -> None:
    form = told(opened("燃气公司安检收了我一百八", FEES), "翠园小区11号楼", "前天下午").form
    step = answered(form, ("对了 是280 不是180", "affirm"))
    assert step.outcome is Outcome.ASK
    assert step.form.draft.description == "燃气公司安检收了我280"


def test_who_does_not_want_to_say_more_at_the_read_back_is_left_in_peace() -> None:
    form = told(opened("燃气公司安检收了我一百八", FEES), "翠园小区11号楼", "前天下午").form
    step = answered(form, "不想说几单元")
    assert step.remarks == ("respected",)
    assert step.form.draft.description == "燃气公司安检收了我一百八"


@pytest.mark.parametrize(("text", "word"), [("这礼拜三回了", "这礼拜"), ("这周五次了", "这周")])
def test_how_often_in_a_week_is_no_day_of_it(text: str, word: str) -> None:
    mention = parse_time(text, TUESDAY)
    assert mention is None or mention.occurred_at.text == word


@pytest.mark.parametrize("text", ["上礼拜三停的", "这周五装的"])
def test_a_day_of_the_week_stays_one(text: str) -> None:
    mention = parse_time(text, TUESDAY)
    assert mention is not None
    assert mention.occurred_at.text.endswith(("三", "五"))


def test_the_number_of_a_shop_is_no_day() -> None:
    facts = draw_facts("翠园小区门市12号", message_time=NOW, gazetteer=PLACES)
    assert facts.occurred_at is None
    step = answered(opened("报停了还收取暖费", FEES), "翠园小区门市12号")
    assert step.form.draft.address.estate == "翠园小区"
    assert "门市12号" in step.form.draft.address.text


def test_the_first_words_for_a_place_are_kept_beside_better_ones() -> None:
    form = answered(opened("道坑洼的", LAMP), "就旧堡那条上坡道").form
    step = answered(form, "翠园小区后身")
    assert step.form.draft.address.estate == "翠园小区"
    assert "上坡道" in f"{step.form.draft.description}{step.form.draft.address.text}"


def test_a_month_put_right_is_right_in_the_story_too() -> None:
    form = told(opened("上个月干活脚让钢管砸了", WAGES), "翠园小区工地").form
    step = answered(form, ("不是上个月 是上上个月", FIX))
    assert step.form.draft.description == "上上个月干活脚让钢管砸了"


def test_whom_not_to_call_goes_along() -> None:
    assert decided("别给我妈打电话", Ask.OCCURRED_AT, ("deny", 0.76), ("ask_human", 0.19)) == "provide_info"
    form = told(opened("路灯不亮", LAMP), "翠园小区6号楼").form
    assert "别给我妈打电话" in answered(form, "别给我妈打电话").form.draft.description


@pytest.mark.parametrize("said", ["别给我打电话", "别打了"])
def test_not_calling_at_all_is_something_else(said: str) -> None:
    assert not says("about_calls", said)


# --- found by a fourth round


@pytest.mark.parametrize("text", ["水没了", "电没了", "咱家电突然没了", "大孤山上石桥村三组 老陈家"])
def test_what_ran_dry_and_where_somebody_lives_are_no_danger(text: str) -> None:
    assert emergency_in(text) is None


@pytest.mark.parametrize("text", ["孩子没了", "人没了", "有人掉进上石桥村三组水塘里了", "老爷子找不着了"])
def test_who_is_lost_or_drowns_in_a_village_is_one(text: str) -> None:
    assert emergency_in(text) is not None


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("在超市上班 干了八个月了 上周五把我辞了", "上周五"),
        ("干了三个月了 一分钱没给", "三个月了"),
        ("在这住了十年 去年开始漏", "去年开始"),
        ("坏了八个月了 上周五还摔了人", "八个月了"),
    ],
)
def test_how_long_somebody_is_there_tells_no_beginning_beside_a_day(text: str, when: str) -> None:
    mention = parse_time(text, TUESDAY)
    assert mention is not None
    assert mention.occurred_at.text == when


@pytest.mark.parametrize(
    ("said", "pauses"), [("先不说了 接娃", True), ("先不聊了 上课", True), ("不说了", False), ("先不说了", False)]
)
def test_who_stops_for_now_to_do_something_comes_back(said: str, pauses: bool) -> None:
    assert comes_back(said) is pauses


def test_a_name_of_two_characters_behind_the_floor_is_the_name_of_the_shop() -> None:
    step = answered(opened("健身房跑路 年卡2980", CategoryGuess("市场经营/食品", "消费纠纷", "2103", 0.97)), "翠园小区2楼力健")
    assert step.form.draft.address.landmark == "力健"
    assert step.form.requested is Ask.OCCURRED_AT


def test_a_sum_without_the_old_one_is_put_right_beside_a_day() -> None:
    form = told(opened("健身房跑路 年卡2980", FEES), "翠园小区6号楼", "上个月二十八号").form
    step = answered(form, ("改一下 卡是3280 关门是二十六号", FIX))
    assert step.form.draft.description.startswith("健身房跑路 年卡3280")
    assert step.form.draft.occurred_at is not None
    assert step.form.draft.occurred_at.text == "二十六号"


def test_a_door_put_right_is_no_sum() -> None:
    form = told(opened("安检收了150", FEES), "翠园小区6号楼2单元301", "昨天").form
    step = answered(form, ("门牌错了 是302", FIX))
    assert "150" in step.form.draft.description
    assert step.form.draft.address.room == "302"


@pytest.mark.parametrize("said", ["银行说没打", "医院说没有床"])
def test_what_an_office_said_is_no_mere_no(said: str) -> None:
    step = answered(opened("退休金没到账", FEES), (said, "deny"))
    assert said in step.form.draft.description
    assert step.form.requested is Ask.ADDRESS
