"""The same words after another question are another intent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.contracts.understanding import CategoryGuess
from backend.domain.drafting.context import intents_in_context, matter_of, wishes_of
from backend.domain.drafting.heard import Heard
from backend.domain.drafting.last_question import asked_by
from backend.domain.language.answers import classify_answer
from backend.domain.language.facts import draw_facts
from backend.domain.language.normalise import normalise
from backend.domain.language.order_numbers import check_digit
from tests.unit.assistant.builders import NOW, PLACES


def intent(
    text: str, requested: str = "", *ranking: tuple[str, float], idiom: bool = False, matter: CategoryGuess | None = None
) -> str:
    facts = draw_facts(text, message_time=NOW, gazetteer=PLACES)
    given = ranking or (("chitchat", 0.7), ("report_complaint", 0.2))
    heard = Heard(normalise(text).text, given, facts, classify_answer(text), requested, idiom, matter)
    return intents_in_context(heard)[0][0]


@pytest.mark.parametrize(
    ("text", "requested", "expected"),
    [
        ("1", "confirm", "affirm"),
        ("2", "confirm", "deny"),
        ("1", "yes_no", "affirm"),
        ("5", "rating", "rate"),
        ("1", "rating", "rate"),
        ("满意", "rating", "rate"),
        ("1", "category", "provide_info"),
        ("对", "confirm", "affirm"),
        ("不对", "confirm", "deny"),
        ("不知道", "occurred_at", "provide_info"),
        ("跳过", "contact_phone", "provide_info"),
        ("不用", "contact_phone", "provide_info"),
        ("6号楼", "address", "provide_info"),
        ("翠园小区6号楼2单元", "address", "provide_info"),
        ("前天晚上", "occurred_at", "provide_info"),
        ("17000001234", "contact_phone", "provide_info"),
        ("17000001234", "", "provide_info"),
        ("哈哈哈你真会说", "address", "chitchat"),
    ],
)
def test_the_open_question_decides(text: str, requested: str, expected: str) -> None:
    assert intent(text, requested) == expected


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("请问是哪个小区、几号楼?", "address"),
        ("什么时候开始的?", "occurred_at"),
        ("留个电话吧,师傅上门前好联系您。不想留就说“不留”。", "contact_phone"),
        ("我念一遍:停水,翠园小区。对吗?", "confirm"),
        ("这件事不报了吗?", "cancel"),
        ("请您打个分,1到5,5分是非常满意。", "rating"),
        ("您遇到什么事了?", "description"),
        ("谢谢您,再见。", ""),
        ("", ""),
    ],
)
def test_the_question_is_found_in_the_bots_last_sentence(sentence: str, question: str) -> None:
    assert asked_by(sentence) == question


def test_a_bare_order_number_asks_for_its_status() -> None:
    assert intent("单号261121000017") == "query_status"


def test_the_table_of_dangers_beats_every_intent_and_every_question() -> None:
    assert intent("家里着火了快来人", "contact_phone", ("greet", 0.99)) == "emergency"


def test_what_the_model_alone_takes_for_a_danger_is_one() -> None:
    assert intent("那股味儿越来越大头都晕了", "", ("report_complaint", 0.6), ("emergency", 0.3)) == "emergency"


def test_an_idiom_is_no_emergency() -> None:
    assert intent("冻死我了", "", ("emergency", 0.6), ("report_complaint", 0.3), idiom=True) == "report_complaint"


def test_a_sure_correction_stays_one_although_it_holds_the_fact_that_was_asked() -> None:
    assert intent("不对,是5号楼", "address", ("correct_previous_detail", 0.9)) == "correct_previous_detail"


def test_a_sure_question_stays_one_although_it_holds_a_fact() -> None:
    assert intent("翠园小区这边多久能来人啊师傅", "address", ("ask_faq", 0.9)) == "ask_faq"


def test_where_the_place_decides_nothing_the_ranking_stays() -> None:
    ranking = (("report_complaint", 0.7), ("urge", 0.2))
    assert intent("暖气不热都半个月没人管", "", *ranking) == "report_complaint"


@pytest.mark.parametrize(
    ("text", "expected"), [("T恤脏了", "chitchat"), ("TD", "opt_out"), ("t", "opt_out"), ("别给我发短信", "ask_faq")]
)
def test_only_the_very_words_opt_out_whatever_the_classifier_says(text: str, expected: str) -> None:
    assert intent(text, "", ("opt_out", 0.9), ("chitchat", 0.05)) == expected  # ask_faq: how to, by the very word


ROAD = CategoryGuess("道路设施", "路面破损", "1103", 0.98)
STAIRS = CategoryGuess("房屋维修", "楼道设施", "0505", 0.97)
FIRE = CategoryGuess("消防/安全隐患", "火灾", "1301", 0.97)


@pytest.mark.parametrize(
    ("text", "ranking", "expected"),
    [
        ("道上有个大坑", ("provide_info", 0.44), "report_complaint"),
        ("路上净是坑 没人管", ("ask_faq", 0.44), "report_complaint"),
        ("大坑 停了", ("cancel", 0.41), "report_complaint"),
        ("路上的坑多久能修", ("ask_faq", 0.64), "ask_faq"),
        ("上次报的那个坑", ("query_status", 0.5), "query_status"),
        ("坑修完又坏了", ("dispute_result", 0.5), "dispute_result"),
        ("路修好了", ("thanks", 0.9), "thanks"),
        ("把人工给我叫来", ("ask_human", 0.5), "ask_human"),
    ],
)
def test_a_clear_matter_with_an_unclear_wish_is_a_complaint(text: str, ranking: tuple[str, float], expected: str) -> None:
    assert intent(text, "", ranking, ("report_complaint", 0.1), matter=ROAD) == expected


def test_an_unclear_matter_decides_nothing() -> None:
    vague = replace(ROAD, confidence=0.6)
    unsaid = replace(ROAD, subcategory="未说明")
    assert {intent("道上有个大坑", "", ("provide_info", 0.44), matter=each) for each in (vague, unsaid, None)} == {"provide_info"}


@pytest.mark.parametrize(
    ("matter", "share", "expected"),
    [(STAIRS, 0.5, "report_complaint"), (STAIRS, 0.85, "emergency"), (FIRE, 0.3, "emergency"), (None, 0.3, "emergency")],
)
def test_the_model_alone_alarms_only_where_the_matter_may_be_a_danger(
    matter: CategoryGuess | None, share: float, expected: str
) -> None:
    assert intent("楼道那边黑灯瞎火的", "", ("emergency", share), ("report_complaint", 0.1), matter=matter) == expected


@pytest.mark.parametrize(
    ("text", "requested", "best", "expected"),
    [
        ("别 还是接着报吧", "cancel", ("affirm", 0.7), "deny"),
        ("那就不报了", "cancel", ("deny", 0.7), "affirm"),
        ("不用了 重新说", "resume", ("dispute_result", 0.4), "deny"),
        ("没解决", "rating", ("deny", 0.8), "dispute_result"),
        ("没解决", "", ("deny", 0.8), "dispute_result"),
        ("刚才按错了 应该是5分", "", ("correct_previous_detail", 0.85), "rate"),
        ("不是3单元是5单元", "", ("correct_previous_detail", 0.85), "correct_previous_detail"),
        ("电话就不留了吧 怕人打击报复", "contact_phone", ("ask_faq", 0.86), "provide_info"),
        ("电话不留的话能不能办", "contact_phone", ("ask_faq", 0.86), "ask_faq"),
        ("多久能来人", "occurred_at", ("ask_human", 0.3), "ask_faq"),
        ("上次报的那事多久能办完", "occurred_at", ("query_status", 0.9), "query_status"),
        ("报上去以后咋查进度", "confirm", ("query_status", 0.67), "ask_faq"),
        ("补充一下,阀门在楼下", "", ("report_complaint", 0.98), "provide_info"),
        ("大萝卜土豆子", "confirm", ("abuse", 0.51), "provide_info"),
        ("你们全是吃干饭的", "confirm", ("abuse", 0.93), "abuse"),
    ],
)
def test_the_words_decide_where_a_mistake_would_cost_something(
    text: str, requested: str, best: tuple[str, float], expected: str
) -> None:
    assert intent(text, requested, best) == expected


@pytest.mark.parametrize(("verb", "expected"), [("撤掉", "cancel"), ("催一下", "urge"), ("查", "query_status")])
def test_a_number_with_a_verb_is_what_the_verb_says(verb: str, expected: str) -> None:
    number = "26112200001"
    assert intent(f"{verb}{number}{check_digit(number)}", "", ("query_status", 0.6)) == expected


def test_the_wishes_beside_the_intent_are_told_by_name() -> None:
    assert wishes_of("啥时候能到?能不能快点儿") == ["asks", "urges", "how_long"]
    assert wishes_of("撤吧") == ["gives_up"]
    assert wishes_of("还是留着吧") == ["keeps"]


def test_the_matter_carries_the_confidence_of_its_category() -> None:
    guess = {"category": "供暖", "subcategory": "停暖", "service_code": "0102", "confidence": 0.5, "category_confidence": 0.99}
    assert matter_of([guess]) == CategoryGuess("供暖", "停暖", "0102", 0.99)
    assert matter_of([]) is None


@pytest.mark.parametrize(
    "said", ["电话换了,打这个17000004321,原来那个打不通", "换号了 17000004321", "打我儿子的电话吧17000004321"]
)
@pytest.mark.parametrize("requested", ["", "rating"])
def test_another_phone_outside_the_form_belongs_to_the_order(said: str, requested: str) -> None:
    assert intent(said, requested, ("emergency", 0.4), ("report_complaint", 0.3)) == "correct_previous_detail"


@pytest.mark.parametrize("said", ["我家停水了 打这个电话17000004321", "17000004321"])
def test_a_phone_beside_a_matter_or_alone_is_no_correction(said: str) -> None:
    assert intent(said, "", ("report_complaint", 0.9)) != "correct_previous_detail"


def test_nought_is_a_verdict_where_one_is_waited_for_and_elsewhere_what_the_model_says() -> None:
    assert intent("0", "rating", ("ask_human", 0.9)) == "rate"
    assert intent("0", "", ("ask_human", 0.9)) == "ask_human"


@pytest.mark.parametrize("said", ["师傅来之前先打个电话,我家有狗", "让师傅从后门进 前门堵着", "忘说了 我家是六楼602"])
def test_what_those_who_come_should_know_belongs_to_the_order(said: str) -> None:
    assert intent(said, "", ("report_complaint", 0.8)) == "provide_info"


@pytest.mark.parametrize("said", ["师傅来之前得等多久?", "师傅来的时候把翠园小区6号楼的门撞坏了"])
def test_a_question_or_a_trouble_with_its_place_is_no_instruction(said: str) -> None:
    assert intent(said, "", ("report_complaint", 0.8)) == "report_complaint"


@pytest.mark.parametrize(
    ("said", "taken_for", "expected"),
    [
        ("水来了", "report_complaint", "thanks"),
        ("暖和了", "report_complaint", "thanks"),
        ("没人联系我", "deny", "dispute_result"),
        ("都一个礼拜了连个电话都没有", "deny", "dispute_result"),
        ("打电话了 说明天来", "report_complaint", "provide_info"),
        ("来人了 正修呢", "dispute_result", "provide_info"),
        ("人呢", "ask_human", "query_status"),
        ("别给我发短信了", "report_complaint", "ask_faq"),
        ("我要上访", "affirm", "ask_human"),
        ("灯亮了", "greet", "thanks"),
        ("你们是不是把我忘了", "nlu_fallback", "urge"),
        ("说三天办完 今天第四天了", "query_status", "urge"),
        ("一会儿再评", "bye", "rate"),
    ],
)
@pytest.mark.parametrize("requested", ["", "rating"])
def test_a_few_words_after_filing_are_what_they_are_to_somebody_who_waits(
    said: str, taken_for: str, expected: str, requested: str
) -> None:
    heard = intent(said, requested, (taken_for, 0.8))
    assert heard == expected or (requested == "rating" and heard == "rate")


@pytest.mark.parametrize(
    ("said", "taken_for"),
    [
        ("又堵了", "report_complaint"),
        ("水来了 是黄的", "report_complaint"),
        ("说修好了 其实来都没来", "dispute_result"),
        ("垃圾没人管", "report_complaint"),
    ],
)
def test_a_trouble_in_a_few_words_stays_one(said: str, taken_for: str) -> None:
    assert intent(said, "", (taken_for, 0.8)) == taken_for


@pytest.mark.parametrize("said", ["水来了", "没人来", "人呢"])
def test_inside_the_form_few_words_answer_the_open_question(said: str) -> None:
    assert intent(said, "address", ("provide_info", 0.8)) == "provide_info"


@pytest.mark.parametrize(
    ("text", "requested", "expected"),
    [
        ("楼道灯前儿个又不亮了", "description", "report_complaint"),
        ("楼道灯前儿个又不亮了", "rating", "dispute_result"),
        ("楼道灯修了吗", "description", "dispute_result"),
    ],
)
def test_what_happened_is_told_where_it_was_asked_however_much_it_sounds_like_before(
    text: str, requested: str, expected: str
) -> None:
    dark = CategoryGuess("房屋维修", "楼道设施", "0604", 0.8)
    assert intent(text, requested, ("dispute_result", 0.9), ("report_complaint", 0.05), matter=dark) == expected


@pytest.mark.parametrize(
    ("text", "requested", "taken"),
    [
        ("快一个月了 换过一回灯泡没两天又不亮", "occurred_at", ("dispute_result", 0.87)),
        ("国庆前干完的活 没给结账", "occurred_at", ("rate", 0.6)),
        ("在哪儿我家呗翠园小区十六号楼三单元二楼右手那家", "address", ("ask_faq", 0.62)),
        ("电话是我闺女的17000004203你们打的时候跟她说是暖气的事", "contact_phone", ("ask_faq", 0.66)),
    ],
)
def test_the_fact_that_was_asked_for_answers_whatever_the_words_sound_like(
    text: str, requested: str, taken: tuple[str, float]
) -> None:
    assert intent(text, requested, taken, ("provide_info", 0.1)) == "provide_info"


@pytest.mark.parametrize(
    ("text", "requested", "taken"),
    [
        ("翠园小区8号楼三单元 你是机器人还是真人啊", "address", ("chitchat", 0.9)),
        ("翠园小区8号楼三单元 这个收费吗", "address", ("ask_faq", 0.9)),
        ("上礼拜报过的 昨天又坏了", "occurred_at", ("dispute_result", 0.9)),
    ],
)
def test_a_question_to_us_or_an_earlier_report_is_heard_beside_the_fact(
    text: str, requested: str, taken: tuple[str, float]
) -> None:
    assert intent(text, requested, taken, ("provide_info", 0.1)) == taken[0]


SINKHOLE = CategoryGuess("道路设施", "路面破损", "1103", 0.95)
COLD_HOME = CategoryGuess("供暖", "室温不达标", "0101", 0.99)


@pytest.mark.parametrize("taken", ["chitchat", "abuse", "out_of_scope", "dispute_result"])
def test_what_happened_is_told_where_we_asked_for_it(taken: str) -> None:
    heard = intent("你看看这路面塌的", "description", (taken, 0.79), ("report_complaint", 0.1), matter=SINKHOLE)
    assert heard == "report_complaint"


SCOLDED = "你们一天天是干什么吃的!家里十四度 老人孩子冻得直哆嗦 供热公司电话打不通 交钱倒是积极"


def test_a_long_scolding_that_tells_a_clear_matter_is_a_report() -> None:
    assert intent(SCOLDED, "", ("ask_faq", 0.55), ("report_complaint", 0.12), matter=COLD_HOME) == "report_complaint"


@pytest.mark.parametrize("text", ["你们到底是干什么吃的", f"{SCOLDED} 啥时候能来人修?"])
def test_a_scolding_without_a_matter_or_with_a_question_stays_what_it_is(text: str) -> None:
    assert intent(text, "", ("ask_faq", 0.55), ("report_complaint", 0.12), matter=COLD_HOME) == "ask_faq"


@pytest.mark.parametrize("text", ["我想问一下", "想咨询个事儿", "您好,我打听一下"])
@pytest.mark.parametrize("taken", ["query_status", "ask_faq", "report_complaint"])
def test_wanting_to_ask_is_an_opening_and_asks_after_nothing_yet(text: str, taken: str) -> None:
    assert intent(text, "", (taken, 0.6), ("greet", 0.1)) == "greet"


def test_what_is_asked_behind_the_opening_counts() -> None:
    assert intent("我想问一下我报的路灯修了没", "", ("query_status", 0.6), ("greet", 0.1)) == "query_status"
