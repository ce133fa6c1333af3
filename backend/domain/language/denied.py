"""What a sentence names only to say that it is not so: 不是今天 是昨儿, 5号楼 啊不是 是15号楼."""

from __future__ import annotations

import re

BLANK = "\x01"
PADDING = "\x02"
_DENIED = re.compile(r"(?<!是)不是(?P<denied>(?:(?!\s[我俺])[^,。!?是]){1,16}?)[\s,]*(?:的)?[\s,]*(?:而|应该|应当)?是(?=\S)")
_DENIED_FIRST = re.compile(r"(?<![是就])不是(?P<denied>[^,。!?\s是]{1,6})[\s,]+(?=\S)")
_DENIED_BEHIND = re.compile(r"(?<!是)不是(?:从|打)?\s*$")
# 昨天不是 是前天: the no stands behind what it denies.
_DENIED_AFTER = re.compile(r"(?P<denied>[^,。!?\s是不]{1,8}(?<![啊哦哎唉呃嗯]))不是[\s,啊]+(?:应该)?是(?=\S)")
# In the same breath: what stands behind the slip counts, if it names anything of the kind.
_SLIP = re.compile(r"(?:[\s,。]|啊|哦|哎|唉|呃)(?:不对|不是|(?:说|记|打|写)?错了)[\s,啊]+(?:应该|其实)?(?:是)?(?=\S)")


def without_denied(text: str) -> str:
    """The normalised text with what is denied blotted out, positions kept: 不是11号楼 是12号楼."""
    return _blotted(text, _DENIED_AFTER if _DENIED_AFTER.search(text) else _DENIED)


def without_denied_first(text: str) -> str:
    """`without_denied`, also where no 是 follows: 不是今天 昨儿个."""
    pattern = next((each for each in (_DENIED_AFTER, _DENIED) if each.search(text)), _DENIED_FIRST)
    return _blotted(text, pattern)


def is_denied(text: str, begin: int) -> bool:
    """Whether the words right before the place say no to what begins there: 不是昨天, and nothing else is said."""
    return _DENIED_BEHIND.search(text[:begin]) is not None


def behind_slip(text: str) -> int:
    """Where the words behind a slip of the tongue begin (6号楼 啊不是 8号楼); 0 where there is none."""
    return max((match.end() for match in _SLIP.finditer(text)), default=0)


def _blotted(text: str, pattern: re.Pattern[str]) -> str:
    match = pattern.search(text)
    if match is None:
        return text
    return text[: match.start("denied")] + BLANK * len(match["denied"]) + text[match.end("denied") :]
