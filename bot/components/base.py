"""What the components share: Rasa's life cycle around one TextModel."""

from __future__ import annotations

from typing import Any, ClassVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import bot.components.validator_cache  # noqa: F401 - every Rasa process that loads a component gets the cached validator
from backend.domain.language.normalise import normalise
from bot.components.reading import reading
from bot.components.text_model import TextModel

NORMALISED = "normalised"
DRAWN = "facts_drawn"
READING = "reading"
DRAW = "draw_facts"  # how the facts of a part of the message are drawn, for those who part it


def normal_text(message: Message) -> str:
    """The normalised text of a message, also where the Normaliser has not run (training)."""
    return str(message.get(NORMALISED) or normalise(str(message.get(TEXT) or "")).text)


def model_reading(message: Message) -> str:
    """What the models read of a message; made once, because several components read the same."""
    made = message.get(READING)
    if made is None:
        made = reading(normal_text(message), message.get(DRAWN))
        message.set(READING, made)
    return str(made)


def block_metadata(message: Message) -> dict[str, Any]:
    """The `metadata` of the block that a training example stands in."""
    meta = (message.get(METADATA) or {}).get(METADATA_INTENT)
    return meta if isinstance(meta, dict) else {}


class RuleComponent(GraphComponent):
    """A component that learns nothing."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> RuleComponent:
        return cls({**cls.get_default_config(), **config})


class ModelComponent(GraphComponent):
    """A component around one TextModel, kept in Rasa's model storage. Subclasses say what is learnt and what is set."""

    file_name = "model.joblib"
    settings: ClassVar[dict[str, Any]] = {}  # of the TextModel, where they differ from the usual ones

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self.config = config
        self._model_storage = model_storage
        self._resource = resource
        self.model: TextModel | None = None

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> ModelComponent:
        return cls({**cls.get_default_config(), **config}, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ModelComponent:
        component = cls({**cls.get_default_config(), **config}, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            component.model = TextModel.load(directory / cls.file_name)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples that carry what `targets` asks for."""
        rows = [
            (model_reading(message), self.targets(message)) for message in training_data.intent_examples if message.get(INTENT)
        ]
        chosen = [(text, target) for text, target in rows if target]
        if chosen:
            names = chosen[0][1].keys()
            model = TextModel(**{**self.settings, "c": self.config["c"]})
            self.model = model.fit([text for text, _ in chosen], {name: [target[name] for _, target in chosen] for name in names})
            with self._model_storage.write_to(self._resource) as directory:
                self.model.save(directory / self.file_name)
        return self._resource

    def targets(self, message: Message) -> dict[str, str]:
        """The labels of a training example by head, {} when it does not count."""
        raise NotImplementedError
