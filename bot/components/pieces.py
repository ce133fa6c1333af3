"""A message as the pieces that may each be a problem, with what the models and the words say of every one of them."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from backend.contracts.conversations import Address, Completeness
from backend.contracts.understanding import AddressMention, Facts, Span
from backend.domain.drafting.words import words_beside_facts
from backend.domain.language.issues import Clause, Joint, clause_of, clauses_in, states_something
from backend.domain.language.matters import kinds_named, thing_named
from bot.components.boundaries import Boundaries
from bot.components.category_shares import SEPARATOR, Guess, combine
from bot.components.clause_model import ClauseModels, own_shares
from bot.components.heard import Heard, named_guess
from bot.components.reading import reading
from bot.components.text_model import TextModel

Answer = dict[str, list[tuple[str, float]]]  # what a text model says of a text: per head the labels with their shares
_SHORTEST = 2
_RUN = 4  # characters from which a clause may hold two statements without a mark between them
_MAY_BEGIN = 0.2
_MOST_STARTS = 3
_GOES_ON = "把被给"  # tells what the one before it does, or suffers
_LIKELY = 12  # leaves that a piece may be, beside those that its words name
# What a cut inside a clause is worth: both sides must be as sure as the whole, nearly. Chosen on tests/bot/several/.
_CUT_GIVES = 0.3
# Of two cuts that are as good, the one where a statement is likelier to begin (…停了|11号楼前面…, not …停了11号楼|前面…).
_BEGINNING_COUNTS = 0.05
# A piece that this surely is of a kind, at a place where a statement likely begins, says what is wrong in words that no table has
_PLAINLY, _LIKELY_BEGINS, _SAYS_ENOUGH = 0.95, 0.35, 5
# One after the other in the same words: 垃圾没人拉公厕没人扫. How likely a statement begins there.
# 前进街, 和平小区; not 这条街, 我们小区, 路灯.
_REGION = re.compile(
    r"(?<![\u4e00-\u9fff])([^\W\d_这那我俺咱们整全每条门口旁边里东西南北]{2,4}(?:路(?![灯面口边])|街|巷|胡同|小区|社区|家园|花园|新村))"
)
_ALIKE, _ALIKE_BEGINS = re.compile(r"没人[收拉倒扫修管清掏铲](?=[^了吗呢啊呀吧的也又还,])|(?<=..)(?=(?:他|她)们?家[还又])"), 0.5


def hear(text: str, facts: Facts, categories: TextModel, models: ClauseModels) -> list[Heard]:
    """The pieces of a normalised message in order; `facts` are those of the whole message."""
    listener = _Listener(facts, categories)
    parts = [part for clause in clauses_in(text) for part in _cut(text, clause, listener, models.boundaries)]
    if len(parts) < 2:
        return []
    own = own_shares(models.own, [listener.reading(clause.span) for clause, _ in parts])
    return [_heard(clause, begins, listener, share) for (clause, begins), share in zip(parts, own)]  # noqa: B905 - one each


class _Listener:
    """Asks the models about pieces of one message, each piece once."""

    def __init__(self, facts: Facts, model: TextModel) -> None:
        self.facts = facts
        self._model = model
        self._known: dict[tuple[int, int], tuple[Answer, Guess]] = {}
        self._read: dict[tuple[int, int], str] = {}

    def reading(self, span: Span) -> str:
        where = (span.start, span.end)
        if where not in self._read:
            self._read[where] = reading(span.text, facts_within(self.facts, span))
        return self._read[where]

    def answer(self, span: Span) -> Answer:
        return self._asked(span)[0]

    def guess(self, span: Span) -> Guess:
        return self._asked(span)[1]

    def _asked(self, span: Span) -> tuple[Answer, Guess]:
        where = (span.start, span.end)
        if where not in self._known:
            [answer] = self._model.predict([self.reading(span)])
            named = kinds_named(span.text)
            able = [*answer["leaf"][:_LIKELY], *(row for row in answer["leaf"][_LIKELY:] if row[0] in named)]
            self._known[where] = answer, named_guess(combine(answer["category"], able), named)
        return self._known[where]


def facts_within(facts: Facts, piece: Span) -> Facts:
    """The place, times and numbers of the message as they lie in one piece of it."""

    def moved(span: Span) -> Span:
        start, end = max(span.start, piece.start), min(span.end, piece.end)
        return Span(start - piece.start, end - piece.start, span.text)

    def inside(span: Span) -> bool:
        return span.start < piece.end and piece.start < span.end

    places = tuple(moved(span) for span in (facts.address.spans if facts.address else ()) if inside(span))
    time = facts.occurred_at
    return Facts(
        address=AddressMention(places, Address(), Completeness.NONE) if places else None,
        occurred_at=replace(time, span=moved(time.span)) if time and inside(time.span) else None,
        phones=tuple(replace(phone, span=moved(phone.span)) for phone in facts.phones if inside(phone.span)),
        order_numbers=tuple(replace(order, span=moved(order.span)) for order in facts.order_numbers if inside(order.span)),
        name=facts.name if facts.name and facts.name in piece.text else "",
    )


def _heard(clause: Clause, begins: float, listener: _Listener, own: float) -> Heard:
    text = clause.span.text
    named = kinds_named(text)
    guess = listener.guess(clause.span)
    within = facts_within(listener.facts, clause.span)
    return Heard(
        clause,
        guess,
        own,
        facts_only=len(words_beside_facts(text, within)) < _SHORTEST,
        named=guess.category + SEPARATOR + guess.subcategory in named,
        names=bool(named),
        placed=within.address is not None,
        region=_region(text),
        thing=thing_named(text, guess.category),
        begins=begins,
        shares=dict(listener.answer(clause.span)["category"]),
    )


def _region(text: str) -> str:
    """The road or estate that the words begin with; "" for a building or a gate, which may be anybody's."""
    found = _REGION.search(text)
    return found[1] if found else ""


