"""Opting out of pushed SMS, and back in (退订, TD, T, R …: the whole message, nothing longer)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from enum import Enum

from backend.contracts.messages import Channel

_STOP = frozenset({"退订", "TD", "T", "R", "N", "QX", "取消订阅", "退訂"})
_RESUME = frozenset({"恢复", "HF", "恢復", "恢复通知", "恢复短信", "恢复接收", "恢复订阅"})
_AROUND = re.compile(r"[\s。.!,、~;:'\"“”‘’()【】<>《》-]")
# One letter may also be an answer to what the bot has just offered.
_AMBIGUOUS = frozenset({"T", "R", "N"})


class OptOutWord(str, Enum):
    STOP = "stop"
    RESUME = "resume"


def screen(*, channel: Channel, text: str, offered: Collection[str] = ()) -> OptOutWord | None:
    """What an SMS says about being sent messages; None on other channels and for every other text.

    `offered` holds ids and labels of the choices that the bot has just given: those letters are answers, not opt-outs.
    """
    if channel is not Channel.SMS:
        return None
    word = normalised(text)
    if word in _RESUME:
        return OptOutWord.RESUME
    if word not in _STOP or (word in _AMBIGUOUS and word in {normalised(choice) for choice in offered}):
        return None
    return OptOutWord.STOP


def normalised(text: str) -> str:
    """NFKC (full-width letters become plain ones), upper case, without blanks and without what ends or quotes a sentence."""
    return _AROUND.sub("", unicodedata.normalize("NFKC", text).upper())
