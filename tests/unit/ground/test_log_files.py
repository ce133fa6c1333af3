"""The logs of the programs take a bounded size, and nobody who writes notices that they are cut off."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from channels import log_files
from channels.log_files import KEPT, cut_off, keep_small
from channels.supervisor import Supervisor
from tests.unit.ground.test_supervisor import program, until

WRITER = (sys.executable, "-c", "import time\nfor n in range(10**9): print(f'line {n:06d}', flush=True); time.sleep(0.001)")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_small_log_and_one_that_is_not_there_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    assert not cut_off(path, 10)
    path.write_text("123456789")
    assert not cut_off(path, 10)
    assert path.read_text() == "123456789"


def test_who_writes_goes_on_at_the_new_beginning(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    with path.open("ab", buffering=0) as program:
        program.write(b"first part\n")
        assert cut_off(path, 10)
        program.write(b"second\n")
    assert path.read_text() == "second\n"
    assert (tmp_path / "web.log.1").read_text() == "first part\n"


def test_the_oldest_part_goes_and_the_youngest_is_number_one(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    for turn in range(KEPT + 3):
        path.write_text(f"part {turn}")
        assert cut_off(path, 1)
    assert names(tmp_path) == ["web.log", *(f"web.log.{number}" for number in range(1, KEPT + 1))]
    assert [(tmp_path / f"web.log.{number}").read_text() for number in (1, KEPT)] == ["part 6", "part 3"]


def test_on_a_full_disk_the_log_is_given_up_and_not_kept_growing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: str, target: str) -> None:
        Path(target).write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    path = tmp_path / "web.log"
    path.write_text("0123456789")
    assert cut_off(path, 10)
    assert path.read_text() == ""
    assert names(tmp_path) == ["web.log"]


def test_a_folder_that_cannot_be_written_is_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("logging.handlers.RotatingFileHandler.doRollover", refuse)
    path = tmp_path / "web.log"
    path.write_text("0123456789")
    assert not cut_off(path, 10)


async def test_all_that_a_program_writes_takes_no_more_than_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_files, "LOOK_S", 0.02)
    path = tmp_path / "web.log"
    with path.open("ab") as output, subprocess.Popen(WRITER, stdout=output) as writer:
        watcher = asyncio.create_task(keep_small([path], bytes_in_all=5000))
        await until((tmp_path / f"web.log.{KEPT}").exists)
        await asyncio.sleep(0.2)
        watcher.cancel()
        writer.kill()
    lines = [line for number in range(KEPT, 0, -1) for line in (tmp_path / f"web.log.{number}").read_text().splitlines()]
    assert lines == sorted(lines)
    assert len(lines) >= 4 * 1000 // len("line 000000\n") - KEPT


async def test_the_supervisor_keeps_the_logs_of_its_programs_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_files, "LOOK_S", 0.02)
    stop = asyncio.Event()
    task = asyncio.create_task(Supervisor([program("web", WRITER)], tmp_path, log_bytes=5000).run(stop))
    await until((tmp_path / "log" / "web.log.2").exists)
    stop.set()
    await asyncio.wait_for(task, 30)


async def test_a_watch_that_is_ended_ends(tmp_path: Path) -> None:
    watcher = asyncio.create_task(keep_small([tmp_path / "web.log"], bytes_in_all=5000))
    await asyncio.sleep(0)
    watcher.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait_for(watcher, 5)
    assert watcher.cancelled()
