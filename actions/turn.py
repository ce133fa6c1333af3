"""One turn of the assistant: what the resident said, what is answered, and how the answer reaches Rasa."""

from __future__ import annotations

import re
import zlib
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import replies
from backend.contracts.messages import Choice
from backend.contracts.understanding import UNSAID, Understood

Events = list[dict[str, Any]]
_FALLBACK = "nlu_fallback"
# Sentences that only lead on. A question about the form itself (is it right? which one?) is none: its answer means nothing to
# somebody who has not read it.
PASSING = frozenset(
    [
        *("greet", "here", "what_now", "thanks", "bye", "chitchat", "chitchat_in_form", "not_understood", "acknowledged"),
        *("nothing_more", "noted", "sorry_to_hear", "heard_already", "told_before", "puzzled", "no_hurry", "going_on"),
        *("urge_in_form", "photo_noted", "file_noted", "place_noted", "second_noted", "several_noted", "waiting_dropped"),
        "waiting_changed",
        *(
            "ask_description",
            "ask_description_more",
            "ask_address",
            "ask_address_outdoors",
            "ask_address_venue",
            "ask_address_detail",
        ),
        *("ask_occurred_at", "ask_contact_phone"),
    ]
)
WORTH_A_REPORT = 0.85  # share of its category from which a matter is one
A_STORY = 15  # characters: nobody tells so much about an order that does not exist


