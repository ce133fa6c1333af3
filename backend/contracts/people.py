"""Who uses the console and the API."""

from __future__ import annotations

from enum import Enum


class Role(str, Enum):
    """What a user may do: the matrix is in docs/architecture.md. `service` is our own programs (actions, bot)."""

    ADMIN = "admin"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    SUPERVISOR = "supervisor"
    SERVICE = "service"
