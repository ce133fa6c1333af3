"""A second opinion on danger: a linear model over pieces of words and pairs of concepts, beside the table of rules.

The rules find what is said in words that somebody thought of, the model what is said otherwise (那味儿顶得我直迷糊). Trained by
`python -m bot.danger_model` from `nlu_data`, kept as one small file that is read without any library; without the file the
rules stand alone.
"""

from __future__ import annotations

import json
import re
from array import array
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from zlib import crc32

from backend.domain.language.tables import load_table

BUCKETS = 1 << 17
MODEL_FILE = Path(__file__).parent / "data" / "danger_model.bin"  # a line of JSON, then one signed byte per bucket
_LONGEST_PIECE = 3
_WINDOW, _STEP = 48, 24
_SENTENCE = re.compile(r"[^。!?;\n]+[。!?;\n]*")
_TABLE = load_table("danger_concepts")
_CONCEPTS = [(name, re.compile(words)) for name, words in _TABLE["concepts"].items()]
_KINDS: dict[str, list[str]] = _TABLE["kinds"]


@dataclass(frozen=True)
class _Model:
    weights: array[int]
    scale: float
    bias: float
    learnt_from: str


def danger_score(text: str) -> float | None:
    """How strongly the text (normalised, slips put right) sounds like danger now: 0 is undecided, above 1 is likely.

    It scores as its most alarming stretch: the whole, a sentence, a window of a long text. None when there is no trained model.
    """
    model = _model()
    if model is None:
        return None
    told = _told(text)
    return max(_score(model, _features(text[start:end], _within(told, start, end))) for start, end in _stretches(text))


def learnt_from() -> str | None:
    """A fingerprint of the tables that the weights were learnt from; None when there is no trained model."""
    model = _model()
    return None if model is None else model.learnt_from


def kind_by_concepts(text: str) -> str | None:
    """The kind of danger that most of the text's concepts point to; None when none does."""
    found = {name for name, _ in _told(text)}
    hits = {kind: sum(name in found for name in names) for kind, names in _KINDS.items()}
    best = max(hits, key=lambda kind: hits[kind])
    return best if hits[best] else None


def features(text: str) -> dict[int, float]:
    """What the model weighs in a text: bucket -> share. Pieces of one to three characters, concepts, pairs of concepts."""
    return _features(text, _within(_told(text), 0, len(text)))


def _features(text: str, concepts: list[str]) -> dict[int, float]:
    pairs = {f"#{name}" for name in concepts} | {f"#{first}+{second}" for first, second in combinations(concepts, 2)}
    shares: dict[int, float] = {}
    for group in (_pieces(text), pairs):
        share = len(group) ** -0.5 if group else 0.0
        for feature in group:
            bucket = crc32(feature.encode()) % BUCKETS
            shares[bucket] = shares.get(bucket, 0.0) + share
    return shares


def _told(text: str) -> list[tuple[str, int]]:
    """Each concept with every place where it is spoken of."""
    return [(name, match.start()) for name, words in _CONCEPTS for match in words.finditer(text)]


def _within(told: list[tuple[str, int]], start: int, end: int) -> list[str]:
    return sorted({name for name, place in told if start <= place < end})


def _score(model: _Model, shares: dict[int, float]) -> float:
    return model.bias + model.scale * sum(model.weights[bucket] * share for bucket, share in shares.items())


def _pieces(text: str) -> set[str]:
    edged = f"^{text}$"
    lengths = range(1, _LONGEST_PIECE + 1)
    return {edged[start : start + length] for length in lengths for start in range(len(edged) - length + 1)}


def _stretches(text: str) -> set[tuple[int, int]]:
    sentences = {match.span() for match in _SENTENCE.finditer(text)}
    windows = {(start, start + _WINDOW) for start in range(0, len(text) - _STEP, _STEP)} if len(text) > _WINDOW else set()
    return {(0, len(text)), *sentences, *windows}


@lru_cache(maxsize=1)
def _model() -> _Model | None:
    if not MODEL_FILE.is_file():
        return None
    head, _, body = MODEL_FILE.read_bytes().partition(b"\n")
    about = json.loads(head)
    return _Model(array("b", body), float(about["scale"]), float(about["bias"]), about["learnt_from"])
