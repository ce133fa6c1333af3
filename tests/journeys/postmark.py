"""The hour on an SMS: Kannel stamps what it hands in with the machine's time, and an installation may live at another one."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

from channels.clock import SimulatedClock
from tests.ports import free_port


@contextlib.asynccontextmanager
async def postmark(mo_url: str, clock: SimulatedClock) -> AsyncIterator[str]:
    """Give the address where Kannel hands in: every call goes on to `mo_url` with `ts` read from `clock`, its answer back."""
    async with aiohttp.ClientSession() as http:

        async def hand_in(request: web.Request) -> web.Response:
            query = {**request.query, "ts": str(int(clock.now().timestamp()))}
            try:
                async with http.get(mo_url, params=query) as answer:
                    return web.Response(status=answer.status, body=await answer.read())
            except aiohttp.ClientError:
                return web.Response(status=503)  # Kannel calls again

        app = web.Application()
        app.router.add_get("/mo", hand_in)
        runner = web.AppRunner(app)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield f"http://127.0.0.1:{port}/mo"
        finally:
            await runner.cleanup()
