"""Times and orders in spoken words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.contracts.matters import spoken_matter
from backend.contracts.messages import Choice
from backend.contracts.spoken_time import LOCAL, by_text, day_text

_LONGEST_LABEL = 14
_OPEN_WORDS = {"accepted": "正在找单位", "dispatched": "等{unit}接手", "in_progress": "{unit}在办"}
_DONE_WORDS = {"resolved": "说办好了,等您打分", "closed": "办结了", "declined": "没能受理", "withdrawn": "撤回了"}


def due_text(on_site: str | None, due: str | None, now: datetime) -> str:
    """ ",今晚7点50分前到场" or ",11月24日(周二)前办完", "" without a due time. Times are ISO 8601; `now` decides what is 今天."""
    if on_site:
        return f",{by_text(datetime.fromisoformat(on_site), now=now)}前到场"
    return f",{day_text(datetime.fromisoformat(due))}前办完" if due else ""


def order_choices(verb: str, orders: list[dict[str, Any]]) -> tuple[Choice, ...]:
    """One numbered entry per order: what it is about and when it was reported, or where, or in whose words, if that tells them
    apart better."""
    every = (list(map(label, orders)) for label in (order_label, _placed_label, _told_label))
    labels = next((labels for labels in every if len(set(labels)) == len(labels)), list(map(order_label, orders)))
    return tuple(Choice(f"{verb}_{order['number']}", label) for order, label in zip(orders, labels, strict=True))


def order_in_words(order: dict[str, Any]) -> str:
    """11月20日报的“停水”."""
    local = datetime.fromisoformat(order["requested_at"]).astimezone(LOCAL)
    return f"{local.month}月{local.day}日报的“{order_name(order)}”"


def order_label(order: dict[str, Any]) -> str:
    """停水(11月20日)."""
    local = datetime.fromisoformat(order["requested_at"]).astimezone(LOCAL)
    return f"{order_name(order)}({local.month}月{local.day}日)"[:_LONGEST_LABEL]


def _placed_label(order: dict[str, Any]) -> str:
    """楼道设施(7号楼)."""
    address = order.get("address") or {}
    building = f"{address['building']}号楼" if address.get("building") else ""
    named = (address.get(name) for name in ("estate", "road", "landmark", "street"))
    place = building or next((str(name) for name in named if name), "")
    return f"{order_name(order)}({place})"[:_LONGEST_LABEL]


def _told_label(order: dict[str, Any]) -> str:
    return str(order.get("description") or "")[:_LONGEST_LABEL]


def order_name(order: dict[str, Any]) -> str:
    """What an order is about, in a word: 停水, 生活噪音."""
    return spoken_matter(order["category"], order["subcategory"])


def is_rated_now(order: dict[str, Any]) -> bool:
    """Whether this round of work has a score; the one of a round before it does not count."""
    rating = order["rating"]
    return bool(rating) and bool(rating.get("round") == order.get("round"))


def status_line(order: dict[str, Any]) -> str:
    """One order of several in a line: 停水:自来水公司在办,最晚11月25日(周三)."""
    unit = order.get("unit_name") or "承办单位"
    due = order["due_at"] if order["state"] in _OPEN_WORDS else None
    by = f",最晚{day_text(datetime.fromisoformat(due))}" if due else ""
    said = {**_OPEN_WORDS, **_DONE_WORDS}.get(order["state"], "")
    if order["state"] == "resolved" and is_rated_now(order):  # a bad score that waits for its reason
        said = f"您打了{order['rating']['satisfaction']}分,等您说哪儿没弄好"
    return f"{order_name(order)}:{said.format(unit=unit)}{by}"
