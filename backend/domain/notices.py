"""What a resident is told when something happens to an order; each text fits two SMS parts (134 characters)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from backend.contracts.messages import Choice
from backend.contracts.spoken_time import LOCAL, due_date
from backend.contracts.work_orders import EventType

LONGEST = 134  # two concatenated parts of 67 characters, the signature included
_SIGNATURE = 10
RATING_REMINDER_PURPOSE = "reminder:rating"
_RATING_WORDS = ("非常不满意", "不满意", "基本满意", "满意", "非常满意")  # 好差评 words, one to five


@dataclass(frozen=True)
class NoticeFacts:
    """What the texts need. `due_at` is when the order must be done now, `is_late`: that was before the event, and nobody promises
    a day that is over; `detail` is the reason, or what was done; `door` is who can help instead.
    """

    number: str
    subject: str
    unit: str = ""
    due_at: datetime | None = None
    detail: str = ""
    door: str = ""
    is_late: bool = False


@dataclass(frozen=True)
class Notice:
    """One message to push. `essential` must reach the resident even by a telephone call."""

    purpose: str
    text: str
    essential: bool
    choices: tuple[Choice, ...] = ()
    template_kind: str = "progress"
    template_fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Wording:
    text: str
    state: str  # for the phrase field of a subscribe template: at most five characters
    essential: bool = False
    rating: bool = False


# {what} is the subject with the number; {by} is "…前" when the order has a due time.
_WORDINGS = {
    EventType.ACCEPTED: _Wording("{what}已登记。{by_answer}有进展我就告诉您。", "已登记", essential=True),
    EventType.DISPATCHED: _Wording("{what}已交给{unit}办理。{by_answer}", "已派单"),
    EventType.ACKNOWLEDGED: _Wording("{unit}已接到{what},正在安排。{by_answer}", "办理中"),
    EventType.ARRIVED: _Wording("{unit}已到现场,正在处理{what}。", "已到现场"),
    EventType.EXTENDED: _Wording("{what}还要些时间:{detail}。改为{by}办好,请您谅解。", "已延期", essential=True),
    EventType.SUSPENDED: _Wording("{what}暂时办不了:{detail}。一能办就接着办,到时告诉您。", "暂停办理", essential=True),
    EventType.RESUMED: _Wording("{what}已接着办理。{by_answer}", "继续办理"),
    EventType.RESOLVED: _Wording("{what}已办完:{detail}。解决了吗?请您打个分:", "已办完", essential=True, rating=True),
    EventType.CLOSED: _Wording("{what}已办结,谢谢您。有事随时找我。", "已办结"),
    EventType.REOPENED: _Wording("您说{what}没解决好,我们已请{unit}重新办理。{by_answer}", "重新办理", essential=True),
    EventType.WITHDRAWN: _Wording("{what}已按您的意思撤回。有需要随时再说。", "已撤回"),
    EventType.DECLINED: _Wording("{what}我们办不了:{detail}。{door}", "不予受理", essential=True),
}
# An order that goes to its unit in the moment it is taken in: one message instead of two.
_ACCEPTED_AND_DISPATCHED = _Wording("{what}已登记,交给{unit}办理。{by_answer}有进展我就告诉您。", "已派单", essential=True)


def notice_for(event: EventType, facts: NoticeFacts, *, with_unit: bool = False) -> Notice | None:
    """The message for an event, or None when residents are not told (a return to the dispatcher is our own affair).

    `with_unit`: what is told of the acceptance says also which unit has the order already.
    """
    wording = _ACCEPTED_AND_DISPATCHED if with_unit and event is EventType.ACCEPTED else _WORDINGS.get(event)
    if wording is None:
        return None
    choices = rating_choices() if wording.rating else ()
    shown_choices = sum(len(choice.label) + 3 for choice in choices)
    text = _fitted(wording.text, facts, LONGEST - _SIGNATURE - shown_choices)
    return Notice(
        purpose=f"notice:{event.value}",
        text=text,
        essential=wording.essential,
        choices=choices,
        template_kind="rating" if wording.rating else "progress",
        template_fields=template_fields(facts, state=wording.state),
    )


def rating_choices() -> tuple[Choice, ...]:
    """One to five, so that the number typed on SMS is the score."""
    return tuple(Choice(f"rate_{score}", word) for score, word in enumerate(_RATING_WORDS, start=1))


def rating_reminder(facts: NoticeFacts) -> Notice:
    """The one reminder, a day after the question."""
    text = f"{_what(facts)}办得怎么样?还想听听您的评价,请打个分:"
    fields = template_fields(facts, state="待评价")
    return Notice(RATING_REMINDER_PURPOSE, text, False, choices=rating_choices(), template_kind="rating", template_fields=fields)


def template_fields(facts: NoticeFacts, *, state: str) -> dict[str, str]:
    """Values for a subscribe template, by our names of its fields."""
    return {
        "number": facts.number,
        "subject": facts.subject,
        "state": state,
        "time": facts.due_at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M") if facts.due_at else "",
        "note": facts.detail or facts.unit,
    }


def _fitted(pattern: str, facts: NoticeFacts, limit: int) -> str:
    text = _filled(pattern, facts, facts.detail)
    surplus = len(text) - limit
    if surplus > 0 and facts.detail:
        text = _filled(pattern, facts, facts.detail[: max(len(facts.detail) - surplus - 1, 4)] + "…")
    return text


def _filled(pattern: str, facts: NoticeFacts, detail: str) -> str:
    by = f"{due_date(facts.due_at)}前" if facts.due_at else ""
    return pattern.format(
        what=_what(facts),
        unit=facts.unit or "承办单位",
        detail=_without_stop(detail) or "已处理",
        by=by or "尽快",
        by_answer=f"最晚{due_date(facts.due_at)}给您答复。" if facts.due_at and not facts.is_late else "",
        door=f"请找{facts.door}。" if facts.door else "",
    )


def _without_stop(detail: str) -> str:
    return re.sub(r"[。.!!\s]+$", "", detail.strip())


def _what(facts: NoticeFacts) -> str:
    return f"您反映的“{facts.subject}”(单号{facts.number})" if facts.subject else f"您反映的事(单号{facts.number})"


def is_notification(purpose: str) -> bool:
    """Whether a message is pushed, not an answer in conversation: it leaves the last of a window's messages to a caseworker."""
    return purpose.startswith(("notice:", "reminder:"))


def is_essential(purpose: str) -> bool:
    """Whether a message must reach its resident, by a telephone call if nothing else works. Answers always must; that the bot
    goes on after a caseworker is a courtesy.
    """
    if not is_notification(purpose):
        return purpose != "handback"
    name = purpose.removeprefix("notice:")
    return any(event.value == name and wording.essential for event, wording in _WORDINGS.items())
