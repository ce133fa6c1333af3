"""What the assistant is given to understand for each kind of message; the rest goes along as metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from backend.domain.language.answers import AnswerKind, classify_answer

_KINDS = {"image": "[图片]", "video": "[视频]", "voice": "[语音]", "location": "[位置]"}
_EVENTS = {"subscribe": "你好", "scan": "我要反映问题", "handback": "继续"}
_MENU_KEYS = {"report": "我要反映问题", "status": "查进度", "human": "转人工", "rate": "评价", "help": "你好"}
# What is listened to of one message: more than any telephone sends at once, little enough to delay nobody.
LONGEST_HEARD = 2000
# What the platform writes instead of a sticker and the like.
_UNSUPPORTED = re.compile(r"[\[【]收到不支持的消息类型[^\]】]*[\]】]")
_FULL_WIDTH_SLASH = "／"
_MARKS_ONLY = re.compile(r"(?![?？!！\s]{1,2}$)[\s\ufffd?？.。,，、!！~～;；:：…·\-_=+|/'\"()（）]+")
_OTHER_COUNT = re.compile(r"\d\s*号|^[\d两二三四五]+\s*个")  # 2号 may be a day or a building, 两个 tells how many
_LAST = re.compile(r"(?:就|选|要)?(?:是)?(?:最后|末了|最末|最底下|最下面|最下边|底下)(?:那|的|一)*(?:个|条|项)(?:吧|的)?")
# How a text goes on whose head came in the one before it: the end of a name.
_TORN = (
    (re.compile(r"^区(?=[\s,。]*(?:$|[\d一二三四五六七八九十甲乙第的里院门]))"), re.compile(r"[一-龥]{2,6}小$")),
    (re.compile(r"^小区(?=[\s,。]*(?:$|[\d一二三四五六七八九十甲乙第的里院门]))"), re.compile(r"(?<=[\s,。;])[一-龥]{2,4}$")),
    (re.compile(r"^[一-龥](?:小区|花园|家园|新村)"), re.compile(r"(?<=[\s,。;])[一-龥]{1,3}$")),
)


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
    return kind == "text" and (not text.strip() or bool(_MARKS_ONLY.fullmatch(text) or _UNSUPPORTED.fullmatch(text.strip())))


def whole_again(text: str, *, description: str, place: str) -> str:
    """The text with the head of its first word in front, where that ended the message before: 区6号楼 after 暖气不热 翠园小.

    `description` and `place` are what the open form holds. Unchanged where no name was torn.
    """
    for begins, ends in _TORN:
        if begins.match(text):
            heads = (ends.search(f" {place}"), ends.search(description))
            return next((head[0] for head in heads if head), "") + text
    return text


def _event_text(event: Mapping[str, Any]) -> str | None:
    name, key = str(event.get("name", "")), str(event.get("key", ""))
    # an entry of the menu that we do not know: whoever opens the menu wants something
    return _MENU_KEYS.get(key, "你好") if name == "menu_click" else _EVENTS.get(name)


def chosen(text: str, choices: Sequence[Mapping[str, str]]) -> tuple[str, str]:
    """(id, label) of the entry that a resident chose by its number, in digits or words ("2", 第二个, 最后那个); two empty texts
    otherwise."""
    number = len(choices) if _LAST.fullmatch(text.strip()) else _number(text)
    if 1 <= number <= len(choices):
        entry = choices[number - 1]
        return entry["id"], entry["label"]
    return "", ""


def _number(text: str) -> int:
    """The number that the whole text is, 0 for none."""
    answer = None if _OTHER_COUNT.search(text) else classify_answer(text)
    return answer.number or 0 if answer is not None and answer.kind is AnswerKind.CHOICE else 0
