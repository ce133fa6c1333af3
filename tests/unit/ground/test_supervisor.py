"""The supervisor starts programs, brings back what dies and stops all of them together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.settings import BadSettings, Settings, load_settings
from channels.programs import CannotStart, check_ports, endpoints_of, programs_of, shared_environment
from channels.secrets_file import load_or_make_secrets
from channels.setup import check_settings
from channels.supervisor import HANGS_AFTER, Program, Supervisor
from tests.installation import free_port

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
ACCOUNT = {"wechat_oa_appid": "wx1", "wechat_oa_secret": "secret", "wechat_oa_token": "token"}
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time, pathlib, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "pathlib.Path(sys.argv[1]).touch(); time.sleep(600)",
)


async def always_ready() -> bool:
    return True


def program(name: str, argv: tuple[str, ...] = SLEEPER, after: tuple[str, ...] = ()) -> Program:
    return Program(name, argv, dict(os.environ), always_ready, after)


@contextlib.asynccontextmanager
async def running(tmp_path: Path, *programs: Program) -> AsyncIterator[Supervisor]:
    supervisor, stop = Supervisor(programs, tmp_path), asyncio.Event()
    task = asyncio.create_task(supervisor.run(stop))
    await asyncio.sleep(0)
    await asyncio.wait_for(supervisor.wait_until_ready(), 20)
    try:
        yield supervisor
    finally:
        stop.set()
        await asyncio.wait_for(task, 30)


def pid_of(tmp_path: Path, name: str) -> int:
    return int((tmp_path / "run" / f"{name}.pid").read_text())


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(condition: object, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "did not happen in time"
        await asyncio.sleep(0.05)


async def test_a_killed_program_is_brought_back_under_a_new_process_id(tmp_path: Path) -> None:
    async with running(tmp_path, program("web")):
        first = pid_of(tmp_path, "web")
        os.kill(first, signal.SIGKILL)
        await until(lambda: pid_of(tmp_path, "web") != first)
        assert is_alive(pid_of(tmp_path, "web"))


async def test_a_program_that_does_not_answer_any_more_is_brought_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.supervisor.LOOK_S", 0.02)
    answers = iter([True, True, *[False] * HANGS_AFTER])

    async def hangs_once() -> bool:
        return next(answers, True)

    async with running(tmp_path, Program("web", SLEEPER, dict(os.environ), hangs_once)):
        first = pid_of(tmp_path, "web")
        os.kill(first, signal.SIGSTOP)
        await until(lambda: pid_of(tmp_path, "web") != first)
        assert not is_alive(first)
        assert is_alive(pid_of(tmp_path, "web"))


async def test_a_program_that_answers_now_and_then_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.supervisor.LOOK_S", 0.001)
    asked = 0

    async def slow() -> bool:
        nonlocal asked
        asked += 1
        return asked % HANGS_AFTER == 1

    async with running(tmp_path, Program("web", SLEEPER, dict(os.environ), slow)):
        first = pid_of(tmp_path, "web")
        await until(lambda: asked > 5 * HANGS_AFTER)
        assert pid_of(tmp_path, "web") == first


async def test_a_program_that_takes_long_to_start_is_not_taken_for_one_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.supervisor.LOOK_S", 0.001)
    asked = 0

    async def loading() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2 * HANGS_AFTER

    supervisor, stop = Supervisor([Program("rasa", SLEEPER, dict(os.environ), loading)], tmp_path), asyncio.Event()
    task = asyncio.create_task(supervisor.run(stop))
    await until((tmp_path / "run" / "rasa.pid").exists)
    first = pid_of(tmp_path, "rasa")
    await asyncio.wait_for(supervisor.wait_until_ready(), 20)
    assert pid_of(tmp_path, "rasa") == first
    stop.set()
    await task


async def test_stopping_ends_all_programs_and_removes_their_pid_files(tmp_path: Path) -> None:
    async with running(tmp_path, program("web"), program("worker")):
        pids = [pid_of(tmp_path, "web"), pid_of(tmp_path, "worker")]
    assert not any(is_alive(pid) for pid in pids)
    assert list((tmp_path / "run").glob("*.pid")) == []


async def test_a_program_that_ignores_the_polite_request_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.supervisor.STOP_PATIENCE_S", 0.5)
    marker = tmp_path / "started"
    async with running(tmp_path, program("web", (*STUBBORN, str(marker)))):
        await until(marker.exists)
        pid = pid_of(tmp_path, "web")
    assert not is_alive(pid)


async def test_a_program_waits_for_what_it_needs(tmp_path: Path) -> None:
    opened = asyncio.Event()

    async def when_opened() -> bool:
        return opened.is_set()

    redis = Program("redis", SLEEPER, dict(os.environ), when_opened)
    supervisor, stop = Supervisor((redis, program("web", after=("redis",))), tmp_path), asyncio.Event()
    task = asyncio.create_task(supervisor.run(stop))
    await until((tmp_path / "run" / "redis.pid").exists)
    assert not (tmp_path / "run" / "web.pid").exists()
    opened.set()
    await until((tmp_path / "run" / "web.pid").exists)
    stop.set()
    await task


async def test_what_a_program_says_is_in_its_log(tmp_path: Path) -> None:
    async with running(
        tmp_path, program("web", (sys.executable, "-c", "print('你好', flush=True); import time; time.sleep(600)"))
    ):
        await until(lambda: "你好" in (tmp_path / "log" / "web.log").read_text("utf-8"))


def test_a_port_in_use_is_named_with_what_to_do(tmp_path: Path) -> None:
    import socket

    port = free_port()
    settings = Settings(port=port, home_dir=tmp_path)
    check_ports(settings, endpoints_of(settings))
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(CannotStart, match=rf"{port} \(web\).*YOUSHI_PORT"):
            check_ports(settings, endpoints_of(settings))


@pytest.mark.parametrize("host", ["203.0.113.9", "999.1.1.1", "no such host"])
def test_an_address_that_is_not_this_machines_is_told(tmp_path: Path, host: str) -> None:
    settings = Settings(port=free_port(), home_dir=tmp_path, host=host)
    with pytest.raises(CannotStart, match="YOUSHI_HOST"):
        check_ports(settings, endpoints_of(settings))


@pytest.mark.parametrize(("host", "web"), [("::", "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("192.0.2.7", "192.0.2.7")])
def test_our_programs_reach_web_where_it_listens(tmp_path: Path, host: str, web: str) -> None:
    assert endpoints_of(Settings(port=8123, home_dir=tmp_path, host=host)).web == f"http://{web}:8123"


def test_addresses_given_from_outside_are_not_started_here(tmp_path: Path) -> None:
    settings = Settings(
        home_dir=tmp_path, redis_url="redis://127.0.0.1:1/0", rasa_url="http://127.0.0.1:2", actions_url="http://127.0.0.1:3"
    )
    endpoints = endpoints_of(settings)
    env = shared_environment(settings, endpoints, load_or_make_secrets(tmp_path))
    assert {program.name for program in programs_of(settings, endpoints, env)} == {"web", "worker"}
    assert env["YOUSHI_REDIS_URL"] == "redis://127.0.0.1:1/0"


def test_secrets_are_made_once_and_readable_by_the_owner_only(tmp_path: Path) -> None:
    first, second = load_or_make_secrets(tmp_path), load_or_make_secrets(tmp_path)
    assert first == second
    assert len(set(first.values())) == len(first)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"wechat_oa_appid": "wx1"}, "YOUSHI_ADMIN_PASSWORD"),
        ({"wechat_oa_appid": "wx1", "admin_password": "youshi-demo"}, "YOUSHI_ADMIN_PASSWORD"),
        ({**ACCOUNT, "admin_password": "short"}, "太短"),
        ({"wechat_oa_appid": "wx1", "admin_password": "a-real-password"}, "YOUSHI_WECHAT_OA_SECRET"),
        ({**ACCOUNT, "admin_password": "a-real-password", "clock": "simulated"}, "simulated"),
        ({"sms_provider": "kannel", "admin_password": "a-real-password"}, "YOUSHI_SMS_KANNEL_SENDSMS_URL"),
        ({"sms_provider": "aliyun", "admin_password": "a-real-password"}, "YOUSHI_SMS_ALIYUN_ACCESS_KEY_ID"),
        ({"sms_provider": "cmcc_mas", "admin_password": "a-real-password"}, "YOUSHI_SMS_CMCC_MAS_URL"),
        ({"home_dir": "/proc/youshi"}, "YOUSHI_HOME_DIR"),
    ],
)
def test_a_dangerous_configuration_does_not_start(tmp_path: Path, given: dict[str, str], refusal: str) -> None:
    with pytest.raises(CannotStart, match=refusal):
        check_settings(Settings(**{"home_dir": tmp_path, **given}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("DATABASE_URL", "mysql://u:hidden-word@x/y"),
        ("DATABASE_URL", "hidden-word"),
        ("REDIS_URL", "hidden-word"),
        ("RASA_URL", "hidden-word"),
        ("PUBLIC_URL", "youshi.example.cn"),
        ("LOG_LEVEL", "loud"),
        ("CLOCK", "moon"),
        ("SMS_PROVIDER", "pigeon"),
        ("WECHAT_SAFE_ONLY", "perhaps"),
    ],
)
def test_a_value_that_cannot_be_is_told_by_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"YOUSHI_{name}", value)
    with pytest.raises(BadSettings) as told:
        load_settings()
    assert str(told.value).startswith(f"YOUSHI_{name}: ")
    assert "hidden-word" not in str(told.value)


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "DATABASE_URL", "SMS_PROVIDER", "CLOCK", "PUBLIC_URL"):
        monkeypatch.setenv(f"YOUSHI_{name}", "")
    settings = load_settings()
    assert (settings.port, settings.sms_provider, settings.clock) == (8000, "simulator", "system")


def test_a_demo_and_a_proper_configuration_start(tmp_path: Path) -> None:
    check_settings(Settings(home_dir=tmp_path, clock="simulated"))
    check_settings(Settings(home_dir=tmp_path, admin_password="short"))
    check_settings(Settings(home_dir=tmp_path, admin_password="a-real-password", **ACCOUNT))
