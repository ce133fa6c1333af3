"""The forms of the verbs follow the table that checks them."""

import pytest

from backend.console.verb_forms import NO_FORM, WIDGETS, form_of, forms_for, read_form
from backend.console.words import EVENT_NAMES, STATES, VERBS
from backend.contracts.people import Role
from backend.contracts.work_orders import EventType, State, Verb
from backend.domain.errors import InvalidField
from backend.domain.verb_data import FIELDS, REQUIRED, check_data

# `until` is another way for programs to say `days`
NOT_FOR_PEOPLE = {"until", "attachments", "lat", "lon", "channel", "channel_user_id", "conversation_id", "phone", "service_code"}
SHOWN = [verb for verb in Verb if verb not in NO_FORM]


@pytest.mark.parametrize("verb", SHOWN)
def test_every_field_that_a_person_can_fill_is_on_the_form(verb):
    names = {field.name for field in form_of(verb, Role.ADMIN).fields}
    assert set(FIELDS[verb]) - NOT_FOR_PEOPLE <= names
    assert names <= {*FIELDS[verb], "note"}


@pytest.mark.parametrize("verb", SHOWN)
def test_what_the_rules_require_is_marked_and_comes_first(verb):
    fields = form_of(verb, Role.ADMIN).fields
    required = [field.name for field in fields if field.required]
    assert set(required) == {name for name, _ in REQUIRED.get(verb, ())}
    assert [field.name for field in fields][: len(required)] == required


@pytest.mark.parametrize("verb", SHOWN)
def test_a_form_filled_with_sensible_values_passes_the_check(verb):
    typical = {
        "unit": "water",
        "yes_no": "yes",
        "time": "2026-11-24T10:00",
        "days": "2",
        "outcome": "partly",
        "long": "写清楚",
        "short": "电话",
        "contact_phone": "17000000077",
    }
    given = {field.name: typical.get(field.name) or typical[field.kind] for field in form_of(verb, Role.ADMIN).fields}
    checked = check_data(verb, read_form(verb, given))
    assert checked.note or verb not in REQUIRED


def test_empty_fields_are_left_out():
    assert read_form(Verb.EXTEND, {"reason": " ", "days": "", "granted": ""}) == {}


def test_times_on_forms_are_local():
    assert read_form(Verb.SUSPEND, {"resume_at": "2026-11-24T10:00"})["resume_at"] == "2026-11-24T10:00:00+08:00"


@pytest.mark.parametrize(("verb", "field", "value"), [(Verb.SUSPEND, "resume_at", "soon"), (Verb.EXTEND, "days", "-1")])
def test_a_value_that_cannot_be_read_is_refused(verb, field, value):
    with pytest.raises(InvalidField):
        read_form(verb, {field: value})


def test_a_handler_is_not_asked_to_grant_the_own_request():
    assert "granted" not in {field.name for field in form_of(Verb.EXTEND, Role.HANDLER).fields}
    assert "granted" in {field.name for field in form_of(Verb.EXTEND, Role.SUPERVISOR).fields}


def test_a_handler_does_not_say_whom_notices_reach():
    assert "contact_phone" not in {field.name for field in form_of(Verb.NOTE, Role.HANDLER).fields}
    assert "contact_phone" in {field.name for field in form_of(Verb.NOTE, Role.DISPATCHER).fields}


def test_the_usual_step_comes_first_and_what_ends_the_order_last():
    verbs = [form.verb for form in forms_for(["note", "withdraw", "resolve", "contact"], Role.DISPATCHER)]
    assert verbs == ["resolve", "note", "contact", "withdraw"]


def test_every_verb_state_and_event_has_a_chinese_name():
    assert set(VERBS) == {verb.value for verb in Verb}
    assert set(STATES) == {state.value for state in State}
    assert set(EVENT_NAMES) == {event.value for event in EventType}
    assert all(not name.isascii() for name in (*VERBS.values(), *STATES.values(), *EVENT_NAMES.values()))
    assert all(not widget.label.isascii() for widget in WIDGETS.values())
