"""A wish in answer to our own yes/no question is a yes or a no."""

from __future__ import annotations

import pytest

from backend.contracts.understanding import CategoryGuess
from backend.domain.drafting.context import intents_in_context
from backend.domain.drafting.expected import ANSWERED_YES_NO, in_the_light_of
from backend.domain.drafting.heard import Heard
from backend.domain.drafting.last_question import asked_by
from backend.domain.language.answers import classify_answer
from backend.domain.language.facts import draw_facts
from backend.domain.language.normalise import normalise
from tests.unit.assistant.builders import NOW, PLACES

URGE, PERSON, VISIT = "要不要帮您催一下?", "需要帮您转人工吗?", "师傅跟您联系了吗?"
SAME, RESUME = "这跟您说的是同一件吗?", "要接着上次的说吗?"
WHICH, MORE, THIS_PHONE = "就您一家还是整栋楼都没水?", "还有别的要说的吗?", "电话用这个行吗?"
CONFIRM, PHONE = "我念一遍:停水,翠园小区。对吗?", "方便留个电话吗?"


def intent(text: str, question: str, *ranking: tuple[str, float]) -> str:
    plain = normalise(text).text
    facts = draw_facts(plain, message_time=NOW, gazetteer=PLACES)
    return intents_in_context(Heard(plain, ranking, facts, classify_answer(plain), asked_by(question)))[0][0]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        (URGE, "offer_urge"),
        ("您看需要我再催催他们吗?", "offer_urge"),
        (PERSON, "offer_person"),
        ("要不要找工作人员跟您说?", "offer_person"),
        (VISIT, "visited"),
        ("昨天有人上门了吗?", "visited"),
        ("物业联系过您没有?", "visited"),
        (SAME, "same"),
        ("您说的是这一件吗?", "same"),
        (RESUME, "resume"),
        (CONFIRM, "confirm"),
        (PHONE, "contact_phone"),
        ("电话用这个行吗?", "yes_no"),
        ("就打您这个号码,可以吗?", "yes_no"),
        ("就您一家还是整栋楼都没水?", "which"),
        ("是您自家冷,还是整栋楼都冷？", "which"),
        ("我念一遍:停水。对吗?要是知道,顺便说一下:就您一家还是整栋楼都没水?", "confirm"),
        ("要不要帮您催一下,还是再等等?", "yes_no"),
        ("师傅联系过您了吗？", "visited"),
        ("是6号楼吗？", "yes_no"),
        ("要不要帮您催一下？", "offer_urge"),
        ("您想报什么事、查进度还是找人工?", "description"),
        ("电话还是原来那个吗?", "yes_no"),
        ("还有别的要说的吗?", "more"),
        ("您还有什么需要补充的？", "more"),
        ("还有照片吗?", "yes_no"),
        ("留个电话,师傅好联系您。", "contact_phone"),
        ("您在哪个小区、几号楼?", "address"),
    ],
)
def test_a_question_is_known_by_its_words(question: str, name: str) -> None:
    assert asked_by(question) == name


@pytest.mark.parametrize(
    ("text", "question", "best", "expected"),
    [
        ("快催吧都等急了", URGE, ("urge", 0.99), "affirm"),
        ("快催吧都等急了", "", ("urge", 0.99), "urge"),
        ("快找个真人来", PERSON, ("ask_human", 0.9), "affirm"),
        ("影子都没见着", VISIT, ("dispute_result", 0.9), "deny"),
        ("影子都没见着", "", ("dispute_result", 0.9), "dispute_result"),
        ("那事儿我自己弄好了", RESUME, ("cancel", 0.95), "deny"),
        ("我家那是另外一回事", SAME, ("correct_previous_detail", 0.6), "deny"),
        ("快点转", PERSON, ("urge", 0.97), "affirm"),
        ("水还没来啊急死人", URGE, ("report_complaint", 0.9), "report_complaint"),
    ],
)
def test_a_wish_is_an_answer_to_the_question_about_it(text: str, question: str, best: tuple[str, float], expected: str) -> None:
    assert intent(text, question, best, ("chitchat", 0.01)) == expected


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("没有", VISIT, "deny"),
        ("没有", CONFIRM, "deny"),
        ("没有", "", "deny"),
        ("不用了", URGE, "deny"),
        ("不用了", "", "deny"),
        ("算了", PERSON, "deny"),
        ("不方便", "可以公开您的诉求吗?", "deny"),
        ("没有", PHONE, "provide_info"),
        ("没说对", CONFIRM, "deny"),
        ("记错了", CONFIRM, "deny"),
        ("弗是", CONFIRM, "deny"),
        ("唔系", VISIT, "deny"),
        ("说完了", MORE, "deny"),
        ("都说完了", PHONE, "provide_info"),
        ("不用了", PHONE, "provide_info"),
        ("没有了", "还有要补充的吗?", "deny"),
        ("没了", "是6号楼2单元吗?", "deny"),
        ("没有了", "您还有什么需要补充的?", "deny"),
        ("别", "可以把您的电话告诉师傅吗?", "deny"),
        ("不行", "", "deny"),
        ("有问题", CONFIRM, "deny"),
        ("没有", "具体是几号楼?", "provide_info"),
        ("跳过", "", "provide_info"),
        ("不知道", VISIT, "provide_info"),
    ],
)
def test_the_same_word_is_a_no_to_a_question_and_skips_a_field(text: str, question: str, expected: str) -> None:
    assert intent(text, question, ("chitchat", 0.5)) == expected


