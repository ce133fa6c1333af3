"""Times as they come in over the API: with a zone, and not at the ends of the calendar."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from backend.domain.moments import is_usable

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d")


def _written(value: Any) -> Any:
    """A bare number would be read as seconds since 1970, and a zero as an order that is half a century late."""
    if not isinstance(value, str) or _WRITTEN.match(value) is None:
        raise ValueError("write the time as 2026-11-21T08:00:00+08:00")
    return value


def _checked(moment: datetime) -> datetime:
    if not is_usable(moment):
        raise ValueError("the year must lie between 1900 and 8999")
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_checked)]
