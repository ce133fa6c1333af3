"""Times as they come in over the API: with a zone, and not at the ends of the calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from backend.domain.moments import is_usable


def _checked(moment: datetime) -> datetime:
    if not is_usable(moment):
        raise ValueError("the year must lie between 1900 and 8999")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_checked)]
