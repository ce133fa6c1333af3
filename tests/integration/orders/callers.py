"""Who calls the interface of work orders in tests, and how."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from backend.api import auth as auth_api
from backend.api import directory, problems, reports, work_orders
from backend.api.dependencies import AppContext
from backend.contracts.people import Role
from backend.services import auth
from backend.settings import Settings
from backend.storage.database import Database
from backend.storage.tables.people import TokenRow, UserRow
from tests.clocks import HandClock

SERVICE_TOKEN = "our-own-programs"
STORY = {
    "category": "供暖",
    "subcategory": "室温不达标",
    "description": "屋里暖气冰凉",
    "address": {"text": "园林街道翠园小区6号楼2单元301", "street": "园林街道", "estate": "翠园小区"},
    "contact_phone": "17000001234",
    "channel": "sms",
    "channel_user_id": "17000001234",
    "on_behalf_of": "conversation-li",
    "requested_at": "2026-11-20T19:30:00+08:00",
}
PEOPLE = {
    "admin": (Role.ADMIN, None),
    "dispatcher": (Role.DISPATCHER, None),
    "supervisor": (Role.SUPERVISOR, None),
    "heater": (Role.HANDLER, "heating"),
    "plumber": (Role.HANDLER, "water"),
}


class Api:
    """Speaks to the app as one of the people, as our own programs, or as nobody."""

    def __init__(self, client: httpx.AsyncClient, clock: HandClock) -> None:
        self.client, self.clock = client, clock

    async def call(self, who, method, path, *, status=200, **request):
        token = SERVICE_TOKEN if who == "service" else f"token-of-{who}"
        headers = {**({"Authorization": f"Bearer {token}"} if who else {}), **request.pop("headers", {})}
        response = await self.client.request(method, f"/api/v1{path}", headers=headers, **request)
        assert response.status_code == status, response.text
        if status >= 400:
            assert response.headers["content-type"] == "application/problem+json"
        return response.json()

    async def file(self, who="service", **changes):
        return await self.call(who, "POST", "/work-orders", json={**STORY, **changes}, status=201)

    async def do(self, who, order, verb, *, status=200, **body):
        return await self.call(who, "POST", f"/work-orders/{order['number']}/{verb}", json=body, status=status)

    async def resolved(self, **changes):
        order = await self.file(**changes)
        await self.do("heater", order, "acknowledge")
        return await self.do("heater", order, "resolve", note="换了阀门")


@asynccontextmanager
async def calling(database: Database, home: Path, now: datetime) -> AsyncIterator[Api]:
    """The interface over a database, its clock standing still at `now`, with one person of each role."""
    clock = HandClock(now)
    app = FastAPI()
    problems.install(app)
    for module in (auth_api, directory, reports, work_orders):
        app.include_router(module.router)
    settings = Settings(home_dir=home, service_token=SecretStr(SERVICE_TOKEN))
    app.state.context = AppContext(settings=settings, database=database, clock=clock, assistant=None)
    async with database.transaction() as session:
        for name, (role, unit) in PEOPLE.items():
            user = {"id": name, "username": name, "name": name, "role": role.value, "unit_id": unit}
            session.add(UserRow(**user, password_hash="", active=True, created_at=now))
        await session.flush()
        for name in PEOPLE:
            digest = auth._digest(f"token-of-{name}")
            session.add(TokenRow(digest=digest, user_id=name, expires_at=now + timedelta(days=90), created_at=now))
    transport = httpx.ASGITransport(app=app, client=("10.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://youshi") as client:
        yield Api(client, clock)
