"""What the public sees of services and orders over Open311. No phones, no names, no rooms, no words of residents who did not
choose to publish them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from backend.api.open311_attributes import attributes_of
from backend.contracts.work_orders import State
from backend.domain.calendar import SHANGHAI
from backend.domain.masking import mask_text
from backend.domain.work_order import ENDED_STATES, STATE_NAMES
from backend.storage.public_orders import OPEN311
from backend.storage.tables.directory import CategoryRow
from backend.storage.tables.work_orders import WorkOrderRow

OPEN, CLOSED = "open", "closed"
STATUS_OF: dict[State, str] = {state: CLOSED if state in ENDED_STATES else OPEN for state in State}
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGED = "2026-11-21T00:00:00+08:00"
FORMATS = ["text/xml", "application/json"]
# about 100 metres: the block, not the door
_COARSE = 3
# Phones as people group them, and every long run of digits in any script (identity, card and meter numbers). The last four
# digits of a phone open an order, so not even they may stay.
_NUMBERS = re.compile(
    r"(?:\+?86[-\s]?)?1[3-9]\d[-\s.]?\d{4}[-\s.]?\d{4}|\(?0\d{2,3}\)?[-\s]?\d{7,8}|\d{7,}[Xx]?|[零〇幺一二三四五六七八九]{7,}"
)
_PUBLIC_PARTS = (
    ("street", "{}"),
    ("community", "{}"),
    ("estate", "{}"),
    ("road", "{}"),
    ("house_number", "{}号"),
    ("building", "{}号楼"),
    ("landmark", "({})"),
)


def discovery(base: str, desk: str) -> dict[str, Any]:
    """Where the service is, for both kinds of endpoint: `test` checks everything like `production` and keeps nothing."""
    return {
        "changeset": CHANGED,
        "contact": f"{desk},{base}/",
        "key_service": f"api_key 由{desk}发放:{base}/",
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{base}/open311/{path}",
                "changeset": CHANGED,
                "type": kind,
                "formats": FORMATS,
            }
            for path, kind in (("v2", "production"), ("test/v2", "test"))
        ],
    }


def service(row: CategoryRow) -> dict[str, Any]:
    return {
        "service_code": row.service_code,
        "service_name": service_name(row.category, row.subcategory),
        "description": f"{row.category}:{row.subcategory}",
        "metadata": bool(attributes_of(row.questions)),
        "type": "realtime",
        "keywords": ",".join(row.synonyms),
        "group": row.category,
    }


def service_name(category: str, subcategory: str) -> str:
    """Both levels: "设备" alone tells nobody that it is about noise."""
    return f"{category}·{subcategory}"


def accepted(row: WorkOrderRow, *, kept: bool) -> dict[str, Any]:
    """The answer to a filed request."""
    until = f",最迟 {row.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 前办结" if row.due_at else ""
    notice = f"已受理,工单号 {row.number}{until}" if kept else "测试地址:内容没有问题,但不会办理"
    return {"service_request_id": row.number, "service_notice": notice, "account_id": None}


def service_request(row: WorkOrderRow, unit_names: Mapping[str, str]) -> dict[str, Any]:
    """One order in public. The caller has made sure that it is public at all."""
    state = State(row.state)
    lat, long = _position(row)
    return {
        "service_request_id": row.number,
        "status": STATUS_OF[state],
        "status_notes": STATE_NAMES[state],
        "service_name": service_name(row.category, row.subcategory),
        "service_code": row.service_code,
        "description": public_text(row.description) if row.channel == OPEN311 else None,
        "agency_responsible": unit_names.get(row.unit_id or ""),
        "service_notice": None,
        "requested_datetime": w3c(row.requested_at),
        "updated_datetime": w3c((row.closed_at if STATUS_OF[state] == CLOSED else None) or row.updated_at),
        "expected_datetime": w3c(row.due_at) if row.due_at else None,
        "address": _address(row),
        "address_id": row.grid_code or row.community_code or row.street_code or None,
        "zipcode": None,
        "lat": lat,
        "long": long,
        "media_url": _media_url(row.attachments) if row.channel == OPEN311 else None,
    }


def w3c(moment: datetime) -> str:
    """Local time with its offset, to the second."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")


def public_text(text: str) -> str:
    """Free text with phones (also in Chinese numerals), identity numbers and openids hidden."""
    return mask_text(_NUMBERS.sub("****", text))


def _address(row: WorkOrderRow) -> str:
    """As the client wrote it, or down to the building for residents who told a chat: never unit, floor or room."""
    if row.channel == OPEN311:
        return public_text(row.address_text)
    parts = (form.format(value) for name, form in _PUBLIC_PARTS if (value := str(row.address.get(name) or "")))
    return public_text("".join(parts))


def _position(row: WorkOrderRow) -> tuple[float | None, float | None]:
    lat, long = row.address.get("lat"), row.address.get("lon")
    if lat is None or long is None:
        return None, None
    return (lat, long) if row.channel == OPEN311 else (round(lat, _COARSE), round(long, _COARSE))


def _media_url(attachments: Sequence[Mapping[str, str]]) -> str | None:
    urls = (str(each.get("url", "")) for each in attachments)
    return next((url for url in urls if urlsplit(url).scheme in ("http", "https")), None)
