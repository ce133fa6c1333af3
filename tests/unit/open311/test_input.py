"""Parameters, times, places: what is understood and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.api.open311_input import LONGEST_SPAN, Parameters, address_of, list_filters, media_of, name_of, page_of
from backend.domain.errors import InvalidField
from backend.domain.routing import Place

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
PLACES = {
    "d": Place("d", "district", "铁东区"),
    "s": Place("s", "street", "园林街道", parent="d"),
    "c": Place("c", "community", "翠园社区", parent="s"),
}


def parameters(**values) -> Parameters:
    return Parameters(values.items())


def test_an_empty_parameter_is_an_absent_one_and_the_first_value_counts():
    given_ = Parameters(
        [("a", ""), ("a", "  "), ("a", "1"), ("a", "2"), ("b", b"bytes"), ("attribute[x]", ""), ("attribute[y][]", "1")]
    )
    assert (given_.get("a"), given_.get("b"), given_.get("c")) == ("1", "", "")
    assert dict(given_.attributes) == {"y": ["1"]}


def test_a_list_has_no_blanks_and_no_repetitions():
    assert parameters(ids=" 1,2,,1 , 3,").listed("ids") == ("1", "2", "3")


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=20))
def test_whatever_is_sent_as_a_filter_is_understood_or_refused(start, end, status):
    try:
        filters = list_filters(parameters(start_date=start, end_date=end, status=status), NOW)
    except InvalidField:
        return
    assert filters.start.tzinfo


@given(st.datetimes(timezones=st.just(UTC)), st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=200)))
def test_no_list_spans_more_than_ninety_days(start, length):
    try:
        end = start + length
        filters = list_filters(parameters(start_date=start.isoformat(), end_date=end.isoformat()), NOW)
    except (InvalidField, OverflowError):
        return
    assert filters.end is not None
    assert filters.end - filters.start == length <= LONGEST_SPAN


def test_bounds_that_are_left_out_are_ninety_days_away():
    at = datetime(2026, 6, 1, tzinfo=UTC)
    cases = (
        ({}, NOW - LONGEST_SPAN, None),
        ({"start_date": "2026-06-01T00:00:00Z"}, at, at + LONGEST_SPAN),
        ({"end_date": "2026-06-01T08:00:00+08:00"}, at - LONGEST_SPAN, at),
        ({"start_date": "2026-06-01T08:00:00 08:00"}, at, at + LONGEST_SPAN),
    )
    for given_, start, end in cases:
        filters = list_filters(parameters(**given_), NOW)
        assert (filters.start, filters.end) == (start, end)


def test_statuses_are_the_states_behind_them_and_both_are_all():
    open_states = list_filters(parameters(status="open"), NOW).states
    closed = list_filters(parameters(status="closed"), NOW).states
    assert open_states == ("accepted", "dispatched", "in_progress", "resolved")
    assert closed == ("closed", "declined", "withdrawn")
    assert set(list_filters(parameters(status="closed,open"), NOW).states) == {*open_states, *closed}


def test_pages_count_from_one():
    assert page_of(parameters()).offset == 0
    assert page_of(parameters(page="3", page_size="20")).offset == 40


@pytest.mark.parametrize(
    ("given_", "text", "code"),
    [
        ({"address_string": "翠园6号楼"}, "翠园6号楼", ""),
        ({"address_id": "c"}, "园林街道翠园社区", "c"),
        ({"address_id": "c", "address_string": "小广场"}, "小广场", "c"),
        ({"lat": "41.1", "long": "122.9"}, "坐标 41.1,122.9", ""),
    ],
)
def test_a_place_is_always_told_in_words(given_, text, code):
    address, place_code = address_of(parameters(**given_), PLACES)
    assert (address.text, place_code) == (text, code)


@given(st.floats(min_value=-90, max_value=90), st.floats(min_value=-180, max_value=180))
def test_every_position_on_earth_is_taken_exactly(lat, long):
    address, _ = address_of(parameters(lat=repr(lat), long=repr(long)), PLACES)
    assert (address.lat, address.lon) == (lat, long)


@given(st.floats().filter(lambda degrees: not abs(degrees) <= 90))
def test_no_position_elsewhere_is_taken(lat):
    with pytest.raises(InvalidField):
        address_of(parameters(lat=repr(lat), long="0"), PLACES)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("秀英", "李", "李秀英"), ("Ada", "Li", "Ada Li"), ("", "李", "李"), ("Ada", "", "Ada"), ("", "", "")],
)
def test_a_name_is_put_together_as_its_language_does(first, last, name):
    assert name_of(parameters(first_name=first, last_name=last)) == name


def test_only_absolute_web_addresses_are_media():
    assert media_of(parameters()) == ()
    assert media_of(parameters(media_url="https://photos.example/a.jpg"))[0]["url"] == "https://photos.example/a.jpg"
    for bad in ("a.jpg", "//x/a.jpg", "file:///etc/passwd", "https://", "data:text/html,x"):
        with pytest.raises(InvalidField):
            media_of(parameters(media_url=bad))
