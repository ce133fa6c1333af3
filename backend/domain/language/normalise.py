"""One writing for everything residents type: full width, Traditional characters, stray blanks and emoji."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

SIMPLIFIED = "simplified"
TRADITIONAL = "traditional"

_TO_SIMPLIFIED = OpenCC("t2s")
_TO_TRADITIONAL = OpenCC("s2tw")

# Characters that OpenCC converts although people who write Simplified type them too.
_ALSO_SIMPLIFIED = frozenset("乾著瞭徵藉麽於夥覆妳沈噁甯崑嚐迴鍾祇祗餘麼裏")
# In Taiwan and Hong Kong 著 stands for 着 except in these words.
_ZHE = re.compile(r"著(?![名作称述])(?<![显原名土编巨论专]著)")
# 催了解放街道: read as 了解, it would become 瞭解.
_NO_WORD, _EDGE = "了解放", "\u2060"
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\U0001fb00-\U0001fbff\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\U000e0020-\U000e007f\ue000-\uf8ff\u3030]"
)
# Variation selectors, keycap mark, zero-width characters, BOM, soft hyphen and bidirectional controls.
_INVISIBLE = re.compile(
    "[\ufe00-\ufe0f\u20e3\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\u0000-\u0008\u000e-\u001f\u007f]"
)
# The names of the commonest WeChat emoticons, which arrive as text in brackets.
_EMOTICON = re.compile(
    r"\[(?:微笑|撇嘴|色|发呆|得意|流泪|害羞|闭嘴|睡|大哭|尴尬|发怒|调皮|呲牙|惊讶|难过|囧|抓狂|吐|偷笑|愉快"
    r"|白眼|傲慢|困|惊恐|憨笑|悠闲|咒骂|疑问"
    r"|嘘|晕|衰|骷髅|敲打|再见|擦汗|抠鼻|鼓掌|坏笑|右哼哼|鄙视|委屈|快哭了|阴险|亲亲|可怜|笑脸|生病|脸红"
    r"|破涕为笑|恐惧|失望|无语|嘿哈|捂脸|奸笑|机智"
    r"|皱眉|耶|吃瓜|加油|汗|天啊|社会社会|旺柴|好的|打脸|哇|翻白眼|叹气|苦涩|裂开|嘴唇|爱心|心碎|拥抱|强|弱"
    r"|握手|胜利|抱拳|勾引|拳头|合十|啤酒|咖啡"
    r"|蛋糕|玫瑰|凋谢|菜刀|炸弹|便便|月亮|太阳|庆祝|礼物|红包|發|福|烟花|爆竹|猪头|跳跳|发抖|转圈|OK|Emm)\]"
)
_WORD_FOLLOWS = re.compile(r"(?!号|楼(?![道顶上下])|栋|单元|门(?!口)|层|室|个)[\u4e00-\u9fff]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?(?:\n ?)+")
# 煤汽, 停汽, 没汽了: a slip for 气 that nobody means otherwise.
_GAS = re.compile("(?<=[煤燃暖])汽|(?<=天然)汽|(?<=[停没来断])汽(?![车油修水轮笛])|^汽(?=停)")
_FOLDS = str.maketrans({"〇": "零", "○": "零", "﹟": "#", "−": "-", "–": "-", "—": "-", "―": "-", "‐": "-", "‑": "-", "〜": "~"})


@dataclass(frozen=True)
class Normalised:
    """`text` is what every rule reads; `original` is what the resident wrote; `script` says how to answer."""

    text: str
    original: str
    script: str


@lru_cache(maxsize=1024)
def normalise(text: str) -> Normalised:
    """NFKC, Simplified characters, single blanks (a line break stays one "\\n"), no emoji. Idempotent on its own output."""
    folded = text.replace("\u2026", "。")  # an ellipsis ends a clause; NFKC would make three full stops of it
    folded = _EMOTICON.sub(" ", _EMOJI.sub(_emoji_or_number, _INVISIBLE.sub("", folded)))
    folded = unicodedata.normalize("NFKC", folded).translate(_FOLDS).replace("\r", "\n")
    simplified = _ZHE.sub("着", str(_TO_SIMPLIFIED.convert(folded)))
    simplified = _EMOJI.sub(" ", _INVISIBLE.sub("", simplified))
    simplified = _GAS.sub("气", simplified)
    clean = _LINES.sub("\n", _BLANKS.sub(" ", simplified)).strip()
    return Normalised(text=clean, original=text, script=_script(folded))


def to_traditional(text: str) -> str:
    """A reply for a resident who writes Traditional characters (Taiwan forms)."""
    apart = text.replace(_NO_WORD, _NO_WORD[0] + _EDGE + _NO_WORD[1:])
    return str(_TO_TRADITIONAL.convert(apart)).replace(_EDGE, "")


def _emoji_or_number(match: re.Match[str]) -> str:
    """Circled digits (①) are answers and, before a word, list marks; everything else in the ranges becomes a blank."""
    plain = unicodedata.normalize("NFKC", match[0])
    if not plain.isdigit():
        return " "
    return f" {plain}、" if _WORD_FOLLOWS.match(match.string, match.end()) else plain


def _script(folded: str) -> str:
    """Traditional when a character was converted that nobody types in Simplified text."""
    for char in set(folded):
        if "\u3400" <= char <= "\u9fff" and char not in _ALSO_SIMPLIFIED and _simplified_char(char) != char:
            return TRADITIONAL
    return SIMPLIFIED


@lru_cache(maxsize=8192)
def _simplified_char(char: str) -> str:
    return str(_TO_SIMPLIFIED.convert(char))
