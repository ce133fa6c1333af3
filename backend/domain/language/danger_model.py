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
from typing import Any
from zlib import crc32

from backend.domain.language.tables import load_table

BUCKETS = 1 << 18
KIND_BUCKETS = 1 << 13
MODEL_FILE = Path(__file__).parent / "data" / "danger_model.bin"  # a line of JSON, then one signed byte per bucket
KINDS_FILE = MODEL_FILE.with_name("danger_kinds.bin")  # the same, one byte per bucket and kind
_LONGEST_PIECE = 3
_WINDOW, _STEP = 24, 12
_SENTENCE = re.compile(r"[^。!?;\n]+[。!?;\n]*")
_TABLE = load_table("danger_concepts")
_CONCEPTS = [(name, re.compile(words)) for name, words in _TABLE["concepts"].items()]
_NO_EXCUSE = frozenset({"x_place", "x_dirt"})  # where it is and what lies about: told of dangers too
_ALIKE = tuple(_TABLE["alike"])
_LIKENED = re.compile("|".join(f"({words})" for words in _TABLE["alike"].values()))
_OF_LIKENED = "%"  # marks a piece of the likened text, so that it weighs by itself


@dataclass(frozen=True)
class _Model:
    weights: array[int]
    scale: float
    bias: float
    learnt_from: str


@dataclass(frozen=True)
class _Kinds:
    names: list[str]
    weights: array[int]
    scale: float
    biases: list[float]


def danger_score(text: str) -> float | None:
    """How strongly the text (normalised, slips put right) sounds like danger now: 0 is undecided, above 1 is likely.

    It scores as its most alarming stretch: the whole, a sentence, a window of a long text. None when there is no trained model.
    """
    model = _model()
    if model is None:
        return None
    told = _told(text)
    return max(_score(model, _features(text[start:end], _within(told, start, end))) for start, end in stretches(text))


def has_excuse(text: str) -> bool:
    """Whether anything in the text tells of an ordinary matter: another day, a story, a denial, money, a question."""
    return any(name.startswith("x_") and name not in _NO_EXCUSE and words.search(text) for name, words in _CONCEPTS)


def learnt_from() -> str | None:
    """A fingerprint of the tables that the weights were learnt from; None when there is no trained model."""
    model = _model()
    return None if model is None else model.learnt_from


def kind_scores(text: str) -> dict[str, float]:
    """How much a danger told in these words (normalised, slips put right) is of each kind; empty without a trained model."""
    kinds = _kinds()
    if kinds is None:
        return {}
    totals = [0.0] * len(kinds.names)
    for bucket, share in features(text).items():
        start = bucket % KIND_BUCKETS * len(totals)
        for number, weight in enumerate(kinds.weights[start : start + len(totals)]):
            totals[number] += weight * share
    return {name: bias + kinds.scale * total for name, bias, total in zip(kinds.names, kinds.biases, totals, strict=True)}


def features(text: str) -> dict[int, float]:
    """What the model weighs in a text: bucket -> share.

    Pieces of one to three characters, the same where all kin, all numbers and the like are one word, concepts and their pairs.
    """
    return _features(text, _within(_told(text), 0, len(text)))


def stretches(text: str) -> set[tuple[int, int]]:
    """Where the parts lie that are weighed by themselves: the whole, each sentence, each window of a long text."""
    sentences = {match.span() for match in _SENTENCE.finditer(text)}
    windows = {(start, start + _WINDOW) for start in range(0, len(text) - _STEP, _STEP)} if len(text) > _WINDOW else set()
    return {(0, len(text)), *sentences, *windows}


def _features(text: str, concepts: list[str]) -> dict[int, float]:
    pairs = {f"#{name}" for name in concepts} | {f"#{first}+{second}" for first, second in combinations(concepts, 2)}
    shares: dict[int, float] = {}
    for group in (_pieces(text), _pieces(_likened(text), _OF_LIKENED), pairs):
        share = len(group) ** -0.5 if group else 0.0
        for feature in group:
            bucket = _bucket(feature)
            shares[bucket] = shares.get(bucket, 0.0) + share
    return shares


@lru_cache(maxsize=1 << 15)
def _bucket(feature: str) -> int:
    """Overlapping stretches share most of their pieces, and so do the texts of a day."""
    return crc32(feature.encode()) % BUCKETS


def _told(text: str) -> list[tuple[str, int]]:
    """Each concept with every place where it is spoken of."""
    return [(name, match.start()) for name, words in _CONCEPTS for match in words.finditer(text)]


def _within(told: list[tuple[str, int]], start: int, end: int) -> list[str]:
    return sorted({name for name, place in told if start <= place < end})


def _score(model: _Model, shares: dict[int, float]) -> float:
    return model.bias + model.scale * sum(model.weights[bucket] * share for bucket, share in shares.items())


def _pieces(text: str, mark: str = "") -> set[str]:
    edged = f"^{text}$"
    lengths = range(1, _LONGEST_PIECE + 1)
    return {mark + edged[start : start + length] for length in lengths for start in range(len(edged) - length + 1)}


def _likened(text: str) -> str:
    """The text with one word for all that only varies the telling: my old man and the neighbour's aunt are 人."""
    return _LIKENED.sub(lambda match: _ALIKE[(match.lastindex or 1) - 1].strip("_"), text)


@lru_cache(maxsize=1)
def _model() -> _Model | None:
    if not MODEL_FILE.is_file():
        return None
    about, weights = _read(MODEL_FILE)
    return _Model(weights, float(about["scale"]), float(about["bias"]), about["learnt_from"])


@lru_cache(maxsize=1)
def _kinds() -> _Kinds | None:
    if not KINDS_FILE.is_file():
        return None
    about, weights = _read(KINDS_FILE)
    return _Kinds(about["names"], weights, float(about["scale"]), about["biases"])


def _read(file: Path) -> tuple[dict[str, Any], array[int]]:
    head, _, body = file.read_bytes().partition(b"\n")
    return json.loads(head), array("b", body)
