"""A wish that is surely told while the form asks something: words that usually answer do not turn it into an answer."""

from __future__ import annotations

from collections import Counter

import pytest

from backend.contracts.understanding import CategoryGuess
from backend.domain.drafting.context import hear, intents_in_context
from backend.domain.drafting.heard import Ranking
from backend.domain.language.answers import explicit_score
from backend.domain.language.facts import draw_facts
from bot.corpus import training_examples
from tests.unit.assistant.builders import NOW, PLACES

SURE, EVERY = 0.99, 12
ASIDE = (
    "ask_human",
    "ask_faq",
    "cancel",
    "urge",
)  # after an order is not asked: 啥时候来人 asks after the rule while the form is open
QUESTIONS = ("address", "occurred_at", "contact_phone")
CLEAR = CategoryGuess("道路设施", "路灯", "1101", 0.95)


def intent(text: str, requested: str, *ranking: tuple[str, float], matter: CategoryGuess | None = None) -> str:
    facts = draw_facts(text, message_time=NOW, gazetteer=PLACES)
    guess = matter or CategoryGuess("其他", "未说明", "", 0.3)
    told: Ranking = ranking or (("chitchat", 0.5),)
    row = {"category": guess.category, "subcategory": guess.subcategory, "category_confidence": guess.confidence}
    return intents_in_context(hear(text, told, facts, requested, [row]))[0][0]


def test_hardly_a_sure_wish_is_lost_behind_an_open_question() -> None:
    told = [example for example in list(training_examples())[::EVERY] if example.intent in ASIDE]
    others = Counter(
        (example.intent, taken)
        for example in told
        for question in QUESTIONS
        if (taken := intent(example.text, question, (example.intent, SURE))) != example.intent
    )
    assert sum(others.values()) <= 0.02 * len(told) * len(QUESTIONS), others


@pytest.mark.parametrize(
    ("text", "requested", "wish"),
    [
        ("我说不清 找人", "address", "ask_human"),
        ("眼神不好看不清,找人接一下", "occurred_at", "ask_human"),
        ("单号忘了还能查吗", "occurred_at", "ask_faq"),
        ("不会用微信咋查", "contact_phone", "ask_faq"),
        ("问东问西 不说了", "address", "cancel"),
        ("回头再报 先退出来", "address", "cancel"),
        ("终止流程", "confirm", "cancel"),
        ("不登记了", "contact_phone", "cancel"),
        ("俺们一楼人都等着呢 催催师傅", "occurred_at", "urge"),
        ("领导呢", "address", "ask_human"),
    ],
)
def test_a_sure_wish_is_no_answer(text: str, requested: str, wish: str) -> None:
    assert intent(text, requested, (wish, SURE)) == wish


@pytest.mark.parametrize(
    ("text", "requested", "doubtful"),
    [
        ("我说不清", "occurred_at", ("ask_human", 0.7)),
        ("就翠园小区呗 还能是哪", "address", ("ask_faq", 0.93)),
        ("改天再告诉你", "contact_phone", ("bye", 0.8)),
        ("家在哪儿不想说", "address", ("cancel", 0.6)),
        ("说那么细干啥", "address", ("dispute_result", 0.9)),
    ],
)
def test_and_what_answers_or_keeps_back_an_answer_still_does(text: str, requested: str, doubtful: tuple[str, float]) -> None:
    assert intent(text, requested, doubtful) == "provide_info"


def test_two_days_that_are_weighed_are_the_time_that_was_asked_for() -> None:
    ranking = (("dispute_result", 0.47), ("provide_info", 0.39))
    assert intent("礼拜二 还是礼拜三来着 反正没几天", "occurred_at", *ranking) == "provide_info"


def test_how_long_it_will_take_is_asked_at_the_read_back_however_it_is_put() -> None:
    assert intent("等会儿 我先问问 这报上去多少天给弄", "confirm", ("query_status", 0.4)) == "ask_faq"


@pytest.mark.parametrize("text", ["报啊 谁说不报了", "报呗", "谁说不修了", "当然报"])
def test_who_says_that_it_stays_has_not_given_up(text: str) -> None:
    assert intent(text, "cancel", ("cancel", 0.98)) == "deny"


@pytest.mark.parametrize("text", ["没接着你们电话", "一个电话没接着"])
def test_a_call_that_was_missed_is_no_wish_to_go_on(text: str) -> None:
    assert intent(text, "resume", ("deny", SURE)) == "deny"


