"""The action server: `uvicorn actions.server:app`.

Speaks Rasa's protocol (POST /webhook) with the executor of rasa-sdk inside a small FastAPI app, so that the process owns one
pool of connections to the backend and starts in a second.
"""

from __future__ import annotations

import json
import warnings
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions import form, order_actions, talk_actions
from actions.backend import backend, use_backend
from actions.base import ResidentAction

log = structlog.get_logger()
# The SDK is newer than the assistant on purpose (it runs on Python 3.12); the protocol between them has not changed.
warnings.filterwarnings("ignore", message=".*versions of rasa and rasa_sdk.*")
warnings.filterwarnings("ignore", message=".*Your versions of rasa.*")
MODULES = (form, order_actions, talk_actions)


def make_executor() -> ActionExecutor:
    """An executor that knows all our actions."""
    executor = ActionExecutor()
    for module in MODULES:
        for item in vars(module).values():
            if isinstance(item, type) and issubclass(item, ResidentAction) and item.action_name:
                executor.register_action(item())
    return executor


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield
    await backend().close()
    use_backend(None)


app = FastAPI(title="Youshi actions", lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None)
_executor = make_executor()


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/webhook")
async def webhook(request: Request) -> JSONResponse:
    """Run one action. 400 with the action's name when it rejects the message, 404 for an action that we do not have."""
    body = await request.body()
    if request.headers.get("content-encoding") == "deflate":
        body = zlib.decompress(body)
    call: dict[str, Any] = json.loads(body)
    call.setdefault("domain", {})  # left out on purpose (enable_selective_domain): no action reads it
    try:
        result = await _executor.run(call)
    except ActionExecutionRejection as rejection:
        return JSONResponse({"error": str(rejection), "action_name": rejection.action_name}, status_code=400)
    except ActionNotFoundException as missing:
        log.warning("unknown_action", action=missing.action_name)
        return JSONResponse({"error": str(missing), "action_name": missing.action_name}, status_code=404)
    return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})
