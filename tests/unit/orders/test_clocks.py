"""Working days, due times, pauses and extensions, against the calendar library and the cases of the casework notes."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.conversations import Urgency
from backend.domain.calendar import SHANGHAI, WorkingCalendar, due, end_of, local_day, shift
from backend.domain.clocks import (
    AlarmKind,
    ClockSpec,
    Extension,
    Finish,
    Pause,
    alarm_times,
    finish_due,
    first_due,
    holder_due,
    on_site_due,
    return_until,
)

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
DAYS = {FIRST + timedelta(days=n): chinese_calendar.is_workday(FIRST + timedelta(days=n)) for n in range((LAST - FIRST).days + 1)}
CALENDAR = WorkingCalendar(DAYS)
THREE_DAYS = ClockSpec(Finish.WORKING_DAYS, 3)
TERMS = st.sampled_from((1, 3, 5, 10))


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def last_second(text):
    return local(f"{text}T23:59:59")


moments = st.integers(0, 1060 * 86400).map(lambda seconds: local("2024-01-01T00:00") + timedelta(seconds=seconds))


@given(moments, TERMS)
def test_due_is_the_end_of_the_kth_working_day_after_the_report(start, count):
    """Counted independently: by asking the library for every day."""
    day, left = start.astimezone(SHANGHAI).date(), count
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    result = due(start, count, CALENDAR)
    assert result.at == datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=SHANGHAI)
    assert not result.provisional


@pytest.mark.parametrize("count", [1, 3, 5, 10])
def test_every_day_of_three_years_agrees_with_the_library(count):
    for day in (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days - 30)):
        last = CALENDAR.add(day, count)
        assert chinese_calendar.is_workday(last)
        between = (day + timedelta(days=n) for n in range(1, (last - day).days + 1))
        assert sum(chinese_calendar.is_workday(each) for each in between) == count


@pytest.mark.parametrize(
    ("reported", "count", "expected"),
    [
        ("2026-09-30T17:00", 3, "2026-10-10"),  # national holiday 1 to 7 October; Saturday the 10th is a make-up day
        ("2026-09-18T17:00", 1, "2026-09-20"),  # a Friday before a make-up Sunday
        ("2026-11-20T17:00", 3, "2026-11-25"),
        ("2026-11-21T10:00", 1, "2026-11-23"),  # on a Saturday
        ("2026-11-20T23:59:59", 1, "2026-11-23"),
        ("2026-02-13T09:00", 1, "2026-02-14"),  # make-up Saturday before Spring Festival
        ("2026-02-14T09:00", 1, "2026-02-24"),
    ],
)
def test_known_cases_over_weekends_holidays_and_make_up_days(reported, count, expected):
    assert due(local(reported), count, CALENDAR).at == last_second(expected)


def test_a_year_without_a_calendar_counts_monday_to_friday_and_says_so():
    result = due(local("2026-12-31T10:00"), 1, CALENDAR)
    assert result.at == last_second("2027-01-01")
    assert result.provisional


def test_a_term_of_no_days_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        due(local("2026-11-20T10:00"), 0, CALENDAR)


@given(moments, TERMS, TERMS)
def test_a_longer_term_is_never_due_earlier(start, first, second):
    assert (due(start, first, CALENDAR).at <= due(start, second, CALENDAR).at) == (first <= second)


@given(moments, TERMS)
def test_counting_between_is_the_inverse_of_adding(start, count):
    day = local_day(start)
    assert CALENDAR.between(day, CALENDAR.add(day, count)) == count


@pytest.mark.parametrize(
    ("data", "message"),
    [({"finish": "someday"}, "someday"), ({"finish": "minutes"}, "amount"), ({"finish": "working_days", "amount": 0}, "amount")],
)
def test_a_wrong_clock_in_the_directory_is_refused(data, message):
    with pytest.raises(ValueError, match=message):
        ClockSpec.from_data(data)


def test_a_clock_is_read_from_the_directory():
    spec = ClockSpec.from_data({"finish": "same_night", "on_site_minutes": 20})
    assert spec == ClockSpec(Finish.SAME_NIGHT, 0, 20)


def test_minutes_run_on_the_wall_clock_also_at_night_and_on_holidays():
    start = local("2026-10-01T23:50")
    assert first_due(start, ClockSpec(Finish.MINUTES, 120), CALENDAR).at == start + timedelta(hours=2)
    assert on_site_due(start, ClockSpec(Finish.MINUTES, 120, 30)) == start + timedelta(minutes=30)
    assert on_site_due(start, THREE_DAYS) is None


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        ("2026-11-20T19:30", "2026-11-20T23:59:59"),
        ("2026-11-20T00:10", "2026-11-20T23:59:59"),
        ("2026-11-20T22:00", "2026-11-21T06:00:00"),
        ("2026-11-20T23:59", "2026-11-21T06:00:00"),
    ],
)
def test_same_night_is_midnight_or_the_morning_for_a_late_report(reported, expected):
    assert first_due(local(reported), ClockSpec(Finish.SAME_NIGHT), CALENDAR).at == local(expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-20T17:00", "2026-11-23T09:00", "2026-11-26"),  # Friday to Monday: one working day
        ("2026-11-20T17:00", "2026-11-22T09:00", "2026-11-25"),  # Friday to Sunday: none
        ("2026-11-21T08:00", "2026-11-22T20:00", "2026-11-25"),  # inside days off: none
        ("2026-11-23T08:00", "2026-11-23T20:00", "2026-11-25"),  # inside one day: none
        ("2026-11-23T08:00", "2026-11-25T08:00", "2026-11-27"),
    ],
)
def test_a_pause_moves_the_due_date_by_its_working_days(start, end, expected):
    result = finish_due(local("2026-11-20T10:00"), THREE_DAYS, CALENDAR, [Pause(local(start), local(end))])
    assert result.at == last_second(expected)


def test_a_pause_after_the_breach_does_not_heal_it():
    start = local("2026-11-20T10:00")
    late = Pause(local("2026-11-26T08:00"), local("2026-12-04T08:00"))
    assert finish_due(start, THREE_DAYS, CALENDAR, [late]).at == last_second("2026-11-25")


def test_a_pause_of_a_minute_clock_is_counted_in_minutes():
    start = local("2026-11-20T10:00")
    pause = Pause(start + timedelta(minutes=10), start + timedelta(minutes=40))
    result = finish_due(start, ClockSpec(Finish.MINUTES, 60), CALENDAR, [pause])
    assert result.at == start + timedelta(minutes=90)


def test_an_extension_and_a_pause_both_count():
    start = local("2026-11-20T10:00")
    pause = Pause(local("2026-11-23T08:00"), local("2026-11-24T08:00"))
    extension = Extension(local("2026-11-23T12:00"), 2)
    for history in ([pause, extension], [extension, pause]):
        assert finish_due(start, THREE_DAYS, CALENDAR, history).at == last_second("2026-11-30")


@given(moments, TERMS, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 96)), max_size=4))
def test_no_history_ever_makes_an_order_due_earlier(start, count, pauses):
    spec = ClockSpec(Finish.WORKING_DAYS, count)
    history = [Pause(start + timedelta(hours=6 * begin), start + timedelta(hours=6 * begin + length)) for begin, length in pauses]
    assert finish_due(start, spec, CALENDAR, history).at >= first_due(start, spec, CALENDAR).at


@given(moments, TERMS)
def test_working_day_terms_always_end_at_the_end_of_a_working_day(start, count):
    at = shift(start, count, CALENDAR).at
    assert at == end_of(local_day(at))
    assert CALENDAR.is_working(local_day(at))


@pytest.mark.parametrize(
    ("urgency", "expected"),
    [
        (Urgency.EMERGENCY, "2026-11-20T17:10:00"),
        (Urgency.URGENT, "2026-11-20T19:00:00"),
        (Urgency.NORMAL, "2026-11-23T23:59:59"),
    ],
)
def test_the_holder_has_a_clock_of_its_own(urgency, expected):
    assert holder_due(local("2026-11-20T17:00"), urgency, CALENDAR) == local(expected)


def test_returning_is_possible_until_the_end_of_the_next_working_day():
    assert return_until(local("2026-11-20T17:00"), CALENDAR) == last_second("2026-11-23")


def test_alarms_of_a_working_day_clock_come_in_the_morning_at_due_and_a_day_later():
    start, due_at = local("2026-11-20T10:00"), last_second("2026-11-25")
    assert alarm_times(start, due_at, THREE_DAYS, CALENDAR) == {
        AlarmKind.DUE_SOON: local("2026-11-25T09:00"),
        AlarmKind.DUE: due_at,
        AlarmKind.OVERDUE: last_second("2026-11-26"),
    }


@given(moments, st.integers(10, 3000))
def test_alarms_come_in_order_and_after_the_start(start, minutes):
    spec = ClockSpec(Finish.MINUTES, minutes)
    times = alarm_times(start, start + timedelta(minutes=minutes), spec, CALENDAR)
    ordered = [times[kind] for kind in (AlarmKind.DUE_SOON, AlarmKind.DUE, AlarmKind.OVERDUE)]
    assert [start, *ordered] == sorted({start, *ordered})
