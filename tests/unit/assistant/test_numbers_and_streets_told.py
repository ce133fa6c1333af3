"""Numbers, streets and words on WeChat in winter that are none of what was asked."""

from __future__ import annotations

import pytest

from backend.contracts.conversations import TimeKind
from backend.domain.drafting.model import Ask
from backend.domain.language.facts import draw_facts
from backend.domain.language.phones import find_phones
from tests.unit.assistant.builders import NOW, PLACES, REPORT, fresh, told, turn

# --- numbers, streets and words that are none of what was asked


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("一七零零零零零四一零八不对最后是一零三", "17000004103"),
        ("17000004108不对 最后三位是103", "17000004103"),
        ("17000004108 哦不对 后四位是4109", "17000004109"),
        ("17000004108 不对 是17000004109", "17000004109"),
        ("17000004108", "17000004108"),
    ],
)
def test_a_number_that_is_put_right_in_the_same_breath_is_taken_whole(said: str, number: str) -> None:
    assert [mention.number for mention in find_phones(said)] == [number]


@pytest.mark.parametrize("said", ["一七零零零零零四一零八吧要不你们最后再问", "我物业费一直交着呢", "他天天在家", "人家一直不管"])
def test_figures_and_what_somebody_does_are_no_time(said: str) -> None:
    form = told(fresh(), REPORT, "翠园小区6号楼2单元301").form
    assert form.requested is Ask.OCCURRED_AT
    when = told(form, turn(said, answer=None, guesses=())).form.draft.occurred_at
    assert when is None or when.kind is not TimeKind.VAGUE


@pytest.mark.parametrize("said", ["我搬来那年就这样", "我刚住进来那会儿", "打我结婚那年"])
def test_what_somebody_remembers_by_is_a_time(said: str) -> None:
    form = told(fresh(), REPORT, "翠园小区6号楼2单元301").form
    assert told(form, said).form.draft.occurred_at is not None


def test_a_house_that_was_a_slip_is_no_spot_of_the_right_one() -> None:
    place = told(fresh(), REPORT, "翠园小区1号楼 啊不对 是7号楼").form.draft.address
    assert (place.building, place.landmark) == ("7", "")


@pytest.mark.parametrize(
    ("said", "landmark"),
    [
        ("在和平路跟五一路那块", "和平路跟五一路那块"),
        ("能不能管管旧堡小学门口 车堵得里三层外三层", "旧堡小学门口"),
    ],
)
def test_a_crossing_told_loosely_and_a_school_behind_a_plea_are_found(said: str, landmark: str) -> None:
    place = draw_facts(said, message_time=NOW, gazetteer=PLACES).address
    assert place is not None
    assert (place.address.landmark, place.address.floor) == (landmark, "")


@pytest.mark.parametrize("said", ["我开小饭店的 旁边那家烧烤呛人", "我包饭店的 没人给结账"])
def test_the_trade_of_the_one_who_tells_is_no_place(said: str) -> None:
    place = draw_facts(said, message_time=NOW, gazetteer=PLACES).address
    assert place is None or "饭店" not in place.address.landmark


def test_who_wants_no_calls_is_not_asked_for_a_phone() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼2单元301", "今早看见的 别给我打电话啊")
    assert step.form.requested is Ask.CONFIRM
