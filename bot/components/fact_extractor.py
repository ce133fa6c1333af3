"""The facts of a message by rules: place, time, phone, name, order number, wishes, danger. No model."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from backend.contracts.understanding import Facts, Span
from backend.domain.drafting.codec import to_json
from backend.domain.drafting.context import facts_in_context
from backend.domain.language.facts import draw_facts
from backend.domain.language.gazetteer import Gazetteer, Place
from bot.components.base import DRAW, DRAWN, RuleComponent

PLACES_FILE = "YOUSHI_PLACES_FILE"
FACTS = "facts"


class PlacesFile:
    """The gazetteer of a file of places; read again when the file changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = 0.0
        self._gazetteer = Gazetteer.build(())

    def gazetteer(self) -> Gazetteer:
        """The current gazetteer. A missing file leaves the places that ship with the language rules."""
        stamp = self._path.stat().st_mtime if self._path.exists() else 0.0
        if stamp != self._stamp:
            self._gazetteer = Gazetteer.build(_read(self._path))
            self._stamp = stamp
        return self._gazetteer


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FactExtractor(RuleComponent):
    """Sets `facts` (the JSON of `backend.contracts.understanding.Facts`) and, from them, entities.

    Times are read against `metadata.message_time`; a corrected tail of a phone against the draft's phone or the known one.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"places": "nlu_data/lookups/places.yml"}

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._places = PlacesFile(Path(os.environ.get(PLACES_FILE) or config["places"]))

    def process(self, messages: list[Message]) -> list[Message]:
        gazetteer = self._places.gazetteer()
        for message in messages:
            meta = message.get(METADATA) or {}
            draw = partial(draw_facts, message_time=_time(meta.get("message_time")), gazetteer=gazetteer)
            draft = meta.get("draft") or {}
            previous = draft.get("contact_phone") or meta.get("known_phone") or ""
            told = draw(str(message.get(TEXT) or ""), previous_phone=previous)
            facts = facts_in_context(told, _requested(meta), str(draft.get("subcategory") or ""))
            message.set(DRAW, draw)
            message.set(FACTS, to_json(facts), add_to_output=True)
            message.set(DRAWN, facts)
            message.set(ENTITIES, (message.get(ENTITIES) or []) + _entities(facts), add_to_output=True)
        return messages


def _requested(meta: dict[str, Any]) -> str:
    return str(((meta.get("draft") or {}).get("form") or {}).get("requested") or "")


def _entities(facts: Facts) -> list[dict[str, Any]]:
    found = [_entity("address", span, span.text) for span in (facts.address.spans if facts.address else ())]
    if facts.occurred_at:
        found.append(_entity("time", facts.occurred_at.span, facts.occurred_at.span.text))
    found += [_entity("phone", mention.span, mention.number) for mention in facts.phones]
    found += [_entity("order_number", mention.span, mention.digits) for mention in facts.order_numbers]
    return found


def _entity(kind: str, span: Span, value: str) -> dict[str, Any]:
    return {"entity": kind, "start": span.start, "end": span.end, "value": value, "extractor": "FactExtractor"}


def _time(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.now(timezone.utc)


def _read(path: Path) -> list[Place]:
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["places"] if path.exists() else []
    return [
        Place(entry["kind"], entry["name"], tuple(entry.get("aliases", ())), tuple(entry.get("parents", ()))) for entry in entries
    ]
