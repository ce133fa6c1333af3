"""What a few plain words mean, whatever the classifier makes of them; what they leave in the form and in the read-back."""

from __future__ import annotations

import pytest

from backend.contracts.understanding import CategoryGuess
from backend.domain.drafting.asking import question_of, read_back
from backend.domain.drafting.gist import joined, told_in_correction
from backend.domain.drafting.model import Ask
from tests.unit.assistant.builders import COLD, FULL, REPORT, fresh, told, turn
from tests.unit.assistant.test_context import intent

NO_POWER = CategoryGuess("供电", "停电", "0301", 0.96)


@pytest.mark.parametrize(
    ("text", "requested", "ranking", "expected"),
    [
        ("闺女啊", "", ("chitchat", 0.4), "greet"),
        ("有人吗", "address", ("out_of_scope", 0.6), "greet"),
        ("赶紧的", "confirm", ("urge", 0.99), "affirm"),
        ("对 快点", "confirm", ("urge", 0.99), "affirm"),
        ("赶紧的", "address", ("report_complaint", 0.5), "urge"),
        ("急死了", "address", ("report_complaint", 0.69), "urge"),
        ("不说了", "address", ("bye", 0.8), "cancel"),
        ("发错了", "", ("correct_previous_detail", 0.9), "bye"),
        ("asdkjh", "", ("report_complaint", 0.99), "nlu_fallback"),
        ("能给我念念我报的内容吗", "address", ("ask_faq", 0.48), "query_status"),
        ("你刚才记的啥 再说一遍", "contact_phone", ("provide_info", 0.5), "query_status"),
        ("我报的都记全了吗", "confirm", ("query_status", 0.9), "query_status"),
        ("低保怎么申请", "", ("out_of_scope", 0.95), "ask_faq"),
        ("残疾证怎么办理", "", ("report_complaint", 0.6), "ask_faq"),
        ("办低保要啥材料", "", ("report_complaint", 0.6), "ask_faq"),
        ("热线电话多少", "", ("ask_human", 0.94), "ask_faq"),
        ("改一下 是四个月", "", ("report_complaint", 0.9), "correct_previous_detail"),
        ("几号楼我得看看 好像是15号楼", "contact_phone", ("query_status", 0.46), "provide_info"),
        ("我的电话不会给别人看吧", "contact_phone", ("ask_faq", 0.87), "ask_faq"),
        ("屋里咋办啊冻死了", "address", ("report_complaint", 0.9), "report_complaint"),
    ],
)
def test_plain_words_mean_the_same_wherever_the_model_stands(
    text: str, requested: str, ranking: tuple[str, float], expected: str
) -> None:
    assert intent(text, requested, ranking, ("deny", 0.01)) == expected


@pytest.mark.parametrize("text", ["没报过啊 那我现在报 家里没电了", "我要报 家里没电", "还没报过呢 家里没电了"])
def test_who_has_not_reported_yet_reports_now(text: str) -> None:
    assert intent(text, "", ("cancel", 0.72), ("query_status", 0.2), matter=NO_POWER) == "report_complaint"


@pytest.mark.parametrize(
    ("text", "requested", "share_of_matter", "expected"),
    [
        ("能帮忙修修我们单元门不", "", 0.9, "report_complaint"),
        ("麻烦给换个楼道灯泡行吗", "", 0.9, "report_complaint"),
        ("能不能派车把楼后垃圾拉走", "", 0.9, "report_complaint"),
        ("能帮忙修修我们单元门不", "address", 0.9, "ask_faq"),
        ("能帮忙处理这种事吗", "", 0.5, "ask_faq"),
        ("你们能处理得快点吗", "", 0.9, "ask_faq"),
        ("找人通下水给多少钱", "", 0.9, "ask_faq"),
        ("上次报的能给处理吗", "", 0.9, "ask_faq"),
    ],
)
def test_a_wish_for_repair_in_the_form_of_a_question_is_a_report(
    text: str, requested: str, share_of_matter: float, expected: str
) -> None:
    matter = CategoryGuess("房屋维修", "楼道设施", "0505", share_of_matter)
    assert intent(text, requested, ("ask_faq", 0.97), ("urge", 0.01), matter=matter) == expected


