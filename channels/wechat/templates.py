"""Subscribe-message templates: our names for their fields, and the platform's rules for the values.

A template is configured as its id, optionally followed by the field names it was given on the platform, and by `long_term`
when it is approved as a long-term subscription: `AbC123` or `AbC123;number=character_string1;state=phrase2;long_term`. The
two accounts have different templates: `oa:AbC123|mp:XyZ789;long_term`; without a prefix it is for both.
The field rules are those of 订阅消息参数值内容限制说明.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Used when the configuration gives only an id; the administrator's guide asks for templates with these fields. No time among
# them: not every notice has one, and the platform refuses a message with a field missing.
DEFAULT_FIELDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "progress": {"number": "character_string1", "state": "phrase2", "subject": "thing3", "note": "thing4"},
        "rating": {"number": "character_string1", "subject": "thing2", "note": "thing3"},
    }
)

_ELLIPSIS = "…"
_LONG_TERM = "long_term"
_PLATFORM_KEY = re.compile(r"([a-z_]+?)\d{1,2}")


@dataclass(frozen=True)
class Template:
    """One approved template. `fields`: our field names to the platform's; `long_term`: one consent is good for ever."""

    kind: str
    id: str
    fields: Mapping[str, str]
    long_term: bool = False


def templates_for(account: str, configured: Mapping[str, str]) -> tuple[Template, ...]:
    """Return the templates of an account ("oa", "mp") from the settings by kind. Raises ValueError like `parse_template`."""
    chosen = {kind: _part_for(account, value) for kind, value in configured.items()}
    return tuple(parse_template(kind, value) for kind, value in chosen.items() if value)


def _part_for(account: str, configured: str) -> str:
    parts = [part.strip().partition(":") for part in configured.split("|")]
    mine = [after if colon else before for before, colon, after in parts if before == account or not colon]
    return mine[0] if mine else ""


def parse_template(kind: str, configured: str) -> Template:
    """Return the template that `configured` describes. Raises ValueError naming the part that is not `name=field1`."""
    template_id, *options = (part.strip() for part in configured.split(";"))
    pairs = [option for option in options if option not in ("", _LONG_TERM)]
    fields = dict(_parse_pair(kind, pair) for pair in pairs) or DEFAULT_FIELDS.get(kind, {})
    return Template(kind, template_id, MappingProxyType(dict(fields)), long_term=_LONG_TERM in options)


def _parse_pair(kind: str, pair: str) -> tuple[str, str]:
    name, _, key = pair.partition("=")
    matched = _PLATFORM_KEY.fullmatch(key)
    if not name or matched is None or matched[1] not in _FITTERS:
        raise ValueError(f"template {kind}: {pair!r} is not of the form name=character_string1 with a known field type")
    return name, key


def render_fields(template: Template, values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the `data` object of a send call: every field of the template, its value made to fit.

    The platform refuses empty values (47003), so a missing text becomes a dash; a missing time, date or amount is left out,
    because inventing one would mislead. Names that are already platform keys (`thing1`) are taken as they are.
    """
    wanted = dict(template.fields) or {name: name for name in values if _PLATFORM_KEY.fullmatch(name)}
    data: dict[str, dict[str, str]] = {}
    for name, key in wanted.items():
        value = fit_field(key, values.get(name) or values.get(key) or "")
        if value:
            data[key] = {"value": value}
    return data


def fit_field(key: str, value: str) -> str:
    """Return `value` cut and cleaned to what the field type of `key` (`thing1`, `time2` …) takes; "" when nothing fits."""
    matched = _PLATFORM_KEY.fullmatch(key)
    fitter = _FITTERS.get(matched[1] if matched else key, _thing)
    return fitter(" ".join(value.split())).strip()


def _shorten(value: str, limit: int) -> str:
    return value if len(value) <= limit else value[: limit - 1] + _ELLIPSIS


def _thing(value: str) -> str:
    return _shorten(value, 20) or "—"


def _character_string(value: str) -> str:
    # digits, letters and symbols only: Chinese is refused
    return re.sub(r"[^\x21-\x7e]", "", value)[:32] or "-"


def _phrase(value: str) -> str:
    # at most five Chinese characters, nothing else
    return re.sub(r"[^\u4e00-\u9fff]", "", value)[:5] or "办理中"


def _name(value: str) -> str:
    return value[: 10 if re.search(r"[^\x00-\x7f]", value) else 20] or "居民"


def _only(pattern: str, limit: int) -> Callable[[str], str]:
    unwanted = re.compile(f"[^{pattern}]")
    return lambda value: unwanted.sub("", value)[:limit]


_TIME = re.compile(r"(\d{4}[-年/]\d{1,2}[-月/]\d{1,2}日?\s*)?\d{1,2}:\d{2}(:\d{2})?(\s*~\s*(\d{4}\S+\s+)?\d{1,2}:\d{2})?")
_DATE = re.compile(r"\d{4}(-\d{1,2}-\d{1,2}|年\d{1,2}月\d{1,2}日|/\d{1,2}/\d{1,2})(\s+\d{1,2}:\d{2}(:\d{2})?)?")
_AMOUNT = re.compile(r"[¥￥$]?\d{1,10}(\.\d{1,2})?元?")


def _whole(pattern: re.Pattern[str]) -> Callable[[str], str]:
    return lambda value: value if pattern.fullmatch(value) else ""


def _time(value: str) -> str:
    return value if _TIME.fullmatch(value) or _DATE.fullmatch(value) else ""


_FITTERS: Mapping[str, Callable[[str], str]] = {
    "thing": _thing,
    "character_string": _character_string,
    "phrase": _phrase,
    "name": _name,
    "number": _only(r"0-9.", 32),
    "letter": _only(r"A-Za-z", 32),
    "symbol": lambda value: re.sub(r"[\w\s]", "", value)[:5],
    "phone_number": _only(r"0-9+\-", 17),
    "car_number": lambda value: value[:8],
    "time": _time,
    "date": _whole(_DATE),
    "amount": _whole(_AMOUNT),
}
