"""What the assistant is given to understand for each kind of message; the rest goes along as metadata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_KINDS = {"image": "[图片]", "video": "[视频]", "voice": "[语音]", "location": "[位置]"}
_EVENTS = {"subscribe": "你好", "scan": "我要反映问题", "handback": "继续"}
_MENU_KEYS = {"report": "我要反映问题", "status": "查进度", "human": "转人工", "rate": "评价", "help": "你好"}
# What is listened to of one message: more than any telephone sends at once, little enough to delay nobody.
LONGEST_HEARD = 2000
_FULL_WIDTH_SLASH = "／"


def text_for_assistant(*, kind: str, text: str, event: Mapping[str, Any] | None, label: str = "") -> str | None:
    """The text to send, or None when the message needs no answer (entering, consents, unfollowing).

    `label` is the chosen entry of a menu. Recognised speech is the text of a voice message. A leading slash would be a command
    to the assistant, so it becomes a full-width one: what residents write is text.
    """
    if event is not None:
        return _event_text(event)
    said = label or text.strip() or _KINDS.get(kind, "")
    if said.startswith("/"):
        said = _FULL_WIDTH_SLASH + said[1:]
    return said[:LONGEST_HEARD] or None


def is_unreadable(*, kind: str, text: str, event: Mapping[str, Any] | None) -> bool:
    """Whether a resident sent something that nobody here can make out: a file or sticker, or nothing at all."""
    if event is not None:
        return event.get("name") == "other" and "msg_type" in event.get("data", {})
    return kind == "text" and not text.strip()


def _event_text(event: Mapping[str, Any]) -> str | None:
    name, key = str(event.get("name", "")), str(event.get("key", ""))
    # an entry of the menu that we do not know: whoever opens the menu wants something
    return _MENU_KEYS.get(key, "你好") if name == "menu_click" else _EVENTS.get(name)


def chosen(text: str, choices: Sequence[Mapping[str, str]]) -> tuple[str, str]:
    """(id, label) of the entry that a resident chose by typing its number as offered ("2"); two empty texts otherwise."""
    digits = text.strip().rstrip("。.、")
    if digits.isdecimal() and len(digits) == 1 and 1 <= int(digits) <= len(choices):
        entry = choices[int(digits) - 1]
        return entry["id"], entry["label"]
    return "", ""
