"""Complaints on WeChat in winter: places with a name and no number, two things in one breath, a yes with a question behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from actions import replies
from backend.contracts.conversations import Address, TimeKind
from backend.contracts.understanding import CategoryGuess, Issue
from backend.domain.drafting.asking import question_of, read_back
from backend.domain.drafting.context import intents_in_context
from backend.domain.drafting.gist import gist_of
from backend.domain.drafting.heard import Heard
from backend.domain.drafting.model import Ask, Outcome, Previous
from backend.domain.drafting.rewording import reworded
from backend.domain.drafting.same_place import same_place, speaks_of_it
from backend.domain.drafting.spots import name_beside
from backend.domain.language.facts import draw_facts
from backend.domain.language.times import parse_time
from backend.domain.language.wishes import agrees_and_asks, says
from tests.unit.assistant.builders import FULL, NOW, PLACES, REPORT, fresh, told, turn
from tests.unit.assistant.fake_backend import FakeBackend, drafted, running, tracker
from tests.unit.assistant.test_actions import PATCH, run

FAQ = "POST faqs/answer"
FIX = "correct_previous_detail"
PLAY = CategoryGuess("噪音扰民", "商业娱乐", "0802", 0.97)
SCHOOL = CategoryGuess("教育", "培训退费", "1703", 0.97)
STALLS = CategoryGuess("市场经营/食品", "占道摊贩", "2102", 0.97)
INJURY = CategoryGuess("劳动欠薪", "工伤", "1602", 0.97)
BUILDING_NOISE = CategoryGuess("噪音扰民", "施工", "0801", 0.97)
FEES = Issue("物业费还涨了", "物业纠纷", "收费争议", "0602", 0.9)
DARK = Issue("楼道灯也不亮", "房屋维修", "楼道设施", "0505", 0.9)
CHARGING = "楼道里有人拉线给电动车充电"
HOME = Address(text="翠园小区6号楼2单元301室", estate="翠园小区", building="6", unit="2", room="301")


# --- a place beside a problem that is dropped


@pytest.mark.parametrize(
    "said",
    [
        "翠园小区9号楼 对了物业费那个先不说了",
        "物业费那个先不报了,翠园小区9号楼",
        "第二个不用报了 我家是翠园小区9号楼",
    ],
)
def test_the_place_told_beside_a_problem_that_is_dropped_is_kept(said: str) -> None:
    form = replace(told(fresh(), REPORT).form, also=(FEES, DARK))
    step = told(form, turn(said, "cancel"))
    assert len(step.form.also) == 1
    assert step.remarks == ("waiting_dropped",)
    assert (step.form.draft.address.estate, step.form.draft.address.building) == ("翠园小区", "9")
    assert step.form.requested is Ask.OCCURRED_AT


def test_the_house_of_the_dropped_problem_is_not_that_of_this_one() -> None:
    form = replace(told(fresh(), REPORT).form, also=(FEES,))
    step = told(form, turn("9号楼物业费那个先不报了", "cancel"))
    assert step.form.also == ()
    assert step.form.draft.address.text == ""
    assert step.form.requested is Ask.ADDRESS


# --- a word that is put right, with facts beside it


def test_a_word_of_the_matter_is_put_right_and_the_time_beside_it_is_taken() -> None:
    first = turn("门口天天一帮卖水果的把道堵死了", "report_complaint", guesses=(STALLS,))
    form = told(fresh(), first, "翠园小区门口", "17000001103").form
    step = told(form, turn("哎呀不是卖水果的 是卖烤地瓜的 有俩礼拜了", FIX, guesses=()))
    assert "卖烤地瓜" in step.form.draft.description
    assert "卖水果" not in f"{step.form.draft.description}{step.form.gist}"
    assert step.form.draft.occurred_at is not None
    assert step.form.draft.occurred_at.kind is TimeKind.SINCE
    assert set(step.changed) == {"description", "occurred_at"}


@pytest.mark.parametrize("said", ["不是昨天 是前天", "不是6号楼 是8号楼", "电话改成我媳妇的 17000004321"])
def test_a_field_that_is_put_right_is_no_word_of_the_matter(said: str) -> None:
    form = told(fresh(), ("昨天起屋里没暖气 翠园小区6号楼2单元301 17000001234 有电话", "report_complaint")).form
    assert reworded(form, turn(said, FIX, guesses=())) is None


def test_what_a_correction_tells_beside_the_field_goes_along() -> None:
    form = told(fresh(), ("屋里暖气一到晚上就凉,翠园小区6号楼2单元301,17000001234", "report_complaint")).form
    step = told(form, turn("不是一到晚上才 是白天也凉 晚上更厉害 有个把月了", FIX, guesses=()))
    assert "白天也凉" in step.form.draft.description
    assert step.form.draft.occurred_at is not None
    assert step.form.draft.occurred_at.text == "个把月了"


# --- where it is


@pytest.mark.parametrize(
    ("said", "landmark"),
    [
        ("翠园小区东门斜对过", "东门斜对过"),
        ("翠园小区大门口对面", "大门口对面"),
        ("菜市场后身拐角", "菜市场后身拐角"),
        ("翠园小区平房三排那边", "平房三排"),
        ("翠园小区平房区第三趟房头一家", "平房区第三趟房头一家"),
        ("我家平房三排 左数第二家", "平房三排左数第二家"),
    ],
)
def test_a_spot_that_lies_to_a_spot_and_a_row_of_cottages_are_places(said: str, landmark: str) -> None:
    place = draw_facts(said, message_time=NOW, gazetteer=PLACES).address
    assert place is not None
    assert place.address.landmark == landmark


@pytest.mark.parametrize("said", ["一排平房都没水", "平房一排排的", "三趟车都没等着", "我们那趟房"])
def test_what_only_speaks_of_rows_is_no_place(said: str) -> None:
    place = draw_facts(said, message_time=NOW, gazetteer=PLACES).address
    assert place is None or "排" not in place.address.landmark


@pytest.mark.parametrize(
    ("said", "landmark"),
    [
        ("舞动青春 就在翠园小区对过", "对过舞动青春"),
        ("启明星 翠园小区底商", "底商启明星"),
        ("翠园小区南门 小雅理发", "南门小雅理发"),
    ],
)
def test_the_name_of_the_house_is_part_of_the_place_where_it_was_asked_for(said: str, landmark: str) -> None:
    first = turn("孩子的班说关就关了", "report_complaint", guesses=(SCHOOL,))
    step = told(fresh(), first, turn(said, guesses=()))
    assert step.form.draft.address.estate == "翠园小区"
    assert sorted(step.form.draft.address.landmark) == sorted(landmark)


@pytest.mark.parametrize(
    "said", ["翠园小区 孩子上三年级", "翠园小区对面 不知道叫啥", "翠园小区 交了六千", "翠园小区旁边 刷大白的活", "翠园小区 远 偏"]
)
def test_what_is_no_name_stands_for_none(said: str) -> None:
    assert name_beside(said, draw_facts(said, message_time=NOW, gazetteer=PLACES)) == ""


def test_a_place_that_was_asked_for_is_no_further_problem() -> None:
    first = turn("在工地让钢管砸了脚 老板不给报工伤", "report_complaint", guesses=(INJURY,))
    answer = turn("物流园那个新盖的库房工地", "report_complaint", guesses=(BUILDING_NOISE,))
    step = told(fresh(), first, answer)
    assert step.form.also == ()
    assert step.form.draft.address.landmark == "物流园那个新盖的库房工地"


def test_a_further_problem_told_instead_of_the_place_still_waits_for_its_turn() -> None:
    first = turn("在工地让钢管砸了脚 老板不给报工伤", "report_complaint", guesses=(INJURY,))
    step = told(fresh(), first, turn("那个工地半夜还打桩吵死人了", "report_complaint", guesses=(BUILDING_NOISE,)))
    assert [issue.subcategory for issue in step.form.also] == ["施工"]


def test_of_an_election_no_house_is_asked() -> None:
    votes = CategoryGuess("物业纠纷", "业委会", "0603", 0.97)
    form = told(fresh(), turn("业委会选举造假", "report_complaint", guesses=(votes,)), "翠园小区").form
    assert form.requested is Ask.OCCURRED_AT


def test_of_an_employer_no_estate_is_asked() -> None:
    first = turn("在工地让钢管砸了脚 老板不给报工伤", "report_complaint", guesses=(INJURY,))
    form = told(fresh(), first, "物流园").form
    assert form.requested is Ask.ADDRESS_DETAIL
    assert "小区" not in question_of(form).values["wanted"]


# --- the home that was just told


@pytest.mark.parametrize("said", ["我家报停了取暖费咋还收三成", "我们楼下一楼把绿地圈起来了", "俺家对门天天放鞭炮"])
def test_who_has_just_reported_from_home_need_not_tell_it_again(said: str) -> None:
    assert speaks_of_it(said, just_filed=True)
    assert not speaks_of_it(said, just_filed=False)
    assert same_place(said, HOME).building == "6"


@pytest.mark.parametrize("said", ["我家孩子学校食堂不干净", "我家附近的路灯", "我家门口的车", "我家老人住院"])
def test_not_everything_of_mine_is_at_my_home(said: str) -> None:
    assert not speaks_of_it(said, just_filed=True)


def test_another_place_or_one_that_was_no_home_is_not_mixed_with_it() -> None:
    square = Address(text="站前广场", landmark="站前广场")
    assert same_place("我家没水", square) == Address()
    assert same_place("我家没水", HOME, Address(text="解放小区", estate="解放小区")) == Address()


def test_a_neighbour_below_is_in_the_same_staircase_and_not_behind_the_same_door() -> None:
    place = same_place("我们楼下天天打麻将", HOME)
    assert (place.unit, place.room) == ("2", "")
    step = told(fresh(), turn("我们楼下天天打麻将", "report_complaint", previous=Previous(address=HOME)))
    assert step.form.draft.address.building == "6"
    assert step.form.requested is not Ask.ADDRESS


def test_the_door_of_a_neighbour_that_is_named_is_not_ones_own() -> None:
    said = turn("我家对门6号楼2单元302往外淌水").facts.address
    assert said is not None
    assert same_place("我家对门6号楼2单元302往外淌水", HOME, said.address).room == ""
    assert same_place("楼上洗衣机的水漏我家一墙", HOME).room == "301"


# --- when it was


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("我都搬走快一个月了", "快一个月了"),
        ("天天这样都快俩月了", "快俩月了"),
        ("有小一年了", "小一年了"),
        ("有阵子了吧 我今天才碰上", "有阵子了"),
        ("我昨天才知道 坏了半个月了", "半个月了"),
        ("晚上更厉害 有个把月了", "个把月了"),
        ("今天才发现漏水", "今天"),
    ],
)
def test_how_long_is_heard_whole_and_before_the_day_on_which_it_was_noticed(said: str, words: str) -> None:
    mention = parse_time(said, datetime.fromisoformat("2026-11-24T14:10:00+08:00"))
    assert mention is not None
    assert mention.occurred_at.text == words


@pytest.mark.parametrize("said", ["我们这小区现在可不像话了 电梯总坏", "物业现在太不像话了"])
def test_an_outcry_about_how_things_are_is_no_time(said: str) -> None:
    assert parse_time(said, NOW) is None


# --- a yes with a question behind it


@pytest.mark.parametrize(
    "said", ["对 这个多久能来人啊", "对,要钱吗", "中 这个得多少天能给信儿", "行 那谁来修啊", "对 是不是还得花钱啊"]
)
def test_a_yes_with_a_question_behind_it_files(said: str) -> None:
    assert agrees_and_asks(said)
    step = told(fresh(), FULL, turn(said, "ask_faq"))
    assert step.outcome is Outcome.FILE
    assert step.form.draft.description == FULL[0]


@pytest.mark.parametrize(
    "said", ["对不对啊", "对 单元写没写上", "对了 那个要不要身份证", "对 不过是不是写错了", "行不行啊", "对"]
)
def test_a_question_about_the_read_back_is_no_such_yes(said: str) -> None:
    assert not agrees_and_asks(said)


def test_a_yes_that_asks_after_a_fact_of_the_read_back_files_nothing() -> None:
    assert told(fresh(), FULL, turn("嗯 写的是3单元吗", "ask_faq")).outcome is Outcome.ASK


@pytest.mark.parametrize(
    ("said", "intent"),
    [("上个月搞的选举", "provide_info"), ("上个月报的那个咋样了", "query_status"), ("上次报的修了没", "query_status")],
)
def test_a_day_that_is_told_in_the_form_asks_after_no_order(said: str, intent: str) -> None:
    facts = draw_facts(said, message_time=NOW, gazetteer=PLACES)
    heard = Heard(said, (("query_status", 0.8), ("provide_info", 0.1)), facts, None, requested=Ask.ADDRESS_DETAIL.value)
    assert intents_in_context(heard)[0][0] == intent


def test_what_comes_now_and_then_came_last_on_a_day() -> None:
    form = told(fresh(), ("楼外皮年年掉,翠园小区8号楼", "report_complaint")).form
    when = told(form, "大前天掉的 照片给你了 17000003101").form.draft.occurred_at
    assert when is not None
    assert (when.text, when.kind) == ("年年,大前天", TimeKind.RECURRING)
    assert when.start is not None


def test_what_is_daily_has_no_last_day() -> None:
    form = told(fresh(), ("屋里暖气天天半夜凉,翠园小区6号楼2单元301", "report_complaint")).form
    when = told(form, "前天我找过物业了 17000003101").form.draft.occurred_at
    assert when is not None
    assert when.text == "天天半夜"


# --- what is said to us and tells nothing


@pytest.mark.parametrize("said", ["行吧 就这么报", "对 赶紧给查查吧", "好 就这样吧"])
def test_what_only_bids_us_go_on_is_not_written_down(said: str) -> None:
    step = told(fresh(), FULL, turn(said, "affirm"))
    assert step.outcome is Outcome.FILE
    assert step.form.draft.description == FULL[0]


def test_what_stands_beside_the_bidding_is_written_down() -> None:
    step = told(fresh(), FULL, turn("对 家里有个吃奶的孩子 赶紧给查查吧", "affirm"))
    assert step.form.draft.description.endswith(";家里有个吃奶的孩子")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("17000003104 周末打 平时上班接不了", "周末打、平时上班接不了"),
        ("电话你就记我老伴的吧零四一二零零零三一零八", "电话你就记我老伴的"),
    ],
)
def test_whose_phone_it_is_and_when_to_call_is_told_to_those_who_call(said: str, kept: str) -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼2单元301", "昨天", said)
    assert step.form.requested is Ask.CONFIRM
    assert step.form.draft.description.endswith(f";{kept}")


@pytest.mark.parametrize("said", ["一趟街都是卖货的", "这条街没灯", "那趟街太乱"])
def test_a_street_that_is_only_counted_has_no_name(said: str) -> None:
    place = draw_facts(said, message_time=NOW, gazetteer=PLACES).address
    assert place is None or place.address.road == ""


@pytest.mark.parametrize("beside", ["刚少打一位", "你倒是写上啊", "还是留个电话吧", "照片给你了", "在这儿说就行"])
def test_words_about_the_writing_are_no_part_of_the_matter(beside: str) -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼2单元301", "昨天", f"17000003366 {beside}")
    assert step.form.draft.contact_phone == "17000003366"
    assert beside not in step.form.draft.description


def test_that_a_number_cannot_be_said_by_heart_leaves_the_phone_open() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼2单元301", "昨天", "电话我背不下来呀 孩子给弄的")
    assert step.form.requested is Ask.CONFIRM


def test_that_a_place_has_no_number_is_no_refusal_of_the_phone() -> None:
    step = told(fresh(), REPORT, "翠园小区门口", "昨天", "就路口 没有门牌号")
    assert step.form.requested is Ask.CONTACT_PHONE


def test_a_date_of_something_else_is_kept_where_the_phone_was_asked_for() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼2单元301", "天天早上", "上个月月初交的钱")
    assert step.understood
    assert "上个月月初交的钱" in step.form.draft.description


def test_the_phone_of_somebody_who_stays_unnamed_is_read_back() -> None:
    form = told(fresh(), (f"{CHARGING},翠园小区6号楼2单元,昨天,17000001234,给我匿名", "report_complaint")).form
    assert form.draft.anonymous
    assert "匿名,电话17000001234" in read_back(form)


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("那我得带点啥去不", "how_to_apply"),
        ("用不用带身份证啊", "how_to_apply"),
        ("先不说了 开会去了 回头再弄", "puts_off"),
        ("赶紧给查查吧", "presses_whole"),
    ],
)
def test_plain_words_are_heard_for_what_they_want(said: str, wish: str) -> None:
    assert says(wish, said)


@pytest.mark.parametrize(
    ("said", "name"),
    [("电话就打我儿子的吧他叫刘军一七零零零零零一一一九", "刘军"), ("我闺女叫张丽17000001119", "张丽"), ("孩子叫张明", "")],
)
def test_the_name_of_those_whose_phone_it_is_stands_before_the_number(said: str, name: str) -> None:
    assert draw_facts(said, message_time=NOW, gazetteer=PLACES).name == name


# --- the actions


def _open(requested: str, **form: object) -> dict[str, object]:
    return {"form": {"id": "d1", "requested": requested, **form}, "service_code": "0101", "description": "屋里冷"}


async def test_a_yes_with_a_question_is_filed_and_answered() -> None:
    answered = FakeBackend({PATCH: (200, drafted("confirm", outcome="file")), FAQ: (200, {"key": "fee", "answer": "不要钱。"})})
    said = tracker("对 要钱吗", "ask_faq", draft=_open("confirm"), parsed={"wishes": ["asks", "asks_fee", "agrees_and_asks"]})
    async with running(answered):
        text, _, slots = await run("validate_complaint_form", said)
    assert text == "不要钱。"
    assert (slots["draft_id"], slots["requested_slot"]) == ("d1", None)


async def test_a_yes_with_a_question_that_files_nothing_is_answered_like_any_question() -> None:
    question = {"key": "confirm", "values": {"summary": "屋里冷"}, "choices": []}
    waiting = FakeBackend({PATCH: (200, drafted("confirm", question=question)), FAQ: (200, {"key": "fee", "answer": "不要钱。"})})
    said = tracker("对 要钱吗", "ask_faq", draft=_open("confirm"), parsed={"wishes": ["asks", "asks_fee", "agrees_and_asks"]})
    async with running(waiting):
        text, _, slots = await run("validate_complaint_form", said)
    assert text.startswith("不要钱。")
    assert slots["requested_slot"] == "confirmed"


async def test_who_asked_for_secrecy_hears_that_it_is_kept_and_not_how_to_ask_for_it() -> None:
    fake = FakeBackend({PATCH: (200, drafted("contact_phone")), FAQ: (200, {"key": "privacy", "answer": "说一声“保密”就行。"})})
    draft = _open("contact_phone", confidential=True)
    said = tracker("会不会泄露啊", "ask_faq", draft=draft, parsed={"faq": {"key": "privacy", "confidence": 0.99}})
    async with running(fake):
        text, _, _ = await run("validate_complaint_form", said)
    assert any(text.startswith(variant) for variant in replies.table()["confidential_noted"])
    assert "说一声" not in text


# --- what leads up to the matter


def test_what_leads_up_to_the_matter_is_the_beginning_of_its_story() -> None:
    lead = turn("我家楼下开了个麻将馆", "provide_info", guesses=())
    form = told(fresh(), lead, turn("天天打到后半夜 哗啦哗啦的", "report_complaint", guesses=(PLAY,))).form
    assert form.draft.description == "我家楼下开了个麻将馆;天天打到后半夜 哗啦哗啦的"
    assert form.draft.subcategory == "商业娱乐"


@pytest.mark.parametrize(
    ("said", "intent"),
    [("我想反映个事", "report_complaint"), ("翠园小区6号楼", "provide_info"), ("谢谢啊", "thanks"), ("能报修吗", "ask_faq")],
)
def test_manners_a_place_and_a_question_begin_no_story(said: str, intent: str) -> None:
    first = turn(said, intent, guesses=(), issues=(), content=False)
    form = told(fresh(), first, turn("楼道里堆满了破烂", "report_complaint", guesses=(PLAY,))).form
    assert form.draft.description == "楼道里堆满了破烂"


def test_a_scene_without_a_fault_is_no_problem_of_its_own() -> None:
    paid = Issue("取暖费交得足足的", "供暖", "收费争议", "0104", 0.9)
    cold = Issue("屋里才16度 穿羽绒服过日子呢", "供暖", "室温不达标", "0101", 0.9)
    said = turn("取暖费交得足足的 屋里才16度 穿羽绒服过日子呢", "report_complaint", issues=(paid, cold))
    form = told(fresh(), said).form
    assert form.also == ()
    assert form.draft.subcategory == "室温不达标"
    assert form.draft.description.startswith("取暖费交得足足的")


def test_two_faults_are_two_problems_still() -> None:
    lift = Issue("电梯坏了", "房屋维修", "电梯故障", "0503", 0.9)
    form = told(fresh(), turn("电梯坏了 楼道灯也不亮", "report_complaint", issues=(lift, DARK))).form
    assert form.also == (DARK,)


@pytest.mark.parametrize(
    "said", ["不留 哎楼号错了 是17号楼", "17000001234 楼号写错了 应该是17号楼", "昨天 哦对了楼号不对 是17号楼"]
)
def test_a_house_that_is_put_right_beside_another_answer_is_another_now(said: str) -> None:
    form = told(fresh(), REPORT, "翠园小区19号楼3单元501").form
    assert told(form, said).form.draft.address.building == "17"


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("请问孩子上学的事归你们管吗 我家户口在山南 小学不收 说没学位了", "report_complaint"),
        ("这事你们管不 楼上天天半夜打孩子似的闹 我都睡不好", "report_complaint"),
        ("请问孩子上学的事归你们管吗", "ask_faq"),
        ("你们管不管啊 都管啥", "ask_faq"),
    ],
)
def test_who_asks_leave_and_tells_a_matter_reports_it(said: str, intent: str) -> None:
    facts = draw_facts(said, message_time=NOW, gazetteer=PLACES)
    matter = replace(SCHOOL, confidence=0.97)
    heard = Heard(said, (("ask_faq", 0.9), ("report_complaint", 0.05)), facts, None, matter=matter)
    assert intents_in_context(heard)[0][0] == intent


@pytest.mark.parametrize(
    ("said", "words"),
    [("3号停的", "3号"), ("对炉菜市场3号摊", ""), ("2号窗口没人", "")],
)
def test_a_stall_has_a_number_and_no_day(said: str, words: str) -> None:
    mention = parse_time(said, NOW)
    assert (mention.occurred_at.text if mention else "") == words


def test_nobody_minding_it_is_read_back_whole() -> None:
    said = "铁栏杆横在道上好几天了没人管呢"
    assert not gist_of(said, draw_facts(said, message_time=NOW, gazetteer=PLACES)).endswith("没")