def _cut(text: str, clause: Clause, listener: _Listener, boundaries: Boundaries | None) -> list[tuple[Clause, float]]:
    """A clause cut where different problems follow each other without a mark, the cuts with the greatest sum of log shares;
    and how likely a statement begins at each."""
    span = clause.span
    starts = _starts(span, listener.facts, boundaries)
    if not starts:
        return [(clause, 1.0)]
    edges = [span.start, *sorted(starts), span.end]
    pairs = [(first, last) for last in range(1, len(edges)) for first in range(last)]
    pieces = {pair: Span(edges[pair[0]], edges[pair[1]], text[edges[pair[0]] : edges[pair[1]]]) for pair in pairs}
    guesses = {pair: listener.guess(piece) for pair, piece in pieces.items()}
    best: list[tuple[float, list[tuple[int, int]]]] = [(0.0, [])]
    for last in range(1, len(edges)):
        ways = [
            (best[first][0] + math.log(guesses[first, last].category_confidence) + _cut_gives(starts.get(edges[first])), first)
            for first in range(last)
        ]
        score, first = max(ways)
        best.append((score, [*best[first][1], (first, last)]))
    found = _joined(text, [(pieces[pair], guesses[pair]) for pair in best[-1][1]], starts)
    if len(found) == 1:
        return [(clause, 1.0)]
    return [
        (clause_of(part, Joint.NOTHING), starts[part.start]) if part.start in starts else (clause_of(part, clause.joint), 1.0)
        for part in found
    ]


def _cut_gives(begins: float | None) -> float:
    """What a cut is worth where a statement begins this likely; nothing at the beginning of the clause."""
    return 0.0 if begins is None else _CUT_GIVES + _BEGINNING_COUNTS * math.log(begins)


def _starts(span: Span, facts: Facts, boundaries: Boundaries | None) -> dict[int, float]:
    """Positions inside a clause where a statement may begin, the likeliest of them, with how likely it is."""
    if boundaries is None or span.end - span.start < _RUN:
        return {}
    shares = boundaries.shares(span.text)
    likely = {
        span.start + position: share
        for position, share in enumerate(shares)
        if share >= _MAY_BEGIN and share == max(shares[position - 1 : position + 2])
    }
    likely |= {
        span.start + match.end(): _ALIKE_BEGINS for match in _ALIKE.finditer(span.text) if span.start + match.end() < span.end
    }
    inside = [other for other in _fact_spans(facts) if other.end > span.start and other.start < span.end]
    able = [place for place in likely if not any(other.start < place < other.end for other in inside)]
    able = [place for place in able if span.text[place - span.start] not in _GOES_ON]
    return {place: likely[place] for place in sorted(able, key=lambda place: -likely[place])[:_MOST_STARTS]}


def _fact_spans(facts: Facts) -> list[Span]:
    return [
        *(facts.address.spans if facts.address else ()),
        *([facts.occurred_at.span] if facts.occurred_at else []),
        *(phone.span for phone in facts.phones),
        *(order.span for order in facts.order_numbers),
    ]


def _joined(text: str, parts: list[tuple[Span, Guess]], starts: dict[int, float]) -> list[Span]:
    """Neighbours of one category become one again, and so does what merely says where or who."""
    joined: list[tuple[Span, Guess]] = []
    for part in parts:
        before = joined[-1] if joined else None
        begins = starts.get(part[0].start, 0.0)
        if before is None or (_apart(before, part) and _stands(before, begins) and _stands(part, begins)):
            joined.append(part)
        else:
            joined[-1] = (Span(before[0].start, part[0].end, text[before[0].start : part[0].end]), before[1])
    return [span for span, _ in joined]


def _apart(one: tuple[Span, Guess], other: tuple[Span, Guess]) -> bool:
    """Two leaves of one category are told apart only where the words name both."""
    if one[1].category != other[1].category:
        return True
    return one[1].subcategory != other[1].subcategory and all(
        guess.category + SEPARATOR + guess.subcategory in kinds_named(span.text) for span, guess in (one, other)
    )


def _stands(part: tuple[Span, Guess], begins: float) -> bool:
    """Whether a piece says what is wrong, parted from its neighbour where a statement begins this likely."""
    span, guess = part
    if states_something(span.text) or kinds_named(span.text):
        return True
    return begins >= _LIKELY_BEGINS and guess.category_confidence >= _PLAINLY and len(span.text) >= _SAYS_ENOUGH
