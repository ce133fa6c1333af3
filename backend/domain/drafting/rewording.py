"""A word of the matter that is put right: 不是2800 是3800, 不是降压药 是降糖药, 八千写错了 是六千."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.contracts.conversations import Address
from backend.contracts.understanding import Facts
from backend.domain.drafting.gist import LONGEST, SHORTER, joined
from backend.domain.drafting.guesses import CLEARLY_ANOTHER
from backend.domain.drafting.model import OpenForm, Turn
from backend.domain.drafting.words import without_stretch
from backend.domain.language.address_merge import relative_correction, with_landmark

_WORD = r"[^,。!?;\s不]{1,12}?"
_GAP = r"[\s,。]*(?:(?:我|俺)?(?:刚才)?(?:说|写|打|记|弄)?(?:错|岔)了?[\s,。]*)?"
_IS = r"(?:应该是|应该|而是|其实是|那是|是|叫)"
_END = r"(?=[\s,。!]|$|才对|我(?:说|打|写|记)|(?:说|打|写|记)错)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:不是|不叫|不对){_GAP}(?P<old>{_WORD})(?:的|啊|哈)?{_GAP}{_IS}(?P<new>{_WORD}){_END}",
        rf"{_IS}(?P<new>{_WORD}){_GAP}(?:不是|不叫)(?P<old>{_WORD}){_END}",
        rf"(?:^|[\s,。])(?P<old>{_WORD})(?:我)?(?:(?:说|写|打|记|弄|听|报)(?:错|岔|少|多|大|小|反|混|走嘴)|错|岔)了?{_GAP}{_IS}(?P<new>{_WORD}){_END}",
        rf"(?:^|[\s,。])把?(?P<old>{_WORD})(?:改成|换成|改为|写成|记成|改写成)(?P<new>{_WORD})(?:吧|呗|就行)?{_END}",
    )
)
_NUMERALS = r"[一二两三四五六七八九十百千万零\d.]"
_AMOUNT = re.compile(rf"(?<!{_NUMERALS})(?=\d{{3}}|[^,。\s]*[百千万]){_NUMERALS}{{2,}}(?![号楼单栋室月日点天年路])")
_AMOUNT_PUT_RIGHT = re.compile(
    rf"(?:不对|(?:说|写|打|记|弄|算)错了?|错了|等等|等下|更正)[\s,。]*(?:应该|一共|总共|其实|那|得)*是?(?:一共|总共)?"
    rf"(?P<new>(?=\d{{3}}|[^,。\s]*[百千万]){_NUMERALS}{{2,8}})(?:块钱?|元)?(?:的|啊|吧|才对)*[\s,。!]*$"
)
_SHORTEST = 2  # characters of the old word
_FIELD = re.compile("(?:电话|手机|联系)(?:号码?|方式)?|号码|地址|地方|时间|日子|姓名|名字|楼号|单元")
_WHOSE = re.compile("[我俺咱你您他她它这那]")  # 不是我家是楼上: not a word, but who it was
_CLAUSE = re.compile(r"[\s,。!?;、]+")
_TAIL = re.compile(r"(?:的|了|啊|呀|吧|呢|哈)+$")


def reworded(form: OpenForm, turn: Turn) -> tuple[OpenForm, Turn] | None:
    """The form with the new word in the place of the old one, in the description and in its short line, and what the message
    tells beside it (不是卖水果的 是卖地瓜的 有俩礼拜了); None where it is no such correction, where the old word was never said,
    or where it names another matter altogether."""
    best = turn.guesses[0] if turn.guesses else None
    if best is not None and best.confidence >= CLEARLY_ANOTHER and best.category != form.draft.category:
        return None
    if relative_correction(turn.text, form.draft.address) is not None:
        return None  # 不是602是702: the door, which the description may have named too
    for match in (match for pattern in _PATTERNS for match in pattern.finditer(turn.text)):
        old, new = _TAIL.sub("", match["old"]), _TAIL.sub("", match["new"])
        standing = re.compile(rf"(?<!\d){re.escape(old)}(?!\d)")
        if len(old) < _SHORTEST or not new or old == new or _WHOSE.match(old) or _FIELD.fullmatch(old) or _is_field(turn, match):
            continue
        if standing.search(form.draft.description):
            return _with(form, standing, new), _beside(turn, match)
    mended = _with_amount(form, turn.text) if not _has_facts(turn) else None
    return (mended, replace(turn, facts=Facts())) if mended is not None else None


def _has_facts(turn: Turn) -> bool:
    return bool(turn.facts.address or turn.facts.occurred_at or turn.facts.name or turn.facts.phones)


def _is_field(turn: Turn, match: re.Match[str]) -> bool:
    """不是昨天 是前天: a field, which the description may have named too."""
    if turn.facts.name and turn.facts.name in match[0]:
        return True
    apart = without_stretch(turn.facts, match.start(), match.end())
    return (apart.address, apart.occurred_at, apart.phones) != (
        turn.facts.address,
        turn.facts.occurred_at,
        turn.facts.phones,
    )


def _beside(turn: Turn, match: re.Match[str]) -> Turn:
    """The message without the words that were put right; its facts stay where they are."""
    blank = turn.text[: match.start()] + " " * len(match[0]) + turn.text[match.end() :]
    return replace(turn, text=blank, guesses=(), issues=(), answer=None)


def _with_amount(form: OpenForm, said: str) -> OpenForm | None:
    """哎 不对 是三万八, where 三万六 was told and no other amount like it."""
    match = _AMOUNT_PUT_RIGHT.search(said)
    if match is None:
        return None
    new = match["new"]
    like = [old[0] for old in _AMOUNT.finditer(form.draft.description) if _size(old[0]) == _size(new) and old[0] != new]
    if len(set(like)) != 1:
        return None
    return _with(form, re.compile(re.escape(like[0])), new)


def _size(amount: str) -> str:
    """What two amounts must have in common to be taken for the same one: 万, 千, or as many digits."""
    word = next((word for word in "万千百" if word in amount), "")
    return word or str(len(amount))


def _with(form: OpenForm, old: re.Pattern[str], new: str) -> OpenForm:
    """The new word in its place, and in the short line too, which may not have had room for the old one."""
    told = old.sub(lambda _: new, form.draft.description)
    gist = old.sub(lambda _: new, form.gist)
    clause = next((each for each in _CLAUSE.split(told) if new in each), "")
    gist = _first_said(gist, new)
    address = _respotted(form.draft.address, old, new)
    if new not in f"{gist}{address.text}" and len(clause) <= LONGEST:
        both = joined(gist, clause)
        gist = both if new in both else clause
    return replace(form, draft=replace(form.draft, description=told, address=address), gist=gist)


def _first_said(gist: str, new: str) -> str:
    """The short line with the clause of the new word in front: it is to be checked, and the end of a long line is left out."""
    clauses = gist.split("、") if len(gist) > SHORTER else [gist]
    return "、".join(sorted(clauses, key=lambda clause: new not in clause))


def _respotted(address: Address, old: re.Pattern[str], new: str) -> Address:
    """不是南门 是西门: where at the place, when the spot was told in this word."""
    spot = old.sub(lambda _: new, address.landmark)
    return address if spot == address.landmark else with_landmark(address, spot)
