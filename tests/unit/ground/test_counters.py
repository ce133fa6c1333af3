"""`/metrics` tells what the worker did too, not only what web took in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from backend.settings import Settings
from channels.counters import SHARED_FOLDER, exposition
from channels.programs import ROOT, endpoints_of, programs_of

INCOMING = "metrics.INBOUND.labels('sms', 'stored').inc()"
TURN = "metrics.TURNS.labels('answered').inc(); metrics.TURN_SECONDS.observe(0.2)"
LOOK = "from channels.counters import exposition; print(exposition().decode())"


def in_a_program(code: str, folder: Path | None) -> str:
    env = {name: value for name, value in os.environ.items() if name != SHARED_FOLDER}
    env |= {"PYTHONPATH": str(ROOT), **({SHARED_FOLDER: str(folder)} if folder else {})}
    command = [sys.executable, "-c", f"from backend.services import metrics; {code}"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


def test_programs_that_share_a_folder_are_told_together_also_when_one_has_ended(tmp_path: Path) -> None:
    for _ in range(2):
        in_a_program(TURN, tmp_path)
    told = in_a_program(f"{INCOMING}; {LOOK}", tmp_path).splitlines()
    assert 'youshi_inbound_messages_total{channel="sms",result="stored"} 1.0' in told
    assert 'youshi_turns_total{outcome="answered"} 2.0' in told
    assert "youshi_turn_seconds_count 2.0" in told
    assert any(line.startswith("process_resident_memory_bytes") for line in told)
    assert len([line for line in told if line.startswith("youshi_turns_total")]) == 1


def test_a_program_of_its_own_tells_its_own_counters() -> None:
    assert 'youshi_turns_total{outcome="answered"} 1.0' in in_a_program(f"{TURN}; {LOOK}", None).splitlines()
    assert b"python_info" in exposition()


def test_the_supervisor_gives_web_and_worker_one_empty_folder_and_nobody_else(tmp_path: Path) -> None:
    settings = Settings(home_dir=tmp_path)
    left = tmp_path / "run" / "counters" / "counter_1.db"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"from the last start")
    programs = {each.name: each.env for each in programs_of(settings, endpoints_of(settings), {})}
    assert {name for name, env in programs.items() if SHARED_FOLDER in env} == {"web", "worker"}
    assert {programs[name][SHARED_FOLDER] for name in ("web", "worker")} == {str(left.parent)}
    assert list(left.parent.iterdir()) == []
