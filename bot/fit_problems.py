"""Fits the weights by which a piece of a message opens a problem of its own: `python -m bot.fit_problems [--errors]`.

Trains the category models on the training data, reads the messages of tests/bot/issues_dev.yml and tests/bot/several/ (all but
`check*.yml`, which are for checking), and writes the weights for `bot/components/problems.py`, with what cross-validation
over messages gives. `--errors` shows the messages that come out wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from backend.domain.language.facts import draw_facts
from backend.domain.language.issues import announced_number
from backend.domain.language.normalise import normalise
from bot.components.category_classifier import guess_categories
from bot.components.clause_model import Told, learn_clauses
from bot.components.fact_extractor import PlacesFile
from bot.components.heard import Heard
from bot.components.pieces import hear
from bot.components.problems import Message, enough, openings
from bot.components.reading import reading
from bot.components.text_model import TextModel
from bot.corpus import ROOT, training_examples

_NOW = datetime(2026, 11, 21, 11, tzinfo=timezone.utc)
_FOLDS = 10
_BY_RULE = "announced"  # lowers what is enough; its weight is not fitted
_TESTS = ROOT / "tests" / "bot"


@dataclass(frozen=True)
class Row:
    """A message, the leaves of its problems, its pieces."""

    text: str
    leaves: tuple[str, ...]
    heard: list[Heard]
    message: Message


class Reader:
    """The category models without Rasa around them."""

    def __init__(self) -> None:
        examples = [example for example in training_examples() if example.category]
        texts = [normalise(example.text).text for example in examples]
        readings = [reading(text) for text in texts]
        leaves = [f"{example.category}/{example.subcategory}" for example in examples]
        self._categories = TextModel().fit(readings, {"category": [example.category for example in examples], "leaf": leaves})
        told = [Told(text, read, example.category) for text, read, example in zip(texts, readings, examples)]  # noqa: B905
        self._own = learn_clauses(told)
        self._gazetteer = PlacesFile(ROOT / "nlu_data" / "lookups" / "places.yml").gazetteer()

    def row(self, text: str, leaves: Iterable[str]) -> Row:
        plain = normalise(text).text
        facts = draw_facts(text, message_time=_NOW, gazetteer=self._gazetteer)
        whole = guess_categories(self._categories, [reading(plain, facts)])[0]
        shares = {guess.category: guess.category_confidence for guess in whole}
        heard = hear(plain, facts, self._categories, self._own)
        return Row(text, tuple(leaves), heard, Message(shares, announced_number(plain)))


def development_files() -> list[Path]:
    """What the weights may be fitted on."""
    several = sorted(path for path in (_TESTS / "several").glob("*.yml") if not path.stem.startswith("check"))
    return [_TESTS / "issues_dev.yml", *several]


def rows_of(paths: Iterable[Path]) -> list[tuple[str, tuple[str, ...]]]:
    """(text, leaves) of the messages in the files."""
    groups = [group for path in paths for group in yaml.safe_load(path.read_text(encoding="utf-8")).values()]
    return [(row["text"], tuple(row.get("issues") or [row["issue"]])) for group in groups for row in group]


def decisions(row: Row) -> list[tuple[dict[str, float], bool]]:
    """What the pieces of a message should have been decided to be: a piece opens a problem when its category is one of those
    expected and not taken yet."""
    left = list(row.leaves)
    found: list[tuple[dict[str, float], bool]] = []

    def take(leaf: str) -> bool:
        same = [other for other in left if other == leaf] or [other for other in left if _top(other) == _top(leaf)]
        if same:
            left.remove(same[0])
        return bool(same)

    def decide(piece: Heard, values: dict[str, float]) -> bool:
        found.append((values, take(piece.leaf)))
        return found[-1][1]

    first = openings(row.heard, row.message, lambda *_: False)
    if first:
        take(row.heard[first[0]].leaf)
    openings(row.heard, row.message, decide)
    return found


def fit(rows: Sequence[Row]) -> dict[str, float]:
    """Weights by name, `bias` among them."""
    told = [decision for row in rows for decision in decisions(row)]
    names = sorted({name for values, _ in told for name in values} - {_BY_RULE})
    table = np.array([[values.get(name, 0.0) for name in names] for values, _ in told])
    model = LogisticRegression(max_iter=1000).fit(table, [opens for _, opens in told])
    return {"bias": float(model.intercept_[0]), **dict(zip(names, map(float, model.coef_[0])))}  # noqa: B905 - one each


def counted(row: Row, weights: dict[str, float]) -> list[str]:
    """The leaves of the problems that these weights find in a message."""

    opened = openings(row.heard, row.message, lambda _, values: enough(values, weights))
    return [row.heard[index].leaf for index in opened]


def _top(leaf: str) -> str:
    return leaf.rsplit("/", 1)[0]


def summary(name: str, rows: Sequence[Row], found: Sequence[list[str]]) -> str:
    """How many messages have the right number of problems, those with one and those with several apart."""
    right = [max(len(leaves), 1) == len(row.leaves) for row, leaves in zip(rows, found)]  # noqa: B905 - one each
    single = [good for row, good in zip(rows, right) if len(row.leaves) == 1]  # noqa: B905
    several = [good for row, good in zip(rows, right) if len(row.leaves) > 1]  # noqa: B905
    same = [sorted(leaves) == sorted(row.leaves) for row, leaves in zip(rows, found) if len(row.leaves) > 1]  # noqa: B905
    shares = f"number {np.mean(right):.3f}, of single ones {np.mean(single):.3f}, of several {np.mean(several):.3f}"
    return f"{name}: {len(rows)} messages, {shares}, leaves of several {np.mean(same):.3f}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--errors", action="store_true", help="show the messages that come out wrong")
    options.add_argument("--check", type=Path, nargs="*", default=[], help="further files, judged by the fitted weights")
    chosen = options.parse_args()
    reader = Reader()
    rows = [reader.row(*row) for row in rows_of(development_files())]
    found: list[list[str]] = [[] for _ in rows]
    for seen, unseen in KFold(_FOLDS, shuffle=True, random_state=1).split(rows):
        weights = fit([rows[index] for index in seen])
        for index in unseen:
            found[index] = counted(rows[index], weights)
    weights = fit(rows)
    lines = [f'    "{name}": {weight:.2f},' for name, weight in weights.items()]
    lines.append(summary("cross-validated", rows, found))
    lines += _wrong(rows, found) if chosen.errors else []
    for path in chosen.check:
        checked = [reader.row(*row) for row in rows_of([path])]
        leaves = [counted(row, weights) for row in checked]
        lines += [summary(path.name, checked, leaves), *(_wrong(checked, leaves) if chosen.errors else [])]
    sys.stdout.write("\n".join(lines) + "\n")


def _wrong(rows: Sequence[Row], found: Sequence[list[str]]) -> list[str]:
    pairs = [(row, leaves) for row, leaves in zip(rows, found) if max(len(leaves), 1) != len(row.leaves)]  # noqa: B905
    return [f"  {len(row.leaves)} {leaves} {_told(row)}" for row, leaves in pairs]


def _told(row: Row) -> str:
    return (
        " | ".join(
            f"{piece.clause.span.text} ({piece.guess.subcategory} {piece.guess.category_confidence:.2f}, own {piece.own:.2f}"
            f"{', named' if piece.named else ''}{', beside' if piece.clause.beside else ''})"
            for piece in row.heard
        )
        or row.text
    )


if __name__ == "__main__":
    main()
