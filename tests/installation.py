"""A whole installation for tests: the real programs under the real supervisor, on free ports and in a folder of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from channels.simulator.driver import Site
from tests import ports

ROOT = Path(__file__).resolve().parent.parent
ADMIN_PASSWORD = "for-tests-only"
START_PATIENCE_S = 180.0
PORTS_NEEDED = (5, 6, 7)


class NotStarted(Exception):
    """The installation did not come up; the text holds the end of its output."""


@dataclass
class Installation:
    """One running `youshi run`. `home` holds its state, logs and pid files."""

    home: Path
    port: int
    extra_env: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _others: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("YOUSHI_")}
        own = {"YOUSHI_HOME_DIR": str(self.home), "YOUSHI_PORT": str(self.port), "YOUSHI_ADMIN_PASSWORD": ADMIN_PASSWORD}
        return {**clean, **own, "YOUSHI_BACKEND_URL": self.base_url, "PYTHONPATH": str(ROOT), **self.extra_env}

    async def start(self) -> None:
        """Start and wait until every program is ready. Raises NotStarted."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "supervisor.log").open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "channels.cli", "run"], cwd=ROOT, env=self.env, stdout=output, stderr=output
            )
        deadline = time.monotonic() + START_PATIENCE_S
        while "已就绪" not in (self.home / "supervisor.log").read_text("utf-8"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise NotStarted((self.home / "supervisor.log").read_text("utf-8")[-2000:] + self.tails())
            await asyncio.sleep(0.2)

    def start_simulator(self, port: int) -> str:
        """A simulator of its own, which survives whatever is done to our programs; returns its base URL."""
        env = {**self.env, "YOUSHI_SIMULATOR_PORT": str(port)}
        with (self.home / "simulator.log").open("ab") as output:
            command = [sys.executable, "-m", "channels.simulator"]
            self._others.append(subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output))
        return f"http://127.0.0.1:{port}"

    def pid_of(self, program: str) -> int:
        return int((self.home / "run" / f"{program}.pid").read_text())

    def kill(self, program: str) -> int:
        """`kill -9`; returns the process id that was killed."""
        pid = self.pid_of(program)
        os.kill(pid, signal.SIGKILL)
        return pid

    async def comes_back(self, program: str, old_pid: int, patience: float = 60.0) -> None:
        """Wait until the supervisor has started the program again. Raises NotStarted."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError, ValueError):
                if self.pid_of(program) != old_pid:
                    return
            await asyncio.sleep(0.1)
        raise NotStarted(f"{program} was not brought back within {patience:.0f} s")

    def stop(self) -> int | None:
        """Ctrl-C; returns the exit code of the supervisor."""
        for other in self._others:
            other.kill()
            other.wait()
        if self._process is None:
            return None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        return self._process.returncode

    def tails(self) -> str:
        """The last lines of every program's log, for a failing test."""
        logs = sorted((self.home / "log").glob("*.log"))
        return "".join(f"\n--- {path.name}\n{path.read_text('utf-8', 'replace')[-1500:]}" for path in logs)

    @contextlib.asynccontextmanager
    async def site(self, username: str = "admin", password: str = ADMIN_PASSWORD) -> AsyncIterator[Site]:
        """This installation seen from outside, signed in."""
        async with aiohttp.ClientSession() as http:
            site = Site(http, self.base_url)
            await site.sign_in(username, password)
            yield site


def free_port() -> int:
    """A web port whose neighbours, which the other programs take, are free as well."""
    return ports.free_port(*PORTS_NEEDED)
