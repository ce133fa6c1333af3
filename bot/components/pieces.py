"""A message as the pieces that may each be a problem, with what the models and the words say of every one of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from backend.contracts.conversations import Address, Completeness
from backend.contracts.understanding import AddressMention, Facts, Span
from backend.domain.drafting.words import words_beside_facts
from backend.domain.language.issues import Clause, Joint, clause_of, clauses_in, starts_in, states_something
from backend.domain.language.matters import kinds_named, thing_named
from bot.components.category_shares import SEPARATOR, Guess, combine
from bot.components.clause_model import own_shares
from bot.components.heard import Heard, named_guess
from bot.components.reading import reading
from bot.components.text_model import TextModel

_SHORTEST = 2
_RUN = 9  # characters from which a clause may hold two statements without a mark between them
_MOST_STARTS = 9
# What a cut inside a clause is worth: both sides must be as sure as the whole, nearly. Chosen on tests/bot/several/.
_CUT_GIVES = 0.15


def hear(text: str, facts: Facts, categories: TextModel, own_problem: TextModel | None) -> list[Heard]:
    """The pieces of a normalised message in order; `facts` are those of the whole message."""
    spans = [(clause, span) for clause in clauses_in(text) for span in _cut(text, clause.span, facts, categories)]
    clauses = [clause if span == clause.span else _part(clause, span) for clause, span in spans]
    if len(clauses) < 2:
        return []
    guesses = _guesses(text, [clause.span for clause in clauses], facts, categories)
    own = own_shares(own_problem, [clause.span.text for clause in clauses])
    return [_heard(clause, guess, share, facts) for clause, guess, share in zip(clauses, guesses, own)]  # noqa: B905 - one each


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


def _part(clause: Clause, span: Span) -> Clause:
    return clause_of(span, clause.joint if span.start == clause.span.start else Joint.NOTHING)


def _heard(clause: Clause, guess: Guess, own: float, facts: Facts) -> Heard:
    text = clause.span.text
    named = kinds_named(text)
    within = facts_within(facts, clause.span)
    bare = len(words_beside_facts(text, within)) < _SHORTEST
    leaf = guess.category + SEPARATOR + guess.subcategory
    return Heard(
        clause, guess, own, bare, leaf in named, bool(named), within.address is not None, thing_named(text, guess.category)
    )


def _guesses(text: str, spans: Sequence[Span], facts: Facts, model: TextModel) -> list[Guess]:
    predictions = model.predict([reading(span.text, facts_within(facts, span)) for span in spans])
    ranked = [combine(prediction["category"], prediction["leaf"]) for prediction in predictions]
    return [named_guess(guesses, kinds_named(span.text)) for guesses, span in zip(ranked, spans)]  # noqa: B905 - one each


def _cut(text: str, span: Span, facts: Facts, model: TextModel) -> list[Span]:
    """A clause cut where different problems follow each other without a mark: the cuts with the greatest sum of log shares."""
    starts = starts_in(text, span)[:_MOST_STARTS] if span.end - span.start >= _RUN else []
    if not starts:
        return [span]
    edges = [span.start, *starts, span.end]
    pairs = [(first, last) for last in range(1, len(edges)) for first in range(last)]
    pieces = {pair: Span(edges[pair[0]], edges[pair[1]], text[edges[pair[0]] : edges[pair[1]]]) for pair in pairs}
    guesses = dict(zip(pairs, _guesses(text, list(pieces.values()), facts, model)))  # noqa: B905 - one each
    best: list[tuple[float, list[tuple[int, int]]]] = [(0.0, [])]
    for last in range(1, len(edges)):
        ways = [
            (best[first][0] + math.log(guesses[first, last].category_confidence) + (_CUT_GIVES if first else 0.0), first)
            for first in range(last)
        ]
        score, first = max(ways)
        best.append((score, [*best[first][1], (first, last)]))
    return _joined(text, [(pieces[pair], guesses[pair]) for pair in best[-1][1]])


def _joined(text: str, parts: list[tuple[Span, Guess]]) -> list[Span]:
    """Neighbours of one category become one again, and so does what merely says where or who."""
    joined: list[tuple[Span, Guess]] = []
    for span, guess in parts:
        before = joined[-1] if joined else None
        if before is None or (_apart(before, (span, guess)) and _stands(before[0].text) and _stands(span.text)):
            joined.append((span, guess))
        else:
            joined[-1] = (Span(before[0].start, span.end, text[before[0].start : span.end]), before[1])
    return [span for span, _ in joined]


def _apart(one: tuple[Span, Guess], other: tuple[Span, Guess]) -> bool:
    """Two leaves of one category are told apart only where the words name both."""
    if one[1].category != other[1].category:
        return True
    return one[1].subcategory != other[1].subcategory and all(
        guess.category + SEPARATOR + guess.subcategory in kinds_named(span.text) for span, guess in (one, other)
    )


def _stands(text: str) -> bool:
    return states_something(text) or bool(kinds_named(text))
