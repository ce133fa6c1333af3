"""What all actions share: they never raise, they answer a question of ours first, and they go back to an open draft.

An action that raises may lose what a form held. One whose backend is away says nothing, which the engine takes for a failure:
it apologises once, queues the conversation for people and asks again by itself. Every other failure ends in a sentence.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.backend import BackendDown, BackendRefused
from actions.listed import aged
from actions.pending import continue_pending
from actions.turn import Events, Talk

log = structlog.get_logger()


class ResidentAction(Action):  # type: ignore[misc]  # the SDK has no types
    """`respond` says something and returns events. Subclasses give `action_name`, and `on_failure`, the events of a failure."""

    action_name = ""
    first_answers_pending = True
    on_failure: Events = []

    def name(self) -> str:
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        talk = Talk.of(tracker)
        try:
            events = await self._answer(talk)
        except BackendRefused as refused:
            log.info("backend_refused", action=self.action_name, status=refused.status, code=refused.code)
            talk.say("not_possible", detail=refused.detail)
            events = list(self.on_failure)
        except BackendDown as down:
            # Nobody is told to say it again: an answer without a sentence is a failure, and the engine asks us again soon.
            log.warning("backend_down", action=self.action_name, detail=str(down))
            events = list(self.on_failure)
        except Exception as error:
            log.exception("action_failed", action=self.action_name, error=type(error).__name__)
            talk.say("backend_down")
            events = list(self.on_failure)
        talk.utter(dispatcher)
        return [*events, *_understood_again(talk, events), *talk.memory()]

    async def _answer(self, talk: Talk) -> Events:
        if self.first_answers_pending and talk.pending:
            events = await continue_pending(talk)
            if events is not None:
                return events
        events = await self.respond(talk)
        if self.first_answers_pending and talk.pending and not any(event.get("name") == "pending" for event in events):
            events = [*events, SlotSet("pending", aged(talk.pending))]
        return events

    @abstractmethod
    async def respond(self, talk: Talk) -> Events:
        """Say something and return the events of the turn. May raise BackendDown and BackendRefused."""


def _understood_again(talk: Talk, events: Events) -> Events:
    """Only two messages in a row that were not understood bring a person: whatever is understood between them begins anew."""
    counted = any(event.get("name") == "strangers" for event in events)
    return [] if counted or not talk.tracker.get_slot("strangers") else [SlotSet("strangers", 0)]
