"""The intent in its place: emergency table, open question of the form, menu entries, the rating that is waited for."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from backend.contracts.understanding import Facts
from backend.domain.drafting.codec import to_json
from backend.domain.drafting.context import ALONE, hear, intents_in_context, wishes_of
from backend.domain.drafting.heard import RATING, Heard
from backend.domain.drafting.menus import answer_of_menu
from backend.domain.language.answers import changed_score, parse_verdict
from backend.domain.language.wishes import around_another
from bot.components.base import DRAWN, RuleComponent, normal_text

# A photo or a position is never a question: it belongs to what is being told.
_SENT = (("provide_info", 1.0),)
# An entry of a menu about orders is what its question was about, whatever its label sounds like: 路灯(11月22日).
_TAPPED = {
    "status": "query_status",
    "urge": "urge",
    "withdraw": "cancel",
    "dispute": "dispute_result",
    "note": "provide_info",
    "rate": "rate",
    "solved": "rate",
}
_UNHEARD = "[语音]"  # a voice message that nobody recognised
_SENT_KINDS = frozenset({"image", "video", "location"})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ContextRules(RuleComponent):
    """Puts the intent that the place decides in front of the ranking; sets `answer`, `rating`, `verdict` where it is one."""

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            heard = _heard(message)
            if not message.get(METADATA):  # parsed for `understand`, which knows what was asked
                message.set(ALONE, message.get(INTENT_RANKING_KEY), add_to_output=True)
            ranking = _SENT if _is_sent_thing(message) else _tapped(message) or intents_in_context(heard)
            entries = [{"name": name, "confidence": share} for name, share in ranking]
            if entries:
                message.set(INTENT, entries[0], add_to_output=True)
                message.set(INTENT_RANKING_KEY, entries, add_to_output=True)
            message.set("answer", to_json(heard.answer), add_to_output=True)
            verdict = parse_verdict(heard.text)
            changed = changed_score(heard.text) if heard.requested == RATING else None
            message.set("rating", verdict.score if verdict else changed, add_to_output=True)
            message.set("verdict", to_json(verdict), add_to_output=True)
            message.set("wishes", wishes_of(heard.text), add_to_output=True)
            message.set("another", list(around_another(heard.text)), add_to_output=True)
        return messages


def _heard(message: Message) -> Heard:
    meta = message.get(METADATA) or {}
    text = normal_text(message) or str(message.get(TEXT) or "")
    ranking = tuple((str(entry["name"]), float(entry["confidence"])) for entry in message.get(INTENT_RANKING_KEY) or ())
    tapped = answer_of_menu(str(meta.get("menu_id") or ""), ())
    return hear(text, ranking, message.get(DRAWN) or Facts(), _requested(meta), message.get("categories") or (), tapped)


def _is_sent_thing(message: Message) -> bool:
    kind = (message.get(METADATA) or {}).get("kind")
    return kind in _SENT_KINDS or (kind == "voice" and normal_text(message) == _UNHEARD)


def _tapped(message: Message) -> tuple[tuple[str, float], ...]:
    menu_id = str((message.get(METADATA) or {}).get("menu_id") or "")
    name = _TAPPED.get(menu_id.split("_")[0]) if "_" in menu_id else None
    return ((name, 1.0),) if name else ()


def _requested(meta: dict[str, Any]) -> str:
    """The form's open question; without a form, the rating that the resident was asked for."""
    progress = (meta.get("draft") or {}).get("form") or {}
    if progress:
        return str(progress.get("requested") or "")
    return RATING if meta.get("rating_pending") else ""
