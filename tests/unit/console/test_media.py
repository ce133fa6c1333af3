"""What residents attached: who may open it, as what, and where the pages link to it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from backend.api import media as media_api
from backend.api import problems
from backend.storage.media import MediaFiles
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.work_orders import WorkOrderRow
from tests.unit.console.scene import Context, order, resident_says

PICTURE = b"\xff\xd8\xff\xe0 a photo"
DIGEST = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
async def api(context: Context) -> Any:
    app = FastAPI()
    problems.install(app)
    app.include_router(media_api.router)
    app.state.context = context
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://youshi.test") as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("username", ["zhou", "sun", "wu", "admin"])
async def test_staff_get_the_photo_as_what_it_is(api: httpx.AsyncClient, filled: Any, tmp_path: Path, username: str) -> None:
    MediaFiles(tmp_path).keep(PICTURE, "image/jpeg")
    answer = await api.get(f"/api/v1/media/{DIGEST}", headers=bearer(filled.tokens[username]))
    assert (answer.status_code, answer.content) == (200, PICTURE)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"].startswith("private")


async def test_nobody_else_gets_it(api: httpx.AsyncClient, tmp_path: Path) -> None:
    MediaFiles(tmp_path).keep(PICTURE, "image/jpeg")
    assert (await api.get(f"/api/v1/media/{DIGEST}")).status_code == 401
    assert (await api.get(f"/api/v1/media/{DIGEST}", headers=bearer("wrong"))).status_code == 401


@pytest.mark.parametrize("name", ["0" * 64, DIGEST[:-1], DIGEST.upper(), "*", "..%2f..%2fyoushi.db", f"{DIGEST}.jpg"])
async def test_anything_but_a_known_hash_is_not_found(api: httpx.AsyncClient, filled: Any, tmp_path: Path, name: str) -> None:
    MediaFiles(tmp_path).keep(PICTURE, "image/jpeg")
    answer = await api.get(f"/api/v1/media/{name}", headers=bearer(filled.tokens["zhou"]))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("kind", "told", "disposition"),
    [
        ("text/html", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("audio/amr", "audio/amr", "inline"),
        ("video/mpeg4", "video/mp4", "inline"),
        ("image/png", "image/png", "inline"),
    ],
)
async def test_only_photos_voices_and_videos_are_shown_and_all_else_is_saved(
    api: httpx.AsyncClient, filled: Any, tmp_path: Path, kind: str, told: str, disposition: str
) -> None:
    stored = MediaFiles(tmp_path).keep(b"<script>alert(1)</script>", kind)
    answer = await api.get(f"/api/v1/media/{stored.sha256}", headers=bearer(filled.tokens["zhou"]))
    assert answer.headers["content-type"] == told
    assert answer.headers["content-disposition"].startswith(disposition)


async def test_the_console_shows_it_to_people_who_are_signed_in_there(browser: Any, tmp_path: Path) -> None:
    MediaFiles(tmp_path).keep(PICTURE, "image/jpeg")
    async with browser("sun") as client:
        answer = await client.get(f"/console/media/{DIGEST}")
        assert (answer.status_code, answer.content) == (200, PICTURE)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert (await client.get(f"/console/media/{'0' * 64}")).status_code == 404
    async with browser() as client:
        assert (await client.get(f"/console/media/{DIGEST}")).headers["location"].startswith("/console/login")


@pytest.mark.parametrize(
    ("attachment", "shown"),
    [
        ({"sha256": DIGEST, "url": "http://platform.example/1"}, f'href="/console/media/{DIGEST}"'),
        ({"url": "http://platform.example/1"}, 'href="http://platform.example/1"'),
        ({"url": "http://platform.example/1", "lost": "expired"}, 'href="http://platform.example/1"'),
        ({"lost": "expired"}, "没能取下来"),
    ],
)
async def test_the_transcript_links_to_our_copy_else_to_the_platforms_else_says_that_it_is_gone(
    browser: Any, context: Context, attachment: dict[str, str], shown: str
) -> None:
    conversation = await resident_says(context.database, "看看这灯")
    async with context.database.transaction() as session:
        await session.execute(update(MessageRow).values(attachments=[{"kind": "image", "media_id": "m", **attachment}]))
    async with browser("zhou") as client:
        page = (await client.get(f"/console/conversations/{conversation}")).text
    assert shown in page


async def test_the_order_page_links_to_our_copy(browser: Any, context: Context) -> None:
    row = await order(context.database)
    async with context.database.transaction() as session:
        await session.execute(update(WorkOrderRow).values(attachments=[{"kind": "image", "sha256": DIGEST}, {"kind": "image"}]))
    async with browser("zhou") as client:
        page = (await client.get(f"/console/orders/{row.number}")).text
    assert f'href="/console/media/{DIGEST}"' in page
    assert "2个" in page
