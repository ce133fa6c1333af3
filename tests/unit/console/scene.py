"""A small invented world behind the console, made through the services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.contracts.conversations import Address, Urgency
from backend.contracts.messages import Author, Channel, InboundMessage, MessageKind, Reply, SessionGrant
from backend.contracts.people import Role
from backend.domain.conversation import EMERGENCY_PRIORITY
from backend.services import auth, conversations
from backend.services.directory import seed_directory
from backend.services.inbox import store_inbound
from backend.services.intake import NewWorkOrder, accept_work_order
from backend.settings import Settings
from backend.storage.database import Database
from backend.storage.tables.work_orders import WorkOrderRow
from tests.clocks import HandClock

START = datetime.fromisoformat("2026-11-23T09:00:00+08:00")  # a Monday
PASSWORD = "youshi-test-1"
PEOPLE = (
    ("zhou", "派单员小周", Role.DISPATCHER, None),
    ("qian", "派单员小钱", Role.DISPATCHER, None),
    ("sun", "经办人老孙", Role.HANDLER, "heating"),
    ("wu", "督办员老吴", Role.SUPERVISOR, None),
    ("admin", "管理员", Role.ADMIN, None),
)


@dataclass
class Context:
    """What the pages need from the program."""

    settings: Settings
    database: Database
    clock: Any = field(default_factory=lambda: HandClock(START))
    assistant: Any = None
    extras: dict[str, Any] = field(default_factory=dict)


async def people(database: Database, now: datetime = START) -> None:
    """The directory and one person for each role."""
    async with database.transaction() as session:
        await seed_directory(session, now)
        for username, name, role, unit in PEOPLE:
            await auth.create_user(session, username=username, name=name, role=role, password=PASSWORD, unit_id=unit, now=now)


async def resident_says(
    database: Database, text: str, *, user: str = "17000001234", channel: Channel = Channel.SMS, now: datetime = START
) -> str:
    """A resident writes; returns the conversation."""
    limited = channel in (Channel.WECHAT_OA, Channel.WECHAT_MP)
    message = InboundMessage(
        channel=channel,
        account="test",
        channel_user_id=user,
        dedupe_key=f"{user}:{text}:{now.timestamp()}",
        kind=MessageKind.TEXT,
        message_time=now,
        text=text,
        phone=user if channel is Channel.SMS else "",
        grant=SessionGrant(5, 48 * 3600) if limited else None,
    )
    async with database.transaction() as session:
        return (await store_inbound(session, [message], now=now))[0]


async def bot_says(database: Database, conversation_id: str, text: str, *, now: datetime = START) -> None:
    async with database.transaction() as session:
        await conversations.say(
            session,
            conversation_id=conversation_id,
            author=Author.BOT,
            replies=[Reply(text)],
            epoch=None,
            now=now,
            purpose="reply",
        )


async def to_queue(database: Database, conversation_id: str, *, urgent: bool = False, now: datetime = START) -> None:
    async with database.transaction() as session:
        await conversations.hand_over_to_queue(
            session, conversation_id=conversation_id, reason="asked", now=now, priority=EMERGENCY_PRIORITY if urgent else 1
        )


async def order(database: Database, *, now: datetime = START, key: str = "k1", **changes: Any) -> WorkOrderRow:
    """An accepted order about a cold flat, which the rules send to the heating company."""
    wanted: dict[str, Any] = {
        "service_code": "0101",
        "category": "供暖",
        "subcategory": "室温不达标",
        "description": "屋里暖气冰凉",
        "address": Address(text="园林街道翠园小区6号楼2单元301", street="园林街道", estate="翠园小区", building="6"),
        "occurred_at": None,
        "contact_phone": "17000001234",
        "contact_name": "王大爷",
        "anonymous": False,
        "confidential": False,
        "attachments": (),
        "channel": "sms",
        "channel_user_id": "17000001234",
        "conversation_id": None,
        "requested_at": now,
        "urgency": Urgency.NORMAL,
    }
    async with database.transaction() as session:
        return await accept_work_order(
            session, request=NewWorkOrder(**{**wanted, **changes}), idempotency_key=key, actor="resident", now=now
        )
