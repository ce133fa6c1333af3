"""Figures of a unit, street or category over a period; every rate is shown with its denominator (casework.md 3.1 and 3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from backend.contracts.work_orders import Resolved


@dataclass(frozen=True)
class Policy:
    """Weights and part-credits with the day from which they hold."""

    valid_from: date
    weight_response: float = 0.10
    weight_resolved: float = 0.50
    weight_satisfied: float = 0.40
    basic_satisfaction_credit: float = 0.9
    partly_resolved_credit: float = 0.0
    ranked_from: int = 5
    satisfied_from: int = 4


@dataclass(frozen=True)
class FollowUp:
    """A valid follow-up: a rating that the resident gave in the period."""

    group: str
    contacted: bool | None
    resolved: Resolved
    satisfaction: int


@dataclass(frozen=True)
class Term:
    """One round of an order that was due in the period."""

    group: str
    due_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True)
class Volume:
    """Counts of one group in the period: orders, and `rounds` of work that ended in it with how many of those were rated."""

    group: str
    received: int = 0
    dispatched: int = 0
    returned: int = 0
    finished: int = 0
    redone: int = 0
    rounds: int = 0
    rated: int = 0


@dataclass(frozen=True)
class Rate:
    """`value` is None where there is nothing to divide by: "not assessed", never 0."""

    numerator: float
    denominator: int

    @property
    def value(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None


@dataclass
class Figures:
    """What one group achieved. `score` is 0 to 100, None without follow-ups; `rank` is None below the policy's n."""

    group: str
    volume: Volume
    response: Rate
    resolved: Rate
    satisfied: Rate
    on_time: Rate
    reopened: Rate
    returned: Rate
    followed_up: Rate
    score: float | None
    ranked: bool
    rank: int | None = field(default=None)


def assess(*, policy: Policy, follow_ups: Iterable[FollowUp], terms: Iterable[Term], volumes: Iterable[Volume]) -> list[Figures]:
    """Figures per group, best score first, ties by volume; groups that are not ranked come last."""
    rated: dict[str, list[FollowUp]] = {}
    for follow_up in follow_ups:
        rated.setdefault(follow_up.group, []).append(follow_up)
    due: dict[str, list[Term]] = {}
    for term in terms:
        due.setdefault(term.group, []).append(term)
    by_group = {volume.group: volume for volume in volumes}
    groups = sorted({*rated, *due, *by_group})
    figures = [_figures(policy, by_group.get(group, Volume(group)), rated.get(group, []), due.get(group, [])) for group in groups]
    figures.sort(key=lambda each: (not each.ranked, -(each.score or 0.0), -each.volume.received, each.group))
    for position, each in enumerate((each for each in figures if each.ranked), start=1):
        each.rank = position
    return figures


def _figures(policy: Policy, volume: Volume, rated: list[FollowUp], due: list[Term]) -> Figures:
    valid = len(rated)
    response = Rate(sum(each.contacted is True for each in rated), valid)
    resolved = Rate(sum(_resolved_credit(policy, each.resolved) for each in rated), valid)
    satisfied = Rate(sum(_satisfied_credit(policy, each.satisfaction) for each in rated), valid)
    return Figures(
        group=volume.group,
        volume=volume,
        response=response,
        resolved=resolved,
        satisfied=satisfied,
        on_time=Rate(sum(each.resolved_at is not None and each.resolved_at <= each.due_at for each in due), len(due)),
        reopened=Rate(volume.redone, volume.finished),
        returned=Rate(volume.returned, volume.dispatched),
        followed_up=Rate(volume.rated, volume.rounds),
        score=_score(policy, response, resolved, satisfied),
        ranked=valid >= policy.ranked_from,
    )


def _score(policy: Policy, response: Rate, resolved: Rate, satisfied: Rate) -> float | None:
    if response.value is None or resolved.value is None or satisfied.value is None:
        return None
    total = (
        policy.weight_response * response.value
        + policy.weight_resolved * resolved.value
        + policy.weight_satisfied * satisfied.value
    )
    return round(total * 100, 1)


def _resolved_credit(policy: Policy, resolved: Resolved) -> float:
    return {Resolved.YES: 1.0, Resolved.PARTLY: policy.partly_resolved_credit, Resolved.NO: 0.0}[resolved]


def _satisfied_credit(policy: Policy, satisfaction: int) -> float:
    if satisfaction >= policy.satisfied_from:
        return 1.0
    return policy.basic_satisfaction_credit if satisfaction == policy.satisfied_from - 1 else 0.0
