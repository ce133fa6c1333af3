"""The hash chain notices whatever is done to an order's events."""

import dataclasses
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.event_chain import (
    ERASED_WORDS,
    GENESIS,
    ChainedEvent,
    erasure,
    event_hash,
    find_break,
    json_value,
    replay,
    without_words,
)

NUMBER = "261121000017"
START = datetime(2026, 11, 21, 8, tzinfo=UTC)
STATES = ["", "accepted", "dispatched", "in_progress", "resolved", "closed"]


def chain(length=5):
    events, previous = [], GENESIS
    for seq in range(1, length + 1):
        at, before, after = START + timedelta(minutes=seq), STATES[seq - 1], STATES[seq]
        event = ChainedEvent(seq, "noted", at, "handler:li", before, after, "说明", {"n": seq}, {"level": seq})
        previous = event_hash(NUMBER, previous, event)
        events.append(dataclasses.replace(event, hash=previous))
    return events


def test_an_untouched_chain_is_whole():
    assert find_break(NUMBER, chain()) is None
    assert find_break(NUMBER, []) is None


@given(
    st.integers(0, 4),
    st.sampled_from(
        [
            {"type": "closed"}, {"at": START}, {"actor": "admin"}, {"note": ""}, {"data": {"n": 99}}, {"changes": {}},
            {"to_state": "withdrawn"}, {"from_state": "declined"}, {"hash": "0" * 64},
        ]
    ),
)  # fmt: skip
def test_any_changed_field_is_found_at_the_event_that_was_changed(index, change):
    events = chain()
    events[index] = dataclasses.replace(events[index], **change)
    broken = find_break(NUMBER, events)
    assert broken is not None
    assert broken.seq == index + 1


@given(st.integers(0, 3))
def test_a_removed_event_is_found(index):
    events = chain()
    del events[index]
    broken = find_break(NUMBER, events)
    assert (broken.seq, broken.reason) == (index + 1, "missing")


def test_two_swapped_events_are_found():
    events = chain()
    events[1], events[2] = events[2], events[1]
    assert find_break(NUMBER, events).seq == 2


def test_events_of_another_order_do_not_pass():
    assert find_break("261121000025", chain()).seq == 1


def test_a_rehashed_event_that_jumps_states_is_found():
    events = chain(2)
    jump = dataclasses.replace(events[1], from_state="closed")
    events[1] = dataclasses.replace(jump, hash=event_hash(NUMBER, events[0].hash, jump))
    assert find_break(NUMBER, events).reason == "state"


def test_the_same_moment_in_another_zone_has_the_same_hash():
    event = chain(1)[0]
    moved = dataclasses.replace(event, at=event.at.astimezone(timezone(timedelta(hours=8))))
    assert event_hash(NUMBER, GENESIS, moved) == event.hash


def test_replay_adds_the_changes_up():
    told = replay(chain(3))
    assert told == {"level": 3, "state": "in_progress", "version": 3}
    assert replay([]) == {"state": "", "version": 0}


def test_times_become_text_and_the_rest_stays():
    assert json_value(START) == "2026-11-21T08:00:00+00:00"
    assert [json_value(value) for value in (1, "a", None, False)] == [1, "a", None, False]


def erased(chosen, length=5):
    """A chain whose `chosen` events lost their words, with the event that vouches for it at the end."""
    events = chain(length)
    data = erasure(NUMBER, events, chosen)
    last = events[-1]
    vouching = ChainedEvent(length + 1, "noted", START, "admin:a", last.to_state, last.to_state, "依本人要求", data, {})
    vouching = dataclasses.replace(vouching, hash=event_hash(NUMBER, last.hash, vouching))
    return [without_words(event) if event.seq in chosen else event for event in events] + [vouching]


def test_words_that_a_later_event_vouches_for_may_be_gone():
    events = erased([1, 4, 5])
    assert [event.note for event in events] == [ERASED_WORDS, "说明", "说明", ERASED_WORDS, ERASED_WORDS, "依本人要求"]
    assert find_break(NUMBER, events) is None


def test_only_what_is_said_in_words_goes():
    event = ChainedEvent(
        1, "reopened", START, "resident", "resolved", "dispatched", "", {"reason": "漏水", "by": "rating"}, {"n": 1}
    )
    assert without_words(event) == dataclasses.replace(event, data={"reason": ERASED_WORDS, "by": "rating"})
    assert without_words(without_words(event)) == without_words(event)


def test_words_erased_twice_are_vouched_for_twice():
    events = erased([2])
    again = erasure(NUMBER, events, [2, 3])
    assert again["erased"]["2"] == events[-1].data["erased"]["2"]


def test_words_that_nobody_vouched_for_are_missed():
    events = erased([2])
    events[2] = without_words(events[2])
    assert find_break(NUMBER, events).seq == 3


@pytest.mark.parametrize(
    "change",
    [{"note": "别的话"}, {"actor": "admin"}, {"changes": {}}, {"data": {"n": 99}}, {"to_state": "withdrawn"}, {"type": "closed"}],
)
def test_what_is_left_of_an_erased_event_cannot_be_changed(change):
    events = erased([2])
    events[1] = dataclasses.replace(events[1], **change)
    assert find_break(NUMBER, events).seq == 2


def test_the_hash_of_an_erased_event_cannot_be_changed():
    events = erased([2])
    events[1] = dataclasses.replace(events[1], hash="0" * 64)
    assert find_break(NUMBER, events).seq == 3


def test_an_event_cannot_vouch_for_itself_or_for_what_comes_after_it():
    events = chain(3)
    for seq in (2, 3):
        data = {"erased": {str(seq): event_hash(NUMBER, events[seq - 2].hash, without_words(events[seq - 1]))}}
        forged = [dataclasses.replace(events[1], data=data) if event.seq == 2 else event for event in events]
        forged[1] = dataclasses.replace(forged[1], hash=event_hash(NUMBER, events[0].hash, forged[1]))
        forged[2] = dataclasses.replace(forged[2], hash=event_hash(NUMBER, forged[1].hash, forged[2]))
        forged[seq - 1] = without_words(forged[seq - 1])
        assert find_break(NUMBER, forged).seq == seq
