"""How well the assistant understands: `python -m bot.evaluate [--model FILE] [--curve] [--pairs N]`.

Reports intents, categories (both levels), emergencies, issues and facts on the separately written test set, per class and with
the pairs that are confused, and the same on the training data by cross-validation. `--curve` shows accuracy against the size of
the training data.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import structlog
import yaml
from sklearn.model_selection import StratifiedKFold

from backend.contracts.understanding import Facts
from backend.domain.drafting.codec import from_json
from backend.domain.drafting.context import intents_in_context, matter_of
from backend.domain.drafting.heard import Heard
from backend.domain.drafting.last_question import asked_by
from backend.domain.language.answers import classify_answer
from backend.domain.language.normalise import normalise
from bot.components.category_classifier import guess_categories
from bot.components.category_shares import matter_labels
from bot.components.intent_classifier import IntentModel, learnt_intent, told_intent
from bot.components.reading import reading
from bot.components.text_model import TextModel
from bot.corpus import HELD_OUT, ROOT, Example, training_examples
from bot.evaluate_facts import held_out_facts

_SEED = 42
_FOLDS = 5
_SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)


@dataclass
class Score:
    """Right answers per class and the confusions (meant, understood)."""

    name: str
    right: Counter[str]
    total: Counter[str]
    confused: Counter[tuple[str, str]]

    @classmethod
    def of(cls, name: str, pairs: Iterable[tuple[str, str]]) -> Score:
        right, total, confused = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
        for meant, understood in pairs:
            total[meant] += 1
            right[meant] += meant == understood
            if meant != understood:
                confused[meant, understood] += 1
        return cls(name, right, total, confused)

    @property
    def accuracy(self) -> float:
        return sum(self.right.values()) / max(sum(self.total.values()), 1)

    def lines(self, pairs: int) -> list[str]:
        worst = sorted(self.total, key=lambda name: self.right[name] / self.total[name])
        shown = [f"{name} {self.right[name]}/{self.total[name]}" for name in worst if self.right[name] < self.total[name]]
        mixed = [f"{meant} -> {said} x{count}" for (meant, said), count in self.confused.most_common(pairs)]
        head = f"{self.name}: {self.accuracy:.3f} ({sum(self.right.values())}/{sum(self.total.values())})"
        return [head, "  weakest: " + "; ".join(shown[:12]), "  confused: " + "; ".join(mixed)]


class Parser:
    """The trained assistant's understanding, in this process."""

    def __init__(self, model: Path) -> None:
        os.environ.setdefault("YOUSHI_ACTIONS_URL", "http://127.0.0.1:1")
        from rasa.core.agent import Agent

        self._agent = Agent.load(str(model))
        self._loop = asyncio.new_event_loop()

    def parse(self, text: str, context: str = "") -> dict[str, Any]:
        """Intent in its context, categories, issues."""
        data: dict[str, Any] = self._loop.run_until_complete(self._agent.parse_message(text))
        ranking = tuple((entry["name"], float(entry["confidence"])) for entry in data["intent_ranking"])
        plain = normalise(text).text
        facts, matter = from_json(Facts, data["facts"]), matter_of(data["categories"])
        heard = Heard(plain, ranking, facts, classify_answer(text), asked_by(context), matter=matter)
        data["best"] = intents_in_context(heard)[0][0] if ranking else ""
        return data


def held_out_scores(parser: Parser) -> list[Score]:
    """The separately written test set, file by file."""
    rows = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(HELD_OUT.glob("*.yml"))}
    intents = [(row, parser.parse(row["text"], row.get("context") or "")) for row in rows["intents"]]
    categories = [(row, parser.parse(row["text"])) for row in rows["categories"]]
    emergencies = [(row, parser.parse(row["text"])) for row in rows.get("emergencies", [])]
    several = [(row, parser.parse(row["text"])) for row in rows.get("multi", [])]
    return [
        Score.of("intents", ((row["intent"], data["best"]) for row, data in intents)),
        Score.of("intents of complaints", (("report", _report(data["best"])) for _, data in categories)),
        Score.of("category", ((row["category"], data["categories"][0]["category"]) for row, data in categories)),
        Score.of("subcategory", ((_leaf(row), _leaf(data["categories"][0])) for row, data in categories)),
        Score.of("emergencies found", ((row["intent"], data["best"]) for row, data in emergencies)),
        Score.of("idioms not alarmed", (("calm", _alarm(data)) for row, data in intents if row.get("idiom"))),
        Score.of("number of problems", ((str(len(row["issues"])), str(len(data["issues"]))) for row, data in several)),
        Score.of("categories of problems", ((_set(row), _set(data)) for row, data in several)),
    ]