@pytest.mark.parametrize(
    ("text", "question", "best", "expected"),
    [
        ("整栋楼都没水", WHICH, ("report_complaint", 0.9), "provide_info"),
        ("三单元都没有,四单元好像有", WHICH, ("deny", 0.7), "provide_info"),
        ("我不报了", WHICH, ("cancel", 0.9), "cancel"),
        ("隔壁那户也一样", MORE, ("report_complaint", 0.5), "provide_info"),
        ("还有一件,路灯也不亮", MORE, ("report_complaint", 0.9), "report_complaint"),
        ("隔壁那户也一样", "", ("report_complaint", 0.5), "report_complaint"),
        ("说到这儿就行了", MORE, ("deny", 0.5), "deny"),
    ],
)
def test_details_are_likelier_after_a_question_for_them(text: str, question: str, best: tuple[str, float], expected: str) -> None:
    assert intent(text, question, best, ("provide_info", 0.2)) == expected


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("就这个", THIS_PHONE, "affirm"),
        ("还是那个", SAME, "affirm"),
        ("没变", "电话还是原来那个吗?", "affirm"),
        ("不行", THIS_PHONE, "deny"),
        ("就这个号", PHONE, "provide_info"),
        ("老地方", "您在哪个小区?", "provide_info"),
    ],
)
def test_the_same_as_ever_is_a_yes_to_a_question_for_it(text: str, question: str, expected: str) -> None:
    assert intent(text, question, ("chitchat", 0.5)) == expected


def test_a_yes_is_likelier_after_a_yes_no_question_but_not_where_it_would_file_an_order() -> None:
    ranking = (("chitchat", 0.6), ("affirm", 0.3))
    assert in_the_light_of(ranking, "yes_no")[0][0] == "affirm"
    assert in_the_light_of(ranking, "confirm") == ranking
    assert in_the_light_of(ranking, "address") == ranking


@pytest.mark.parametrize("question", sorted(ANSWERED_YES_NO))
def test_the_shares_keep_their_sum(question: str) -> None:
    ranking = (("urge", 0.4), ("cancel", 0.2), ("deny", 0.1))
    assert sum(share for _, share in in_the_light_of(ranking, question)) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("text", "question", "share", "expected"),
    [
        ("家里没电了 邻居都有", "", 0.85, "report_complaint"),
        ("就写热心群众", "", 0.99, "provide_info"),
        ("家里没电了 邻居都有", "什么时候开始的?", 0.85, "provide_info"),
    ],
)
def test_a_clear_matter_where_nothing_was_asked_is_a_report(text: str, question: str, share: float, expected: str) -> None:
    matter = CategoryGuess("供电", "停电", "0301", 0.97)
    ranking = (("provide_info", share), ("report_complaint", 0.3))
    facts = draw_facts(text, message_time=NOW, gazetteer=PLACES)
    heard = Heard(text, ranking, facts, classify_answer(text), asked_by(question), matter=matter)
    assert intents_in_context(heard)[0][0] == expected


def test_a_bare_number_that_was_asked_for_is_given_whatever_the_words_around_numbers_usually_mean() -> None:
    assert intent("17000099887", PHONE, ("correct_previous_detail", 0.6)) == "provide_info"
    assert intent("不对 是17000099887才对", PHONE, ("correct_previous_detail", 0.6)) == "correct_previous_detail"


@pytest.mark.parametrize(
    ("text", "question", "best", "expected"),
    [
        ("好的谢谢", "", "thanks", "thanks"),
        ("好的谢谢", CONFIRM, "thanks", "affirm"),
        ("以后再聊", "", "bye", "bye"),
        ("以后再说", PHONE, "bye", "provide_info"),
        ("免了吧", "", "deny", "deny"),
        ("免了吧", PHONE, "deny", "provide_info"),
    ],
)
def test_where_nothing_was_asked_polite_words_answer_nothing(text: str, question: str, best: str, expected: str) -> None:
    assert intent(text, question, (best, 0.9)) == expected


def test_not_the_same_is_no_yes_though_it_says_the_same() -> None:
    assert intent("否 不是同一件", SAME, ("deny", 0.8), ("affirm", 0.1)) == "deny"


def test_a_sure_correction_with_a_place_is_no_new_complaint() -> None:
    matter = CategoryGuess("市场经营/食品", "占道摊贩", "2102", 0.9)
    text = "单元说岔了 应该三号楼一单元"
    facts = draw_facts(text, message_time=NOW, gazetteer=PLACES)
    heard = Heard(text, (("correct_previous_detail", 0.99),), facts, classify_answer(text), "", matter=matter)
    assert intents_in_context(heard)[0][0] == "correct_previous_detail"
