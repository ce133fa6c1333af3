"""A matter that is told in bits: what comes later adds to it, and neither renames it nor makes a second one."""

from __future__ import annotations

import pytest

from backend.contracts.conversations import TimeKind
from backend.contracts.understanding import CategoryGuess
from backend.domain.drafting.model import Ask
from tests.unit.assistant.builders import fresh, told, turn
from tests.unit.assistant.test_context import intent

DRAIN = CategoryGuess("环境卫生", "下水堵塞返水", "0702", 0.99)
SMELL = CategoryGuess("环境卫生", "异味油烟扬尘", "0706", 0.99)
RENT = CategoryGuess("市场经营/食品", "租房纠纷", "2107", 0.99)
REPORT = "report_complaint"


def test_a_leaf_that_the_first_words_named_is_not_changed_by_more_about_it() -> None:
    step = told(fresh(), turn("下水道返味", REPORT, guesses=(DRAIN,)), turn("卫生间地漏 味儿特别大", REPORT, guesses=(SMELL,)))
    assert step.form.draft.subcategory == DRAIN.subcategory
    assert "味儿特别大" in step.form.draft.description


@pytest.mark.parametrize("said", ["房东说不管 让我找物业 物业说找房东", "中介说等着吧 没人管", "派出所让我找街道"])
def test_what_others_answered_is_no_second_matter(said: str) -> None:
    form = told(fresh("17000000001"), turn("下水道返味", REPORT, guesses=(DRAIN,)), "翠园小区2号楼", "昨天").form
    assert form.requested is Ask.CONFIRM
    step = told(form, turn(said, REPORT, guesses=(RENT,)))
    assert step.form.also == ()
    assert said in step.form.draft.description
    assert step.form.requested is Ask.CONFIRM


def test_a_statement_at_the_read_back_goes_along() -> None:
    form = told(fresh("17000000001"), turn("下水道返味", REPORT, guesses=(DRAIN,)), "翠园小区2号楼", "昨天").form
    step = told(form, turn("刚搬来就有", guesses=()))
    assert step.understood
    assert "刚搬来就有" in step.form.draft.description


def test_since_when_it_comes_again_is_taken_with_words_around_it() -> None:
    form = told(fresh(), ("电梯三天两头坏", REPORT), "翠园小区2号楼").form
    step = told(form, "得有两三个月了吧具体我也记不清楚了")
    when = step.form.draft.occurred_at
    assert when is not None
    assert when.kind is TimeKind.RECURRING
    assert when.start is not None


def test_a_story_that_sounds_like_nothing_is_kept() -> None:
    form = told(fresh(), ("屋里冰凉", REPORT)).form
    step = told(form, turn("说了多少回了 来了看一眼就走 走了还是那样", guesses=()))
    assert step.understood
    assert "走了还是那样" in step.form.draft.description


@pytest.mark.parametrize("said", ["谁来修啊", "这事归谁管"])
def test_who_handles_it_is_a_question_outside_the_form_too(said: str) -> None:
    assert intent(said, "", ("nlu_fallback", 0.3)) == "ask_faq"


@pytest.mark.parametrize("said", ["提交吧", "报吧", "就这么报吧"])
def test_who_presses_on_where_the_telephone_is_asked_for_leaves_none(said: str) -> None:
    form = told(fresh(), ("屋里冰凉", REPORT), "翠园小区2号楼", "昨天").form
    assert form.requested is Ask.CONTACT_PHONE
    assert told(form, said).form.requested is Ask.CONFIRM


def test_a_refusal_is_no_part_of_the_matter_and_its_reason_is() -> None:
    form = told(fresh(), ("屋里冰凉", REPORT), "翠园小区2号楼", "昨天").form
    assert "不方便" not in told(form, "不方便留").form.draft.description
    assert "老板是我亲戚" in told(form, "不想留电话 那家老板是我亲戚").form.draft.description
    assert told(form, "不想留电话 怕他们打击报复").form.confidential


@pytest.mark.parametrize(
    ("said", "read_back"),
    [
        ("暖气费交了不给供暖 你们管不管", "暖气费交了不给供暖"),
        ("押金不给退 电话不留了", "押金不给退"),
        ("物业不给修电梯", "物业不给修电梯"),
    ],
)
def test_what_is_not_given_is_read_back(said: str, read_back: str) -> None:
    assert told(fresh(), (said, REPORT)).form.gist == read_back
