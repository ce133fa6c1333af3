"""What speaks for and against a piece of a message being a further problem, as numbers by name.

None of them looks at the words themselves: the models and the tables of words have done that (`bot/components/heard.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from backend.domain.language.issues import Joint
from backend.domain.language.matters import brings_along, is_blame
from bot.components.company import Company
from bot.components.heard import Heard

ANNOUNCED = "announced"  # lowers what is enough; its weight is not fitted
_NEARLY_SURE = 0.001
_SHORT = 4  # characters
_MANY = 6  # pieces
_LIKELY_OWN, _SURE = 0.5, 0.8
_LISTED, _NOBODY = 9, "没人"


@dataclass(frozen=True)
class Message:
    """What is known of a message as a whole: the share of each category when it is taken as one problem, how many problems the
    resident says there are, and what kinds of problem usually come along with which."""

    shares: Mapping[str, float]
    announced: int = 1
    company: Company = field(default_factory=Company)


def features(heard: Sequence[Heard], index: int, opened: Sequence[int], message: Message) -> dict[str, float]:
    """All that speaks for or against a further problem, by name; truths are 1 and 0."""
    near = min(opened, key=lambda other: abs(other - index))
    values: dict[str, float] = {
        ANNOUNCED: message.announced > len(opened),
        **_of_itself(heard, index),
        **_of_joint(heard, index, near),
        **_beside_others(heard, index, opened, message),
        **_of_message(heard, index, opened, message),
    }
    return {name: float(value) for name, value in values.items()}


def _of_itself(heard: Sequence[Heard], index: int) -> dict[str, float]:
    """How clearly the piece states a problem, alone."""
    piece, clause = heard[index], heard[index].clause
    own = logit(piece.own) / 3
    return {
        "own": own,
        "own_surely": max(own, 0.0),
        "own_log": _log(piece.own, 0.01),
        "own_and_named": own if piece.named else 0.0,
        "sure_log": _log(piece.guess.category_confidence, 0.01),
        "sure_of_leaf": _sureness(piece.guess.confidence),
        "named": piece.named,
        "thing": piece.thing,
        "thing_added": piece.thing and clause.adds,
        "adds_and_named": clause.adds and piece.named,
        "short": clause.span.end - clause.span.start <= _SHORT,
        "last": index == len(heard) - 1,
        "because": clause.because,
        "does": clause.does,
        "blame": is_blame(piece.leaf),
    }


def _of_joint(heard: Sequence[Heard], index: int, near: int) -> dict[str, float]:
    """What stands between the piece and the nearest problem."""
    joint = joint_between(heard, index, near)
    piece, clause = heard[index], heard[index].clause
    another = joint is Joint.ANOTHER
    comes_of = follows(heard, index, near)
    return {
        f"joint_{joint.name.lower()}": True,
        "begins": heard[max(index, near)].begins if joint is Joint.NOTHING else 0.0,
        "beside": clause.beside and not another,
        "remark_later": clause.beside and not another and (clause.remark or 0) >= _SHORT,
        "beside_but_named": clause.beside and not another and piece.named,
        "before": index < near,
        "far": abs(index - near) > 1,
        "alike": _alike(clause.span.text, heard[near].clause.span.text),
        "follows": comes_of and not another,
        "follows_unnamed": comes_of and not another and not piece.named,
        "follows_at_once": comes_of and joint < Joint.STOP,
        "after_deed": index > near and heard[near].clause.does and not another,
        "after_remark": 0 < index - 1 != near and heard[index - 1].clause.beside and not another,
        "after_loose": 0 < index - 1 != near and not is_solid(heard[index - 1]) and not another,
    }


def _beside_others(heard: Sequence[Heard], index: int, opened: Sequence[int], message: Message) -> dict[str, float]:
    """How the piece differs from the problems that are open."""
    piece, others = heard[index], [heard[other] for other in opened]
    category = piece.guess.category
    if any(other.guess.category == category for other in others):
        return {
            "same_category": 1.0,
            "same_but_sure": _sureness(piece.guess.confidence),
            "same_but_both_named": piece.named and all(other.named for other in others),
            "same_but_another": any(joint_between(heard, index, other) is Joint.ANOTHER for other in opened),
        }
    return {
        "share_of_others": max(piece.shares.get(other.guess.category, 0.0) for other in others),
        "keeps_company": max(message.company.keeps(other.leaf, category) for other in others),
    }


def _of_message(heard: Sequence[Heard], index: int, opened: Sequence[int], message: Message) -> dict[str, float]:
    """How much of the whole message the piece is, and whether the message is rather a list or rather a story."""
    piece, near = heard[index], heard[min(opened, key=lambda other: abs(other - index))]
    rest = [other for place, other in enumerate(heard) if place != index and place not in opened and not other.facts_only]
    category = piece.guess.category
    taken = {heard[other].guess.category for other in opened} - {category}
    left = max(1 - sum(message.shares.get(other, 0.0) for other in taken), _NEARLY_SURE)
    solid = [other for other in rest if is_solid(other)]
    return {
        "of_rest": _log(message.shares.get(category, 0.0) / left, 0.005) / 3,
        "solid": is_solid(piece),
        "solid_rest": min(len({other.leaf for other in solid} - {piece.leaf}), _MANY),
        "loose_rest": min(len(rest) - len(solid), _MANY),
        "of_whole": _log(message.shares.get(category, 0.0), 0.005) / 3,
        "share_of_whole": message.shares.get(category, 0.0),
        "usual": message.company.of_any.get(category, 0.0),
        "other_of_whole": message.shares.get(near.guess.category, 0.0),
        "other_own": logit(near.own) / 3,
        "own_place": piece.placed and any(heard[other].placed for other in opened),
        "more": len(opened) > 1,
        "after_blame": any(is_blame(other.leaf) for other in heard[:index]),
        "told_at_length": min(len(rest), _MANY),
        "told_as_list": sum(logit(other.own) / 3 for other in rest) / len(rest) if rest else 0.0,
    }


def _alike(one: str, other: str) -> bool:
    """Whether both are told shortly in the same words, as in a list: 水停了, 电也停了; 垃圾没人拉, 公厕没人扫."""
    if max(len(one), len(other)) > _LISTED:
        return False
    return one.rstrip("了的")[-1:] == other.rstrip("了的")[-1:] or (_NOBODY in one and _NOBODY in other)


def is_solid(piece: Heard) -> bool:
    """Whether the piece looks like a problem by itself, whatever stands beside it."""
    return (piece.named or piece.own > _LIKELY_OWN) and piece.guess.category_confidence > _SURE and not piece.clause.beside


def follows(heard: Sequence[Heard], index: int, other: int, leads: Callable[[str, str], bool] = brings_along) -> bool:
    """Whether one of two pieces tells what came of the other: the cause first, or after 因为. `leads`: what comes of what."""
    first, last = heard[min(index, other)], heard[max(index, other)]
    return leads(first.leaf, last.leaf) or (last.clause.because and leads(last.leaf, first.leaf))


def joint_between(heard: Sequence[Heard], one: int, other: int) -> Joint:
    """The strongest mark between two pieces."""
    first, last = min(one, other), max(one, other)
    return max(piece.clause.joint for piece in heard[first + 1 : last + 1])


def logit(share: float) -> float:
    """Log odds, held within what a share can say."""
    held = min(max(share, _NEARLY_SURE), 1 - _NEARLY_SURE)
    return math.log(held / (1 - held))


def _log(share: float, least: float) -> float:
    return math.log(max(share, least))


def _sureness(share: float) -> float:
    return -math.log(max(1 - share, _NEARLY_SURE)) / 3
