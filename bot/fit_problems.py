"""Fits the weights by which a piece of a message opens a problem of its own: `python -m bot.fit_problems [--errors]`.

Trains the category models on the training data, reads the messages of tests/bot/issues_dev.yml and tests/bot/several/ (all but
`check*.yml`, which are for checking) and messages made from training sentences that the reading models have not seen
(`bot/made_messages.py`), and writes the weights to `bot/components/problem_weights.yml`. It prints what cross-validation over the
written messages gives, and how the check files come out. `--errors` shows the written messages that come out wrong, those of
the check files excepted.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import yaml
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from backend.domain.language.facts import draw_facts
from backend.domain.language.issues import announced_number
from backend.domain.language.normalise import normalise
from bot.components.category_classifier import guess_categories
from bot.components.category_shares import NO_MATTER, matter_labels
from bot.components.clause_model import Told, learn_clauses
from bot.components.fact_extractor import PlacesFile
from bot.components.heard import Heard
from bot.components.pieces import hear
from bot.components.problem_features import ANNOUNCED, Message
from bot.components.problems import WEIGHTS_FILE, enough, openings
from bot.components.reading import reading
from bot.components.text_model import TextModel
from bot.corpus import ROOT, training_examples
from bot.made_messages import Maker

_NOW = datetime(2026, 11, 21, 11, tzinfo=timezone.utc)
_FOLDS, _THIRDS, _PROCESSES = 10, 3, 2
_MADE, _MADE_COUNTS = 1000, 0.2  # messages made of each third, and what one of them counts
# The tables of words were collected from the written messages too; others will say it in words that the tables lack. So each of
# them is learnt from four times, a quarter of its named pieces taken as not named.
_TIMES, _UNNAMED = 4, 0.25
_TESTS = ROOT / "tests" / "bot"


@dataclass(frozen=True)
class Row:
    """A message, the leaves of its problems, its pieces."""

    text: str
    leaves: tuple[str, ...]
    heard: list[Heard]
    message: Message


@dataclass(frozen=True)
class Sentence:
    """A training example, normalised and read."""

    text: str
    reading: str
    category: str
    leaf: str


def sentences() -> list[Sentence]:
    """What the models of categories learn from: the training data about problems, and such as are about none."""
    found = []
    for example in training_examples():
        labels = matter_labels(example.intent, example.category, example.subcategory)
        if labels:
            text = normalise(example.text).text
            found.append(Sentence(text, reading(text), labels["category"], labels["leaf"]))
    return found


class Reader:
    """The category models without Rasa around them."""

    def __init__(self, learnt: Sequence[Sentence]) -> None:
        targets = {"category": [each.category for each in learnt], "leaf": [each.leaf for each in learnt]}
        self._categories = TextModel().fit([each.reading for each in learnt], targets)
        told = [Told(each.text, each.reading, each.category, each.leaf) for each in learnt if each.category != NO_MATTER]
        self._clauses = learn_clauses(told, [normalise(example.text).text for example in training_examples()])
        self._gazetteer = PlacesFile(ROOT / "nlu_data" / "lookups" / "places.yml").gazetteer()

    def row(self, text: str, leaves: Iterable[str]) -> Row:
        plain = normalise(text).text
        facts = draw_facts(text, message_time=_NOW, gazetteer=self._gazetteer)
        whole = guess_categories(self._categories, [reading(plain, facts)])[0]
        shares = {guess.category: guess.category_confidence for guess in whole}
        heard = hear(plain, facts, self._categories, self._clauses)
        return Row(text, tuple(leaves), heard, Message(shares, announced_number(plain), self._clauses.company))


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


def made_rows(learnt: Sequence[Sentence], seed: int, seen: Sequence[int], unseen: Sequence[int]) -> list[Row]:
    """Rows of messages made from the unseen sentences, read by models that have learnt from the seen ones."""
    reader = Reader([learnt[index] for index in seen])
    maker = Maker([(learnt[index].text, learnt[index].leaf) for index in unseen if learnt[index].category != NO_MATTER], seed)
    return [reader.row(*message) for message in maker.messages(_MADE)]


def less_named(rows: Sequence[Row]) -> list[Row]:
    """The rows several times, every time with other pieces whose words the tables do not know."""
    chance = random.Random(1)

    def forget(piece: Heard) -> Heard:
        return replace(piece, named=False, names=False) if piece.named and chance.random() < _UNNAMED else piece

    return [replace(row, heard=[forget(piece) for piece in row.heard]) for _ in range(_TIMES) for row in rows]


def fit(written: Sequence[Row], made: Sequence[Row]) -> dict[str, float]:
    """Weights by name, `bias` among them; a made message counts less than a written one."""
    groups = ((less_named(written), 1 / _TIMES), (made, _MADE_COUNTS))
    told = [(decision, counts) for rows, counts in groups for row in rows for decision in decisions(row)]
    names = sorted({name for (values, _), _ in told for name in values} - {ANNOUNCED})
    table = np.array([[values.get(name, 0.0) for name in names] for (values, _), _ in told])
    opens, counts = [opens for (_, opens), _ in told], [counts for _, counts in told]
    model = LogisticRegression(max_iter=3000).fit(table, opens, sample_weight=counts)
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
    learnt = sentences()
    thirds = KFold(_THIRDS, shuffle=True, random_state=1).split(learnt)
    work = [delayed(Reader)(learnt), *(delayed(made_rows)(learnt, seed, *third) for seed, third in enumerate(thirds))]
    reader, *made_of_thirds = Parallel(_PROCESSES)(work)
    made = [row for third in made_of_thirds for row in third]
    rows = [reader.row(*row) for row in rows_of(development_files())]
    found: list[list[str]] = [[] for _ in rows]
    for seen, unseen in KFold(_FOLDS, shuffle=True, random_state=1).split(rows):
        weights = fit([rows[index] for index in seen], made)
        for index in unseen:
            found[index] = counted(rows[index], weights)
    weights = fit(rows, made)
    write(weights)
    lines = [summary("cross-validated", rows, found), *(_wrong(rows, found) if chosen.errors else [])]
    for path in [*sorted((_TESTS / "several").glob("check*.yml")), *chosen.check]:
        checked = [reader.row(*row) for row in rows_of([path])]
        lines.append(summary(path.name, checked, [counted(row, weights) for row in checked]))
    sys.stdout.write("\n".join(lines) + "\n")


def write(weights: dict[str, float]) -> None:
    """The weights where `bot/components/problems.py` reads them."""
    lines = [f"{name}: {weight:.2f}" for name, weight in weights.items()]
    WEIGHTS_FILE.write_text("\n".join(["# Written by `python -m bot.fit_problems`.", *lines]) + "\n", encoding="utf-8")


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
