"""The sentences of the assistant, from replies.yml: several for each occasion, never the same one twice running."""

from __future__ import annotations

import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("replies.yml")


@lru_cache(maxsize=1)
def table() -> dict[str, list[str]]:
    """Occasion → variants. Raises ValueError for an occasion without a sentence."""
    loaded: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    sentences = {key: [value] if isinstance(value, str) else list(value) for key, value in loaded.items()}
    empty = [key for key, variants in sentences.items() if not variants]
    if empty:
        raise ValueError(f"no sentence for {', '.join(empty)}")
    return sentences


def choose(key: str, *, seed: str, last: int | None) -> int:
    """The variant for this message: chosen by its id, and another one than last time. Raises KeyError for an unknown occasion."""
    count = len(table()[key])
    index = zlib.crc32(f"{key}:{seed}".encode()) % count
    return (index + 1) % count if count > 1 and index == last else index


def fill(key: str, variant: int, **values: str) -> str:
    """The sentence with its blanks filled. Raises KeyError for a blank without a value."""
    return table()[key][variant].format(**values)
