"""Times, wishes for secrecy and bites as they were told by text message in winter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.contracts.conversations import Address, TimeKind, Urgency
from backend.contracts.understanding import CategoryGuess, Issue, Privacy
from backend.domain.drafting.answering import more_words
from backend.domain.drafting.asking import read_back
from backend.domain.drafting.model import OpenForm
from backend.domain.drafting.several import next_form
from backend.domain.drafting.urgency import urgency_of
from backend.domain.language.address_merge import merge_address
from backend.domain.language.privacy import privacy_in
from backend.domain.language.times import parse_time
from tests.unit.assistant.builders import NOW, fresh, told, turn

WATER = CategoryGuess("供水", "水质", "0203", 0.97)
SCALES = CategoryGuess("市场经营/食品", "计量价格", "2104", 0.95)
TUESDAY = datetime(2026, 11, 24, 6, 10, tzinfo=UTC)
PHONE = "17000000001"


def opened(text: str, guess: CategoryGuess) -> OpenForm:
    """A form that this message has opened."""
    return told(fresh(PHONE), turn(text, "report_complaint", guesses=(guess,))).form


# --- times


@pytest.mark.parametrize(
    ("text", "kind", "day"),
    [
        ("一个来礼拜了", TimeKind.SINCE, "2026-11-17"),
        ("俩来月了", TimeKind.SINCE, "2026-09-24"),
        ("大前天就这样了", TimeKind.SINCE, "2026-11-21"),
        ("上个礼拜五就这样", TimeKind.SINCE, "2026-11-20"),
        ("上周一降温开始的", TimeKind.POINT, "2026-11-16"),
        ("开春盖的", TimeKind.SINCE, "2026-02-04"),
    ],
)
def test_how_long_as_it_is_texted(text: str, kind: TimeKind, day: str) -> None:
    mention = parse_time(text, TUESDAY)
    assert mention is not None
    start = mention.occurred_at.start
    assert start is not None
    assert (mention.occurred_at.kind, start.astimezone(NOW.astimezone().tzinfo).date().isoformat() in _days(day)) == (kind, True)


def _days(day: str) -> tuple[str, str]:
    """The day here, and the one before, which it still is in UTC when it begins here."""
    begins = datetime.fromisoformat(f"{day}T00:00:00+08:00").astimezone(UTC)
    return begins.date().isoformat(), day


@pytest.mark.parametrize("text", ["我下夜班刚到家", "上夜班呢", "倒班回来", "我上大夜班", "整宿睡不着"])
def test_a_shift_and_a_night_without_sleep_are_no_moment_of_the_matter(text: str) -> None:
    assert parse_time(text, TUESDAY) is None


def test_what_is_found_on_coming_home_is_found_just_now() -> None:
    assert parse_time("刚到家发现没水", TUESDAY) is not None


# --- who must not know, who was bitten


@pytest.mark.parametrize("text", ["别说是俺说的", "不想让老师知道 行不", "可别跟他们说是俺举报的"])
def test_secrecy_as_it_is_texted(text: str) -> None:
    assert privacy_in(text) is Privacy.CONFIDENTIAL


@pytest.mark.parametrize(
    ("told_so", "urgency"),
    [
        ("大黄狗没人拴;昨儿把我孙子咬了", Urgency.URGENT),
        ("让狗咬了 打了针", Urgency.URGENT),
        ("遛狗不拴绳 怕咬着孩子", Urgency.NORMAL),
        ("那狗天天叫 倒是不咬人", Urgency.NORMAL),
        ("万一把人咬了咋办", Urgency.NORMAL),
    ],
)
def test_a_bite_is_urgent(told_so: str, urgency: Urgency) -> None:
    assert urgency_of(Urgency.NORMAL, "犬只", told_so) is urgency


def test_only_dogs_bite_and_nothing_becomes_less_urgent() -> None:
    assert urgency_of(Urgency.NORMAL, "路灯", "让狗咬了") is Urgency.NORMAL
    assert urgency_of(Urgency.EMERGENCY, "犬只", "不咬人") is Urgency.EMERGENCY


def test_the_numbers_beside_one_that_is_put_right_are_taken_into_the_place() -> None:
    place = merge_address(Address(estate="翠园小区", building="8"), Address(room="401"))
    assert place.text == "翠园小区8号楼401室"


def test_more_words_are_not_taken_for_a_question_of_ours_about_the_form() -> None:
    form = told(opened("水是红的", WATER), "翠园小区6号楼", "昨天").form
    assert more_words(form, turn("喝不了", "nlu_fallback", guesses=())) is None


def test_the_place_of_a_next_problem_is_not_told_twice() -> None:
    issue = Issue("我家楼上漏水 翠园小区4号楼1单元301 他家401", "邻里纠纷", "漏水", "1901", 0.97)
    place = Address(text="翠园小区4号楼1单元301室", estate="翠园小区", building="4", unit="1", room="301")
    first = opened("卖鱼的秤不准", SCALES)
    following = next_form(replace(first, also=(replace(issue, address=place),)), draft_id="d2")
    assert following is not None
    assert following.gist == "我家楼上漏水、他家401"
    assert read_back(following).count("301") == 1
