from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wechat.payloads import BadMessage, read_payload, records, required, scalar
from tests.unit.wechat.pushes import as_json, as_xml, event, text

BOMB = b'<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
XXE = b'<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/hostname">]><xml><Content>&f;</Content></xml>'


def test_xml_and_json_of_one_push_have_the_same_texts() -> None:
    push = text("楼道灯不亮 <b>&amp; 电梯")
    from_xml, from_json = read_payload(as_xml(push)), read_payload(as_json(push))
    assert from_xml == {key: str(value) for key, value in from_json.items()}


def test_space_around_the_push_does_not_matter() -> None:
    assert read_payload(b" \n\t" + as_xml(text()) + b"\n ")["Content"] == "屋里暖气冰凉"
    assert read_payload(b" \r\n " + as_json(text()) + b"\n")["Content"] == "屋里暖气冰凉"


def test_repeated_elements_become_a_list_and_empty_ones_an_empty_text() -> None:
    assert read_payload(b"<xml><L>1</L><L>2</L><L>3</L><E/></xml>") == {"L": ["1", "2", "3"], "E": ""}


@pytest.mark.parametrize("write", [as_json, as_xml])
def test_a_byte_order_mark_is_passed_over(write: Callable[[dict[str, Any]], bytes]) -> None:
    assert read_payload(b"\xef\xbb\xbf" + write(text()))["Content"] == "屋里暖气冰凉"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"hello",
        b"<",
        b"<xml>",
        b"<xml></xml",
        as_xml(text())[:-8],
        as_xml(text()) * 2,
        as_xml(text()) + b"junk",
        b"<xml/>",
        b"<xml></xml>",
        b"<html><body/></html>",
        b"<soap><MsgType>text</MsgType></soap>",
        b"<xml><a></b></xml>",
        b'<?xml version="1.0" encoding="no-such-code"?><xml><a>1</a></xml>',
        b"<xml><a>\xff\xfe</a></xml>",
        b"<xml><a>\x00</a></xml>",
        BOMB,
        XXE,
        b"<!DOCTYPE xml><xml><a>1</a></xml>",
        b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd"><xml><a>1</a></xml>',
        b"<xml>" + b"<a>" * 50 + b"</a>" * 50 + b"</xml>",
        b"<xml>" + b"<a>" * 30_000 + b"</a>" * 30_000 + b"</xml>",
        b"[]",
        b"[{}]",
        b'"text"',
        b"12",
        b"null",
        b"{",
        b'{"a":}',
        b'{"a":1}{"b":2}',
        b'{"a":"\xff"}',
        b'{"a":' + b"[" * 100_000,
        b'{"a":' + b"[" * 20 + b"]" * 20 + b"}",
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_not_a_push_is_a_bad_message(body: bytes) -> None:
    with pytest.raises(BadMessage):
        read_payload(body)


def test_entities_are_refused_with_that_reason() -> None:
    with pytest.raises(BadMessage, match="DTD or entities"):
        read_payload(BOMB)


def test_characters_that_no_database_keeps_are_replaced() -> None:
    read = read_payload(b'{"Content":"a\\u0000b\\ud800c\\ud83d\\ude00","List":[{"k":"\\u0000"}]}')
    assert read == {"Content": "a�b�c😀", "List": [{"k": "�"}]}
    json.dumps(read, ensure_ascii=False).encode()


@given(st.binary(max_size=300))
def test_any_bytes_are_a_push_or_a_bad_message(body: bytes) -> None:
    with contextlib.suppress(BadMessage):
        assert isinstance(read_payload(body), dict)


@given(st.binary(max_size=120))
def test_any_bytes_inside_an_element_are_a_push_or_a_bad_message(inside: bytes) -> None:
    with contextlib.suppress(BadMessage):
        assert isinstance(read_payload(b"<xml>" + inside + b"</xml>"), dict)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=8), json_values, max_size=4))
def test_any_json_object_can_be_written_to_utf8_afterwards(push: dict[str, Any]) -> None:
    try:
        read = read_payload(json.dumps(push).encode())
    except BadMessage:
        return
    json.dumps(list(read.values()), ensure_ascii=False).encode()


def test_a_scalar_may_be_a_text_or_a_number_or_absent() -> None:
    assert scalar({"a": "x"}, "a") == "x"
    assert scalar({"a": 24000000000000001}, "a") == "24000000000000001"
    assert scalar({"a": None}, "a") == ""
    assert scalar({"MsgID": 5}, "MsgId", "MsgID") == "5"


@pytest.mark.parametrize("value", [True, False, [], {}, ["x"], {"x": 1}])
def test_a_scalar_of_another_shape_is_a_bad_message(value: Any) -> None:
    with pytest.raises(BadMessage, match="Content is not"):
        scalar({"Content": value}, "Content")


def test_lengths_are_limited_where_asked() -> None:
    assert scalar({"a": "x" * 10}, "a", limit=10) == "x" * 10
    with pytest.raises(BadMessage, match="longer than 10"):
        scalar({"a": "x" * 11}, "a", limit=10)


@pytest.mark.parametrize("value", ["", "  ", None])
def test_a_required_field_may_not_be_empty(value: Any) -> None:
    with pytest.raises(BadMessage, match="MsgType is missing"):
        required({"MsgType": value}, "MsgType")


def test_records_are_a_list_whether_the_platform_sends_one_or_several() -> None:
    one, two = {"TemplateId": "A"}, {"TemplateId": "B"}
    assert records({"List": one}, "List") == [one]
    assert records({"List": [one, two]}, "List") == [one, two]
    assert records({"W": {"List": one}}, "W", "List") == [one]
    assert records({}, "W", "List") == []
    assert records({"W": ""}, "W", "List") == []
    assert records({"List": ""}, "List") == []


@pytest.mark.parametrize("value", ["text", 7, ["text"], [{"a": 1}, "text"], [[]]])
def test_records_of_another_shape_are_a_bad_message(value: Any) -> None:
    with pytest.raises(BadMessage, match="List is not"):
        records({"List": value}, "List")


def test_a_wrapped_list_survives_the_way_through_xml() -> None:
    entries = [{"TemplateId": "A", "S": "accept"}, {"TemplateId": "B", "S": "reject"}]
    read = read_payload(as_xml(event("e", Wrapper={"List": entries})))
    assert records(read, "Wrapper", "List") == entries
