"""Handing a conversation to people: on request, when we are lost, on abuse with a need, in a crisis."""

from __future__ import annotations

from datetime import timedelta

from rasa_sdk.events import SlotSet

from actions.backend import backend
from actions.turn import Events, Talk
from backend.contracts.spoken_time import LOCAL, day_text

_LOST_AFTER = 2
_OPENS, _CLOSES = 8, 20  # local hours in which caseworkers answer


async def hand_over(talk: Talk, *, reason: str, key: str = "handed_over", priority: int = 0) -> None:
    """Put the conversation into the human queue and say so, with the day when nobody is there now. Raises BackendDown."""
    body = {"reason": reason, "priority": priority}
    await backend().call("POST", f"conversations/{talk.conversation}/handover", body=body)
    now = talk.at.astimezone(LOCAL)
    if _OPENS <= now.hour < _CLOSES:
        talk.say(key)
        return
    talk.say("handed_over_later", opens=day_text(now if now.hour < _OPENS else now + timedelta(days=1)))


async def puzzled(talk: Talk, key: str = "what_now") -> Events:
    """Not understood: the first time we ask (`key`), the second time in a row a person comes. Raises BackendDown."""
    times = int(talk.tracker.get_slot("strangers") or 0) + 1
    if times >= _LOST_AFTER:
        await hand_over(talk, reason="low_confidence", key="handed_over_lost")
        return [SlotSet("strangers", 0)]
    talk.say(key)
    return [SlotSet("strangers", times)]
