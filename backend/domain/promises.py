"""How a time limit is said to a resident, and the blanks of an answer that the time limit fills.

An administrator writes 漏水{到场}到场 once; when the limit changes, the answer changes with it.
"""

from __future__ import annotations

from backend.domain.clocks import ClockSpec, Finish

ON_SITE = "{到场}"
FINISH = "{办结}"
BLANKS = (ON_SITE, FINISH)
_HOUR = 60
_DIGITS = "零一二三四五六七八九"
_PLACES = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))


def on_site_words(spec: ClockSpec) -> str:
    """三十分钟内; "" where nobody is promised to come."""
    return "" if spec.on_site_minutes is None else _minutes(spec.on_site_minutes)


def finish_words(spec: ClockSpec) -> str:
    """三个工作日内, 二十四小时内, 当晚."""
    if spec.finish is Finish.SAME_NIGHT:
        return "当晚"
    if spec.finish is Finish.MINUTES:
        return _minutes(spec.amount)
    return f"{_count(spec.amount)}个工作日内"


def promise(spec: ClockSpec) -> str:
    """The whole limit as an answer to "how long", for a matter that has no answer of its own."""
    on_site = on_site_words(spec)
    return f"这类事{on_site}{'到场,' if on_site else ''}{finish_words(spec)}办好。"


def filled(answer: str, spec: ClockSpec | None) -> str | None:
    """The answer with its blanks filled; None where a blank has nothing to say."""
    for blank, said in ((ON_SITE, on_site_words(spec) if spec else ""), (FINISH, finish_words(spec) if spec else "")):
        if blank in answer and not said:
            return None
        answer = answer.replace(blank, said)
    return answer


def has_strange_braces(answer: str) -> bool:
    """Whether braces stand in the answer that are no blank of ours."""
    for blank in BLANKS:
        answer = answer.replace(blank, "")
    return "{" in answer or "}" in answer


def _minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, _HOUR)
    return f"{_count(minutes)}分钟内" if rest else f"{_count(hours)}小时内"


def _count(number: int) -> str:
    """A number below ten thousand as it is said before a measure word: 两, 十二, 二十, 一百零五."""
    if number == 2:
        return "两"
    said, skipped = "", False
    for size, word in _PLACES:
        digit = number // size % 10
        if digit:
            said += ("零" if said and skipped else "") + _DIGITS[digit] + word
        skipped = not digit
    return said.removeprefix("一") if 10 <= number < 20 else said