@pytest.mark.parametrize(
    ("text", "tells"),
    [("单元也错了 应该2单元", False), ("楼号也改改 4号楼", False), ("不是停水 是停电了", True), ("改成楼顶漏雨", True)],
)
def test_a_correction_names_another_matter_only_with_words_for_it(text: str, tells: bool) -> None:
    assert (told_in_correction(text, turn(text).facts) >= 2) is tells


def test_a_corrected_unit_does_not_change_the_category() -> None:
    stairs = CategoryGuess("房屋维修", "楼道设施", "0505", 0.9)
    step = told(fresh(), FULL, turn("单元也错了 应该3单元", "correct_previous_detail", guesses=(stairs,)))
    assert (step.form.draft.category, step.form.draft.address.unit) == ("供暖", "3")


def test_an_advertisement_in_the_form_leaves_no_phone() -> None:
    step = told(fresh(), REPORT, ("专业疏通下水道开锁换锁 电话17000009999 价格优惠", "out_of_scope"))
    assert step.form.draft.contact_phone == ""


@pytest.mark.parametrize("text", ["摸着冰凉冰凉的暖气", "整个单元都不暖和"])
def test_more_about_the_matter_said_instead_of_a_place_goes_along(text: str) -> None:
    step = told(fresh(), REPORT, turn(text, "provide_info", guesses=(COLD,)))
    assert step.understood
    assert text in step.form.draft.description
    assert step.form.requested is Ask.ADDRESS


def test_gibberish_said_instead_of_a_place_is_not_understood() -> None:
    step = told(fresh(), REPORT, ("阿拉拉阿拉", "provide_info"))
    assert not step.understood
    assert "阿拉拉" not in step.form.draft.description


def test_who_looks_first_is_waited_for() -> None:
    step = told(fresh(), REPORT, ("等会儿 我先关阀门", "provide_info"))
    assert step.remarks == ("no_hurry",)
    assert step.form.misunderstood == 0
    assert (step.form.requested, step.form.draft.address.text) == (Ask.ADDRESS, "")


def test_a_question_about_the_season_is_no_place() -> None:
    step = told(fresh(), REPORT, ("供暖几号开始", "provide_info"))
    assert step.form.draft.address.text == ""


def test_at_home_is_no_place_to_go_to() -> None:
    assert told(fresh(), REPORT, ("在家里头", "provide_info")).form.draft.address.text == ""


def test_since_when_can_be_answered_with_a_digit() -> None:
    form = told(fresh(), REPORT, "翠园小区6号楼2单元301").form
    labels = [choice.label for choice in question_of(form).choices]
    assert labels[:2] == ["今天", "昨天"]
    for label in labels:
        assert told(form, label).form.requested is Ask.CONTACT_PHONE


def test_the_name_that_was_given_is_read_back() -> None:
    assert "姓刘,电话17000001234" in read_back(told(fresh(), FULL, "我姓刘").form)


def test_what_is_wrong_joins_the_thing_that_was_named() -> None:
    assert joined("我家那个暖气片子", "摸着冰凉") == "我家那个暖气片子、摸着冰凉"
    assert joined("我家那个暖气片子老长了", "摸着冰凉冰凉的一点点热乎气都没有哇这可") == "我家那个暖气片子老长了"


def test_who_does_not_know_the_name_of_the_place_is_not_asked_for_more_of_it() -> None:
    step = told(fresh(), REPORT, ("说不好叫啥路 就菜市场往东那条", "provide_info"))
    assert step.form.draft.address.landmark == "菜市场往东"
    assert step.form.requested is Ask.OCCURRED_AT
