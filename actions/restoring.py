"""撤错了, 别撤了: what was taken back by mistake is filed once more, with all that was told. A withdrawn order itself stays as it
is (DESIGN.md section 5): its unit has dropped it, and its figures are closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rasa_sdk.events import SlotSet

from actions import orders, picking
from actions.backend import backend
from actions.turn import Events, Talk
from actions.wording import due_text, order_name
from backend.contracts.messages import Choice

_FOR = timedelta(days=3)  # as long as a draft is kept
_SAME = (
    *("service_code", "category", "subcategory", "description", "address", "occurred_at", "contact_phone", "contact_name"),
    *("anonymous", "confidential", "urgency", "grid_code", "channel", "channel_user_id"),
)
_KIND = "withdrawn"
_OTHER = "withdraws_other"
_AFTER_IT = frozenset({"takes_back_withdrawal", "slips", "wrong", _OTHER})  # said right after it was taken back
_REPORTS = "reports_now"
_FEW = 14  # characters
OFFERED = "refile"
_YES_NO = (Choice("refile_yes", "重新登记"), Choice("refile_no", "不用"))
_ANSWERS = {"refile_yes": "yes", "refile_no": "no"}
_BY_INTENT = {"affirm": "yes", "urge": "yes", "deny": "no", "cancel": "no", "bye": "no"}


def just_withdrawn(number: str) -> dict[str, Any]:
    """The order that was taken back a moment ago, as a pending matter: 点错了 speaks of it."""
    return {"kind": _KIND, "number": number}


async def after_withdrawal(talk: Talk, pending: dict[str, Any]) -> Events | None:
    """点错了, 还是给我报上吧, right after an order was taken back; None for anything else. Raises BackendDown, BackendRefused."""
    says_so = talk.wishes & _AFTER_IT or (_REPORTS in talk.wishes and talk.matter is None)
    if not says_so or (len(talk.text) > _FEW and _OTHER not in talk.wishes) or talk.facts.get("address"):
        return None
    own = await orders.own_orders(talk)
    return await _file_again(
        talk, [order for order in own if order["number"] == pending["number"] and not _names_open(talk, own)]
    )


async def restored(talk: Talk) -> Events | None:
    """撤错了, some time later: the order that was taken back last. None where none was in these days. Raises BackendDown,
    BackendRefused."""
    own = await orders.own_orders(talk)
    return await _file_again(talk, [] if _names_open(talk, own) else await _lately(talk))


def _names_open(talk: Talk, own: list[dict[str, Any]]) -> bool:
    """换热站那个可别给我撤了: of one that is being worked on, and was not taken back."""
    meant = picking.by_words(talk, own) if _OTHER not in talk.wishes else []
    return len(meant) == 1 and meant[0]["state"] in orders.OPEN


async def offered(talk: Talk) -> Events | None:
    """又不好使了 还得你们来, of somebody whose order was taken back in these days: shall it be filed again? None where none was.
    Raises BackendDown."""
    found = await _lately(talk)
    if not found:
        return None
    talk.say("refile_ask", _YES_NO, what=order_name(found[0]))
    return [SlotSet("pending", {"kind": OFFERED, "number": found[0]["number"], "text": talk.text})]


async def after_offer(talk: Talk, pending: dict[str, Any]) -> Events | None:
    """The answer to the offer to file it again; None for anything else. Raises BackendDown, BackendRefused."""
    verdict = _ANSWERS.get(talk.menu_id) or {1: "yes", 2: "no"}.get(talk.choice) or talk.answer or _BY_INTENT.get(talk.intent)
    if verdict == "no":
        talk.say("no_matter")
        return []
    if verdict != "yes":
        return None
    own = await orders.own_orders(talk)
    return await _file_again(talk, [order for order in own if order["number"] == pending["number"]], str(pending["text"]))


async def _lately(talk: Talk) -> list[dict[str, Any]]:
    """The order that was taken back last in these days, of the matter that is named; [] for none."""
    own = await orders.own_orders(talk)
    lately = [order for order in own if order["state"] == "withdrawn" and talk.at - _ended(order) <= _FOR]
    return sorted(orders.by_subject(talk, lately), key=_ended)[-1:]


def _ended(order: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(order["clocks"]["closed_at"])


async def _file_again(talk: Talk, found: list[dict[str, Any]], said: str = "") -> Events | None:
    if not found:
        return None
    order = found[0]
    attached = [{key: str(value) for key, value in item.items() if value} for item in order["attachments"]]
    body = {**{name: order[name] for name in _SAME}, "attachments": attached, "on_behalf_of": talk.conversation}
    once = {"Idempotency-Key": f"refiled:{order['number']}"}
    anew = await backend().call("POST", "work-orders", body=body, headers=once)
    why = f"居民说:{said}" if said else "原来那件是误撤"
    await orders.do(talk, anew["number"], "note", note=f"接单号{order['number']},按原来的内容重新登记。{why}")
    due = due_text(anew["on_site_due_at"], anew["due_at"], talk.at)
    talk.say("refiled" if anew["unit_name"] else "refiled_no_unit", number=anew["number"], unit=anew["unit_name"], due=due)
    return []
