"""Scolding with a request takes the request; a fault named in very few words is a report."""

from __future__ import annotations

import pytest

from backend.contracts.understanding import CategoryGuess
from backend.domain.language.manners import behind_oath
from tests.unit.assistant.test_context import intent

SCOLDS = (("abuse", 0.93), ("urge", 0.04), ("query_status", 0.02))


def matter(category: str, leaf: str, share: float = 0.95) -> CategoryGuess:
    return CategoryGuess(category, leaf, "", share)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("操你妈的 暖气还不修", "暖气还不修"),
        ("操你妈 水还不来", "水还不来"),
        ("他妈的,电又停了", "电又停了"),
        ("妈了个巴子的 谁家狗半夜嚎", "谁家狗半夜嚎"),
        ("傻逼 路灯坏了", "路灯坏了"),
        ("滚犊子", ""),
        ("他妈家漏水了", ""),
        ("妈妈说没水了", ""),
        ("日子没法过了", ""),
        ("你们好 没水了", ""),
    ],
)
def test_what_stands_behind_an_oath(text: str, rest: str) -> None:
    assert behind_oath(text) == rest


def test_a_clear_matter_behind_an_oath_is_reported() -> None:
    assert intent("操你妈的 暖气还不修", "", *SCOLDS, matter=matter("供暖", "停暖")) == "report_complaint"


def test_a_wish_behind_an_oath_is_the_wish() -> None:
    ranking = (("abuse", 0.6), ("urge", 0.3), ("query_status", 0.05))
    assert intent("妈的 到底来不来人", "", *ranking) == "urge"


@pytest.mark.parametrize("text", ["滚犊子", "操你妈", "你们这帮废物"])
def test_mere_scolding_stays_scolding(text: str) -> None:
    assert intent(text, "", *SCOLDS) == "abuse"


def test_scolding_inside_the_form_opens_no_other_matter() -> None:
    assert intent("操你妈的 暖气还不修", "contact_phone", *SCOLDS, matter=matter("供暖", "停暖")) != "report_complaint"


@pytest.mark.parametrize("text", ["小区没门卫", "我们小区没物业", "没有保安"])
def test_a_fault_named_in_few_words_is_a_report_and_no_answer(text: str) -> None:
    ranking = (("provide_info", 0.96), ("report_complaint", 0.02))
    assert intent(text, "", *ranking, matter=matter("物业纠纷", "服务不到位", 0.89)) == "report_complaint"


def test_the_same_words_answer_a_question_that_is_open() -> None:
    ranking = (("provide_info", 0.96), ("report_complaint", 0.02))
    assert intent("小区没门卫", "address", *ranking, matter=matter("物业纠纷", "服务不到位", 0.89)) == "provide_info"


@pytest.mark.parametrize("text", ["留那玩意儿干啥 到时候骚扰我", "怕骚扰"])
def test_who_fears_calls_keeps_the_phone_back(text: str) -> None:
    ranking = (("ask_faq", 0.34), ("provide_info", 0.12), ("report_complaint", 0.1))
    assert intent(text, "contact_phone", *ranking) == "provide_info"


WAITS = (("query_status", 0.69), ("report_complaint", 0.18))


def test_who_is_asked_what_happened_and_asks_when_the_water_comes_tells_that_there_is_none() -> None:
    assert intent("这水啥时候能来啊 都渴死了", "description", *WAITS, matter=matter("供水", "停水", 0.6)) == "report_complaint"


def test_who_asks_there_after_what_was_reported_still_asks() -> None:
    said = intent("我上次报的停水啥时候能来人", "description", *WAITS, matter=matter("供水", "停水", 0.6))
    assert said != "report_complaint"
