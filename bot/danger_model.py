"""Trains the second opinion on danger: `bot/.venv/bin/python -m bot.danger_model`.

Dangers are the emergency examples and the tables in nlu_data/danger; calm is everything else that residents say in nlu_data,
and the tables of what only sounds like danger. Writes backend/domain/language/data/danger_model.bin, and danger_kinds.bin: of
which kind a danger is, learnt from the keys under which the tables of dangers hold it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from backend.domain.language.danger_model import BUCKETS, KIND_BUCKETS, KINDS_FILE, MODEL_FILE, features, stretches
from backend.domain.language.emergency import spelt
from backend.domain.language.normalise import normalise
from bot.corpus import TRAINING, training_examples
from bot.train import fingerprint

TABLES = TRAINING / "danger"
CONCEPTS = MODEL_FILE.with_name("danger_concepts.yml")
_C = 30.0  # few dangers, many words: little smoothing
_OWN_WEIGHT = 2.0  # the tables are written for this question, the other examples for others
_C_OF_KINDS = 10.0
_LARGEST = 127
_BESIDE = (
    *("翠园小区6号楼2单元301", "17000001234", "你好我想反映个事", "和平街道文化新村3号楼", "我姓王", "电话0412-0001234"),
    *("楼道灯也坏了", "麻烦快点", "物业不管", "路灯不亮两天了", "请问有人吗", "三单元五楼", "今天早上", "谢谢", "那个啥"),
    *("暖气也不热", "我是园林社区的居民", "打了好几个电话都没人接", "湖南街道人民路118号", "说了多少回了没人管"),
)


@dataclass(frozen=True)
class Told:
    """A sentence, whether it tells of danger, and how much it counts."""

    text: str
    danger: bool
    weight: float


def examples(leave_out: Sequence[str] = ()) -> Iterator[Told]:
    """Every sentence that the model learns from, the named tables excepted. What they call a danger is calm nowhere else."""
    tables = {path.stem: _rows(path) for path in sorted(TABLES.glob("*.yml")) if path.stem not in leave_out}
    dangers = {text for name, rows in tables.items() if name.endswith("danger") for text in rows}
    for example in (example for example in training_examples() if example.text not in dangers):
        yield Told(example.text, example.intent == "emergency", 1.0)
    for name, rows in tables.items():
        yield from (Told(text, name.endswith("danger"), _OWN_WEIGHT) for text in _with_company(rows))


def _rows(path: Path) -> list[str]:
    return [text for texts in yaml.safe_load(path.read_text(encoding="utf-8")).values() for text in texts]


def _with_company(rows: Sequence[str]) -> Iterator[str]:
    """Each sentence alone, and again beside something that tells nothing about danger: a place, a number, a greeting."""
    for number, text in enumerate(rows):
        beside = _BESIDE[number % len(_BESIDE)]
        yield text
        yield f"{beside} {text}" if number % 2 else f"{text} {beside}"


def kinds_told(leave_out: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Every danger of the tables with its kind, the named tables excepted."""
    for path in sorted(TABLES.glob("*danger.yml")):
        if path.stem not in leave_out:
            for kind, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items():
                yield from ((kind, text) for text in texts)


def parts(told: Iterable[Told]) -> Iterator[Told]:
    """Each text as it is scored, and of a long calm one its parts too: any part can raise the alarm, so each must be calm."""
    for row in told:
        text = spelt(normalise(row.text).text)
        yield replace(row, text=text)
        if not row.danger:
            yield from (replace(row, text=text[start:end]) for start, end in sorted(stretches(text)) if end - start < len(text))


def fit(examples_told: Iterable[Told]) -> tuple[np.ndarray[Any, Any], float]:
    """The weights, one per bucket, and the bias."""
    told = list(parts(examples_told))
    rows = [features(row.text) for row in told]
    model = LogisticRegression(C=_C, max_iter=500, class_weight="balanced")
    model.fit(_matrix(rows, BUCKETS), [row.danger for row in told], sample_weight=[row.weight for row in told])
    return model.coef_[0], float(model.intercept_[0])


def fit_kinds(told: Sequence[tuple[str, str]]) -> tuple[list[str], np.ndarray[Any, Any], list[float]]:
    """The names of the kinds, the weights (bucket by kind), and a bias per kind."""
    rows = [features(spelt(normalise(text).text)) for _, text in told]
    model = LogisticRegression(C=_C_OF_KINDS, max_iter=300, class_weight="balanced")
    model.fit(_matrix(rows, KIND_BUCKETS), [kind for kind, _ in told])
    return [str(name) for name in model.classes_], model.coef_.T, [float(bias) for bias in model.intercept_]


def write(weights: np.ndarray[Any, Any], target: Path, **about: Any) -> None:
    """Weights as signed bytes behind one line that tells their scale and the tables behind them."""
    scale = float(np.abs(weights).max()) / _LARGEST
    told = fingerprint([*sorted(TABLES.glob("*.yml")), CONCEPTS])
    head = json.dumps({"scale": scale, "learnt_from": told, **about}).encode() + b"\n"
    target.write_bytes(head + np.round(weights / scale).astype(np.int8).tobytes())


def _matrix(rows: Sequence[dict[int, float]], width: int) -> csr_matrix:
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter((bucket % width for row in rows for bucket in row), dtype=np.int32)
    values = np.fromiter((share for row in rows for share in row.values()), dtype=np.float64)
    return csr_matrix((values, columns, ends), shape=(len(rows), width))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--without", nargs="*", default=(), help="tables to leave out, to measure on them")
    left_out = options.parse_args().without
    weights, bias = fit(examples(left_out))
    write(weights, MODEL_FILE, bias=bias)
    names, weights, biases = fit_kinds(list(kinds_told(left_out)))
    write(weights, KINDS_FILE, names=names, biases=biases)


if __name__ == "__main__":
    main()
