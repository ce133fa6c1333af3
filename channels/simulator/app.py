"""Putting the simulator together: inside our web program in a demo, or as its own program (`python -m channels.simulator`)."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
from fastapi import APIRouter

from backend.services.ports import Clock
from channels.simulator.api import simulator_router
from channels.simulator.carrier import carrier_router
from channels.simulator.pusher import Pusher
from channels.simulator.wechat_api import wechat_api_router
from channels.simulator.world import World
from channels.wechat.accounts import WechatAccount


def simulator_routers(
    *, clock: Clock, http: aiohttp.ClientSession, accounts: Mapping[str, WechatAccount], target: str, sms_token: str
) -> list[APIRouter]:
    """All routes of one simulated world that pushes to the installation at `target`."""
    world = World(clock)
    pusher = Pusher(world, http, accounts, target, sms_token)
    return [wechat_api_router(world, accounts), carrier_router(world, http), simulator_router(world, pusher)]
