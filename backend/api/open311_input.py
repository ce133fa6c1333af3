"""What clients send over Open311, checked: the filter of a list, and a new request. An empty parameter is an absent one."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from backend.api.open311_views import STATUS_OF
from backend.contracts.conversations import Address
from backend.domain.errors import InvalidField
from backend.domain.routing import Place
from backend.services.intake import LONGEST_DESCRIPTION
from backend.storage.public_orders import PublicFilters

MOST = 1000
LONGEST_SPAN = timedelta(days=90)
LONGEST_FIELD = 500
_MARKUP = re.compile(r"<[a-zA-Z/!?][^>]*>")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# "+08:00" arrives as " 08:00" from clients that forget to escape the plus
_LOST_PLUS = re.compile(r" (?=\d{2}:?\d{2}$)")
_EXAMPLE = "2026-11-21T00:00:00+08:00"
_YEARS = range(1900, 9000)  # beyond them there is no room for other zones and for 90 days more
_ATTRIBUTE = re.compile(r"attribute\[([^\]]+)\](?:\[\])?")


class Parameters:
    """Query or form: the first non-empty value of each name, and the attributes."""

    def __init__(self, items: Iterable[tuple[str, object]]) -> None:
        self._values: dict[str, str] = {}
        self.attributes: dict[str, list[str]] = defaultdict(list)
        for name, value in items:
            text = _CONTROLS.sub("", value).strip() if isinstance(value, str) else ""
            attribute = _ATTRIBUTE.fullmatch(name)
            if text and attribute:
                self.attributes[attribute[1]].append(text)
            elif text:
                self._values.setdefault(name, text)

    def get(self, name: str) -> str:
        return self._values.get(name, "")

    def listed(self, name: str) -> tuple[str, ...]:
        """A comma-separated list without repetitions."""
        return tuple(dict.fromkeys(item.strip() for item in self.get(name).split(",") if item.strip()))


@dataclass(frozen=True)
class PageOf:
    """The part of a list: `page` counts from 1."""

    page: int
    page_size: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.page_size


def wanted_ids(given: Parameters) -> tuple[str, ...]:
    """The ids that were asked for; when there are any, nothing else counts. Raises InvalidField."""
    ids = given.listed("service_request_id")
    if len(ids) > MOST:
        raise InvalidField(f"service_request_id: at most {MOST} ids", field="service_request_id")
    return ids


def list_filters(given: Parameters, now: datetime) -> PublicFilters:
    """The filter of a list: by default the last 90 days. Raises InvalidField."""
    start, end = _moment(given, "start_date"), _moment(given, "end_date")
    if start is None:
        start = (end or now) - LONGEST_SPAN
    elif end is None:
        end = start + LONGEST_SPAN
    if end is not None and end < start:
        raise InvalidField("end_date lies before start_date", field="end_date")
    if end is not None and end - start > LONGEST_SPAN:
        raise InvalidField(f"at most {LONGEST_SPAN.days} days between start_date and end_date", field="end_date")
    return PublicFilters(start, end, given.listed("service_code"), _states(given.listed("status")))


def page_of(given: Parameters) -> PageOf:
    """`page` and `page_size`, an extension that many endpoints have. Raises InvalidField."""
    return PageOf(_count(given, "page", 1, 1_000_000), _count(given, "page_size", MOST, MOST))


def _states(statuses: Sequence[str]) -> tuple[str, ...]:
    for status in statuses:
        if status not in STATUS_OF.values():
            raise InvalidField("status must be open or closed", field="status")
    return tuple(state.value for state, status in STATUS_OF.items() if status in statuses)


def _count(given: Parameters, name: str, default: int, most: int) -> int:
    text = given.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,7}", text) or not 1 <= int(text) <= most:
        raise InvalidField(f"{name} must be a number from 1 to {most}", field=name)
    return int(text)


def _moment(given: Parameters, name: str) -> datetime | None:
    text = given.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub("+", text))
    except ValueError as error:
        raise InvalidField(f"{name} is no W3C date and time, for example {_EXAMPLE}", field=name) from error
    if moment.tzinfo is None or moment.year not in _YEARS:
        raise InvalidField(f"{name} needs a zone and a sensible year, for example {_EXAMPLE}", field=name)
    return moment


def description_of(given: Parameters) -> str:
    """The description, "" when absent. Raises InvalidField for markup and beyond 4000 characters."""
    text = given.get("description")
    if len(text) > LONGEST_DESCRIPTION:
        raise InvalidField(f"description has at most {LONGEST_DESCRIPTION} characters", field="description")
    if _MARKUP.search(text):
        raise InvalidField("description must be plain text without HTML", field="description")
    return text


def short_field(given: Parameters, name: str) -> str:
    """An optional field that is kept as it is. Raises InvalidField for markup and beyond 500 characters."""
    text = given.get(name)
    if len(text) > LONGEST_FIELD or _MARKUP.search(text):
        raise InvalidField(f"{name} must be plain text of at most {LONGEST_FIELD} characters", field=name)
    return text


def address_of(given: Parameters, places: Mapping[str, Place]) -> tuple[Address, str]:
    """The place of a request, and the grid code when it is one. At least one of lat with long, address_string, address_id.

    `address_id` is the code of a place of the directory (the same that lists tell). Raises InvalidField.
    """
    text, place_code = short_field(given, "address_string"), given.get("address_id")
    lat, long = _degrees(given, "lat", 90), _degrees(given, "long", 180)
    if (lat is None) != (long is None):
        raise InvalidField("lat and long belong together", field="long" if long is None else "lat")
    if not text and not place_code and lat is None:
        raise InvalidField("a location is missing: lat and long, address_string, or address_id", field="address_string")
    if place_code and place_code not in places:
        raise InvalidField("address_id is not known", field="address_id")
    if place_code and not text:
        text = _name_of(place_code, places)
    return Address(text=text or f"坐标 {lat},{long}", lat=lat, lon=long), place_code


def _name_of(code: str, places: Mapping[str, Place]) -> str:
    names = []
    place = places.get(code)
    while place is not None and place.kind != "district":
        names.append(place.name)
        place = places.get(place.parent)
    return "".join(reversed(names))


def _degrees(given: Parameters, name: str, most: int) -> float | None:
    text = given.get(name)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= most:
        raise InvalidField(f"{name} must be WGS84 degrees between -{most} and {most}", field=name)
    return value


def name_of(given: Parameters) -> str:
    """The reporter's name, in the order of its language. Raises InvalidField."""
    first, last = short_field(given, "first_name"), short_field(given, "last_name")
    return f"{first} {last}".strip() if (first + last).isascii() else f"{last}{first}"


def media_of(given: Parameters) -> tuple[dict[str, str], ...]:
    """The attachment that `media_url` names. Raises InvalidField when it is not an absolute web address."""
    url = short_field(given, "media_url")
    if not url:
        return ()
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InvalidField("media_url must be an absolute http or https address", field="media_url")
    return ({"kind": "image", "url": url},)
