"""Simulated phones send real photos and voices, which are fetched the way they are from the platform."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from backend.api import problems
from channels.simulator import pictures
from channels.simulator.api import simulator_router
from channels.simulator.pusher import Pusher
from channels.simulator.wechat_api import wechat_api_router
from channels.simulator.world import World
from tests.clocks import HandClock
from tests.unit.wechat.pushes import account

BASE = "http://youshi.test"


@pytest.fixture
def world() -> World:
    world = World(HandClock())
    world.tokens[account("oa").appid] = "good"
    world.media |= {"photo-1": "image", "voice-1": "voice"}
    return world


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    app.include_router(wechat_api_router(world, {"oa": account("oa")}))
    app.include_router(simulator_router(world, Pusher(world, None, {}, BASE, "token")))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE) as client:
        yield client


async def media(client: httpx.AsyncClient, media_id: str, token: str = "good") -> httpx.Response:
    query = {"access_token": token, "media_id": media_id}
    return await client.get("/simulator/wechat/cgi-bin/media/get", params=query)


async def test_a_photo_comes_as_a_picture_and_a_voice_as_sound(client: httpx.AsyncClient) -> None:
    photo, voice = await media(client, "photo-1"), await media(client, "voice-1")
    assert (photo.headers["content-type"], photo.content) == ("image/png", pictures.photo("photo-1"))
    assert (voice.headers["content-type"], voice.content[:6]) == ("audio/amr", b"#!AMR\n")


async def test_what_nobody_sent_and_a_wrong_token_are_refused_as_the_platform_does(client: httpx.AsyncClient) -> None:
    assert (await media(client, "unknown")).json()["errcode"] == 40007
    assert (await media(client, "photo-1", token="old")).json()["errcode"] == 40001


async def test_failures_that_are_switched_on_hit_downloads_too(client: httpx.AsyncClient, world: World) -> None:
    world.switches.wechat_errcode = 45009
    assert (await media(client, "photo-1")).json()["errcode"] == 45009
    world.switches.wechat_errcode, world.switches.wechat_down = 0, True
    assert (await media(client, "photo-1")).status_code == 502


async def test_the_pictures_own_address_shows_the_same_picture_without_a_token(client: httpx.AsyncClient) -> None:
    assert (await client.get("/simulator/photo/photo-1")).content == pictures.photo("photo-1")
    assert (await client.get("/simulator/photo/voice-1")).status_code == 404


def test_a_picture_is_a_valid_png_of_its_own() -> None:
    data = pictures.photo("photo-1")
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    kinds, at = [], 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        kinds.append(kind)
        at += 12 + length
        if kind == b"IDAT":
            assert len(zlib.decompress(body)) == 48 * (1 + 48 * 3)
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]
    assert len(data) < 1000
    assert data == pictures.photo("photo-1") != pictures.photo("photo-2")


def test_a_voice_is_whole_frames_of_silence() -> None:
    data = pictures.voice("voice-1")
    assert (len(data) - 6) % 32 == 0
    assert data[6] == 0x3C
    assert pictures.voice("voice-1") != pictures.voice("voice-22")
