"""The rules of plain words stand beside a classifier that is sure: they must not undo what a whole sentence says."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from backend.contracts.understanding import CategoryGuess
from backend.domain.drafting.context import hear, intents_in_context
from backend.domain.language.answers import AnswerKind, classify_answer
from backend.domain.language.facts import draw_facts
from backend.domain.language.wishes import says
from bot.corpus import Example, training_examples
from tests.unit.assistant.builders import NOW, PLACES

EVERY = 12
OTHERWISE_AT_MOST = 0.04  # words that answer a question (没人来过), are a danger, or opt out are read otherwise on purpose
SURE = 0.99


def _meant(example: Example) -> str:
    """What the rules make of a sentence that the classifier reads as it was written for."""
    sure = example.category or "其他"
    matter = CategoryGuess(sure, example.subcategory or "未说明", "", SURE if example.category else 0.3)
    facts = draw_facts(example.text, message_time=NOW, gazetteer=PLACES)
    guesses = [{"category": matter.category, "subcategory": matter.subcategory, "category_confidence": matter.confidence}]
    heard = hear(example.text, ((example.intent, SURE), ("nlu_fallback", 1 - SURE)), facts, "", guesses)
    return intents_in_context(heard)[0][0]


pytestmark = pytest.mark.xdist_group("words and whole sentences")


@pytest.fixture(scope="module")
def meant() -> dict[str, list[tuple[str, str]]]:
    """By intent: what each of many sentences is taken for, and the sentence."""
    found = defaultdict(list)
    for example in list(training_examples())[::EVERY]:
        found[example.intent].append((_meant(example), example.text))
    return found


def test_a_complaint_that_is_surely_one_stays_one(meant: dict[str, list[tuple[str, str]]]) -> None:
    others = [(taken, text) for taken, text in meant["report_complaint"] if taken not in ("report_complaint", "emergency")]
    assert len(others) <= len(meant["report_complaint"]) // 300, others


def test_few_sentences_of_any_wish_are_taken_for_another(meant: dict[str, list[tuple[str, str]]]) -> None:
    everything = [(wish, taken) for wish, taken_as in meant.items() for taken, _ in taken_as]
    others = Counter((wish, taken) for wish, taken in everything if wish != taken)
    assert sum(others.values()) <= OTHERWISE_AT_MOST * len(everything), others.most_common(20)


@pytest.mark.parametrize("text", ["我家楼道灯不亮了", "红绿灯不亮了", "换热站不送热了", "暖气又不热了", "网都不通了", "还没来水"])
def test_what_does_not_work_any_more_is_no_good_news(text: str) -> None:
    assert not says("solved", text)
    assert not says("solved_whole", text)


@pytest.mark.parametrize("text", ["楼道灯亮了", "暖气热乎了", "水来了 谢谢", "不漏了", "都弄好了"])
def test_and_what_works_again_is(text: str) -> None:
    assert says("solved", text) or says("solved_whole", text)


@pytest.mark.parametrize("text", ["可不嘛", "可不", "那可不", "可不是嘛", "√", "✅"])
def test_a_yes_that_looks_like_a_no_is_a_yes(text: str) -> None:
    answer = classify_answer(text)
    assert answer is not None
    assert answer.kind is AnswerKind.YES


@pytest.mark.parametrize("text", ["不", "不是", "那可不行", "×", "❌"])
def test_and_a_no_is_a_no(text: str) -> None:
    answer = classify_answer(text)
    assert answer is not None
    assert answer.kind is AnswerKind.NO


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("楼上男的老敲我门,我一个女的独居害怕", "report_complaint"),
        ("师傅来了嫌我家装修包管了,不给装还骂骂咧咧", "report_complaint"),
        ("网上订的酒店不给退钱", "report_complaint"),
        ("明明还在漏 说修好了", "dispute_result"),
        ("换人 我跟机器说不明白", "ask_human"),
        ("今天天气怎么样", "out_of_scope"),
        ("再帮我说一声 让他们上点心 快着点", "urge"),
        ("不是我挑剔,楼下早餐店把泔水直接倒进雨水井", "report_complaint"),
        ("不用转人工", "deny"),
        ("不是人", "abuse"),
    ],
)
def test_a_few_words_do_not_undo_a_sentence(text: str, wish: str) -> None:
    category, leaf = ("治安", "骚扰") if wish == "report_complaint" else ("", "")
    assert _meant(Example(text=text, intent=wish, category=category, subcategory=leaf)) == wish
