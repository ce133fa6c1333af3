"""Orders whose residents are told of them, for tests: filed, worked on, told."""

from __future__ import annotations

from typing import Any

from backend.contracts.conversations import Address, Urgency
from backend.contracts.work_orders import Resolved, Verb
from backend.services import ratings
from backend.services.casework import apply_verb
from backend.services.intake import NewWorkOrder, accept_work_order
from backend.services.notifications import NotificationConsumer
from tests.integration.engine.world import World

NOWHERE = {"address": Address(text="不知道"), "category": "其他", "subcategory": "未说明"}
PLACE = Address(text="园林街道翠园小区6号楼", street="园林街道", estate="翠园小区", building="6")


def consumer(world: World) -> NotificationConsumer:
    """The loop that turns events into messages."""
    return NotificationConsumer(
        db=world.db, clock=world.clock, streams=world.streams, wakeups=world.wakeups, sms_account="10690000"
    )


async def filed(world: World, **more: Any) -> str:
    """File an order; returns its number."""
    values: dict[str, Any] = {
        "service_code": "",
        "category": "供暖",
        "subcategory": "停暖",
        "description": "屋里暖气冰凉",
        "address": PLACE,
        "occurred_at": None,
        "contact_phone": "",
        "contact_name": "",
        "anonymous": False,
        "confidential": False,
        "attachments": (),
        "channel": "wechat_oa",
        "channel_user_id": "o-resident-1",
        "conversation_id": None,
        "requested_at": world.clock.now(),
        "urgency": Urgency.URGENT,
        **more,
    }
    async with world.writing() as session:
        order = await accept_work_order(
            session,
            request=NewWorkOrder(**values),
            idempotency_key=f"k{world.clock.now()}{more}",
            actor="test",
            now=world.clock.now(),
        )
    return order.number


async def does(world: World, number: str, verb: Verb, **data: Any) -> None:
    """The system itself does something to an order."""
    async with world.writing() as session:
        await apply_verb(session, number=number, verb=verb, actor="test", data=data, expected_version=None, now=world.clock.now())


async def tell(world: World) -> None:
    """Residents get what there is to tell."""
    await consumer(world).step()
    await world.deliverer.drain()


async def praises(world: World, number: str, comment: str = "") -> None:
    """The resident calls it solved and gives five points."""
    async with world.writing() as session:
        await ratings.rate(
            session,
            number=number,
            contacted=True,
            resolved=Resolved.YES,
            satisfaction=5,
            comment=comment,
            actor="resident",
            now=world.clock.now(),
        )
