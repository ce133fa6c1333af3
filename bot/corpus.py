"""Reads the training data and the separately written test set as plain rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ROOT = Path(__file__).resolve().parent.parent
TRAINING = ROOT / "nlu_data"
HELD_OUT = ROOT / "tests" / "bot" / "heldout"


@dataclass(frozen=True)
class Example:
    """One utterance with what it should be understood as; "" where the source does not say."""

    text: str
    intent: str = ""
    category: str = ""
    subcategory: str = ""
    faq: str = ""


def training_examples(root: Path = TRAINING) -> Iterator[Example]:
    """All utterances of the Rasa training files below `root`. Raises yaml.YAMLError for a broken file."""
    for path in sorted(root.rglob("*.yml")):
        for block in _load(path).get("nlu", []):
            meta = block.get("metadata") or {}
            for line in (block.get("examples") or "").splitlines() if "intent" in block else ():
                text = line.strip().removeprefix("-").strip()
                if text:
                    yield Example(
                        text, block["intent"], meta.get("category", ""), meta.get("subcategory", ""), meta.get("faq", "")
                    )


def _load(path: Path) -> Any:
    with path.open(encoding="utf-8") as source:
        return yaml.load(source, Loader=_Loader)  # noqa: S506 - a safe loader, the C one where it exists
