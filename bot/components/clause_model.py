"""Whether a clause sounds like a problem of its own, or like an effect, an answer of an office, a person, a wish.

Nobody has to label clauses for it: each training example is about one problem, so a later clause of it that alone would be
taken for something else is one that merely adds to that problem; first clauses, and later ones that are taken for the same,
are problems. "Would be taken" is asked of models that have not seen the example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sklearn.model_selection import StratifiedKFold

from backend.domain.language.issues import clauses_in
from bot.components.reading import reading
from bot.components.text_model import SEED, TextModel

OWN, BESIDE = "own", "beside"
_HEAD = "clause"
_FOLDS = 3
_SURE = 0.95
_C = 0.3  # these labels are noisy: a smoother model
_LIST_WORDS = re.compile(r"[也还又]")  # say that something is added, not what


@dataclass(frozen=True)
class Told:
    """A training example: normalised text, what the models read of it, its category."""

    text: str
    reading: str
    category: str


def learn_clauses(examples: Sequence[Told]) -> TextModel | None:
    """The model, or None when the examples show only one of the two kinds."""
    rows = list(_labelled(examples))
    if len({label for _, label in rows}) < 2:
        return None
    return TextModel(c=_C).fit([_clause_reading(text) for text, _ in rows], {_HEAD: [label for _, label in rows]})


def own_shares(model: TextModel | None, clauses: Sequence[str]) -> list[float]:
    """For each clause how likely it is a problem of its own; 1.0 where nothing was learnt."""
    if model is None or not clauses:
        return [1.0] * len(clauses)
    return [dict(answer[_HEAD])[OWN] for answer in model.predict([_clause_reading(text) for text in clauses])]


def _clause_reading(text: str) -> str:
    return reading(_LIST_WORDS.sub("", text))


def _labelled(examples: Sequence[Told]) -> Iterator[tuple[str, str]]:
    categories = [example.category for example in examples]
    if min((categories.count(category) for category in set(categories)), default=0) < _FOLDS:
        return
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=SEED)
    for seen, unseen in folds.split(categories, categories):
        model = TextModel().fit(
            [examples[index].reading for index in seen], {"category": [categories[index] for index in seen]}, calibrate=False
        )
        for index in unseen:
            yield from _labels(model, examples[index])


def _labels(model: TextModel, example: Told) -> Iterator[tuple[str, str]]:
    texts = [clause.span.text for clause in clauses_in(example.text)]
    answers = model.predict([reading(text) for text in texts]) if texts else []
    for position, (text, answer) in enumerate(zip(texts, answers, strict=True)):
        category, share = answer["category"][0]
        if category != example.category:
            if position:
                yield text, BESIDE
        elif not position or share > _SURE:
            yield text, OWN
