"""First in the pipeline: one writing for everything residents type; the original text stays."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from backend.domain.language.normalise import normalise
from bot.components.base import NORMALISED, RuleComponent


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Normaliser(RuleComponent):
    """Sets `normalised` and `script` (how the resident writes, so that the answer can be written likewise)."""

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            normal = normalise(str(message.get(TEXT) or ""))
            message.set(NORMALISED, normal.text, add_to_output=True)
            message.set("script", normal.script, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process([message for message in training_data.training_examples if message.get(TEXT)])
        return training_data
