"""What the complaint is about, on two levels, and whether a message holds several complaints.

Two heads on the same features: the 22 categories and the leaves. A leaf's share is what its own head gives it, weighted with
what the category head gives its category, so that the two can never contradict each other.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from backend.contracts.conversations import Address, Completeness
from backend.contracts.understanding import AddressMention, Facts, Span
from backend.domain.drafting.subject import words_beside_facts
from backend.domain.language.issues import problems_in
from bot.components.base import DRAWN, ModelComponent, block_metadata, model_reading, normal_text
from bot.components.category_shares import SEPARATOR, Guess, combine
from bot.components.reading import reading
from bot.components.text_model import TextModel

_GUESSES = 3
_SHORTEST = 2
_UNSAID = "未说明"  # the leaf for what fits nowhere is no second problem


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CategoryModel(ModelComponent):
    """Sets `categories` (best first) and `issues` (one per problem of the message)."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"c": 0.7, "issue_share": 0.65}

    def targets(self, message: Message) -> dict[str, str]:
        meta = block_metadata(message)
        if not meta.get("category"):
            return {}
        return {"category": meta["category"], "leaf": meta["category"] + SEPARATOR + meta["subcategory"]}

    def process(self, messages: list[Message]) -> list[Message]:
        if self.model is None:
            return messages
        for message in messages:
            text = normal_text(message)
            pieces = _pieces(text, message.get(DRAWN) or Facts())
            whole, *parts = guess_categories(self.model, [model_reading(message), *map(reading, pieces)])
            message.set("categories", [guess.as_dict() for guess in whole[:_GUESSES]], add_to_output=True)
            message.set("issues", self._issues(text, whole, list(zip(pieces, parts, strict=True))), add_to_output=True)
        return messages

    def _issues(self, text: str, whole: list[Guess], parts: list[tuple[str, list[Guess]]]) -> list[dict[str, Any]]:
        """One entry per different problem, the first one first; pieces that the model is not sure of belong to their
        neighbour."""
        found: dict[str, tuple[str, Guess]] = {}
        for piece, guesses in parts:
            best = guesses[0]
            if best.category_confidence >= self.config["issue_share"] and best.subcategory != _UNSAID:
                known = found.get(best.category)
                if known is None or best.confidence > known[1].confidence:
                    found[best.category] = (piece, best)
        if len(found) < 2:
            return [{"text": text, **whole[0].as_dict()}]
        return [{"text": piece, **guess.as_dict()} for piece, guess in found.values()]


def guess_categories(model: TextModel, readings: list[str]) -> list[list[Guess]]:
    """For each reading the leaves with their shares, best first."""
    return [combine(prediction["category"], prediction["leaf"]) for prediction in model.predict(readings)]


def _pieces(text: str, facts: Facts) -> list[str]:
    """The pieces of a message that say something beside place, time and phone; none when there is only one."""
    found = []
    for span in problems_in(text):
        inside = _shifted(facts, span)
        if len(words_beside_facts(span.text, inside)) >= _SHORTEST:
            found.append(span.text)
    return found if len(found) > 1 else []


def _shifted(facts: Facts, piece: Span) -> Facts:
    """The facts of the message as they lie in one piece of it."""
    spans = [*(facts.address.spans if facts.address else ()), *(mention.span for mention in facts.phones)]
    spans += [facts.occurred_at.span] if facts.occurred_at else []
    moved = tuple(
        Span(max(span.start - piece.start, 0), span.end - piece.start, span.text)
        for span in spans
        if span.start < piece.end and span.end > piece.start
    )
    return Facts(address=AddressMention(moved, Address(), Completeness.NONE), name=facts.name)
