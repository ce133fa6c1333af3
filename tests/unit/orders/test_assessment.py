"""Verdicts and the figures that they add up to."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.work_orders import Resolved
from backend.domain.assessment import FollowUp, Policy, Rate, Term, Volume, assess
from backend.domain.errors import InvalidField
from backend.domain.ratings import Verdict, check_verdict, is_revisable

POLICY = Policy(date(2026, 1, 1))
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def follow_ups(group, *answers):
    return [FollowUp(group, contacted, Resolved(solved), stars) for contacted, solved, stars in answers]


def figures_of(answers=(), terms=(), volumes=()):
    return {each.group: each for each in assess(policy=POLICY, follow_ups=answers, terms=terms, volumes=volumes)}


def test_the_worked_case_of_the_casework_notes():
    """20 valid: all contacted, 15 solved, 12 satisfied, 4 basically satisfied gives 100, 75, 78 per cent and 78.7."""
    answers = follow_ups("u", *[(True, "yes", 5)] * 12, *[(True, "yes", 3)] * 3, (True, "no", 3), *[(True, "no", 2)] * 4)
    unit = figures_of(answers, volumes=[Volume("u", received=40)])["u"]
    assert (unit.response.value, unit.resolved.value, unit.satisfied.value) == (1.0, 0.75, 0.78)
    assert unit.score == 78.7
    assert (unit.response.denominator, unit.volume.received) == (20, 40)


def test_partly_solved_counts_by_the_policy_and_not_answered_is_not_contacted():
    unit = figures_of(follow_ups("u", (None, "partly", 4), (True, "yes", 4)))["u"]
    assert (unit.response.value, unit.resolved.value) == (0.5, 0.5)
    half = Policy(date(2026, 1, 1), partly_resolved_credit=0.5)
    [unit] = assess(policy=half, follow_ups=follow_ups("u", (None, "partly", 4), (True, "yes", 4)), terms=[], volumes=[])
    assert unit.resolved.value == 0.75


def test_without_follow_ups_a_unit_is_not_assessed_instead_of_zero():
    unit = figures_of(volumes=[Volume("u", received=7)])["u"]
    assert unit.score is None
    assert unit.rank is None
    assert unit.response == Rate(0, 0)
    assert unit.response.value is None


def test_open_and_overdue_counts_against_the_unit():
    terms = [
        Term("u", NOW, NOW - timedelta(hours=1)),
        Term("u", NOW, NOW),
        Term("u", NOW, NOW + timedelta(seconds=1)),
        Term("u", NOW, None),
    ]
    assert figures_of(terms=terms)["u"].on_time == Rate(2, 4)


def test_fewer_than_five_follow_ups_are_shown_but_not_ranked():
    answers = follow_ups("few", *[(True, "yes", 5)] * 4) + follow_ups("enough", *[(True, "no", 1)] * 5)
    result = assess(policy=POLICY, follow_ups=answers, terms=[], volumes=[])
    assert [(each.group, each.rank) for each in result] == [("enough", 1), ("few", None)]
    assert result[1].score == 100.0


def test_ties_go_to_the_one_with_more_work():
    answers = follow_ups("a", *[(True, "yes", 5)] * 5) + follow_ups("b", *[(True, "yes", 5)] * 5)
    result = assess(policy=POLICY, follow_ups=answers, terms=[], volumes=[Volume("a", 5), Volume("b", 50)])
    assert [each.group for each in result] == ["b", "a"]


def test_returned_and_redone_rates_have_their_own_denominators():
    unit = figures_of(volumes=[Volume("u", received=9, dispatched=8, returned=2, finished=5, redone=1)])["u"]
    assert (unit.returned, unit.reopened) == (Rate(2, 8), Rate(1, 5))


def test_follow_ups_are_counted_over_the_rounds_that_ended():
    unit = figures_of(follow_ups("u", (True, "yes", 5)), volumes=[Volume("u", finished=2, rounds=3, rated=2)])["u"]
    assert unit.followed_up == Rate(2, 3)


answer = st.tuples(st.sampled_from([True, False, None]), st.sampled_from(["yes", "partly", "no"]), st.integers(1, 5))


@given(st.lists(answer, min_size=1, max_size=30))
def test_every_rate_and_the_score_stay_within_bounds(answers):
    unit = figures_of(follow_ups("u", *answers))["u"]
    assert all(0 <= rate.value <= 1 for rate in (unit.response, unit.resolved, unit.satisfied))
    assert 0 <= unit.score <= 100


@given(st.lists(answer, min_size=1, max_size=20), st.integers(0, 19))
def test_a_better_answer_never_lowers_the_score(answers, index):
    better = [*answers]
    better[index % len(answers)] = (True, "yes", 5)
    assert figures_of(follow_ups("u", *better))["u"].score >= figures_of(follow_ups("u", *answers))["u"].score


@pytest.mark.parametrize(
    ("resolved", "satisfaction", "is_bad"),
    [
        ("yes", 5, False),
        ("yes", 3, False),
        ("partly", 3, False),
        ("yes", 2, True),
        ("yes", 1, True),
        ("no", 5, True),
        ("partly", 2, True),
    ],
)
def test_a_bad_verdict_is_low_or_not_solved(resolved, satisfaction, is_bad):
    assert Verdict(True, Resolved(resolved), satisfaction).is_bad is is_bad


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"resolved": "maybe"}, "resolved"),
        ({"satisfaction": 0}, "satisfaction"),
        ({"satisfaction": 6}, "satisfaction"),
        ({"satisfaction": True}, "satisfaction"),
        ({"comment": "长" * 1001}, "comment"),
    ],
)
def test_an_impossible_answer_is_named(answers, field):
    with pytest.raises(InvalidField) as caught:
        check_verdict(**{"contacted": True, "resolved": "yes", "satisfaction": 5, "comment": "", **answers})
    assert caught.value.field == field


def test_the_unit_is_told_the_residents_own_words():
    reason = Verdict(False, Resolved.NO, 2, "压根没人来").reason
    assert "压根没人来" in reason
    assert "2分" in reason


def test_a_rating_can_be_changed_for_a_day():
    assert is_revisable(NOW, NOW + timedelta(hours=24))
    assert not is_revisable(NOW, NOW + timedelta(hours=24, seconds=1))
