"""Which intent: the linear model's ranking.

Two kinds of report are learnt apart: one that tells the matter, and one that only announces it ("我要投诉"), which must not
become a description. Outside they are one intent; `content` says which it was.
"""

from __future__ import annotations

from typing import Any, ClassVar

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from bot.components.base import ModelComponent, block_metadata, model_reading
from bot.components.views import VIEWS

_RANKING_LENGTH = 6
_USUAL_COVERAGE = 0.5
_REPORT = "report_complaint"
_INTRO = "report_intro"


def learnt_intent(intent: str, category: str) -> str:
    """What an example is learnt as: a report without a category only announces one."""
    return _INTRO if intent == _REPORT and not category else intent


def told_intent(learnt: str) -> str:
    """The intent behind a learnt one."""
    return _REPORT if learnt == _INTRO else learnt


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentModel(ModelComponent):
    """Sets `intent`, `intent_ranking` and `content`."""

    settings: ClassVar[dict[str, Any]] = {"views": tuple(VIEWS), "evenness": 1.3}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"c": 0.7}

    def targets(self, message: Message) -> dict[str, str]:
        return {INTENT: learnt_intent(str(message.get(INTENT)), str(block_metadata(message).get("category") or ""))}

    def process(self, messages: list[Message]) -> list[Message]:
        if self.model is None:
            return messages
        for message, prediction in zip(
            messages, self.model.predict([model_reading(message) for message in messages]), strict=True
        ):
            known = min(1.0, self.model.coverage(model_reading(message)) / _USUAL_COVERAGE)
            shares = {name: share * known for name, share in prediction[INTENT]}
            intro = shares.pop(_INTRO, 0.0)
            content = shares.get(_REPORT, 0.0) >= intro
            shares[_REPORT] = shares.get(_REPORT, 0.0) + intro
            best = sorted(shares.items(), key=lambda item: -item[1])[:_RANKING_LENGTH]
            ranking = [{"name": name, "confidence": share} for name, share in best]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set("content", content, add_to_output=True)
        return messages
