"""What a complaint is wrapped in (a greeting, thanks, a question, scolding, a promise to tell later) never hides it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.contracts.conversations import TimeKind
from backend.contracts.understanding import CategoryGuess, Issue
from backend.domain.drafting.asking import question_of
from backend.domain.drafting.later import put_off
from backend.domain.drafting.model import Ask, OpenForm, Outcome
from backend.domain.language.facts import draw_facts
from backend.domain.masking import without_reporter
from tests.unit.assistant.builders import COLD, FULL, LAMP, NOW, PLACES, REPORT, fresh, told, turn
from tests.unit.assistant.test_context import intent

DRAIN = CategoryGuess("环境卫生", "下水堵塞返水", "0702", 0.97)
UNSAID = CategoryGuess("其他", "未说明", "2299", 0.76)


@pytest.mark.parametrize(
    ("text", "ranking"),
    [
        ("喂你好啊那个我是翠园小区五号楼的我们楼下那个下水道堵了好几天了脏水都冒出来了", ("greet", 0.47)),
        ("小同志你好啊辛苦了 翠园小区4号楼门口下水道堵了一个多礼拜了", ("query_status", 0.54)),
        ("下水道返水你们到底归谁管啊 翠园小区2号楼", ("ask_faq", 0.48)),
        ("翠园小区2号楼3单元下水道堵了 昨天 17000002039", ("provide_info", 0.76)),
        ("谢谢你们 这回是下水道堵了 返上来好多脏水", ("thanks", 0.9)),
        ("我们楼后身下水道冒水", ("report_complaint", 0.19)),
        ("下水道咋老堵啊", ("out_of_scope", 0.87)),
        ("铁西区九道街那边下水道堵了", ("out_of_scope", 0.9)),
        ("下水道堵了找你行吗", ("ask_human", 0.57)),
    ],
)
def test_a_matter_is_heard_through_what_stands_around_it(text: str, ranking: tuple[str, float]) -> None:
    assert intent(text, "", ranking, ("report_complaint", 0.1), matter=DRAIN) == "report_complaint"


@pytest.mark.parametrize(
    ("text", "ranking"),
    [
        ("手机没电了先撂了啊", ("bye", 0.98)),
        ("感谢感谢 拖了半年的工资到账了", ("thanks", 0.98)),
        ("小区东门进来第二栋", ("provide_info", 0.99)),
        ("养狗证在哪办", ("ask_faq", 0.7)),
    ],
)
def test_a_word_of_a_matter_makes_no_report_where_the_words_hint_at_none(text: str, ranking: tuple[str, float]) -> None:
    assert intent(text, "", ranking, ("report_complaint", 0.01), matter=DRAIN) == ranking[0]


@pytest.mark.parametrize(
    ("text", "requested", "ranking", "expected"),
    [
        ("你好啊", "", ("greet", 0.9), "greet"),
        ("下水道堵了多久能来人", "", ("ask_faq", 0.9), "ask_faq"),
        ("谢谢啊", "", ("thanks", 0.9), "thanks"),
        ("我要找你们领导", "occurred_at", ("dispute_result", 0.58), "ask_human"),
        ("给我找个真人", "address", ("chitchat", 0.9), "ask_human"),
        ("那下水道呢", "", ("report_complaint", 0.99), "query_status"),
        ("到家再给你电话", "address", ("bye", 0.63), "provide_info"),
        ("修好了 谢谢啊", "rating", ("thanks", 0.8), "rate"),
        ("来水了", "rating", ("affirm", 0.95), "rate"),
        ("1分 一点没管 昨晚照样干到两点", "rating", ("dispute_result", 0.9), "rate"),
        ("专业疏通下水道 翠园小区上门 17000009999", "", ("out_of_scope", 0.9), "out_of_scope"),
        ("没修好", "rating", ("dispute_result", 0.95), "dispute_result"),
        ("谁来管这个事啊", "occurred_at", ("report_complaint", 0.49), "ask_faq"),
        ("不是,那个修好了", "same", ("dispute_result", 0.8), "deny"),
        ("就是那件事", "same", ("provide_info", 0.8), "affirm"),
    ],
)
def test_and_what_is_no_matter_stays_what_it_is(text: str, requested: str, ranking: tuple[str, float], expected: str) -> None:
    assert intent(text, requested, ranking, ("chitchat", 0.05), matter=DRAIN) == expected


def test_an_opening_without_a_stop_before_the_matter_is_a_description() -> None:
    dance = CategoryGuess("噪音扰民", "广场舞", "0803", 0.97)
    step = told(fresh(), turn("想反映广场舞太吵", "report_complaint", content=False, guesses=(dance,)))
    assert step.form.draft.subcategory == "广场舞"
    assert step.form.requested is Ask.ADDRESS


def test_an_opening_that_sounds_like_nothing_leaves_the_category_to_the_words_behind_it() -> None:
    lamp = replace(LAMP, confidence=0.17)
    step = told(fresh(), turn("还有个事 我们楼门口路灯也不亮", "report_complaint", content=False, guesses=(UNSAID, lamp)))
    assert step.form.draft.subcategory == "路灯"


def test_a_time_alone_is_no_description() -> None:
    step = told(fresh(), turn("我要投诉", "report_complaint", content=False, guesses=()), turn("昨天发现的", guesses=()))
    assert step.form.draft.description == ""
    assert step.form.draft.occurred_at is not None
    assert step.form.requested is Ask.DESCRIPTION


def test_more_words_settle_a_category_that_the_first_ones_left_in_doubt() -> None:
    food = CategoryGuess("市场经营/食品", "食品安全", "2101", 0.7)
    smoke = CategoryGuess("环境卫生", "异味油烟扬尘", "0703", 0.99)
    step = told(
        fresh(),
        turn("楼下饭店", "report_complaint", guesses=(food,)),
        turn("油烟太大了 呛得开不了窗", "report_complaint", guesses=(smoke,)),
    )
    assert step.form.draft.subcategory == "异味油烟扬尘"
    assert step.form.also == ()
    assert step.form.gist == "油烟太大了、呛得开不了窗"


def test_a_further_problem_with_a_word_for_it_waits_and_does_not_move_the_place() -> None:
    step = told(fresh(), REPORT, turn("对了还有我家楼下下水道也堵了", guesses=(replace(DRAIN, confidence=0.59),)))
    assert [issue.subcategory for issue in step.form.also] == ["下水堵塞返水"]
    assert step.remarks == ("second_noted",)
    assert step.form.draft.address.text == ""


def test_an_answer_to_where_exactly_is_no_further_problem() -> None:
    hole = CategoryGuess("道路设施", "路面破损", "1103", 0.98)
    signal = CategoryGuess("违章停车/交通", "信号灯标志", "0902", 0.99)
    step = told(
        fresh(),
        turn("胜利路上有个大坑", "report_complaint", guesses=(hole,)),
        turn("就是红绿灯往东一点", "report_complaint", guesses=(signal,)),
    )
    assert step.form.also == ()
    assert step.form.draft.address.landmark == "红绿灯往东一点"
    assert step.form.requested is Ask.OCCURRED_AT


@pytest.mark.parametrize("text", ["我现在在路上呢 回头再说地址", "等会儿告诉你们", "到家再给你电话", "现在不方便"])
def test_later_in_a_whole_sentence_is_an_answer(text: str) -> None:
    answer = put_off(text, draw_facts(text, message_time=NOW, gazetteer=PLACES))
    step = told(fresh(), REPORT, turn(text, "provide_info", answer=answer, guesses=()))
    assert step.form.requested is Ask.OCCURRED_AT
    assert step.form.draft.occurred_at is None


def test_later_with_the_fact_beside_it_is_the_fact() -> None:
    text = "翠园小区6号楼 单元回头再说"
    assert put_off(text, draw_facts(text, message_time=NOW, gazetteer=PLACES)) is None


def test_the_moment_of_speaking_is_not_when_it_happened() -> None:
    step = told(fresh(), REPORT, ("算了现在说吧 是翠园小区", "correct_previous_detail"))
    assert step.form.draft.occurred_at is None
    assert step.form.draft.address.estate == "翠园小区"


@pytest.mark.parametrize("text", ["翠园小区6号楼有人赌博 名字电话都不留行不", "翠园小区6号楼有人赌博 不留电话"])
def test_a_phone_that_was_refused_before_it_was_asked_for_is_not_asked_for(text: str) -> None:
    step = told(fresh(), (text, "report_complaint"), "昨天晚上")
    assert step.form.requested is Ask.CONFIRM


def test_not_knowing_in_a_whole_sentence_leaves_the_place_open_and_keeps_the_words() -> None:
    step = told(fresh(), REPORT, "翠园社区", "我也说不清几号楼 好几个楼都有")
    assert step.form.requested is Ask.OCCURRED_AT
    assert step.form.draft.address.text == "翠园社区"
    assert step.form.draft.description.endswith("好几个楼都有")


def test_not_knowing_something_else_does_not_keep_the_phone_back() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼", "昨天", "不知道啥单元 就老孙家")
    assert step.form.requested is Ask.CONTACT_PHONE


@pytest.mark.parametrize("text", ["我家就在后面", "就在这边", "我家"])
def test_where_it_lies_to_the_speaker_is_no_place(text: str) -> None:
    step = told(fresh(), REPORT, text)
    assert step.form.draft.address.text == ""
    assert step.form.requested is Ask.ADDRESS


def test_the_real_place_replaces_the_words_for_it() -> None:
    step = told(fresh(), REPORT, "老刘家烧烤摊子那旮旯", "翠园小区6号楼2单元301")
    assert "老刘家" not in step.form.draft.address.text


@pytest.mark.parametrize(
    ("place", "asked"),
    [("湖南小学", Ask.OCCURRED_AT), ("长甸菜市场", Ask.OCCURRED_AT), ("菜市场后身", Ask.ADDRESS_DETAIL)],
)
def test_a_place_that_everybody_finds_by_its_name_is_not_asked_about(place: str, asked: Ask) -> None:
    assert told(fresh(), REPORT, place).form.requested is asked


def test_under_the_window_alone_the_whole_place_is_asked_for() -> None:
    step = told(fresh(), ("楼下下水道堵了", "report_complaint"))
    assert question_of(step.form).key == "address"


def test_of_a_known_building_only_the_estate_is_asked() -> None:
    step = told(fresh(), ("7号楼2单元下水道堵了", "report_complaint"))
    assert question_of(step.form).values["wanted"] == "哪个小区"


def test_the_detail_of_a_place_is_asked_exactly_once_whatever_is_said_instead() -> None:
    step = told(fresh(), REPORT, "翠园小区", "前天晚上")
    assert step.form.requested is Ask.CONTACT_PHONE


@pytest.mark.parametrize(
    ("first", "later", "text", "kind"),
    [
        ("好几天了", "前天", "前天", TimeKind.POINT),
        ("昨天", "前天", "前天", TimeKind.POINT),
        ("天天", "半个月了", "天天,半个月了", TimeKind.RECURRING),
    ],
)
def test_a_later_word_about_the_time_alone_is_taken(first: str, later: str, text: str, kind: TimeKind) -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼", first, later)
    assert step.form.draft.occurred_at is not None
    assert (step.form.draft.occurred_at.text, step.form.draft.occurred_at.kind) == (text, kind)
    assert step.form.requested is Ask.CONTACT_PHONE


def test_a_time_beside_other_words_does_not_replace_the_known_one() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼", "前天", "今天中午孩子放学回来都不敢脱棉袄", turn("17000001234"))
    assert step.form.draft.occurred_at is not None
    assert step.form.draft.occurred_at.text == "前天"


def form_at_read_back() -> OpenForm:
    return told(fresh(), FULL).form


@pytest.mark.parametrize("text", ["等下 单元错了", "电话不对", "哎不对", "写错了", "我要改一下"])
def test_that_something_is_wrong_asks_what(text: str) -> None:
    step = told(form_at_read_back(), turn(text, "correct_previous_detail", guesses=(), answer=None))
    assert step.form.requested is Ask.CHANGE


def test_yes_with_a_word_beside_it_files() -> None:
    step = told(form_at_read_back(), turn("对 就是这样 快点来吧", "urge", guesses=(), answer=None))
    assert step.outcome is Outcome.FILE


def test_a_nod_at_an_open_question_puts_it_again_without_an_apology_and_twice_brings_a_person() -> None:
    step = told(fresh(), REPORT, "好的")
    assert step.understood
    assert step.form.requested is Ask.ADDRESS
    assert told(step.form, "好的").form.misunderstood == 2


def test_outside_the_district_is_said_once() -> None:
    first = told(fresh(), ("铁西区九道街那边路灯坏了", "report_complaint"))
    second = told(first.form, turn("对 是铁西", "provide_info", guesses=(), answer=None))
    assert (first.remarks, second.remarks) == (("outside",), ())
    assert second.form.requested is Ask.OCCURRED_AT


@pytest.mark.parametrize(("kind", "remarks"), [("voice", ()), ("image", ("photo_noted",)), ("video", ("file_noted",))])
def test_nobody_is_thanked_for_a_photo_that_was_a_voice_message(kind: str, remarks: tuple[str, ...]) -> None:
    step = told(fresh(), turn("屋里暖气不热", "report_complaint", attachments=({"kind": kind, "media_id": "m1"},)))
    assert step.remarks == remarks
    assert len(step.form.draft.attachments) == 1


@pytest.mark.parametrize(
    ("text", "name", "left"),
    [
        ("翠园小区5号楼有人赌博 每天 17000002054", "", "翠园小区5号楼有人赌博 每天"),
        ("我叫王明 电话17000002054 楼上吵", "王明", "楼上吵"),
        ("俺姓赵,楼上吵,打0412-0001234", "赵", "楼上吵,打"),
        ("楼上吵,1单元", "", "楼上吵,1单元"),
    ],
)
def test_who_wants_to_stay_unknown_is_not_given_away_by_the_description(text: str, name: str, left: str) -> None:
    assert without_reporter(text, name) == left


def test_several_problems_are_still_several() -> None:
    both = (Issue("暖气不热", "供暖", "室温不达标", "0101", 0.9), Issue("下水道堵了", "环境卫生", "下水堵塞返水", "0702", 0.9))
    step = told(fresh(), turn("暖气不热,还有下水道堵了", "report_complaint", guesses=(COLD,), issues=both))
    assert [issue.subcategory for issue in step.form.also] == ["下水堵塞返水"]


def test_when_in_words_is_an_answer_although_it_sounds_like_the_matter() -> None:
    fees = CategoryGuess("教育", "收费", "1701", 0.97)
    step = told(
        fresh(),
        turn("幼儿园乱收费 东兴花园2号楼", "report_complaint", guesses=(fees,)),
        turn("这学期开学", "report_complaint", guesses=(fees,)),
    )
    assert step.form.draft.occurred_at is not None
    assert step.form.draft.occurred_at.text == "这学期开学"


def test_taking_the_phone_out_keeps_the_complaint_and_does_not_ask_again() -> None:
    assert intent("你把电话删了吧 不留了", "confirm", ("cancel", 0.9)) == "correct_previous_detail"
    step = told(form_at_read_back(), turn("你把电话删了吧 不留了", "correct_previous_detail", guesses=(), answer=None))
    assert step.form.draft.contact_phone == ""
    assert step.form.requested is Ask.CONFIRM


def test_the_bare_fact_that_was_asked_for_is_no_correction() -> None:
    assert intent("17000001234", "contact_phone", ("correct_previous_detail", 0.9)) == "provide_info"
    assert intent("不对 17000001234", "contact_phone", ("correct_previous_detail", 0.9)) == "correct_previous_detail"


def test_thinking_it_over_is_not_the_matter() -> None:
    step = told(form_at_read_back(), ("不对", "deny"), turn("我再想想", guesses=(), answer=None))
    assert step.form.gist == form_at_read_back().gist


def test_a_named_place_asked_for_is_no_further_problem() -> None:
    jam = CategoryGuess("违章停车/交通", "拥堵", "0905", 0.97)
    school = CategoryGuess("教育", "学校设施", "1704", 0.97)
    step = told(
        fresh(),
        turn("幼儿园门口堵车", "report_complaint", guesses=(jam,)),
        turn("和平幼儿园", "report_complaint", guesses=(school,)),
    )
    assert step.form.also == ()
    assert step.form.requested is Ask.OCCURRED_AT
