"""Where Rasa keeps its dialogues: in memory, the busy ones ready to use, quiet ones compressed, the oldest forgotten.

Rasa's own in-memory store turns each dialogue into text after every message and reads it back before the next, which took an
eighth of a turn, and keeps every dialogue for ever. A forgotten dialogue costs nothing: the draft lives in the backend, and
after an hour of silence the next message opens a new dialogue anyway.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import DialogueStateTracker

READY = 64
KEPT = 4000


class RecentTrackers(TrackerStore, SerializedTrackerAsText):
    """Named in `bot/endpoints.yml`. `ready`: dialogues kept as events; `kept`: dialogues kept compressed beyond them."""

    def __init__(
        self,
        domain: Domain | None,
        event_broker: EventBroker | None = None,
        ready: int = READY,
        kept: int = KEPT,
        **options: Any,
    ) -> None:
        super().__init__(domain, event_broker, **options)
        self._ready: OrderedDict[str, list[Event]] = OrderedDict()
        self._quiet: OrderedDict[str, bytes] = OrderedDict()
        self._most_ready, self._most_kept = ready, kept

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep a dialogue as it is now."""
        await self.stream_events(tracker)
        sender = tracker.sender_id
        self._quiet.pop(sender, None)
        self._ready[sender] = list(tracker.events)
        self._ready.move_to_end(sender)
        while len(self._ready) > self._most_ready:
            self._put_away(*self._ready.popitem(last=False))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The last session of a dialogue, None when there is none. What becomes of it counts only once it is saved."""
        tracker = await self.retrieve_full_tracker(sender_id)
        if tracker is None:
            return None
        events = list(tracker.events)
        starts = [index for index, event in enumerate(events) if _starts_session(event)]
        return self._replayed(sender_id, events[starts[-1] :]) if len(starts) > 1 else tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions of a dialogue, None when there is none."""
        events = self._ready.get(conversation_id)
        if events is not None:
            return self._replayed(conversation_id, events)
        stored = self._quiet.get(conversation_id)
        return None if stored is None else self.deserialise_tracker(conversation_id, zlib.decompress(stored).decode())

    async def keys(self) -> Iterable[str]:
        return [*self._quiet, *self._ready]

    def _put_away(self, sender: str, events: list[Event]) -> None:
        text = self.serialise_tracker(self._replayed(sender, events))
        self._quiet[sender] = zlib.compress(text.encode(), 1)
        while len(self._quiet) > self._most_kept:
            self._quiet.popitem(last=False)

    def _replayed(self, sender: str, events: Iterable[Event]) -> DialogueStateTracker:
        tracker = self.init_tracker(sender)
        for event in events:
            tracker.update(event)
        return tracker


def _starts_session(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_SESSION_START_NAME
