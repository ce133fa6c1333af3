"""Bringing spooled messages into the database once it is back."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.services.inbox import Inbox

log = structlog.get_logger()


class SpoolReplayer:
    """Looks into the spool once a second; web and worker run one each, and they take turns."""

    def __init__(self, *, inbox: Inbox, poll: float = 1.0) -> None:
        self._inbox = inbox
        self._poll = poll

    async def run(self, stop: asyncio.Event) -> None:
        """Replay until `stop` is set; a database that is still away only means another look later."""
        while not stop.is_set():
            try:
                replayed = await self._inbox.replay()
            except (SQLAlchemyError, OSError) as error:
                log.warning("spool_waits", error=type(error).__name__)
                replayed = 0
            if replayed:
                log.info("spool_replayed", messages=replayed)
            else:
                await asyncio.sleep(self._poll)
