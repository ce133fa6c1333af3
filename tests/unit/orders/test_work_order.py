"""The life cycle: which verb is possible when, for whom, and what it needs to be told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.people import Role
from backend.contracts.work_orders import EVENT_OF_VERB, OPEN_STATES, State, Verb
from backend.domain.errors import IllegalTransition, InvalidField
from backend.domain.verb_data import FIELDS, OUTCOMES, REQUIRED, check_data
from backend.domain.work_order import (
    ENDED_STATES,
    MOVES,
    ROLE_VERBS,
    STATE_NAMES,
    VERB_NAMES,
    Standing,
    allowed_for,
    allowed_verbs,
    next_state,
)

STATES = st.sampled_from(State)
VERBS = st.sampled_from(Verb)
# Written down a second time, from the design and not from the table: every move that changes the state.
CHANGES = {
    (State.ACCEPTED, Verb.DISPATCH): State.DISPATCHED,
    (State.ACCEPTED, Verb.DECLINE): State.DECLINED,
    (State.ACCEPTED, Verb.WITHDRAW): State.WITHDRAWN,
    (State.DISPATCHED, Verb.ACKNOWLEDGE): State.IN_PROGRESS,
    (State.DISPATCHED, Verb.RETURN): State.ACCEPTED,
    (State.DISPATCHED, Verb.WITHDRAW): State.WITHDRAWN,
    (State.IN_PROGRESS, Verb.RESOLVE): State.RESOLVED,
    (State.IN_PROGRESS, Verb.WITHDRAW): State.WITHDRAWN,
    (State.RESOLVED, Verb.CLOSE): State.CLOSED,
    (State.RESOLVED, Verb.REOPEN): State.DISPATCHED,
    (State.CLOSED, Verb.REOPEN): State.DISPATCHED,
}
KEEP = {
    Verb.ARRIVE, Verb.CONTACT, Verb.NOTE, Verb.EXTEND, Verb.SUSPEND, Verb.RESUME,
    Verb.URGE, Verb.ESCALATE, Verb.SUPERVISE, Verb.JOIN,
}  # fmt: skip


def test_exactly_the_designed_moves_change_the_state():
    moves = {(state, verb): to for state, verbs in MOVES.items() for verb, to in verbs.items() if to is not state}
    assert moves == CHANGES


def test_attached_facts_never_change_the_state():
    assert all(to is state for state, verbs in MOVES.items() for verb, to in verbs.items() if verb in KEEP)


@given(STATES, VERBS, st.booleans())
def test_a_move_is_either_possible_or_refused_with_the_possible_ones(state, verb, suspended):
    standing = Standing(state, suspended)
    allowed = allowed_verbs(standing)
    if verb in allowed:
        assert next_state(standing, verb) is MOVES[state][verb]
    else:
        with pytest.raises(IllegalTransition) as caught:
            next_state(standing, verb)
        assert caught.value.extra["allowed"] == [each.value for each in allowed]
        assert caught.value.status == 409


@pytest.mark.parametrize("state", [State.DECLINED, State.WITHDRAWN])
def test_nothing_but_a_note_is_possible_after_the_end(state):
    assert allowed_verbs(Standing(state)) == (Verb.NOTE,)


def test_open_and_ended_states_leave_only_the_resolved_one():
    assert set(State) - OPEN_STATES - ENDED_STATES == {State.RESOLVED}


def test_a_suspended_order_can_be_resumed_but_not_suspended_returned_or_resolved():
    suspended = allowed_verbs(Standing(State.IN_PROGRESS, suspended=True))
    assert Verb.RESUME in suspended
    assert not {Verb.SUSPEND, Verb.RETURN, Verb.RESOLVE} & set(suspended)


def test_only_a_suspended_order_can_be_resumed():
    assert all(Verb.RESUME not in allowed_verbs(Standing(state)) for state in State)


def test_every_verb_has_an_event_a_name_and_a_list_of_fields():
    assert set(EVENT_OF_VERB) == set(VERB_NAMES) == set(FIELDS) == set(Verb)
    assert len(set(EVENT_OF_VERB.values())) == len(Verb)
    assert set(STATE_NAMES) == set(State)


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.HANDLER, {Verb.ACKNOWLEDGE, Verb.RESOLVE, Verb.RETURN, Verb.ARRIVE}, {Verb.DISPATCH, Verb.CLOSE, Verb.DECLINE}),
        (Role.SUPERVISOR, {Verb.SUPERVISE, Verb.CLOSE, Verb.REOPEN, Verb.ESCALATE}, {Verb.RESOLVE, Verb.DISPATCH}),
        (Role.SERVICE, {Verb.URGE, Verb.WITHDRAW, Verb.REOPEN, Verb.JOIN, Verb.NOTE}, {Verb.CLOSE, Verb.RESOLVE, Verb.DISPATCH}),
        (Role.DISPATCHER, set(Verb), set()),
        (Role.ADMIN, set(Verb), set()),
    ],
)  # fmt: skip
def test_each_role_has_its_verbs(role, may, may_not):
    assert may <= ROLE_VERBS[role]
    assert not may_not & ROLE_VERBS[role]


def test_a_role_is_offered_only_what_is_possible_now():
    assert allowed_for(Role.SERVICE, Standing(State.RESOLVED)) == (Verb.NOTE, Verb.REOPEN)


@pytest.mark.parametrize(("verb", "field"), [(verb, field) for verb, fields in REQUIRED.items() for field, _ in fields])
def test_a_missing_field_is_named(verb, field):
    everything = {"note": "说明", "reason": "理由", "resume_at": "2026-11-21T18:00:00+08:00"}
    given_data = {name: value for name, value in everything.items() if name in (*FIELDS[verb], "note")}
    given_data.pop(field, None)
    if field == "reason":
        given_data.pop("note")
    with pytest.raises(InvalidField) as caught:
        check_data(verb, given_data)
    assert caught.value.field == field


def test_a_note_serves_as_the_reason():
    given_data = check_data(Verb.WITHDRAW, {"note": "已经自己修好了"})
    assert given_data.data["reason"] == given_data.note == "已经自己修好了"


@pytest.mark.parametrize("blank", ["", "   ", "\n"])
def test_a_blank_text_is_a_missing_one(blank):
    with pytest.raises(InvalidField):
        check_data(Verb.RESOLVE, {"note": blank})


@pytest.mark.parametrize(
    ("verb", "field", "value"),
    [
        (Verb.RESOLVE, "outcome", "perfect"),
        (Verb.EXTEND, "days", 4),
        (Verb.EXTEND, "days", 0),
        (Verb.EXTEND, "days", True),
        (Verb.EXTEND, "days", "2"),
        (Verb.SUSPEND, "resume_at", "明天"),
        (Verb.SUSPEND, "resume_at", "2026-11-21T18:00:00"),
        (Verb.CONTACT, "reached", "yes"),
        (Verb.ARRIVE, "lat", "north"),
        (Verb.NOTE, "attachments", "photo.jpg"),
        (Verb.NOTE, "note", 7),
        (Verb.NOTE, "note", "长" * 2001),
        (Verb.ACKNOWLEDGE, "reasn", "typo"),
    ],
)
def test_a_wrong_or_unknown_field_is_named(verb, field, value):
    with pytest.raises(InvalidField) as caught:
        check_data(verb, {"note": "说明", "reason": "理由", field: value} if verb is not Verb.ACKNOWLEDGE else {field: value})
    assert caught.value.field in (field, "reason")
    assert caught.value.status == 422


def test_resolving_without_an_outcome_means_solved():
    assert check_data(Verb.RESOLVE, {"note": "修好了"}).data == {"outcome": "solved"}
    assert all(check_data(Verb.RESOLVE, {"note": "好", "outcome": code}).data["outcome"] == code for code in OUTCOMES)


def test_times_are_kept_in_utc():
    data = check_data(Verb.SUSPEND, {"reason": "等零件", "resume_at": "2026-11-21T08:00:00+08:00"}).data
    assert data["resume_at"] == "2026-11-21T00:00:00+00:00"
