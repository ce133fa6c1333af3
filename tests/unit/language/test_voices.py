"""Facts as other voices tell them: spoken corrections, names beside numbers, seasons and holidays."""

from __future__ import annotations

from datetime import datetime

import pytest

from backend.domain.calendar import SHANGHAI
from backend.domain.language.names import find_name
from backend.domain.language.phones import find_phones
from backend.domain.language.times import parse_time

NOW = datetime(2026, 11, 21, 19, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("我的手机号是17000008899,哦不对,后四位是8898", "17000008898"),
        ("我的手机号是一七零零零零零八八九九,后四位说错了是八八九八", "17000008898"),
        ("电话17000001234,说错了,尾号1235", "17000001235"),
        ("电话17000001234,尾号1234", "17000001234"),
        ("尾号1235,全号17000001234", "17000001234"),
        ("0412-0001234,后两位不对,是56", "0412-0001256"),
    ],
)
def test_a_number_corrected_in_the_same_breath_is_kept_as_corrected(text: str, number: str) -> None:
    assert [mention.number for mention in find_phones(text)] == [number]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("姓张,手机号17000005678", "张"),
        ("鄙人姓郑", "郑"),
        ("先生姓钱", "钱"),
        ("王女士,17000002345", "王女士"),
        ("孙丽 17000004567", "孙丽"),
        ("路灯不亮。李淑芬,电话17000004567", "李淑芬"),
        ("路灯不亮,17000004567,老吴", "老吴"),
    ],
)
def test_who_stands_beside_the_number_gives_it(text: str, name: str) -> None:
    assert find_name(text) == name


@pytest.mark.parametrize(
    "text", ["解放路 17000004567", "他家姓王的总闹", "常联系 17000004567", "高层,17000004567", "马路 17000004567"]
)
def test_a_place_or_a_word_beside_the_number_is_no_name(text: str) -> None:
    assert find_name(text) == ""


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("打从入冬屋里就没热过", "since", "2026-11-07", ""),
        ("自打入了冬就这样", "since", "2026-11-07", ""),
        ("立冬以后就不热", "since", "2026-11-07", ""),
        ("十一长假那几天停水", "point", "2026-10-01", "2026-10-07"),
        ("国庆期间没人管", "point", "2026-10-01", "2026-10-07"),
        ("国庆那天没人管", "point", "2026-10-01", "2026-10-01"),
        ("礼拜天一整天没电", "point", "2026-11-15", "2026-11-15"),
    ],
)
def test_seasons_and_holidays_have_their_days(text: str, kind: str, start: str, end: str) -> None:
    mention = parse_time(text, NOW)
    assert mention is not None
    found = mention.occurred_at
    days = [moment.astimezone(SHANGHAI).date().isoformat() if moment else "" for moment in (found.start, found.end)]
    assert (found.kind.value, *days) == (kind, start, end)


def test_all_day_long_every_day_still_comes_again() -> None:
    mention = parse_time("整天嗡嗡响", NOW)
    assert mention is not None
    assert mention.occurred_at.kind.value == "recurring"
