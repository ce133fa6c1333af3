"""The directory's names: exact, misspelt, by sound, by former name, and never confused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.language.gazetteer import Gazetteer, Place
from backend.domain.language.romanise import pinyin, sound
from tests.unit.language.places import GAZETTEER

FOUND = [
    ("翠园小区停水", "翠园小区", True),
    ("翠圆小区停水", "翠园小区", False),
    ("催元小区停水", "翠园小区", False),
    ("cuiyuan小区", "翠园小区", False),
    ("cui yuan xiao qu", "翠园小区", False),
    ("翠园6号楼", "翠园小区", True),
    ("翠园六号楼", "翠园小区", True),
    ("219路", "二一九路", True),
    ("东方新成国际花园", "东方新城国际花园", False),
    ("东方新城国标花园", "东方新城国际花园", False),
    ("胜利街道", "山南街道", True),
    ("钢城街道办", "站前街道", True),
    ("东长甸街道", "长甸街道", True),
    ("大孤山镇", "大孤山街道", True),
    ("二一九公园", "二一九公园", True),
]


@pytest.mark.parametrize(("text", "name", "exact"), FOUND)
def test_a_name_is_found_under_its_official_writing(text: str, name: str, exact: bool) -> None:
    (match,) = GAZETTEER.find(text)
    assert (match.place.name, match.exact) == (name, exact)


@pytest.mark.parametrize(
    "text", ["翠园真好看", "翠华小区", "永兴小区", "我们小区", "小区", "园区", "楼道", "", "abcdefg", "东方新城国际广场"]
)
def test_an_unknown_name_is_not_turned_into_a_known_one(text: str) -> None:
    assert GAZETTEER.find(text) == ()


def test_two_known_names_are_never_mixed_up() -> None:
    gazetteer = Gazetteer.build([Place("estate", "翠园小区"), Place("estate", "翠苑小区"), Place("estate", "脆圆小区")])
    assert [match.place.name for match in gazetteer.find("翠苑小区和翠园小区")] == ["翠苑小区", "翠园小区"]
    assert gazetteer.find("催元小区") == ()


def test_numbered_estates_are_different_estates() -> None:
    gazetteer = Gazetteer.build([Place("estate", "幸福一区大院小区"), Place("estate", "阳光东区花园")])
    assert gazetteer.find("幸福三区大院小区") == ()
    assert gazetteer.find("阳光西区花园") == ()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="kind"):
        Gazetteer.build([Place("planet", "火星")])


def test_a_place_is_looked_up_by_name_or_alias() -> None:
    place = GAZETTEER.place("219路")
    assert place is not None
    assert place.name == "二一九路"
    assert GAZETTEER.place("没有的路") is None


def test_names_sound_alike_across_flat_and_curled_tongue() -> None:
    assert [sound(char) for char in "张中生星"] == [sound(char) for char in "脏宗森心"]
    assert pinyin("翠园") == "cuiyuan"


@given(st.text(max_size=60))
def test_matches_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    last = 0
    for match in GAZETTEER.find(text):
        assert last <= match.start < match.end <= len(text)
        last = match.end
