"""Whether a caseworker's words fit into what the platform still takes: told while they can be shortened, before they wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.messages import Channel
from backend.domain.errors import Conflict
from backend.domain.session_window import remaining
from backend.services.delivery_intent import choices_of
from backend.services.ports import ChannelSender
from backend.storage.conversations import session_windows
from backend.storage.messages import not_counted
from backend.storage.tables.conversations import ConversationRow


class NoRoom(Conflict):
    """A text would become more messages than the window takes; `extra` tells `pieces` and how many are `left`."""

    code = "session_quota"


async def check_room(
    session: AsyncSession, row: ConversationRow, text: str, senders: Mapping[Channel, ChannelSender], *, now: datetime
) -> None:
    """Raises NoRoom. A window that takes nothing more is no reason: the text then goes another way, whole."""
    sender = senders.get(Channel(row.channel))
    if sender is None or not sender.traits.session_limited:
        return
    queued = [sender.pieces(message.text, choices_of(message)) for message in await not_counted(session, row.id)]
    left = remaining(await session_windows(session, row.id), now) - sum(queued)
    pieces = sender.pieces(text, ())
    if 0 < left < pieces:
        raise NoRoom(
            f"这段话太长,微信要分{pieces}条发,现在只还能发{left}条,没有发出。请写短一些,要紧的事请打电话。",
            field="text",
            pieces=pieces,
            left=left,
        )
