"""The same words after another question are another intent."""

from __future__ import annotations

import pytest

from backend.domain.drafting.context import Heard, asked_by, intents_in_context
from backend.domain.language.answers import classify_answer
from backend.domain.language.facts import draw_facts
from backend.domain.language.normalise import normalise
from tests.unit.assistant.builders import NOW, PLACES


def intent(text: str, requested: str = "", *ranking: tuple[str, float], idiom: bool = False) -> str:
    facts = draw_facts(text, message_time=NOW, gazetteer=PLACES)
    given = ranking or (("chitchat", 0.7), ("report_complaint", 0.2))
    heard = Heard(normalise(text).text, given, facts, classify_answer(text), requested, idiom)
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
