"""One supervisor for all programs on one machine: starts them, brings back what dies or hangs, stops them together.

Every program's process id is in `{home_dir}/run/{name}.pid`, its output in `{home_dir}/log/{name}.log`, of a bounded size
(`channels.log_files`). On larger installations
systemd or Kubernetes does this work (deploy/).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from channels.log_files import keep_small

log = structlog.get_logger()

STOP_PATIENCE_S = 10.0
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
LOOK_S = 5.0
HANGS_AFTER = 6  # looks in a row without an answer, each of some seconds: a busy program answers one of them
CALM_S = 30.0  # a program that ran this long has recovered: its next death is answered at once again
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """What to run. `is_ready` is asked until it says yes; `after` names programs that must be ready first."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    is_ready: Callable[[], Awaitable[bool]]
    after: Sequence[str] = ()


@dataclass
class Supervisor:
    """Runs programs until told to stop."""

    programs: Sequence[Program]
    home_dir: Path
    on_ready: Callable[[str, float], None] = lambda _name, _seconds: None
    log_bytes: int = 100_000_000  # of each program, older files included
    _ready: dict[str, asyncio.Event] = field(default_factory=dict)
    _processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Start everything and watch it until `stop` is set; then end all programs, politely first."""
        (self.home_dir / "run").mkdir(parents=True, exist_ok=True)
        (self.home_dir / "log").mkdir(parents=True, exist_ok=True)
        self._ready = {program.name: asyncio.Event() for program in self.programs}
        watchers = [asyncio.create_task(self._watch(program)) for program in self.programs]
        logs = [self._log_path(program.name) for program in self.programs]
        watchers.append(asyncio.create_task(keep_small(logs, bytes_in_all=self.log_bytes)))
        try:
            await stop.wait()
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)
            await self._stop_all()

    async def wait_until_ready(self) -> None:
        await asyncio.gather(*(event.wait() for event in self._ready.values()))

    async def _watch(self, program: Program) -> None:
        for name in program.after:
            await self._ready[name].wait()
        pause = FIRST_PAUSE_S
        while True:
            started = time.monotonic()
            process = await self._start(program)
            attendant = asyncio.create_task(self._look_after(program, process, started))
            code = await process.wait()
            attendant.cancel()
            log.warning("program_died", program=program.name, code=code, log=str(self._log_path(program.name)))
            pause = FIRST_PAUSE_S if time.monotonic() - started > CALM_S else min(pause * 2, LONGEST_PAUSE_S)
            await asyncio.sleep(pause)

    async def _start(self, program: Program) -> asyncio.subprocess.Process:
        with self._log_path(program.name).open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *program.argv,
                env=dict(program.env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone; it ends the programs in order
                preexec_fn=_die_with_parent,
            )
        self._processes[program.name] = process
        self._pid_path(program.name).write_text(f"{process.pid}\n")
        return process

    async def _look_after(self, program: Program, process: asyncio.subprocess.Process, started: float) -> None:
        """Tell when the program is ready, and end it when it does not answer any more, so that it is brought back."""
        while not await program.is_ready():  # noqa: ASYNC110 - another process, only asking tells
            await asyncio.sleep(0.2)
        if not self._ready[program.name].is_set():
            self._ready[program.name].set()
            self.on_ready(program.name, time.monotonic() - started)
        missed = 0
        while missed < HANGS_AFTER:
            await asyncio.sleep(LOOK_S)
            missed = 0 if await program.is_ready() else missed + 1
        log.error("program_hangs", program=program.name, log=str(self._log_path(program.name)))
        _signal_group(process.pid, signal.SIGKILL)

    async def _stop_all(self) -> None:
        running = [process for process in self._processes.values() if process.returncode is None]
        for process in running:
            _signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*(process.wait() for process in running)), STOP_PATIENCE_S)
        for process in running:
            if process.returncode is None:
                _signal_group(process.pid, signal.SIGKILL)
                await process.wait()
        for program in self.programs:
            self._pid_path(program.name).unlink(missing_ok=True)

    def _pid_path(self, name: str) -> Path:
        return self.home_dir / "run" / f"{name}.pid"

    def _log_path(self, name: str) -> Path:
        return self.home_dir / "log" / f"{name}.log"


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


def _die_with_parent() -> None:
    # without this a killed supervisor leaves programs behind that hold the ports
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
