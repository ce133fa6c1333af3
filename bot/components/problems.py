"""How many problems a message holds, and which words belong to which.

A clause opens a problem of its own when it is classified surely enough, sounds like a problem rather than like an effect, a
feeling or a wish (`clause_model.py` has learnt that from the training data), and differs from the problems before it. The
stronger the mark between them, the less sureness is asked for. All other clauses join the problem beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.language.issues import Clause, Joint
from bot.components.category_shares import Guess

_UNSAID = "未说明"  # the leaf for what fits nowhere is no problem to be counted
# How sure the category must be before a clause counts, by what stands in front of it.
_SURE_ENOUGH = {Joint.ANOTHER: 0.3, Joint.STOP: 0.65, Joint.COMMA: 0.8}
# How much it must sound like a problem of its own; the words of data/issue_words.yml ask for more.
_OWN_ENOUGH = {Joint.ANOTHER: 0.03, Joint.STOP: 0.3, Joint.COMMA: 0.6}
_BESIDE_ASKS = {Joint.ANOTHER: 0.0, Joint.STOP: 0.25, Joint.COMMA: 0.5}
_ADDS_GIVES = 0.15  # 也, 还: as one does in a list
_MIXED, _MIXED_GIVES = 0.6, 0.2  # a message that is unsure as a whole
_SURE_OF_LEAF = 0.85  # for two leaves of one category without a word like 还有 between them


@dataclass
class Heard:
    """A clause with its best guess; `own`: how likely it is a problem of its own and not an effect or a wish; `facts_only`: it
    says nothing beside place, time, phone and name."""

    clause: Clause
    guess: Guess
    own: float
    facts_only: bool


@dataclass
class Problem:
    """A guess and the clauses it belongs to, as positions in the list of clauses."""

    guess: Guess
    clauses: list[int]


def problems_of(heard: list[Heard], whole: float = 1.0) -> list[Problem]:
    """The problems of a message in the order they were told; fewer than two mean that the message is one whole. `whole` is how
    sure its category is when it is taken as one: several problems make that unsure."""
    mixed = whole < _MIXED
    found: list[Problem] = []
    waiting: list[int] = []  # what stands before the first problem
    announced = Joint.COMMA
    for index, piece in enumerate(heard):
        announced = max(announced, piece.clause.joint)
        if not piece.facts_only and _opens(piece, announced, found, mixed=mixed):
            found.append(Problem(piece.guess, [*waiting, index]))
            waiting = []
        elif found:
            _join(found[-1], index, piece)
        else:
            waiting.append(index)
        if not piece.facts_only:
            announced = Joint.COMMA
    return found


def _opens(piece: Heard, joint: Joint, found: list[Problem], *, mixed: bool) -> bool:
    guess, clause = piece.guess, piece.clause
    if guess.subcategory == _UNSAID or guess.category_confidence < _SURE_ENOUGH[joint]:
        return False
    if joint is not Joint.ANOTHER and clause.because and found:
        return False
    asked = _OWN_ENOUGH[joint] + clause.beside * _BESIDE_ASKS[joint] - clause.adds * _ADDS_GIVES - mixed * _MIXED_GIVES
    if piece.own < asked:
        return False
    return all(_differs(guess, piece, joint, problem.guess) for problem in found)


def _differs(guess: Guess, piece: Heard, joint: Joint, other: Guess) -> bool:
    if guess.category != other.category:
        return True
    if guess.subcategory == other.subcategory:
        return False
    if joint is Joint.ANOTHER:
        return True
    return (joint is Joint.STOP or piece.clause.adds) and guess.confidence >= _SURE_OF_LEAF


def _join(problem: Problem, index: int, piece: Heard) -> None:
    """A surer clause of the same category knows the leaf better."""
    problem.clauses.append(index)
    guess = piece.guess
    if not piece.clause.beside and guess.category == problem.guess.category and guess.confidence > problem.guess.confidence:
        problem.guess = guess