@pytest.mark.parametrize("text", ["就那个事儿 还没人来修", "就那件", "是那个", "还是上回那个"])
def test_the_same_matter_is_the_same(text: str) -> None:
    assert intent(text, "same", ("dispute_result", 0.9)) == "affirm"


@pytest.mark.parametrize(
    ("text", "likely"), [("对 再加一句 我家有吃奶的孩子", "out_of_scope"), ("对 十三度多 整栋楼都凉", "report_complaint")]
)
def test_a_yes_takes_what_stands_beside_it_along(text: str, likely: str) -> None:
    assert intent(text, "confirm", (likely, 0.75)) == "affirm"


@pytest.mark.parametrize("text", ["对 几天能来", "对了 不是6号楼", "是 别告诉物业"])
def test_a_yes_with_a_question_or_a_ban_behind_it_is_not_filed_at_once(text: str) -> None:
    assert intent(text, "confirm", ("correct_previous_detail", 0.7)) != "affirm"


@pytest.mark.parametrize("text", ["就好了一天", "清一半留一半就说办好了"])
def test_half_a_success_is_none(text: str) -> None:
    assert intent(text, "fixed", ("dispute_result", SURE)) == "deny"


def test_what_was_said_to_be_mended_is_no_news_of_those_who_mend() -> None:
    text = "你们说修好了 师傅进屋拍张照就走了 屋里照样凉"
    assert intent(text, "", ("dispute_result", 0.9)) == "dispute_result"
    assert intent("师傅说明天来修", "", ("report_complaint", 0.5)) == "provide_info"


@pytest.mark.parametrize(
    "text",
    [
        "东边儿把头那个单元 就是挨着幼儿园那栋 楼下窨井往外冒 翠园小区",
        "您好,反映路灯问题。地点:园林路45号门前;联系人:周建国;电话:17000006021",
    ],
)
def test_a_complaint_that_is_mostly_place_and_people_is_one(text: str) -> None:
    assert intent(text, "", ("provide_info", 0.93), ("report_complaint", 0.01), matter=CLEAR) == "report_complaint"


def test_a_detail_for_the_order_is_still_none() -> None:
    assert intent("园林路45号门前那个", "", ("provide_info", 0.93), matter=CLEAR) == "provide_info"


def test_last_digits_that_were_wrong_are_put_right() -> None:
    ranking = (("provide_info", 0.57), ("correct_previous_detail", 0.41))
    facts = "电话最后四位写反了 是7721"
    assert intent(facts, "", *ranking) == "correct_previous_detail"


def test_a_secret_told_together_with_the_matter_is_a_complaint() -> None:
    told = (("provide_info", 0.59), ("report_complaint", 0.24))
    assert intent("别让物业知道是我反映的 他们把路灯线剪了卖钱", "", *told, matter=CLEAR) == "report_complaint"
    assert intent("别让物业知道是我反映的", "", ("report_complaint", 0.4)) == "provide_info"


@pytest.mark.parametrize("text", ["押金一分没退", "到现在一分钱没见着", "一分也没给"])
def test_money_that_never_came_is_no_score(text: str) -> None:
    assert explicit_score(text) is None


@pytest.mark.parametrize(("text", "score"), [("五分没问题", 5), ("给一分", 1), ("四分不能再多", 4)])
def test_and_a_score_is_one(text: str, score: int) -> None:
    assert explicit_score(text) == score


@pytest.mark.parametrize(
    "text",
    ["翠园小区 路灯不亮 井盖松动 你们挨个儿给解决", "今早七点跳闸 合上又跳 一直停电", "路灯不亮 井盖也松了 给办办吧"],
)
def test_a_fault_with_no_word_of_what_was_done_about_it_disputes_nothing(text: str) -> None:
    ranking = (("dispute_result", 0.6), ("report_complaint", 0.37))
    assert intent(text, "", *ranking, matter=CLEAR) == "report_complaint"


@pytest.mark.parametrize(
    "text", ["路灯还是不亮", "路灯不亮 根本没人来", "说修好了 路灯照样不亮", "路灯又坏了 你们修的啥", "路灯不亮的更多了 更严重了"]
)
def test_and_one_that_was_handled_badly_is_disputed(text: str) -> None:
    assert intent(text, "", ("dispute_result", 0.7), ("report_complaint", 0.2), matter=CLEAR) == "dispute_result"


def test_what_is_reported_in_confidence_is_reported() -> None:
    text = "保密啊 我举报我们单元201开小饭桌 没证"
    assert intent(text, "", ("provide_info", 0.91), ("report_complaint", 0.05), matter=CLEAR) == "report_complaint"
