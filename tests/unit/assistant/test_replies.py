"""The sentences: enough variants, short enough, without jargon."""

from __future__ import annotations

import re

import pytest

from actions import replies
from actions.turn import PASSING
from backend.domain.drafting.model import Ask

JARGON = re.compile(r"service_code|机器人|系统错误|异常|参数|提交失败|未识别|意图|工单状态|受理中心")
LONGEST = 134  # two parts of an SMS


@pytest.mark.parametrize("key", sorted(replies.table()))
def test_every_occasion_has_at_least_two_different_sentences(key: str) -> None:
    variants = replies.table()[key]
    assert len(set(variants)) == len(variants) >= 2


@pytest.mark.parametrize("key", sorted(replies.table()))
def test_every_sentence_fits_an_sms_and_has_no_jargon(key: str) -> None:
    for variant in replies.table()[key]:
        assert len(variant) <= LONGEST - 40, "room is needed for what is filled in"
        assert not JARGON.search(variant)


@pytest.mark.parametrize("ask", [ask for ask in Ask if ask is not Ask.NOTHING])
def test_every_question_of_the_form_has_words(ask: Ask) -> None:
    assert f"ask_{ask.value}" in replies.table()


def test_what_only_leads_on_are_sentences_that_exist_and_no_question_about_the_form_itself() -> None:
    assert set(replies.table()) >= PASSING
    assert not PASSING & {
        "ask_confirm",
        "ask_confirm_extra",
        "ask_cancel",
        "ask_resume",
        "ask_same",
        "ask_change",
        "ask_category",
    }
    assert not [key for key in PASSING if "{number}" in "".join(replies.table()[key])]


def test_the_variant_is_not_the_one_of_the_last_time() -> None:
    for seed in "abcdefgh":
        first = replies.choose("greet", seed=seed, last=None)
        assert replies.choose("greet", seed=seed, last=first) != first


def test_the_same_message_gets_the_same_sentence() -> None:
    assert replies.choose("greet", seed="m1", last=None) == replies.choose("greet", seed="m1", last=None)
