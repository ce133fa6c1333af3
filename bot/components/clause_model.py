"""What the training data show of the clauses of one problem: how an effect, an answer of an office, a wish sounds, what kinds
of problem come along with which, and where clauses end.

Nobody has to label clauses for it: each training example is about one problem, so a later clause of it that alone would be
taken for something else is one that merely adds to that problem; first clauses, and later ones that are taken for the same,
are problems. What it is taken for tells what comes along with this kind of problem (a power cut spoils food). "Would be
taken" is asked of models that have not seen the example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import joblib
from sklearn.model_selection import StratifiedKFold

from backend.domain.language.issues import clauses_in
from bot.components.boundaries import Boundaries
from bot.components.boundary_learning import learn_boundaries
from bot.components.company import Company, learn_company
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
    """A training example: normalised text, what the models read of it, its category and leaf."""

    text: str
    reading: str
    category: str
    leaf: str = ""


@dataclass(frozen=True)
class ClauseModels:
    """What is learnt of clauses; `own` and `boundaries` are None where the examples show too little."""

    own: TextModel | None = None
    company: Company = field(default_factory=Company)
    boundaries: Boundaries | None = None

    def save(self, path: Path) -> None:
        joblib.dump(self, path, compress=3)

    @staticmethod
    def load(path: Path) -> ClauseModels:
        """Read what `save` wrote; raises TypeError for anything else."""
        models = joblib.load(path)
        if not isinstance(models, ClauseModels):
            raise TypeError(f"{path} holds no clause models")
        return models


def learn_clauses(examples: Sequence[Told], texts: Sequence[str]) -> ClauseModels:
    """The models from examples of problems, and from all normalised sentences there are."""
    clauses = list(_judged(examples))
    rows = [(clause.text, label) for clause in clauses for label in [_label(clause)] if label]
    own = None
    if len({label for _, label in rows}) == 2:
        own = TextModel(c=_C).fit([_without_list_words(reading(text)) for text, _ in rows], {_HEAD: [label for _, label in rows]})
    return ClauseModels(
        own, learn_company([(each.category, each.leaf) for each in examples], _strangers(clauses)), learn_boundaries(texts)
    )


def own_shares(model: TextModel | None, readings: Sequence[str]) -> list[float]:
    """How likely each clause, as `bot.components.reading` gives it, is a problem of its own; 1.0 where nothing was learnt."""
    if model is None or not readings:
        return [1.0] * len(readings)
    return [dict(answer[_HEAD])[OWN] for answer in model.predict([_without_list_words(each) for each in readings])]


def _without_list_words(read: str) -> str:
    return _LIST_WORDS.sub("", read)


@dataclass(frozen=True)
class _Clause:
    """A clause of an example, its place in it, and what a model that has not seen the example takes it for."""

    text: str
    position: int
    example: Told
    category: str
    share: float


def _judged(examples: Sequence[Told]) -> Iterator[_Clause]:
    categories = [example.category for example in examples]
    if min((categories.count(category) for category in set(categories)), default=0) < _FOLDS:
        return
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=SEED)
    for seen, unseen in folds.split(categories, categories):
        model = TextModel().fit(
            [examples[index].reading for index in seen], {"category": [categories[index] for index in seen]}, calibrate=False
        )
        for index in unseen:
            texts = [clause.span.text for clause in clauses_in(examples[index].text)]
            answers = model.predict([reading(text) for text in texts]) if texts else []
            for position, (text, answer) in enumerate(zip(texts, answers, strict=True)):
                yield _Clause(text, position, examples[index], *answer["category"][0])


def _label(clause: _Clause) -> str:
    if clause.category != clause.example.category:
        return BESIDE if clause.position else ""
    return OWN if not clause.position or clause.share > _SURE else ""


def _strangers(clauses: Sequence[_Clause]) -> list[tuple[str, str]]:
    """(leaf of the example, category of the clause) of the clauses that are taken for another category."""
    return [(clause.example.leaf, clause.category) for clause in clauses if clause.category != clause.example.category]
