"""`youshi demo`: the whole story against the running system, step by step, in the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from rich.console import Console

from backend.domain.calendar import SHANGHAI
from backend.settings import Settings
from channels.demo_accounts import DEMO_PASSWORD
from channels.simulator.driver import DidNotHappen, Resident, Site

COMPLAINT = "屋里暖气冰凉,园林街道翠园小区6号楼2单元301,从前天夜里起的"
ANSWERS = {"contact_phone": "17000001234", "occurred_at": "前天夜里", "address": "翠园小区6号楼2单元301", "confirmed": "对"}
CHANNELS = {"wechat": ("wechat_oa",), "sms": ("sms",), "both": ("wechat_oa", "sms")}
PAUSE_S = 1.5


@dataclass
class Stage:
    """Says what happens; `slow` leaves time to look."""

    console: Console
    slow: bool

    async def step(self, text: str) -> None:
        self.console.print(f"[bold]·[/bold] {text}")
        if self.slow:
            await asyncio.sleep(PAUSE_S)


async def play(settings: Settings, *, channel: str, slow: bool, console: Console) -> int:
    """Play on one channel or both; returns the exit code."""
    if channel not in CHANNELS:
        console.print(f"--channel {channel}: wechat, sms or both")
        return 2
    stage = Stage(console, slow)
    async with aiohttp.ClientSession() as http:
        site = Site(http, settings.base_url)
        try:
            await site.sign_in("admin", settings.admin_password.get_secret_value() or DEMO_PASSWORD)
            for name in CHANNELS[channel]:
                await _tell(SCENES, stage, site, name)
        except DidNotHappen as failure:
            console.print(f"[red]没有发生:[/red]{failure}")
            return 1
        except aiohttp.ClientConnectionError:
            console.print(f"[red]{settings.base_url} 连不上:[/red]先运行 make run")
            return 1
    console.print("[green]整个故事都发生了。[/green]")
    return 0


Scene = Callable[[Stage, Site, str], Awaitable[None]]


async def _tell(scenes: tuple[Scene, ...], stage: Stage, site: Site, channel: str) -> None:
    for scene in scenes:
        await scene(stage, site, channel)


async def complaint_to_rating(stage: Stage, site: Site, channel: str) -> None:
    """A complaint in one message, progress, a good rating."""
    resident = await Resident.with_new_phone(site, channel, "李阿姨")
    await stage.step(f"{channel}: 李阿姨:{COMPLAINT}")
    number = await resident.files(COMPLAINT, dict(ANSWERS))
    order = await site.order(number)
    due = datetime.fromisoformat(order["due_at"]).astimezone(SHANGHAI)
    await stage.step(f"工单 {number}:{order['category']}/{order['subcategory']},{order['unit_name']},{due:%m月%d日%H:%M} 前办结")
    await _handle(stage, site, resident, number)
    await resident.says("5")
    await _until_rated(site, number, satisfaction=5)
    await stage.step("李阿姨打了5分,评价已记在工单上")


async def takeover_and_back(stage: Stage, site: Site, channel: str) -> None:
    """A caseworker takes the conversation in the middle of the form and gives it back; the form goes on."""
    resident = await Resident.with_new_phone(site, channel, "老张")
    await resident.says("我们楼道的灯坏了好几天了")
    await resident.hears("question", bool)
    conversation = (await resident.conversation())["id"]
    await site.call("POST", f"/api/v1/conversations/{conversation}/takeover")
    await site.call("POST", f"/api/v1/conversations/{conversation}/messages", {"text": "您好,我是值班员小周,您慢慢说。"})
    await resident.hears("the caseworker's words", lambda text: "小周" in text)
    await stage.step(f"{channel}: 值班员接过了老张的对话,又还给了机器人")
    await site.call("POST", f"/api/v1/conversations/{conversation}/handback")
    await resident.hears("the bot again", bool)
    owner = (await resident.conversation())["owner"]
    if owner != "bot":
        raise DidNotHappen(f"after hand-back the conversation belongs to {owner}")


async def poor_rating_reopens(stage: Stage, site: Site, channel: str) -> None:
    """A rating of 2 brings the order back to the same unit."""
    resident = await Resident.with_new_phone(site, channel, "小刘")
    number = await resident.files("小区门口的路灯不亮了 园林街道翠园小区3号楼2单元门口 昨天晚上开始的", dict(ANSWERS))
    unit = (await site.order(number))["unit"]
    await _handle(stage, site, resident, number)
    await resident.says("2分")
    await resident.hears("question for the reason", bool)
    await resident.says("根本没修好,灯还是不亮")
    await _until_rated(site, number, satisfaction=2)
    order = await site.order(number)
    if order["state"] != "dispatched" or order["unit"] != unit:
        raise DidNotHappen(f"after a rating of 2 the order is {order['state']} at {order['unit']}, not back at {unit}")
    await stage.step(f"{channel}: 小刘打了2分,工单 {number} 退回原单位重办")


SCENES: tuple[Scene, ...] = (complaint_to_rating, takeover_and_back, poor_rating_reopens)


async def _handle(stage: Stage, site: Site, resident: Resident, number: str) -> None:
    """The unit works; the resident hears of it without asking."""
    await site.do(number, "acknowledge")
    await resident.hears("word that somebody has it", lambda text: number in text)
    await site.do(number, "arrive")
    await resident.hears("word that somebody is there", lambda text: "到" in text)
    await stage.step("进展已推送:已签收、已到场")
    await site.do(number, "resolve", note="已经修好,现场试过,恢复正常。", outcome="solved")
    await resident.hears("request to rate", lambda text: "分" in text)
    await stage.step("办结并请居民评价")


async def _until_rated(site: Site, number: str, *, satisfaction: int) -> None:
    for _ in range(150):
        rating = (await site.order(number))["rating"]
        if rating and rating["satisfaction"] == satisfaction:
            return
        await asyncio.sleep(0.2)
    raise DidNotHappen(f"no rating of {satisfaction} on order {number}")
