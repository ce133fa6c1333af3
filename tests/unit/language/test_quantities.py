"""Measures that describe the problem."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.language.normalise import normalise
from backend.domain.language.quantities import find_quantities

MEASURES = [
    ("屋里才13度", ("13度",)),
    ("坑有三十厘米深", ("三十厘米",)),
    ("罚了2000块", ("2000块",)),
    ("零下二十度", ("零下二十度",)),
    ("-5℃", ("-5°C",)),
    ("七八户都停", ("七八户",)),
    ("欠了两万五", ("两万五",)),
    ("温度十六七度", ("十六七度",)),
    ("一米多深的坑,两米宽", ("一米多", "两米")),
    ("16.5度", ("16.5度",)),
    ("涨了三百元", ("三百元",)),
    ("噪音七十分贝", ("七十分贝",)),
    ("两百多户", ("两百多户",)),
]


@pytest.mark.parametrize(("text", "measures"), MEASURES)
def test_numbers_with_units_are_kept_as_said(text: str, measures: tuple[str, ...]) -> None:
    assert find_quantities(text) == measures


@pytest.mark.parametrize(
    "text", ["半个月没水", "三号楼", "我们一块儿投诉", "万一漏了", "态度不好", "2单元301", "第三户", "17000001234", ""]
)
def test_other_numbers_are_no_measures(text: str) -> None:
    assert find_quantities(text) == ()


@given(st.text(max_size=60))
def test_a_measure_stands_in_the_text(text: str) -> None:
    for measure in find_quantities(text):
        assert measure in normalise(text).text
