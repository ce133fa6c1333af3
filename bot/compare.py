"""Models of intents side by side on the training data: `python -m bot.compare [--folds N] [NAME …]`.

For each: cross-validated accuracy, the mean recall of the intents, seconds to fit, milliseconds for one text, and numbers kept.
The results and what was decided: docs/decisions/0011-models-of-understanding.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import ComplementNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from backend.domain.language.normalise import normalise
from bot.components.intent_classifier import learnt_intent
from bot.components.reading import reading
from bot.components.text_model import SEED, class_weights
from bot.components.views import CHARS, GAPS, MARKS, SHAPE, SOUNDS, Sight
from bot.corpus import training_examples

Maker = Callable[[Sequence[str]], Any]
_ALL = (CHARS, SOUNDS, GAPS, SHAPE, MARKS)
_TIMED = 100


def _svm(evenness: float = 0.7, c: float = 0.7) -> Maker:
    return lambda labels: LinearSVC(C=c, class_weight=class_weights(labels, evenness), random_state=SEED)


def _logistic(labels: Sequence[str]) -> LogisticRegression:
    return LogisticRegression(C=8, class_weight=class_weights(labels, 0.7), max_iter=150)


def _bayes(labels: Sequence[str]) -> ComplementNB:
    return ComplementNB(alpha=0.3)


def _dense(labels: Sequence[str]) -> Any:
    """Latent dimensions of the same counts, and one hidden layer."""
    layer = MLPClassifier((256,), early_stopping=True, max_iter=30, random_state=SEED)
    return make_pipeline(TruncatedSVD(200, random_state=SEED), layer)


MODELS: Mapping[str, tuple[tuple[str, ...], Maker]] = {
    "chars": ((CHARS, MARKS), _svm(1.0)),
    "chars, less even": ((CHARS, MARKS), _svm()),
    "+ shape": ((CHARS, SHAPE, MARKS), _svm()),
    "+ sounds": ((CHARS, SOUNDS, MARKS), _svm()),
    "+ gaps": ((CHARS, GAPS, MARKS), _svm()),
    "all views": (_ALL, _svm()),
    "all views, rare ones more": (_ALL, _svm(1.3)),
    "all views, logistic": (_ALL, _logistic),
    "all views, Bayes": (_ALL, _bayes),
    "all views, latent + layer": (_ALL, _dense),
}


def measure(name: str, texts: Sequence[str], labels: Sequence[str], folds: int) -> str:
    """One line of the table."""
    views, make = MODELS[name]
    truth, said = np.asarray(labels), np.empty(len(labels), dtype=object)
    fitted = 0.0
    for seen, unseen in StratifiedKFold(folds, shuffle=True, random_state=SEED).split(texts, labels):
        sight = Sight(views)
        rows = sight.learn([texts[index] for index in seen])
        start = time.perf_counter()
        model = make(truth[seen].tolist()).fit(rows, truth[seen])
        fitted = time.perf_counter() - start
        said[unseen] = model.predict(sight.rows([texts[index] for index in unseen]))
    start = time.perf_counter()
    for text in texts[:_TIMED]:
        model.predict(sight.rows([text]))
    each = (time.perf_counter() - start) / _TIMED * 1000
    recall = recall_score(truth, said.astype(str), average="macro")
    right = float(np.mean(truth == said))
    return f"{name:26s} right {right:.4f}  recall {recall:.4f}  fit {fitted:5.1f} s  {each:4.1f} ms  columns {rows.shape[1]}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", help="which ones; all if none is given")
    options.add_argument("--folds", type=int, default=3)
    chosen = options.parse_args()
    examples = list(training_examples())
    texts = [reading(normalise(example.text).text) for example in examples]
    labels = [learnt_intent(example.intent, example.category) for example in examples]
    for name in chosen.names or MODELS:
        sys.stdout.write(measure(name, texts, labels, chosen.folds) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
