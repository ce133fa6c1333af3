"""The extra questions of a service: what clients are told, and which answers are taken."""

import pytest

from backend import seed
from backend.api.open311_attributes import Attribute, attributes_of, checked_answers, definition
from backend.domain.errors import InvalidField

PLATE = Attribute("plate", "车牌号")
SEASON = Attribute("season", "哪个采暖期", required=True)
DEGREES = Attribute("temperature", "几度", "number")
EXTENT = Attribute("extent", "范围", "singlevaluelist", values={"home": "自家", "building": "整栋楼"})


def test_a_definition_numbers_the_attributes_from_one_and_lists_values_only_for_lists():
    told = definition("0101", [DEGREES, EXTENT])
    assert [each["order"] for each in told["attributes"]] == [1, 2]
    assert "values" not in told["attributes"][0]
    assert told["attributes"][1]["values"] == [{"key": "home", "name": "自家"}, {"key": "building", "name": "整栋楼"}]
    assert all(each["variable"] is True for each in told["attributes"])


def test_a_question_that_nobody_typed_in_advance_is_optional_free_text_with_a_lasting_code():
    (alone,) = attributes_of(["门牌是什么颜色"])
    assert (alone.datatype, alone.required, alone.description) == ("string", False, "门牌是什么颜色")
    assert attributes_of(["先问这个", "门牌是什么颜色"])[1] == alone


def test_every_question_of_the_seeded_categories_has_codes_of_its_own_within_its_service():
    for category in seed.load("categories")["categories"]:
        for leaf in category["leaves"]:
            codes = [each.code for each in attributes_of(leaf.get("ask") or category.get("ask") or ())]
            assert len(codes) == len(set(codes)), leaf


def test_every_known_question_is_asked_by_some_seeded_leaf():
    from backend.api.open311_attributes import _KNOWN

    asked = set()
    for category in seed.load("categories")["categories"]:
        asked |= set(category.get("ask") or ())
        for leaf in category["leaves"]:
            asked |= set(leaf.get("ask") or ())
    assert set(_KNOWN) <= asked


GOOD = (
    ([], {}, []),
    ([PLATE], {}, []),
    ([PLATE], {"plate": ["辽C00000"]}, [("车牌号", "辽C00000")]),
    ([DEGREES], {"temperature": ["15.50"]}, [("几度", "15.5")]),
    ([DEGREES], {"temperature": ["-3"]}, [("几度", "-3")]),
    ([EXTENT], {"extent": ["building"]}, [("范围", "整栋楼")]),
    ([SEASON], {"season": ["2025-2026"]}, [("哪个采暖期", "2025-2026")]),
    ([EXTENT, DEGREES], {"temperature": ["1"], "extent": ["home"]}, [("范围", "自家"), ("几度", "1")]),
)


@pytest.mark.parametrize(("attributes", "given", "expected"), GOOD)
def test_good_answers_are_told_in_words_in_the_order_of_the_questions(attributes, given, expected):
    assert checked_answers(attributes, given) == expected


BAD = (
    ([SEASON], {}),
    ([SEASON, PLATE], {"plate": ["辽C00000"]}),
    ([PLATE], {"plate": ["a" * 501]}),
    ([PLATE], {"plate": ["a", "b"]}),
    ([PLATE], {"colour": ["red"]}),
    ([DEGREES], {"temperature": ["冷"]}),
    ([DEGREES], {"temperature": ["inf"]}),
    ([EXTENT], {"extent": ["整栋楼"]}),
    ([EXTENT], {"extent": ["home,building"]}),
)


@pytest.mark.parametrize(("attributes", "given"), BAD)
def test_a_bad_answer_is_refused_and_named(attributes, given):
    with pytest.raises(InvalidField) as refused:
        checked_answers(attributes, given)
    assert refused.value.field
