"""The front door for push bodies: untrusted bytes, XML or JSON, become a plain dictionary, or BadMessage."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from typing import Any, Never
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from backend.domain.storable import UNSTORABLE

_MAX_DEPTH = 8

type Fields = dict[str, Any]


class BadMessage(Exception):
    """A push that is not of a shape the platform documents; answered with 400."""


class _NoDoctype(TreeBuilder):
    """Entities are declared in a document type, and the platform never sends one: refused where it begins, before it is read.
    defusedxml does the same with the parser that is written in Python, at twice the cost.
    """

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> Never:
        raise BadMessage("XML with a DTD or entities")


def read_payload(body: bytes) -> Fields:
    """Return the fields of an XML or JSON push (told apart by the first character). Raises BadMessage.

    XML: children of the root, leaves as text, repeated children as a list. DTDs and entities are refused.
    """
    body = body.removeprefix(BOM_UTF8)
    start = body.lstrip()[:1]
    if start == b"{":
        return _read_json(body)
    if start == b"<":
        return _read_xml(body.strip())
    raise BadMessage("neither an XML element nor a JSON object")


def _read_json(body: bytes) -> Fields:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadMessage("broken JSON") from error
    if not isinstance(fields, dict):
        raise BadMessage("not a JSON object")
    return {str(key): _clean(value, 0) for key, value in fields.items()}


def _clean(value: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise BadMessage("nested too deeply")
    if isinstance(value, str):
        return UNSTORABLE.sub("�", value)
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_clean(key, depth): _clean(item, depth + 1) for key, item in value.items()}
    return value


def _read_xml(body: bytes) -> Fields:
    try:
        parser = XMLParser(target=_NoDoctype())  # noqa: S314 - without a document type there are no entities
        parser.feed(body)
        root = parser.close()
    except (ParseError, ValueError, LookupError) as error:
        # LookupError: the declaration names an encoding that does not exist
        raise BadMessage("broken XML") from error
    fields = _element(root, 0)
    if root.tag != "xml" or not isinstance(fields, dict):
        raise BadMessage("not a WeChat push")
    return fields


def _element(element: Element, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise BadMessage("nested too deeply")
    if not len(element):
        return element.text or ""
    fields: Fields = {}
    for child in element:
        value = _element(child, depth + 1)
        if child.tag not in fields:
            fields[child.tag] = value
        elif isinstance(fields[child.tag], list):
            fields[child.tag].append(value)
        else:
            fields[child.tag] = [fields[child.tag], value]
    return fields


def scalar(fields: Fields, *names: str, limit: int = 0) -> str:
    """Return the first field present as text ("" when none is). Raises BadMessage for other shapes and overlong values."""
    value = next((fields[name] for name in names if fields.get(name) is not None), "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadMessage(f"{names[0]} is not a text or a number")
    text = str(value)
    if limit and len(text) > limit:
        raise BadMessage(f"{names[0]} is longer than {limit} characters")
    return text


def required(fields: Fields, *names: str, limit: int = 0) -> str:
    """Like `scalar`, without surrounding space; an absent or empty field is a BadMessage too."""
    text = scalar(fields, *names, limit=limit).strip()
    if not text:
        raise BadMessage(f"{names[0]} is missing")
    return text


def records(fields: Fields, *path: str) -> list[Fields]:
    """Return the objects at `path`, a list also where the platform sends a single one bare. Raises BadMessage."""
    value: Any = fields
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    found = value if isinstance(value, list) else [] if value in (None, "") else [value]
    if not all(isinstance(item, dict) for item in found):
        raise BadMessage(f"{path[-1]} is not an object or a list of objects")
    return found
