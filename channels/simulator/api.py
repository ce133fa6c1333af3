"""What the simulator's page and `youshi demo` ask of the simulated world, and the clock of all programs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from backend.contracts.messages import Channel
from backend.domain.errors import Conflict, InvalidField, NotFound
from backend.services.ports import Clock
from channels.clock import SimulatedClock
from channels.simulator import pictures
from channels.simulator.pusher import NotTaken, Pusher
from channels.simulator.world import Phone, Switches, World

HERE = Path(__file__).resolve().parent
LONGEST_WAIT_S = 25.0


class NewPhone(BaseModel):
    """A phone to add; the number or openid is invented unless given."""

    channel: Literal["wechat_oa", "wechat_mp", "sms"]
    name: str = Field(default="", max_length=20)


class Act(BaseModel):
    """One thing a resident does on a phone."""

    # fmt: off
    kind: Literal[
        "text", "choice", "image", "voice", "video", "location", "link", "file", "scan", "menu", "subscribe", "consent", "refuse"
    ]
    # fmt: on
    text: str = Field(default="", max_length=2000)
    id: str = Field(default="", max_length=64)
    times: int = Field(default=1, ge=1, le=10, description="how often the platform delivers the message, all at once")
    lat: float = 41.1
    lon: float = 123.0


class SwitchChange(BaseModel):
    """Failures to switch on or off; what is not named stays."""

    wechat_errcode: int | None = None
    wechat_down: bool | None = None
    sms_down: bool | None = None
    sms_rejects: bool | None = None
    sms_report: Literal["delivered", "failed", "none"] | None = None
    slow_seconds: float | None = Field(default=None, ge=0, le=30)


class ClockChange(BaseModel):
    """Either a step forward (ISO 8601 duration) or a moment (with offset)."""

    advance: timedelta | None = None
    now: AwareDatetime | None = None

    @model_validator(mode="after")
    def one_of_two(self) -> ClockChange:
        if (self.advance is None) == (self.now is None):
            raise ValueError('give either "advance" (PT5H) or "now" (2026-11-21T19:30:00+08:00)')
        return self


class ClockReading(BaseModel):
    now: datetime


def clock_router(clock: Clock) -> APIRouter:
    """`GET|POST /simulator/clock`; moving it is refused unless `YOUSHI_CLOCK=simulated`."""
    router = APIRouter(prefix="/simulator/clock", tags=["simulator"])

    @router.get("")
    async def read() -> ClockReading:
        return ClockReading(now=clock.now())

    @router.post("")
    async def move(change: ClockChange) -> ClockReading:
        if not isinstance(clock, SimulatedClock):
            raise Conflict("时间没有模拟:用 YOUSHI_CLOCK=simulated 启动才能拨动", field="clock")
        try:
            moved = clock.advance(change.advance) if change.advance is not None else clock.set(change.now or clock.now())
        except ValueError as error:
            raise InvalidField("时间只能往后拨,最多一百年", field="advance" if change.advance is not None else "now") from error
        return ClockReading(now=moved)

    return router


def simulator_router(world: World, pusher: Pusher) -> APIRouter:
    """The page `/simulator` and its JSON."""
    desk = _Desk(world, pusher)
    router = APIRouter(prefix="/simulator", include_in_schema=False)
    router.add_api_route("", desk.page, methods=["GET"])
    router.add_api_route("/assets/{name}", desk.asset, methods=["GET"])
    router.add_api_route("/photo/{media_id}", desk.photo, methods=["GET"])
    router.add_api_route("/world", desk.look, methods=["GET"])
    router.add_api_route("/phones", desk.add_phone, methods=["POST"], status_code=201)
    router.add_api_route("/phones/{key}", desk.one_phone, methods=["GET"])
    router.add_api_route("/phones/{key}/acts", desk.act, methods=["POST"], status_code=204)
    router.add_api_route("/switches", desk.switch, methods=["PATCH"])
    router.add_api_route("/switches", desk.reset_switches, methods=["DELETE"])
    return router


class _Desk:
    def __init__(self, world: World, pusher: Pusher) -> None:
        self._world = world
        self._pusher = pusher

    async def page(self) -> FileResponse:
        return FileResponse(HERE / "page.html")

    async def asset(self, name: Literal["phones.js", "phones.css"]) -> FileResponse:
        return FileResponse(HERE / name)

    async def photo(self, media_id: str) -> Response:
        """The picture's own address (PicUrl), which needs no token."""
        if self._world.media.get(media_id) != "image":
            raise NotFound("没有这张照片", field="media_id")
        return Response(pictures.photo(media_id), media_type="image/png")

    async def look(self, since: int = -1, wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S)] = 0) -> dict[str, Any]:
        """All phones; with `wait`, answers when something changed after version `since`."""
        world = self._world
        version = await world.changed_since(since, wait) if wait else world.version
        phones = [world.describe(phone) for phone in world.phones.values()]
        return {"version": version, "now": world.clock.now(), "phones": phones, "switches": asdict(world.switches)}

    async def add_phone(self, new: NewPhone) -> dict[str, Any]:
        phone = self._world.add_phone(Channel(new.channel), new.name)
        self._world.touch()
        return self._world.describe(phone)

    async def one_phone(self, key: str) -> dict[str, Any]:
        return self._world.describe(self._phone(key))

    async def act(self, key: str, what: Act) -> None:
        phone = self._phone(key)
        if phone.channel is Channel.SMS and what.kind not in ("text", "choice"):
            raise InvalidField("短信只能发文字", field="kind")
        try:
            await ACTS[what.kind](self._pusher, phone, what)
        except NotTaken as error:
            raise Conflict("有事没有收下这条消息(三次都没有应答)") from error

    async def switch(self, change: SwitchChange) -> dict[str, Any]:
        for name, value in change.model_dump(exclude_none=True).items():
            setattr(self._world.switches, name, value)
        self._world.touch()
        return asdict(self._world.switches)

    async def reset_switches(self) -> dict[str, Any]:
        self._world.switches = Switches()
        self._world.touch()
        return asdict(self._world.switches)

    def _phone(self, key: str) -> Phone:
        phone = self._world.phones.get(key)
        if phone is None:
            raise NotFound(f"没有这部手机:{key}", field="key")
        return phone


ACTS: dict[str, Callable[[Pusher, Phone, Act], Awaitable[None]]] = {
    "text": lambda pusher, phone, act: pusher.text(phone, act.text, times=act.times),
    "choice": lambda pusher, phone, act: pusher.text(phone, act.text, menu_id=act.id),
    "image": lambda pusher, phone, _act: pusher.media(phone, "image"),
    "voice": lambda pusher, phone, act: pusher.media(phone, "voice", act.text),
    "video": lambda pusher, phone, _act: pusher.media(phone, "video"),
    "link": lambda pusher, phone, act: pusher.link(phone, act.text, act.id),
    "file": lambda pusher, phone, act: pusher.file(phone, act.text),
    "location": lambda pusher, phone, act: pusher.location(phone, act.lat, act.lon, act.text),
    "scan": lambda pusher, phone, act: pusher.event(phone, "SCAN", act.text),
    "menu": lambda pusher, phone, act: pusher.event(phone, "CLICK", act.text),
    "subscribe": lambda pusher, phone, act: pusher.event(phone, "subscribe", act.text and f"qrscene_{act.text}"),
    "consent": lambda pusher, phone, act: pusher.consent(phone, act.text or "progress", True),
    "refuse": lambda pusher, phone, act: pusher.consent(phone, act.text or "progress", False),
}
