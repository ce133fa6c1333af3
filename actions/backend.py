"""Calls to the backend: one shared connection pool, short timeouts, errors in two kinds."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import aiohttp
import stamina

_TIMEOUT = aiohttp.ClientTimeout(total=5.0, sock_connect=1.0)
_KEEP_ALIVE = 4  # seconds; shorter than servers keep an idle connection (uvicorn: 5), so that none is used while it closes
_PATIENCE_S = 7.0  # less than the 8 s after which the engine apologises
_RESTART_S = 5.0  # nobody listens for about so long while the backend restarts; residents wait longer for an answer
_REFUSED_FROM = 400
_BROKEN_FROM = 500


class BackendError(Exception):
    """The backend did not do it."""


class BackendDown(BackendError):
    """No answer, or an answer of the kind 5xx: nothing is known about what happened."""


class BackendRefused(BackendError):
    """The backend said no: `status`, the stable `code` and a sentence for people."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        self.detail = str(problem.get("detail", ""))
        super().__init__(f"{status} {self.code}")


class Backend:
    """The backend's API. Open it once per process and close it at the end."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def from_environment(cls) -> Backend:
        """From YOUSHI_BACKEND_URL and YOUSHI_SERVICE_TOKEN."""
        return cls(os.environ.get("YOUSHI_BACKEND_URL", "http://127.0.0.1:8000"), os.environ.get("YOUSHI_SERVICE_TOKEN", ""))

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """The JSON answer (None for 204). Raises BackendDown, BackendRefused.

        A call that was cut off is made again for the seconds that a restart takes: nobody listened, or the connection had just
        been closed. All our calls may be repeated (the draft and verbs know the message, filing knows the form).
        """
        try:
            async with asyncio.timeout(_PATIENCE_S):
                async for attempt in stamina.retry_context(
                    aiohttp.ClientConnectionError, attempts=None, timeout=_RESTART_S, wait_initial=0.1, wait_max=0.5
                ):
                    with attempt:
                        return await self._once(method, path, json=body, params=query, headers=headers)
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            raise BackendDown(f"{method} {path}: {type(error).__name__}") from error

    async def _once(self, method: str, path: str, **request: Any) -> Any:
        async with self._open().request(method, f"{self._base_url}/api/v1/{path}", **request) as response:
            if response.status >= _BROKEN_FROM:
                raise BackendDown(f"{method} {path}: {response.status}")
            if response.status >= _REFUSED_FROM:
                raise BackendRefused(response.status, await response.json(content_type=None))
            return None if response.status == 204 else await response.json()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=64, keepalive_timeout=_KEEP_ALIVE)
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=_TIMEOUT, connector=connector)
        return self._session


_shared: list[Backend] = []


def backend() -> Backend:
    """The process's backend, made on first use."""
    if not _shared:
        _shared.append(Backend.from_environment())
    return _shared[0]


def use_backend(instance: Backend | None) -> None:
    """Replace the process's backend (None: made anew on next use)."""
    _shared[:] = [instance] if instance else []
