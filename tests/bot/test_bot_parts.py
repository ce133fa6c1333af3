"""The bot's own parts, checked under the bot's Python: dialogues kept, one text read fast, answers validated, no tensorflow."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from channels.programs import BOT_PYTHON, QUIET, ROOT

NAMES = re.findall(r"^@check\ndef (\w+)", (Path(__file__).with_name("parts.py")).read_text("utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def verdicts() -> dict[str, str]:
    command = (str(BOT_PYTHON), "-W", "ignore", "-m", "tests.bot.parts")
    env = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_part(verdicts: dict[str, str], name: str) -> None:
    assert verdicts[name] == ""


def test_every_check_is_run(verdicts: dict[str, str]) -> None:
    assert sorted(verdicts) == sorted(NAMES)
    assert len(NAMES) > 10
