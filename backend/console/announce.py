"""After a change is committed: wake the workers that act on it and the pages that show it."""

from __future__ import annotations

from backend.console.context import WebContext
from backend.services.live import LiveFeed
from backend.storage.wakeups import Wakeups


def feed_of(context: WebContext) -> LiveFeed:
    """The feed of this process, made at its first use."""
    feed: LiveFeed = context.extras.setdefault("live_feed", LiveFeed(context.database, context.settings.redis_url))
    return feed


def announce(context: WebContext, conversation_id: str) -> None:
    """A conversation changed: its messages may go out at once, and every open page shows it."""
    feed_of(context).touch()
    wakeups: Wakeups | None = context.extras.get("wakeups")
    if wakeups is not None:
        wakeups.wake("send", conversation_id)
        wakeups.wake("turn", conversation_id)
        wakeups.live("changed", conversation_id)
