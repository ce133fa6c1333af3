"""Work-order numbers: yyMMdd + five digits + a check digit, easy to type, and a mistyped one is recognised as such."""

from __future__ import annotations

import re

from backend.contracts.understanding import NumberCheck, OrderNumberMention, Span
from backend.domain.language.digit_runs import UNITS, DigitRun, digit_runs, label_before
from backend.domain.language.normalise import normalise

# Damm algorithm (H. Michael Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004): this totally anti-symmetric quasigroup
# of order 10 catches every single wrong digit and every swap of two neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
LENGTH = 12
# Years of service. It begins above 19 so that no mobile number (13… to 19…) has the head of an order number.
_HEAD = re.compile(r"(?:2[4-9]|3\d|4\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_MONTHS_OF_30 = frozenset({4, 6, 9, 11})
_MOBILE = re.compile(r"1[3-9]\d{9}")
_UNIT_AFTER = re.compile(rf"\s*(?:{UNITS})")


def check_digit(first11: str) -> str:
    """The twelfth digit for the first eleven; raises ValueError for anything but eleven digits."""
    if not re.fullmatch(r"[0-9]{11}", first11):
        raise ValueError("eleven digits are needed")
    return str(_damm(first11))


def is_valid(number: str) -> bool:
    """True for twelve digits that begin with a date and end with the right check digit."""
    return bool(re.fullmatch(r"[0-9]{12}", number)) and _dated(number) and _damm(number) == 0


def find_order_numbers(text: str) -> tuple[OrderNumberMention, ...]:
    """Order numbers in the text, also with blanks, dashes, full-width or spoken digits; mistyped and truncated ones say so."""
    return order_numbers_in(normalise(text).text)


def order_numbers_in(text: str) -> tuple[OrderNumberMention, ...]:
    """`find_order_numbers` for text that is normalised already."""
    mentions = []
    for run in digit_runs(text):
        check = _check(run, text)
        if check is not None:
            mentions.append(OrderNumberMention(Span(run.start, run.end, text[run.start : run.end]), run.digits, check))
    return tuple(mentions)


def _check(run: DigitRun, text: str) -> NumberCheck | None:
    if not 6 <= len(run.digits) <= 14 or _UNIT_AFTER.match(text, run.end):
        return None
    label = label_before(text, run.start)
    if label == "other":
        return None
    if label == "phone" and not (len(run.digits) == LENGTH and _dated(run.digits)):
        return None
    if is_valid(run.digits):
        return NumberCheck.VALID
    return _imperfect(run, labelled=label == "order")


def _imperfect(run: DigitRun, labelled: bool) -> NumberCheck | None:
    size, dated = len(run.digits), _dated(run.digits)
    if _MOBILE.fullmatch(run.digits):
        return None
    if size in (LENGTH, LENGTH + 1):
        return NumberCheck.MISTYPED if dated or labelled else None
    if size > LENGTH:
        return None
    return NumberCheck.TRUNCATED if labelled or (dated and not run.broken) else None


def _dated(digits: str) -> bool:
    if not _HEAD.match(digits):
        return False
    month, day = int(digits[2:4]), int(digits[4:6])
    return day <= (29 if month == 2 else 30 if month in _MONTHS_OF_30 else 31)


def _damm(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim
