"""The status as a resident reads it: two short sentences, right for each state, and honest about a promise that was not kept."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.contracts.matters import spoken_matter
from backend.contracts.work_orders import State
from backend.domain.status_text import Standing, status_again, status_text

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)  # Sunday, 16:00 in Tiedong
NIGHT = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONGEST_UNIT = "房屋征收与城市更新中心"


def standing(state: State = State.IN_PROGRESS, **values: object) -> Standing:
    known = {"matter": "停水", "unit": "自来水公司", "since": NOW - HOUR, "due_at": NOW + timedelta(days=3)}
    return Standing(state, **{**known, **values})  # type: ignore[arg-type]


def test_who_has_it_since_when_due_when_and_what_comes_next_in_two_sentences() -> None:
    text = status_text(standing(due_at=NIGHT + timedelta(days=3)), now=NOW)
    assert text == "您报的“停水”,自来水公司正在办,今天下午3点接的手,最晚11月25日(周三)办完。办好了马上告诉您。"


@pytest.mark.parametrize("state", list(State))
def test_every_state_names_the_matter_and_is_told_in_other_words_a_second_time(state: State) -> None:
    first, again = (tell(standing(state), now=NOW) for tell in (status_text, status_again))
    assert "停水" in first
    assert "停水" in again
    assert not set(first.rstrip("。").split("。")[:1]) & set(again.rstrip("。").split("。"))
    assert not any(jargon in first + again for jargon in ("工单", "已派单", "签收", "归档", "状态"))


@given(state=some.sampled_from(State), hours=some.integers(-2000, 2000), came=some.booleans(), suspended=some.booleans())
def test_no_status_is_longer_than_two_parts_of_an_sms(state: State, hours: int, came: bool, suspended: bool) -> None:
    due = NOW + hours * HOUR
    told = standing(
        state, matter="燃气泄漏异味", unit=LONGEST_UNIT, due_at=due, on_site_due_at=due - HOUR, suspended=suspended,
        arrived_at=NOW - HOUR if came else None,
    )  # fmt: skip
    for text in (status_text(told, now=NOW), status_again(told, now=NOW)):
        assert len(text) <= 124  # 134 with the signature
        assert "。," not in text
        assert ",," not in text


def test_somebody_who_is_to_come_is_promised_and_somebody_who_came_is_told() -> None:
    before = standing(on_site_due_at=NOW + HOUR / 2)
    assert "最晚今天下午4点半到场、11月25日(周三)下午4点办完" in status_text(before, now=NOW)
    after = standing(on_site_due_at=NOW + HOUR / 2, arrived_at=NOW - HOUR / 4)
    assert "今天下午3点45分到的现场" in status_text(after, now=NOW)
    assert "到场" not in status_text(after, now=NOW)


def test_a_broken_promise_is_admitted_and_urging_is_offered() -> None:
    text = status_text(standing(due_at=NOW - HOUR), now=NOW)
    assert "已经过了说好的时间" in text
    assert "催一下" in text
    assert "最晚" not in text


def test_what_is_suspended_is_neither_promised_nor_late() -> None:
    text = status_text(standing(due_at=NOW - HOUR, suspended=True), now=NOW)
    assert "停着" in text
    assert "过了" not in text


def test_a_handled_order_asks_whether_it_is_good() -> None:
    assert "弄好没有" in status_text(standing(State.RESOLVED, due_at=NOW - HOUR), now=NOW)


@pytest.mark.parametrize(
    ("leaf", "spoken"),
    [
        (("噪音扰民", "生活"), "生活噪音"),
        (("供水", "停水"), "停水"),
        (("供水", ""), "供水"),
        (("其他", "未说明"), "这件事"),
        (("其他", "快递"), "快递"),
    ],
)
def test_a_leaf_is_called_by_what_it_is_about(leaf: tuple[str, str], spoken: str) -> None:
    assert spoken_matter(*leaf) == spoken


@pytest.mark.parametrize("state", list(State))
def test_only_a_matter_that_has_a_name_stands_in_quotes(state: State) -> None:
    for told in (status_text, status_again):
        unclear, named = (told(dataclasses.replace(standing(state), matter=matter), now=NOW) for matter in ("这件事", "停水"))
        assert ("“这件事”" in unclear, "这件事" in unclear, "“停水”" in named) == (False, True, True)


@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED])
def test_a_bad_score_that_waits_for_its_reason_asks_for_it_and_not_for_a_score(state: State) -> None:
    told = standing(state, bad_score=1)
    for text in (status_text(told, now=NOW), status_again(told, now=NOW)):
        assert "您打了1分" in text
        assert "哪儿没弄好" in text
        assert "打个1到5分" not in text
        assert len(text) <= 124


def test_a_bad_score_of_an_order_that_went_back_is_not_waited_for() -> None:
    assert "您打了" not in status_text(standing(State.DISPATCHED, bad_score=1), now=NOW)
