"""A backend that remembers what was asked and answers what a test prepared."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from actions.backend import Backend, use_backend
from backend.domain.language.wishes import around_another

Answer = Callable[[dict[str, Any]], tuple[int, Any]]


@dataclass
class FakeBackend:
    """`answers` by "METHOD path-without-/api/v1/"; the rest gets `otherwise`: 503, as from a broken backend."""

    answers: dict[str, Answer | tuple[int, Any]] = field(default_factory=dict)
    otherwise: tuple[int, Any] = (503, {"code": "unavailable"})
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def bodies(self, call: str) -> list[dict[str, Any]]:
        """What was sent with this call, in order."""
        return [body for name, body in self.calls if name == call]

    async def _handle(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else dict(request.query)
        name = f"{request.method} {request.path.removeprefix('/api/v1/')}"
        self.calls.append((name, body))
        prepared = self.answers.get(name, self.otherwise)
        status, data = prepared(body) if callable(prepared) else prepared
        return web.json_response(data, status=status)

    async def listen(self, port: int | None = None) -> TestServer:
        """Start to answer, on a free port unless one is given; the caller closes it."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        server = TestServer(app, port=port)
        await server.start_server()
        return server


@asynccontextmanager
async def running(fake: FakeBackend) -> AsyncIterator[FakeBackend]:
    """The fake behind a real socket, as the process's backend."""
    server = await fake.listen()
    client = Backend(str(server.make_url("")), "token")
    use_backend(client)
    try:
        yield fake
    finally:
        use_backend(None)
        await client.close()
        await server.close()


def tracker(
    text: str = "",
    intent: str = "provide_info",
    *,
    slots: dict[str, Any] | None = None,
    loop: str = "",
    parsed: dict[str, Any] | None = None,
    **meta: Any,
) -> dict[str, Any]:
    """Tracker JSON as Rasa sends it."""
    metadata = {
        "conversation": "c1",
        "message_id": "m1",
        "message_time": "2026-11-21T15:30:00+08:00",
        "draft": None,
        "attachments": [],
        **meta,
    }
    message = {
        "text": text,
        "intent": {"name": intent},
        "metadata": metadata,
        "facts": {},
        "another": around_another(text),
        **(parsed or {}),
    }
    return {
        "sender_id": "c1.1",
        "slots": slots or {},
        "latest_message": message,
        "events": [],
        "paused": False,
        "followup_action": None,
        "active_loop": {"name": loop} if loop else {},
        "latest_action_name": "action_listen",
    }


def order(number: str = "261121000017", state: str = "dispatched", **values: Any) -> dict[str, Any]:
    """An order as the API shows it."""
    return {
        "number": number,
        "state": state,
        "category": "供暖",
        "subcategory": "室温不达标",
        "unit_name": "供热公司",
        "due_at": "2026-11-24T18:00:00+08:00",
        "on_site_due_at": None,
        "requested_at": "2026-11-20T09:00:00+08:00",
        "rating": None,
        **values,
    }


def drafted(key: str = "address", **values: Any) -> dict[str, Any]:
    """The backend's answer to a message for the draft."""
    draft = {"missing": [key], "service_code": "0101", "form": {"id": "d1", "requested": key, "asked": {key: 1}}}
    return {
        "draft": draft,
        "outcome": "ask",
        "question": {"key": key, "values": {}, "choices": []},
        "changed": [],
        "remarks": [],
        "understood": True,
        "misunderstood": 0,
        **values,
    }
