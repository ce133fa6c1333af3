"""One value in two formats: whatever is in it, XML stays well-formed and both formats tell the same."""

import json

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from backend.api.open311_format import JSON, XML, answer, errors, to_xml

ANY_TEXT = st.text(st.characters(codec=None))
XML_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"))


@given(ANY_TEXT)
def test_xml_is_well_formed_whatever_somebody_typed(text):
    root = fromstring(to_xml("service_requests", [{"description": text}]))
    assert root.find("request/description") is not None


@given(XML_TEXT)
def test_text_that_xml_can_hold_comes_back_unchanged_in_both_formats(text):
    value = [{"description": text}]
    assert (fromstring(answer("service_requests", value, XML).body).findtext("request/description") or "") == text
    assert json.loads(answer("service_requests", value, JSON).body) == value


@given(ANY_TEXT)
def test_json_is_always_valid_utf_8(text):
    json.loads(answer("services", [{"keywords": text}], JSON).body.decode("utf-8"))


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (None, None), (41.5, "41.5"), (3, "3"), ("", None), ("a<b&c", "a<b&c")]
)
def test_values_are_written_as_xml_schema_writes_them(value, text):
    assert fromstring(to_xml("discovery", {"contact": value})).find("contact").text == text


def test_control_characters_are_left_out_of_xml_only():
    value = {"contact": "a\x00b\x0bc\ud800d\ufffee\tf"}
    assert fromstring(to_xml("discovery", value)).findtext("contact") == "abcde\tf"


@pytest.mark.parametrize(
    ("root", "item"),
    [
        ("services", "service"),
        ("service_requests", "request"),
        ("errors", "error"),
        ("endpoints", "endpoint"),
        ("values", "value"),
    ],
)
def test_an_empty_collection_is_an_empty_root_and_an_empty_array(root, item):
    assert len(fromstring(answer(root, [], XML).body)) == 0
    assert json.loads(answer(root, [], JSON).body) == []
    assert [child.tag for child in fromstring(to_xml(root, [{"a": 1}, {"a": 2}]))] == [item, item]


def test_a_collection_inside_an_item_has_items_of_its_own():
    value = {"attributes": [{"code": "extent", "values": [{"key": "home", "name": "就自家"}]}]}
    root = fromstring(to_xml("service_definition", value))
    assert root.findtext("attributes/attribute/values/value/name") == "就自家"


@pytest.mark.parametrize("fmt", [XML, JSON])
def test_an_error_has_its_status_its_format_and_its_words(fmt):
    response = errors([(403, "no key"), (400, "no place")], fmt)
    assert response.status_code == 403
    if fmt == JSON:
        told = [(each["code"], each["description"]) for each in json.loads(response.body)]
    else:
        told = [(int(each.findtext("code")), each.findtext("description")) for each in fromstring(response.body)]
    assert told == [(403, "no key"), (400, "no place")]
