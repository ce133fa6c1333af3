"""Trains the assistant when something it is made from has changed: `bot/.venv/bin/python -m bot.train [--path]`.

The model is `bot/models/<hash>.tar.gz`, the hash taken over everything that goes into it; an unchanged one is not trained
again. `--path` prints where the model of the present sources is (or would be) and trains nothing. Exit code 1: training
failed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "bot" / "models"
CURRENT = MODELS / "current.tar.gz"  # what is served: a link to the model of the present sources
_LENGTH = 16
_KEPT = 3
# Everything that changes what the model is or does; lookups are read at run time and do not.
_SOURCES = (
    "config.yml",
    "bot/uv.lock",
    "bot/domain/**/*.yml",
    "bot/conversation/**/*.yml",
    "bot/components/**/*.py",
    "nlu_data/intents/**/*.yml",
    "nlu_data/categories/**/*.yml",
    "backend/domain/language/**/*",
    "backend/domain/drafting/**/*.py",
    "backend/seed/categories.yml",
)
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    "TQDM_DISABLE": "1",
    "PYTHONHASHSEED": "0",
}
# --force: Rasa's own cache knows neither the code of our models nor that of the language rules, and would restore old ones.
_COMMAND = (
    *("-m", "rasa", "train", "--force", "--config", "config.yml", "--domain", "bot/domain"),
    *("--data", "nlu_data", "bot/conversation", "--out", "bot/models"),
)
_TOLD = ("Starting to train component", "Restored component", "Error", "Exception", "rror:")


def sources(root: Path = ROOT) -> list[Path]:
    """The files that the model is made from, in a fixed order."""
    found = {path for pattern in _SOURCES for path in root.glob(pattern) if path.is_file() and "__pycache__" not in path.parts}
    return sorted(found)


def fingerprint(paths: Iterable[Path], root: Path = ROOT) -> str:
    """A hash over names and contents."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()[:_LENGTH]


def model_path() -> Path:
    """Where the model of the present sources is, trained or not."""
    return MODELS / f"{fingerprint(sources())}.tar.gz"


def train(path: Path) -> bool:
    """Train into `path`, telling each step as it begins; says whether it worked."""
    environment = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *_COMMAND, "--fixed-model-name", path.name.removesuffix(".tar.gz")]
    process = subprocess.Popen(  # noqa: S603 - our own fixed command
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    tail: list[str] = []
    for line in process.stdout or ():
        tail = [*tail[-30:], line]
        if any(word in line for word in _TOLD):
            _tell("  " + line.split(" - ")[-1].strip())
    if process.wait() != 0 or not path.exists():
        _tell("".join(tail))
        return False
    return True


def clean(keep: Path) -> None:
    """Remove old models, the newest few excepted."""
    models = sorted(
        (path for path in MODELS.glob("*.tar.gz") if path != CURRENT), key=lambda path: path.stat().st_mtime, reverse=True
    )
    for path in models[_KEPT:]:
        if path not in (keep, CURRENT):
            path.unlink()


def serve(path: Path) -> None:
    """Make `path` the current model; whoever starts meanwhile sees the old one or the new one, never none."""
    draft = MODELS / "current.tmp"
    draft.unlink(missing_ok=True)
    draft.symlink_to(path.name)
    draft.replace(CURRENT)


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--path", action="store_true", help="only print the path of the model")
    path = model_path()
    if options.parse_args().path:
        _tell(str(path.relative_to(ROOT)))
        return 0
    if path.exists():
        serve(path)
        return 0
    MODELS.mkdir(parents=True, exist_ok=True)
    _tell("Training the assistant (about three minutes) ...")
    started = time.monotonic()
    if not train(path):
        return 1
    serve(path)
    clean(path)
    _tell(f"Trained in {time.monotonic() - started:.0f} s: {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
