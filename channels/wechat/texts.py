"""Texts as a WeChat chat takes them: cut to size, without accidental links, choices written out where there are no menus."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from backend.contracts.messages import Choice
from backend.domain.language.normalise import TRADITIONAL, normalise, to_traditional

_FOOTER = "回复前面的数字就行。"
TEXT_LIMIT_BYTES = 2048  # 682 Chinese characters

# Where a long text may be cut, best first: paragraph, line, sentence, clause, word.
_BOUNDARIES = tuple(re.compile(pattern) for pattern in (r"\n\n", r"\n", r"[。!?!?;;](?=\S|$)", r"[,、,:]", r"\s"))
_TOKEN = re.compile(r"[0-9A-Za-z.,/:?&=#_%+@-]")
_JOINERS = frozenset("\u200d\ufe0e\ufe0f") | {chr(code) for code in range(0x1F3FB, 0x1F400)}
_GROUPED_DIGITS = re.compile(r"\d \d")
_LINK_TAG = re.compile(r"<(?=\s*/?\s*[A-Za-z])")
# tab and line feed stay
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def size(text: str) -> int:
    """Return the length in bytes, which is what the platform counts."""
    return len(text.encode("utf-8", "surrogatepass"))


def harmless(text: str) -> str:
    """Return the text without control characters and without `<a href=…>`: WeChat would make a link of a resident's words."""
    return _LINK_TAG.sub("<", _CONTROLS.sub("", text.replace("\r\n", "\n")))


def split_text(text: str, limit: int = TEXT_LIMIT_BYTES) -> list[str]:
    """Return the text in as few pieces as possible, each at most `limit` bytes; every piece costs a message of the quota.

    A piece ends at the best boundary of its second half. Numbers (also in groups, 170 0000 1234), words, addresses of pages
    and joined emoji stay whole as long as they fit in a piece at all.
    """
    pieces: list[str] = []
    rest = text.strip()
    while size(rest) > limit:
        cut = _cut_before(rest, _fitting(rest, limit))
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [piece for piece in (*pieces, rest) if piece]


def _fitting(text: str, limit: int) -> int:
    """Return how many characters of the text fit in `limit` bytes."""
    return len(text.encode()[:limit].decode("utf-8", "ignore"))


def _cut_before(text: str, end: int) -> int:
    for boundary in _BOUNDARIES:
        ends = [found.end() for found in boundary.finditer(text, end // 2, end)]
        for cut in reversed(ends):
            if _is_clean(text, cut):
                return cut
    return next((cut for cut in range(end, 0, -1) if _is_clean(text, cut)), end)


def _is_clean(text: str, cut: int) -> bool:
    if cut >= len(text):
        return True
    before, after = text[cut - 1], text[cut]
    if after in _JOINERS or before == "\u200d" or unicodedata.combining(after):
        return False
    if _GROUPED_DIGITS.search(text[max(cut - 2, 0) : cut + 2]):
        return False
    return not (_TOKEN.match(before) and _TOKEN.match(after))


def numbered(text: str, choices: Sequence[Choice]) -> str:
    """Return the text with its choices as a numbered list, for chats without menus."""
    footer = to_traditional(_FOOTER) if normalise(text).script == TRADITIONAL else _FOOTER
    lines = (text, *(f"{number}. {choice.label}" for number, choice in enumerate(choices, 1)), footer)
    return "\n".join(line for line in lines if line)
