"""How a time limit is said, how it fills an answer, and which wording of a resident is which question."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.asked import asked_for, asked_in_full
from backend.domain.clocks import ClockSpec, Finish
from backend.domain.language.numerals import parse_numeral
from backend.domain.promises import filled, finish_words, has_strange_braces, on_site_words, promise

LEAK = ClockSpec(Finish.MINUTES, 1440, 30)
COLD = ClockSpec(Finish.SAME_NIGHT, 0, 20)
PLAIN = ClockSpec(Finish.WORKING_DAYS, 3)
QUESTIONS = [("fee", ["办事要钱吗", "收费吗"]), ("residence", ["居住证在哪办", "暂住证怎么办"]), ("long", ["居住证在哪办最快"])]


@pytest.mark.parametrize(
    ("spec", "on_site", "finish"),
    [
        (LEAK, "三十分钟内", "二十四小时内"),
        (COLD, "二十分钟内", "当晚"),
        (PLAIN, "", "三个工作日内"),
        (ClockSpec(Finish.WORKING_DAYS, 2), "", "两个工作日内"),
        (ClockSpec(Finish.WORKING_DAYS, 10), "", "十个工作日内"),
        (ClockSpec(Finish.MINUTES, 120, 15), "十五分钟内", "两小时内"),
        (ClockSpec(Finish.MINUTES, 90, 60), "一小时内", "九十分钟内"),
        (ClockSpec(Finish.MINUTES, 105), "", "一百零五分钟内"),
        (ClockSpec(Finish.MINUTES, 43200), "", "七百二十小时内"),
        (ClockSpec(Finish.MINUTES, 1439), "", "一千四百三十九分钟内"),
    ],
)
def test_a_limit_is_said_as_people_say_it(spec: ClockSpec, on_site: str, finish: str) -> None:
    assert (on_site_words(spec), finish_words(spec)) == (on_site, finish)


@given(st.integers(min_value=1, max_value=9999))
def test_the_number_that_is_said_is_the_number_that_was_meant(days: int) -> None:
    said = finish_words(ClockSpec(Finish.WORKING_DAYS, days))
    assert parse_numeral(said.removesuffix("个工作日内")) == days


def test_a_matter_without_an_answer_of_its_own_gets_its_limit_told() -> None:
    assert promise(LEAK) == "这类事三十分钟内到场,二十四小时内办好。"
    assert promise(PLAIN) == "这类事三个工作日内办好。"


@pytest.mark.parametrize(
    ("answer", "spec", "told"),
    [
        ("漏水{到场}到场。", LEAK, "漏水三十分钟内到场。"),
        ("{到场}到场,{办结}修好。", COLD, "二十分钟内到场,当晚修好。"),
        ("{到场}到场。", PLAIN, None),
        ("{办结}办好。", None, None),
        ("不要钱。", None, "不要钱。"),
    ],
)
def test_blanks_are_filled_or_the_answer_is_not_told(answer: str, spec: ClockSpec | None, told: str | None) -> None:
    assert filled(answer, spec) == told


@given(st.sampled_from([LEAK, COLD, PLAIN, None]), st.text("{}到场办结。", max_size=12))
def test_no_blank_of_ours_ever_reaches_a_resident(spec: ClockSpec | None, answer: str) -> None:
    told = filled(answer, spec)
    assert told is None or not re.search("{到场}|{办结}", told) or has_strange_braces(answer)


@pytest.mark.parametrize(
    ("answer", "strange"), [("{到场}到场", False), ("{来人}到场", True), ("到场}", True), ("没有", False), ("{{到场}}", True)]
)
def test_braces_that_are_no_blank_are_found(answer: str, strange: bool) -> None:
    assert has_strange_braces(answer) is strange


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("居住证在哪办", "residence"),
        ("师傅,居住证 在哪办呀?", "residence"),
        ("居住證在哪辦", "residence"),
        ("居住证在哪办最快", "long"),
        ("收费吗", "fee"),
        ("收费吗?", "fee"),
        ("物业收费吗归谁管", ""),
        ("办事要钱吗我问问", "fee"),
        ("", ""),
        ("???", ""),
    ],
)
def test_the_wording_that_stands_in_the_message_is_meant_the_longest_first(text: str, key: str) -> None:
    assert asked_for(text, QUESTIONS) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("居住证在哪办", "residence"),
        ("您好,请问居住证在哪办呀?谢谢", "residence"),
        ("師傅 居住證在哪辦", "residence"),
        ("收费吗", "fee"),
        ("收费?", "fee"),
        ("收费", ""),
        ("居住证在哪办 屋里还停电了", ""),
        ("谢谢", ""),
        ("吗?", ""),
        ("", ""),
    ],
)
def test_only_a_question_that_is_all_the_message_says_is_answered_before_the_model_hears_of_it(text: str, key: str) -> None:
    assert asked_in_full(text, QUESTIONS) == key


@given(st.text(max_size=30))
def test_a_question_without_letters_answers_nothing(text: str) -> None:
    assert asked_for(text, [("empty", ["", "?!", " "])]) == ""
    assert asked_in_full(text, [("empty", ["", "?!", "请问吗"])]) == ""


@given(st.builds(ClockSpec, st.just(Finish.MINUTES), st.integers(1, 9999), st.none() | st.integers(1, 1440)))
def test_a_limit_is_stored_and_read_back(spec: ClockSpec) -> None:
    assert ClockSpec.from_data(spec.to_data()) == spec
