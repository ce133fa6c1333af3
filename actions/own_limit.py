"""How long it still takes: for who has filed it already, by what was promised for that order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from actions.doing import open_orders
from actions.turn import Talk
from actions.wording import order_name
from backend.contracts.spoken_time import day_text

_SURE = 0.9


async def order_asked_about(talk: Talk) -> dict[str, Any] | None:
    """The open order that a question about time is about: the one of its matter, else the only one; None with an open form or
    where the question names another matter. Raises BackendDown."""
    if talk.draft is not None:
        return None
    being_done = await open_orders(talk)
    guess = talk.guess
    names_one = "asks_when_whole" not in talk.wishes  # 多长时间能来 names nothing, whatever the model hears in it
    if names_one and guess.get("category_confidence", 0.0) >= _SURE:
        being_done = [order for order in being_done if order["category"] == guess.get("category")]
    return being_done[0] if len(being_done) == 1 else None


def due_of(order: dict[str, Any] | None) -> str:
    """您报的“停水”最晚11月25日(周三)办完。; "" without an order or a promise."""
    if order is None or not order["due_at"]:
        return ""
    return f"您报的“{order_name(order)}”最晚{day_text(datetime.fromisoformat(order['due_at']))}办完。"
