"""The Open311 endpoint on a seeded SQLite database, seen through HTTP."""

import shutil
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element

import httpx
import pytest
from defusedxml.ElementTree import fromstring
from fastapi import FastAPI

from backend.api import open311
from backend.api.dependencies import AppContext
from backend.contracts.conversations import Address
from backend.contracts.work_orders import Verb
from backend.services.casework import apply_verb
from backend.services.intake import NewWorkOrder, accept_work_order
from backend.settings import Settings
from backend.storage.database import Database
from tests.clocks import HandClock
from tests.databases import filled

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
KEY = "key-of-the-city-app"
GOOD = {
    "api_key": KEY,
    "service_code": "1101",
    "address_string": "铁东区园林街道翠园小区6号楼",
    "description": '路灯不亮,晚上出门看不见路 <3 & "怕摔"',
}


@dataclass
class Town:
    """The endpoint and the database behind it."""

    database: Database
    clock: HandClock
    settings: Settings
    http: httpx.AsyncClient

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.http.get(f"/open311/{path}", params=params)

    async def listed(self, **params: Any) -> list[dict[str, Any]]:
        answer = await self.get("v2/requests.json", **params)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    async def ids(self, **params: Any) -> list[str]:
        return [each["service_request_id"] for each in await self.listed(**params)]

    async def post(
        self, fmt: str = "json", headers: dict[str, str] | None = None, at: str = "v2", **changes: Any
    ) -> httpx.Response:
        form = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
        return await self.http.post(f"/open311/{at}/requests.{fmt}", data=form, headers=headers)

    async def filed(self, **changes: Any) -> str:
        answer = await self.post(**changes)
        assert answer.status_code == 200, answer.text
        number: str = answer.json()[0]["service_request_id"]
        return number

    async def told(self, **changes: Any) -> str:
        """An order that a resident filed by chat; returns its number."""
        values = {
            "service_code": "1101",
            "category": "",
            "subcategory": "",
            "description": "我家门口路灯不亮,我姓李,打17000001234找我",
            "address": Address(
                text="园林街道翠园小区6号楼2单元301",
                street="园林街道",
                estate="翠园小区",
                building="6",
                unit="2",
                room="301",
                lat=41.108765,
                lon=122.995678,
            ),
            "occurred_at": None,
            "contact_phone": "17000001234",
            "contact_name": "李阿姨",
            "anonymous": False,
            "confidential": False,
            "attachments": ({"kind": "image", "url": "https://photos.example/private.jpg"},),
            "channel": "wechat_oa",
            "channel_user_id": "oTESTuser000000000000000001",
            "conversation_id": None,
            "requested_at": self.clock.now(),
            **changes,
        }
        async with self.database.transaction() as session:
            order = await accept_work_order(
                session,
                request=NewWorkOrder(**values),
                idempotency_key=uuid.uuid4().hex,
                actor="resident",
                now=self.clock.now(),
            )
            return order.number

    async def do(self, number: str, verb: Verb, **data: Any) -> None:
        async with self.database.transaction() as session:
            await apply_verb(
                session, number=number, verb=verb, actor="dispatcher:zhou", data=data, expected_version=None, now=self.clock.now()
            )


def xml_of(answer: httpx.Response) -> Element:
    return fromstring(answer.content)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory) -> Path:
    return filled(tmp_path_factory.mktemp("open311"), NOW)


@pytest.fixture
async def town(tmp_path, seeded) -> AsyncIterator[Town]:
    shutil.copy(seeded, tmp_path / "town.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'town.db'}")
    clock = HandClock(NOW)
    settings = Settings(open311_api_keys=f" {KEY} , another-key,", sms_provider="kannel", public_url="https://youshi.example/")
    app = FastAPI()
    app.include_router(open311.router)
    app.state.context = AppContext(settings=settings, database=database, clock=clock, assistant=SimpleNamespace())
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        yield Town(database, clock, settings, http)
    await database.close()


DAY = timedelta(days=1)
