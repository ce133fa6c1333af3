"""What both program kinds need, made once per process: database, Redis, clock, HTTP session, inbox, senders, assistant."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from redis.asyncio import Redis

from backend.contracts.messages import Channel
from backend.services.inbox import Inbox
from backend.services.ports import Assistant, ChannelSender, Clock
from backend.services.spool import Spool
from backend.settings import Settings
from backend.storage.database import Database
from backend.storage.wakeups import Wakeups
from channels.assistant import RasaAssistant
from channels.clock import make_clock
from channels.sms.sender import sms_sender
from channels.wechat.accounts import WechatAccount, accounts_from
from channels.wechat.sender import wechat_senders

REDIS_TIMEOUT_S = 2.0


@dataclass(frozen=True)
class Runtime:
    """The parts, wired. `http` is shared: connections to Rasa and the platforms are kept alive."""

    settings: Settings
    clock: Clock
    database: Database
    redis: Redis
    http: aiohttp.ClientSession
    wakeups: Wakeups
    spool: Spool
    inbox: Inbox
    assistant: Assistant
    wechat_accounts: dict[str, WechatAccount]
    senders: dict[Channel, ChannelSender]


@contextlib.asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Open everything that stays open for the life of the process; nothing here waits for another program to be up."""
    clock = make_clock(settings)
    database = Database(settings.effective_database_url)
    redis = Redis.from_url(settings.redis_url, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S)
    wakeups = Wakeups(redis)
    spool = Spool(settings.home_dir / "spool")
    accounts = accounts_from(settings)
    async with aiohttp.ClientSession() as http:
        try:
            yield Runtime(
                settings=settings,
                clock=clock,
                database=database,
                redis=redis,
                http=http,
                wakeups=wakeups,
                spool=spool,
                inbox=Inbox(db=database, spool=spool, wakeups=wakeups, clock=clock),
                assistant=RasaAssistant(settings.rasa_url, http),
                wechat_accounts=accounts,
                senders=wechat_senders(settings, accounts, http, redis, clock) | {Channel.SMS: sms_sender(settings, http)},
            )
        finally:
            await redis.aclose()
            await database.close()
