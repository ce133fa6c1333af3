from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wechat.templates import DEFAULT_FIELDS, fit_field, parse_template, render_fields, templates_for

VALUES = {"number": "261121480057", "state": "处理中", "subject": "暖气不热", "time": "2026-11-21 19:30", "note": "师傅已出发"}


def test_an_id_alone_uses_the_fields_of_the_guide() -> None:
    template = parse_template("progress", "AbC123")
    assert (template.kind, template.id, template.long_term) == ("progress", "AbC123", False)
    assert dict(template.fields) == dict(DEFAULT_FIELDS["progress"])


def test_a_template_may_name_its_own_fields() -> None:
    template = parse_template("progress", "AbC123; number=character_string7 ;note=thing2;long_term")
    assert (template.id, template.long_term) == ("AbC123", True)
    assert render_fields(template, VALUES) == {
        "character_string7": {"value": "261121480057"},
        "thing2": {"value": "师傅已出发"},
    }


@pytest.mark.parametrize(
    "part", ["number", "=thing1", "number=", "number=thing", "number=thing123", "number=unknown1", "a=b=thing1"]
)
def test_a_field_that_cannot_be_is_named_in_the_error(part: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(part))):
        parse_template("progress", f"AbC123;{part}")


def test_a_long_term_template_without_own_fields_keeps_those_of_the_guide() -> None:
    template = parse_template("rating", "AbC123;long_term")
    assert (template.id, template.long_term, dict(template.fields)) == ("AbC123", True, dict(DEFAULT_FIELDS["rating"]))


@pytest.mark.parametrize(
    ("configured", "oa", "mp"),
    [
        ("AbC123", "AbC123", "AbC123"),
        ("oa:AbC123|mp:XyZ789", "AbC123", "XyZ789"),
        (" mp:XyZ789;long_term | oa:AbC123 ", "AbC123", "XyZ789"),
        ("mp:XyZ789", "", "XyZ789"),
        ("oa:AbC123|XyZ789", "AbC123", "XyZ789"),
        ("", "", ""),
    ],
)
def test_each_account_takes_its_own_template(configured: str, oa: str, mp: str) -> None:
    for account, expected in (("oa", oa), ("mp", mp)):
        assert [template.id for template in templates_for(account, {"progress": configured})] == [expected] * bool(expected)


def test_every_field_of_a_template_is_filled() -> None:
    data = render_fields(parse_template("progress", "AbC123"), VALUES)
    assert data == {
        "character_string1": {"value": "261121480057"},
        "phrase2": {"value": "处理中"},
        "thing3": {"value": "暖气不热"},
        "thing4": {"value": "师傅已出发"},
    }


def test_a_missing_text_becomes_a_dash_and_a_missing_time_is_left_out() -> None:
    template = parse_template("progress", "AbC123;number=character_string1;note=thing4;time=time5")
    data = render_fields(template, {"number": "261121480057", "note": "", "time": ""})
    assert data == {"character_string1": {"value": "261121480057"}, "thing4": {"value": "—"}}


def test_platform_names_are_taken_as_they_are() -> None:
    template = parse_template("other", "AbC123")
    assert render_fields(template, {"thing1": "停水", "time2": "19:30", "note": "not a platform name"}) == {
        "thing1": {"value": "停水"},
        "time2": {"value": "19:30"},
    }


@pytest.mark.parametrize(
    ("key", "value", "fitted"),
    [
        ("thing1", "字" * 20, "字" * 20),
        ("thing1", "字" * 21, "字" * 19 + "…"),
        ("thing1", "  两行\n合成  一行 ", "两行 合成 一行"),
        ("thing1", "", "—"),
        ("character_string1", "261121480057", "261121480057"),
        ("character_string1", "单号 2611-A", "2611-A"),
        ("character_string1", "A1-" * 20, ("A1-" * 20)[:32]),
        ("character_string1", "全是中文", "-"),
        ("number1", "约 12.5 元", "12.5"),
        ("number1", "1" * 40, "1" * 32),
        ("letter1", "ab12CD", "abCD"),
        ("symbol1", "a##b!!!!!!", "##!!!"),
        ("phone_number1", "电话 +86-0412-0001234 转 1 分机", "+86-0412-00012341"),
        ("car_number1", "辽C00000挂挂挂", "辽C00000挂"),
        ("name1", "张" * 12, "张" * 10),
        ("name1", "A" * 25, "A" * 20),
        ("name1", "", "居民"),
        ("phrase1", "正在办理中了", "正在办理中"),
        ("phrase1", "已派单 (3)", "已派单"),
        ("phrase1", "in progress", "办理中"),
        ("time1", "2026年11月21日 19:30", "2026年11月21日 19:30"),
        ("time1", "19:30", "19:30"),
        ("time1", "19:30~20:00", "19:30~20:00"),
        ("time1", "2026-11-21", "2026-11-21"),
        ("time1", "明天下午", ""),
        ("date1", "2026-11-21", "2026-11-21"),
        ("date1", "2026年11月21日 19:30:15", "2026年11月21日 19:30:15"),
        ("date1", "周六", ""),
        ("amount1", "¥12.50元", "¥12.50元"),
        ("amount1", "十二块", ""),
        ("thing", "字" * 30, "字" * 19 + "…"),
        ("strange_type9", "字" * 30, "字" * 19 + "…"),
    ],
)
def test_values_are_made_to_fit_their_field(key: str, value: str, fitted: str) -> None:
    assert fit_field(key, value) == fitted


LIMITS = {
    "thing": 20,
    "character_string": 32,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "phone_number": 17,
    "car_number": 8,
    "name": 20,
    "phrase": 5,
}


@given(st.sampled_from(sorted(LIMITS)), st.text(max_size=80))
def test_no_value_is_ever_longer_than_its_field(kind: str, value: str) -> None:
    assert len(fit_field(f"{kind}1", value)) <= LIMITS[kind]


@given(st.sampled_from(sorted(LIMITS)), st.text(max_size=80))
def test_fitting_twice_changes_nothing_more(kind: str, value: str) -> None:
    once = fit_field(f"{kind}1", value)
    assert fit_field(f"{kind}1", once) == once
