"""The assistant behind Rasa's REST channel: one turn, one request; every way it can fail has a name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import aiohttp

from backend.contracts.messages import Choice, Reply
from backend.contracts.understanding import Understood
from backend.services.ports import AssistantFailed, AssistantTurn

_CONNECT_SECONDS = 1.0
_HEALTH_SECONDS = 2.0
_KEEP_ALIVE = 4  # shorter than servers keep an idle connection (Rasa's: 5), so that none is used while it closes


class RasaAssistant:
    """Fills the Assistant port. `timeout`: seconds until an answer is given up (the caller may give up earlier).

    Rasa answers 200 `[]` for a failing action server, a failing policy and a missing model alike; its `/status` and the
    `/health` of the action server (`actions_url`, when given) tell them apart.
    """

    def __init__(self, base_url: str, *, actions_url: str = "", timeout: float = 60.0, connections: int = 64) -> None:
        self._base_url = base_url.rstrip("/")
        self._actions_url = actions_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=_CONNECT_SECONDS)
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def respond(self, turn: AssistantTurn) -> tuple[Reply, ...]:
        """What the assistant says. Raises AssistantFailed: down, timeout, http_error, bad_json, no_model, actions_down, empty."""
        body = {"sender": turn.sender, "message": turn.text, "metadata": turn.metadata}
        data = await self._post("/webhooks/rest/webhook", body)
        if not isinstance(data, list):
            raise AssistantFailed("bad_json", "no list of messages")
        replies = tuple(reply for reply in map(_reply, data) if reply is not None)
        if not replies:
            raise AssistantFailed(await self._why_empty())
        understood = next((told for told in map(_understood, data) if told is not None), None)
        passing = len(replies) == 1 and any(_told(item).get("passing") is True for item in data)
        return (replace(replies[0], understood=understood, passing=passing), *replies[1:])

    async def parse(self, text: str, metadata: dict[str, Any]) -> dict[str, Any]:
        """Intent, categories and issues of a text without a dialogue. Raises AssistantFailed.

        Rasa's parse call takes no metadata: what depends on the message's time is computed by the caller.
        """
        data = await self._post("/model/parse", {"text": text})
        if not isinstance(data, dict) or "intent" not in data:
            raise AssistantFailed("bad_json", "no parse")
        return data

    async def is_ready(self) -> bool:
        """Whether Rasa is up with a model."""
        try:
            async with self._open().get(
                f"{self._base_url}/status", timeout=aiohttp.ClientTimeout(total=_HEALTH_SECONDS)
            ) as response:
                return response.status == 200 and bool((await response.json(content_type=None)).get("model_id"))
        except (TimeoutError, aiohttp.ClientError, ValueError):
            return False

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        try:
            async with self._open().post(f"{self._base_url}{path}", json=body) as response:
                if response.status == 409:  # Rasa: "No agent loaded"
                    raise AssistantFailed("no_model")
                if response.status != 200:
                    raise AssistantFailed("http_error", str(response.status))
                return await response.json(content_type=None)
        except aiohttp.ServerTimeoutError as error:
            raise AssistantFailed("timeout") from error
        except TimeoutError as error:
            raise AssistantFailed("timeout") from error
        except aiohttp.ClientConnectionError as error:
            raise AssistantFailed("down", type(error).__name__) from error
        except aiohttp.ClientError as error:
            raise AssistantFailed("http_error", type(error).__name__) from error
        except ValueError as error:
            raise AssistantFailed("bad_json") from error

    async def _why_empty(self) -> str:
        """An empty answer hides its reason: no model, or an action server that does not answer, or truly nothing to say."""
        if not await self.is_ready():
            return "no_model"
        if self._actions_url and not await self._answers(f"{self._actions_url}/health"):
            return "actions_down"
        return "empty"

    async def _answers(self, url: str) -> bool:
        try:
            async with self._open().get(url, timeout=aiohttp.ClientTimeout(total=_HEALTH_SECONDS)) as response:
                return response.status == 200
        except (TimeoutError, aiohttp.ClientError):
            return False

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_KEEP_ALIVE)
            self._session = aiohttp.ClientSession(timeout=self._timeout, connector=connector)
        return self._session


def _reply(item: Any) -> Reply | None:
    """A message of Rasa as a bubble; buttons become the numbered choice. None for anything without words."""
    if not isinstance(item, dict) or not str(item.get("text") or "").strip():
        return None
    buttons = item.get("buttons") or []
    choices = tuple(Choice(str(button["payload"]), str(button["title"])) for button in buttons if "payload" in button)
    return Reply(str(item["text"]), choices)


def _understood(item: Any) -> Understood | None:
    """What the actions tell beside their words; None for anything that is not that, because a resident's answer never fails for
    it."""
    told = _told(item).get("understood")
    if not isinstance(told, dict):
        return None
    try:
        return Understood(**told)
    except TypeError:
        return None


def _told(item: Any) -> dict[str, Any]:
    """What an action says beside its words."""
    told = item.get("custom") if isinstance(item, dict) else None
    return told if isinstance(told, dict) else {}
