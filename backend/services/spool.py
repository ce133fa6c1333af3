"""Where inbound messages wait while the database is away: one JSON line per message, fsynced, on this machine's disk."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from backend.contracts.messages import (
    Attachment,
    Channel,
    Consent,
    EventName,
    InboundMessage,
    Location,
    MessageKind,
    PlatformEvent,
    SessionGrant,
)

log = structlog.get_logger()


def message_to_json(message: InboundMessage) -> dict[str, Any]:
    """A JSON object that `message_from_json` reads back; times become ISO 8601 text."""
    return {**asdict(message), "message_time": message.message_time.isoformat()}


def message_from_json(data: dict[str, Any]) -> InboundMessage:
    """The inverse of `message_to_json`. Raises ValueError, KeyError or TypeError when the object is something else."""
    parts: dict[str, Callable[[Any], Any]] = {
        "channel": Channel,
        "kind": MessageKind,
        "message_time": datetime.fromisoformat,
        "attachments": lambda rows: tuple(Attachment(**{**row, "kind": MessageKind(row["kind"])}) for row in rows),
        "location": lambda row: row and Location(**row),
        "event": lambda row: row and _event(row),
        "grant": lambda row: row and SessionGrant(**row),
    }
    return InboundMessage(**{name: parts[name](value) if name in parts else value for name, value in data.items()})


def _event(row: dict[str, Any]) -> PlatformEvent:
    consents = tuple(Consent(**consent) for consent in row["consents"])
    return PlatformEvent(name=EventName(row["name"]), key=row["key"], data=row["data"], consents=consents)


class Spool:
    """A folder shared by all processes of this machine.

    Writers append to `inbox.jsonl` under a file lock. The one who replays moves that file aside under the same lock, so nothing
    is appended to what is being replayed. As long as anything is spooled, `pending` is true and newer messages must be spooled
    too: that keeps what a resident said first in front.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._inbox = folder / "inbox.jsonl"
        folder.mkdir(parents=True, exist_ok=True)

    def pending(self) -> bool:
        """Whether messages wait to be replayed."""
        return any(self._folder.glob("*.jsonl"))

    def append(self, messages: Sequence[InboundMessage]) -> None:
        """Write and fsync; the messages are safe when this returns. Blocks; raises OSError when the disk refuses."""
        # the leading line break keeps a torn last line (power cut) from swallowing the first of these
        lines = "\n" + "".join(json.dumps(message_to_json(message), ensure_ascii=False) + "\n" for message in messages)
        with self._locked("spool.lock"):
            is_new = not self._inbox.exists()
            with self._inbox.open("ab") as file:
                file.write(lines.encode())
                file.flush()
                os.fsync(file.fileno())
            if is_new:
                self._sync_folder()

    @contextmanager
    def oldest(self) -> Iterator[list[InboundMessage]]:
        """The messages spooled first, in order; they are forgotten when the block ends without an exception.

        One process at a time gets them, another sees an empty list. Lines that cannot be read (a torn last line after a power
        cut) go to a `.bad` file for a person.
        """
        with self._locked("replay.lock", wait=False) as mine:
            path = self._take() if mine else None
            if path is None:
                yield []
                return
            yield self._read(path)
            path.unlink()

    def _take(self) -> Path | None:
        waiting = sorted(self._folder.glob("replay-*.jsonl"))
        if waiting:
            return waiting[0]
        with self._locked("spool.lock"):
            if not self._inbox.exists():
                return None
            return self._inbox.rename(self._folder / "replay-1.jsonl")

    def _read(self, path: Path) -> list[InboundMessage]:
        messages: list[InboundMessage] = []
        bad: list[bytes] = []
        for line in filter(None, path.read_bytes().splitlines()):
            try:
                messages.append(message_from_json(json.loads(line)))
            except (ValueError, KeyError, TypeError):
                bad.append(line)
        if bad:
            log.error("spool_lines_unreadable", lines=len(bad))
            with (self._folder / "unreadable.bad").open("ab") as file:
                file.write(b"\n".join(bad) + b"\n")
        return messages

    @contextmanager
    def _locked(self, name: str, *, wait: bool = True) -> Iterator[bool]:
        with (self._folder / name).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True

    def _sync_folder(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
