"""How the young, the sarcastic and the impatient write on WeChat: what it leaves in the form, and what is no matter at all."""

from __future__ import annotations

import pytest

from backend import seed
from backend.contracts.understanding import CategoryGuess, Facts, Issue
from backend.domain.asked import asked_for
from backend.domain.drafting.asking import question_of, unsaid
from backend.domain.drafting.gist import gist_of
from backend.domain.drafting.model import Ask, Outcome
from backend.domain.drafting.several import clear_problems, of_first_problem
from backend.domain.language.answers import AnswerKind, classify_answer
from backend.domain.language.emergency import screen_emergency
from backend.domain.language.wishes import says
from tests.unit.assistant.builders import COLD, FULL, REPORT, fresh, told, turn
from tests.unit.assistant.test_context import intent

SCHOOL = CategoryGuess("教育", "师德", "1705", 0.95)
STALLS = CategoryGuess("市场经营/食品", "占道摊贩", "2102", 0.95)
NO_SERVICE = CategoryGuess("物业纠纷", "服务不到位", "0601", 0.9)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("不想留捏", AnswerKind.REFUSE),
        ("下次再留", AnswerKind.LATER),
        ("下回再说吧", AnswerKind.LATER),
        ("okok", AnswerKind.YES),
        ("OKK", AnswerKind.YES),
        ("好哒", AnswerKind.YES),
        ("阔以", AnswerKind.YES),
        ("没错 冲鸭", AnswerKind.YES),
        ("对的亲", AnswerKind.YES),
        ("谢谢 没问题", AnswerKind.YES),
        ("辛苦了 可以", AnswerKind.YES),
        ("麻烦了 不用留", AnswerKind.SKIP),
        ("不知道捏", AnswerKind.DONT_KNOW),
        ("跳过叭", AnswerKind.SKIP),
    ],
)
def test_the_little_words_of_the_young_stand_beside_an_answer(said: str, kind: AnswerKind) -> None:
    answer = classify_answer(said)
    assert answer is not None
    assert answer.kind is kind


@pytest.mark.parametrize(
    ("said", "gist"),
    [
        ("昨天下班就不动了 物业真是绝绝子", "昨天下班就不动了"),
        ("物业真垃圾,楼道没人扫", "楼道没人扫"),
        (
            "我今年八十二了,去社区办那个高龄补贴,说材料齐了让回家等,等到现在钱也没到账",
            "去社区办那个高龄补贴、材料齐了让回家等、等到现在钱也没到账",
        ),
        (
            "办了张健身卡才去两次 去门都锁了 老板跑路了属于是 三千块打水漂",
            "办了张健身卡才去两次、去门都锁了、老板跑路了、三千块打水漂",
        ),
        ("我妈在区医院住了三天院,多收了我们八百块钱检查费", "我妈在区医院住了三天院、多收了我们八百块钱检查费"),
        ("千万别说是我说的 楼下麻将馆赌钱", "楼下麻将馆赌钱"),
        ("把我家墙都震裂了 你们管不管", "把我家墙都震裂了"),
        ("好吧说真的 网线耷拉下来了", "网线耷拉下来了"),
        ("工资是从八月开始不发的", "工资不发"),
        ("家人们谁懂啊 电梯又双叒叕坏了 真的会谢", "电梯又双叒叕坏了"),
        ("楼道灯不亮 我裂开了", "楼道灯不亮"),
        ("行吧说正经的,下水返水了", "下水返水了"),
        ("跟你说三个事:单元门坏了关不上", "单元门坏了关不上"),
        ("下水道绝绝子", "下水道"),
    ],
)
def test_sighs_are_not_read_back(said: str, gist: str) -> None:
    facts = turn(said).facts if "八月" in said else Facts()
    assert gist_of(said, facts) == gist


