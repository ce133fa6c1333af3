"""Chinese, Arabic and mixed numerals as people write and dictate them."""

from __future__ import annotations

DIGITS = {
    "零": 0,
    "〇": 0,
    "○": 0,
    "洞": 0,
    "一": 1,
    "幺": 1,
    "壹": 1,
    "二": 2,
    "两": 2,
    "贰": 2,
    "俩": 2,
    "三": 3,
    "仨": 3,
    "叁": 3,
    "四": 4,
    "肆": 4,
    "五": 5,
    "伍": 5,
    "六": 6,
    "陆": 6,
    "七": 7,
    "柒": 7,
    "八": 8,
    "捌": 8,
    "九": 9,
    "玖": 9,
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TENS = {"廿": "二十", "卅": "三十"}
# The characters that are read aloud as single digits of a number (电话号码), 两 is never one of them.
SPOKEN_DIGITS = "零〇洞一幺二三四五六七八九"


def parse_numeral(text: str) -> int | None:
    """The value of a whole numeral: 三百零一, 三零一, 十二, 廿五, 俩, 1千5, 3万, 301; None when it is not a numeral."""
    text = text.strip()
    for short, long in _TENS.items():
        text = text.replace(short, long)
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    if "万" in text:
        return _with_myriads(text)
    if any(char in _UNITS for char in text):
        return _positional(text)
    digits = _digit_by_digit(text)
    return int(digits) if digits is not None else None


def to_digits(text: str) -> str:
    """A numeral as Arabic digits the way a door plate shows it: 三零一 -> 301, 三百零一 -> 301, 零五 -> 05; "" for no numeral."""
    plain = _digit_by_digit(text)
    if plain is not None:
        return plain
    value = parse_numeral(text)
    return "" if value is None else str(value)


def spoken_to_ascii(text: str) -> str:
    """Every spoken digit replaced by its Arabic one, everything else kept, so that positions stay the same."""
    return text.translate(_SPOKEN)


_SPOKEN = str.maketrans({char: str(DIGITS[char]) for char in SPOKEN_DIGITS})


def _digit_by_digit(text: str) -> str | None:
    result = ""
    for char in text:
        if char in DIGITS:
            result += str(DIGITS[char])
        elif "0" <= char <= "9":
            result += char
        else:
            return None
    return result or None


def _with_myriads(text: str) -> int | None:
    head, _, tail = text.partition("万")
    high = parse_numeral(head)
    if high is None or "万" in tail:
        return None
    low = 0 if not tail else parse_numeral(tail)
    if low is None:
        return None
    # 三万五 is 35 000: a lone last digit counts thousands.
    return high * 10_000 + (low * 1000 if len(tail) == 1 else low)


def _positional(text: str) -> int | None:
    total, pending, last_unit = 0, "", 1
    for char in text:
        if char in _UNITS:
            value = 1 if not pending else _plain_value(pending)
            if value is None:
                return None
            last_unit = _UNITS[char]
            total, pending = total + value * last_unit, ""
        elif char in DIGITS or "0" <= char <= "9":
            pending += str(DIGITS.get(char, char))
        else:
            return None
    if not pending:
        return total
    # 三百五 is 350, but 三百零五 is 305 and 三十五 is 35.
    step = last_unit // 10 if len(pending) == 1 and last_unit > 10 else 1
    return total + int(pending) * step


def _plain_value(pending: str) -> int | None:
    value = int(pending)
    return value or None
