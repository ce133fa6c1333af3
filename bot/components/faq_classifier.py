"""Which question of the FAQ is meant; only looked at where the intent is ask_faq."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from bot.components.base import ModelComponent, block_metadata, model_reading


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FaqModel(ModelComponent):
    """Sets `faq`: {key, confidence}."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"c": 0.7}

    def targets(self, message: Message) -> dict[str, str]:
        key = block_metadata(message).get("faq", "")
        return {"faq": str(key)} if key else {}

    def process(self, messages: list[Message]) -> list[Message]:
        if self.model is None:
            return messages
        for message, prediction in zip(
            messages, self.model.predict([model_reading(message) for message in messages]), strict=True
        ):
            key, share = prediction["faq"][0]
            message.set("faq", {"key": key, "confidence": share}, add_to_output=True)
        return messages
