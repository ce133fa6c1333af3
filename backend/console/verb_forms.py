"""The small form of each verb: its fields come from the table that checks them (`backend.domain.verb_data`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.console.words import ENDING_VERBS, MAIN_VERBS
from backend.contracts.people import Role
from backend.contracts.spoken_time import LOCAL
from backend.contracts.work_orders import Verb
from backend.domain.errors import InvalidField
from backend.domain.verb_data import FIELDS, MOST_DAYS, REQUIRED


def _text(value: str) -> Any:
    return value.strip() or None


def _yes_no(value: str) -> Any:
    return {"yes": True, "no": False}.get(value)


def _whole(value: str) -> Any:
    if value and not value.strip().isdigit():
        raise InvalidField("请写一个整数", field="days")
    return int(value) if value else None


def _local_time(value: str) -> Any:
    """A `datetime-local` field: no zone, meant as local time."""
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=LOCAL).isoformat()
    except ValueError as error:
        raise InvalidField("时间没有填对", field="time") from error


@dataclass(frozen=True)
class Widget:
    """How a field is shown and read. `kind` names the macro in verb_form.html."""

    label: str
    kind: str
    read: Callable[[str], Any] = _text


WIDGETS: dict[str, Widget] = {
    "unit": Widget("承办单位", "unit"),
    "suggested_unit": Widget("建议派给", "unit"),
    "reason": Widget("理由", "long"),
    "note": Widget("说明", "long"),
    "reached": Widget("联系上居民了吗", "yes_no", _yes_no),
    "method": Widget("怎么联系的", "short"),
    "contacted_at": Widget("联系时间", "time", _local_time),
    "arrived_at": Widget("到场时间(不填就是现在)", "time", _local_time),
    "public": Widget("让居民也能看到", "yes_no", _yes_no),
    "confidential": Widget("居民要保密吗(办事单位看不到姓名电话)", "yes_no", _yes_no),
    "corrects": Widget("是居民更正前面报的内容吗(会写在内容旁边)", "yes_no", _yes_no),
    "contact_phone": Widget("居民换的电话(以后通知发到这里)", "short"),
    "days": Widget(f"延几个工作日(最多{MOST_DAYS}天)", "days", _whole),
    "granted": Widget("同意延期吗", "yes_no", _yes_no),
    "resume_at": Widget("什么时候恢复办理", "time", _local_time),
    "outcome": Widget("办理结果", "outcome"),
    "internal": Widget("内部情况(居民看不到)", "long"),
    "waived": Widget("居民不评价,直接归档", "yes_no", _yes_no),
    "by": Widget("谁要求重办", "short"),
    "route": Widget("告诉居民该找谁", "short"),
    "due_at": Widget("要求什么时候办好", "time", _local_time),
}
_LABELS: dict[tuple[Verb, str], str] = {
    (Verb.RESOLVE, "note"): "给居民的答复",
    (Verb.NOTE, "note"): "补充内容",
    (Verb.DISPATCH, "unit"): "派给哪个单位(不选就按规则派)",
    (Verb.SUPERVISE, "reason"): "督办事由",
    (Verb.REOPEN, "reason"): "哪里还没办好",
}
# Only the one who decides is asked: the form of a handler is a request, and whom notices reach is the desk's affair.
_NOT_FOR: dict[tuple[Verb, Role], frozenset[str]] = {
    (Verb.EXTEND, Role.HANDLER): frozenset({"granted"}),
    (Verb.NOTE, Role.HANDLER): frozenset({"contact_phone"}),
}
# The console joins nobody: a resident does that in the conversation.
NO_FORM = frozenset({Verb.JOIN})


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    kind: str
    required: bool


@dataclass(frozen=True)
class VerbForm:
    """One button with its fields; without fields the button alone does it."""

    verb: str
    fields: tuple[Field, ...]


def form_of(verb: Verb, role: Role) -> VerbForm:
    """The form of a verb for a role."""
    required = {name for name, _ in REQUIRED.get(verb, ())}
    left_out = _NOT_FOR.get((verb, role), frozenset())
    names = [name for name in FIELDS[verb] if name in WIDGETS and name not in left_out]
    if "reason" not in names:
        names.append("note")
    fields = [
        Field(name, _LABELS.get((verb, name), WIDGETS[name].label), WIDGETS[name].kind, name in required)
        for name in sorted(names, key=lambda name: name not in required)
    ]
    return VerbForm(verb.value, tuple(fields))


def forms_for(verbs: list[str], role: Role) -> list[VerbForm]:
    """The forms of the verbs that are possible now, the usual next step first and what ends the order last."""
    shown = [verb for verb in verbs if Verb(verb) not in NO_FORM]
    shown.sort(key=lambda verb: (verb not in MAIN_VERBS, verb in ENDING_VERBS))
    return [form_of(Verb(verb), role) for verb in shown]


def read_form(verb: Verb, given: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a verb from the posted fields; empty ones are left out. Raises InvalidField."""
    names = [*FIELDS[verb], "note"]
    read = {name: WIDGETS[name].read(str(given.get(name, ""))) for name in names if name in WIDGETS}
    return {name: value for name, value in read.items() if value is not None}
