"""How many problems a message holds, and which words belong to which.

The piece that states a problem most clearly is the first one found. Every other piece opens a problem of its own when enough
speaks for it: what stands between the two, how sure its category is, whether its words name a thing and its fault, whether it
sounds like an effect, a feeling, an answer of an office (`clause_model.py` has learnt that), whether its kind follows from the
other's. The weights were fitted by logistic regression (`python -m bot.fit_problems`) on tests/bot/several/ and
tests/bot/issues_dev.yml. All other pieces join the problem beside them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.language.issues import Joint
from backend.domain.language.matters import brings_along, is_blame
from bot.components.category_shares import Guess
from bot.components.heard import Heard

_UNSAID = "未说明"  # the leaf for what fits nowhere is no problem to be counted
_NEARLY_SURE = 0.001
_SURE_OF_LEAF = 0.85  # for two leaves of one category without a word like 还有 between them
# Two orders of one problem are worse than one order of two: a piece must be rather surely one of its own.
ENOUGH = 0.6
# The resident says how many there are (反映三个问题), and fewer have been found.
ENOUGH_OF_ANNOUNCED = 0.03
WEIGHTS = {
    "bias": -4.75,
    "adds": 0.0,
    "adds_and_named": 0.37,
    "before": 0.58,
    "beside": -1.10,
    "beside_but_named": -0.27,
    "joint_another": 0.26,
    "joint_comma": -0.52,
    "joint_nothing": 0.0,
    "joint_stop": 0.26,
    "named": 1.98,
    "names": 1.77,
    "own": 0.31,
    "own_and_named": 0.85,
    "own_place": 0.44,
    "share_of_whole": 0.39,
    "sure_of_category": 1.00,
    "sure_of_leaf": 0.27,
    "thing": 0.93,
    "thing_added": 0.31,
}


@dataclass(frozen=True)
class Message:
    """What is known of a message as a whole: the share of each category when it is taken as one problem, and how many
    problems the resident says there are."""

    shares: Mapping[str, float]
    announced: int = 1


@dataclass
class Problem:
    """A guess and the pieces it belongs to, as positions in the list of pieces."""

    guess: Guess
    pieces: list[int]


Decision = Callable[[Heard, dict[str, float]], bool]


def problems_of(heard: Sequence[Heard], message: Message) -> list[Problem]:
    """The problems of a message in the order they were told; fewer than two mean that the message is one whole."""
    opened = openings(heard, message, _enough)
    if not opened:
        return []
    problems = [Problem(heard[index].guess, []) for index in opened]
    begins = [0, *(_begin(heard, before, index) for before, index in zip(opened, opened[1:])), len(heard)]  # noqa: B905, RUF007
    for problem, first, last in zip(problems, begins, begins[1:]):  # noqa: B905 - neighbours
        problem.pieces.extend(range(first, last))
    for problem in problems:
        _name_leaf(problem, heard)
    return problems


def _begin(heard: Sequence[Heard], before: int, index: int) -> int:
    """Where the words of a problem begin: with the place told just before it, when the problem before has a place already."""
    begin = index
    while begin - 1 > before and heard[begin - 1].placed and not heard[begin - 1].names:
        begin -= 1
    return begin if any(piece.placed for piece in heard[:begin]) else index


def openings(heard: Sequence[Heard], message: Message, decide: Decision) -> list[int]:
    """Positions of the pieces that open a problem, in order; `decide` is asked for all but the clearest, clearest first."""
    able = sorted((i for i, piece in enumerate(heard) if _able(piece)), key=lambda i: -_clearness(heard[i], message))
    opened = [_cause(heard, able)] if able else []
    for index in able:
        if index in opened:
            continue
        piece = heard[index]
        if all(_differs(heard, index, other) for other in opened) and decide(piece, features(heard, index, opened, message)):
            opened.append(index)
    return sorted(opened)


def _cause(heard: Sequence[Heard], able: Sequence[int]) -> int:
    """The clearest piece, or one before it that names what brought it along."""
    clearest = heard[able[0]]
    causes = [i for i in able if i < able[0] and heard[i].named and brings_along(heard[i].leaf, clearest.leaf)]
    return causes[0] if causes else able[0]


def features(heard: Sequence[Heard], index: int, opened: Sequence[int], message: Message) -> dict[str, float]:
    """All that speaks for or against a further problem, by name; truths are 1 and 0."""
    piece, clause = heard[index], heard[index].clause
    near = min(opened, key=lambda other: abs(other - index))
    joint = _joint(heard, index, near)
    another = joint is Joint.ANOTHER
    values = {
        f"joint_{joint.name.lower()}": True,
        "own": _logit(piece.own) / 3,
        "own_and_named": _logit(piece.own) / 3 if piece.named else 0.0,
        "sure_of_category": _sureness(piece.guess.category_confidence),
        "sure_of_leaf": _sureness(piece.guess.confidence),
        "beside": clause.beside and not another,
        "beside_but_named": clause.beside and not another and piece.named,
        "adds": clause.adds,
        "adds_and_named": clause.adds and piece.named,
        "share_of_whole": message.shares.get(piece.guess.category, 0.0),
        "before": index < near,
        "announced": message.announced > len(opened),
        "named": piece.named,
        "names": piece.names,
        "thing": piece.thing,
        "thing_added": piece.thing and clause.adds,
        "own_place": piece.placed and any(heard[other].placed for other in opened),
    }
    return {name: float(value) for name, value in values.items()}


def enough(values: dict[str, float], weights: Mapping[str, float]) -> bool:
    """Whether what speaks for a further problem outweighs what speaks against it."""
    score = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in values.items())
    return 1 / (1 + math.exp(-score)) > (ENOUGH_OF_ANNOUNCED if values["announced"] else ENOUGH)


def _enough(_: Heard, values: dict[str, float]) -> bool:
    return enough(values, WEIGHTS)


def _able(piece: Heard) -> bool:
    return not piece.facts_only and not piece.clause.asks and piece.guess.subcategory != _UNSAID


def _clearness(piece: Heard, message: Message) -> float:
    guess = piece.guess
    sure = 2 * math.log(max(guess.category_confidence, _NEARLY_SURE)) + _logit(piece.own) / 2 + piece.named
    of_whole = math.log(max(message.shares.get(guess.category, 0.0), 0.01)) / 2
    return sure + of_whole - piece.clause.beside - 1.5 * is_blame(piece.leaf)


def _differs(heard: Sequence[Heard], index: int, other: int) -> bool:
    """Whether two pieces can be two problems at all."""
    piece, known, joint = heard[index], heard[other], _joint(heard, index, other)
    if piece.leaf == known.leaf or (joint < Joint.STOP and _follows(heard, index, other)):
        return False
    if is_blame(piece.leaf) and not (joint is Joint.ANOTHER and piece.named):
        return False
    if piece.guess.category != known.guess.category or joint is Joint.ANOTHER:
        return True
    return piece.named and known.named and piece.guess.confidence >= _SURE_OF_LEAF


def _follows(heard: Sequence[Heard], index: int, other: int) -> bool:
    """Whether one of two pieces tells what came of the other: the cause first, or after 因为."""
    first, last = heard[min(index, other)], heard[max(index, other)]
    return brings_along(first.leaf, last.leaf) or (last.clause.because and brings_along(last.leaf, first.leaf))


def _joint(heard: Sequence[Heard], one: int, other: int) -> Joint:
    """The strongest mark between two pieces."""
    first, last = min(one, other), max(one, other)
    return max(piece.clause.joint for piece in heard[first + 1 : last + 1])


def _name_leaf(problem: Problem, heard: Sequence[Heard]) -> None:
    """A surer piece of the same category knows the leaf better."""
    for index in problem.pieces:
        piece = heard[index]
        same = piece.guess.category == problem.guess.category and not piece.clause.beside
        if same and piece.guess.confidence > problem.guess.confidence:
            problem.guess = piece.guess


def _logit(share: float) -> float:
    held = min(max(share, _NEARLY_SURE), 1 - _NEARLY_SURE)
    return math.log(held / (1 - held))


def _sureness(share: float) -> float:
    return -math.log(max(1 - share, _NEARLY_SURE)) / 3
