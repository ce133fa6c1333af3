"""What each verb must be told: one table, checked before anything is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from backend.contracts.work_orders import Verb
from backend.domain.contact_phone import checked_phone
from backend.domain.errors import InvalidField
from backend.domain.moments import is_usable
from backend.domain.storable import is_storable

OUTCOMES: dict[str, str] = {
    "solved": "已解决",
    "partly": "部分解决",
    "explained": "已解释说明",
    "no_legal_basis": "没有政策依据",
    "not_ours": "不归我们管,已告知去处",
    "duplicate": "与已有工单重复",
    "cannot_contact": "联系不上居民",
}
LONGEST_TEXT = 2000
MOST_FILES = 20
MOST_DAYS = 3


Check = Callable[[Any, str], Any]


@dataclass(frozen=True)
class Given:
    """The checked data of one verb; `note` is what people read, `data` goes into the event."""

    note: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise InvalidField(f"{name} 要写文字", field=name)
    text = value.strip()
    if not is_storable(text):
        raise InvalidField(f"{name} 里有不能保存的字符", field=name)
    if len(text) > LONGEST_TEXT:
        raise InvalidField(f"{name} 最多写{LONGEST_TEXT}个字", field=name)
    return text


def _phone(value: Any, name: str) -> str:
    number = checked_phone(_text(value, name))
    if not number:
        raise InvalidField("请写新的电话号码", field=name)
    return number


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidField(f"{name} 只能是 true 或 false", field=name)
    return value


def _days(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_DAYS:
        raise InvalidField(f"{name} 要在 1 到 {MOST_DAYS} 个工作日之间", field=name)
    return value


def _time(value: Any, name: str) -> str:
    """Times travel as ISO 8601 with a zone and are kept in UTC."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise InvalidField(f"{name} 不是时间,例如 2026-11-21T18:00:00+08:00", field=name) from error
    if moment.tzinfo is None:
        raise InvalidField(f"{name} 要带时区,例如 +08:00", field=name)
    if not is_usable(moment):
        raise InvalidField(f"{name} 的年份不对", field=name)
    return moment.astimezone(timezone.utc).isoformat()


def _outcome(value: Any, name: str) -> str:
    if value not in OUTCOMES:
        raise InvalidField(f"{name} 要从这些里选:{'、'.join(OUTCOMES)}", field=name)
    return str(value)


def _degrees(most: int) -> Check:
    def check(value: Any, name: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InvalidField(f"{name} 要写数字", field=name)
        if not -most <= value <= most:  # also false for NaN
            raise InvalidField(f"{name} 要在 -{most} 到 {most} 之间", field=name)
        return float(value)

    return check


def _files(value: Any, name: str) -> list[dict[str, str]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value) or len(value) > MOST_FILES:
        raise InvalidField(f"{name} 要是附件列表,最多{MOST_FILES}个", field=name)
    return [{_text(str(key), name): _text(str(text), name) for key, text in item.items()} for item in value]


_REASON: dict[str, Check] = {"reason": _text}
_FILES: dict[str, Check] = {"attachments": _files}
# What may be given with each verb beside `note`. Unknown fields are refused, so that a misspelt one is noticed.
FIELDS: dict[Verb, dict[str, Check]] = {
    Verb.DISPATCH: {"unit": _text, **_REASON},
    Verb.ACKNOWLEDGE: {},
    Verb.CONTACT: {"reached": _flag, "method": _text, "contacted_at": _time},
    Verb.ARRIVE: {"arrived_at": _time, "lat": _degrees(90), "lon": _degrees(180), **_FILES},
    Verb.NOTE: {"public": _flag, "confidential": _flag, "corrects": _flag, "contact_phone": _phone, **_FILES},
    Verb.RETURN: {**_REASON, "suggested_unit": _text},
    Verb.EXTEND: {**_REASON, "days": _days, "until": _time, "granted": _flag, **_FILES},
    Verb.SUSPEND: {**_REASON, "resume_at": _time},
    Verb.RESUME: _REASON,
    Verb.RESOLVE: {"outcome": _outcome, "internal": _text, **_FILES},
    Verb.CLOSE: {**_REASON, "waived": _flag},
    Verb.REOPEN: {**_REASON, "by": _text, **_FILES},
    Verb.WITHDRAW: _REASON,
    Verb.DECLINE: {**_REASON, "route": _text},
    Verb.URGE: _REASON,
    Verb.ESCALATE: {**_REASON, "unit": _text},
    Verb.SUPERVISE: {**_REASON, "due_at": _time},
    Verb.JOIN: {"channel": _text, "channel_user_id": _text, "conversation_id": _text, "phone": _text, "service_code": _text},
}
# Verb -> (field, what to tell a person who left it out).
REQUIRED: dict[Verb, tuple[tuple[str, str], ...]] = {
    Verb.NOTE: (("note", "请写下要补充的内容"),),
    Verb.RETURN: (("reason", "退单要写明理由"),),
    Verb.EXTEND: (("reason", "延期要写明理由"),),
    Verb.SUSPEND: (("reason", "挂起要写明理由"), ("resume_at", "挂起要写明什么时候恢复")),
    Verb.RESOLVE: (("note", "请写下给居民的答复"),),
    Verb.REOPEN: (("reason", "重办要写明哪里还没办好"),),
    Verb.WITHDRAW: (("reason", "撤单要写明原因"),),
    Verb.DECLINE: (("reason", "不予受理要写明原因"),),
    Verb.ESCALATE: (("reason", "升级要写明原因"),),
    Verb.SUPERVISE: (("reason", "督办要写明事由"),),
}
_DEFAULTS: dict[Verb, dict[str, Any]] = {Verb.RESOLVE: {"outcome": "solved"}}


def check_data(verb: Verb, given: Mapping[str, Any]) -> Given:
    """Check what came with a verb. A `note` also serves as the reason where one is needed and none is given.

    Raises InvalidField naming the first field that is missing, unknown or wrong.
    """
    fields = FIELDS[verb]
    note = _text(given.get("note") or "", "note")
    values = {name: value for name, value in given.items() if name != "note" and value is not None}
    for name in values:
        if name not in fields:
            raise InvalidField(f"“{name}”不是这一步能填的内容", field=name)
    data = {**_DEFAULTS.get(verb, {}), **{name: fields[name](value, name) for name, value in values.items()}}
    required = REQUIRED.get(verb, ())
    if any(name == "reason" for name, _ in required):
        data["reason"] = data.get("reason") or note
    for name, sentence in required:
        if not (note if name == "note" else data.get(name)):
            raise InvalidField(sentence, field=name)
    return Given(note=note or str(data.get("reason", "")), data=data)