def training_scores(examples: Sequence[Example]) -> list[Score]:
    """Cross-validated accuracy of the models on the training data, without the rules around them."""
    texts = [_read(example.text) for example in examples]
    reports = [(text, example) for text, example in zip(texts, examples, strict=True) if example.category]
    plain = [text for text, _ in reports]
    leaves = [f"{example.category}/{example.subcategory}" for _, example in reports]
    return [
        _cross_validated(
            "training, intents", texts, [learnt_intent(example.intent, example.category) for example in examples], _intent
        ),
        _cross_validated("training, subcategory", plain, leaves, _leaf_of),
    ]


def learning_curve(examples: Sequence[Example], rows: Mapping[str, Sequence[dict[str, Any]]]) -> list[str]:
    """Accuracy of the models alone on the test set against the share of the training data they have seen."""
    shuffled = list(examples)
    random.Random(_SEED).shuffle(shuffled)
    reports = [(example, labels) for example in shuffled if (labels := _labels(example))]
    return [
        *(_intents_learnt_from(shuffled[: int(len(shuffled) * share)], rows["intents"]) for share in _SHARES),
        *(_categories_learnt_from(reports[: int(len(reports) * share)], rows["categories"]) for share in _SHARES),
    ]


def _intents_learnt_from(seen: Sequence[Example], rows: Sequence[dict[str, Any]]) -> str:
    model = _intent([_read(example.text) for example in seen], [learnt_intent(one.intent, one.category) for one in seen])
    said = [prediction["intent"][0][0] for prediction in model.predict([_read(row["text"]) for row in rows])]
    right = np.mean([told_intent(name) == row["intent"] for name, row in zip(said, rows, strict=True)])
    return f"{len(seen):6d} examples: intents by the words alone {right:.3f}"


def _categories_learnt_from(seen: Sequence[tuple[Example, dict[str, str]]], rows: Sequence[dict[str, Any]]) -> str:
    targets = {head: [labels[head] for _, labels in seen] for head in seen[0][1]}
    model = TextModel().fit([_read(example.text) for example, _ in seen], targets)
    guesses = guess_categories(model, [_read(row["text"]) for row in rows])
    first = np.mean([guess[0].category == row["category"] for guess, row in zip(guesses, rows, strict=True)])
    second = np.mean([_leaf(guess[0].as_dict()) == _leaf(row) for guess, row in zip(guesses, rows, strict=True)])
    told = sum(bool(example.category) for example, _ in seen)
    return f"{told:6d} examples: category {first:.3f}, subcategory {second:.3f}"


def _labels(example: Example) -> dict[str, str]:
    return matter_labels(example.intent, example.category, example.subcategory)


def _cross_validated(name: str, texts: list[str], labels: list[str], fit: Callable[[list[str], list[str]], TextModel]) -> Score:
    pairs: list[tuple[str, str]] = []
    for seen, unseen in StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED).split(texts, labels):
        model = fit([texts[index] for index in seen], [labels[index] for index in seen])
        for index, prediction in zip(unseen, model.predict([texts[index] for index in unseen]), strict=True):
            pairs.append((labels[index], next(iter(prediction.values()))[0][0]))
    return Score.of(name, pairs)


def _read(text: str) -> str:
    return reading(normalise(text).text)


def _intent(texts: list[str], labels: list[str]) -> TextModel:
    return TextModel(**IntentModel.settings).fit(texts, {"intent": labels}, calibrate=False)


def _leaf_of(texts: list[str], labels: list[str]) -> TextModel:
    return TextModel().fit(texts, {"leaf": labels}, calibrate=False)


def _leaf(row: dict[str, Any]) -> str:
    return f"{row['category']}/{row['subcategory']}"


def _report(intent: str) -> str:
    return "report" if intent in ("report_complaint", "emergency") else intent


def _alarm(data: dict[str, Any]) -> str:
    return "alarm" if data["best"] == "emergency" else "calm"


def _set(row: dict[str, Any]) -> str:
    return " + ".join(sorted({issue["category"] for issue in row["issues"]}))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", type=Path, default=None, help="trained model; the newest one in bot/models if not given")
    options.add_argument("--curve", action="store_true", help="learning curves of the models")
    options.add_argument("--training", action="store_true", help="cross-validation on the training data")
    options.add_argument("--pairs", type=int, default=12, help="how many confused pairs to show")
    chosen = options.parse_args()
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    model = chosen.model or max((ROOT / "bot" / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    examples = list(training_examples())
    lines = [line for score in held_out_scores(Parser(model)) for line in score.lines(chosen.pairs)]
    lines += held_out_facts()
    if chosen.training:
        lines += [line for score in training_scores(examples) for line in score.lines(chosen.pairs)]
    if chosen.curve:
        names = ("intents", "categories")
        rows = {name: yaml.safe_load((HELD_OUT / f"{name}.yml").read_text(encoding="utf-8")) for name in names}
        lines += learning_curve(examples, rows)
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
