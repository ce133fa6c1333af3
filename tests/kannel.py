"""A real Kannel for tests: bearerbox and smsbox on free loopback ports, behind them the SMPP carrier of `tests/smsc.py`.

    async with RealKannel(f"{base_url}/sms/{token}/kannel/mo") as kannel:
        ...start the program under test with kannel.environment()
        await kannel.send_mo("17000000001", "屋里暖气冰凉")
        answer = await kannel.wait_for("17000000001", lambda text: "地址" in text)

Both programs run as `nobody` where the tests run as root, in a folder of their own, and die with the tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import sqlite3
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.ports import free_port
from tests.smsc import Arrived, Smsc

BEARERBOX, SMSBOX = "/usr/sbin/bearerbox", "/usr/sbin/smsbox"
CONFIGURATION = Path(__file__).parent.parent / "deploy" / "kannel"
NOBODY = 65534
SENDER = "106900000001"
START_SECONDS = 15.0


class RealKannel:
    """`mo_url` is our own push address, without a query. `retry_delay`: seconds between Kannel's calls to it while it fails."""

    def __init__(self, mo_url: str, *, sender: str = SENDER, retry_delay: int = 1, retries: int = 1000) -> None:
        self.sender = sender
        self.username = "youshi"
        self.password = secrets.token_hex(8)
        self.smsc = Smsc()
        self._mo_url = mo_url
        self._retry_delay = retry_delay
        self._retries = retries
        self._admin_password = secrets.token_hex(8)
        self._ports = {name: free_port() for name in ("admin", "smsbox", "sendsms")}
        self._programs: dict[str, Process] = {}
        self.directory = Path()

    @property
    def sendsms_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['sendsms']}/cgi-bin/sendsms"

    @property
    def received(self) -> list[Arrived]:
        """What residents' phones show, in order."""
        return self.smsc.received

    def environment(self) -> dict[str, str]:
        """The settings with which a program sends through this Kannel."""
        return {
            "YOUSHI_SMS_PROVIDER": "kannel",
            "YOUSHI_SMS_KANNEL_SENDSMS_URL": self.sendsms_url,
            "YOUSHI_SMS_KANNEL_USERNAME": self.username,
            "YOUSHI_SMS_KANNEL_PASSWORD": self.password,
            "YOUSHI_SMS_KANNEL_FROM": self.sender,
        }

    async def send_mo(self, source: str, text: str, *, payload: bool = False, shuffled: bool = False) -> None:
        """A resident texts us; long texts go in parts."""
        await self.smsc.send_mo(f"86{source}", self.sender, text, payload=payload, shuffled=shuffled)

    async def wait_for(self, to: str, predicate: Callable[[str], bool] = lambda _text: True, timeout: float = 20) -> Arrived:
        """Return the first message on a resident's phone that the predicate likes. Raises TimeoutError."""

        def found() -> Arrived | None:
            return next((m for m in self.received if m.to.removeprefix("86") == to and predicate(m.text)), None)

        await self.smsc.wait_until(lambda: found() is not None, timeout)
        message = found()
        assert message is not None
        return message

    async def __aenter__(self) -> Self:
        self.directory = Path(tempfile.mkdtemp(prefix="youshi-kannel-"))
        try:
            await self.smsc.start()
            self._write_files()
            await self.start("bearerbox")
            await self.start("smsbox")
            await self.smsc.wait_until(lambda: self.smsc.bound, START_SECONDS)
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop both programs and the carrier, remove the folder."""
        for name in ("smsbox", "bearerbox"):
            await self.kill(name)
        await self.smsc.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    async def start(self, name: str) -> None:
        """Start bearerbox or smsbox and wait until it listens. Raises RuntimeError with its last words."""
        program = {"bearerbox": BEARERBOX, "smsbox": SMSBOX}[name]
        as_nobody = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.getuid() == 0 else []
        command = ["setpriv", "--pdeathsig", "KILL", *as_nobody, program, str(self.directory / "kannel.conf")]
        process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL, cwd=self.directory)
        self._programs[name] = process
        await self._listening(name, process)

    async def kill(self, name: str) -> None:
        """kill -9."""
        process = self._programs.pop(name, None)
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            await process.wait()

    async def _listening(self, name: str, process: Process) -> None:
        port = self._ports["smsbox" if name == "bearerbox" else "sendsms"]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while process.returncode is None:
                    try:
                        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    except OSError:
                        await asyncio.sleep(0.05)
                    else:
                        writer.close()
                        return
        log = self.directory / f"{name}.log"
        last = log.read_text(errors="replace")[-2000:] if log.exists() else "(it wrote no log)"
        raise RuntimeError(f"{name} did not start: {last}")

    def _write_files(self) -> None:
        values = {
            "DIRECTORY": self.directory,
            "ADMIN_PORT": self._ports["admin"],
            "ADMIN_PASSWORD": self._admin_password,
            "SMSBOX_PORT": self._ports["smsbox"],
            "SENDSMS_PORT": self._ports["sendsms"],
            "SENDSMS_USERNAME": self.username,
            "SENDSMS_PASSWORD": self.password,
            "SMSC_HOST": "127.0.0.1",
            "SMSC_PORT": self.smsc.port,
            "SMSC_USERNAME": "test",
            "SMSC_PASSWORD": "test",
            "MO_URL": self._mo_url,
            "RETRIES": self._retries,
            "RETRY_DELAY": self._retry_delay,
        }
        text = (CONFIGURATION / "kannel.conf").read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        # a test cannot wait ten seconds for a new line to the carrier
        text = text.replace("reconnect-delay = 10", "reconnect-delay = 1")
        (self.directory / "kannel.conf").write_text(text)
        with sqlite3.connect(self.directory / "dlr.db") as database:
            database.executescript((CONFIGURATION / "dlr.sql").read_text())
        database.close()
        if os.getuid() == 0:
            for path in (self.directory, *self.directory.iterdir()):
                os.chown(path, NOBODY, NOBODY)
