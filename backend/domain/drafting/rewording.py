"""A word of the matter that is put right: 不是2800 是3800, 不是降压药 是降糖药, 八千写错了 是六千."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.contracts.conversations import Address
from backend.contracts.understanding import Facts
from backend.domain.drafting.gist import LONGEST, SHORTER, clauses_beside, clauses_of, joined
from backend.domain.drafting.guesses import CLEARLY_ANOTHER
from backend.domain.drafting.model import OpenForm, Turn
from backend.domain.drafting.words import BLOT, blotted
from backend.domain.language.address_merge import relative_correction, with_landmark
from backend.domain.language.answers import classify_answer
from backend.domain.language.numerals import parse_numeral
from backend.domain.language.wishes import says

_WORD = r"[^,。!?;\s不\x01]{1,12}?"  # \x01: a fact blotted out
_GAP = r"[\s,。]*(?:(?:我|俺)?(?:刚才)?(?:说|写|打|记|弄)?(?:错|岔)了?[\s,。]*)?"
_IS = r"(?:应该是|应该|而是|其实是|那是|是|叫)"
_END = r"(?=[\s,。!]|$|才对|我(?:说|打|写|记)|(?:说|打|写|记)错)"
WORDS_PUT_RIGHT = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:不是|不叫|不对){_GAP}(?P<old>{_WORD})(?:的|啊|哈)?{_GAP}{_IS}(?P<new>{_WORD}){_END}",
        rf"(?P<about>[一-龥]{{2,4}})?{_IS}(?P<new>{_WORD}){_GAP}(?:不是|不叫)(?P<old>{_WORD}){_END}",
        rf"(?:^|[\s,。])(?P<old>{_WORD})(?:我)?(?:(?:说|写|打|记|弄|听|报)(?:错|岔|少|多|大|小|反|混|走嘴)|错|岔)了?{_GAP}{_IS}(?P<new>{_WORD}){_END}",
        rf"(?:^|[\s,。])把?(?P<old>{_WORD})(?:改成|换成|改为|写成|记成|改写成)(?P<new>{_WORD})(?:吧|呗|就行)?{_END}",
    )
)
_NUMERALS = r"[一二两三四五六七八九十百千万零\d.]"
_AMOUNT = re.compile(rf"(?<!{_NUMERALS})(?=\d{{3}}|[^,。\s]*[百千万]){_NUMERALS}{{2,}}(?![号楼单栋室月日点天年路])")
_AMOUNT_PUT_RIGHT = re.compile(
    rf"(?:不对|(?:说|写|打|记|弄|算)错了?|错了|等等|等下|更正|改一?下)[\s,。]*(?:(?:应该|一共|总共|其实|那|得)*|[一-龥]{{1,3}}(?=是))是?(?:一共|总共)?"
    rf"(?P<new>(?=\d{{3}}|[^,。\s]*[百千万]){_NUMERALS}{{2,8}})(?:块钱?|元)?(?:的|啊|吧|才对)*(?=[\s,。!]|$)"
)
_SLIPPED = re.compile("(?:说|写|打|记|弄|听|报|算|看)(?:得)?(?:错|岔|少|多|大|小|反|混|串|走嘴|漏)|错了|不对")
_TELLS = 4  # characters of a clause that says something of its own
_SHORTEST = 2  # characters of the old word
# 不是我家是楼上: not a word, but who it was; 电话改成我媳妇的: a field.
_WHOSE = re.compile("[我俺咱你您他她它这那]|(?:电话|手机|号码|地址|地方|时间|日子|楼号|单元|名字|姓名)")
_CLAUSE = re.compile(r"[\s,。!?;、]+")
_TAIL = re.compile(r"(?:的|了|啊|呀|吧|呢|哈)+$")


def reworded(form: OpenForm, turn: Turn) -> OpenForm | None:
    """The form with the new word in the place of the old one, in the description and in its short line; None where it is no such
    correction, where the old word was never said, or where it names another matter altogether."""
    best = turn.guesses[0] if turn.guesses else None
    if best is not None and best.confidence >= CLEARLY_ANOTHER and best.category != form.draft.category:
        return None
    if turn.facts.address or turn.facts.occurred_at or turn.facts.name or turn.facts.phones:
        return None  # 不是昨天 是前天: a field, which the description may have named too
    if relative_correction(turn.text, form.draft.address) is not None:
        return None  # 不是602是702: the door, which the description may have named too
    mended, words = _with_each(form, turn.text)
    return _with_the_rest(form, mended, turn.text, words) if mended is not form else None


def reworded_beside(form: OpenForm, turn: Turn) -> OpenForm:
    """`reworded` for a message that puts a fact right as well, which the form has taken: 楼号是8 钱数也错了 不是6400是4600."""
    moved = relative_correction(turn.text, form.draft.address) is not None  # 门牌错了 是302: a door, and no sum
    for piece in blotted(turn.text, turn.facts).split(BLOT):
        form, _ = _with_each(form, piece, sums=not moved)
    return form


def _with_each(form: OpenForm, said: str, *, sums: bool = True) -> tuple[OpenForm, tuple[str, ...]]:
    """The form with every word of `said` that is put right, and those words, old and new; the form itself where there is none."""
    mended = form
    words: tuple[str, ...] = ()
    for match in (match for pattern in WORDS_PUT_RIGHT for match in pattern.finditer(said)):
        old, new = _TAIL.sub("", match["old"]), _TAIL.sub("", match["new"])
        standing = _standing(old, match.groupdict().get("about") or "", form.draft.description)
        if len(old) >= _SHORTEST and new and old != new and not _WHOSE.match(old) and standing.search(form.draft.description):
            mended, words = _with(mended, standing, new), (*words, old, new)
    return (mended, words) if words or not sums else _with_amount(form, said)


def _with_the_rest(before: OpenForm, mended: OpenForm, said: str, words: tuple[str, ...]) -> OpenForm:
    """不是三斤 是五斤 给了四斤三两: what stands beside the words that were put right is new, and goes along."""
    told = f"{before.draft.description};{mended.draft.description}"
    new = [clause for clause in clauses_of(said) if not any(word in clause for word in words) and _is_new(clause, told)]
    if not new:
        return mended
    more = "、".join(new)
    draft = replace(mended.draft, description=f"{mended.draft.description};{more}")
    return replace(mended, draft=draft, gist=joined(mended.gist, more) if mended.gist else "")


def _is_new(clause: str, told: str) -> bool:
    says_much = sum(map(len, clauses_beside(clause, Facts()))) >= _TELLS and classify_answer(clause) is None
    return says_much and clause not in told and not _SLIPPED.search(clause) and not says("starts_correction", clause)


def _standing(old: str, about: str, description: str) -> re.Pattern[str]:
    """Where the old word stands: behind what it was said of (楼上 of 楼上是602不是502), where that was told, else anywhere."""
    word = rf"{re.escape(old)}(?!\d)"
    of_it = re.compile(rf"(?<={about[-2:]}){word}|(?<={about[-2:]}是){word}") if about else None
    if of_it is not None and of_it.search(description):
        return of_it
    return re.compile(rf"(?<!\d){re.escape(_as_told(old, description))}(?!\d)")


def _as_told(old: str, description: str) -> str:
    """一百八, of 180: the amount as it was written before."""
    value = parse_numeral(old) if old not in description else None
    same = (told[0] for told in _AMOUNT.finditer(description) if value and parse_numeral(told[0]) == value)
    return next(same, old)


def _with_amount(form: OpenForm, said: str) -> tuple[OpenForm, tuple[str, ...]]:
    """哎 不对 是三万八, where 三万六 was told and no other amount like it."""
    match = _AMOUNT_PUT_RIGHT.search(said)
    if match is None:
        return form, ()
    new = match["new"]
    like = {old[0] for old in _AMOUNT.finditer(form.draft.description) if _size(old[0]) == _size(new) and old[0] != new}
    return (_with(form, re.compile(re.escape(*like)), new), (*like, new)) if len(like) == 1 else (form, ())


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
