"""What the programs of an installation use: processor time and memory, from /proc."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.installation import Installation

PROGRAMS = ("web", "worker", "rasa", "actions", "redis")
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_mb(pid: int) -> int:
    """Memory in use now, MB."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


@dataclass(frozen=True)
class Meter:
    """Processor time per program since `start`."""

    running: Installation
    before: dict[str, float]

    @classmethod
    def start(cls, running: Installation) -> Meter:
        return cls(running, {name: cpu_seconds(running.pid_of(name)) for name in PROGRAMS})

    def per_turn(self, turns: int) -> str:
        """Milliseconds per turn of each program and of all."""
        now = {name: cpu_seconds(self.running.pid_of(name)) for name in PROGRAMS}
        each = {name: (now[name] - self.before[name]) / turns * 1000 for name in PROGRAMS}
        return ", ".join(f"{name} {spent:.1f}" for name, spent in each.items()) + f", together {sum(each.values()):.1f} ms"
