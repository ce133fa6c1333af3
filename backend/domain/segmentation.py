"""How a text becomes short messages: 70 or 67 UTF-16 code units each, nothing cut that must stay whole. Pure.

A single message holds 140 bytes: 160 letters of the GSM 7-bit alphabet or 70 UTF-16 code units. In a long message six bytes
of every part are the header that lets the phone put it together again (3GPP TS 23.040, 9.2.3.24.1), which leaves 153 or 67.
Mainland providers bill 70 and 67 whatever the letters are, the 【signature】 included.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MAX_PARTS = 255  # one byte in the header

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_TWICE = frozenset("^{}\\[~]|€\f")  # the extension table: an escape and a letter
# An order number, a mobile, a landline with its dash: a part that begins in the middle of one is read wrongly.
_NUMBER = re.compile(r"\+?[0-9]+(?:-[0-9]+)*")
_LONGEST_NUMBER = 24


@dataclass(frozen=True)
class Limits:
    """What fits into a single message, and into each part of a long one, in units of the encoding."""

    single: int
    part: int


UCS2 = Limits(single=70, part=67)
GSM7 = Limits(single=160, part=153)


class TooLong(ValueError):
    """The text needs more parts than a long message can have."""


def split(text: str, signature: str = "", *, gsm7: bool = False) -> tuple[str, ...]:
    """Return the parts, in order; joined they are `signature + text`.

    A surrogate pair, a number of up to 24 digits and an extension letter never straddle two parts. `gsm7` uses the 7-bit
    alphabet where the text allows it; without it every text counts as UCS-2, as mainland providers count. Raises TooLong.
    """
    whole = signature + text
    seven_bit = gsm7 and is_gsm7(whole)
    return cut(whole, GSM7 if seven_bit else UCS2, seven_bit=seven_bit)


def cut(text: str, limits: Limits, *, seven_bit: bool = False) -> tuple[str, ...]:
    """Return the parts of a text under the given limits, with the promises of `split`. Raises TooLong."""
    if units(text, seven_bit=seven_bit) <= limits.single:
        return (text,)
    found = [""]
    room = limits.part
    for atom in _atoms(text):
        size = units(atom, seven_bit=seven_bit)
        if size > room:
            found.append("")
            room = limits.part
        found[-1] += atom
        room -= size
    if len(found) > MAX_PARTS:
        raise TooLong(f"{len(found)} parts; a long message has at most {MAX_PARTS}")
    return tuple(found)


def parts(text: str, signature: str = "", *, gsm7: bool = False) -> int:
    """Return how many messages are sent and billed for a text. Raises TooLong."""
    return len(split(text, signature, gsm7=gsm7))


def units(text: str, *, seven_bit: bool = False) -> int:
    """Return the length of a text in UTF-16 code units, or in 7-bit letters."""
    twice = sum(char in _GSM7_TWICE for char in text) if seven_bit else sum(char > "\uffff" for char in text)
    return len(text) + twice


def is_gsm7(text: str) -> bool:
    """Tell whether every letter is in the GSM 7-bit alphabet; tab and backtick are not."""
    return all(char in _GSM7 or char in _GSM7_TWICE for char in text)


def header(message_id: str, part: int, total: int) -> bytes:
    """Return the user data header of part `part` (from 1) of `total`; empty when the message has one part.

    The reference comes from our message id, so that a repeated part takes the place of the first one in the phone.
    """
    if total == 1:
        return b""
    reference = zlib.crc32(message_id.encode()) & 0xFF
    return bytes((5, 0, 3, reference, total, part))


def _atoms(text: str) -> Iterator[str]:
    end = 0
    for match in _NUMBER.finditer(text):
        yield from text[end : match.start()]
        if len(match[0]) <= _LONGEST_NUMBER:
            yield match[0]
        else:
            yield from match[0]
        end = match.end()
    yield from text[end:]
