"""Danger to life, recognised from words alone so that it works when everything else is down. Recall before precision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from backend.contracts.understanding import EmergencyHit, Span
from backend.domain.language.normalise import normalise
from backend.domain.language.tables import load_table

_STRUCK = "\x00"
_SENTENCE_END = re.compile(r"[。!?;\n]")
_CLAUSE_END = re.compile(r"[,,。!?;\n]")
_BLANK = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")


@dataclass(frozen=True)
class EmergencyKind:
    """One kind of danger: the words to send (one SMS), the number to call, and how the order is filed."""

    kind: str
    instruction: str
    call: str
    category: str
    subcategory: str


@dataclass(frozen=True)
class _Rules:
    patterns: re.Pattern[str]
    safe: re.Pattern[str]


def _any(expressions: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{expression})" for expression in expressions))


_TABLE = load_table("emergency")
EMERGENCY_KINDS: dict[str, EmergencyKind] = {
    kind: EmergencyKind(kind, entry["instruction"], entry["call"], entry["category"], entry["subcategory"])
    for kind, entry in _TABLE["kinds"].items()
}
_RULES = {kind: _Rules(_any(entry["patterns"]), _any(entry["safe"])) for kind, entry in _TABLE["kinds"].items()}
_IDIOMS = _any(_TABLE["idioms"])
_PAST = _any(_TABLE["past"])
_AFTER = _any(_TABLE["after"])
_SETTLED = _any(_TABLE["settled"])
_IF = _any(_TABLE["if"])
_IF_BEHIND = _any(_TABLE["if_behind"])
_FEAR_NEEDS = _any(_TABLE["fear_needs"])
_PRESENT = _any(_TABLE["present"])


def screen_emergency(text: str) -> EmergencyHit | None:
    """The gravest danger that the text reports as present, None for idioms, things past and settled, and mere fears.

    The span lies in the normalised text. What to say and do: `EMERGENCY_KINDS[hit.kind]`.
    """
    return emergency_in(normalise(text).text)


@lru_cache(maxsize=256)
def emergency_in(text: str) -> EmergencyHit | None:
    """`screen_emergency` for text that is normalised already."""
    plain = _strike(_IDIOMS, text.replace(" ", ","))
    for kind, rules in _RULES.items():
        for match in rules.patterns.finditer(_strike(rules.safe, plain)):
            if _is_present(plain, match.start(), match.end()):
                return EmergencyHit(kind, Span(match.start(), match.end(), text[match.start() : match.end()]))
    return None


def instruction_for(kind: str) -> str:
    """What a resident in that danger is told in the same turn; raises KeyError for an unknown kind."""
    return EMERGENCY_KINDS[kind].instruction


def _strike(pattern: re.Pattern[str], text: str) -> str:
    """Harmless words blotted out, positions kept."""
    return pattern.sub(lambda match: _STRUCK * len(match[0]), text)


def _is_present(text: str, start: int, end: int) -> bool:
    sentence_start, sentence_end = _around(_SENTENCE_END, text, start, end)
    clause_start, clause_end = _around(_CLAUSE_END, text, start, end)
    before, behind = text[clause_start:start], text[end:clause_end].lstrip("了")
    sentence = text[sentence_start:sentence_end]
    if _IF.search(before) and not _PRESENT.search(before):
        return False
    if _IF_BEHIND.match(behind) and (
        _FEAR_NEEDS.search(text[sentence_start:start]) or (not _PRESENT.search(sentence) and _asks(behind))
    ):
        return False
    settled = _SETTLED.search(text[start:sentence_end])
    if settled and (_PAST.search(text[sentence_start:start]) or not _PRESENT.search(text[end:sentence_end])):
        return False
    over = _PAST.search(text[sentence_start:start]) or _AFTER.match(text[start:clause_end]) or _AFTER.match(behind)
    return not (over and not _PRESENT.search(sentence))


_QUESTION = re.compile(
    r"(?:怎么|如何)(?:预防|报警|逃生|举报|报销)|(?:打|拨|找)(?:什么|哪个|啥|多少)|应该|谁负责|谁赔|谁管|的"
    r"|隐患"
)


def _asks(behind: str) -> bool:
    """A question about dangers in general, not a cry for help (着火了咋办 is one)."""
    return bool(_QUESTION.match(behind.lstrip("了可那该")))


def _around(edge: re.Pattern[str], text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch between two marks that holds text[start:end]."""
    left = 0
    for match in edge.finditer(text, 0, start):
        left = match.end()
    right = edge.search(text, end)
    return left, right.start() if right else len(text)
