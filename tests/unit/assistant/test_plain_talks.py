"""Short plain talks, one or two facts a message: nothing that was said is lost, and nothing is taken for something else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.contracts.conversations import TimeKind
from backend.contracts.understanding import CategoryGuess
from backend.domain.calendar import SHANGHAI
from backend.domain.drafting.model import Ask, Outcome
from tests.unit.assistant.builders import FULL, REPORT, fresh, told, turn

DRAIN = CategoryGuess("环境卫生", "下水堵塞返水", "0404", 0.95)
FOREIGN = CategoryGuess("噪音扰民", "生活", "0805", 0.28)
DAILY = "翠园小区6号楼2单元301屋里暖气冰凉,天天这样,17000001234"


@pytest.mark.parametrize(
    ("said", "street", "estate"),
    [
        ("光华街道锦绣家园", "光华街道", "锦绣家园"),
        ("千山街道北山小区8号楼3单元", "千山街道", "北山小区"),
        ("光华街道 翠园小区", "光华街道", "翠园小区"),
        ("我们街道锦绣家园", "", "锦绣家园"),
        ("跟街道说了 锦绣家园没人管", "", "锦绣家园"),
        ("前进村", "", "前进村"),
        ("我是前进村的", "", "前进村"),
    ],
)
def test_a_street_before_its_estate_and_a_village_alone_are_names(said: str, street: str, estate: str) -> None:
    found = turn(said).facts.address
    assert found is not None
    assert (found.address.street, found.address.estate) == (street, estate)


@pytest.mark.parametrize("said", ["我老家是农村的", "全村都停了", "俺们村", "山村", "三个班组"])
def test_what_only_ends_like_a_village_or_a_group_is_none(said: str) -> None:
    assert turn(said).facts.address is None


def test_the_group_told_after_its_village_completes_the_place() -> None:
    step = told(fresh(), "路灯不亮了", turn("前进村", "provide_info"), turn("二组", "provide_info"))
    assert step.form.draft.address.text == "前进村二组"


def test_a_place_that_everybody_knows_is_one_beside_a_time() -> None:
    found = turn("昨天晚上十点多 火车站").facts
    assert found.address is not None
    assert found.occurred_at is not None
    assert (found.address.address.landmark, found.occurred_at.occurred_at.text) == ("火车站", "昨天晚上十点多")
    assert turn("去火车站的车不来").facts.address is None


def test_a_bare_name_is_an_estate_once_its_houses_have_numbers() -> None:
    step = told(fresh(), REPORT, turn("山南", "provide_info"), turn("9号楼", "provide_info"))
    place = step.form.draft.address
    assert (place.estate, place.building, place.text) == ("山南", "9", "山南9号楼")


def test_where_it_is_told_for_when_it_was_is_no_time() -> None:
    step = told(fresh(), "路上有个大坑", turn("不知道叫啥路", "provide_info"), turn("就在二中后门那块", "provide_info"))
    assert step.form.draft.occurred_at is None
    assert step.form.draft.address.landmark == "二中后门"


def test_how_far_it_reaches_is_no_place_and_goes_along() -> None:
    step = told(fresh(), REPORT, turn("一片都停了", "report_complaint"))
    assert (step.form.draft.address.text, step.form.requested) == ("", Ask.ADDRESS)
    assert step.form.draft.description.endswith("一片都停了")


def test_two_characters_that_surely_sound_like_the_matter_are_understood() -> None:
    drain = turn("下水道堵了", "report_complaint", guesses=(DRAIN,))
    step = told(fresh(), drain, turn("反水", "report_complaint", guesses=(DRAIN,), content=False))
    assert (step.understood, step.form.draft.description) == (True, "下水道堵了;反水")


@pytest.mark.parametrize("said", ["味儿大 还打鸣", "现在小了点 用盆接着呢"])
def test_words_that_go_on_are_kept_although_the_model_does_not_know_them(said: str) -> None:
    step = told(fresh(), REPORT, replace(turn(said, "nlu_fallback"), guesses=(FOREIGN,)))
    assert step.understood
    assert step.form.draft.description.endswith(said)
    assert step.form.draft.occurred_at is None


def test_a_statement_instead_of_the_phone_goes_along_and_names_that_state_nothing_do_not() -> None:
    asked = told(fresh(), REPORT, "翠园小区6号楼2单元301", "昨天").form
    assert asked.requested is Ask.CONTACT_PHONE
    step = told(asked, turn("辽C开头的", "provide_info"))
    assert (step.understood, step.form.draft.description.endswith("辽C开头的")) == (True, True)
    assert not told(asked, turn("桌子板凳西瓜皮", "provide_info")).understood


@pytest.mark.parametrize(
    ("said", "remark"),
    [("电话不变", "no_known_phone"), ("微信绑定那个", "no_known_phone"), ("就用我微信上那个", "no_known_phone")],
)
def test_a_number_that_nobody_knows_is_asked_for_again_with_the_reason(said: str, remark: str) -> None:
    asked = told(fresh(), REPORT, "翠园小区6号楼2单元301", "昨天").form
    step = told(asked, turn(said, "provide_info"))
    assert (step.understood, step.remarks, step.form.requested) == (True, (remark,), Ask.CONTACT_PHONE)


def test_a_place_as_last_time_that_nobody_knows_is_asked_for_again() -> None:
    step = told(fresh(), REPORT, turn("跟上次一样", "provide_info"))
    assert (step.understood, step.remarks, step.form.requested) == (True, ("no_former_place",), Ask.ADDRESS)


def test_the_hours_told_after_a_bare_daily_are_those_of_every_day() -> None:
    step = told(fresh(), (DAILY, "report_complaint"), turn("早上七点半到八点", "provide_info"))
    when = step.form.draft.occurred_at
    assert when is not None
    assert (when.kind, when.text) == (TimeKind.RECURRING, "天天早上七点半到八点")


@pytest.mark.parametrize("said", ["不对 最后是245", "最后是二四五", "最后面应该是245"])
def test_the_last_digits_alone_are_those_of_the_phone(said: str) -> None:
    step = told(fresh(), FULL, turn(said, "correct_previous_detail", previous_phone="17000001234"))
    assert step.form.draft.contact_phone == "17000001245"


def test_knowing_now_is_no_yes_and_nothing_to_apologise_for() -> None:
    step = told(fresh(), FULL, turn("知道了", "thanks"))
    assert (step.understood, step.outcome, step.form.requested) == (True, Outcome.ASK, Ask.CONFIRM)


@pytest.mark.parametrize("said", ["行 就这么的", "好吧 报上吧", "行 就这么定"])
def test_a_yes_said_twice_files_and_adds_nothing(said: str) -> None:
    step = told(fresh(), FULL, turn(said, "affirm"))
    assert step.outcome is Outcome.FILE
    assert said.split()[1] not in step.form.draft.description


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("晚上十一点到两点", 23, 2),
        ("晚上八点到十二点", 20, 0),
        ("下午两点到五点", 14, 17),
        ("夜里11点到5点", 23, 5),
        ("上午8点到12点", 8, 12),
    ],
)
def test_the_later_hour_of_a_clock_of_twelve_is_the_next_such_hour(said: str, start: int, end: int) -> None:
    found = turn(said).facts.occurred_at
    assert found is not None
    when = found.occurred_at
    assert when.start is not None
    assert when.end is not None
    assert (when.start.astimezone(SHANGHAI).hour, when.end.astimezone(SHANGHAI).hour) == (start, end)
    assert (when.end - when.start).total_seconds() < 12 * 3600


def test_what_is_seen_on_the_way_and_the_weather_name_no_road() -> None:
    assert turn("干活的时候看见路边树倒了").facts.address is None
    assert turn("下雪天路太滑").facts.address is None
    assert turn("渣土车满路撒土").facts.address is None
    found = turn("看见胜利路上有个坑").facts.address
    assert found is not None
    assert found.address.road == "胜利路"


def test_how_the_old_people_are_is_no_place() -> None:
    step = told(fresh(), ("楼下半夜打桩", "report_complaint"), turn("家里老人心脏不好", "provide_info"))
    assert "心脏" not in step.form.draft.address.text


@pytest.mark.parametrize("said", ["12345也打了没用", "打10000没人管", "96715一直占线"])
def test_a_hotline_named_where_the_phone_is_asked_for_is_no_phone_with_a_slip(said: str) -> None:
    asked = told(fresh(), REPORT, "翠园小区6号楼2单元301", "昨天").form
    step = told(asked, turn(said, "report_complaint"))
    assert "phone_invalid" not in step.remarks
    assert step.form.draft.description.endswith(said)


def test_since_the_heating_came_on_is_a_time() -> None:
    found = turn("供上暖就没热过").facts.occurred_at
    assert found is not None
    assert found.occurred_at.kind is TimeKind.SINCE


def test_how_many_in_one_night_is_no_evening() -> None:
    assert turn("一晚上几十车").facts.occurred_at is None
