"""Nearly everybody says 你好 first: what is wanted stands behind it."""

from __future__ import annotations

import pytest

from backend.contracts.understanding import CategoryGuess
from backend.domain.language.manners import behind_opening, behind_thanks, without_greeting
from tests.unit.assistant.test_context import intent

NO_WATER = CategoryGuess("供水", "停水", "0201", 0.99)
UNSAID = CategoryGuess("其他", "未说明", "2299", 0.4)


@pytest.mark.parametrize(
    "said", ["你好 我家没水了", "您好,停水了", "喂 你好 家里没水", "早上好啊 小同志 一直没水", "在吗 水停了"]
)
def test_a_matter_behind_a_greeting_is_a_report(said: str) -> None:
    assert intent(said, "", ("greet", 0.95), ("report_complaint", 0.03), matter=NO_WATER) == "report_complaint"


@pytest.mark.parametrize(
    ("said", "runner_up", "expected"),
    [
        ("你好请问一下 医保卡丢了咋补", ("ask_faq", 0.12), "ask_faq"),
        ("您好 打扰一下 我想问问供暖啥时候开", ("query_status", 0.2), "ask_faq"),
        ("你好 在吗 我那个单子到哪了", ("query_status", 0.2), "query_status"),
        ("你好 我找你们领导", ("ask_human", 0.2), "ask_human"),
    ],
)
def test_so_is_a_question_or_a_call(said: str, runner_up: tuple[str, float], expected: str) -> None:
    assert intent(said, "", ("greet", 0.8), runner_up, matter=UNSAID) == expected


@pytest.mark.parametrize("said", ["你好", "你好啊 在吗", "师傅你好", "早上好 小同志", "喂 有人吗", "你好 在忙吗"])
def test_a_greeting_alone_is_one(said: str) -> None:
    assert intent(said, "", ("greet", 0.95), ("report_complaint", 0.03), matter=UNSAID) == "greet"


def test_inside_the_form_a_greeting_changes_no_answer() -> None:
    assert intent("你好 还没睡呢", "contact_phone", ("greet", 0.9), ("report_complaint", 0.1), matter=NO_WATER) == "greet"


@pytest.mark.parametrize("said", ["谢谢 我家没水了", "麻烦你们 我家没水了", "辛苦了,停水了"])
def test_thanks_in_advance_hide_no_matter(said: str) -> None:
    assert intent(said, "", ("thanks", 0.97), ("report_complaint", 0.02), matter=NO_WATER) == "report_complaint"


@pytest.mark.parametrize("said", ["谢谢 水来了", "谢谢你们 修好了", "麻烦你们了 上次停水处理得挺快", "谢谢"])
def test_thanks_for_what_was_done_are_thanks(said: str) -> None:
    assert intent(said, "", ("thanks", 0.97), ("report_complaint", 0.02), matter=NO_WATER) == "thanks"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("你好 漏水了", "漏水了"),
        ("您好,我家停电了", "我家停电了"),
        ("喂 你好啊 小同志 下水堵了", "下水堵了"),
        ("你好", "你好"),
        ("你好啊 在吗", "你好啊 在吗"),
        ("你好意思吗", "你好意思吗"),
        ("师傅来过了", "师傅来过了"),
        ("喂奶的孩子冻着了", "喂奶的孩子冻着了"),
    ],
)
def test_the_models_read_what_stands_behind_a_greeting(said: str, read: str) -> None:
    assert without_greeting(said) == read


@pytest.mark.parametrize(
    ("said", "wish", "expected"),
    [
        ("举报有人违建", "ask_faq", "report_complaint"),
        ("我要投诉烧烤店油烟", "ask_faq", "report_complaint"),
        ("低保被取消了", "cancel", "report_complaint"),
        ("是这样的 我家楼上漏水", "affirm", "report_complaint"),
        ("是这样的", "affirm", "affirm"),
        ("举报要啥材料", "ask_faq", "ask_faq"),
        ("投诉了没人管 撤了吧", "cancel", "cancel"),
        ("举报会不会让人知道", "ask_faq", "ask_faq"),
        ("这个单子给我取消了吧", "cancel", "cancel"),
    ],
)
def test_what_is_announced_as_a_matter_or_was_suffered_is_a_report(said: str, wish: str, expected: str) -> None:
    assert intent(said, "", (wish, 0.9), ("report_complaint", 0.05), matter=NO_WATER) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("我在你们区租房 房东不退押金", "report_complaint"),
        ("房东不退押金怎么办", "report_complaint"),
        ("明天停不停水", "ask_faq"),
        ("停水一般停多久", "ask_faq"),
    ],
)
def test_a_named_matter_without_a_word_of_asking_is_stated_and_no_question(said: str, expected: str) -> None:
    assert intent(said, "", ("ask_faq", 0.7), ("report_complaint", 0.06), matter=NO_WATER) == expected


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("你好 请问一下 医保卡丢了咋补", "医保卡丢了咋补"),
        ("请问 供暖啥时候开", "供暖啥时候开"),
        ("我想问问供暖啥时候开", "供暖啥时候开"),
        ("打扰一下 停水了", "停水了"),
        ("问题没解决", ""),
        ("你好", ""),
        ("停水了", ""),
    ],
)
def test_leave_to_ask_stands_before_the_question_as_a_greeting_does(said: str, rest: str) -> None:
    assert behind_opening(said) == rest


@pytest.mark.parametrize(("said", "rest"), [("谢谢 我家没水了", "我家没水了"), ("谢谢你们啊", ""), ("我家没水了 谢谢", "")])
def test_thanks_in_advance_stand_before_what_is_told(said: str, rest: str) -> None:
    assert behind_thanks(said) == rest
