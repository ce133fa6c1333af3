"""A linear model over what it sees of a reading: the classifier behind intents, categories and questions.

Short, misspelt, unpunctuated Chinese is told apart best by single characters and pairs, for intents with their sounds, their
near neighbours and the shape of the sentence as well: docs/decisions/0011-models-of-understanding.md has the comparison.
Plain scikit-learn, so that it trains in seconds, answers in a millisecond and can be measured without Rasa.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

from bot.components.cuts import words_of
from bot.components.views import CHARS, MARKS, Sight

SEED = 42
_FEW = 8  # texts up to which one by one is faster


def class_weights(labels: Sequence[str], evenness: float) -> dict[str, float]:
    """How much an example of each class counts: with 0 all the same, with 1 so that every class counts the same as a whole."""
    counts = Counter(labels)
    return {label: (len(labels) / len(counts) / count) ** evenness for label, count in counts.items()}


@dataclass
class Head:
    """One question asked of the same text: which label, and how sure."""

    labels: list[str]
    model: LinearSVC
    temperature: float

    def probabilities(self, features: csr_matrix) -> np.ndarray[Any, Any]:
        """One row per text, one column per label."""
        return _softmax(self.model.decision_function(features) / self.temperature)

    def probabilities_of_one(self, columns: np.ndarray[Any, Any], values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """One number per label, for a text given by its columns and their values."""
        scores = self.model.coef_[:, columns] @ values + self.model.intercept_
        return np.asarray(_softmax((scores if len(scores) == 1 else scores[None]) / self.temperature)[0])


@dataclass
class TextModel:
    """`fit` once, then `predict`; `save` and `load` keep it in a file."""

    c: float = 0.7
    views: tuple[str, ...] = (CHARS, MARKS)
    evenness: float = 1.0  # 0: common classes count by their examples; 1: every class counts the same
    heads: dict[str, Head] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sight = Sight(self.views)

    def fit(self, texts: Sequence[str], targets: Mapping[str, Sequence[str]], *, calibrate: bool = True) -> TextModel:
        """Learn one head per target. With `calibrate` a temperature is fitted on cross-validated scores, so that 0.8 means
        right in eight of ten cases."""
        features = self._sight.learn(texts)
        for name, labels in targets.items():
            target = np.asarray(labels)
            model = LinearSVC(C=self.c, class_weight=class_weights(labels, self.evenness), random_state=SEED)
            model.fit(features, target)
            # Half the memory, the same answers; a text needs few columns, of all labels: a column lies together in memory.
            model.coef_ = np.asfortranarray(model.coef_, dtype=np.float32)
            temperature = _fit_temperature(model, features, target) if calibrate else 0.3
            self.heads[name] = Head([str(label) for label in model.classes_], model, temperature)
        return self

    def coverage(self, reading: str) -> float:
        """The share of the text's character pairs that occur in what was learnt; what it never saw, the model cannot judge."""
        words = words_of(reading)
        pairs = [words[index : index + 2] for index in range(len(words) - 1)]
        return sum(self._sight.knows(CHARS, pair) for pair in pairs) / max(len(pairs), 1)

    def predict(self, texts: Sequence[str]) -> list[dict[str, list[tuple[str, float]]]]:
        """For each text and head: (label, probability), best first."""
        if len(texts) <= _FEW:
            return [self._predict_one(text) for text in texts]
        features = self._sight.rows(texts)
        columns = {name: (head.labels, head.probabilities(features)) for name, head in self.heads.items()}
        return [{name: _ranked(labels, rows[index]) for name, (labels, rows) in columns.items()} for index in range(len(texts))]

    def _predict_one(self, text: str) -> dict[str, list[tuple[str, float]]]:
        columns, values = self._sight.row(text)
        return {name: _ranked(head.labels, head.probabilities_of_one(columns, values)) for name, head in self.heads.items()}

    def save(self, path: Path) -> None:
        joblib.dump(self, path, compress=3)

    @staticmethod
    def load(path: Path) -> TextModel:
        """Read what `save` wrote; raises TypeError for anything else."""
        model = joblib.load(path)
        if not isinstance(model, TextModel):
            raise TypeError(f"{path} holds no text model")
        for head in model.heads.values():  # a text needs few columns, of all labels: a column lies together in memory
            head.model.coef_ = np.asfortranarray(head.model.coef_)
        return model


def _ranked(labels: list[str], row: np.ndarray[Any, Any]) -> list[tuple[str, float]]:
    order = np.argsort(-row)
    return list(zip([labels[index] for index in order], row[order].tolist(), strict=True))


def _softmax(scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if scores.ndim == 1:  # two classes give one column
        scores = np.stack([-scores / 2, scores / 2], axis=1)
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _fit_temperature(model: LinearSVC, features: csr_matrix, target: np.ndarray[Any, Any]) -> float:
    """The temperature with the best log likelihood on held-out thirds; a usual value when a class is too small to split."""
    _, counts = np.unique(target, return_counts=True)
    if counts.min() < 3:
        return 0.3
    folds = StratifiedKFold(n_splits=3, shuffle=True, random_state=SEED)
    columns = np.searchsorted(model.classes_, target)
    weights = {column: model.class_weight[label] for column, label in enumerate(model.classes_)}
    fresh = LinearSVC(C=model.C, class_weight=weights, random_state=SEED)
    scores = cross_val_predict(fresh, features, columns, cv=folds, method="decision_function")

    def loss(temperature: float) -> float:
        chosen = _softmax(scores / temperature)[np.arange(len(target)), columns]
        return float(-np.log(np.clip(chosen, 1e-9, None)).mean())

    return float(min(np.geomspace(0.05, 2.0, 40), key=loss))
