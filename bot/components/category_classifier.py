"""What the complaint is about, on two levels, and whether a message holds several complaints.

Two heads on the same features: the 22 categories (and none) and the leaves. A leaf's share is what its own head gives it within
its category, weighted with what both heads together give the category, so that the two can never contradict each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from backend.contracts.understanding import Facts
from backend.domain.language.issues import announced_number
from backend.domain.language.matters import brings_along, is_blame
from bot.components.base import DRAW, DRAWN, ModelComponent, block_metadata, model_reading, normal_text
from bot.components.category_shares import NO_MATTER, SEPARATOR, Guess, combine, matter_labels
from bot.components.clause_model import ClauseModels, Told, learn_clauses
from bot.components.heard import Heard
from bot.components.issue_list import issues_of
from bot.components.pieces import hear
from bot.components.problem_features import Message as MessageShares
from bot.components.problems import Problem, problems_of
from bot.components.text_model import TextModel

_GUESSES = 3
_UNSURE, _SURE = 0.6, 0.9


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CategoryModel(ModelComponent):
    """Sets `categories` (best first) and `issues` (one per problem of the message)."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"c": 0.7}

    clauses_file = "clauses.joblib"

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, model_storage, resource)
        self.clauses = ClauseModels()

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CategoryModel:
        component = super().load(config, model_storage, resource, execution_context, **kwargs)
        if not isinstance(component, CategoryModel):
            raise TypeError("load made another component")
        with model_storage.read_from(resource) as directory:
            path = directory / cls.clauses_file
            component.clauses = ClauseModels.load(path) if path.exists() else ClauseModels()
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the categories, what clauses of the same examples show, and from all examples where clauses end."""
        resource = super().train(training_data)
        rows = [(message, self.targets(message)) for message in training_data.intent_examples if message.get(INTENT)]
        told = [
            Told(normal_text(message), model_reading(message), target["category"], target["leaf"])
            for message, target in rows
            if target.get("category", NO_MATTER) != NO_MATTER
        ]
        self.clauses = learn_clauses(told, [normal_text(message) for message, _ in rows])
        with self._model_storage.write_to(resource) as directory:
            self.clauses.save(directory / self.clauses_file)
        return resource

    def targets(self, message: Message) -> dict[str, str]:
        meta = block_metadata(message)
        return matter_labels(str(message.get(INTENT)), str(meta.get("category") or ""), str(meta.get("subcategory") or ""))

    def process(self, messages: list[Message]) -> list[Message]:
        if self.model is None:
            return messages
        for message in messages:
            text, facts = normal_text(message), message.get(DRAWN) or Facts()
            whole = guess_categories(self.model, [model_reading(message)])[0]
            heard = hear(text, facts, self.model, self.clauses)
            shares = {guess.category: guess.category_confidence for guess in whole}
            problems = problems_of(heard, MessageShares(shares, announced_number(text), self.clauses.company))
            whole = surer(whole, problems, heard) if any(map(str.isalpha, text)) else [unsaid(guess) for guess in whole]
            message.set("categories", [guess.as_dict() for guess in whole[:_GUESSES]], add_to_output=True)
            message.set(
                "issues", issues_of(text, whole[0], heard, problems, message.get(DRAW) or _nothing_drawn), add_to_output=True
            )
        return messages


def surer(whole: list[Guess], problems: list[Problem], heard: Sequence[Heard] = ()) -> list[Guess]:
    """The guesses for a long message: where it is unsure as a whole, because effects and answers of offices are told at length,
    the piece that surely states the one problem comes first; so does a cause before its effect (a power cut before the lift),
    what is broken before who is blamed, and what is stated before what only a remark sounds like (打120拉走的)."""
    if len(problems) != 1 or problems[0].guess.category_confidence < _SURE:
        return whole
    stated = problems[0].guess
    gives_way = brings_along(_leaf(stated), _leaf(whole[0])) or (is_blame(_leaf(whole[0])) and not is_blame(_leaf(stated)))
    gives_way = gives_way or (_is_remark(whole[0], heard) and not _is_remark(stated, heard))
    if whole[0].category_confidence >= _UNSURE and not gives_way:
        return whole
    return [stated, *(guess for guess in whole if (guess.category, guess.subcategory) != (stated.category, stated.subcategory))]


def _is_remark(guess: Guess, heard: Sequence[Heard]) -> bool:
    """Whether only pieces that add something sound like this category."""
    remarks = [piece.clause.beside for piece in heard if piece.guess.category == guess.category]
    return bool(remarks) and all(remarks)


def _leaf(guess: Guess) -> str:
    return guess.category + SEPARATOR + guess.subcategory


def unsaid(guess: Guess) -> Guess:
    """A guess about a message without a single word (88, 666): it says nothing of a matter, whatever its digits resemble."""
    return replace(guess, confidence=0.0, category_confidence=0.0)


def _nothing_drawn(_: str) -> Facts:
    return Facts()


def guess_categories(model: TextModel, readings: list[str]) -> list[list[Guess]]:
    """For each reading the leaves with their shares, best first."""
    return [combine(prediction["category"], prediction["leaf"]) for prediction in model.predict(readings)]
