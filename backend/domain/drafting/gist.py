"""The matter of a message in one short line: the resident's words without place, time, phone, greeting and scolding."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend.contracts.conversations import TimeKind
from backend.contracts.understanding import Facts
from backend.domain.language.matters import kinds_named
from backend.domain.language.tables import load_table

LONGEST = 30
SHORTER = 22  # where much else is read back beside it, and of one clause
_TABLE = load_table("gist_words")
_DROP = re.compile("|".join(_TABLE["drop"]))
_LEAD = re.compile(f"^{_TABLE['lead']}+")
_TRAIL = re.compile(f"{_TABLE['trail']}+$")
_EMPTY = re.compile(_TABLE["empty"])
_FILLER = re.compile(_TABLE["filler"])
_CORRECTION = re.compile(_TABLE["correction"])
_CLAUSE = re.compile(r"(?:[,。;!?、\s]|(?<!\d)[/|]|[/|](?!\d))+")
_TORN = re.compile(r"^道(?=灯|里|口|门|窗|堆|脏|没|黑)")  # 6号楼道灯: the number of the building took its 楼
_DENIED = re.compile(r"^(?:不是|不对|错了|说错|打错)")
_WRONG = re.compile(
    "[没不坏漏堵停断裂掉欠拖乱吵臭脏冷凉冰冻黑塌缺丢骗偷打占拆砸歪破倒横挡烂响呛熏滑满贵低差闪跑]|多收|少给|收了?[我俺]|要了?[我俺]|故障|失灵"
)
_SHORTEST = 2
_OURS = ("我们", "俺们", "咱们")
_HARDLY = 6  # characters that say little without their place


def gist_of(text: str, facts: Facts, known: Iterable[str] = ()) -> str:
    """At most LONGEST characters of normalised text, "" where nothing short is left: the name of the category says it better.

    `known` are further words that are read back on their own, for a part of a message whose facts are gone. The first clauses
    stand for a longer story, unless only a later one tells what is wrong: then that one does, behind the first where it fits.
    """
    clauses = _clauses(_without_facts(text, facts, known))
    first = _fitting(clauses)
    if len("、".join(first)) < _HARDLY and any(len(clause) > SHORTER for clause in clauses) and not _names_thing(first):
        return ""  # 我跑出租, and the rest in one breath
    if len("、".join(clauses)) <= LONGEST or any(names_fault(clause) for clause in first):
        return "、".join(first)
    faults = [clause for clause in clauses if names_fault(clause)]
    both = _fitting([*clauses[:1], *faults])
    # What is wrong is told in one breath that is too long for a line: the name of the category says more than 你能听见吧.
    return "、".join(both if len(both) > 1 else _fitting(faults) or ([] if faults else first))


def names_fault(clause: str) -> bool:
    """Whether a piece of text tells that something is wrong."""
    return bool(_WRONG.search(clause) or kinds_named(clause))


def _names_thing(clauses: list[str]) -> bool:
    return any(kinds_named(clause) for clause in clauses)


def shorter(gist: str) -> str:
    """The first clauses of a line, for a read-back that is long enough without it."""
    return "、".join(_fitting(gist.split("、"), SHORTER)) or gist


def _fitting(clauses: list[str], longest: int = LONGEST) -> list[str]:
    kept: list[str] = []
    for clause in clauses:
        fits = len(clause) <= SHORTER and len("、".join([*kept, clause])) <= longest
        if fits:
            kept.append(clause)
        elif kept:
            break
    return kept


def told_beside(text: str, facts: Facts) -> int:
    """How many characters tell the matter, beside facts, greeting and the like."""
    return sum(map(len, clauses_beside(text, facts)))


def clauses_beside(text: str, facts: Facts) -> list[str]:
    """What stands beside facts, greeting and the like, clause by clause."""
    return _clauses(_without_facts(text, facts))


def clauses_of(text: str) -> list[str]:
    """The pieces between marks, as they were said."""
    return [clause for clause in _CLAUSE.split(text) if clause]


def told_in(text: str, known: Iterable[str]) -> int:
    """How many characters of a part of a message tell the matter, beside the words that are `known`: none of 翠园新村小广场."""
    return sum(len(clause) for clause in _clauses(_without_facts(text, Facts(), known)))


def told_in_correction(text: str, facts: Facts) -> int:
    """How many characters of a correction tell the matter: none of 单元也错了 应该2单元, some of 不是停水是停电."""
    return len(re.sub(r"[\s,。!?、;:\d]", "", _CORRECTION.sub("", _without_facts(text, facts))))


def joined(gist: str, further: str) -> str:
    """Two parts of the matter as one line; the first alone where both are too long for it."""
    both = "、".join(part for part in (gist, further) if part)
    return both if len(both) <= LONGEST and further not in gist else gist or further


def _clauses(text: str) -> list[str]:
    pieces = [_DROP.sub(",", piece) for piece in _CLAUSE.split(text)]
    pieces = [_DROP.sub(",", clause) for piece in pieces for clause in _CLAUSE.split(piece)]  # 你好 stood before 我帮我奶奶问
    every = [clause for piece in pieces for clause in _CLAUSE.split(piece)]
    stated = [clause for clause in every if not _DENIED.match(clause)] or every
    bare = [_TORN.sub("楼道", _TRAIL.sub("", _LEAD.sub("", clause))) for clause in stated]
    short = [clause if len(clause) <= SHORTER else _FILLER.sub("", clause) for clause in bare]
    return [clause for clause in short if len(clause) >= _SHORTEST and not _EMPTY.fullmatch(clause)]


def _only_a_spot(facts: Facts) -> bool:
    """楼下, 一楼, 楼底下歌厅: not yet a place that is read back on its own, and often what the matter is about."""
    place = facts.address.address if facts.address else None
    return place is not None and not (
        place.street or place.estate or place.road or place.community or place.building or place.unit or place.room
    )


def _carries(text: str, spot: str) -> bool:
    """Whether the sentence stands on the word: 我住一楼都不坐电梯, 楼底下歌厅半夜还嚎呢."""
    clause = next((clause for clause in _CLAUSE.split(text) if spot in clause), "")
    before, _, behind = clause.partition(spot)
    return bool(before and behind) or 0 < len(before + behind) <= _HARDLY


def _without_facts(text: str, facts: Facts, known: Iterable[str] = ()) -> str:
    """The text with what is read back on its own cut out: nothing for a place or a time, a comma for a phone."""
    spots = [span.text for span in (facts.address.spans if facts.address else ())]
    words = [(spot, "") for spot in spots if not (_only_a_spot(facts) and _carries(text, spot))]
    words = [(f"{whose}{spot}", "") for spot, _ in words for whose in _OURS if f"{whose}{spot}" in text] + words
    if facts.occurred_at:  # 到现在也没来 is no time that is read back on its own
        said = re.escape(facts.occurred_at.span.text)
        text = re.sub(rf"(?<=[一-龥]了){said}(?=[一-龥])", ",", text, count=1)  # 没水了今天早晨五点多停的: two sentences
        keeps = "(?!就[打吵响叫开闹炸])" if facts.occurred_at.occurred_at.kind is not TimeKind.SINCE else ""  # 天不亮就打鸣
        text = re.sub(
            rf"(?<![到至])(?:(?<=[一-龥])是(?=从|打|自)|(?:连着|连续|接连|一连|持续)(?:都)?)?{said}{keeps}(?:的?时候)?",
            "",
            text,
            count=1,
        )
    words += [(mention.span.text, ",") for mention in facts.phones]
    words += [(mention.span.text, ",") for mention in facts.order_numbers]
    words += [(word, "") for word in known]
    for word, instead in words:
        text = text.replace(word, instead, 1) if word else text
    return text