def test_a_place_with_a_sigh_is_no_problem_of_its_own() -> None:
    dog = Issue("狗没拴绳追着我跑", "治安", "犬只", "1405", 0.9)
    square = Issue("真的蚌埠住了 翠园小区东门", "噪音扰民", "广场舞", "0803", 0.8)
    music = Issue("翠园小区东门音响震天响", "噪音扰民", "广场舞", "0803", 0.8)
    facts = turn("狗没拴绳追着我跑 真的蚌埠住了 翠园小区东门").facts
    assert clear_problems((dog, square), facts) in ((), (dog,))
    assert clear_problems((dog, music), facts) == (dog, music)


def test_what_may_come_of_it_is_no_problem_of_its_own() -> None:
    boxes = Issue("楼道里堆了好多纸壳子", "消防/安全隐患", "楼道堆物", "1303", 0.9)
    fear = Issue("着火了咋跑啊", "消防/安全隐患", "火灾", "1301", 0.8)
    second = Issue("单元门也坏了", "房屋维修", "楼道设施", "0505", 0.8)
    facts = turn("楼道里堆了好多纸壳子,着火了咋跑啊").facts
    assert clear_problems((boxes, fear), facts) in ((), (boxes,))
    assert clear_problems((boxes, fear, second), facts) == (boxes, second)


@pytest.mark.parametrize("said", ["你先别急着问 我先吃饭", "我先接个孩子", "别催 我找找", "我得先去开会"])
def test_who_has_something_else_to_do_first_is_left_in_peace(said: str) -> None:
    step = told(fresh(), REPORT, (said, "provide_info"))
    assert (step.understood, step.remarks, step.form.requested) == (True, ("no_hurry",), Ask.ADDRESS)


@pytest.mark.parametrize("said", ["有人管吗", "你好有人管没有", "有人理我一下吗"])
def test_who_calls_whether_anybody_is_there_is_greeted_and_in_no_danger(said: str) -> None:
    assert screen_emergency(said) is None
    assert intent(said, "", ("abuse", 0.5)) == "greet"


def test_who_keeps_the_phone_back_once_more_at_the_read_back_was_understood() -> None:
    step = told(fresh(), NO_PHONE_YET, "不留", ("那就不留", "deny"))
    assert (step.understood, step.remarks, step.form.requested) == (True, ("heard_already",), Ask.CONFIRM)


def test_the_spot_of_a_further_problem_is_not_that_of_the_first() -> None:
    door = Issue("翠园小区5号楼单元门坏了关不上", "房屋维修", "楼道设施", "0505", 0.9)
    lawn = Issue("楼后的草坪让人刨了种葱", "绿化", "毁绿", "1202", 0.9)
    whole = turn("翠园小区5号楼单元门坏了关不上;楼后的草坪让人刨了种葱", "report_complaint", issues=(door, lawn))
    assert whole.facts.address is not None
    assert whole.facts.address.address.landmark == "楼后"
    first = of_first_problem(whole).facts.address
    assert first is not None
    assert (first.address.landmark, first.address.building, first.address.text) == ("", "5", "翠园小区5号楼")


def test_sarcasm_about_an_office_is_no_second_complaint() -> None:
    scolding = turn("昨天下班就不动了 物业真是绝绝子", "report_complaint", guesses=(NO_SERVICE,))
    step = told(fresh(), turn("屋里暖气不热 翠园小区6号楼", "report_complaint", guesses=(COLD,)), scolding)
    assert step.form.also == ()
    assert "occurred_at" in step.changed


# --- questions and answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["也是翠园小区6号楼", "就是17000001234"])
def test_who_says_again_what_is_written_down_was_understood(said: str) -> None:
    step = told(fresh(), FULL, (said, "provide_info"))
    assert (step.understood, step.remarks, step.form.requested) == (True, ("heard_already",), Ask.CONFIRM)
    assert step.form.misunderstood == 0


@pytest.mark.parametrize("said", ["问那么细干啥", "要这个干嘛", "问这么多干什么呀", "要这么详细有啥用"])
def test_who_wonders_why_we_ask_is_not_taken_at_his_word(said: str) -> None:
    step = told(fresh(), ("屋里暖气不热,翠园小区", "report_complaint"), (said, "provide_info"))
    assert step.remarks == ("puzzled",)
    assert step.form.draft.address.landmark == ""
    assert step.form.requested is not Ask.ADDRESS_DETAIL


