"""A danger that is only faintly heard gives way where the models hear a plain report; what hardly asks is a report too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.contracts.understanding import CategoryGuess, EmergencyHit, Facts, Span
from backend.domain.drafting.context import unless_outvoted
from tests.unit.assistant.test_context import intent

TOLD = "包工头卷钱跑了 我们十六个人在甲方门口等两天了 甲方说钱早给他了"
WAGES = ("劳动欠薪", "拖欠工资", 0.99)


def alarm(faint: bool) -> Facts:
    return Facts(emergency=EmergencyHit("trapped", Span(0, len(TOLD), TOLD), faint=faint))


def parsed(*ranking: tuple[str, float], matter: tuple[str, str, float]) -> dict[str, Any]:
    category, subcategory, share = matter
    return {
        "intent_ranking": [{"name": name, "confidence": confidence} for name, confidence in ranking],
        "categories": [{"category": category, "subcategory": subcategory, "category_confidence": share}],
    }


REPORT = (("report_complaint", 0.72), ("emergency", 0.24))


def test_a_faint_danger_gives_way_to_a_plain_report() -> None:
    facts = replace(alarm(faint=True), name="王")
    assert unless_outvoted(TOLD, parsed(*REPORT, matter=WAGES), facts) == replace(facts, emergency=None)


@pytest.mark.parametrize(
    ("text", "facts", "ranking", "matter"),
    [
        (TOLD, alarm(faint=False), REPORT, WAGES),
        ("卖水果的被人捅了", alarm(faint=True), REPORT, WAGES),
        (TOLD, alarm(faint=True), (("emergency", 0.6), ("report_complaint", 0.3)), WAGES),
        (TOLD, alarm(faint=True), (("report_complaint", 0.5), ("emergency", 0.45)), WAGES),
        (TOLD, alarm(faint=True), REPORT, ("消防/安全隐患", "火灾", 0.99)),
        (TOLD, alarm(faint=True), REPORT, ("其他", "未说明", 0.99)),
        (TOLD, alarm(faint=True), REPORT, ("劳动欠薪", "拖欠工资", 0.4)),
    ],
    ids=[
        "named",
        "few words",
        "danger likeliest",
        "danger nearly as likely",
        "a dangerous matter",
        "no matter",
        "a vague matter",
    ],
)
def test_any_other_alarm_stands(
    text: str, facts: Facts, ranking: tuple[tuple[str, float], ...], matter: tuple[str, str, float]
) -> None:
    assert unless_outvoted(text, parsed(*ranking, matter=matter), facts) is facts


SURE = (("report_complaint", 0.97), ("emergency", 0.01))


def test_a_danger_that_words_name_gives_way_only_to_models_that_are_as_good_as_sure() -> None:
    assert unless_outvoted(TOLD, parsed(*SURE, matter=WAGES), alarm(faint=False)).emergency is None


@pytest.mark.parametrize(
    ("text", "ranking", "matter"),
    [
        (TOLD, (("report_complaint", 0.96), ("emergency", 0.03)), WAGES),
        (TOLD, (("report_complaint", 0.7), ("urge", 0.29), ("emergency", 0.01)), WAGES),
        (TOLD, SURE, ("劳动欠薪", "拖欠工资", 0.7)),
        (TOLD, SURE, ("医疗卫生", "急救", 0.99)),
        ("卖水果的被人捅了", SURE, WAGES),
    ],
    ids=["a little danger", "hardly a report", "a vague matter", "a dangerous matter", "few words"],
)
def test_a_danger_that_words_name_stands_otherwise(
    text: str, ranking: tuple[tuple[str, float], ...], matter: tuple[str, str, float]
) -> None:
    facts = alarm(faint=False)
    assert unless_outvoted(text, parsed(*ranking, matter=matter), facts) is facts


def test_without_the_assistant_every_alarm_stands() -> None:
    assert unless_outvoted(TOLD, {}, alarm(faint=True)).emergency is not None


FUND = CategoryGuess("物业纠纷", "业委会", "0603", 1.0)


@pytest.mark.parametrize(
    ("text", "requested", "wish", "report", "expected"),
    [
        ("维修基金被挪用", "", ("ask_faq", 0.54), 0.38, "report_complaint"),
        ("业委会账目从来不公示", "", ("out_of_scope", 0.56), 0.42, "report_complaint"),
        ("维修基金怎么用啊", "", ("ask_faq", 0.54), 0.38, "ask_faq"),
        ("维修基金被挪用", "", ("ask_faq", 0.7), 0.1, "ask_faq"),
        ("维修基金被挪用", "", ("ask_faq", 0.8), 0.41, "ask_faq"),
    ],
)
def test_what_hardly_asks_is_a_report(text: str, requested: str, wish: tuple[str, float], report: float, expected: str) -> None:
    assert intent(text, requested, wish, ("report_complaint", report), matter=FUND) == expected
