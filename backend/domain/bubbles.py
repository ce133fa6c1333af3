"""Merging what the assistant says into as many bubbles as a channel takes (WeChat: five messages per 48 hours)."""

from __future__ import annotations

from collections.abc import Sequence

from backend.contracts.messages import Choice, Reply


def merge(replies: Sequence[Reply], limit: int) -> tuple[Reply, ...]:
    """At most `limit` replies with all texts in order; empty ones vanish.

    Choices stay with the last bubble: that is where the question stands. Texts are spread so that the first bubbles stay short
    and the last one, with the question, takes what is over.
    """
    said = [reply for reply in replies if reply.text.strip() or reply.choices]
    if len(said) <= limit:
        return tuple(said)
    kept, rest = said[: limit - 1], said[limit - 1 :]
    return (*kept, _joined(rest))


def _joined(replies: Sequence[Reply]) -> Reply:
    choices: dict[str, Choice] = {}
    for reply in replies:
        choices.update({choice.id: choice for choice in reply.choices})
    return Reply("\n".join(reply.text.strip() for reply in replies if reply.text.strip()), tuple(choices.values()))
