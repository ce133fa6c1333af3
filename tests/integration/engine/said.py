"""What delivery tests say to residents, and how they read what became of it."""

from __future__ import annotations

from typing import Any

from backend.contracts.messages import Author, EventName, MessageKind, PlatformEvent, Reply
from backend.services import conversations as talk
from backend.services.conversations import Extras
from tests.integration.engine.world import World


async def say(world: World, *texts: str, purpose: str = "reply", user: str = "o-resident-1", **extras: Any) -> None:
    conversation = await world.conversation(user)
    async with world.writing() as session:
        await talk.say(
            session,
            conversation_id=conversation.id,
            author=Author.SYSTEM,
            replies=[Reply(text) for text in texts],
            epoch=None,
            now=world.clock.now(),
            purpose=purpose,
            extras=Extras(**extras),
        )


async def notice(world: World, text: str = "已派单", *, event: str = "dispatched", user: str = "o-resident-1") -> None:
    await say(world, text, purpose=f"notice:{event}", user=user, template_kind="progress", template_fields={"note": text})


async def opened(world: World, **more: Any) -> None:
    """A resident with an open window and nothing said yet."""
    await world.hears("", kind=MessageKind.EVENT, event=PlatformEvent(EventName.OTHER), **more)
    await world.turns.drain()


async def change(world: World, user: str = "o-resident-1", **values: Any) -> None:
    async with world.writing() as session:
        row = await session.merge(await world.conversation(user))
        for name, value in values.items():
            setattr(row, name, value)


async def statuses(world: World, user: str = "o-resident-1") -> list[str]:
    return [row.status for row in await world.messages(user, direction="out")]
