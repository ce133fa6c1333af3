"""The extra questions of a service, as Open311 attributes: what is told to clients, and the check of what they answer."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.domain.errors import InvalidField

LONGEST_ANSWER = 500
_EXTENT = {"home": "就自家", "building": "整栋楼", "area": "附近都是"}


@dataclass(frozen=True)
class Attribute:
    """One question. `values`: key -> name, for lists."""

    code: str
    description: str
    datatype: str = "string"
    required: bool = False
    hint: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


# Questions of the directory that have a better type than free text; a district's own questions are free text.
_KNOWN = {
    each.description: each
    for each in (
        Attribute("temperature", "家里现在多少度", "number", hint="摄氏度,例如 15.5"),
        Attribute("extent", "是自家冷还是整栋楼都冷", "singlevaluelist", values=_EXTENT),
        Attribute("extent", "就您一家还是整栋楼都没水", "singlevaluelist", values=_EXTENT),
        Attribute("extent", "就您一家还是整栋楼都没电", "singlevaluelist", values=_EXTENT),
        # without it nobody can look the bill up
        Attribute("season", "哪个采暖期", required=True, hint="例如 2025-2026"),
        Attribute("hours", "一般几点开始几点结束", hint="例如 22:00-02:00"),
        Attribute("plate", "车牌号能看清吗", hint="看得清就写车牌号"),
    )
}


def attributes_of(questions: Sequence[Any]) -> list[Attribute]:
    """The attributes of a leaf, in the order of its questions. The code of a free question stays when others are added."""
    return [_KNOWN.get(str(question)) or Attribute(_code(str(question)), str(question)) for question in questions]


def _code(question: str) -> str:
    return f"q_{hashlib.sha256(question.encode()).hexdigest()[:8]}"


def definition(service_code: str, attributes: Sequence[Attribute]) -> dict[str, Any]:
    """The service definition as GeoReport v2 writes it."""
    return {"service_code": service_code, "attributes": [_told(each, order) for order, each in enumerate(attributes, start=1)]}


def _told(attribute: Attribute, order: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "variable": True,
        "code": attribute.code,
        "datatype": attribute.datatype,
        "required": attribute.required,
        "datatype_description": attribute.hint,
        "order": order,
        "description": attribute.description,
    }
    if attribute.values:
        told["values"] = [{"key": key, "name": name} for key, name in attribute.values.items()]
    return told


def checked_answers(attributes: Sequence[Attribute], given: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """(question, answer in words) for every answered question.

    Raises InvalidField: an unknown code, more than one answer, a wrong type, a key that is not in the list, or a missing answer.
    """
    by_code = {each.code: each for each in attributes}
    for code in given:
        if code not in by_code:
            raise InvalidField(f"attribute[{code}] is not an attribute of this service", field=f"attribute[{code}]")
    answers = []
    for code, attribute in by_code.items():
        values = given.get(code, ())
        if len(values) > 1:
            raise InvalidField(f"attribute[{code}] takes one value", field=f"attribute[{code}]")
        if values:
            answers.append((attribute.description, _CHECKS[attribute.datatype](attribute, values[0])))
        elif attribute.required:
            raise InvalidField(f"attribute[{code}] is required: {attribute.description}", field=f"attribute[{code}]")
    return answers


def _free_text(attribute: Attribute, value: str) -> str:
    if len(value) > LONGEST_ANSWER:
        raise InvalidField(f"attribute[{attribute.code}] has at most {LONGEST_ANSWER} characters", field=attribute.code)
    return value


def _number(attribute: Attribute, value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidField(f"attribute[{attribute.code}] must be a number", field=attribute.code)
    return f"{number:g}"


def _list_key(attribute: Attribute, value: str) -> str:
    if value not in attribute.values:
        raise InvalidField(f"attribute[{attribute.code}] must be one of {', '.join(attribute.values)}", field=attribute.code)
    return attribute.values[value]


_CHECKS: dict[str, Callable[[Attribute, str], str]] = {"string": _free_text, "number": _number, "singlevaluelist": _list_key}
