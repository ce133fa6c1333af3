"""What was told by text message in November: places without a number, things without a fault, a yes with a wish beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.contracts.conversations import TimeKind
from backend.contracts.understanding import CategoryGuess, Facts, Issue
from backend.domain.drafting.asking import question_of, read_back
from backend.domain.drafting.context import hear, intents_in_context
from backend.domain.drafting.gist import LONGEST, gist_of, shorter
from backend.domain.drafting.model import Ask, OpenForm, Outcome, Step
from backend.domain.drafting.several import next_form
from backend.domain.drafting.spots import spot_in
from backend.domain.language.facts import draw_facts
from backend.domain.language.gazetteer import Gazetteer, Place
from backend.domain.language.matters import names_only_a_thing
from backend.domain.language.normalise import normalise
from backend.domain.language.times import parse_time
from backend.domain.language.wishes import says
from tests.unit.assistant.builders import NOW, PLACES, fresh, told, turn

FEES = CategoryGuess("医疗", "收费", "1802", 0.95)
WAGES = CategoryGuess("劳动欠薪", "拖欠工资", "1601", 0.95)
TREE = CategoryGuess("绿化", "树木修剪倒伏", "1201", 0.95)
VOLTS = CategoryGuess("供电", "电压不稳", "0303", 0.95)
NO_WATER = CategoryGuess("供水", "停水", "0201", 0.97)
DIRTY_WATER = CategoryGuess("供水", "水质", "0203", 0.97)
DANCE = CategoryGuess("噪音扰民", "广场舞", "0803", 0.95)
LAMP = CategoryGuess("道路设施", "路灯", "1101", 0.95)
THEFT = CategoryGuess("治安", "盗窃", "1401", 0.95)
TOILET = CategoryGuess("环境卫生", "公厕", "0704", 0.95)
PHONE = "17000000001"


def opened(text: str, guess: CategoryGuess, phone: str = PHONE) -> OpenForm:
    """A form that this message has opened."""
    return told(fresh(phone), turn(text, "report_complaint", guesses=(guess,))).form


def answered(form: OpenForm, *said: str | tuple[str, str]) -> Step:
    """The form after these answers, none of which sounds like a matter."""
    pairs = [each if isinstance(each, tuple) else (each, "provide_info") for each in said]
    return told(form, *(turn(text, intent, guesses=(), known_phone=PHONE) for text, intent in pairs))


# --- where


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("解放街道那边 万达后身那个工地", "解放街道万达后身那个工地"),
        ("新兴街道的卫生服务中心", "新兴街道卫生服务中心"),
        ("没有小区,就是卫生服务中心,新兴街道只有一个", "新兴街道卫生服务中心"),
        ("湖南街道 大润发二楼卖鱼的", "湖南街道大润发二楼卖鱼"),
        ("翠园小区跟解放小区中间那条道", "翠园小区跟解放小区中间那条道"),
        ("就我们小区门口那个超市 翠园小区", "翠园小区门口那个超市"),
        ("翠园小区里面那条主道", "翠园小区里面那条主道"),
        ("翠园小区后门 垃圾站旁边", "翠园小区后门垃圾站旁边"),
        ("翠园小区3号楼和4号楼中间", "翠园小区3号楼和4号楼中间"),
        ("常青小区对面小广场", "常青小区对面小广场"),
        ("园林路上的美发店 叫丝域", "园林路上的美发店丝域"),
        ("大孤山村口加油站过去五十米", "大孤山村口加油站过去五十米"),
    ],
)
def test_a_place_without_a_number_is_kept_whole(answer: str, text: str) -> None:
    form = answered(opened("看病乱收钱 昨天", FEES), answer).form
    assert form.draft.address.text == text
    assert form.requested is Ask.CONFIRM


@pytest.mark.parametrize(
    "words", ["楼下天天有人打牌", "早就坏了", "我也不清楚", "师傅来看过", "23路", "三楼", "他家孩子", "多少钱一斤"]
)
def test_what_tells_no_spot_is_none(words: str) -> None:
    assert spot_in(words) == ""


def test_a_road_that_is_denied_is_no_road() -> None:
    address = answered(opened("树枝子打玻璃 昨天", TREE), "我在翠园小区5号楼二楼呢 不是路上").form.draft.address
    assert (address.road, address.text) == ("", "翠园小区5号楼2楼")


@pytest.mark.parametrize(
    ("said", "street", "village", "group"),
    [
        ("大孤山上石桥村二组 电压低", "大孤山街道", "上石桥村", "二组"),
        ("大孤山镇西鞍山村", "大孤山街道", "西鞍山村", ""),
        ("大孤山镇上石桥村村口路灯坏了", "大孤山街道", "上石桥村", "村口"),
        ("矿工新村3号楼停电", "", "矿工新村", ""),
    ],
)
def test_a_village_is_named_with_its_street_and_its_group(said: str, street: str, village: str, group: str) -> None:
    mention = draw_facts(said, message_time=NOW, gazetteer=PLACES).address
    assert mention is not None
    assert (mention.address.street, mention.address.estate, mention.address.landmark) == (street, village, group)


def test_who_lives_in_a_village_is_asked_for_the_group_and_for_no_building() -> None:
    form = answered(opened("电压太低了 昨天", VOLTS), "大孤山上石桥村").form
    assert "几组" in question_of(form).values["wanted"]
    assert answered(form, "村里哪来的楼 二组 老孙家磨坊").form.draft.address.text == "大孤山街道上石桥村二组"


@pytest.mark.parametrize("answer", ["拆没了 哪有楼号", "没有小区 就那一片", "哪儿来的门牌啊"])
def test_there_is_no_number_to_be_had_is_no_landmark(answer: str) -> None:
    form = answered(opened("回迁房不给 去年", FEES), "翠园小区", answer).form
    assert (form.draft.address.text, form.requested) == ("翠园小区", Ask.CONFIRM)
    assert answer in form.draft.description


def test_what_is_said_again_without_anything_new_is_the_whole_place() -> None:
    form = answered(opened("看病乱收钱 昨天", FEES), "翠园小区 后院旁").form
    assert form.draft.address.landmark
    for again in (("地址就是翠园小区", "provide_info"), ("不对 就写翠园小区", "correct_previous_detail")):
        assert answered(form, again).form.draft.address.text == "翠园小区"
    assert answered(form, ("哪儿错了", "deny"), "翠园小区").form.draft.address.text == "翠园小区"
    assert answered(form, "翠园小区").form.draft.address.landmark  # nothing was called wrong


def test_numbers_of_the_place_stay_when_only_its_name_is_said_again() -> None:
    form = answered(opened("屋里冷 昨天", FEES), "翠园小区6号楼2单元301").form
    assert answered(form, ("地址就是翠园小区6号楼", "provide_info")).form.draft.address.room == "301"


def test_a_place_that_is_put_right_in_words_takes_the_place_of_the_wrong_one() -> None:
    form = answered(opened("看病乱收钱 昨天", FEES), "新兴街道", "就那个白房子那儿").form
    form = answered(form, ("不对,地方是新兴街道卫生服务中心", "correct_previous_detail")).form
    assert form.draft.address.text == "新兴街道卫生服务中心"


@pytest.mark.parametrize(
    ("text", "guess", "key"),
    [
        ("公厕锁了", TOILET, "address_outdoors"),
        ("树枝子快捅进我家窗户了", TREE, "address"),
        ("树倒路上了", TREE, "address_outdoors"),
    ],
)
def test_where_is_asked_as_it_lies(text: str, guess: CategoryGuess, key: str) -> None:
    assert question_of(opened(text, guess)).key == key


# --- what


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("狗", True),
        ("暖气有问题", True),
        ("我爸医保的事儿", True),
        ("俺家自来水不对劲", True),
        ("我家暖气咋回事", True),
        ("违建", True),
        ("暖气不热", False),
        ("楼道灯坏了", False),
        ("停水", False),
        ("漏水", False),
        ("家里", False),
        ("电梯有问题 老停在半道", False),
    ],
)
def test_a_thing_alone_is_told_from_a_fault(text: str, only: bool) -> None:
    assert names_only_a_thing(text) is only


@pytest.mark.parametrize(("text", "wish"), [("狗", "abuse"), ("违建", "bye"), ("下水道", "chitchat")])
def test_a_bare_thing_before_any_form_is_a_report(text: str, wish: str) -> None:
    heard = hear(text, ((wish, 0.9), ("report_complaint", 0.05)), Facts(), "", ())
    assert intents_in_context(heard)[0][0] == "report_complaint"


def test_what_is_wrong_with_a_thing_is_asked_once_and_decides_its_kind() -> None:
    form = opened("俺家自来水不对劲", NO_WATER)
    assert (form.requested, question_of(form).key) == (Ask.DESCRIPTION, "description_more")
    form = told(form, turn("没停水 水是黄的", "report_complaint", guesses=(DIRTY_WATER,))).form
    assert (form.draft.subcategory, form.requested) == ("水质", Ask.ADDRESS)
    assert form.draft.description == "俺家自来水不对劲;没停水 水是黄的"
    assert form.gist == "俺家自来水不对劲、没停水、水是黄的"


@pytest.mark.parametrize("answer", ["不知道", "翠园小区6号楼"])
def test_what_is_wrong_is_never_asked_for_again(answer: str) -> None:
    form = answered(opened("狗", THEFT), answer, "翠园小区6号楼2单元", "昨天").form
    assert (form.asked["description"], form.requested) == (1, Ask.CONFIRM)
    assert read_back(form).startswith("狗")
    assert form.draft.description.startswith("狗")


def test_a_leaf_that_says_nothing_is_not_offered() -> None:
    unsaid = CategoryGuess("其他", "未说明", "2299", 0.3)
    pipes = CategoryGuess("供水", "管网漏水", "0202", 0.3)
    dug = CategoryGuess("其他", "施工损坏", "2206", 0.2)
    form = told(fresh(PHONE), turn("水管子让人整了一下", "report_complaint", guesses=(pipes, unsaid, dug), issues=())).form
    assert [guess.subcategory for guess in form.options] == ["管网漏水", "施工损坏"]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("我替我爷爷发的,他不会打字。我爷爷网上买的药,快递没送到,丢了", "我爷爷网上买的药、快递没送到、丢了"),
        ("楼上漏水 打我老公电话17000003344", "楼上漏水"),
        ("你好我帮我嫲嫲问下,她养老金没到账", "她养老金没到账"),
        ("量个血压收了我15块钱,我觉得不合理", "量个血压收了我15块钱"),
        ("我小孩读解放街道那边的实验小学 伙食费收两遍", "伙食费收两遍"),
        ("水是黄的 一股味", "水是黄的、一股味"),
    ],
)
def test_the_read_back_tells_the_matter_and_not_who_tells_it(text: str, short: str) -> None:
    plain = normalise(text).text
    assert gist_of(plain, draw_facts(plain, message_time=NOW, gazetteer=PLACES)) == short


def test_a_long_read_back_leaves_clauses_out() -> None:
    long = "、".join(("跳广场舞", "音响震天", "我上夜班睡不着", "说了不听", "老人受不了"))
    assert len(long) <= LONGEST
    assert len(shorter(long)) < len(long)
    form = answered(opened("跳广场舞 音响震天 我上夜班睡不着 说了不听 老人受不了 昨天", DANCE), "翠园小区6号楼").form
    there = "解放街道翠园小区6号楼2单元3楼东边那户人家的窗户底下靠着菜市场后身"
    assert "老人受不了" in read_back(form)
    far = answered(form, (f"不对 地址是{there}", "correct_previous_detail")).form
    assert "老人受不了" not in read_back(far)
    assert read_back(far).startswith("跳广场舞")


# --- when


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("课后服务费收了三次,每次380", ""),
        ("每个月收三百块钱", ""),
        ("每月15号停水", "每月15号"),
        ("这学期开学到现在收了三次", "这学期开学到现在"),
        ("开学就没热水", "开学"),
        ("孩子开学要交钱", ""),
        ("平时15号就发了", ""),
        ("平时也停水", "平时"),
    ],
)
def test_a_price_or_a_habit_is_no_time_of_a_trouble(text: str, when: str) -> None:
    mention = parse_time(text, NOW)
    assert (mention.occurred_at.text if mention else "") == when


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (datetime(2026, 11, 24, 6, tzinfo=UTC), datetime(2026, 8, 31, 16, tzinfo=UTC)),
        (datetime(2026, 4, 2, 6, tzinfo=UTC), datetime(2026, 2, 28, 16, tzinfo=UTC)),
        (datetime(2026, 1, 9, 6, tzinfo=UTC), datetime(2025, 8, 31, 16, tzinfo=UTC)),
    ],
)
def test_a_school_term_begins_in_march_or_september(now: datetime, start: datetime) -> None:
    mention = parse_time("从这学期开始", now)
    assert mention is not None
    assert (mention.occurred_at.kind, mention.occurred_at.start) == (TimeKind.SINCE, start)


@pytest.mark.parametrize(("when", "carried"), [("天天晚上七点到九点半", ""), ("从昨天晚上", "从昨天晚上")])
def test_a_daily_hour_is_not_carried_to_the_next_problem(when: str, carried: str) -> None:
    text = f"翠园小区6号楼跟前 {when}跳广场舞 还有那边路灯坏了俩"
    issues = tuple(
        Issue(words, guess.category, guess.subcategory, guess.service_code, 0.95)
        for words, guess in ((f"{when}跳广场舞", DANCE), ("那边路灯坏了俩", LAMP))
    )
    form = told(fresh(PHONE), turn(text, "report_complaint", guesses=(DANCE,), issues=issues)).form
    following = next_form(form, draft_id="d2")
    assert following is not None
    assert (following.draft.occurred_at.text if following.draft.occurred_at else "")[:5] == carried[:5]


# --- beside an answer


@pytest.mark.parametrize("said", ["对 电话别留了", "对 别留我电话", "行 别记我号码"])
def test_a_yes_that_keeps_the_phone_back_files_nothing_with_it(said: str) -> None:
    form = answered(opened("看病乱收钱 昨天", FEES), "翠园小区6号楼").form
    step = answered(form, (said, "affirm"))
    assert (step.outcome, step.form.draft.contact_phone, step.form.requested) == (Outcome.ASK, "", Ask.CONFIRM)
    filed = answered(step.form, ("对", "affirm"))
    assert (filed.outcome, filed.form.draft.contact_phone) == (Outcome.FILE, "")


def test_a_plain_yes_files_with_the_phone() -> None:
    step = answered(opened("看病乱收钱 昨天", FEES), "翠园小区6号楼", ("对 快点啊", "affirm"))
    assert (step.outcome, step.form.draft.contact_phone) == (Outcome.FILE, PHONE)


@pytest.mark.parametrize("leaves", ["回头再说 我先接孩子", "我先做饭 一会儿再说"])
@pytest.mark.parametrize("back", ["我又来了 接着说", "忙完了 说吧", "继续吧", "刚才说到哪了", "好了 你问吧"])
def test_who_leaves_and_comes_back_finds_the_question_where_it_was(leaves: str, back: str) -> None:
    form = answered(opened("树枝子打玻璃", TREE), leaves).form
    assert (form.requested, form.settled, form.draft.description) == (Ask.ADDRESS, (), "树枝子打玻璃")
    step = answered(form, back)
    assert (step.form.requested, step.understood, step.remarks) == (Ask.ADDRESS, True, ("going_on",))


@pytest.mark.parametrize("words", ["来电了又没了", "我回来就看见水冒出来了", "接着又停了", "修完又坏了", "到哪都这样"])
def test_what_only_sounds_like_coming_back_is_none(words: str) -> None:
    assert not says("is_back_whole", words)


def test_an_unknown_door_is_no_answer_to_since_when() -> None:
    step = answered(opened("树枝子打玻璃", TREE), "翠园小区5号楼", "几单元不知道")
    assert (step.form.requested, step.remarks) == (Ask.OCCURRED_AT, ("not_needed",))
    assert answered(step.form, "不知道").form.requested is Ask.CONFIRM


def test_another_matter_is_kept_for_later_however_faint_where_it_is_none_of_this_kind() -> None:
    stairs = CategoryGuess("房屋维修", "楼道设施", "0505", 0.27)
    form = answered(opened("电瓶让人偷了 昨天", THEFT), "翠园小区车棚").form
    form = told(form, turn("还有那个车棚灯也坏了", "report_complaint", guesses=(stairs,))).form
    assert [issue.subcategory for issue in form.also] == ["楼道设施"]
    assert form.draft.description == "电瓶让人偷了 昨天"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("没有煤汽", "没有煤气"), ("汽停了", "气停了"), ("公交汽车停了", "公交汽车停了")],
)
def test_gas_is_spelt_as_it_is_meant(typed: str, meant: str) -> None:
    assert normalise(typed).text == meant


def test_the_places_of_the_shipped_table_are_known_without_a_directory() -> None:
    mention = draw_facts("长甸上沟村三组", message_time=NOW, gazetteer=Gazetteer.build([Place("estate", "翠园小区")])).address
    assert mention is not None
    assert mention.address.street == "长甸街道"


HYDRANT = CategoryGuess("消防/安全隐患", "设施缺失", "1306", 0.9)
CHARGER = CategoryGuess("消防/安全隐患", "电动车充电", "1304", 0.9)


@pytest.mark.parametrize("intent", ["affirm", "report_complaint", "provide_info"])
@pytest.mark.parametrize(
    ("said", "added", "described"),
    [
        ("对 还有消防栓也没水", ["设施缺失"], ""),
        ("行 另外消防栓也没水", ["设施缺失"], ""),
        ("对 整个单元都这样", [], "整个单元都这样"),
        ("对 谢谢了", [], ""),
        ("对", [], ""),
    ],
)
def test_what_stands_beside_the_yes_is_never_lost(said: str, added: list[str], described: str, intent: str) -> None:
    form = opened("充电桩坏了三个 一个月了 翠园小区6号楼", CHARGER)
    guesses = (HYDRANT,) if added else (CHARGER,)
    step = told(form, turn(said, intent, guesses=guesses))
    assert step.outcome is Outcome.FILE
    assert [issue.subcategory for issue in step.form.also] == added
    assert step.form.draft.description == ";".join(filter(None, (form.draft.description, described)))


@pytest.mark.parametrize(
    ("first", "answer", "text"),
    [
        ("挂号挂不上 你们能管医院不 昨天", "区医院门诊", "区医院门诊"),
        ("沟没盖 昨天", "翠园小区西门进来往左", "翠园小区西门进来往左"),
        ("鸽子屎 昨天", "翠园小区 6栋3单元 我是401", "翠园小区6号楼3单元401室"),
        ("拒载 昨天", "就火车站出站口呗", "火车站出站口"),
    ],
)
def test_a_question_about_offices_is_no_place_and_the_way_in_is_one(first: str, answer: str, text: str) -> None:
    assert answered(opened(first, FEES), answer).form.draft.address.text == text


@pytest.mark.parametrize(("said", "when"), [("以前没有啊", ""), ("以前挺好", ""), ("以前就这样", "以前")])
def test_what_was_not_before_is_no_time_of_a_trouble(said: str, when: str) -> None:
    mention = parse_time(said, NOW)
    assert (mention.occurred_at.text if mention else "") == when


@pytest.mark.parametrize("intent", ["correct_previous_detail", "deny", "provide_info"])
@pytest.mark.parametrize(("said", "text"), [("说错了 是南门", "翠园小区南门"), ("不对 应该是对面", "翠园小区对面")])
def test_another_side_of_the_same_place_is_put_right(said: str, text: str, intent: str) -> None:
    form = answered(opened("早市把道占了 昨天", FEES), "翠园小区北门").form
    assert form.requested is Ask.CONFIRM
    assert answered(form, (said, intent)).form.draft.address.text == text


def test_since_when_it_happens_daily_goes_along_with_the_hour() -> None:
    form = answered(opened("咣咣响 天天后半夜", DANCE), "翠园小区6号楼").form
    when = answered(form, "有俩月了").form.draft.occurred_at
    assert when is not None
    assert (when.text, when.kind) == ("天天后半夜,俩月了", TimeKind.RECURRING)
    wrong = answered(form, ("时间不对 是从上个月", "correct_previous_detail")).form.draft.occurred_at
    assert wrong is not None
    assert "天天" not in wrong.text


def test_a_choice_of_kinds_is_offered_twice_at_most() -> None:
    unsure = (CategoryGuess("教育", "入学", "1702", 0.3), CategoryGuess("教育", "收费", "1701", 0.25))
    form = told(fresh(PHONE), turn("学生卡的钱交了 卡没见着", "report_complaint", guesses=unsure, issues=())).form
    assert form.requested is Ask.CATEGORY or form.draft.category
    form = replace(form, options=unsure, requested=Ask.CATEGORY, draft=replace(form.draft, category="", subcategory=""))
    seen = []
    for said in ("翠园小区6号楼", "九月份交的", "我姓刘"):
        form = answered(form, said).form
        seen.append(form.requested)
    assert seen.count(Ask.CATEGORY) <= 1
    assert seen[-1] is Ask.CONFIRM


def test_leaving_in_the_middle_tells_nothing_of_the_matter_and_being_back_is_no_time() -> None:
    form = answered(opened("大娘跟你说个事儿 下水道堵了", FEES), "翠园小区5号楼", "昨晚上 我得去医院 等会儿再说").form
    assert (form.gist, form.requested) == ("下水道堵了", Ask.CONFIRM)
    assert form.draft.description == "大娘跟你说个事儿 下水道堵了"
    step = answered(form, "我回来了 刚才说到哪了")
    assert step.remarks == ("going_on",)
    assert step.form.draft.occurred_at == form.draft.occurred_at


def test_a_bare_every_day_gives_way_to_since_when() -> None:
    form = answered(opened("有家棋牌室天天耍钱", DANCE), "翠园小区6号楼").form
    when = answered(form, "得有俩仨月了").form.draft.occurred_at
    assert when is not None
    assert when.kind is TimeKind.SINCE


def test_a_thing_that_was_cut_off_from_another_problem_is_not_asked_about() -> None:
    cut = tuple(Issue(words, HYDRANT.category, "消防通道堵塞", "1302", 0.9) for words in ("快递柜",))
    form = replace(opened("快递柜", CHARGER), also=cut, asked={}, requested=Ask.NOTHING)
    assert answered(form, "翠园小区6号楼").form.requested is Ask.OCCURRED_AT
