"""GeoReport v2 answers as XML and JSON: one value, two formats (JSON by the Spark convention: bare collections)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.responses import Response

XML, JSON = "xml", "json"
MEDIA_TYPES = {XML: "text/xml; charset=utf-8", JSON: "application/json; charset=utf-8"}
# the element that each item of a collection becomes
_ITEM = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
# XML 1.0 has no way to write these, escaped or not
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def answer(root: str, value: Any, fmt: str, status: int = 200) -> Response:
    """`value` (dicts, lists, strings, numbers, booleans, None) as a response; `root` is the XML root element."""
    body = _WRITERS[fmt](root, value)
    return Response(body, status_code=status, headers={"content-type": MEDIA_TYPES[fmt]})


def errors(problems: Sequence[tuple[int, str]], fmt: str) -> Response:
    """What went wrong, in the format that was asked for; the first code is also the HTTP status."""
    listed = [{"code": code, "description": description} for code, description in problems]
    return answer("errors", listed, fmt, problems[0][0])


def to_xml(root: str, value: Any) -> bytes:
    """UTF-8 with declaration. Characters that XML cannot hold are left out."""
    element = Element(root)
    _fill(element, value)
    text: bytes = tostring(element, encoding="utf-8", xml_declaration=True)
    return text


def to_json(_root: str, value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


_WRITERS: dict[str, Callable[[str, Any], bytes]] = {XML: to_xml, JSON: to_json}


def _fill(element: Element, value: Any) -> None:
    if isinstance(value, dict):
        for name, each in value.items():
            _fill(SubElement(element, name), each)
    elif isinstance(value, list):
        for each in value:
            _fill(SubElement(element, _ITEM[element.tag]), each)
    else:
        element.text = _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NOT_XML.sub("", str(value))
