"""The trained assistant with its action server and a backend, started once for all dialogues."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from backend.contracts.messages import Reply
from backend.domain.assistant_text import chosen
from backend.services.ports import AssistantTurn
from backend.storage.database import Database
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.work_orders import WorkOrderRow
from channels.assistant import RasaAssistant
from tests.bot.backend_app import TOKEN
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
_READY_SECONDS = 90


@dataclass
class Installation:
    """Where the three programs listen, and the file of the database."""

    rasa: str
    actions: str
    backend: str
    database: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start one of the programs, or start it again."""
        ports = {"rasa": self.rasa, "actions": self.actions, "backend": self.backend}
        port = ports[name].rsplit(":", 1)[1]
        commands = {
            "backend": [sys.executable, "-m", "uvicorn", "tests.bot.backend_app:app", "--port", port, "--log-level", "error"],
            "actions": [sys.executable, "-m", "uvicorn", "actions.server:app", "--port", port, "--log-level", "error"],
            "rasa": [
                *(
                    str(BOT_PYTHON),
                    "-W",
                    "ignore",
                    "-m",
                    "bot.without_tensorflow",
                    "run",
                    "--enable-api",
                    "-i",
                    "127.0.0.1",
                    "-p",
                    port,
                ),
                *("--model", "bot/models/current.tar.gz"),
                *("--credentials", "bot/credentials.yml", "--endpoints", "bot/endpoints.yml"),
            ],
        }
        self.processes[name] = subprocess.Popen(
            commands[name], cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def wait(self, url: str) -> None:
        """Until the program answers with something useful."""
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
                    if b"model_id" in answer.read() or not url.endswith("/status"):
                        return
            except OSError:
                time.sleep(0.3)
        raise TimeoutError(f"{url} is not ready")

    def kill(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    subprocess.run([str(ROOT / "bot" / "train.sh")], check=True, capture_output=True, timeout=600)
    ports = [free_port() for _ in range(3)]
    database = tmp_path_factory.mktemp("bot") / "bot.db"
    made = Installation(*(f"http://127.0.0.1:{port}" for port in ports), database=database)
    made.environment = {
        **os.environ,
        "YOUSHI_ACTIONS_URL": made.actions,
        "YOUSHI_BACKEND_URL": made.backend,
        "YOUSHI_RASA_URL": made.rasa,
        "YOUSHI_SERVICE_TOKEN": TOKEN,
        "YOUSHI_TEST_DATABASE": str(database),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
    }
    for name in ("backend", "actions", "rasa"):
        made.start(name)
    try:
        made.wait(f"{made.backend}/openapi.json")
        made.wait(f"{made.actions}/health")
        made.wait(f"{made.rasa}/status")
        yield made
    finally:
        for process in made.processes.values():
            process.terminate()


@dataclass
class Resident:
    """Somebody who talks to the assistant as the engine would pass it on."""

    database: Database
    assistant: RasaAssistant
    channel: str = "wechat_oa"
    phone: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    last: list[dict[str, str]] = field(default_factory=list)
    dialogue: int = 1

    async def arrive(self) -> Resident:
        now = datetime.now(UTC)
        values = {"channel": self.channel, "account": "a", "channel_user_id": self.phone or self.id, "phone": self.phone}
        async with self.database.transaction() as session:
            session.add(ConversationRow(id=self.id, created_at=now, updated_at=now, **values))
        return self

    async def row(self) -> ConversationRow:
        async with self.database.reading() as session:
            return (await session.scalars(select(ConversationRow).where(ConversationRow.id == self.id))).one()

    async def orders(self) -> list[WorkOrderRow]:
        async with self.database.reading() as session:
            query = select(WorkOrderRow).where(WorkOrderRow.conversation_id == self.id).order_by(WorkOrderRow.created_at)
            return list(await session.scalars(query))

    async def say(self, text: str, **meta: Any) -> str:
        """What the assistant answers, choices included."""
        row = await self.row()
        menu_id, label = chosen(text, self.last)
        metadata = {
            "conversation": self.id,
            "channel": self.channel,
            "channel_user_id": row.channel_user_id,
            "message_id": uuid.uuid4().hex,
            "message_time": datetime.now(UTC).isoformat(),
            "known_phone": row.phone,
            "kind": "text",
            "attachments": [],
            "location": None,
            "menu_id": menu_id,
            "draft": row.draft,
            "rating_pending": row.rating_pending,
            **meta,
        }
        replies: tuple[Reply, ...] = await self.assistant.respond(
            AssistantTurn(f"{self.id}.{self.dialogue}", label or text, metadata)
        )
        self.last = [{"id": choice.id, "label": choice.label} for choice in replies[-1].choices]
        return "\n".join(reply.text for reply in replies)

    async def say_all(self, *texts: str) -> str:
        answer = ""
        for text in texts:
            answer = await self.say(text)
        return answer

    def forgotten(self) -> None:
        """Rasa was restarted: its memory of this dialogue is gone."""
        self.dialogue += 1


@pytest.fixture
async def people(installation: Installation) -> AsyncIterator[Any]:
    """A maker of residents."""
    database = Database(f"sqlite+aiosqlite:///{installation.database}")
    assistant = RasaAssistant(installation.rasa, actions_url=installation.actions)

    async def make(**values: Any) -> Resident:
        return await Resident(database, assistant, **values).arrive()

    yield make
    await assistant.close()
    await database.close()
    await asyncio.sleep(0)