@pytest.mark.parametrize("said", ["几号楼都没分呢", "还没分楼号", "我家平房", "单元号还没定"])
def test_a_number_that_does_not_exist_is_not_asked_for_again(said: str) -> None:
    step = told(fresh(), ("屋里暖气不热,翠园小区", "report_complaint"), (said, "provide_info"))
    assert step.form.requested is Ask.OCCURRED_AT
    assert said in step.form.draft.description
    assert intent(said, "address_detail", ("query_status", 0.8)) == "provide_info"


def test_there_is_no_water_in_the_building_is_not_a_place_without_number() -> None:
    assert not says("no_such_part", "整栋楼没有水")
    assert not says("no_such_part", "楼道没灯")


def test_who_else_has_it_goes_along_with_the_matter() -> None:
    step = told(fresh(), FULL, turn("问了 整栋楼都这样", "provide_info", guesses=()))
    assert step.understood
    assert "整栋楼都这样" in step.form.draft.description
    assert intent("问了 整栋楼都这样", "confirm") == "provide_info"


@pytest.mark.parametrize(
    ("said", "is_start"),
    [("孩子现在不敢上学了", False), ("现在还没来水", False), ("现在都不敢出门", False), ("现在没电了", True)],
)
def test_how_things_are_by_now_is_no_time_of_beginning(said: str, is_start: bool) -> None:
    step = told(fresh(), turn(f"{said} 翠园小区6号楼", "report_complaint", guesses=(COLD,)))
    assert (step.form.draft.occurred_at is not None) is is_start


def test_a_choice_of_kinds_that_was_set_aside_by_a_fact_is_offered_again() -> None:
    unsure = (CategoryGuess("道路设施", "路灯", "1101", 0.4), CategoryGuess("供电", "停电", "0301", 0.35))
    step = told(fresh(), turn("那条路灯全灭了 翠园小区6号楼 昨天", "report_complaint", guesses=unsure))
    assert step.form.requested is Ask.CATEGORY
    step = told(step.form, turn("17000001234", guesses=()))
    assert (step.form.requested, step.form.draft.contact_phone) == (Ask.CATEGORY, "17000001234")
    step = told(step.form, turn("第一个", guesses=()))
    assert (step.form.draft.subcategory, step.form.requested) == ("路灯", Ask.CONFIRM)


def test_a_question_that_nobody_heard_does_not_count() -> None:
    form = told(fresh(), REPORT).form
    assert (form.requested, form.asked["address"]) == (Ask.ADDRESS, 1)
    assert unsaid(form).asked["address"] == 0
    assert unsaid(unsaid(form)).asked["address"] == 0


@pytest.mark.parametrize(("guess", "key"), [(SCHOOL, "address_venue"), (STALLS, "address_outdoors"), (COLD, "address")])
def test_the_place_is_asked_for_as_befits_the_matter(guess: CategoryGuess, key: str) -> None:
    step = told(fresh(), turn("有个事反映一下情况", "report_complaint", guesses=(guess,)))
    assert question_of(step.form).key == key


@pytest.mark.parametrize(("said", "urges"), [("上周贴的催缴单", False), ("天天打电话催费", False), ("帮我催催", True)])
def test_a_reminder_to_pay_is_no_wish_for_haste(said: str, urges: bool) -> None:
    assert says("urges", said) is urges


@pytest.mark.parametrize("said", ["你是机器人吧", "你到底是真人还是机器人啊", "你是人吗", "是不是机器人在回我"])
def test_who_asks_whether_we_are_a_machine_is_told(said: str) -> None:
    faqs = [(row["key"], (row["question"], *row["synonyms"])) for row in seed.load("faqs")]
    assert asked_for(said, faqs) == "who_are_you"


def test_a_yes_of_the_young_files() -> None:
    assert told(fresh(), FULL, "okok").outcome is Outcome.FILE


