"""Complaints on WeChat by office workers, parents, shopkeepers, elders, migrants: what they ask and put right on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.contracts.conversations import TimeKind
from backend.contracts.understanding import CategoryGuess, Issue, Privacy
from backend.domain.drafting.answering import YES_BEFORE
from backend.domain.drafting.gist import gist_of
from backend.domain.drafting.later import comes_back, put_off
from backend.domain.drafting.model import Ask, Outcome
from backend.domain.language.emergency import screen_emergency
from backend.domain.language.privacy import find_privacy
from backend.domain.language.wishes import asks, says
from tests.unit.assistant.builders import FULL, NOW, REPORT, fresh, later, told, turn

FIX = "correct_previous_detail"
REFUNDS = CategoryGuess("社保民政", "医保", "1503", 0.97)
ROOF = CategoryGuess("违章建筑", "私搭乱建", "1001", 0.97)
NOISE = CategoryGuess("噪音扰民", "生活", "0805", 0.97)


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("这个归谁管啊 交警还是社区", "who_handles"),
        ("交通局管还是公交公司管啊", "who_handles"),
        ("归物业还是归供热公司", "who_handles"),
        ("要不要钱哦", "asks_fee"),
        ("剪一下要不要我们自己掏钱呀", "asks_fee"),
        ("上门修要收费吗", "asks_fee"),
        ("你们办这个花钱不", "asks_fee"),
    ],
)
def test_a_question_in_the_middle_is_heard_by_its_words(said: str, wish: str) -> None:
    assert says(wish, said)
    assert asks(said)


@pytest.mark.parametrize("said", ["记不清上午还是下午了", "一户交了三百块钱", "要饭的天天在门口", "谁家的狗管不住"])
def test_what_only_sounds_like_a_question_of_money_or_office_is_none(said: str) -> None:
    assert not says("asks_fee", said)
    assert not says("who_handles", said)


def test_the_offices_of_a_question_are_no_place() -> None:
    step = told(fresh(), REPORT, "翠园小区门口", turn("这个归谁管啊 交警还是社区", "ask_faq"))
    assert step.form.draft.address.text == "翠园小区门口"
    assert step.form.draft.address.community == ""


@pytest.mark.parametrize(
    "beside", ["要不要钱哦", "交通局管还是公交公司管啊", "你是机器人吗还是真人啊", "凭什么要电话", "接着说吧"]
)
def test_what_is_asked_beside_an_answer_is_no_part_of_the_matter(beside: str) -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼2单元301", "昨天", f"17000003366 {beside}")
    assert step.form.draft.contact_phone == "17000003366"
    assert beside not in step.form.draft.description


def test_a_refusal_beside_a_question_is_a_refusal() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼2单元301", "昨天", "交通局管还是公交公司管啊 电话就不留了")
    assert step.form.requested is Ask.CONFIRM


@pytest.mark.parametrize(
    ("said", "short"),
    [
        ("您好 孩子学校让交资料费380 嘴上说自愿 不交老师就在班里点名", "孩子学校让交资料费380、嘴上说自愿、不交老师就在班里点名"),
        ("你好呀~今天总算出太阳了哈哈 我家窗户前头有棵大杨树 把光全挡住了", "我家窗户前头有棵大杨树、把光全挡住了"),
        ("隔壁工地半夜还在打桩 连着三天了 明天还要上班呢", "隔壁工地半夜还在打桩"),
        ("替我爸反映个情况 他家灯老是忽明忽暗的 电视都烧了一台", "他家灯老是忽明忽暗、电视都烧了一台"),
        ("跟你反映几个事啊头一个就是我们楼道那个灯不亮了", "我们楼道那个灯不亮了"),
        ("你们这路是咋修的?? 那个坑把我车轱辘都颠爆了", "坑把我车轱辘都颠爆了"),
        ("屋里太冷了", "屋里太冷了"),
        ("楼道里有外卖的给电动车充电 我都举报八百回了", "楼道里有外卖的给电动车充电"),
    ],
)
def test_the_read_back_says_what_it_is_about_and_what_is_wrong(said: str, short: str) -> None:
    assert gist_of(turn(said).text, turn(said).facts) == short


@pytest.mark.parametrize("said", ["嗯对 匿名我不用 保密就行", "匿名就不用了,给我保密"])
def test_who_needs_no_anonymity_but_secrecy_keeps_the_phone(said: str) -> None:
    assert find_privacy(said) is Privacy.CONFIDENTIAL
    step = told(fresh(), FULL, turn(said, "affirm"))
    assert (step.form.draft.contact_phone, step.form.draft.anonymous) == ("17000001234", False)
    assert step.form.confidential


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("刚才不是说了嘛有个把礼拜了", "个把礼拜了"),
        ("这都有个把月了", "个把月了"),
        ("刚才停的", "刚才"),
        ("我刚才跟你们说过了", ""),
    ],
)
def test_what_was_said_just_now_did_not_begin_just_now(said: str, text: str) -> None:
    found = turn(said).facts.occurred_at
    assert (found.occurred_at.text if found else "") == text


def test_what_is_said_once_more_with_reproach_was_heard() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼2单元301", "个把礼拜了", turn("刚才不是说了嘛有个把礼拜了", FIX))
    assert (step.understood, step.remarks) == (True, ("heard_already",))


def test_from_month_to_month_with_what_was_done_between_is_a_stretch() -> None:
    found = turn("从八月做到十月 一共三万六").facts.occurred_at
    assert found is not None
    assert (found.occurred_at.kind, found.occurred_at.text) == (TimeKind.INTERVAL, "从八月做到十月")


@pytest.mark.parametrize("said", ["都长到三楼了", "油烟都飘到六楼了", "杂物堆到二楼了"])
def test_how_far_it_reaches_is_nobodys_floor(said: str) -> None:
    place = turn(said).facts.address
    assert place is None or place.address.floor == ""


@pytest.mark.parametrize(
    ("said", "landmark"),
    [
        ("站前广场旁边的力美健身办了年卡", "站前广场旁边力美健身"),
        ("翠园小区门口 海哥烧烤", "门口海哥烧烤"),
        ("翠园小区门口有家海哥烧烤天天放音响", "门口海哥烧烤"),
        ("翠园小区对面老孟铁锅炖", "对面老孟铁锅炖"),
        ("翠园小区门口的烧烤店天天放音响", "门口的烧烤店"),
        ("就服装城对过那段", "服装城对过"),
    ],
)
def test_the_name_of_the_shop_tells_which_house_it_is(said: str, landmark: str) -> None:
    found = turn(said).facts.address
    assert found is not None
    assert found.address.landmark == landmark


@pytest.mark.parametrize(
    "said", ["哎呀孩子哭了 我回头再说哈", "来客人了 等会儿再说", "领导找我 晚点发你地址", "手机快没电了 一会儿再给你说"]
)
def test_who_is_called_away_is_waited_for(said: str) -> None:
    assert comes_back(said)
    assert put_off(said, turn(said).facts) is None
    step = told(fresh(), REPORT, said)
    assert (step.form.requested, step.remarks, step.form.settled) == (Ask.ADDRESS, ("no_hurry",), ())


def test_who_has_to_ask_for_the_number_is_waited_for_and_goes_on_with_it_the_next_day() -> None:
    asked = told(fresh(), REPORT, "翠园小区6号楼2单元301", "昨天", "电话我得问下我爸 他座机号我忘了")
    assert (asked.remarks, asked.form.requested) == (("no_hurry",), Ask.CONTACT_PHONE)
    step = told(asked.form, turn("我来接着说 号码找到了 0412-0003317", at=later(21)))
    assert (step.form.requested, step.form.draft.contact_phone) == (Ask.CONFIRM, "0412-0003317")
    assert step.form.draft.description == REPORT[0]


@pytest.mark.parametrize("said", ["你好 昨天没说完 接着说", "嗯接着 别废话了赶紧报", "继续吧"])
def test_who_says_the_next_day_that_they_go_on_is_not_asked_whether_to(said: str) -> None:
    step = told(fresh(), REPORT, turn(said, "provide_info", at=later(20)))
    assert (step.form.requested, step.remarks) == (Ask.ADDRESS, ("going_on",))


@pytest.mark.parametrize("said", ["不接着说了", "接着说别的事", "重新说"])
def test_who_does_not_go_on_is_asked(said: str) -> None:
    assert told(fresh(), REPORT, turn(said, "deny", at=later(20))).form.requested is Ask.RESUME


@pytest.mark.parametrize(("said", "intent"), [("对", "affirm"), ("1", "affirm")])
def test_a_yes_to_the_read_back_hours_later_files_and_the_promise_counts_from_then(said: str, intent: str) -> None:
    step = told(fresh(), FULL, turn(said, intent, at=later(19)))
    assert step.outcome is Outcome.FILE
    assert step.form.opened_at == later(19) > NOW


def test_a_greeting_hours_after_the_read_back_files_nothing() -> None:
    step = told(fresh(), FULL, turn("你好", "greet", at=later(19)))
    assert (step.outcome, step.form.requested) == (Outcome.ASK, Ask.RESUME)


def test_no_telephone_said_hours_later_is_the_answer_to_the_question_that_stood() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼2单元301", "昨天", turn("不留", at=later(5)))
    assert step.form.requested is Ask.CONFIRM


def test_what_was_said_of_a_waiting_problem_before_going_on_counts() -> None:
    form = told(fresh(), FULL, ("还有小区路灯也不亮", "report_complaint")).form
    held = told(form, turn("路灯那个就别报了", at=later(20)))
    assert held.form.requested is Ask.RESUME
    step = told(held.form, turn("接着说", "affirm", at=later(20)))
    assert (step.form.also, step.remarks) == ((), ("waiting_dropped",))


def test_the_tail_of_a_phone_put_right_is_no_answer_to_the_question_beside_the_read_back() -> None:
    form = replace(told(fresh(), FULL).form, extra="哪个采暖期")
    step = told(form, turn("等下 尾号按错了 是4456", previous_phone="17000001234"))
    assert step.form.draft.contact_phone == "17000004456"
    assert "按错" not in step.form.draft.description


@pytest.mark.parametrize(
    ("first", "said", "right"),
    [
        ("老板欠我们工钱 一共三万六", "哎 不对 是三万八", "一共三万八"),
        ("暖气费多收我1280 物业不给退", "说错了 是1820", "多收我1820"),
        ("暖气费多收我1280 物业不给退", "不对 应该是1820块", "多收我1820"),
    ],
)
def test_an_amount_is_put_right_without_the_old_one(first: str, said: str, right: str) -> None:
    step = told(fresh(), (first, "report_complaint"), turn(said, FIX, guesses=()))
    assert right in step.form.draft.description


def test_the_amount_that_was_put_right_is_read_back_first() -> None:
    first = turn("我们五个人在工地上做工 老板欠起钱不给 一共三万六", "report_complaint")
    step = told(fresh(), first, turn("哎 不对 是三万八", FIX, guesses=()))
    assert step.form.gist.startswith("一共三万八")


def test_the_one_that_a_recording_hears_as_another_word_is_a_one() -> None:
    found = turn("么七零零零零零么二三四").facts.phones
    assert [mention.number for mention in found] == ["17000001234"]


def test_an_amount_is_left_alone_where_two_were_told() -> None:
    step = told(fresh(), ("老板欠我三万六 欠他三万九", "report_complaint"), turn("不对 是三万八", FIX, guesses=()))
    assert "三万六 欠他三万九" in step.form.draft.description


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("对对,整个单元都冷", "整个单元都冷"),
        ("是的 还有一家", "还有一家"),
        ("没那么严重", "没那么严重"),
        ("好几家都这样", "好几家都这样"),
        ("对面那栋也是", "对面那栋也是"),
        ("没人来修", "没人来修"),
    ],
)
def test_a_yes_takes_no_other_word_with_it(said: str, rest: str) -> None:
    assert YES_BEFORE.sub("", said) == rest


def test_a_yes_that_is_taken_back_in_the_same_breath_files_nothing() -> None:
    step = told(fresh(), FULL, turn("对 不对等等 是楼上402漏的 我家是301", FIX))
    assert step.outcome is Outcome.ASK
    assert "402漏的" in step.form.draft.description


def test_what_is_to_be_written_down_is_read_back_before_it_is_filed() -> None:
    step = told(fresh(), FULL, turn("是楼上402漏的你写上", "affirm"))
    assert (step.outcome, step.form.requested) == (Outcome.ASK, Ask.CONFIRM)
    assert "402漏的" in step.form.draft.description


def test_a_public_square_is_not_asked_for_its_building() -> None:
    dancing = turn("胜利广场那帮跳舞的 音响震得玻璃都响", "report_complaint", guesses=(NOISE,))
    assert told(fresh(), dancing).form.requested is Ask.OCCURRED_AT


def test_a_matter_of_papers_is_not_asked_for_a_staircase() -> None:
    report = turn("医保报销的钱三个月了还没到账", "report_complaint", guesses=(REFUNDS,))
    assert told(fresh(), report, "翠园小区").form.requested is Ask.CONTACT_PHONE


def test_what_is_daily_in_the_second_problem_is_no_time_of_the_first() -> None:
    issues = (
        Issue("顶楼那家在楼顶搭阳光房", "违章建筑", "私搭乱建", "1001", 0.97),
        Issue("天天叮咣的", "噪音扰民", "生活", "0805", 0.97),
    )
    report = turn("顶楼那家在楼顶搭阳光房 天天叮咣的", "report_complaint", guesses=(ROOF, NOISE), issues=issues)
    form = told(fresh(), report).form
    assert (form.draft.occurred_at, len(form.also)) == (None, 1)


@pytest.mark.parametrize(
    "said",
    [
        *("楼上有人往下扔烟头", "开春她摔了一跤以后就不行了", "哎呀孩子哭了 我回头再说哈", "老板欠起工钱不给 一共三万六"),
        *("今天早上就没气了", "不是人没气 是燃气表没气了", "啥子哦 我没有要寻死 我是来要工钱的"),
    ],
)
def test_what_only_sounds_like_a_danger_alarms_nobody(said: str) -> None:
    assert screen_emergency(said) is None


@pytest.mark.parametrize(
    "said", ["我妈刚才摔了一跤 不行了", "老板不给钱 我不活了", "她早上就没气了", "要不到工钱我就从楼上跳下去"]
)
def test_the_dangers_beside_them_are_heard(said: str) -> None:
    assert screen_emergency(said) is not None
