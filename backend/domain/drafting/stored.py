"""The JSON of an open form: the public draft (DESIGN section 6) with the form's own progress under `form`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from backend.contracts.conversations import Draft
from backend.domain.drafting.codec import from_json, to_json
from backend.domain.drafting.model import OpenForm

PROGRESS = "form"


def form_to_json(form: OpenForm) -> dict[str, Any]:
    """What is kept in the conversation."""
    whole: dict[str, Any] = to_json(form)
    draft: dict[str, Any] = whole.pop("draft")
    return {**draft, PROGRESS: whole}


def form_from_json(data: dict[str, Any]) -> OpenForm:
    """The inverse. Raises TypeError, KeyError or ValueError when it is no stored form."""
    known = {item.name for item in fields(Draft)}
    draft = {key: value for key, value in data.items() if key in known}
    return from_json(OpenForm, {**data[PROGRESS], "draft": draft})
