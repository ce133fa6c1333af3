"""The loop that fetches what residents attach, while the platform still has it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.contracts.messages import Channel, SendOutcome
from backend.services import media
from backend.services.media import Lost, PendingMedia
from backend.services.ports import Clock
from backend.storage.database import Database
from backend.storage.media import StoredMedia
from channels.wechat.client import WechatClient
from channels.wechat.errors import rule_of
from channels.wechat.http import AnswerLost, ApiDown, ApiRefused
from channels.wechat.media import MediaStore

log = structlog.get_logger()

_AT_ONCE = 8
_POLL_S = 2.0


class MediaKeeper:
    """Start `run`; several programs share the work."""

    def __init__(
        self, *, db: Database, clients: Mapping[Channel, WechatClient], store: MediaStore, clock: Clock, poll: float = _POLL_S
    ) -> None:
        self._db = db
        self._clients = {channel.value: client for channel, client in clients.items()}
        self._store = store
        self._clock = clock
        self._poll = poll

    async def run(self, stop: asyncio.Event) -> None:
        """Fetch until `stop` is set; nothing that goes wrong ends the loop."""
        while not stop.is_set():
            try:
                done = await self.keep_due()
            except (SQLAlchemyError, OSError) as error:
                log.warning("database_away", work="media", error=type(error).__name__)
                done = 0
            except Exception as error:  # one odd message may not keep the others from being fetched
                log.exception("media_failed", error=type(error).__name__)
                done = 0
            if not done:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._poll)

    async def keep_due(self) -> int:
        """Fetch what is due now, a few at a time; returns how many messages were looked at. Raises SQLAlchemyError, OSError."""
        if not self._clients:
            return 0
        async with self._db.transaction() as session:
            pending = await media.claim_pending(session, channels=self._clients, now=self._clock.now(), limit=_AT_ONCE)
        for one, fetched in zip(pending, await asyncio.gather(*map(self._fetch_all, pending)), strict=True):
            async with self._db.transaction() as session:
                await media.settle(session, message_id=one.message_id, fetched=fetched, now=self._clock.now())
        return len(pending)

    async def _fetch_all(self, pending: PendingMedia) -> dict[str, StoredMedia | Lost]:
        """By media id what is ours now or never will be; what may be had later is left out."""
        fetched: dict[str, StoredMedia | Lost] = {}
        for media_id in pending.media_ids:
            result = await self._fetch(pending, media_id)
            if result is not None:
                fetched[media_id] = result
        return fetched

    async def _fetch(self, pending: PendingMedia, media_id: str) -> StoredMedia | Lost | None:
        try:
            return await self._store.fetch(self._clients[pending.channel], media_id)
        except ApiRefused as refused:
            rule = rule_of(refused.code)
            log.warning("media_refused", message=pending.message_id, code=refused.code, reason=rule.reason)
            # what an operator can mend (a permission, the list of addresses) is tried until the platform has forgotten it
            is_final = rule.outcome is SendOutcome.REJECTED and not rule.needs_operator
            return Lost(f"errcode {refused.code}") if is_final else None
        except (ApiDown, AnswerLost, OSError) as error:  # a download may be repeated; a full disk may be emptied
            log.warning("media_not_fetched", message=pending.message_id, error=type(error).__name__)
            return None
