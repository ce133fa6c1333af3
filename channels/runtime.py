"""What both program kinds need, made once per process: database, Redis, clock, HTTP session, inbox, senders, assistant."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import AsyncIterator, Mapping
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
from channels.sms.providers import make_provider
from channels.sms.sender import SmsSender
from channels.wechat.accounts import WechatAccount, accounts_from, api_base_of
from channels.wechat.client import WechatClient
from channels.wechat.http import WechatHttp
from channels.wechat.sender import WechatSender
from channels.wechat.tokens import TokenBroker

REDIS_TIMEOUT_S = 2.0
_COLLECT_AFTER = (20_000, 20, 20)  # Python's 700 would collect several times in each turn


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
    wechat_clients: dict[Channel, WechatClient]
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
    assistant = RasaAssistant(settings.rasa_url, actions_url=settings.actions_url)
    _keep_what_is_loaded()
    async with aiohttp.ClientSession() as http:
        clients = _wechat_clients(settings, accounts, http, redis, clock)
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
                assistant=assistant,
                wechat_accounts=accounts,
                wechat_clients=clients,
                senders=_senders(settings, clients, http, clock),
            )
        finally:
            await assistant.close()
            await redis.aclose()
            await database.close()


def _keep_what_is_loaded() -> None:
    """Modules, routes and tables live as long as the program: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def _wechat_clients(
    settings: Settings, accounts: Mapping[str, WechatAccount], http: aiohttp.ClientSession, redis: Redis, clock: Clock
) -> dict[Channel, WechatClient]:
    platform = WechatHttp(http, api_base_of(settings))
    return {
        account.channel: WechatClient(account, platform, TokenBroker(account, platform, clock, redis))
        for account in accounts.values()
    }


def _senders(
    settings: Settings, clients: Mapping[Channel, WechatClient], http: aiohttp.ClientSession, clock: Clock
) -> dict[Channel, ChannelSender]:
    senders: dict[Channel, ChannelSender] = {Channel.SMS: SmsSender(make_provider(settings, http, clock))}
    return senders | {channel: WechatSender(client) for channel, client in clients.items()}