# --- the telephone ---------------------------------------------------------------------------------------------------------

NO_PHONE_YET = ("屋里暖气不热,翠园小区6号楼2单元301,从前天夜里起的", "report_complaint")


@pytest.mark.parametrize(
    ("said", "remark"),
    [
        ("电话能不留吗", "phone_left_out"),
        ("不写电话行不行", "phone_left_out"),
        ("可以不给电话吗", "phone_left_out"),
        ("必须要留电话吗", "phone_left_out"),
        ("用微信这个号联系就行", "by_wechat_noted"),
        ("微信上找我吧", "by_wechat_noted"),
        ("就在这儿回我", "by_wechat_noted"),
    ],
)
def test_who_asks_leave_to_keep_the_phone_or_wants_to_be_reached_here_is_told_so(said: str, remark: str) -> None:
    before = told(fresh(), NO_PHONE_YET).form
    assert before.requested is Ask.CONTACT_PHONE
    assert intent(said, "contact_phone", ("ask_faq", 0.8)) == "provide_info"
    step = told(before, (said, "provide_info"))
    assert (step.remarks, step.form.requested, step.form.draft.contact_phone) == ((remark,), Ask.CONFIRM, "")


@pytest.mark.parametrize("said", ["电话干嘛用的", "要我电话干啥呀", "留电话干什么用", "凭啥要我手机号"])
def test_who_asks_what_the_phone_is_for_is_told(said: str) -> None:
    assert intent(said, "contact_phone", ("provide_info", 0.6)) == "ask_faq"
    assert intent(said, "occurred_at", ("provide_info", 0.6)) == "provide_info"


def test_the_number_of_wechat_beside_another_number_is_no_refusal() -> None:
    step = told(fresh(), NO_PHONE_YET, "微信上不方便,打17000001234")
    assert (step.form.draft.contact_phone, step.remarks) == ("17000001234", ())


def test_what_is_added_at_the_read_back_is_read_back_again() -> None:
    step = told(fresh(), FULL, turn("车牌号补一下 辽C12345", "provide_info", guesses=()))
    assert (step.understood, step.form.requested) == (True, Ask.CONFIRM)
    assert "辽C12345" in step.form.draft.description


def test_a_mere_yes_to_a_choice_of_kinds_leaves_it_to_a_person() -> None:
    unsure = (CategoryGuess("道路设施", "路灯", "1101", 0.4), CategoryGuess("供电", "停电", "0301", 0.35))
    step = told(
        fresh(), turn("那条路灯全灭了 翠园小区6号楼 昨天 17000001234", "report_complaint", guesses=unsure), ("没毛病", "affirm")
    )
    assert (step.understood, step.form.requested, step.form.draft.subcategory) == (True, Ask.CONFIRM, "")


def test_who_complains_of_a_bus_is_not_asked_for_a_building() -> None:
    bus = CategoryGuess("违章停车/交通", "公交", "0903", 0.95)
    step = told(fresh(), turn("公交车老甩站不停", "report_complaint", guesses=(bus,)), turn("404路,翠园小区那站", guesses=()))
    assert step.form.requested is Ask.OCCURRED_AT
    assert "404路" in step.form.draft.address.text


def test_the_end_of_last_year_is_not_every_year() -> None:
    found = turn("说好了去年年底交房 租了三年了").facts.occurred_at
    assert found is not None
    assert "年年" not in found.occurred_at.text
    every = turn("年年供暖都这样").facts.occurred_at
    assert every is not None
    assert every.occurred_at.text == "年年"


def test_scorn_with_a_clear_matter_in_it_is_a_report() -> None:
    cover = CategoryGuess("道路设施", "井盖", "1102", 1.0)
    said = "真行啊,井盖丢了半个月,等着谁掉进去给你们剪彩呢?"
    assert intent(said, "", ("dispute_result", 0.3), ("report_complaint", 0.25), matter=cover) == "report_complaint"
    assert intent(said, "", ("report_complaint", 0.2), ("dispute_result", 0.2), matter=cover) == "report_complaint"
