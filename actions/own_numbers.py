"""Which of the resident's own orders a number means that is not written in full, or not right."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SHORTEST = 4  # digits that tell one's few orders apart
_TAIL = re.compile(r"(?:尾号|末尾|最后|后)(?:是|几位|[一二三四五六七八\d]位)?(?:数|是|为)?\D{0,3}(\d{3,8})(?!\d)")


def like(digits: str, numbers: Sequence[str]) -> str:
    """The only number that begins or ends with `digits`, or differs from them by one slip of the finger; "" for none or
    several."""
    if digits in numbers:
        return digits
    parts = [number for number in numbers if number.startswith(digits) or number.endswith(digits)]
    fits = parts if len(digits) >= _SHORTEST and parts else [number for number in numbers if _one_slip(digits, number)]
    return fits[0] if len(fits) == 1 else ""


def by_tail(text: str, numbers: Sequence[str]) -> str:
    """尾号1592: the only number with this tail; "" for none or several."""
    match = _TAIL.search(text)
    fits = [number for number in numbers if match and number.endswith(match[1])]
    return fits[0] if len(fits) == 1 else ""


def names_tail(text: str) -> bool:
    """Whether the text names a number by its last digits."""
    return _TAIL.search(text) is not None


def _one_slip(typed: str, number: str) -> bool:
    """One digit wrong, missing or too many, or two neighbours swapped."""
    if len(typed) == len(number):
        wrong = [place for place, (one, other) in enumerate(zip(typed, number, strict=True)) if one != other]
        swapped = len(wrong) == 2 and wrong[1] - wrong[0] == 1 and typed[wrong[0]] == number[wrong[1]]
        return len(wrong) == 1 or (swapped and typed[wrong[1]] == number[wrong[0]])
    longer, shorter = (typed, number) if len(typed) > len(number) else (number, typed)
    missing_one = (longer[:place] + longer[place + 1 :] for place in range(len(longer)))
    return len(longer) - len(shorter) == 1 and shorter in missing_one