@dataclass
class Talk:
    """The message with everything that came along, and the answer as it grows. One talk becomes one bubble."""

    tracker: Tracker
    message: dict[str, Any]
    meta: dict[str, Any]
    said: dict[str, int]
    pieces: list[str] = field(default_factory=list)
    choices: tuple[Choice, ...] = ()
    used: dict[str, int] = field(default_factory=dict)
    passing: bool = True

    @classmethod
    def of(cls, tracker: Tracker) -> Talk:
        message = dict(tracker.latest_message or {})
        return cls(tracker, message, dict(message.get("metadata") or {}), dict(tracker.get_slot("said") or {}))

    @property
    def conversation(self) -> str:
        return str(self.meta.get("conversation") or self.tracker.sender_id)

    @property
    def text(self) -> str:
        return str(self.message.get("text") or "")

    @property
    def intent(self) -> str:
        return str((self.message.get("intent") or {}).get("name") or "")

    @property
    def facts(self) -> dict[str, Any]:
        return dict(self.message.get("facts") or {})

    @property
    def at(self) -> datetime:
        """When the message was written, as far as that is known."""
        told = self.meta.get("message_time")
        return datetime.fromisoformat(str(told)) if told else datetime.now(UTC)

    @property
    def menu_id(self) -> str:
        return str(self.meta.get("menu_id") or "")

    @property
    def answer(self) -> str:
        """What the text amounts to as a short answer (yes, no, choice, skip …); "" when it says more."""
        return str((self.message.get("answer") or {}).get("kind") or "")

    @property
    def choice(self) -> int:
        """The number that was chosen, 0 for none."""
        return int((self.message.get("answer") or {}).get("number") or 0)

    @property
    def draft(self) -> dict[str, Any] | None:
        """The open draft as it was when the message came."""
        draft: dict[str, Any] | None = self.meta.get("draft")
        return draft

    @property
    def wishes(self) -> frozenset[str]:
        """What the words want beside the one intent: gives_up (a clear yes to taking back), urges, adds."""
        return frozenset(self.message.get("wishes") or ())

    @property
    def around_another(self) -> tuple[str, str]:
        """What is said before and behind the words that announce a further problem; two "" where none is."""
        before, behind = self.message.get("another") or ("", "")
        return str(before), str(behind)

    @property
    def guess(self) -> dict[str, Any]:
        """The likeliest leaf, {} for none."""
        return next(iter(self.message.get("categories") or []), {})

    @property
    def matter(self) -> dict[str, Any] | None:
        """The likeliest leaf where the model is sure of its category; None where it is not, or the leaf says nothing."""
        guess = self.guess
        sure = guess.get("category_confidence", 0.0) >= WORTH_A_REPORT and guess.get("subcategory") != UNSAID
        return guess if sure else None

    @property
    def matter_is_told(self) -> bool:
        """Whether a trouble is told, with a place or a time or a phone beside it."""
        told = any(self.facts.get(name) for name in ("address", "occurred_at", "phones"))
        return self.matter is not None and told

    @property
    def verdict(self) -> dict[str, Any]:
        """The score that the text gives (`score`, `named`, `clause`, `comment`), {} for none."""
        return dict(self.message.get("verdict") or {})

    @property
    def resident(self) -> dict[str, str]:
        """For whom the backend acts: this conversation, and the identity on the channel (an order taken in by telephone)."""
        known = {name: str(self.meta.get(name) or "") for name in ("channel", "channel_user_id")}
        identity = known if all(known.values()) else {}
        return {"on_behalf_of": self.conversation, **identity}

    @property
    def pending(self) -> dict[str, Any] | None:
        """A question of ours outside the form that is not answered yet."""
        pending: dict[str, Any] | None = self.tracker.get_slot("pending")
        return pending

    def leave_out(self, clause: str) -> None:
        """Go on with the message as if `clause` had not been said: it was answered already."""
        rest = re.sub(r"^[\s\W]+", "", self.text.replace(clause, "", 1))
        self.message["text"] = rest or self.text
        self.message["issues"] = [issue for issue in self.message.get("issues") or [] if clause not in str(issue.get("text"))]

    def go_on_with(self, rest: str) -> None:
        """Go on with the end of the message as if nothing had been said before it."""
        self.message["text"] = rest
        self.message["issues"] = [issue for issue in self.message.get("issues") or [] if str(issue.get("text")) in rest]

    def say(self, key: str, choices: tuple[Choice, ...] = (), **values: str) -> None:
        """Add a sentence for this occasion; choices belong to the last question that has some."""
        variant = replies.choose(key, seed=str(self.meta.get("message_id") or self.text), last=self.said.get(key))
        self.used[key] = variant
        self.passing = self.passing and key in PASSING
        self.pieces.append(replies.fill(key, variant, **values))
        self.choices = choices or self.choices

    def say_text(self, text: str) -> None:
        """Add a sentence that the backend worded (a status, an answer of the FAQ)."""
        self.passing = False
        self.pieces.append(text)

    def other_than_last(self, key: str, text: str, again: str) -> str:
        """`text`, or `again` where the last thing said on this occasion ended in the same sentence."""
        mark = zlib.crc32(text.rstrip("。").rsplit("。", 1)[-1].encode())
        repeats = self.said.get(key) == mark
        self.used[key] = 0 if repeats else mark
        return again if repeats else text

    def utter(self, dispatcher: CollectingDispatcher) -> None:
        """Hand the bubble to Rasa, with what the message was taken for; nothing when nothing was said."""
        if self.pieces:
            buttons = [{"title": choice.label, "payload": choice.id} for choice in self.choices]
            told = {"understood": asdict(self.understood), "passing": self.passing}
            dispatcher.utter_message(text="".join(self.pieces), buttons=buttons, json_message=told)

    @property
    def understood(self) -> Understood:
        """The best readings of the message; where Rasa fell back, the intent that it was not sure of."""
        ranking = [self.message.get("intent") or {}, *(self.message.get("intent_ranking") or [])]
        best: dict[str, Any] = next((entry for entry in ranking if entry.get("name") != _FALLBACK), {})
        guess = self.guess
        return Understood(
            intent=str(best.get("name") or ""),
            confidence=float(best.get("confidence") or 0.0),
            category=str(guess.get("category") or ""),
            subcategory=str(guess.get("subcategory") or ""),
            category_confidence=float(guess.get("category_confidence") or 0.0),
            subcategory_confidence=float(guess.get("confidence") or 0.0),
        )

    def memory(self) -> Events:
        """The event that remembers which variants were used."""
        return [SlotSet("said", {**self.said, **self.used})] if self.used else []
