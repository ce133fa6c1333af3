"""Completing an order after it was filed: an address that came later is logged, and routes an order that nobody has yet."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Address
from backend.contracts.work_orders import EventType, State, Verb
from backend.domain.phrases import address_text
from backend.domain.routing import locate, route
from backend.services.casework import SYSTEM, apply_verb
from backend.services.order_log import append_event
from backend.services.order_terms import refresh_alarm
from backend.storage import directory
from backend.storage import work_orders as orders
from backend.storage.tables.work_orders import WorkOrderRow


async def set_address(
    session: AsyncSession, *, number: str, address: Address, actor: str, now: datetime, grid_code: str = ""
) -> WorkOrderRow:
    """Put an address onto an order; the holder sees it as a note. An order in triage is dispatched when a rule fires now.

    Raises NotFound.
    """
    order = await orders.get_order(session, number, lock=True)
    chain = locate(address, await directory.places(session), grid=grid_code)
    codes = {place.kind: place.code for place in chain}
    order.address, order.address_text = dataclasses.asdict(address), address_text(address)
    changes = {f"{kind}_code": codes.get(kind, "") for kind in ("street", "community", "grid")}
    note = f"地址:{order.address_text}"
    await append_event(session, order, type_=EventType.NOTED, actor=actor, now=now, note=note, changes=changes)
    routed = route(chain, order.service_code, await directory.rules_for(session, order.service_code))
    if order.state == State.ACCEPTED.value and order.returns == 0 and routed is not None:
        await apply_verb(session, number=number, verb=Verb.DISPATCH, actor=SYSTEM, data={}, expected_version=None, now=now)
    await refresh_alarm(session, order)
    return order
