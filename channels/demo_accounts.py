"""The invented people of a demo, who may sign in to the console."""

from __future__ import annotations

from backend.contracts.people import Role

DEMO_PASSWORD = "youshi-demo"  # noqa: S105 - printed at start and refused outside demo
# username, name, role, unit code: people to try the console with
DEMO_ACCOUNTS: tuple[tuple[str, str, Role, str | None], ...] = (
    ("dispatcher", "派单员小周", Role.DISPATCHER, None),
    ("handler", "经办人老孙", Role.HANDLER, "heating"),
    ("supervisor", "督办员老吴", Role.SUPERVISOR, None),
)
