"""A linear model over single characters and pairs: the classifier behind intents, categories and questions.

Short, misspelt, unpunctuated Chinese is told apart best by characters: words (jieba), longer n-grams, logistic regression and
Bayes were all worse or no better in cross-validation, and cost memory. Plain scikit-learn, so that it trains in seconds,
answers in a millisecond and can be measured without Rasa.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

from bot.components.quick_features import QuickFeatures
from bot.components.reading import MARKS_AFTER

SEED = 42
_DIGITS = re.compile(r"\d+")
_WORDS_WEIGHT, _MARKS_WEIGHT = 1.2, 0.4
_FEW = 8  # texts up to which one by one is faster


def prepare(words_part: str) -> str:
    """Small letters, numbers by their length, the ends marked."""
    return f"⟨{_DIGITS.sub(_digits, words_part.lower())}⟩"


def _digits(match: re.Match[str]) -> str:
    """One digit may be a score or a choice; two may be a temperature or an age; more are a room or an amount."""
    return match[0] if len(match[0]) == 1 else "δ" * min(len(match[0]), 3)


@dataclass
class Head:
    """One question asked of the same text: which label, and how sure."""

    labels: list[str]
    model: LinearSVC
    temperature: float

    def probabilities(self, features: csr_matrix) -> np.ndarray[Any, Any]:
        """One row per text, one column per label."""
        return _softmax(self.model.decision_function(features) / self.temperature)

    def of_one(self, columns: np.ndarray[Any, Any], values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The row of one text whose features are given by column."""
        scores = self.model.coef_[:, columns] @ values + self.model.intercept_
        return np.asarray(_softmax((scores if len(scores) == 1 else scores[np.newaxis]) / self.temperature)[0])


@dataclass
class TextModel:
    """`fit` once, then `predict`; `save` and `load` keep it in a file."""

    c: float = 0.7
    char_ngrams: tuple[int, int] = (1, 2)
    heads: dict[str, Head] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chars = TfidfVectorizer(analyzer="char", ngram_range=self.char_ngrams, sublinear_tf=True, dtype=np.float32)
        self._quick: QuickFeatures | None = None
        self._marks = CountVectorizer(tokenizer=str.split, token_pattern=None, lowercase=False, binary=True, dtype=np.float32)

    def fit(self, texts: Sequence[str], targets: Mapping[str, Sequence[str]], *, calibrate: bool = True) -> TextModel:
        """Learn one head per target. With `calibrate` a temperature is fitted on cross-validated scores, so that 0.8 means
        right in eight of ten cases."""
        features = self.features(texts, fit=True)
        for name, labels in targets.items():
            target = np.asarray(labels)
            model = LinearSVC(C=self.c, class_weight="balanced", random_state=SEED)
            model.fit(features, target)
            model.coef_ = model.coef_.astype(np.float32)  # half the memory, the same answers
            temperature = _fit_temperature(model, features, target) if calibrate else 0.3
            self.heads[name] = Head([str(label) for label in model.classes_], model, temperature)
        return self

    def features(self, readings: Sequence[str], *, fit: bool = False) -> csr_matrix:
        """What the heads read, from `bot.components.reading.reading`."""
        parts = [text.partition(MARKS_AFTER) for text in readings]
        prepared, marks = [prepare(text) for text, _, _ in parts], [text for _, _, text in parts]
        columns = [
            (vectoriser.fit_transform(texts) if fit else vectoriser.transform(texts)) * weight
            for vectoriser, texts, weight in ((self._chars, prepared, _WORDS_WEIGHT), (self._marks, marks, _MARKS_WEIGHT))
        ]
        return hstack(columns, format="csr")

    def coverage(self, reading: str) -> float:
        """The share of the text's character pairs that occur in what was learnt; what it never saw, the model cannot judge."""
        prepared = prepare(reading.partition(MARKS_AFTER)[0])
        pairs = [prepared[index : index + 2] for index in range(len(prepared) - 1)]
        return sum(pair in self._chars.vocabulary_ for pair in pairs) / max(len(pairs), 1)

    def predict(self, texts: Sequence[str]) -> list[dict[str, list[tuple[str, float]]]]:
        """For each text and head: (label, probability), best first."""
        if len(texts) <= _FEW:
            return [self._predict_one(text) for text in texts]
        features = self.features(texts)
        columns = {name: (head.labels, head.probabilities(features)) for name, head in self.heads.items()}
        return [{name: _ranked(labels, rows[index]) for name, (labels, rows) in columns.items()} for index in range(len(texts))]

    def _predict_one(self, text: str) -> dict[str, list[tuple[str, float]]]:
        if self._quick is None:
            weights = {"words_weight": _WORDS_WEIGHT, "marks_weight": _MARKS_WEIGHT}
            self._quick = QuickFeatures(self._chars, self._marks, **weights)
        words, _, marks = text.partition(MARKS_AFTER)
        features = self._quick.of(prepare(words), marks)
        return {name: _ranked(head.labels, head.of_one(*features)) for name, head in self.heads.items()}

    def save(self, path: Path) -> None:
        self._quick = None  # made again where it is needed
        joblib.dump(self, path, compress=3)

    @staticmethod
    def load(path: Path) -> TextModel:
        """Read what `save` wrote; raises TypeError for anything else."""
        model = joblib.load(path)
        if not isinstance(model, TextModel):
            raise TypeError(f"{path} holds no text model")
        for head in model.heads.values():  # a text needs a few columns of all labels: keep columns together
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
    scores = cross_val_predict(LinearSVC(**model.get_params()), features, target, cv=folds, method="decision_function")
    columns = np.searchsorted(model.classes_, target)

    def loss(temperature: float) -> float:
        chosen = _softmax(scores / temperature)[np.arange(len(target)), columns]
        return float(-np.log(np.clip(chosen, 1e-9, None)).mean())

    return float(min(np.geomspace(0.05, 2.0, 40), key=loss))
