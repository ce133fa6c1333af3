"""How many problems a message holds, and which words belong to which.

The piece that states a problem most clearly is the first one found. Every other piece opens a problem of its own when enough
speaks for it (`problem_features.py`): what stands between the two, how sure its category is, whether its words name a thing and
its fault, whether it sounds like an effect, a feeling, an answer of an office (`clause_model.py` has learnt that), whether its
kind follows from the other's. The weights are fitted by logistic regression (`python -m bot.fit_problems`). All other pieces
join the problem beside them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from backend.contracts.understanding import UNSAID
from backend.domain.language.issues import Joint
from backend.domain.language.matters import brings_along, is_blame, only_scolds, stops
from bot.components.category_shares import SEPARATOR, Guess
from bot.components.heard import Heard
from bot.components.problem_features import ANNOUNCED, Message, features, follows, joint_between, logit

_NEARLY_SURE = 0.001
ENOUGH = 0.5
# The resident says how many there are (反映三个问题), and fewer have been found.
ENOUGH_OF_ANNOUNCED = 0.03
WEIGHTS_FILE = Path(__file__).with_name("problem_weights.yml")
WEIGHTS: Mapping[str, float] = yaml.safe_load(WEIGHTS_FILE.read_text(encoding="utf-8"))


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
    return _joined(problems, heard)


def _joined(problems: Sequence[Problem], heard: Sequence[Heard]) -> list[Problem]:
    """Neighbours that turn out to be of one leaf are one problem, unless each names its own place."""
    joined: list[Problem] = []
    for problem in problems:
        before = joined[-1] if joined else None
        same = before is not None and _leaf(before) == _leaf(problem)
        if before is not None and same and not all(any(heard[i].region for i in each.pieces) for each in (before, problem)):
            before.pieces.extend(problem.pieces)
        else:
            joined.append(problem)
    return joined


def _leaf(problem: Problem) -> str:
    return problem.guess.category + SEPARATOR + problem.guess.subcategory


def _begin(heard: Sequence[Heard], before: int, index: int) -> int:
    """Where the words of a problem begin: with the place told just before it, when the problem before has a place already."""
    begin = index
    while begin - 1 > before and heard[begin - 1].placed and not heard[begin - 1].names:
        begin -= 1
    return begin if any(piece.placed for piece in heard[:begin]) else index


def openings(heard: Sequence[Heard], message: Message, decide: Decision) -> list[int]:
    """Positions of the pieces that open a problem, in order; `decide` is asked for all but the clearest, clearest first."""
    able = sorted((i for i, piece in enumerate(heard) if _able(piece)), key=lambda i: -_clearness(heard[i], message))
    able = [index for index in able if not _only_scolds(heard[index])] or able  # what is broken beats who is blamed
    if message.announced == 1:
        able = [index for index in able if not _stopped(heard, index, able)]
    opened = [_cause(heard, able)] if able else []
    for index in able:
        if index in opened:
            continue
        piece = heard[index]
        if _same_elsewhere(heard, index, opened) or (
            all(_differs(heard, index, other, message.announced > len(opened)) for other in opened)
            and decide(piece, features(heard, index, opened, message))
        ):
            opened.append(index)
    return sorted(opened)


def _stopped(heard: Sequence[Heard], index: int, able: Sequence[int]) -> bool:
    """水也没有 电也没有 电梯更别提了: whether an earlier piece of the same breath names what this one cannot run without."""
    causes = [i for i in able if i < index and heard[i].named and stops(heard[i].leaf, heard[index].leaf)]
    return any(joint_between(heard, i, index) < Joint.STOP for i in causes)


def _cause(heard: Sequence[Heard], able: Sequence[int]) -> int:
    """The clearest piece, or one before it that names what brought it along."""
    clearest = heard[able[0]]
    causes = [i for i in able if i < able[0] and heard[i].named and brings_along(heard[i].leaf, clearest.leaf)]
    return causes[0] if causes else able[0]


def enough(values: dict[str, float], weights: Mapping[str, float]) -> bool:
    """Whether what speaks for a further problem outweighs what speaks against it."""
    score = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in values.items())
    return 1 / (1 + math.exp(-score)) > (ENOUGH_OF_ANNOUNCED if values[ANNOUNCED] else ENOUGH)


def _enough(_: Heard, values: dict[str, float]) -> bool:
    return enough(values, WEIGHTS)


def _able(piece: Heard) -> bool:
    asks = piece.clause.asks or (piece.clause.inquires and not piece.named)
    return not piece.facts_only and not asks and not piece.clause.manner and piece.guess.subcategory != UNSAID


def _only_scolds(piece: Heard) -> bool:
    return piece.clause.joint is not Joint.ANOTHER and only_scolds(piece.clause.span.text)


def _clearness(piece: Heard, message: Message) -> float:
    guess = piece.guess
    sure = 2 * math.log(max(guess.category_confidence, _NEARLY_SURE)) + logit(piece.own) / 2 + piece.named
    of_whole = math.log(max(message.shares.get(guess.category, 0.0), 0.01)) / 2
    return sure + of_whole - piece.clause.beside - 1.5 * is_blame(piece.leaf)


def _differs(heard: Sequence[Heard], index: int, other: int, announced: bool) -> bool:
    """Whether two pieces can be two problems at all: not of one leaf, and not in one breath what cannot run without the other,
    or what merely goes on about it, unless the resident has announced more."""
    at_once = not announced and joint_between(heard, index, other) < Joint.STOP
    one_breath = at_once and (follows(heard, index, other, stops) or _goes_on(heard, index, other))
    return heard[index].leaf != heard[other].leaf and not one_breath


def _goes_on(heard: Sequence[Heard], index: int, other: int) -> bool:
    """楼上养鸡 天天打鸣, 隔壁放佛经 声音老大: a later piece that names no thing of its own, of the same kind as the earlier one
    or of one that comes of it."""
    piece, before = heard[index], heard[other]
    kin = piece.guess.category == before.guess.category or brings_along(before.leaf, piece.leaf)
    return index > other and piece.clause.bare and kin


def _same_elsewhere(heard: Sequence[Heard], index: int, opened: Sequence[int]) -> bool:
    """Whether a piece names the fault of a problem that is open at another road or estate: 前进街路灯不亮,青年路的路灯也黑了."""
    piece, same = heard[index], [heard[other] for other in opened if heard[other].leaf == heard[index].leaf]
    stated = all(each.named and each.region and not each.clause.beside for each in (piece, *same))
    return bool(same) and stated and all(other.region not in piece.region and piece.region not in other.region for other in same)


def _name_leaf(problem: Problem, heard: Sequence[Heard]) -> None:
    """A surer piece of the same category knows the leaf better."""
    for index in problem.pieces:
        piece = heard[index]
        same = piece.guess.category == problem.guess.category and not piece.clause.beside
        if same and piece.guess.confidence > problem.guess.confidence:
            problem.guess = piece.guess
